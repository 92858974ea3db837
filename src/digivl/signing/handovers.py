"""A flow that is given to a platform outside, and what comes back from it.

Who looks after a platform finds out what happened there, and checks the signatures.
Here is checked that it is of this flow: the bytes that were sent, by who has to sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO, Final

import attrs

from digivl.documents.disk import CHUNK
from digivl.documents.model import Origin
from digivl.documents.port import Stored
from digivl.errors import ChangedFileError, MalformedError, SigningError
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Entry
from digivl.signing.acting import Acting
from digivl.signing.insession import check_alone
from digivl.signing.model import FLOW_LIFECYCLE, SigningFlow
from digivl.signing.outside import Did, DoneOutside, Elsewhere
from digivl.signing.participants import Approver, Participant, Signatory

_CHANGED: Final = "het getekende bestand begint niet met wat verzonden werd"


@attrs.frozen(kw_only=True)
class Handovers(Acting):
    """The acts of who looks after flows on platforms."""

    def give_out(
        self, id: str, *, platform: str, reference: str, by: Party
    ) -> Entry[SigningFlow]:
        """From now on people sign on a platform; each still has its turn here.

        Args:
            id: Id of the flow.
            platform: Name of the platform in the settings.
            reference: How it calls the flow.
            by: Who gives it out.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such flow.
            StepNotAllowedError: It does not run, or is on a platform already.
            SigningError: Somebody is signing it elsewhere, in a session.
        """
        found, now = self._prepares(id, by), self.clock()
        self.check_nobody_signs(found, now)
        there = Elsewhere(platform=platform, reference=reference, since=now)
        return self._done(found, found.record.give_out(there), "give out", by, "")

    def check_nobody_signs(self, found: Entry[SigningFlow], at: datetime) -> None:
        """Refuse to give out what somebody signs in a session.

        Args:
            found: The flow.
            at: The present moment.

        Raises:
            SigningError: Somebody does.
        """
        for one in found.record.signers:
            check_alone(self.book, found, one, at)

    def take_back(self, id: str, *, by: Party, reason: str = "") -> Entry[SigningFlow]:
        """From now on people sign here; what they did there and came in stays.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such flow.
            StepNotAllowedError: It does not run.
        """
        found = self._prepares(id, by)
        return self._done(found, found.record.take_back(), "take back", by, reason)

    def take_in(
        self,
        id: str,
        done: Sequence[DoneOutside],
        file: BinaryIO | None = None,
        *,
        by: Party,
    ) -> Entry[SigningFlow]:
        """Record what people did on a platform; what is known already is passed over.

        Both moments stay: when it was done there, and when it became known here.

        Args:
            id: Id of the flow.
            done: What they did, in the order in which they did it.
            file: The signed file; needed for a signature that is new.
            by: Who looked after it.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such flow, or somebody takes no part in it.
            StepNotAllowedError: It does not run, or its deadline had passed.
            SigningError: It is not on a platform, or somebody acted before its turn.
            MalformedError: There is no file for a signature; or the document has a
                newer version.
            ChangedFileError: The file begins with something else than what was sent:
                the flow waits for who started it.
        """
        found, now = self._prepares(id, by), self.clock()
        before = found.record
        if before.elsewhere is None:
            raise SigningError(
                f"{before.title!r} is on no platform", hint="Give it out first."
            )
        new = [one for one in done if not _is_known(before, one)]
        if not new:
            return found
        signs = any(one.did is Did.SIGNED for one in new)
        stored = self._kept(found, file, by) if signs else None
        flow = told(before, new, stored, now)
        reason = "; ".join(one.reason for one in new if one.reason)
        draft = found.next(flow, "take in", by, now, reason)
        more = [*self._companions(draft, before), *self._version(flow, stored, by, now)]
        return self._written(draft, before, *more)

    def fail(self, id: str, problem: str, *, by: Party) -> Entry[SigningFlow]:
        """What came back is not accepted; who started the flow looks at it.

        Args:
            id: Id of the flow.
            problem: What is wrong, in Dutch, without personal values.
            by: Who checked it.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such flow.
            StepNotAllowedError: It does not run.
        """
        found = self._prepares(id, by)
        return self._failed(found, problem, by)

    def _failed(
        self, found: Entry[SigningFlow], problem: str, by: Party
    ) -> Entry[SigningFlow]:
        return self._done(found, found.record.fail(problem), "fail", by, problem)

    def _kept(
        self, found: Entry[SigningFlow], file: BinaryIO | None, by: Party
    ) -> Stored:
        """The signed file, once it is known to begin with what was sent."""
        flow = found.record
        if file is None:
            raise MalformedError(
                f"a signature on {flow.title!r} is told without a file",
                hint="Give the signed file with it: only that shows that it is there.",
            )
        # Whether it was in time follows from when it was signed, not from now.
        FLOW_LIFECYCLE.after(flow.state, "fail")
        document = self.documents.read(flow.document).record
        document.check_latest(flow.current)
        stored = self.documents.keep(file)
        with (
            self.documents.opened(flow.current) as sent,
            self.documents.opened(stored.sha256) as signed,
        ):
            if begins_with(signed, sent):
                return stored
        self._failed(found, _CHANGED, by)
        raise ChangedFileError(
            f"the signed file of {flow.title!r} does not begin with what was sent",
            hint="Look at it; then let the flow go on, renew it or cancel it.",
        )

    def _version(
        self, flow: SigningFlow, stored: Stored | None, by: Party, at: datetime
    ) -> Sequence[AnyDraft]:
        if stored is None:
            return ()
        document = self.documents.read(flow.document)
        return (self.documents.draft(document, stored, Origin.SIGNED, by, at),)


def begins_with(signed: BinaryIO, sent: BinaryIO) -> bool:
    """Whether a file begins with another one, and is longer."""
    while chunk := sent.read(CHUNK):
        if signed.read(len(chunk)) != chunk:
            return False
    return bool(signed.read(1))


def told(
    flow: SigningFlow,
    done: Sequence[DoneOutside],
    stored: Stored | None,
    now: datetime,
) -> SigningFlow:
    """The flow after what people did on a platform, over the bytes it had.

    Args:
        flow: As it was given out.
        done: What they did, in the order in which they did it.
        stored: The signed file; None where nobody signed.
        now: When it became known here.

    Raises:
        NotFoundError: Somebody takes no part in it.
        StepNotAllowedError: It does not run, or its deadline had passed.
        SigningError: Somebody acted before its turn, or in another way.
    """
    over = flow.current
    for one in done:
        flow = _with(flow, one, over, stored, now)
    return flow


def _is_known(flow: SigningFlow, one: DoneOutside) -> bool:
    place = flow.taking_part(one.party)
    if one.did is Did.REFUSED:
        return place.refused_at is not None
    return place.done_at is not None


def _with(
    flow: SigningFlow,
    one: DoneOutside,
    over: str,
    stored: Stored | None,
    now: datetime,
) -> SigningFlow:
    """The flow after what somebody did on the platform, over the bytes it had."""
    place: Participant = flow.turn_of(
        [flow.taking_part(one.party)], _STEPS[one.did], one.at
    )
    place = attrs.evolve(place, identified=one.identified, recorded_at=now)
    if one.did is Did.REFUSED:
        return flow.refused(attrs.evolve(place, refused_at=one.at))
    if isinstance(place, Approver) and one.did is Did.APPROVED:
        return flow.approved(
            attrs.evolve(
                place, approved_at=one.at, remark=one.reason, version=flow.current
            )
        )
    if isinstance(place, Signatory) and one.did is Did.SIGNED and stored is not None:
        signed = attrs.evolve(
            place,
            signed_at=one.at,
            certificate=one.certificate,
            claimed_at=one.claimed_at,
            authority=one.authority,
            token=one.token,
            level=one.level,
            field=one.field,
            over=over,
            version=stored.sha256,
        )
        return flow.signed(signed, stored.sha256)
    raise SigningError(
        f"{place.party} takes part in another way than the platform says",
        hint="Compare the recipients there with those of the flow.",
    )


_STEPS: Final = {
    Did.APPROVED: "approve",
    Did.SIGNED: "sign",
    Did.REFUSED: "refuse",
}
