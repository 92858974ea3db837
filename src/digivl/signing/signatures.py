"""Signs in the turn of a signatory, with a means of the settings and a timestamp."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import BinaryIO, Final

import attrs

from digivl.access.model import Permission
from digivl.documents.disk import scratch
from digivl.documents.model import Origin
from digivl.errors import ChangedFileError, SigningError
from digivl.kernel.parties import Party, Role
from digivl.pdf.levels import Level
from digivl.pdf.signer import Signed
from digivl.records.entries import Entry
from digivl.signing.handovers import Handovers, begins_with
from digivl.signing.insession import check_alone
from digivl.signing.model import Signatory, SigningFlow
from digivl.signing.reasons import reason_of
from digivl.signing.tsa_later import is_unstamped, later_task

#: The first number that is free in the document: others may have signed it before.
FIELD: Final = "Handtekening#"


@attrs.frozen(kw_only=True)
class Turn:
    """The turn of one signatory, from the moment it signs until it has signed.

    Attributes:
        flow: As it is.
        signatory: As whom is signed.
        by: Who signs.
        field: Name of the signature field; a ``#`` at its end stands for a number.
        reason: As readers of the PDF show it.
    """

    flow: Entry[SigningFlow]
    signatory: Signatory
    by: Party
    field: str
    reason: str


@attrs.frozen(kw_only=True)
class Signatures(Handovers):
    """The act of signing."""

    def sign(
        self,
        id: str,
        *,
        by: Party,
        identified: str = "",
        consent: str | None = None,
    ) -> Entry[SigningFlow]:
        """Sign as the party whose turn it is, with a timestamp (PAdES B-T).

        Where the settings allow a timestamp to come later, a signature for which no
        authority answers is kept as it is (B-B), and `digivl work` adds one.

        The signed version, the flow and the custody of the dossier are written
        together: either all of it happened, or nothing.

        Args:
            id: Id of the flow.
            by: The signatory, or who stands in for it: see `Absences.sign_for`.
            identified: How the application identified `by`.
            consent: Id of one act of consent for several documents.

        Raises:
            NotAllowedError: It is not for `by` to sign; also where there is no such
                flow.
            StepNotAllowedError: The flow does not run, or its deadline passed.
            SigningError: It is not the turn of this party, the key cannot sign, people
                sign elsewhere with it (see `FlowSessions.start_for`), or are doing so.
            NotShownError: It was shown another version.
            MalformedError: The document has a newer version than what is being signed.
            BackendUnavailableError: No timestamp authority answers; nothing changed.
            StaleRecordError: Somebody else signed or refused meanwhile.
        """
        turn = self.turn(id, by=by, identified=identified, consent=consent)
        if turn.signatory.means in self.outside:
            raise SigningError(
                f"with {turn.signatory.means} people sign elsewhere, in rounds",
                hint="Start a session (`digivl session flows`, "
                "vl.signing_sessions.start_for); or, for a platform, send a package "
                "(`digivl platform send --flow`, vl.packages.send).",
            )
        chosen = self.means(turn.signatory.means)
        current = turn.flow.record.current
        with self.documents.opened(current) as source, scratch() as target:
            signed = self._stamped(turn, source, target)
            return self.finish(turn, target, signed, chosen.identity().certificate)

    def _stamped(self, turn: Turn, source: BinaryIO, target: BinaryIO) -> Signed:
        """Sign and stamp; where it may come later, keep what no authority stamps."""
        if self.later is None:
            return self._signed(turn, source, target, self.files.stamped_level)
        with scratch() as bare:
            made = self._signed(turn, source, bare, Level.B_B)
            return self.later.stamped(bare, target, made)

    def _signed(
        self, turn: Turn, source: BinaryIO, target: BinaryIO, level: Level
    ) -> Signed:
        certificate = self.means(turn.signatory.means).identity().certificate
        # Looked at when it was put up; since then only signatures came with it.
        return self.files.sign(
            source,
            target,
            means=turn.signatory.means,
            field=turn.field,
            level=level,
            reason=reason_of(turn.signatory.function, certificate),
            looked_at=True,
        )

    def turn(
        self,
        id: str,
        *,
        by: Party,
        identified: str = "",
        consent: str | None = None,
    ) -> Turn:
        """The turn of a signatory, for a means that signs in rounds; see `sign`."""
        found, mine = self._mine(id, by, Permission.SIGN, Signatory)
        flow, now = found.record, self.clock()
        one = self._in_turn(flow, mine, "sign", now)
        check_alone(self.book, found, one, now, consent)
        self.documents.read(flow.document).record.check_latest(flow.current)
        return Turn(
            flow=found,
            signatory=attrs.evolve(one, identified=identified, consent=consent),
            by=by,
            field=FIELD,
            reason=reason_of(one.function),
        )

    def finish(
        self, turn: Turn, file: BinaryIO, signed: Signed, certificate: bytes
    ) -> Entry[SigningFlow]:
        """Record a signature that was made in a turn, with the file that holds it.

        Args:
            turn: As `turn` gave it.
            file: The signed PDF; seekable.
            signed: What is known of the signature.
            certificate: Of who signed, DER.

        Raises:
            ChangedFileError: The file begins with something else than what was to be
                signed: the flow waits for who started it.
            MalformedError: The document has a newer version meanwhile.
            StaleRecordError: Somebody else acted on the flow meanwhile.
        """
        found, before, by = turn.flow, turn.flow.record, turn.by
        file.seek(0)
        with self.documents.opened(before.current) as sent:
            if not begins_with(file, sent):
                self._failed(found, "het getekende bestand begint anders", by)
                raise ChangedFileError(
                    f"the signed file of {before.title!r} does not begin with what "
                    "was to be signed",
                    hint="Look at the means; then let the flow go on, or cancel it.",
                )
        file.seek(0)
        stored, now = self.documents.store.put(file), self.clock()
        done = _done(turn, signed, certificate, stored.sha256)
        flow, actor = before.signed(done, stored.sha256), by.acting_as(Role.SIGNATORY)
        draft = found.next(flow, "sign", actor, now)
        document = self.documents.read(before.document)
        version = self.documents.draft(document, stored, Origin.SIGNED, actor, now)
        late = self.later is not None and is_unstamped(done)
        tasks = [later_task(found.id, now)] if late else []
        return self._written(draft, before, version, tasks=tasks)

    def sign_file(
        self,
        source: BinaryIO,
        target: BinaryIO,
        *,
        means: str,
        field: str,
        reason: str | None = None,
        timestamp: bool = True,
        accepted: Mapping[str, str] | None = None,
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
            accepted: What the policy refuses and is accepted; see `FileSigning.look`.

        Raises:
            UnsafeDocumentError: A signer cannot see all of it, or it can change later.
            SigningError: The key, the certificate or the document cannot be used.
        """
        return self.files.sign(
            source,
            target,
            means=means,
            field=field,
            level=self.files.stamped_level if timestamp else Level.B_B,
            reason=reason,
            accepted=accepted,
        )


def _done(turn: Turn, signed: Signed, certificate: bytes, version: str) -> Signatory:
    token = signed.timestamp
    return attrs.evolve(
        turn.signatory,
        session=None,
        signed_at=token.time if token else signed.at,
        claimed_at=signed.at,
        certificate=hashlib.sha256(certificate).hexdigest(),
        authority=token.authority if token else None,
        token=hashlib.sha256(token.der).hexdigest() if token else None,
        level=signed.level.value,
        field=signed.field,
        over=turn.flow.record.current,
        version=version,
    )
