"""Working days in Belgium and Flanders, and terms counted in them.

The calendars are data: `LEGAL` has the ten legal holidays of Belgium, `FLEMISH` adds
those of the Flemish government, `CLOSED` the days after Christmas when it is closed,
`FEDERAL` those of the federal administration. Bridging days, and the days on which the
federal one makes up for holidays in a weekend, are a yearly choice: they come in as
`extra`. Terms start the day after receipt; the last day is included.

Source:
    Law of 4 January 1974 on holidays; Bestuursdecreet art. II.30 (start of a term). No
    published rule says that 26 December is a day off of the Flemish government, nor
    that closed days are no working days for a term: both are assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

import attrs

from digivl.errors import MalformedError
from digivl.kernel.moments import day_of, end_of_day

_LEGAL_FIXED: Final = ((1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25))
_FLEMISH_FIXED: Final = ((7, 11), (11, 2), (11, 15), (12, 26))
_FEDERAL_FIXED: Final = ((11, 2), (11, 15), (12, 26))
_YEAR_END: Final = tuple((12, day) for day in range(27, 32))
#: Easter Monday, Ascension, Whit Monday: days after Easter Sunday.
_MOVABLE: Final = (1, 39, 50)
_FIRST_YEAR, _LAST_YEAR = 1974, 2299


@lru_cache(maxsize=256)
def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (anonymous algorithm of 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (a + 11 * h) // 319
    r = (2 * e + 2 * i - k - h + m + 32) % 7
    month = (h - m + r + 90) // 25
    return date(year, month, (h - m + r + month + 19) % 32)


@attrs.frozen
class Calendar:
    """Which days are working days (werkdagen).

    Attributes:
        name: Identifies the calendar in the entries that used it.
        fixed: Holidays as (month, day), the same every year.
        extra: Further days off, e.g. the bridging days of a year.
    """

    name: str
    fixed: tuple[tuple[int, int], ...]
    extra: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """False on Saturday, Sunday, a holiday or an extra day off."""
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise MalformedError(f"no calendar for the year {day.year}")
        if day.weekday() >= 5 or (day.month, day.day) in self.fixed:
            return False
        return (day - easter(day.year)).days not in _MOVABLE and day not in self.extra

    def with_days_off(self, days: Mapping[str, Iterable[str]]) -> Calendar:
        """The calendar with the bridging days of some years (brugdagen).

        Args:
            days: By year, days as ``YYYY-MM-DD``.

        Raises:
            MalformedError: Something is no day, or not of its year.
        """
        found = {
            _day_of_year(text, year) for year, some in days.items() for text in some
        }
        return attrs.evolve(self, extra=self.extra | found)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days come after `start`, `end` included; 0 if none do.

        Raises:
            MalformedError: A year without calendar.
        """
        span = range(1, (end - start).days + 1)
        return sum(self.is_working_day(start + timedelta(days=n)) for n in span)

    def add_working_days(self, start: date, days: int) -> date:
        """The last day of a term of `days` working days after `start`.

        `start` (the day of receipt) does not count. A negative number counts back:
        the nth working day before a meeting.
        """
        step = timedelta(days=1 if days > 0 else -1)
        day, left = start, abs(days)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def due(self, received: datetime, working_days: int) -> datetime:
        """The end of a term: the last instant of its last day in Brussels, in UTC.

        Args:
            received: Moment of receipt, with a zone.
            working_days: Length of the term.

        Raises:
            MalformedError: No zone, or a year without calendar.
        """
        return end_of_day(self.add_working_days(day_of(received), working_days))


def _day_of_year(text: str, year: str) -> date:
    try:
        day = date.fromisoformat(text)
    except (TypeError, ValueError):
        day = None
    if day is None or str(day.year) != year:
        raise MalformedError(
            f"{str(text)[:40]!r} is no day of {str(year)[:10]}",
            hint='Write days off as "2026" = ["2026-05-15"].',
        )
    return day


LEGAL: Final = Calendar("legal", _LEGAL_FIXED)
FLEMISH: Final = Calendar("vo", _LEGAL_FIXED + _FLEMISH_FIXED)
CLOSED: Final = Calendar("vo_closed", FLEMISH.fixed + _YEAR_END)
FEDERAL: Final = Calendar("fed", _LEGAL_FIXED + _FEDERAL_FIXED)
#: The calendars by their names.
CALENDARS: Final = {one.name: one for one in (LEGAL, FLEMISH, CLOSED, FEDERAL)}
