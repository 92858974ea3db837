"""Which days are working days in Belgium and Flanders, and why the others are not.

The calendars are data, and each day off in them has its source. `LEGAL` has the ten
legal holidays of Belgium; `FLEMISH` adds those of the Flemish government, `CLOSED` the
days after Christmas on which its offices are closed, `FEDERAL` those of the federal
administration. What is chosen each year (bridging days, and the days on which the
federal administration makes up for holidays in a weekend) comes in from outside.

Assumed, since no source that was found says it: that 26 December is a day off of the
Flemish government, and that days on which its offices are closed are no working days of
a term. Left out for the same reason: 2 May 2008, which employees had in the place of
the Ascension of that year (royal decree of 3 June 2007); whoever counts it off gives it
as an extra day.

Source:
    Law of 4 January 1974 and royal decree of 18 April 1974; decree of 7 November 1990
    on 11 July; pages of the Flemish government and of BOSA on days off.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import attrs

from digivl.errors import LimitExceededError, MalformedError
from digivl.kernel.moments import day_of, end_of_day

_LARGEST: Final = 1_000_000
_FIRST_YEAR, _LAST_YEAR = 1974, 2299
_WEEKEND: Final = frozenset({6, 0})  # what is left of an ordinal, divided by seven


@lru_cache(maxsize=512)
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
class DayOff:
    """A day that is no working day, and why (vrije dag).

    Attributes:
        day: The day.
        name: Why, in Dutch, e.g. ``Hemelvaartsdag``.
        source: Where that is said, or that it is assumed; in Dutch.
    """

    day: date
    name: str
    source: str


def _every_year(_: object, __: object, on: tuple[int, int] | int) -> None:
    try:
        comes = _in_year(on, 2001).year == 2001  # not a leap year, Easter in April
    except (ValueError, OverflowError, TypeError):
        comes = False
    if not comes:
        raise MalformedError(
            f"{on!r} is no day of every year",
            hint="Write (month, day), or how many days after Easter Sunday.",
        )


def _in_year(on: tuple[int, int] | int, year: int) -> date:
    if isinstance(on, int):
        return easter(year) + timedelta(days=on)
    return date(year, *on)


@attrs.frozen
class Holiday:
    """A day off that comes back every year (feestdag).

    Attributes:
        name: In Dutch.
        on: Month and day; or how many days after Easter Sunday.
        source: Where it is said, or that it is assumed; in Dutch.

    Raises:
        MalformedError: Not every year has that day.
    """

    name: str
    on: tuple[int, int] | int = attrs.field(validator=_every_year)
    source: str

    def in_year(self, year: int) -> date:
        """The day on which it falls."""
        return _in_year(self.on, year)


def _no_years() -> dict[int, Sequence[int]]:
    return {}


@attrs.frozen
class Calendar:
    """Which days are working days (werkdagen).

    Attributes:
        name: Identifies the calendar in the entries that used it.
        title: What is off by it, in Dutch.
        holidays: Days off of every year; Saturday and Sunday always are.
        extra: Further days off, e.g. the bridging days of some years.
    """

    name: str
    title: str = "zaterdag en zondag vrij"
    holidays: tuple[Holiday, ...] = ()
    extra: frozenset[DayOff] = frozenset()
    # The working days of each year that was asked for, as ordinals in order.
    _years: dict[int, Sequence[int]] = attrs.field(
        init=False, factory=_no_years, eq=False, repr=False
    )

    def check(self, day: date) -> None:
        """Refuse a day of which it knows nothing.

        Raises:
            MalformedError: A year without calendar.
        """
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise MalformedError(
                f"no calendar for the year {day.year}",
                hint=f"There is one for {_FIRST_YEAR} to {_LAST_YEAR}.",
            )

    def is_working_day(self, day: date) -> bool:
        """False on Saturday, Sunday, a holiday or an extra day off.

        Raises:
            MalformedError: A year without calendar.
        """
        working, ordinal = self._working_days(day.year), day.toordinal()
        place = bisect_left(working, ordinal)
        return place < len(working) and working[place] == ordinal

    def day_off(self, day: date) -> DayOff | None:
        """Why a day is no working day; None when it is one.

        Raises:
            MalformedError: A year without calendar.
        """
        if self.is_working_day(day):
            return None
        if day.weekday() >= 5:
            return DayOff(day, "weekend", _ALWAYS)
        named = [one for one in self.holidays if one.in_year(day.year) == day]
        if named:  # two can fall on one day, as in 2008
            sources = dict.fromkeys(one.source for one in named)
            names = " en ".join(one.name for one in named)
            return DayOff(day, names, "; ".join(sources))
        return min((o for o in self.extra if o.day == day), key=lambda o: o.source)

    def with_days_off(
        self,
        days: Mapping[str, Iterable[str | date]],
        *,
        name: str = "opgegeven vrije dag",
        source: str = "opgegeven lijst van vrije dagen",
    ) -> Calendar:
        """The calendar with the days off that were chosen for some years (brugdagen).

        Args:
            days: By year, the days, as ``YYYY-MM-DD`` or as dates; so a TOML file
                reads.
            name: What they are, in Dutch.
            source: Where they come from, in Dutch.

        Raises:
            MalformedError: Something is no day, not of its year, or of a year without
                calendar.
        """
        found = {
            DayOff(_day_of_year(one, year), name, source)
            for year, some in days.items()
            for one in _listed(some, year)
        }
        for one in found:
            self.check(one.day)
        return attrs.evolve(self, extra=self.extra | found)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days come after `start`, `end` included; 0 if none do.

        Raises:
            MalformedError: A year without calendar.
        """
        if end <= start:
            return 0
        years = range(start.year, end.year)
        whole = sum(len(self._working_days(year)) for year in years)
        return whole + self._place_in_year(end) - self._place_in_year(start)

    def add_working_days(self, start: date, days: int) -> date:
        """The last day of a term of `days` working days after `start`.

        `start` (the day of receipt) does not count. A negative number counts back:
        the nth working day before a meeting.

        Raises:
            MalformedError: A year without calendar.
        """
        if days == 0:
            return start
        year, ordinal = start.year, start.toordinal()
        working = self._working_days(year)
        before = bisect_left(working, ordinal)
        place = before + days if days < 0 else bisect_right(working, ordinal) + days - 1
        while place >= len(working):
            place -= len(working)
            working = self._working_days(year := year + 1)
        while place < 0:
            working = self._working_days(year := year - 1)
            place += len(working)
        return date.fromordinal(working[place])

    def roll(self, day: date) -> date:
        """The first working day from a day on: itself, if it is one.

        Raises:
            MalformedError: A year without calendar.
        """
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    def due(self, received: datetime, working_days: int) -> datetime:
        """The end of a term: the last instant of its last day in Brussels, in UTC.

        Args:
            received: Moment of receipt, with a zone.
            working_days: Length of the term.

        Raises:
            MalformedError: No zone, or a year without calendar.
        """
        return end_of_day(self.add_working_days(day_of(received), working_days))

    def _place_in_year(self, day: date) -> int:
        return bisect_right(self._working_days(day.year), day.toordinal())

    def _working_days(self, year: int) -> Sequence[int]:
        found = self._years.get(year)
        if found is None:
            self.check(date(year, 1, 1))
            off = {one.in_year(year).toordinal() for one in self.holidays}
            off |= {one.day.toordinal() for one in self.extra}
            first, last = (date(year, *on).toordinal() for on in ((1, 1), (12, 31)))
            found = self._years[year] = tuple(
                one
                for one in range(first, last + 1)
                if one % 7 not in _WEEKEND and one not in off
            )
        return found


