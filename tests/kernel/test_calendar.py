"""Working days, judged by the vectors of the rules and by the package `holidays`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import attrs
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import MalformedError
from digivl.kernel.calendar import FLEMISH, LEGAL, Calendar, easter
from digivl.kernel.moments import BRUSSELS

#: An office that is closed between Christmas and New Year.
CLOSED = attrs.evolve(
    FLEMISH,
    name="vo_closed",
    extra=frozenset(
        date(year, 12, day) for year in range(2020, 2025) for day in range(27, 32)
    ),
)
CALENDARS = (LEGAL, FLEMISH, CLOSED)
YEARS = range(2000, 2041)
days = st.dates(date(2000, 1, 1), date(2040, 12, 31))
terms = st.integers(0, 60)
calendars = st.sampled_from(CALENDARS)
moments = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 (Hypothesis adds the zone)
    datetime(2040, 12, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, BRUSSELS, ZoneInfo("Pacific/Auckland")]),
)


def day(text: str) -> date:
    """A day as the tables write it."""
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("receipt", "term", "expected"),
    [
        ("2021-04-27", 12, ("2021-05-14", "2021-05-14", "2021-05-14")),
        ("2021-05-03", 12, ("2021-05-20", "2021-05-20", "2021-05-20")),
        ("2021-07-05", 12, ("2021-07-22", "2021-07-22", "2021-07-22")),
        ("2021-10-25", 12, ("2021-11-12", "2021-11-16", "2021-11-16")),
        ("2021-12-13", 12, ("2021-12-29", "2021-12-29", "2022-01-05")),
        ("2022-12-20", 12, ("2023-01-05", "2023-01-06", "2023-01-12")),
        ("2024-04-30", 12, ("2024-05-21", "2024-05-21", "2024-05-21")),
        ("2024-04-30", 4, ("2024-05-07", "2024-05-07", "2024-05-07")),
    ],
)
def test_end_of_a_term(receipt: str, term: int, expected: tuple[str, ...]) -> None:
    """The day of receipt does not count, the last day does."""
    ends = [one.add_working_days(day(receipt), term) for one in CALENDARS]

    assert [day(text) for text in expected] == ends


@pytest.mark.parametrize(
    ("meeting", "expected"),
    [
        ("2021-04-09", {LEGAL: ("04-06", "04-02"), FLEMISH: ("04-06", "04-02")}),
        ("2021-11-05", {LEGAL: ("11-02", "10-29"), FLEMISH: ("10-29", "10-28")}),
        ("2022-07-15", {LEGAL: ("07-12", "07-11"), FLEMISH: ("07-12", "07-08")}),
    ],
)
def test_days_before_a_meeting(
    meeting: str, expected: dict[Calendar, tuple[str, str]]
) -> None:
    """The third and the fourth working day before a meeting."""
    for calendar, ends in expected.items():
        found = [calendar.add_working_days(day(meeting), -count) for count in (3, 4)]
        assert [day(f"{meeting[:4]}-{end}") for end in ends] == found


def test_rest_of_a_suspended_term() -> None:
    """A question on day 4 of 12 is answered: 8 days are left after the answer."""
    for calendar in CALENDARS:
        asked, answered = date(2021, 5, 3), date(2021, 5, 10)
        assert asked == calendar.add_working_days(date(2021, 4, 27), 4)
        assert date(2021, 5, 21) == calendar.add_working_days(answered, 8)


def test_end_on_a_sunday() -> None:
    """The first working day from a Sunday on which a term of calendar days ends."""
    last = date(2021, 6, 11) + timedelta(days=30)

    assert not LEGAL.is_working_day(last)
    before = last - timedelta(days=1)
    assert date(2021, 7, 12) == LEGAL.add_working_days(before, 1)


@pytest.mark.parametrize("year", YEARS)
def test_legal_holidays_as_others_know_them(year: int) -> None:
    """The days off of the legal calendar are those of an independent source."""
    theirs = holidays.country_holidays("BE", years=year)
    start = date(year, 1, 1)
    every = [
        start + timedelta(days=n) for n in range((date(year + 1, 1, 1) - start).days)
    ]

    expected = [one for one in every if one.weekday() < 5 and one not in theirs]

    assert expected == [one for one in every if LEGAL.is_working_day(one)]


@pytest.mark.parametrize("year", YEARS)
def test_flemish_holidays(year: int) -> None:
    """The Flemish government has four days off more than the law gives."""
    extra = {
        date(year, 7, 11),
        date(year, 11, 2),
        date(year, 11, 15),
        date(year, 12, 26),
    }
    start = date(year, 1, 1)
    every = [start + timedelta(days=n) for n in range(365)]

    differ = {
        one
        for one in every
        if LEGAL.is_working_day(one) is not FLEMISH.is_working_day(one)
    }

    assert {one for one in extra if LEGAL.is_working_day(one)} == differ


@pytest.mark.parametrize(
    "text",
    [
        "2008-03-23",
        "2019-04-21",
        "2020-04-12",
        "2024-03-31",
        "2026-04-05",
        "2030-04-21",
    ],
)
def test_easter(text: str) -> None:
    """Easter Sunday, as published."""
    assert day(text) == easter(day(text).year)


def test_two_holidays_on_one_day() -> None:
    """In 2008 Ascension fell on the first of May."""
    assert not LEGAL.is_working_day(date(2008, 5, 1))
    assert date(2008, 5, 2) == LEGAL.add_working_days(date(2008, 4, 30), 1)


@given(calendars, days, terms.filter(bool))
def test_terms_end_on_working_days(calendar: Calendar, start: date, term: int) -> None:
    """A term has as many working days as it says, and ends on one."""
    last = calendar.add_working_days(start, term)

    between = [start + timedelta(days=n) for n in range(1, (last - start).days + 1)]
    assert term == sum(map(calendar.is_working_day, between))
    assert calendar.is_working_day(last)


@given(calendars, days, terms)
def test_there_and_back(calendar: Calendar, start: date, term: int) -> None:
    """Counting back undoes counting, from a working day."""
    first = calendar.add_working_days(start, 1)

    there = calendar.add_working_days(first, term)

    assert first == calendar.add_working_days(there, -term)


@given(days, terms)
def test_more_holidays_never_shorten_a_term(start: date, term: int) -> None:
    """A calendar with more days off ends a term no sooner."""
    ends = [calendar.add_working_days(start, term) for calendar in CALENDARS]

    assert sorted(ends) == ends


@given(calendars, moments, terms)
def test_due_is_the_end_of_a_day(
    calendar: Calendar, received: datetime, term: int
) -> None:
    """A term ends with the last instant of its last day in Brussels, given in UTC."""
    due = calendar.due(received, term)

    start = received.astimezone(BRUSSELS).date()
    local = due.astimezone(BRUSSELS)
    assert (UTC, calendar.add_working_days(start, term)) == (due.tzinfo, local.date())
    assert local.date() < (due + timedelta(microseconds=1)).astimezone(BRUSSELS).date()
    assert received <= due


@pytest.mark.parametrize(
    ("received", "term", "expected"),
    [
        # Friday before the clock goes forward; the term ends after it.
        ("2026-03-27T10:00+01:00", 1, "2026-03-30T21:59:59.999999+00:00"),
        ("2026-03-26T10:00+01:00", 1, "2026-03-27T22:59:59.999999+00:00"),
        # Friday before it goes back.
        ("2026-10-23T10:00+02:00", 1, "2026-10-26T22:59:59.999999+00:00"),
        ("2026-10-22T10:00+02:00", 1, "2026-10-23T21:59:59.999999+00:00"),
        # In the hour that is there twice, and just before midnight in Brussels.
        ("2026-10-25T02:30+01:00", 1, "2026-10-26T22:59:59.999999+00:00"),
        ("2026-03-31T21:59+00:00", 1, "2026-04-01T21:59:59.999999+00:00"),
        ("2026-03-31T22:01+00:00", 1, "2026-04-02T21:59:59.999999+00:00"),
        # What comes in on the day on which the clock changes.
        ("2026-03-29T12:00+02:00", 0, "2026-03-29T21:59:59.999999+00:00"),
        ("2026-10-25T12:00+01:00", 0, "2026-10-25T22:59:59.999999+00:00"),
    ],
)
def test_due_when_the_clock_changes(received: str, term: int, expected: str) -> None:
    """Summer time decides when a day in Brussels ends."""
    due = LEGAL.due(datetime.fromisoformat(received), term)

    assert datetime.fromisoformat(expected) == due


def test_zone_of_the_sender_does_not_matter() -> None:
    """The same instant gives the same end, wherever it was written."""
    received = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    elsewhere = received.astimezone(timezone(timedelta(hours=-11)))

    assert LEGAL.due(received, 12) == LEGAL.due(elsewhere, 12)


def test_moment_without_zone() -> None:
    """A moment that could be any is not counted from."""
    with pytest.raises(MalformedError, match="time zone"):
        LEGAL.due(datetime(2026, 3, 31), 1)  # noqa: DTZ001


@pytest.mark.parametrize("year", [1973, 2300])
def test_years_without_calendar(year: int) -> None:
    """Before the law and far ahead nothing is counted."""
    with pytest.raises(MalformedError, match=f"year {year}"):
        LEGAL.is_working_day(date(year, 6, 1))


def test_term_without_end() -> None:
    """An absurd term ends with an error, and soon."""
    with pytest.raises(MalformedError, match="no calendar"):
        LEGAL.add_working_days(date(2026, 1, 1), 10**9)
