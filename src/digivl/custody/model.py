"""Custody of a dossier (signataire): exactly one holder and one next step."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

import attrs

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
        Step("close", (CustodyState.HELD,), CustodyState.CLOSED),
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
    """

    subject: Ref
    dossier: str
    title: str
    holder: Party
    next_step: str = attrs.field(validator=public_line)
    since: datetime = attrs.field(validator=aware)
    due: datetime = attrs.field(validator=(aware, _not_before_since))
    state: CustodyState = CUSTODY_LIFECYCLE.initial

    def hand_over(
        self, to: Party, next_step: str, *, at: datetime, due: datetime
    ) -> Custody:
        """Now `to` holds it, and has to do `next_step` before `due`.

        Who had it already has it since the same moment.

        Raises:
            StepNotAllowedError: It is closed.
        """
        since = self.since if to.id == self.holder.id else at
        return attrs.evolve(
            self,
            state=CUSTODY_LIFECYCLE.after(self.state, "hand over"),
            holder=to,
            next_step=next_step,
            since=since,
            due=due,
        )

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
        next_step=custody.next_step,
        since=custody.since,
        due=custody.due,
        open=custody.state is CustodyState.HELD,
    )


def of_dossier(id: str) -> Ref:
    """What custody calls a dossier; rooms that only move it need not know more."""
    return Ref("dossier", id)


CUSTODY: Final = Kind("custody", Custody, _standing)