def read_days_off(path: Path) -> dict[str, Any]:
    """Days off by year, as `Calendar.with_days_off` takes them, from a TOML file.

    Args:
        path: The file, with lines as ``2026 = ["2026-05-15", 2026-07-20]``.

    Raises:
        MalformedError: It cannot be read, or is no TOML.
        LimitExceededError: It is larger than 1 MB.
    """
    try:
        if not path.is_file():  # a pipe or a device may never end
            raise MalformedError(f"{path} cannot be read: it is not a file")
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as cause:
        raise MalformedError(f"{path} cannot be read: {cause.strerror}") from cause
    if len(content) > _LARGEST:
        raise LimitExceededError(f"{path} is larger than {_LARGEST} bytes")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as cause:
        raise MalformedError(f"{path} is no TOML: {cause}", hint=_LIST) from cause


def _listed(days: Any, year: str) -> Iterable[Any]:
    if isinstance(days, list | tuple | set | frozenset):
        return days
    raise MalformedError(f"the days off of {str(year)[:10]} are no list", hint=_LIST)


def _day_of_year(one: Any, year: str) -> date:
    try:
        day = one if type(one) is date else date.fromisoformat(one)
    except (TypeError, ValueError):
        day = None
    if day is None or str(day.year) != year:
        raise MalformedError(
            f"{str(one)[:40]!r} is no day of {str(year)[:10]}", hint=_LIST
        )
    return day


