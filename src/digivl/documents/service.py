"""Documents of a dossier: take in, read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO

import attrs

from digivl.access.guard import Admit
from digivl.access.model import Permission
from digivl.documents.disk import copied, scratch
from digivl.documents.model import (
    DOCUMENT,
    Copy,
    CopyKind,
    Document,
    DocumentVersion,
    Origin,
    Original,
)
from digivl.documents.originals import HEAD, word_processor
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
    _admit: Admit  # to a dossier, which has to be open

    def add(
        self,
        dossier: str,
        content: BinaryIO,
        *,
        title: str,
        type: URI,
        by: Party,
        original: BinaryIO | None = None,
        id: str | None = None,
    ) -> Entry[Document]:
        """Take in a PDF as a new document of a dossier.

        Args:
            dossier: Id of the dossier.
            content: The bytes; read from where the stream stands.
            title: One line, without personal values.
            type: Concept of the document type.
            by: Who delivers it.
            original: The file of a word processor that the PDF was made from.
            id: Chosen by the application, so that it cannot be added twice; a random
                one if None.

        Raises:
            NotFoundError: No such dossier.
            NotAllowedError: `by` may not deliver to it.
            StepNotAllowedError: The dossier is closed.
            MalformedError: The original is of no word processor.
            UnreadablePDFError: It is not a PDF, or a damaged one.
            EncryptedPDFError: It is protected with a password.
            StorageFullError: No room; nothing was kept.
        """
        self._admit(dossier, Permission.DELIVER, by)
        version = self._received(content, original)
        document = Document(
            dossier=dossier, title=title, type=type, versions=(version,)
        )
        made = first(DOCUMENT, id or new_id(), document, "receive", by, version.at)
        (entry,) = self._book.write(made)
        return entry

    def translate(
        self,
        of: str,
        content: BinaryIO,
        *,
        language: str,
        title: str,
        by: Party,
        original: BinaryIO | None = None,
    ) -> Entry[Document]:
        """Take in the translation of a document: one of its own, in the same dossier.

        It is never looser than the document it is a translation of.

        Args:
            of: Id of the document.
            content: The bytes; read from where the stream stands.
            language: ISO 639-1, in lower case.
            title: One line, without personal values.
            by: Who delivers it.
            original: The file of a word processor that the PDF was made from.

        Raises:
            NotFoundError: No such document.
            MalformedError: There is no such language; else as `add`.
        """
        source = self.admitted(of, Permission.DELIVER, by).record
        version = self._received(content, original)
        level = version.level.stricter_of(source.level)
        document = Document(
            dossier=source.dossier,
            title=title,
            type=source.type,
            versions=(attrs.evolve(version, level=level),),
            language=language,
            translation_of=of,
        )
        made = first(DOCUMENT, new_id(), document, "receive", by, version.at)
        return self._book.write(made)[0]

    def replace(
        self,
        id: str,
        content: BinaryIO,
        *,
        by: Party,
        original: BinaryIO | None = None,
    ) -> Entry[Document]:
        """Take in a new version of a document (BIS, TER, …); errors as `add`."""
        found = self.admitted(id, Permission.DELIVER, by)
        version = self._received(content, original)
        record = found.record.with_version(version)
        (entry,) = self._book.write(found.next(record, "replace", by, version.at))
        return entry

    def copy(
        self, id: str, content: BinaryIO, kind: CopyKind, *, of: str, by: Party
    ) -> Entry[Document]:
        """Keep a copy that was made from a version; it never counts in its place.

        Told twice, it is kept once.

        Args:
            id: Id of the document.
            content: A PDF; read from where the stream stands.
            kind: What it is for.
            of: SHA-256 of the version it was made from.
            by: Who made it.

        Raises:
            NotFoundError: No such document or version.
            UnreadablePDFError: It is not a PDF, or a damaged one.
            StorageFullError: No room; nothing was kept.
        """
        found = self.admitted(id, Permission.DELIVER, by)
        found.record.version(of)
        stored, now = self.keep(content), self._clock()
        made = Copy(
            sha256=stored.sha256, size=stored.size, kind=kind, source=of, at=now
        )
        record = found.record.with_copy(made)
        if record == found.record:
            return found
        return self._book.write(found.next(record, "copy", by, now))[0]

    def read(self, id: str) -> Entry[Document]:
        """The document as it is now.

        Raises:
            NotFoundError: No such document.
        """
        return self._book.read(DOCUMENT, id)

    def admitted(self, id: str, permission: Permission, by: Party) -> Entry[Document]:
        """A document on whose dossier `by` may act so.

        Raises:
            NotAllowedError: `by` may not; also where there is no such document, for who
                may act on some dossiers only.
            NotFoundError: No such document.
            StepNotAllowedError: Its dossier is closed.
        """
        found = self._book.read_all(DOCUMENT, [id]).get(id)
        # What is not there is of no dossier: that is refused as another's would be.
        self._admit(found.record.dossier if found else id, permission, by)
        return found or self.read(id)

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

    def _received(
        self, content: BinaryIO, original: BinaryIO | None
    ) -> DocumentVersion:
        kept = None if original is None else self._original(original)
        stored = self.keep(content)
        return DocumentVersion(
            sha256=stored.sha256,
            size=stored.size,
            origin=Origin.RECEIVED,
            at=self._clock(),
            original=kept,
        )

    def _original(self, content: BinaryIO) -> Original:
        with scratch() as file:
            copied(content, file, largest=self._largest)
            file.seek(0)
            media_type = word_processor(file.read(HEAD))
            file.seek(0)
            stored = self.store.put(file)
        return Original(sha256=stored.sha256, size=stored.size, media_type=media_type)
