"""The register: reserve a code and stamp it, register what was signed, verify."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Final

import attrs

from digivl.access.model import Permission
from digivl.custody.model import of_dossier
from digivl.custody.moves import Moves
from digivl.documents.disk import scratch
from digivl.documents.model import Document, Origin
from digivl.documents.service import Documents
from digivl.errors import NotFoundError, NotReadyError, SigningError
from digivl.kernel.parties import Party
from digivl.pdf.mark import DEVELOPMENT_MARK
from digivl.pdf.reading import facts
from digivl.pdf.revisions import revisions
from digivl.pdf.stamp import Place, StampSpec, links, stamp
from digivl.records.entries import AnyDraft, Entry, first
from digivl.records.port import Query, RecordBook
from digivl.settings import Settings
from digivl.signing.model import FLOW, FlowState, Signatory, SigningFlow
from digivl.signing.tsa_later import is_unstamped
from digivl.validation.verdict import FileVerdict, Indication, SubIndication
from digivl.verification.code import VerificationCode
from digivl.verification.compare import compare
from digivl.verification.model import (
    AUTHENTIC,
    AuthenticDocument,
    RegisterState,
    RevisionDigest,
    SignatureFact,
    Verification,
    VerifyOutcome,
)

#: How long a code can be looked up when nobody says otherwise.
AVAILABLE: Final = timedelta(days=365 * 10)
_DISPATCH_DAYS: Final = 1

_OUTCOMES: Final = {
    RegisterState.RESERVED: VerifyOutcome.NOT_YET_FINAL,
    RegisterState.IN_SIGNING: VerifyOutcome.NOT_YET_FINAL,
    RegisterState.ACTIVE: VerifyOutcome.AUTHENTIC,
    RegisterState.SUPERSEDED: VerifyOutcome.SUPERSEDED,
    RegisterState.WITHDRAWN: VerifyOutcome.WITHDRAWN,
    RegisterState.VOID: VerifyOutcome.VOID,
}


@attrs.frozen(kw_only=True)
class Coded:
    """A document with its verification code, just stamped.

    Attributes:
        code: The code; it is kept nowhere but on the document.
        place: Where the QR code stands.
        added_page: True when there was no room and a page was added for it.
    """

    code: VerificationCode
    document: Entry[Document]
    place: Place
    added_page: bool


@attrs.frozen(kw_only=True)
class Register:
    """The register of authentic documents."""

    book: RecordBook
    documents: Documents
    moves: Moves
    validate: Callable[[BinaryIO, str], FileVerdict]
    settings: Settings
    clock: Callable[[], datetime]

    def stamp(
        self,
        document: str,
        *,
        by: Party,
        place: Place | None = None,
        available_until: datetime | None = None,
    ) -> Coded:
        """Reserve a code and put it on the document, before the first signature.

        Args:
            document: Id of the document.
            by: The issuing entity; its label is shown to who verifies.
            place: Where the QR code goes; None finds a free place.
            available_until: Until when the code can be looked up; ten years if None.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such document.
            StepNotAllowedError: The dossier is closed.
            NoRoomForCodeError: The place is taken, or lies outside the page.
            SigningError: The document is signed already.
        """
        found = self.documents.admitted(document, Permission.PREPARE_SIGNING, by)
        code = VerificationCode.fresh()
        _check_stampable(found.record)
        base = found.record.latest.sha256
        with self.documents.opened(base) as source, scratch() as target:
            made = stamp(source, target, self._spec(code, place), self.settings.limits)
            target.seek(0)
            stored = self.documents.store.put(target)
        now = self.clock()
        record = AuthenticDocument(
            dossier=found.record.dossier,
            document=document,
            title=found.record.title,
            issuer=by.label,
            base=base,
            stamped=stored.sha256,
            reserved_at=now,
            available_until=available_until or now + AVAILABLE,
            development=self.settings.development,
        )
        written = self.book.write(
            self.documents.draft(found, stored, Origin.STAMPED, by, now),
            first(AUTHENTIC, code.digest, record, "reserve", by, now),
        )
        return Coded(
            code=code,
            document=written[0],
            place=made.place,
            added_page=made.added_page,
        )

    def started(self, flow: SigningFlow, by: Party, at: datetime) -> Sequence[AnyDraft]:
        """The register moves with a signing flow: a stamped document is in signing.

        It stays so while the flow was recalled, and is sent again.
        """
        found = self._of_version(flow.document, flow.base)
        if found is not None and found.record.state is RegisterState.IN_SIGNING:
            return ()
        return self._moved(flow, "put up for signing", by, at)

    def ended(self, flow: SigningFlow, by: Party, at: datetime) -> Sequence[AnyDraft]:
        """A flow that was refused or cancelled leaves a code that is void."""
        return self._moved(flow, "void", by, at)

    def register(self, flow: str, *, by: Party) -> Entry[AuthenticDocument]:
        """Make the signed document the authentic one; registering twice is harmless.

        The file is validated first: as many signatures as were expected must be
        there, and each must be intact.

        Args:
            flow: Id of the signing flow.
            by: Who registers; has to dispatch it next.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            StepNotAllowedError: The dossier is closed.
            NotReadyError: Not everybody signed, or a signature does not hold.
            NotFoundError: The document was not stamped with a code before signing.
        """
        started = self.book.read_all(FLOW, [flow]).get(flow)
        document = started.record.document if started else flow
        self.documents.admitted(document, Permission.SEND, by)
        signed = self.book.read(FLOW, flow).record
        found = self._stamped(signed)
        if found.record.final == signed.current:
            return found
        if signed.state is not FlowState.SIGNED:
            waiting = [s.party for s in signed.signers if s.signed_at is None]
            missing = [(str(party), "nog niet getekend") for party in waiting]
            raise NotReadyError(signed.title, missing)
        bare = [one.party for one in signed.signers if is_unstamped(one)]
        if bare and self.settings.timestamps.later:
            # What is registered does not change any more.
            missing = [(str(party), "het tijdstempel komt nog") for party in bare]
            raise NotReadyError(signed.title, missing)
        record = self._registered(found.record, signed)
        at = record.registered_at or self.clock()
        held = self.moves.moved(
            of_dossier(signed.dossier),
            by,
            "verzenden",
            by=by,
            at=at,
            days=_DISPATCH_DAYS,
        )
        draft = found.next(record, "register", by, at)
        entry, _ = self.book.write(draft, held)
        return entry

    def verify(self, text: str, copy: BinaryIO | None = None) -> Verification:
        """What the register says of a code, and of a copy if there is one.

        Args:
            text: The text in the QR code, its URL, or the code as typed.
            copy: The bytes somebody has; never kept.

        Raises:
            MalformedError: A typing error, or a code that leads elsewhere.
        """
        code = VerificationCode.parse(text, host=self.settings.code.host)
        now = self.clock()
        try:
            record = self.book.read(AUTHENTIC, code.digest).record
        except NotFoundError:
            return Verification(outcome=VerifyOutcome.UNKNOWN, at=now)
        if record.available_until < now:
            return Verification(outcome=VerifyOutcome.NO_LONGER_AVAILABLE, at=now)
        largest = self.settings.limits.pdf_bytes
        return Verification(
            outcome=_OUTCOMES[record.state],
            at=now,
            document=record,
            copy=compare(record, copy, largest=largest) if copy else None,
        )

    def code_of(self, sha256: str) -> VerificationCode:
        """The code that stands on a stored version.

        Raises:
            NotFoundError: It carries none of this register.
        """
        host = self.settings.code.host
        with self.documents.opened(sha256) as source:
            found = links(source, self.settings.limits)
        for link in found:
            if link.lower().startswith(f"https://{host}/d/"):
                return VerificationCode.parse(link, host=host)
        raise NotFoundError(f"document {sha256} carries no code of {host}")

    def of_document(self, document: str) -> Entry[AuthenticDocument]:
        """The register's entry for the last stamped version of a document.

        Raises:
            NotFoundError: It was never stamped.
        """
        found = self._all_of(document)
        if not found:
            raise NotFoundError(
                f"document {document} has no verification code",
                hint="Stamp it before it is put up for signing.",
            )
        return max(found, key=lambda entry: entry.record.reserved_at)

    def _moved(
        self, flow: SigningFlow, step: str, by: Party, at: datetime
    ) -> Sequence[AnyDraft]:
        found = self._of_version(flow.document, flow.base)
        if found is None:
            return ()
        return (found.next(found.record.take(step), step, by, at),)

    def _spec(self, code: VerificationCode, place: Place | None) -> StampSpec:
        chosen = self.settings.code
        groups = code.printed.split("-")
        return StampSpec(
            symbol_text=code.symbol_text(chosen.host, upper_case=chosen.upper_case),
            link=code.link(chosen.host),
            lines=(
                "Controleer dit document op",
                f"{chosen.host}/d",
                "-".join(groups[:4]) + "-",
                "-".join(groups[4:]),
            ),
            alt=f"QR-code: controleer dit document op {code.link(chosen.host)}",
            module_mm=chosen.module_mm,
            margin_mm=chosen.margin_mm,
            place=place,
            notice=DEVELOPMENT_MARK if self.settings.development else None,
        )

    def _registered(
        self, record: AuthenticDocument, flow: SigningFlow
    ) -> AuthenticDocument:
        with self.documents.opened(flow.current) as file:
            verdict = self.validate(file, flow.title)
            _check_signatures(verdict, flow)
            file.seek(0)
            states = [RevisionDigest(r.length, r.sha256) for r in revisions(file)]
            file.seek(0)
            pages = facts(file, self.settings.limits).pages
        levels = [signature.level or "" for signature in verdict.signatures]
        signatures = tuple(
            SignatureFact(
                function=signatory.function,
                at=signatory.signed_at or self.clock(),
                level=level,
                authority=signatory.authority,
            )
            for signatory, level in zip(_signed_in_order(flow), levels, strict=True)
        )
        final = states[-1]
        return record.register(
            final, tuple(states), signatures, pages=pages, at=self.clock()
        )

    def _stamped(self, flow: SigningFlow) -> Entry[AuthenticDocument]:
        found = self._of_version(flow.document, flow.base)
        if found is None:
            raise NotFoundError(
                f"{flow.title!r} was put up for signing without a verification code",
                hint="Stamp a document before it is put up for signing.",
            )
        return found

    def _of_version(
        self, document: str, sha256: str
    ) -> Entry[AuthenticDocument] | None:
        found = [e for e in self._all_of(document) if e.record.stamped == sha256]
        return found[0] if found else None

    def _all_of(self, document: str) -> list[Entry[AuthenticDocument]]:
        dossier = self.documents.read(document).record.dossier
        rows = self.book.rows(Query(kind=AUTHENTIC.name, dossier=dossier))
        entries = [self.book.read(AUTHENTIC, row.ref.id) for row in rows]
        return [entry for entry in entries if entry.record.document == document]


def _signed_in_order(flow: SigningFlow) -> Sequence[Signatory]:
    """Who signed, the first one first: in the order of the signatures in the file."""
    never = datetime.max.replace(tzinfo=UTC)
    return sorted(flow.signers, key=lambda one: one.signed_at or never)


def _check_stampable(document: Document) -> None:
    if document.latest.origin is Origin.STAMPED:
        raise SigningError(
            f"{document.title!r} carries a verification code already",
            hint="Put it up for signing; or, if its code is void, deliver a new "
            "version first.",
        )


def _check_signatures(verdict: FileVerdict, flow: SigningFlow) -> None:
    count, wanted = len(verdict.signatures), len(flow.signers)
    if count != wanted:
        text = f"{count} handtekeningen in plaats van {wanted}"
        raise NotReadyError(flow.title, [("handtekeningen", text)])
    wrong = [
        (signature.field, f"{signature.indication.value}: {signature.sub_indication}")
        for signature in verdict.signatures
        if not _holds(signature.indication, signature.sub_indication)
    ]
    if wrong:
        raise NotReadyError(flow.title, wrong)


def _holds(indication: Indication, sub: SubIndication | None) -> bool:
    # Without trusted roots nobody can say TOTAL-PASSED; that the cryptography holds is
    # what the register needs to know.
    unrooted = sub is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    return indication is Indication.TOTAL_PASSED or (
        indication is Indication.INDETERMINATE and unrooted
    )