_LIST: Final = 'Write days off by their year: 2026 = ["2026-05-15"].'

_ALWAYS: Final = "Gerechtelijk Wetboek art. 53: zaterdag en zondag"
_LAW: Final = "wet van 4 januari 1974 en KB van 18 april 1974: de tien feestdagen"
_DECREE: Final = "decreet van 7 november 1990: feestdag van de Vlaamse Gemeenschap"
_STAFF: Final = "feestdagen van het personeel van de Vlaamse overheid"
_ASSUMED: Final = (
    "aanname: maakt de 14 feestdagen van de Vlaamse overheid vol, zoals die in art. 2 "
    "van het BVR van 13 juli 2007 (gemeenschapsonderwijs)"
)
_YEAR_END: Final = (
    "aanname: de Vlaamse overheid is dicht tussen Kerstmis en Nieuwjaar; geen bron "
    "zegt dat die dagen voor een termijn niet tellen"
)
_FEDERAL_STAFF: Final = "BOSA, feest- en brugdagen van de federale overheid"

_LEGAL_DAYS: Final = tuple(
    Holiday(name, on, _LAW)
    for name, on in (
        ("Nieuwjaar", (1, 1)),
        ("paasmaandag", 1),
        ("Dag van de Arbeid", (5, 1)),
        ("Hemelvaartsdag", 39),
        ("pinkstermaandag", 50),
        ("nationale feestdag", (7, 21)),
        ("Onze-Lieve-Vrouw-Hemelvaart", (8, 15)),
        ("Allerheiligen", (11, 1)),
        ("Wapenstilstand", (11, 11)),
        ("Kerstmis", (12, 25)),
    )
)
_FLEMISH_DAYS: Final = (
    Holiday("feestdag van de Vlaamse Gemeenschap", (7, 11), _DECREE),
    Holiday("Allerzielen", (11, 2), _STAFF),
    Holiday("Koningsdag", (11, 15), _STAFF),
    Holiday("tweede kerstdag", (12, 26), _ASSUMED),
)
_CLOSED_DAYS: Final = tuple(
    Holiday("gesloten tussen Kerstmis en Nieuwjaar", (12, day), _YEAR_END)
    for day in range(27, 32)
)
_FEDERAL_DAYS: Final = (
    Holiday("Allerzielen", (11, 2), _FEDERAL_STAFF),
    Holiday("Koningsdag", (11, 15), _FEDERAL_STAFF),
    Holiday("tweede kerstdag", (12, 26), _FEDERAL_STAFF),
)

LEGAL: Final = Calendar("legal", "wettelijke feestdagen vrij", _LEGAL_DAYS)
FLEMISH: Final = Calendar(
    "vo", "feestdagen van de Vlaamse overheid vrij", _LEGAL_DAYS + _FLEMISH_DAYS
)
CLOSED: Final = Calendar(
    "vo_closed",
    "feestdagen van de Vlaamse overheid en 27 tot 31 december vrij",
    FLEMISH.holidays + _CLOSED_DAYS,
)
FEDERAL: Final = Calendar(
    "fed", "feestdagen van de federale overheid vrij", _LEGAL_DAYS + _FEDERAL_DAYS
)
#: The calendars by their names.
CALENDARS: Final = {one.name: one for one in (LEGAL, FLEMISH, CLOSED, FEDERAL)}


def calendar_named(name: str) -> Calendar:
    """The calendar that entries and people call so.

    Raises:
        MalformedError: There is none; it says which there are.
    """
    if name not in CALENDARS:
        raise MalformedError(
            f"there is no calendar {name[:40]!r}",
            hint=f"Use one of {', '.join(CALENDARS)}.",
        )
    return CALENDARS[name]
