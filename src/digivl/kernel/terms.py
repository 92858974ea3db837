"""Terms (termijnen): until when somebody has, counted as the rules say.

A term starts the day after receipt and includes its last day, until midnight in
Brussels. A term of working days ends on one, always.

While a question is open a term stands still (schorsing): the day of the question counts
as used, the day of the answer does not, and the rest resumes on the next working day.
No rule says so; it is our convention. So is that a term whose last day was used by the
question ends on the day of the answer, or on the first working day from there.

Source:
    Bestuursdecreet art. II.30; Gerechtelijk Wetboek art. 52 and 53 (the day after, the
    last day, and what ends on a day off).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import partial
from typing import Any, Final

import attrs
from attrs.validators import optional

from digivl.errors import MalformedError
from digivl.kernel import reckoning as told
from digivl.kernel.calendar import Calendar
from digivl.kernel.checks import public_line
from digivl.kernel.moments import BRUSSELS, aware, day_of, end_of_day, in_brussels
from digivl.kernel.reckoning import Leg, Reckoning
from digivl.kernel.walking import Walk

_LONGEST: Final = 3650
_OPEN: Final = datetime.max.replace(tzinfo=UTC)


class Counted(Enum):
    """In which days a term is counted."""

    WORKING_DAYS = "werkdagen"
    CALENDAR_DAYS = "kalenderdagen"

    def length(self, days: int) -> str:
        """So many of them, in Dutch."""
        return f"{days} {self.value.removesuffix('en') if days == 1 else self.value}"

    def add(self, calendar: Calendar, start: date, days: int) -> date:
        """The last of so many days after `start`."""
        if self is Counted.CALENDAR_DAYS:
            calendar.check(start)
            return start + timedelta(days=days)
        return calendar.add_working_days(start, days)

    def between(self, calendar: Calendar, start: date, end: date) -> int:
        """How many come after `start`, `end` included."""
        if self is Counted.CALENDAR_DAYS:
            return (end - start).days
        return calendar.working_days_between(start, end)

    def leg(self, calendar: Calendar, after: date, last: date, number: int) -> Leg:
        """Tells them; `number` is that of the first."""
        if self is Counted.CALENDAR_DAYS:
            return partial(told.calendar_days_told, after, last, number)
        return partial(told.working_days_told, calendar, after, last, number)


def _some_days(_: object, attribute: attrs.Attribute[Any], days: int) -> None:
    if type(days) is not int or not 1 <= days <= _LONGEST:
        raise MalformedError(
            f"{attribute.name} is 1 to {_LONGEST} days, not {str(days)[:20]}"
        )


def _more_days(of: object, attribute: attrs.Attribute[Any], days: int) -> None:
    if days != 0:
        _some_days(of, attribute, days)


def _hour(_: object, attribute: attrs.Attribute[Any], hour: time) -> None:
    if hour.tzinfo is not None:
        raise MalformedError(f"{attribute.name} is an hour in Brussels, without a zone")


@attrs.frozen
class Suspension:
    """A question that stops a term (schorsing).

    Attributes:
        start: When it was asked, with a zone.
        end: When it was answered; None while it is open.

    Raises:
        MalformedError: It was answered before it was asked.
    """

    start: datetime = attrs.field(validator=aware)
    end: datetime | None = attrs.field(default=None, validator=optional(aware))

    def __attrs_post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise MalformedError("a question is answered after it was asked")


@attrs.frozen(kw_only=True)
class Urgency:
    """A shorter term that takes the place of the first (hoogdringendheid).

    It is counted from the same receipt in the same days, and is never longer than what
    is left of the first.

    Attributes:
        at: When it was declared, with a zone.
        days: How many days from receipt.
        least: How many are left after the day of the declaration, at least.
        stops: False where a question does not stop it.
        rule: Where it is said, for people.

    Raises:
        MalformedError: Fewer days than `least`.

    Source:
        BVR of 19 January 2001, as its administration explains it: a minister shortens
        12 working days to no fewer than 4, on a complete file, and no question stops
        them. That those 4 are left after the declaration too is our convention.
    """

    at: datetime = attrs.field(validator=aware)
    days: int = attrs.field(validator=_some_days)
    least: int = attrs.field(validator=_some_days)
    stops: bool = True
    rule: str | None = attrs.field(default=None, validator=optional(public_line))

    def __attrs_post_init__(self) -> None:
        if self.days < self.least:
            raise MalformedError(
                f"an urgent term has at least {self.least} days, not {self.days}"
            )


@attrs.frozen(kw_only=True)
class Term:
    """How long somebody has (termijn).

    Attributes:
        days: How many.
        counted: Which days count.
        rolls: A term of calendar days that ends on a day off ends on the next working
            day; no rule says it of the strategic advisory councils.
        cutoff: What comes in later on a day, in Brussels, or on a day off, counts as
            received on the next working day; None where the hour does not matter.
        stops: False where a question does not stop it.
        extension: Days more that were agreed (verlenging in onderling akkoord).
        rule: Where it is said, for people.

    Raises:
        MalformedError: Not 1 to 3650 days.
    """

    days: int = attrs.field(validator=_some_days)
    counted: Counted = Counted.WORKING_DAYS
    rolls: bool = False
    cutoff: time | None = attrs.field(default=None, validator=optional(_hour))
    stops: bool = True
    extension: int = attrs.field(default=0, validator=_more_days)
    rule: str | None = attrs.field(default=None, validator=optional(public_line))

    def due(
        self,
        received: datetime,
        calendar: Calendar,
        suspensions: Sequence[Suspension] = (),
        urgency: Urgency | None = None,
    ) -> datetime | None:
        """The last instant of the term, in UTC; None while it stands still.

        What `reckon` finds, without its steps: for lists of many.

        Raises:
            MalformedError: As `reckon`.
        """
        if suspensions or urgency is not None:
            last = self._walked(received, calendar, suspensions, urgency).last_day
        else:
            last = self._undisturbed(received, calendar)
        return end_of_day(last) if last else None

    def reckon(
        self,
        received: datetime,
        calendar: Calendar,
        suspensions: Sequence[Suspension] = (),
        urgency: Urgency | None = None,
    ) -> Reckoning:
        """The end of the term, and how it is reached.

        Args:
            received: Moment of receipt, with a zone.
            calendar: Which days are working days.
            suspensions: The questions, in any order.
            urgency: A shorter term that was declared meanwhile.

        Raises:
            MalformedError: No zone, a year without calendar, questions that overlap,
                anything from before the receipt or after the end, or an urgent term
                that is not shorter.
        """
        walk = self._walked(received, calendar, suspensions, urgency)
        last = walk.last_day
        return Reckoning(
            due=end_of_day(last) if last else None,
            last_day=last,
            left=0 if last else walk.left,
            steps=tuple(step for leg in walk.legs for step in leg()),
        )

    def _walked(
        self,
        received: datetime,
        calendar: Calendar,
        suspensions: Sequence[Suspension],
        urgency: Urgency | None,
    ) -> Walk:
        walk = self._begun(received, calendar)
        for each in sorted(suspensions, key=_place):
            if urgency is not None and urgency.at <= each.start:
                walk.hasten(urgency)
                urgency = None
            walk.suspend(each)
        if urgency is not None:
            walk.hasten(urgency)
        walk.end()
        return walk

    def _begun(self, received: datetime, calendar: Calendar) -> Walk:
        local = in_brussels(received)
        day, starts = local.date(), self._starts(local, calendar)
        length = self.counted.length
        return Walk(
            calendar=calendar,
            counted=self.counted,
            rolls=self.rolls or self.counted is Counted.WORKING_DAYS,
            stops=self.stops,
            rule=self.rule,
            day=starts,
            left=self.days + self.extension,
            received=received,
            asked=day,
            answered=received,
            legs=[
                partial(
                    told.term_told, day, length, self.days, self.extension, self.rule
                ),
                partial(told.received_told, local, starts, self.cutoff),
            ],
        )

    def _undisturbed(self, received: datetime, calendar: Calendar) -> date:
        # Most of a list has no question: where its walk would end, it goes at once.
        starts = self._starts(in_brussels(received), calendar)
        last = self.counted.add(calendar, starts, self.days + self.extension)
        return calendar.roll(last) if self.rolls else last

    def _starts(self, local: datetime, calendar: Calendar) -> date:
        """The day that counts as that of receipt."""
        day = local.date()
        if self.cutoff is None:
            return day
        if local.time() <= self.cutoff and calendar.is_working_day(day):
            return day
        return calendar.add_working_days(day, 1)


@attrs.frozen(kw_only=True)
class Deadline:
    """When something has to be in before a meeting (uiterste tijdstip).

    Attributes:
        days: Which working day before it, counted back from 1.
        at: At which hour, in Brussels.
        rule: Where it is said, for people.

    Raises:
        MalformedError: Not 1 to 3650 days.

    Source:
        House rules of the Flemish Government of 20 January 2017, art. 4: the third
        working day, 15:00; its page on the agenda, later: the fourth.
    """

    days: int = attrs.field(validator=_some_days)
    at: time = attrs.field(default=time(15), validator=_hour)
    rule: str | None = attrs.field(default=None, validator=optional(public_line))

    def due(self, meeting: datetime, calendar: Calendar) -> datetime:
        """The latest moment, in UTC.

        Raises:
            MalformedError: No zone, or a year without calendar.
        """
        return self._moment(calendar.add_working_days(day_of(meeting), -self.days))

    def reckon(self, meeting: datetime, calendar: Calendar) -> Reckoning:
        """The latest moment, and how it is reached.

        Args:
            meeting: When it starts, with a zone.
            calendar: Which days are working days.

        Raises:
            MalformedError: No zone, or a year without calendar.
        """
        day = day_of(meeting)
        last = calendar.add_working_days(day, -self.days)
        steps = (
            *told.meeting_told(day),
            *told.working_days_told(calendar, day, last, 1, "{}e werkdag ervoor"),
            *told.before_told(last, self.at, self.rule),
        )
        return Reckoning(due=self._moment(last), last_day=last, steps=steps)

    def _moment(self, day: date) -> datetime:
        return datetime.combine(day, self.at, BRUSSELS).astimezone(UTC)


def _place(question: Suspension) -> tuple[datetime, datetime]:
    return question.start, question.end or _OPEN
