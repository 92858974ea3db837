"""Documents of a dossier: take in, read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO

import attrs

from digivl.documents.disk import copied, scratch
from digivl.documents.model import DOCUMENT, Document, DocumentVersion, Origin
from digivl.documents.port import DocumentStore, Stored
from digivl.kernel.identifiers import URI, new_id
from digivl.kernel.parties import Party
from digivl.records.entries import Draft, Entry, first
from digivl.records.port import RecordBook


@attrs.frozen
class Documents:
    """The documents of an office.

    Attributes:
        store: Where their bytes are.
    """

    _book: RecordBook
    store: DocumentStore
    _clock: Callable[[], datetime]
    _check: Callable[[BinaryIO], object]  # refuses what cannot be a document
    _largest: int
    _admit: Callable[[str], object]  # refuses a dossier that is not there, or closed

    def add(
        self,
        dossier: str,
        content: BinaryIO,
        *,
        title: str,
        type: URI,
        by: Party,
        id: str | None = None,
    ) -> Entry[Document]:
        """Take in a PDF as a new document of a dossier.

        Args:
            dossier: Id of the dossier.
            content: The bytes; read from where the stream stands.
            title: One line, without personal values.
            type: Concept of the document type.
            by: Who delivers it.
            id: Chosen by the application, so that it cannot be added twice; a random
                one if None.

        Raises:
            NotFoundError: No such dossier.
            StepNotAllowedError: The dossier is closed.
            UnreadablePDFError: It is not a PDF, or a damaged one.
            EncryptedPDFError: It is protected with a password.
            StorageFullError: No room; nothing was kept.
        """
        self._admit(dossier)
        version = self._received(content)
        document = Document(
            dossier=dossier, title=title, type=type, versions=(version,)
        )
        made = first(DOCUMENT, id or new_id(), document, "receive", by, version.at)
        (entry,) = self._book.write(made)
        return entry

    def replace(self, id: str, content: BinaryIO, *, by: Party) -> Entry[Document]:
        """Take in a new version of a document (BIS, TER, …); errors as `add`."""
        found = self.read(id)
        self._admit(found.record.dossier)
        version = self._received(content)
        record = found.record.with_version(version)
        (entry,) = self._book.write(found.next(record, "replace", by, version.at))
        return entry

    def read(self, id: str) -> Entry[Document]:
        """The document as it is now.

        Raises:
            NotFoundError: No such document.
        """
        return self._book.read(DOCUMENT, id)

    def draft(
        self,
        found: Entry[Document],
        stored: Stored,
        origin: Origin,
        by: Party,
        at: datetime,
    ) -> Draft[Document]:
        """The draft of a version that was made from the last one."""
        version = DocumentVersion(
            sha256=stored.sha256,
            size=stored.size,
            origin=origin,
            at=at,
            source=found.record.latest.sha256,
        )
        record = found.record.with_version(version)
        return found.next(record, origin.value, by, version.at)

    @contextmanager
    def opened(self, sha256: str) -> Iterator[BinaryIO]:
        """A temporary file with those bytes, to be read from its start.

        Raises:
            NotFoundError: No such bytes in the store.
            CorruptDocumentError: They no longer match their name.
        """
        with scratch() as file:
            self.store.fetch(sha256, file)
            file.seek(0)
            yield file

    def keep(self, content: BinaryIO) -> Stored:
        """Check a PDF and keep its bytes; no record names them yet.

        Raises:
            UnreadablePDFError: It is not a PDF, or a damaged one.
            EncryptedPDFError: It is protected with a password.
            LimitExceededError: It is too large.
            StorageFullError: No room; nothing was kept.
        """
        with scratch() as file:
            copied(content, file, largest=self._largest)
            file.seek(0)
            self._check(file)
            file.seek(0)
            return self.store.put(file)

    def _received(self, content: BinaryIO) -> DocumentVersion:
        stored = self.keep(content)
        return DocumentVersion(
            sha256=stored.sha256,
            size=stored.size,
            origin=Origin.RECEIVED,
            at=self._clock(),
        )
