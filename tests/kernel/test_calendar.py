"""Working days, judged by the vectors of the rules and by the package `holidays`."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import MalformedError
from digivl.kernel.calendar import (
    CALENDARS,
    CLOSED,
    FEDERAL,
    FLEMISH,
    LEGAL,
    Calendar,
    Holiday,
    calendar_named,
    easter,
)
from digivl.kernel.moments import BRUSSELS

WEEKENDS = Calendar("weekends")
BY_LENGTH = (WEEKENDS, LEGAL, FLEMISH, CLOSED)
YEARS = range(2000, 2041)
JUDGE = holidays.country_holidays("BE", years=YEARS)
days = st.dates(date(2000, 1, 1), date(2040, 12, 31))
terms = st.integers(0, 60)
calendars = st.sampled_from((*BY_LENGTH, FEDERAL))
moments = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 (Hypothesis adds the zone)
    datetime(2040, 12, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, BRUSSELS, ZoneInfo("Pacific/Auckland")]),
)


def day(text: str) -> date:
    """A day as the tables write it."""
    return date.fromisoformat(text)


def days_of(year: int) -> list[date]:
    """Every day of a year."""
    first = date(year, 1, 1)
    return [
        first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)
    ]


@pytest.mark.parametrize(
    ("receipt", "term", "expected"),
    [
        ("2021-04-27", 12, "2021-05-13 2021-05-14 2021-05-14 2021-05-14"),
        ("2021-05-03", 12, "2021-05-19 2021-05-20 2021-05-20 2021-05-20"),
        ("2021-07-05", 12, "2021-07-21 2021-07-22 2021-07-22 2021-07-22"),
        ("2021-10-25", 12, "2021-11-10 2021-11-12 2021-11-16 2021-11-16"),
        ("2021-12-13", 12, "2021-12-29 2021-12-29 2021-12-29 2022-01-05"),
        ("2022-12-20", 12, "2023-01-05 2023-01-05 2023-01-06 2023-01-12"),
        ("2024-04-30", 12, "2024-05-16 2024-05-21 2024-05-21 2024-05-21"),
        ("2024-04-30", 4, "2024-05-06 2024-05-07 2024-05-07 2024-05-07"),
    ],
)
def test_end_of_a_term(receipt: str, term: int, expected: str) -> None:
    """The day of receipt does not count, the last day does."""
    ends = [one.add_working_days(day(receipt), term) for one in BY_LENGTH]

    assert list(map(day, expected.split())) == ends


@pytest.mark.parametrize(
    ("meeting", "calendar", "expected"),
    [
        ("2021-04-09", LEGAL, "2021-04-06 2021-04-02"),
        ("2021-04-09", FLEMISH, "2021-04-06 2021-04-02"),
        ("2021-04-09", CLOSED, "2021-04-06 2021-04-02"),
        ("2021-11-05", LEGAL, "2021-11-02 2021-10-29"),
        ("2021-11-05", FLEMISH, "2021-10-29 2021-10-28"),
        ("2021-11-05", CLOSED, "2021-10-29 2021-10-28"),
        ("2022-07-15", LEGAL, "2022-07-12 2022-07-11"),
        ("2022-07-15", FLEMISH, "2022-07-12 2022-07-08"),
        ("2022-07-15", CLOSED, "2022-07-12 2022-07-08"),
    ],
)
def test_days_before_a_meeting(meeting: str, calendar: Calendar, expected: str) -> None:
    """The third and the fourth working day before a meeting."""
    ends = [calendar.add_working_days(day(meeting), -count) for count in (3, 4)]

    assert list(map(day, expected.split())) == ends


def test_a_real_chain() -> None:
    """Of a nota of 2018: 69 working days from the advice to the budget agreement."""
    assert 69 == LEGAL.working_days_between(date(2017, 12, 12), date(2018, 3, 21))


@pytest.mark.parametrize("year", YEARS)
def test_legal_days_as_others_know_them(year: int) -> None:
    """Every day of 41 years is a working day, or is none, as the judge says."""
    for one in days_of(year):
        assert JUDGE.is_working_day(one) is LEGAL.is_working_day(one), one


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("calendar", "more"),
    [
        (WEEKENDS, None),
        (FLEMISH, [(7, 11), (11, 2), (11, 15), (12, 26)]),
        (CLOSED, [(7, 11), (11, 2), (11, 15), *((12, n) for n in range(26, 32))]),
        (FEDERAL, [(11, 2), (11, 15), (12, 26)]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_other_calendars(
    year: int, calendar: Calendar, more: list[tuple[int, int]] | None
) -> None:
    """The others differ from what the judge says by their own holidays only."""
    own = {date(year, *on) for on in more or ()}

    for one in days_of(year):
        open_for_all = one.weekday() < 5 if more is None else JUDGE.is_working_day(one)
        assert (open_for_all and one not in own) is calendar.is_working_day(one), one


@given(days, st.integers(-80, 80).filter(bool))
def test_counts_as_others_do(start: date, term: int) -> None:
    """Forward and backward, as the judge counts."""
    assert JUDGE.get_nth_working_day(start, term) == LEGAL.add_working_days(start, term)


@given(days, st.integers(0, 900))
def test_counts_between_as_others_do(start: date, length: int) -> None:
    """The days between two, the first left out, the last included."""
    end = min(start + timedelta(days=length), date(2040, 12, 31))
    theirs = JUDGE.get_working_days_count(start, end) - JUDGE.is_working_day(start)

    assert theirs == LEGAL.working_days_between(start, end)
    assert 0 == LEGAL.working_days_between(end, start)


def test_why_a_day_is_off() -> None:
    """Each day off has a name and a source; a working day has none."""
    names = {
        "2021-05-01": "weekend",
        "2021-05-13": "Hemelvaartsdag",
        "2021-07-11": "weekend",
        "2022-07-11": "feestdag van de Vlaamse Gemeenschap",
        "2024-12-30": "gesloten tussen Kerstmis en Nieuwjaar",
        "2024-12-26": "tweede kerstdag",
        "2008-05-01": "Dag van de Arbeid en Hemelvaartsdag",
    }

    found = [CLOSED.day_off(day(text)) for text in names]

    assert list(names.values()) == [one.name for one in found if one]
    assert all(one and one.source for one in found)
    assert CLOSED.day_off(date(2021, 5, 14)) is None


@given(calendars, days)
def test_a_day_off_has_a_reason(calendar: Calendar, one: date) -> None:
    """A day is a working day, or it is told why not: never both, never neither."""
    assert calendar.is_working_day(one) is (calendar.day_off(one) is None)


def test_what_is_assumed() -> None:
    """Of 26 December (vo) and the days after it (closed) no source was found."""
    assumed = [
        (name, one.on)
        for name, calendar in CALENDARS.items()
        for one in calendar.holidays
        if one.source.startswith("aanname")
    ]

    after = [(12, number) for number in range(27, 32)]
    assert [
        ("vo", (12, 26)),
        *(("vo_closed", on) for on in [(12, 26), *after]),
    ] == assumed


def test_two_of_may_2008() -> None:
    """Employees had it off for the Ascension; that terms skip it is nobody's word."""
    assert LEGAL.is_working_day(date(2008, 5, 2))

    given = LEGAL.with_days_off({"2008": ["2008-05-02"]}, source="KB van 3 juni 2007")

    assert date(2008, 5, 5) == given.add_working_days(date(2008, 4, 30), 1)


