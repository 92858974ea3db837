"""Moments: always with a zone, kept in UTC, shown in Brussels time.

Time is an argument everywhere in digivl; only the facade has a clock.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from digivl.errors import MalformedError

if TYPE_CHECKING:
    import attrs

#: The zone in which Flemish terms are counted.
BRUSSELS = ZoneInfo("Europe/Brussels")

_MONTHS = (
    "januari februari maart april mei juni juli augustus september oktober "
    "november december"
).split()
_SHORT_MONTHS = "jan feb mrt apr mei jun jul aug sep okt nov dec".split()
_WEEKDAYS = "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag".split()


def utc_now() -> datetime:
    """The clock of the facade, unless an application passes another."""
    return datetime.now(UTC)


def aware(_: object, attribute: attrs.Attribute[Any], moment: datetime) -> None:
    """Validator: a moment without zone is refused."""
    if moment.tzinfo is None:
        raise MalformedError(f"{attribute.name} needs a time zone: {moment!r}")


def check_aware(moment: datetime) -> None:
    """Refuse a moment without a time zone.

    Raises:
        MalformedError: It has none.
    """
    if moment.tzinfo is None:
        raise MalformedError(f"a moment needs a time zone: {moment!r}")


def to_wire(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds, so that text order is time order.

    Raises:
        MalformedError: No zone, or past the years 1 to 9999.
    """
    return _in_utc(moment).isoformat("T", "microseconds").replace("+00:00", "Z")


def from_wire(text: str) -> datetime:
    """The moment that `to_wire` wrote.

    Raises:
        MalformedError: `text` is not RFC 3339 with a zone.
    """
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as cause:
        raise MalformedError(
            f"{str(text)[:40]!r} is not a moment",
            hint="Write it with its zone: 2026-12-01T17:00Z.",
        ) from cause
    return _in_utc(moment)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    check_aware(moment)
    try:
        return moment.astimezone(UTC)
    except OverflowError as cause:
        raise MalformedError(f"{moment} is past the calendar in UTC") from cause


def in_brussels(moment: datetime) -> datetime:
    """The same moment by the clock of Brussels.

    Raises:
        MalformedError: No zone, or past the years 1 to 9999.
    """
    check_aware(moment)
    try:
        return moment.astimezone(BRUSSELS)
    except OverflowError as cause:
        raise MalformedError(f"{moment} is past the calendar") from cause


def from_clock(shown: datetime) -> datetime:
    """The moment at which the clock of Brussels shows this, which has no zone.

    Raises:
        MalformedError: It shows it never, or twice, since it goes forward or back.
    """
    # In an hour that is skipped, or there twice, the two differ.
    once, again = (shown.replace(tzinfo=BRUSSELS, fold=fold) for fold in (0, 1))
    if once.utcoffset() != again.utcoffset():
        raise MalformedError(
            f"the clock of Brussels changes around {shown}",
            hint="Write the zone behind it, e.g. +01:00.",
        )
    return once


def day_of(moment: datetime) -> date:
    """The day it is in Brussels then: the one that terms and papers count.

    Raises:
        MalformedError: As `in_brussels`.
    """
    return in_brussels(moment).date()


def end_of_day(day: date) -> datetime:
    """The last instant of a day in Brussels, in UTC."""
    # The clock never changes around midnight there, so that it shows it once.
    return datetime.combine(day, time.max, BRUSSELS).astimezone(UTC)


def date_in_dutch(day: date) -> str:
    """For people: ``23 november 2026``."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def days_in_dutch(first: date, last: date) -> str:
    """For people: ``zaterdag 1 en zondag 2 mei 2021``; one day by its weekday."""
    until = f"{_WEEKDAYS[last.weekday()]} {date_in_dutch(last)}"
    if first == last:
        return until
    parts = [_WEEKDAYS[first.weekday()], str(first.day)]
    if (first.year, first.month) != (last.year, last.month):
        parts.append(_MONTHS[first.month - 1])
    if first.year != last.year:
        parts.append(str(first.year))
    joint = "en" if (last - first).days == 1 else "tot en met"
    return " ".join((*parts, joint, until))


def in_dutch(moment: datetime) -> str:
    """For people: ``23 nov 2026 14:05`` in Brussels time."""
    local = moment.astimezone(BRUSSELS)
    month = _SHORT_MONTHS[local.month - 1]
    return f"{local.day} {month} {local.year} {local:%H:%M}"
