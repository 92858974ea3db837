"""Terms (termijnen): until when somebody has, counted as the rules say.

A term starts the day after receipt and includes its last day, until midnight in
Brussels. While a question is open it stands still (schorsing): the day of the question
counts as used, the day of the answer does not. No rule says so; it is our convention.

Source:
    Bestuursdecreet art. II.30; Gerechtelijk Wetboek art. 52 and 53 (the day after, the
    last day, and what ends on a day off).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Final

import attrs
from attrs.validators import optional

from digivl.errors import MalformedError
from digivl.kernel.calendar import Calendar
from digivl.kernel.checks import counted_from_one
from digivl.kernel.moments import BRUSSELS, aware, day_of, end_of_day, in_brussels

_LONGEST: Final = 3650


class Counted(Enum):
    """In which days a term is counted."""

    WORKING_DAYS = "werkdagen"
    CALENDAR_DAYS = "kalenderdagen"


@attrs.frozen
class Pause:
    """A question that stops a term (schorsing).

    Attributes:
        asked: When it was asked, with a zone.
        answered: When it was answered; None while it is open.

    Raises:
        MalformedError: It was answered before it was asked.
    """

    asked: datetime = attrs.field(validator=aware)
    answered: datetime | None = attrs.field(default=None, validator=optional(aware))

    def __attrs_post_init__(self) -> None:
        if self.answered is not None and self.answered < self.asked:
            raise MalformedError("a question is answered after it was asked")


@attrs.frozen(kw_only=True)
class Term:
    """How long somebody has (termijn).

    Attributes:
        days: How many.
        counted: Which days count.
        rolls: A term of calendar days that ends on a day off ends on the next working
            day; no rule says it of the SAR term.
        cutoff: What comes in later on a day, in Brussels, counts as received on the
            next working day; None where the hour does not matter.

    Raises:
        MalformedError: Not 1 to 3650 days.
    """

    days: int = attrs.field(validator=counted_from_one)
    counted: Counted = Counted.WORKING_DAYS
    rolls: bool = False
    cutoff: time | None = None

    def __attrs_post_init__(self) -> None:
        if self.days > _LONGEST:
            raise MalformedError(f"a term has 1 to {_LONGEST} days, not {self.days}")

    def due(
        self, received: datetime, calendar: Calendar, pauses: Sequence[Pause] = ()
    ) -> datetime | None:
        """The last instant of the term, in UTC; None while a question is open.

        Args:
            received: Moment of receipt, with a zone.
            calendar: Which days are working days.
            pauses: The questions, the oldest first.

        Raises:
            MalformedError: No zone, a year without calendar, questions that overlap, or
                one from before the receipt or after the end.
        """
        start, left, earliest = self._starts(received, calendar), self.days, received
        for pause in pauses:
            if pause.asked < earliest:
                raise MalformedError("the questions of a term follow on each other")
            if pause.asked > end_of_day(self._end(start, left, calendar)):
                raise MalformedError("the term was over when the question was asked")
            if pause.answered is None:
                return None
            left -= self._used(start, day_of(pause.asked), calendar)
            start, earliest = max(start, day_of(pause.answered)), pause.answered
        return end_of_day(self._end(start, left, calendar))

    def _starts(self, received: datetime, calendar: Calendar) -> date:
        local = in_brussels(received)
        if self.cutoff is not None and local.time() > self.cutoff:
            return calendar.add_working_days(local.date(), 1)
        return local.date()

    def _used(self, start: date, end: date, calendar: Calendar) -> int:
        if self.counted is Counted.CALENDAR_DAYS:
            return max((end - start).days, 0)
        return calendar.working_days_between(start, end)

    def _end(self, start: date, days: int, calendar: Calendar) -> date:
        if self.counted is Counted.WORKING_DAYS:
            return calendar.add_working_days(start, days)
        last = start + timedelta(days=days)
        if self.rolls and not calendar.is_working_day(last):
            return calendar.add_working_days(last, 1)
        return last


def deadline_before(
    meeting: datetime, working_days: int, calendar: Calendar, *, at: time = time(15)
) -> datetime:
    """The latest moment before a meeting, so many working days earlier, in UTC.

    Args:
        meeting: When it starts, with a zone.
        working_days: Which working day before it, counted back from 1.
        calendar: Which days are working days.
        at: At which hour, in Brussels.

    Raises:
        MalformedError: No zone, a year without calendar, or not at least one day.
    """
    if working_days < 1:
        raise MalformedError("a deadline lies at least one working day before")
    day = calendar.add_working_days(day_of(meeting), -working_days)
    return datetime.combine(day, at, BRUSSELS).astimezone(UTC)
