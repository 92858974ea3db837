"""Where a moment lies on the axis of a picture, and what stands along it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, Self

import attrs

from digivl.advice.route.wording import SHORT_MONTHS
from digivl.kernel.moments import date_in_dutch, day_of, in_brussels

_WEEK: Final = timedelta(weeks=1)
_FEWEST: Final = 3
_WORD: Final = 24


@attrs.frozen(kw_only=True)
class Span:
    """A stretch along the axis with its name: a month or a year.

    Attributes:
        names: From long to short, for who has less room.
        left: Where it starts.
        width: How wide it is.
    """

    names: tuple[str, ...]
    left: float
    width: float


@attrs.frozen(kw_only=True)
class Timescale:
    """The axis of a picture, in whole weeks (tijdas).

    Attributes:
        first: A Monday.
        weeks: How many.
        left: Where it starts.
        width: How wide it is.
    """

    first: date
    weeks: int
    left: float
    width: float

    @classmethod
    def over(cls, moments: Iterable[datetime], *, left: float, width: float) -> Self:
        """The axis on which all of these moments lie, with room around them."""
        days = sorted(map(day_of, moments))
        first = days[0] - timedelta(days=days[0].weekday())
        weeks = (days[-1] - first).days // 7 + 1
        return cls(first=first, weeks=max(weeks, _FEWEST), left=left, width=width)

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.left + self.width

    @property
    def week(self) -> float:
        """How wide a week is."""
        return self.width / self.weeks

    def x(self, moment: datetime) -> float:
        """Where a moment lies, by the clock of Brussels: a day is a day wide."""
        return self._at(in_brussels(moment).replace(tzinfo=None))

    def mondays(self) -> Iterator[tuple[date, float]]:
        """The start of each week."""
        for number in range(self.weeks):
            day = self.first + number * _WEEK
            yield day, self._at(_midnight(day))

    def months(self) -> Iterator[Span]:
        """Each month, or what of it lies on the axis."""
        for day in self._starts(1):
            long = date_in_dutch(day).split()[1]
            short = SHORT_MONTHS[day.month - 1]
            names = (f"{long} {day.year}", long, short)
            # A letter alone is read as a month only beside others.
            letter = (short[0],) if 4 * self.week < _WORD else ()
            yield self._span(day, _next_month(day), names + letter)

    def years(self) -> Iterator[Span]:
        """Each year, or what of it lies on the axis."""
        for day in self._starts(12):
            names = (str(day.year), f"'{day.year % 100:02}")
            yield self._span(day, date(day.year + 1, 1, 1), names)

    def _starts(self, months: int) -> Iterator[date]:
        day = self.first.replace(day=1, month=1 if months > 1 else self.first.month)
        while day < self.first + self.weeks * _WEEK:
            yield day
            for _ in range(months):
                day = _next_month(day)

    def _span(self, start: date, end: date, names: tuple[str, ...]) -> Span:
        left = max(self._at(_midnight(start)), self.left)
        right = min(self._at(_midnight(end)), self.right)
        return Span(names=names, left=left, width=right - left)

    def _at(self, local: datetime) -> float:
        passed = local - _midnight(self.first)
        return self.left + self.width * (passed / (self.weeks * _WEEK))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
