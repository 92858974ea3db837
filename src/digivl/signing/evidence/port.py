"""What evidence asks of rooms that it does not see: who reads, and what holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import BinaryIO, Protocol

from digivl.documents.model import Document
from digivl.kernel.parties import Party
from digivl.records.entries import Entry


class Reader(Protocol):
    """Gives documents to who may read them."""

    def visible(
        self, documents: Iterable[Entry[Document]], *, by: Party
    ) -> Sequence[Entry[Document]]:
        """Those of which `by` may read the last version; nothing is recorded."""
        ...

    def opened(
        self, document: str, *, by: Party, sha256: str | None = None
    ) -> AbstractContextManager[BinaryIO]:
        """The bytes of a version, or of the last one.

        Raises:
            NotFoundError: There is none, or none that `by` may read.
            CorruptDocumentError: The bytes no longer match their name.
        """
        ...


class Word(Protocol):
    """A value with a stable text, e.g. an indication of EN 319 102-1."""

    @property
    def value(self) -> str:
        """The text."""
        ...


class JudgedTimestamp(Protocol):
    """What validation says of a timestamp."""

    @property
    def indication(self) -> Word:
        """Its main status."""
        ...

    @property
    def time(self) -> datetime | None:
        """The moment it names."""
        ...


class JudgedSignature(Protocol):
    """What validation says of a signature."""

    @property
    def field(self) -> str:
        """Name of its field."""
        ...

    @property
    def indication(self) -> Word:
        """Its main status."""
        ...

    @property
    def sub_indication(self) -> Word | None:
        """Why it does not pass."""
        ...

    @property
    def timestamps(self) -> Sequence[JudgedTimestamp]:
        """Its own timestamps, in their order."""
        ...


class Judged(Protocol):
    """What validation says of a file; the validation room gives it."""

    @property
    def signatures(self) -> Sequence[JudgedSignature]:
        """Those in the file, in the order of their revisions."""
        ...

    @property
    def timestamps(self) -> Sequence[JudgedTimestamp]:
        """Those of the document as a whole."""
        ...
