"""What digivl asks of a document store."""

from __future__ import annotations

from typing import BinaryIO, Protocol

import attrs


@attrs.frozen
class Stored:
    """Bytes in the store: their name and size."""

    sha256: str
    size: int


class DocumentStore(Protocol):
    """Write-once bytes, named by their SHA-256 (64 hexadecimal digits, lower case).

    Streams only; all methods are thread-safe. Every method raises `StorageFullError`
    when there is no room and `BackendUnavailableError` when a remote store is silent.
    """

    def put(self, content: BinaryIO) -> Stored:
        """Keep what can be read from `content`; durable when this returns.

        Putting the same bytes again changes nothing and gives the same name.
        """
        ...

    def fetch(self, sha256: str, into: BinaryIO) -> Stored:
        """Copy a document into a stream, hashing what is read.

        Raises:
            NotFoundError: No such document.
            CorruptDocumentError: What was read does not match its name; what was
                copied must be thrown away.
        """
        ...

    def holds(self, sha256: str) -> bool:
        """True when a document of that name is kept."""
        ...
