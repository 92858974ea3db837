"""What those who take part in a signing flow do, but for signing itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeVar

import attrs

from digivl.access.model import Permission
from digivl.errors import MalformedError, NotShownError, SigningError
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party
from digivl.records.entries import Entry
from digivl.signing.flows import check_here, permission_of
from digivl.signing.insession import check_not_signed
from digivl.signing.model import FLOW, SigningFlow
from digivl.signing.participants import (
    Approver,
    Handing,
    Participant,
    Shown,
    Signatory,
    Watcher,
)
from digivl.signing.preparing import Preparing

P = TypeVar("P", bound=Participant)

_DOES: Final[dict[type[Participant], str]] = {Signatory: "signs", Approver: "approves"}


@attrs.frozen(kw_only=True)
class Acting(Preparing):
    """The acts of who takes part in a signing flow."""

    def shown(
        self, id: str, *, by: Party, face: str, sha256: str | None = None
    ) -> Entry[SigningFlow]:
        """Record that a participant was shown the document; who is only told is done.

        Args:
            id: Id of the flow.
            by: Who looked: a participant, or who stands in for it.
            face: Where, e.g. ``web``.
            sha256: Of the bytes that were shown; those that are to be signed if None.

        Raises:
            NotAllowedError: `by` takes no part in it; also where there is no such flow.
            StepNotAllowedError: It does not run, or `by` has nothing to do in it.
            MalformedError: These are other bytes than those that are to be signed.
        """
        found, mine = self._mine(id, by, Permission.SIGN, Participant)
        now, wanted = self.clock(), sha256 or found.record.current
        if wanted not in found.record.versions:
            raise MalformedError(
                f"other bytes of {found.record.title!r} were shown than are signed",
                hint="Show the version that the flow names as `current`.",
            )
        found.record.check("show", now)
        flow, seen = found.record, Shown(sha256=wanted, at=now, by=by, face=face)
        # Who looks once has seen it for everybody it stands in for.
        for one in [p for p in mine if p.is_open] or mine[:1]:
            # Who looked for an absent party has not acted for it yet.
            flow = flow.noted(attrs.evolve(one, shown=seen, acting=None), "show")
        draft = found.next(flow, "show", by, now)
        return self._written(draft, found.record)

    def approve(
        self,
        id: str,
        *,
        by: Party,
        remark: str = "",
        identified: str = "",
        consent: str | None = None,
    ) -> Entry[SigningFlow]:
        """Approve (paraferen) as the party whose turn it is.

        Args:
            id: Id of the flow.
            by: The approver, or who stands in for it.
            remark: In Dutch, without personal values.
            identified: How the application identified `by`.
            consent: Id of one act of consent for several documents.

        Raises:
            NotAllowedError: `by` takes no part in it; also where there is no such flow.
            StepNotAllowedError: The flow does not run, or its deadline passed.
            SigningError: It is not its turn, it approved already, or it has to sign.
            NotShownError: It was shown another version.
            MalformedError: The document has a newer version than what is being signed.
            StaleRecordError: Somebody else acted on it meanwhile.
        """
        found, mine = self._mine(id, by, Permission.APPROVE, Approver)
        now = self.clock()
        one = self._in_turn(found.record, mine, "approve", now)
        self.documents.read(found.record.document).record.check_latest(
            found.record.current
        )
        done = attrs.evolve(
            one,
            approved_at=now,
            remark=remark,
            version=found.record.current,
            identified=identified,
            consent=consent,
        )
        draft = found.next(found.record.approved(done), "approve", by, now)
        return self._written(draft, found.record)

    def refuse(self, id: str, *, by: Party, reason: str) -> Entry[SigningFlow]:
        """A participant refuses; who started the flow holds the dossier again.

        Args:
            id: Id of the flow.
            by: Who has to sign or approve now, or who stands in for it.
            reason: Why, without personal values.

        Raises:
            NotAllowedError: As `approve`.
            StepNotAllowedError: The flow does not run, or its deadline passed.
            SigningError: It is not the turn of this party, or it signed elsewhere.
            MalformedError: There is no reason.
        """
        found, mine = self._mine(id, by, Permission.SIGN, Participant)
        now = self.clock()
        one = self._in_turn(found.record, mine, "refuse", now, seen=False)
        check_not_signed(self.book, found, one, now)
        if not reason.strip():
            raise MalformedError(
                "to refuse asks a reason", hint="Say what has to be changed first."
            )
        flow = found.record.refused(attrs.evolve(one, refused_at=now))
        return self._done(found, flow, "refuse", by, reason)

    def delegate(
        self,
        id: str,
        to: Party,
        *,
        by: Party,
        means: str | None = None,
        reason: str = "",
    ) -> Entry[SigningFlow]:
        """Hand one's own signature or approval to somebody who may; it is namens.

        Args:
            id: Id of the flow.
            to: Who signs or approves in the name of the participant.
            by: The participant, or who stands in for it; its turn may be to come.
            means: With which means `to` signs; that of the participant if None.
            reason: Why, without personal values.

        Raises:
            NotAllowedError: As `approve`.
            StepNotAllowedError: It did its part, or the flow does not run.
            SigningError: The policy lets `to` sign or approve nothing, people sign on
                a platform, or the participant signed elsewhere.
            MalformedError: `to` takes part already.
        """
        found, mine = self._mine(id, by, Permission.SIGN, Participant)
        now = self.clock()
        found.record.check("hand on", now)
        check_here(found.record)
        one = next((p for p in mine if p.is_open), mine[0])
        check_not_signed(self.book, found, one, now)
        how = Handing.DELEGATED
        flow = found.record.hand_on(one, to, how, at=now, means=means)
        before = found.record.places
        self._check_able(p for key, p in flow.places.items() if key not in before)
        return self._done(found, flow, "delegate", by, reason)

    def _mine(
        self, id: str, by: Party, permission: Permission, kind: type[P]
    ) -> tuple[Entry[SigningFlow], Sequence[P]]:
        """A flow, and as whom `by` takes part in it.

        Raises:
            NotAllowedError: It takes no part in it, or the policy does not let it.
            SigningError: It takes part in another way.
        """
        found = self.book.read_all(FLOW, [id]).get(id)
        acting = self.absences.sign_for(self.clock())
        mine = found.record.places_of(by, acting) if found else ()
        if found is None or not mine:
            # Not of `by`, and not there, are one refusal.
            self.guard.refuse(by, permission, FLOW.ref(id))
        self._check_permitted(by, mine, found.ref)
        wanted = [one for one in mine if isinstance(one, kind)]
        if not wanted:
            raise SigningError(
                f"{mine[0].party} {_verb(mine[0])} {found.record.title!r}",
                hint="It is named in the flow for that, and for nothing else.",
            )
        return found, wanted

    def _check_permitted(
        self, by: Party, mine: Sequence[Participant], flow: Ref
    ) -> None:
        for permission in {permission_of(one) for one in mine}:
            self.guard.check(by, permission, subject=flow)

    def _in_turn(
        self,
        flow: SigningFlow,
        mine: Sequence[P],
        act: str,
        at: datetime,
        *,
        seen: bool = True,
    ) -> P:
        """The one whose turn it is, who may act on what it was shown."""
        deciding = [one for one in mine if not isinstance(one, Watcher)]
        if not deciding:
            raise SigningError(f"{mine[0].party} is only told of {flow.title!r}")
        one = flow.turn_of(deciding, act, at)
        check_here(flow)
        if seen:
            check_seen(flow, one)
        return one


def check_seen(flow: SigningFlow, one: Participant) -> None:
    """Whether somebody was shown what there is to sign, if it was shown anything.

    A signature of somebody else that came meanwhile does not count: it adds to the
    bytes that were shown, and changes none.

    Raises:
        NotShownError: It was shown another version.
    """
    seen = one.shown or one.outdated
    if seen is not None and (one.shown is None or seen.sha256 not in flow.versions):
        raise NotShownError(
            f"{one.party} was shown another version of {flow.title!r}",
            hint="Show the new version first.",
        )


def _verb(one: Participant) -> str:
    return _DOES.get(type(one), "is only told of")
