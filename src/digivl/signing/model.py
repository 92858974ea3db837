"""A signing flow (handtekenaangelegenheid): one document, and who signs it in turn.

Kaleidos and Themis know a flow for each document too. Flows that are sent together have
one `bundle`; each of them goes on by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import attrs
from attrs.validators import optional

from digivl.errors import MalformedError, NotFoundError, StepNotAllowedError
from digivl.kernel.checks import at_most, counted_from_one, free_text
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party
from digivl.signing.order import (
    check_different,
    first_open,
    out_of_turn,
    progress,
    stages,
)
from digivl.signing.outside import Elsewhere
from digivl.signing.participants import (
    Approver,
    Handing,
    Participant,
    Signatory,
    Succession,
    Watcher,
    handed,
    renewed,
)
from digivl.signing.states import FLOW_LIFECYCLE, RUNNING, FlowState, step_to

__all__ = [
    "FLOW",
    "FLOW_LIFECYCLE",
    "Approver",
    "Elsewhere",
    "FlowState",
    "Signatory",
    "SigningFlow",
    "Watcher",
]

#: More in one flow is a mistake.
_MOST: Final = 200
P = TypeVar("P", bound=Participant)


def _somebody(flow: SigningFlow, _: object, signatories: Sequence[Signatory]) -> None:
    if not signatories and flow.state is not FlowState.MARKED:
        raise MalformedError("a signing flow needs at least one signatory")
    check_different(flow.participants)


@attrs.frozen(kw_only=True)
class SigningFlow:
    """Who approves and signs a document, in which order, and how far that is.

    Attributes:
        document: Id of the document.
        base: SHA-256 of the version that was sent.
        current: SHA-256 of the version that the next signatory signs.
        started_by: Has the dossier again when everybody signed, or one refused.
        signatories: Who signs, in the order of signing; also who was replaced.
        approvers: Who approves, likewise.
        watchers: Who is told.
        deadline: Until when everybody has to have signed.
        sent_at: When it was sent last; None before.
        bundle: Id that it has in common with what was sent with it.
        place: Its place in the bundle, from 1.
        elsewhere: The platform on which it is, or was, signed.
        problem: Why what came back signed could not be accepted.
    """

    dossier: str
    document: str
    title: str
    base: str
    current: str
    started_by: Party
    signatories: tuple[Signatory, ...] = attrs.field(
        validator=(at_most(_MOST), _somebody)
    )
    approvers: tuple[Approver, ...] = attrs.field(default=(), validator=at_most(_MOST))
    watchers: tuple[Watcher, ...] = attrs.field(default=(), validator=at_most(_MOST))
    deadline: datetime | None = attrs.field(default=None, validator=optional(aware))
    sent_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    bundle: str | None = None
    place: int | None = attrs.field(default=None, validator=optional(counted_from_one))
    elsewhere: Elsewhere | None = None
    problem: str = attrs.field(default="", validator=free_text)
    state: FlowState = FlowState.TO_BE_SIGNED

    @property
    def participants(self) -> tuple[Participant, ...]:
        """Everybody who takes part or did, approvers first."""
        return (*self.approvers, *self.signatories, *self.watchers)

    @property
    def places(self) -> Mapping[str, Participant]:
        """Everybody by the key of the place, which stays while the flow runs."""
        named = (("a", self.approvers), ("s", self.signatories), ("w", self.watchers))
        return {
            f"{letter}{number}": one
            for letter, those in named
            for number, one in enumerate(those, 1)
        }

    @property
    def signers(self) -> tuple[Signatory, ...]:
        """Whose signatures it needs: without those in whose place others came."""
        return tuple(one for one in self.signatories if one.is_live)

    @property
    def next_signatory(self) -> Signatory | None:
        """Who signs next, when its turn comes; None when everybody signed."""
        placed = stages(self.participants)
        waiting = [one for one in self.signers if one.signed_at is None]
        return min(waiting, key=lambda one: placed[one.party.id], default=None)

    @property
    def is_ended(self) -> bool:
        """True once nothing more can happen to it."""
        return FLOW_LIFECYCLE.is_final(self.state)

    @property
    def waiting(self) -> tuple[Participant, ...]:
        """Those of the first stage that is not done, who have something to do."""
        return tuple(first_open(self.participants))

    @property
    def turns(self) -> tuple[Participant, ...]:
        """Those who can approve or sign now; none unless it runs."""
        return self.waiting if self.state in RUNNING else ()

    @property
    def versions(self) -> frozenset[str]:
        """SHA-256 of what was sent, and of it with each signature so far."""
        made = (name for one in self.signers for name in (one.version, one.bare))
        return frozenset((self.base, self.current, *filter(None, made)))

    def taking_part(self, party: str) -> Participant:
        """The place of a party, by its id, unless somebody else is in it.

        Raises:
            NotFoundError: It takes no part.
        """
        for one in self.participants:
            if one.is_live and one.party.id == party:
                return one
        raise NotFoundError(f"{party} takes no part in signing {self.title!r}")

    def places_of(
        self, party: Party, acting: Mapping[str, Party]
    ) -> Sequence[Participant]:
        """As whom a party acts in this: as itself, and for who is absent.

        Args:
            party: Who wants to act.
            acting: Who signs for each absent party, by its id.
        """
        return [
            attrs.evolve(one, acting=None if one.party.id == party.id else party)
            for one in self.participants
            if one.is_live
            and party.id in {one.party.id, acting.get(one.party.id, one.party).id}
        ]

    def turn_of(self, mine: Sequence[P], act: str, at: datetime) -> P:
        """The one of these places whose turn it is to do something.

        Raises:
            StepNotAllowedError: The flow does not run, or its deadline passed.
            SigningError: Done already, somebody else is first, or it is not what these
                have to do.
        """
        self.check(act, at)
        turns = {one.party.id for one in self.turns}
        for one in mine:
            if one.is_open and one.party.id in turns:
                return one
        raise out_of_turn(mine, self.turns[0])

    def check(self, act: str, at: datetime) -> None:
        """Whether somebody who takes part can do something at that moment.

        Raises:
            StepNotAllowedError: It does not run, or its deadline passed.
        """
        if self.state not in RUNNING:
            FLOW_LIFECYCLE.after(self.state, act)
        if self.is_late(at):
            late = FlowState.EXPIRED
            steps = FLOW_LIFECYCLE.open_steps(late)
            raise StepNotAllowedError(FLOW_LIFECYCLE.subject, late.value, act, steps)

    def is_late(self, at: datetime) -> bool:
        """Whether it runs and its deadline passed."""
        runs = self.state in RUNNING
        return runs and self.deadline is not None and self.deadline < at

    def prepare(
        self,
        signatories: Sequence[Signatory],
        approvers: Sequence[Approver] = (),
        watchers: Sequence[Watcher] = (),
        deadline: datetime | None = None,
    ) -> SigningFlow:
        """A draft with these people, in the place of those it had."""
        return _after(
            self,
            "prepare",
            signatories=tuple(signatories),
            approvers=tuple(approvers),
            watchers=tuple(watchers),
            deadline=deadline,
        )

    def send(self, sha256: str, at: datetime) -> SigningFlow:
        """The first ones are asked; `sha256` is what is put up.

        Raises:
            StepNotAllowedError: It is no draft with signatories.
            MalformedError: Its deadline passed already.
        """
        if self.deadline is not None and self.deadline <= at:
            raise MalformedError("the deadline for signing lies before its start")
        # Who was shown something before a recall was shown what there was then.
        again = self if sha256 == self.base else _untouched(self)
        sent = attrs.evolve(again, base=sha256, current=sha256, sent_at=at)
        return _moved(sent, "send")

    def recall(self) -> SigningFlow:
        """It is a draft again: others can be named.

        Raises:
            StepNotAllowedError: Somebody approved or signed.
        """
        after = _after(self, "recall")
        acted = next((one for one in self.participants if one.done_at), None)
        if acted is not None:
            raise StepNotAllowedError(
                FLOW_LIFECYCLE.subject, acted.state.value, "recall", ("cancel", "renew")
            )
        return after

    def noted(self, one: Participant, step: str) -> SigningFlow:
        """`one` was shown the document, or asked elsewhere, as it says of itself."""
        return _after(self._with(one, step), step)

    def approved(self, approver: Approver) -> SigningFlow:
        """`approver` approved."""
        return _moved(self._with(approver, "approve"), "approve")

    def signed(self, signatory: Signatory, sha256: str) -> SigningFlow:
        """`signatory` signed; the version is now `sha256`."""
        after = attrs.evolve(self._with(signatory, "sign"), current=sha256)
        return _moved(after, "sign")

    def refused(self, one: Participant) -> SigningFlow:
        """A participant refuses: nobody signs any more."""
        return _after(self._with(one, "refuse"), "refuse")

    def hand_on(
        self,
        one: Participant,
        to: Party,
        how: Handing,
        *,
        at: datetime,
        means: str | None = None,
    ) -> SigningFlow:
        """`to` comes in the place of a participant that did nothing yet.

        Raises:
            StepNotAllowedError: It acted, or the flow does not run.
            MalformedError: `to` takes part already.
        """
        stage = stages(self.participants).get(one.party.id)
        gone = Succession(to=to, how=how, at=at)
        left = attrs.evolve(one, acting=None, stage=stage, succession=gone)
        step = "delegate" if how is Handing.DELEGATED else "replace"
        new = handed(left, to, how, means)
        return _after(self._with(left, step, new), "hand on")

    def extend(self, deadline: datetime) -> SigningFlow:
        """Everybody has until another moment; what had expired goes on."""
        return _moved(attrs.evolve(self, deadline=deadline), "extend")

    def expire(self) -> SigningFlow:
        """Its deadline passed."""
        return _after(self, "expire")

    def fail(self, problem: str) -> SigningFlow:
        """What came back signed is not accepted; who started it looks at it."""
        return _after(self, "fail", problem=problem)

    def go_on(self) -> SigningFlow:
        """It is signed on from the last version that was accepted.

        Raises:
            StepNotAllowedError: Nothing failed.
        """
        return _moved(attrs.evolve(self, problem=""), "go on")

    def renew(self, sha256: str) -> SigningFlow:
        """The document has a new version: it is approved and signed from the start."""
        new: dict[str, Any] = {"base": sha256, "current": sha256}
        fresh = attrs.evolve(_untouched(self), problem="", elsewhere=None, **new)
        return _moved(fresh, "renew")

    def cancel(self) -> SigningFlow:
        """It is stopped: nobody signs any more."""
        return _after(self, "cancel")

    def give_out(self, elsewhere: Elsewhere) -> SigningFlow:
        """From now on people sign it on a platform.

        Raises:
            StepNotAllowedError: It does not run, or is on a platform.
        """
        after = _after(self, "give out", elsewhere=elsewhere)
        if self.elsewhere is not None:
            raise StepNotAllowedError(
                *(FLOW_LIFECYCLE.subject, f"op {self.elsewhere.platform}"),
                *("give out", ("take back",)),
            )
        return after

    def take_back(self) -> SigningFlow:
        """From now on people sign it here."""
        return _after(self, "take back", elsewhere=None)

    def _with(self, one: Participant, step: str, *more: Participant) -> SigningFlow:
        """The flow with `one` as it is after a step, and with others behind it."""
        name = _FIELDS[type(one)]
        those: tuple[Participant, ...] = getattr(self, name)
        before = self.taking_part(one.party.id)
        before.check(step)
        place = those.index(before)
        changes: dict[str, Any] = {
            name: (*those[:place], one, *those[place + 1 :], *more)
        }
        return attrs.evolve(self, **changes)


_FIELDS: Final[dict[type[Participant], str]] = {
    Approver: "approvers",
    Signatory: "signatories",
    Watcher: "watchers",
}


def _after(flow: SigningFlow, step: str, **changes: Any) -> SigningFlow:
    """A flow after a step that leads to one state."""
    state = FLOW_LIFECYCLE.after(flow.state, step)
    return attrs.evolve(flow, state=state, **changes)


def _moved(flow: SigningFlow, act: str) -> SigningFlow:
    """A flow after an act, in the state that follows from what is left to do."""
    target = progress(flow.participants)
    return attrs.evolve(flow, state=step_to(flow.state, act, target))


def _untouched(flow: SigningFlow) -> SigningFlow:
    """The flow for another version of the document: everybody has all to do again."""
    changes: dict[str, Any] = {
        name: tuple(renewed(p) if p.is_live else p for p in getattr(flow, name))
        for name in _FIELDS.values()
    }
    return attrs.evolve(flow, **changes)


def _standing(flow: SigningFlow) -> Standing:
    done = sum(one.signed_at is not None for one in flow.signers)
    waiting = "; ".join(f"{one.task}: {one.party}" for one in flow.turns)
    return Standing(
        state=flow.state.name,
        title=f"{flow.title} ({done} van {len(flow.signers)} getekend)",
        dossier=flow.dossier,
        part_of=flow.bundle,
        next_step=waiting or None,
        due=flow.deadline if flow.state in RUNNING else None,
        open=not flow.is_ended,
    )


FLOW: Final = Kind("signing", SigningFlow, _standing)
