"""Custody (signataire): exactly one holder and one next step; who stands in."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

import attrs
from attrs.validators import optional

from digivl.errors import MalformedError
from digivl.kernel.checks import public_line
from digivl.kernel.kinds import Kind, Ref, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party


class CustodyState(Enum):
    """Whether somebody still has to do something (staat van bewaring)."""

    HELD = "in behandeling"
    CLOSED = "afgesloten"


CUSTODY_LIFECYCLE: Final = Lifecycle(
    subject="custody",
    initial=CustodyState.HELD,
    steps=(
        Step("hand over", (CustodyState.HELD,), CustodyState.HELD),
        Step("extend", (CustodyState.HELD,), CustodyState.HELD),
        Step("remind", (CustodyState.HELD,), CustodyState.HELD),
        Step("close", (CustodyState.HELD,), CustodyState.CLOSED),
        Step("take again", (CustodyState.CLOSED,), CustodyState.HELD),
    ),
)


def _not_before_since(custody: Custody, _: object, due: datetime) -> None:
    if due < custody.since:
        raise MalformedError(
            f"due {due} lies before {custody.since}, since when it is held"
        )


@attrs.frozen(kw_only=True)
class Custody:
    """Who holds something, since when, until when, and what is next.

    There is no custody without a holder, a next step and a due moment: that is what
    makes a black hole impossible to write down.

    Attributes:
        subject: What is held.
        dossier: Id of the dossier that it belongs to, or is.
        title: One line for people, without personal values.
        holder: The one party that has to act.
        next_step: What that party has to do, in Dutch.
        since: When it came to this holder.
        due: When the step has to be done.
        handed_by: Who had it before this holder; who can recall it, and to whom it
            escalates.
        warned: The due moment that the holder was told is near.
        reminded: The due moment of which the holder was reminded.
    """

    subject: Ref
    dossier: str
    title: str
    holder: Party
    next_step: str = attrs.field(validator=public_line)
    since: datetime = attrs.field(validator=aware)
    due: datetime = attrs.field(validator=(aware, _not_before_since))
    handed_by: Party | None = None
    warned: datetime | None = attrs.field(default=None, validator=optional(aware))
    reminded: datetime | None = attrs.field(default=None, validator=optional(aware))
    state: CustodyState = CUSTODY_LIFECYCLE.initial

    def hand_over(
        self, to: Party, next_step: str, *, at: datetime, due: datetime
    ) -> Custody:
        """Now `to` holds it, and has to do `next_step` before `due`.

        Who had it already has it since the same moment.

        Raises:
            StepNotAllowedError: It is closed.
        """
        same = to.id == self.holder.id
        return attrs.evolve(
            self,
            state=CUSTODY_LIFECYCLE.after(self.state, "hand over"),
            holder=to,
            next_step=next_step,
            since=self.since if same else at,
            due=due,
            handed_by=self.handed_by if same else self.holder,
        )

    def take_again(
        self, to: Party, next_step: str, *, at: datetime, due: datetime
    ) -> Custody:
        """What was done has to be done again, by `to`.

        Raises:
            StepNotAllowedError: Somebody holds it.
        """
        return attrs.evolve(
            self,
            state=CUSTODY_LIFECYCLE.after(self.state, "take again"),
            holder=to,
            next_step=next_step,
            since=at,
            due=due,
            handed_by=None,
        )

    def extend(self, due: datetime) -> Custody:
        """The same step has to be done before another moment.

        Raises:
            StepNotAllowedError: It is closed.
        """
        state = CUSTODY_LIFECYCLE.after(self.state, "extend")
        return attrs.evolve(self, state=state, due=due)

    def remind(self, *, early: bool = False) -> Custody:
        """The holder was reminded of this due moment, or warned that it comes.

        Raises:
            StepNotAllowedError: It is closed.
        """
        state = CUSTODY_LIFECYCLE.after(self.state, "remind")
        if early:
            return attrs.evolve(self, state=state, warned=self.due)
        return attrs.evolve(self, state=state, reminded=self.due)

    def close(self) -> Custody:
        """Nothing is left to do.

        Raises:
            StepNotAllowedError: It is closed already.
        """
        state = CUSTODY_LIFECYCLE.after(self.state, "close")
        return attrs.evolve(self, state=state)


def _standing(custody: Custody) -> Standing:
    return Standing(
        state=custody.state.value,
        title=custody.title,
        dossier=custody.dossier,
        holder=custody.holder.id,
        holder_label=custody.holder.label,
        role=custody.holder.role.value,
        entity=custody.holder.entity,
        minister=custody.holder.minister,
        next_step=custody.next_step,
        since=custody.since,
        due=custody.due,
        open=custody.state is CustodyState.HELD,
    )


class DelegationState(Enum):
    """Whether somebody stands in for a holder (staat van een vervanging)."""

    GIVEN = "gegeven"
    ENDED = "beëindigd"


DELEGATION_LIFECYCLE: Final = Lifecycle(
    subject="delegation",
    initial=DelegationState.GIVEN,
    steps=(Step("end", (DelegationState.GIVEN,), DelegationState.ENDED),),
)


def _after_start(delegation: Delegation, _: object, until: datetime) -> None:
    if until <= delegation.start:
        raise MalformedError("an absence ends after it starts")


@attrs.frozen(kw_only=True)
class Delegation:
    """Somebody acts for a holder who is absent (vervanging); custody stays.

    Attributes:
        holder: Who is absent.
        to: Who acts meanwhile.
        start: From when.
        until: Up to when; it ends by itself.
    """

    holder: Party
    to: Party
    start: datetime = attrs.field(validator=aware)
    until: datetime = attrs.field(validator=(aware, _after_start))
    state: DelegationState = DELEGATION_LIFECYCLE.initial

    def holds_at(self, moment: datetime) -> bool:
        """True while `to` acts for the holder."""
        given = self.state is DelegationState.GIVEN
        return given and self.start <= moment < self.until

    def end(self) -> Delegation:
        """The holder is back.

        Raises:
            StepNotAllowedError: It was ended already.
        """
        state = DELEGATION_LIFECYCLE.after(self.state, "end")
        return attrs.evolve(self, state=state)


def _delegation_standing(delegation: Delegation) -> Standing:
    return Standing(
        state=delegation.state.value,
        title=f"{delegation.to} neemt waar voor {delegation.holder}",
        part_of=delegation.holder.id,
        since=delegation.start,
        open=delegation.state is DelegationState.GIVEN,
    )


def of_dossier(id: str) -> Ref:
    """What custody calls a dossier; rooms that only move it need not know more."""
    return Ref("dossier", id)


def custody_id(subject: Ref) -> str:
    """The id of the record that says who holds it."""
    return f"{subject.kind}:{subject.id}"


CUSTODY: Final = Kind("custody", Custody, _standing)
DELEGATION: Final = Kind("delegation", Delegation, _delegation_standing)
