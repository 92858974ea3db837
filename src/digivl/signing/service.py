"""Signing flows: put a document up for signing, sign it, refuse it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Final

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.custody.absence import Absences
from digivl.custody.moves import Moves
from digivl.documents.disk import scratch
from digivl.documents.model import Origin
from digivl.documents.port import Stored
from digivl.documents.service import Documents
from digivl.errors import SigningError
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import Party, Role
from digivl.pdf.levels import Level
from digivl.pdf.signer import Signed
from digivl.records.entries import AnyDraft, Draft, Entry, first
from digivl.records.port import Query, RecordBook
from digivl.signing.files import FileSigning
from digivl.signing.means import SigningMeans
from digivl.signing.model import FLOW, Signatory, SigningFlow
from digivl.signing.port import FlowCompanion
from digivl.signing.tsa_later import LaterTimestamps, is_unstamped, later_task

#: Term in working days for each signatory, while no rule gives one.
SIGN_DAYS: Final = 5
_SIGN: Final = "ondertekenen"
_REGISTER_DAYS: Final = 1


@attrs.frozen(kw_only=True)
class Signing:
    """The signing flows of an office."""

    book: RecordBook
    documents: Documents
    moves: Moves
    guard: Guard
    absences: Absences
    means: Callable[[str], SigningMeans]
    files: FileSigning
    later: LaterTimestamps | None
    companion: FlowCompanion
    clock: Callable[[], datetime]

    def start(
        self, document: str, signatories: Sequence[Signatory], *, by: Party
    ) -> Entry[SigningFlow]:
        """Put the last version of a document up for signing, in the order given.

        Args:
            document: Id of the document.
            signatories: Who signs, with which means of the settings.
            by: Who puts it up; holds the dossier again when all have signed.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such document.
            StepNotAllowedError: The dossier is closed.
            MalformedError: No signatory, or one that stands there twice.
            SigningError: It is up for signing already, or the policy lets one of
                them sign nothing.
            ConfigurationError: The settings have no such signing means.
        """
        now, prepares = self.clock(), Permission.PREPARE_SIGNING
        found = self.documents.admitted(document, prepares, by).record
        self._check_free(document, found.dossier)
        for signatory in signatories:
            self.means(signatory.means)
            self._check_signs(signatory.party)
        flow = SigningFlow(
            dossier=found.dossier,
            document=document,
            title=found.title,
            base=found.latest.sha256,
            current=found.latest.sha256,
            started_by=by,
            signatories=tuple(signatories),
        )
        started = first(FLOW, new_id(), flow, "start", by, now)
        asked = self._asked(started)
        return self.book.write(started, *asked, *self.companion.started(flow, by, now))[
            0
        ]

    def read(self, id: str) -> Entry[SigningFlow]:
        """The flow as it is now.

        Raises:
            NotFoundError: No such flow.
        """
        return self.book.read(FLOW, id)

    def sign(self, id: str, *, by: Party) -> Entry[SigningFlow]:
        """Sign as the party whose turn it is, with a timestamp (PAdES B-T).

        Where the settings allow a timestamp to come later, a signature for which no
        authority answers is kept as it is (B-B), and `digivl work` adds one.

        The signed version, the flow and the custody of the dossier are written
        together: either all of it happened, or nothing.

        Args:
            id: Id of the flow.
            by: The signatory, or who stands in for it: see `Absences.sign_for`.

        Raises:
            NotAllowedError: It is not for `by` to sign; also where there is no such
                flow.
            StepNotAllowedError: The flow has ended.
            SigningError: It is not the turn of this party, or the key cannot sign.
            MalformedError: The document has a newer version than what is being signed.
            BackendUnavailableError: No timestamp authority answers; nothing changed.
            StaleRecordError: Somebody else signed or refused meanwhile.
        """
        found, signatory = self._turn(id, by)
        document = self.documents.read(found.record.document)
        document.record.check_latest(found.record.current)
        stored, signed = self._signed(found.record, signatory)
        done = self._signatory(signatory, signed)
        flow = found.record.signed(done, stored.sha256)
        by, now = by.acting_as(Role.SIGNATORY), self.clock()
        drafts: tuple[AnyDraft, ...] = (
            found.next(flow, "sign", by, now),
            self.documents.draft(document, stored, Origin.SIGNED, by, now),
            *self._held_next(found, flow, by, now),
        )
        tasks = [later_task(found.id, now)] if is_unstamped(done) else []
        return self.book.write(*drafts, tasks=tasks)[0]

    def refuse(self, id: str, *, by: Party, reason: str) -> Entry[SigningFlow]:
        """A signatory refuses; who started the flow holds the dossier again.

        Args:
            id: Id of the flow.
            by: The signatory whose turn it is, or who stands in for it.
            reason: Why, without personal values.

        Raises:
            NotAllowedError: As `sign`.
            StepNotAllowedError: The flow has ended.
            SigningError: It is not the turn of this party.
        """
        found, _ = self._turn(id, by)
        return self._end(found, found.record.refuse(), "refuse", by, reason)

    def cancel(self, id: str, *, by: Party, reason: str) -> Entry[SigningFlow]:
        """Stop a flow, e.g. to replace the document; its code is void from then on.

        Args:
            id: Id of the flow.
            by: Who stops it.
            reason: Why, without personal values.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            StepNotAllowedError: The flow has ended.
        """
        found = self.book.read_all(FLOW, [id]).get(id)
        document = found.record.document if found else id
        self.documents.admitted(document, Permission.PREPARE_SIGNING, by)
        found = found or self.read(id)
        return self._end(found, found.record.cancel(), "cancel", by, reason)

    def sign_file(
        self,
        source: BinaryIO,
        target: BinaryIO,
        *,
        means: str,
        field: str,
        reason: str | None = None,
        timestamp: bool = True,
    ) -> Signed:
        """Sign one file outside any flow; nothing is recorded. See `FileSigning`.

        Args:
            source: The PDF; seekable.
            target: An empty stream for the signed file.
            means: Name of the signing means in the settings.
            field: Name of the signature field.
            reason: As readers show it.
            timestamp: False gives B-B; else it is the level of the settings, and
                B-T at least.

        Raises:
            SigningError: The key, the certificate or the document cannot be used.
        """
        return self.files.sign(
            source,
            target,
            means=means,
            field=field,
            level=self.files.stamped_level if timestamp else Level.B_B,
            reason=reason,
        )

    def _signed(self, flow: SigningFlow, signatory: Signatory) -> tuple[Stored, Signed]:
        number = 1 + sum(one.signed_at is not None for one in flow.signatories)
        with self.documents.opened(flow.current) as source, scratch() as target:
            signed = self._stamped(
                source,
                target,
                means=signatory.means,
                field=f"Handtekening{number}",
                reason=f"Ondertekend als {signatory.function}",
            )
            target.seek(0)
            return self.documents.store.put(target), signed

    def _stamped(self, source: BinaryIO, target: BinaryIO, **how: Any) -> Signed:
        if self.later is None:
            return self.sign_file(source, target, **how)
        with scratch() as bare:
            made = self.sign_file(source, bare, timestamp=False, **how)
            return self.later.stamped(bare, target, made)

    def _signatory(self, signatory: Signatory, signed: Signed) -> Signatory:
        certificate = self.means(signatory.means).identity().certificate
        token = signed.timestamp
        return attrs.evolve(
            signatory,
            signed_at=token.time if token else signed.at,
            certificate=hashlib.sha256(certificate).hexdigest(),
            authority=token.authority if token else None,
        )

    def _turn(self, id: str, by: Party) -> tuple[Entry[SigningFlow], Signatory]:
        """A flow, and as whom `by` signs it now."""
        found = self.book.read_all(FLOW, [id]).get(id)
        acting = self.absences.sign_for(self.clock())
        mine = found.record.signatories_of(by, acting) if found else ()
        if found is None or not mine:
            # Not of `by`, and not there, are one refusal.
            self.guard.refuse(by, Permission.SIGN, FLOW.ref(id))
        self.guard.check(by, Permission.SIGN, subject=found.ref)
        return found, found.record.turn_of(mine)

    def _check_signs(self, party: Party) -> None:
        if not self.guard.policy.allows(party, Permission.SIGN):
            raise SigningError(
                f"{party} signs nothing in the role {party.role.value!r}",
                hint="Give the signatory a role that signs, or change the policy.",
            )

    def _check_free(self, document: str, dossier: str) -> None:
        for row in self.book.rows(Query(kind=FLOW.name, dossier=dossier, open=True)):
            if self.read(row.ref.id).record.document == document:
                raise SigningError(
                    "this document is up for signing already",
                    hint="Sign it there, or cancel that flow first.",
                )

    def _end(
        self,
        found: Entry[SigningFlow],
        ended: SigningFlow,
        action: str,
        by: Party,
        reason: str,
    ) -> Entry[SigningFlow]:
        now = self.clock()
        held = self.moves.answered(
            found.ref,
            ended.started_by,
            f"niet ondertekend, verder behandelen: {reason}",
            by=by,
            at=now,
            days=SIGN_DAYS,
            ends=True,
        )
        stopped = found.next(ended, action, by, now, reason)
        after = self.companion.ended(ended, by, now)
        return self.book.write(stopped, *held, *after)[0]

    def _asked(self, started: Draft[SigningFlow]) -> Iterator[AnyDraft]:
        flow = started.record
        return self.moves.asked(
            FLOW.ref(started.id),
            flow.signatories[0].party,
            _SIGN,
            dossier=flow.dossier,
            title=flow.title,
            by=started.actor,
            at=started.at,
            days=SIGN_DAYS,
        )

    def _held_next(
        self, found: Entry[SigningFlow], flow: SigningFlow, by: Party, at: datetime
    ) -> Iterator[AnyDraft]:
        waiting = flow.next_signatory
        answered = self.moves.answered
        if waiting is None:
            to, days = flow.started_by, _REGISTER_DAYS
            return answered(
                found.ref, to, "registreren", by=by, at=at, days=days, ends=True
            )
        to, days = waiting.party, SIGN_DAYS
        return answered(found.ref, to, _SIGN, by=by, at=at, days=days, ends=False)
