"""Moments: always with a zone, kept in UTC, shown in Brussels time.

Time is an argument everywhere in digivl; only the facade has a clock.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import attrs

#: The zone in which Flemish terms are counted.
BRUSSELS = ZoneInfo("Europe/Brussels")

_SHORT_MONTHS = "jan feb mrt apr mei jun jul aug sep okt nov dec".split()


def utc_now() -> datetime:
    """The clock of the facade, unless an application passes another."""
    return datetime.now(UTC)


def aware(_: object, attribute: attrs.Attribute[Any], moment: datetime) -> None:
    """Validator: a moment without zone is refused."""
    if moment.tzinfo is None:
        raise ValueError(f"{attribute.name} needs a time zone: {moment!r}")


def to_wire(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds, so that text order is time order."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {moment!r}")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_wire(text: str) -> datetime:
    """The moment that `to_wire` wrote.

    Raises:
        ValueError: `text` is not RFC 3339 with a zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {text!r}")
    return moment.astimezone(UTC)


def in_dutch(moment: datetime) -> str:
    """For people: ``23 nov 2026 14:05`` in Brussels time."""
    local = moment.astimezone(BRUSSELS)
    month = _SHORT_MONTHS[local.month - 1]
    return f"{local.day} {month} {local.year} {local:%H:%M}"
