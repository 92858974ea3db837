"""Seals documents and files for somebody who logged in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO, Final

import attrs

from digivl.access.guard import Admit, Guard
from digivl.access.model import Permission
from digivl.documents.disk import CHUNK, scratch
from digivl.documents.model import Document, Origin
from digivl.documents.service import Documents
from digivl.errors import DocumentChangedError, KeyUnusableError, SigningError
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import Party
from digivl.pdf.seals import is_seal
from digivl.pdf.signer import Signed
from digivl.records.codec import seal as canonical
from digivl.records.entries import Draft, Entry, first
from digivl.records.port import Query, RecordBook
from digivl.settings import Limits
from digivl.signing.files import FileSigning
from digivl.signing.loginseal.binding import (
    Belonging,
    as_evidence,
    belongs,
    sha256_of,
)
from digivl.signing.loginseal.model import LOGIN_SEAL, Authentication, LoginSeal
from digivl.signing.means import SigningMeans
from digivl.signing.model import FLOW, FlowState

_ACCEPT: Final = "accept"


@attrs.frozen(kw_only=True)
class _Seen:
    """What the person saw."""

    sha256: str
    size: int
    title: str
    dossier: str | None = None
    document: str | None = None


@attrs.frozen(kw_only=True)
class LoginSeals:
    """Seals of the organisation for people who logged in, each with its evidence.

    What comes of it is an electronic signature of the person (SES) under a seal of the
    organisation. It is advanced (AES) only where the organisation can argue the four
    conditions of eIDAS, article 26; it is never qualified.
    """

    book: RecordBook
    documents: Documents
    read: Callable[[str, Party], Entry[Document]]  # refuses who may not
    admit: Admit  # to a dossier, also to one that is closed
    guard: Guard
    means: Callable[[str], SigningMeans]
    files: FileSigning
    clock: Callable[[], datetime]
    limits: Limits

    def seal(
        self,
        document: str,
        authentication: Authentication,
        *,
        shown: str,
        text: str,
        means: str,
        by: Party,
    ) -> Entry[LoginSeal]:
        """Seal the last version of a document, with a timestamp (PAdES B-T).

        The evidence and the sealed version are written together: either all of it
        happened, or nothing.

        Args:
            document: Id of the document.
            authentication: How the application knows who acts.
            shown: SHA-256 of the version that the person saw.
            text: What it accepted, as it stood on the screen; without personal values.
            means: Name of the seal in the settings.
            by: As whom the person acts.

        Raises:
            NotFoundError: There is none, or none that `by` may read; which of the two
                is not told.
            NotAllowedError: It is not for `by` to sign.
            StepNotAllowedError: The dossier is closed.
            MalformedError: There is a newer version than what was shown, or the login
                is not of now.
            SigningError: The document is in a signing flow, the means is no seal, or
                the key cannot be used.
            BackendUnavailableError: No timestamp authority answers; nothing changed.
            StaleRecordError: Somebody else changed the document meanwhile.
        """
        # Nobody signs what it cannot read.
        found = self.read(document, by)
        self.documents.admitted(document, Permission.SIGN, by)
        found.record.check_latest(shown)
        self._check_free(document, found.record.dossier)
        seen = _Seen(
            sha256=shown,
            size=found.record.latest.size,
            title=found.record.title,
            dossier=found.record.dossier,
            document=document,
        )
        draft = self._accepted(seen, authentication, text=text, means=means, by=by)
        with self.documents.opened(shown) as source, scratch() as target:
            self._sealed(draft, source, target)
            target.seek(0)
            stored = self.documents.store.put(target)
        changed = self.documents.draft(found, stored, Origin.SIGNED, by, draft.at)
        return self.book.write(draft, changed)[0]

    def seal_file(
        self,
        source: BinaryIO,
        target: BinaryIO,
        authentication: Authentication,
        *,
        shown: str,
        text: str,
        title: str,
        means: str,
        by: Party,
    ) -> Entry[LoginSeal]:
        """Seal a file outside any dossier; the evidence is in the book all the same.

        Args:
            source: The PDF; seekable.
            target: An empty stream for the sealed file; on any error empty again.
            authentication: How the application knows who acts.
            shown: SHA-256 of the file that the person saw.
            text: What it accepted, as it stood on the screen; without personal values.
            title: One line for a work list, without personal values.
            means: Name of the seal in the settings.
            by: As whom the person acts.

        Raises:
            NotAllowedError: It is not for `by` to sign.
            DocumentChangedError: The file is not the one that was shown.
            MalformedError: The login is not of now.
            SigningError: As `seal`.
            BackendUnavailableError: As `seal`.
        """
        self.guard.check(by, Permission.SIGN)
        seen = _Seen(sha256=shown, size=_checked(source, shown), title=title)
        draft = self._accepted(seen, authentication, text=text, means=means, by=by)
        source.seek(0)
        self._sealed(draft, source, target)
        try:
            return self.book.write(draft)[0]
        except BaseException:
            # A sealed file without its evidence in the book proves nothing.
            target.seek(0)
            target.truncate()
            raise

    def evidence(self, id: str, *, by: Party) -> bytes:
        """The evidence as canonical JSON, with the personal values that are left.

        Args:
            id: Id of the login-based seal.
            by: Who asks: who sealed, or who may prepare signing in that dossier; of a
                file outside any, in all.

        Raises:
            NotAllowedError: It is for others.
            NotFoundError: There is none.
        """
        subject, prepares = LOGIN_SEAL.ref(id), Permission.PREPARE_SIGNING
        with self.guard.hiding(by, prepares, subject):
            self.book.read(LOGIN_SEAL, id)
        # The first entry is the evidence; an erasure comes after it.
        entry = next(iter(self.book.history(LOGIN_SEAL, id)))
        if by.id == entry.actor.id:
            return as_evidence(entry)
        if entry.record.dossier is not None:
            self.admit(entry.record.dossier, prepares, by)
        else:
            # It is the matter of no minister: only who may in all of them.
            self.guard.check(by, prepares, ministers=[new_id()], subject=subject)
        return as_evidence(entry)

    def check(self, source: BinaryIO, evidence: bytes) -> Belonging:
        """Whether a PDF was sealed for this evidence; see `binding.belongs`.

        It needs neither the book nor a permission: who has both files can know.

        Raises:
            MalformedError: It is no evidence.
            UnreadablePDFError: Not a PDF, or damaged.
            EncryptedPDFError: Protected with a password.
        """
        return belongs(source, evidence, at=self.clock(), limits=self.limits)

    def _accepted(
        self,
        seen: _Seen,
        authentication: Authentication,
        *,
        text: str,
        means: str,
        by: Party,
    ) -> Draft[LoginSeal]:
        now = self.clock()
        authentication.check_recent(now)
        certificate = self.means(means).identity().certificate
        if not is_seal(certificate):
            raise KeyUnusableError(
                f"{means!r} is the key of a person, and no seal of an organisation",
                hint="Seal with a certificate that was issued to an organisation.",
            )
        record = LoginSeal(
            authentication=authentication,
            function=by.label,
            text=text,
            shown=seen.sha256,
            size=seen.size,
            title=seen.title,
            dossier=seen.dossier,
            document=seen.document,
            means=means,
            certificate=hashlib.sha256(certificate).hexdigest(),
            field=f"Verzegeling-{new_id()[:8]}",
        )
        return first(LOGIN_SEAL, new_id(), record, _ACCEPT, by, now)

    def _sealed(
        self, draft: Draft[LoginSeal], source: BinaryIO, target: BinaryIO
    ) -> Signed:
        record = draft.record
        return self.files.sign(
            source,
            target,
            means=record.means,
            field=record.field,
            level=self.files.stamped_level,
            reason=f"Verzegeld na aanmelding van {record.function}",
            evidence=sha256_of(canonical(draft).canonical),
        )

    def _check_free(self, document: str, dossier: str) -> None:
        rows = self.book.rows(Query(kind=FLOW.name, dossier=dossier))
        found = self.book.read_all(FLOW, [row.ref.id for row in rows]).values()
        of_it = [one.record for one in found if one.record.document == document]
        if any(not flow.is_ended for flow in of_it):
            raise SigningError(
                "this document is in a signing flow",
                hint="Let the flow end, or cancel it; then seal the document.",
            )
        # What was signed is what is registered: another version would not be.
        latest = self.documents.read(document).record.latest.sha256
        if any(f.state is FlowState.SIGNED and f.current == latest for f in of_it):
            raise SigningError(
                "everybody signed this document already",
                hint="Register it; a seal goes on a new version, if it needs one.",
            )


def _checked(source: BinaryIO, shown: str) -> int:
    """The size of a file, when it is the one that was shown."""
    digest, size = hashlib.sha256(), 0
    source.seek(0)
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    if digest.hexdigest() != shown:
        raise DocumentChangedError(
            "this is not the file that was shown",
            hint="Show it again, and let the person accept what it then sees.",
        )
    return size
