from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import MalformedError
from digivl.kernel.moments import (
    BRUSSELS,
    aware,
    days_in_dutch,
    from_clock,
    from_wire,
    in_dutch,
    to_wire,
    utc_now,
)

zones = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
moments = st.datetimes(
    datetime(1, 1, 2),  # noqa: DTZ001 (Hypothesis adds the zone)
    datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=zones | st.sampled_from([UTC, BRUSSELS, ZoneInfo("Asia/Kathmandu")]),
)


@given(moments)
def test_there_and_back(moment: datetime) -> None:
    """A moment comes back as the same instant, in UTC."""
    back = from_wire(to_wire(moment))

    assert UTC is back.tzinfo
    assert moment.timestamp() == back.timestamp()
    assert to_wire(moment) == to_wire(back)


@given(moments, moments)
def test_text_order_is_time_order(one: datetime, two: datetime) -> None:
    """Databases sort texts; so sorted, moments are in their order, in every year."""
    texts = sorted([to_wire(one), to_wire(two)])

    assert sorted([one.timestamp(), two.timestamp()]) == [
        from_wire(text).timestamp() for text in texts
    ]
    assert [27, 27] == list(map(len, texts))


def test_wire() -> None:
    """RFC 3339, in UTC, with microseconds also where there are none."""
    moment = datetime(2026, 7, 1, 0, 30, tzinfo=BRUSSELS)

    assert "2026-06-30T22:30:00.000000Z" == to_wire(moment)


def test_the_hour_that_is_there_twice() -> None:
    """Both half past two of the night in October keep their place."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BRUSSELS)

    assert "2026-10-25T00:30:00.000000Z" == to_wire(first)
    assert "2026-10-25T01:30:00.000000Z" == to_wire(first.replace(fold=1))


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 7, 1),  # noqa: DTZ001
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-2))),
    ],
    ids=str,
)
def test_moments_that_cannot_be_written(moment: datetime) -> None:
    """Without a zone, or past the calendar in UTC, a moment is refused."""
    with pytest.raises(MalformedError):
        to_wire(moment)


@pytest.mark.parametrize(
    "text", ["", "now", "2026-07-01T10:00:00", "2026-13-01T10:00:00Z", None, 5]
)
def test_texts_that_are_no_moment(text: Any) -> None:
    """What is no moment with a zone is refused."""
    with pytest.raises(MalformedError):
        from_wire(text)


@attrs.frozen
class Appointment:
    """A record with a moment."""

    start: datetime = attrs.field(validator=aware)


def test_validator() -> None:
    """A record says which of its moments lacks a zone."""
    assert UTC is Appointment(datetime(2026, 7, 1, tzinfo=UTC)).start.tzinfo
    with pytest.raises(MalformedError, match="start needs a time zone"):
        Appointment(datetime(2026, 7, 1))  # noqa: DTZ001


def test_clock() -> None:
    """The clock of the facade tells UTC."""
    assert UTC is utc_now().tzinfo


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 11, 23, 13, 5, tzinfo=UTC), "23 nov 2026 14:05"),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "1 jul 2026 00:00"),
        (datetime(2026, 3, 1, 9, 0, tzinfo=BRUSSELS), "1 mrt 2026 09:00"),
    ],
)
def test_for_people(moment: datetime, shown: str) -> None:
    """People read Brussels time, with Dutch months."""
    assert shown == in_dutch(moment)


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("2021-04-28", "2021-04-28", "woensdag 28 april 2021"),
        ("2021-05-01", "2021-05-02", "zaterdag 1 en zondag 2 mei 2021"),
        ("2021-07-31", "2021-08-01", "zaterdag 31 juli en zondag 1 augustus 2021"),
        (
            "2022-12-31",
            "2023-01-01",
            "zaterdag 31 december 2022 en zondag 1 januari 2023",
        ),
        (
            "2021-12-27",
            "2021-12-31",
            "maandag 27 tot en met vrijdag 31 december 2021",
        ),
    ],
)
def test_days_for_people(first: str, last: str, shown: str) -> None:
    """Days by their names; what two have in common is said once."""
    assert shown == days_in_dutch(date.fromisoformat(first), date.fromisoformat(last))


def test_what_the_clock_shows() -> None:
    """It is a moment, but in the hour that is skipped or there twice."""
    shown = datetime(2026, 3, 29, 3, 0)  # noqa: DTZ001 (a clock shows no zone)

    assert datetime(2026, 3, 29, 1, 0, tzinfo=UTC) == from_clock(shown)
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        with pytest.raises(MalformedError, match="changes around"):
            from_clock(datetime(day.year, day.month, day.day, 2, 30))  # noqa: DTZ001
