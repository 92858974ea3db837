"""What is overdue: how long, who should act, and to whom it goes up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from digivl.custody.model import Custody
from digivl.kernel.calendar import Calendar
from digivl.kernel.moments import day_of
from digivl.kernel.parties import Party
from digivl.records.entries import Entry
from digivl.records.port import Row

#: Acts that remind a holder.
LATE: Final = "remind"
EARLY: Final = "remind early"
#: A term of so many working days passes before an early reminder is of use.
_SHORT_DAYS: Final = 2


@attrs.frozen(kw_only=True)
class Overdue:
    """Something that should have been done by now (te laat).

    Attributes:
        row: Where it stands.
        late: How long it is overdue.
        working_days: How many working days of that have passed in Brussels.
        act: Id of who should act: the holder, or who stands in for it.
        act_label: That party as people know it.
        escalate_to: Who handed it to the holder, and has to know; None for a first
            holder.
    """

    row: Row
    late: timedelta
    working_days: int
    act: str
    act_label: str
    escalate_to: Party | None

    @classmethod
    def of(
        cls,
        row: Row,
        held: Entry[Custody] | None,
        acting: Mapping[str, Party],
        now: datetime,
        calendar: Calendar,
    ) -> Overdue:
        """How late a row is."""
        standing = row.standing
        due = standing.due or now
        stand_in = acting.get(standing.holder or "")
        return cls(
            row=row,
            late=now - due,
            working_days=calendar.working_days_between(day_of(due), day_of(now)),
            act=stand_in.id if stand_in else standing.holder or "",
            act_label=stand_in.label if stand_in else standing.holder_label or "",
            escalate_to=held.record.handed_by if held else None,
        )


def reminder_of(custody: Custody, now: datetime, calendar: Calendar) -> str | None:
    """Which reminder the holder of it has to get now; None when it had it, or none."""
    due = custody.due
    if due <= now:
        return LATE if custody.reminded != due else None
    is_long = calendar.due(custody.since, _SHORT_DAYS) < due
    is_near = due <= calendar.due(now, 1)
    return EARLY if is_long and is_near and custody.warned != due else None