def test_federal_bridging_days() -> None:
    """What was chosen for 2023 comes in as a file, of texts or of dates."""
    file = tomllib.loads('2023 = ["2023-05-19", 2023-08-14, 2023-11-03]')
    calendar = FEDERAL.with_days_off(file, name="brugdag", source="BOSA, 2023")
    bridges = [date(2023, 5, 19), date(2023, 8, 14), date(2023, 11, 3)]

    found = [calendar.day_off(one) for one in bridges]

    assert [("brugdag", "BOSA, 2023")] * 3 == [(o.name, o.source) for o in found if o]
    assert [True] * 3 == [FEDERAL.is_working_day(one) for one in bridges]
    # Two lists that name the same day, and one that names a holiday, do no harm.
    again = calendar.with_days_off({"2023": ["2023-05-19", "2023-05-18"]})
    assert date(2023, 5, 22) == again.add_working_days(date(2023, 5, 17), 1)


@pytest.mark.parametrize(
    "days_off",
    [
        {"2026": ["2025-05-15"]},
        {"2026": ["morgen"]},
        {"x": ["2026-05-15"]},
        {"2026": [None]},
        {"2026": [datetime(2026, 5, 15, tzinfo=UTC)]},
        {"2026": "2026-05-15"},
        {"2026": 5},
        {"2026": {"2026-05-15": True}},
        {"1900": ["1900-05-15"]},
        {"2300": ["2300-05-15"]},
        {2026: ["2026-05-15"]},
    ],
    ids=str,
)
def test_days_off_that_are_none(days_off: Any) -> None:
    """What is no list of days of its year, or of no year we know, is refused."""
    with pytest.raises(MalformedError):
        LEGAL.with_days_off(days_off)


@pytest.mark.parametrize("on", [(2, 29), (13, 1), (1,), 300, -120, 10**12, None])
def test_holidays_of_no_year(on: Any) -> None:
    """A holiday is a day of every year."""
    with pytest.raises(MalformedError, match="every year"):
        Holiday("feest", on, "niemand")


def test_calendar_by_its_name() -> None:
    """An unknown name is answered with those there are."""
    assert FLEMISH is calendar_named("vo")
    with pytest.raises(MalformedError, match="no calendar 'kerk'") as refused:
        calendar_named("kerk")
    assert "legal, vo, vo_closed, fed" in refused.value.hint


def test_calendars_are_equal_by_what_they_say() -> None:
    """What a calendar remembers of the years it was asked for does not matter."""
    other = Calendar("legal", LEGAL.title, LEGAL.holidays)
    LEGAL.is_working_day(date(2026, 1, 1))

    assert {LEGAL} == {other, LEGAL}


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
    ends = [calendar.add_working_days(start, term) for calendar in BY_LENGTH]

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
