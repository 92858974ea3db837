"""The walk over the days of a term: past questions and urgency, to its last day.

It keeps how each part of the way can be told, so that an end and its explanation are
never two computations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

import attrs

from digivl.errors import MalformedError
from digivl.kernel import reckoning as told
from digivl.kernel.calendar import Calendar
from digivl.kernel.moments import day_of
from digivl.kernel.reckoning import Leg, TermStep

if TYPE_CHECKING:
    from digivl.kernel.terms import Counted, Suspension, Urgency


@attrs.define(kw_only=True)
class Walk:
    """Where a walk over the days of a term is.

    Attributes:
        counted: Which days count.
        rolls: It never ends on a day off.
        stops: False once questions do not stop it.
        rule: Where the term is said.
        day: Where it stands: the days after it are still to be counted.
        left: Days that are left.
        asked: When it last stood still.
        answered: Until when; None while a question is open.
        used: Days that were counted.
        last_day: Where it ended; None before.
    """

    calendar: Calendar
    counted: Counted
    rolls: bool
    stops: bool
    rule: str | None
    day: date
    left: int
    received: datetime
    asked: date
    answered: datetime | None
    legs: list[Leg]
    used: int = 0
    last_day: date | None = None

    def suspend(self, question: Suspension) -> None:
        """Stand still from a question to its answer."""
        if self.answered is None or question.start < self.answered:
            raise MalformedError(
                "the questions of a term follow on its receipt and on each other",
                hint="A question is answered before the next one is asked.",
            )
        asked = self._reach(question.start)
        if not self.stops:
            self._tell(told.runs_on_told, asked, self.rule)
            return
        answered = day_of(question.end) if question.end else None
        self.asked, self.answered = asked, question.end
        if answered is not None:
            self.day = max(self.day, answered)
            days = (self.left, self.counted.length)
            self._tell(told.suspended_told, asked, answered, *days)

    def hasten(self, urgency: Urgency) -> None:
        """Go on with a shorter term, counted from the same receipt."""
        self._check_shorter(urgency)
        declared = self._reach(urgency.at)
        self.left = min(self.left, max(urgency.days - self.used, urgency.least))
        self.stops, self.rule = urgency.stops, urgency.rule
        days = (urgency.days, urgency.least, self.left)
        self._tell(told.urgent_told, declared, *days, self.counted.length, urgency.rule)

    def end(self) -> None:
        """Go to the last day, unless the term stands still."""
        if self.answered is None:
            days = (self.left, self.counted.length)
            self._tell(told.still_told, self.asked, *days)
            return
        last = self._last()
        self.last_day = self._moved(last)
        self._tell_days(last)
        if last != self.last_day:
            self._tell(told.moved_told, self.calendar, last, self.last_day)
        self._tell(told.end_told, self.last_day)

    def _last(self) -> date:
        return self.counted.add(self.calendar, self.day, self.left)

    def _moved(self, last: date) -> date:
        return self.calendar.roll(last) if self.rolls else last

    def _reach(self, moment: datetime) -> date:
        """The day of a moment before the end, up to which the days are now counted."""
        day, last = day_of(moment), self._last()
        if self.answered is not None and day > self._moved(last):
            raise MalformedError(
                "the term was over when a question was asked or urgency declared"
            )
        # An end that moved leaves days behind the last one: they are none of the term.
        to = min(day, last)
        if to > self.day:
            self._tell_days(to)
            passed = self.counted.between(self.calendar, self.day, to)
            self.used, self.left, self.day = self.used + passed, self.left - passed, to
        return day

    def _tell_days(self, last: date) -> None:
        leg = self.counted.leg(self.calendar, self.day, last, self.used + 1)
        self.legs.append(leg)

    def _tell(self, how: Callable[..., Iterable[TermStep]], *of: object) -> None:
        self.legs.append(partial(how, *of))

    def _check_shorter(self, urgency: Urgency) -> None:
        if urgency.at < self.received:
            raise MalformedError("the term had not started when it was declared urgent")
        if urgency.days >= self.used + self.left:
            raise MalformedError(
                f"an urgent term of {urgency.days} days is no shorter than the first"
            )
        if not urgency.stops and (self.answered is None or urgency.at < self.answered):
            raise MalformedError(
                "a question was open when the term was declared urgent",
                hint="Answer it first: what is urgent and cannot stop is complete.",
            )
