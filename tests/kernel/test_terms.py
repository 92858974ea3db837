"""Terms, by the vectors of the rules; what holds of every term."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from digivl.errors import MalformedError
from digivl.kernel.calendar import CALENDARS, CLOSED, FEDERAL, FLEMISH, LEGAL, Calendar
from digivl.kernel.moments import BRUSSELS, end_of_day
from digivl.kernel.terms import Counted, Pause, Term, deadline_before

ADVICE = Term(days=12)
THIRTY = Term(days=30, counted=Counted.CALENDAR_DAYS, rolls=True)
calendars = st.sampled_from(sorted(CALENDARS.values(), key=lambda one: one.name))
counted = st.sampled_from(Counted)
moments = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 (Hypothesis adds the zone)
    datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.just(BRUSSELS),
)
gaps = st.integers(0, 40).map(lambda hours: timedelta(hours=12 * hours))


def at(text: str) -> datetime:
    """A moment in Brussels."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


def last_day(due: datetime | None) -> date:
    """The day in Brussels on which a term ends."""
    assert due is not None
    return due.astimezone(BRUSSELS).date()


@pytest.mark.parametrize("calendar", [LEGAL, FLEMISH, CLOSED])
def test_a_question_stops_a_term(calendar: Calendar) -> None:
    """Day 4 is used, the day of the answer is not; open, there is no end."""
    asked, answered = at("2021-05-03T10:00"), at("2021-05-10T16:00")
    received = at("2021-04-27T09:00")

    due = ADVICE.due(received, calendar, [Pause(asked, answered)])

    assert date(2021, 5, 21) == last_day(due)
    assert ADVICE.due(received, calendar, [Pause(asked)]) is None


@pytest.mark.parametrize(
    ("receipt", "expected"),
    [("2021-12-13", "2022-01-05"), ("2022-12-20", "2023-01-12")],
)
def test_closed_between_the_holidays(receipt: str, expected: str) -> None:
    """The days after Christmas are no working days where that calendar is chosen."""
    due = ADVICE.due(at(f"{receipt}T09:00"), CLOSED)

    assert date.fromisoformat(expected) == last_day(due)


def test_calendar_days_roll_if_they_have_to() -> None:
    """Thirty days from 11 June 2021 end on a Sunday."""
    received = at("2021-06-11T09:00")
    plain = Term(days=30, counted=Counted.CALENDAR_DAYS)

    assert date(2021, 7, 12) == last_day(THIRTY.due(received, LEGAL))
    assert date(2021, 7, 11) == last_day(plain.due(received, LEGAL))


def test_after_the_hour_is_the_next_working_day() -> None:
    """Friday at 18:30 counts as Monday, where a hour is set."""
    late = Term(days=1, cutoff=time(18))

    assert date(2026, 11, 23) == last_day(late.due(at("2026-11-20T18:00"), LEGAL))
    assert date(2026, 11, 24) == last_day(late.due(at("2026-11-20T18:30"), LEGAL))
    # A question before the term starts uses nothing of it.
    asked, answered = at("2026-11-21T10:00"), at("2026-11-22T10:00")
    due = late.due(at("2026-11-20T18:30"), LEGAL, [Pause(asked, answered)])
    assert date(2026, 11, 24) == last_day(due)


def test_bridging_days_of_a_year() -> None:
    """They come from outside; what is no day of its year is said."""
    calendar = LEGAL.with_days_off({"2026": ["2026-05-15"]})

    assert date(2026, 5, 18) == calendar.add_working_days(date(2026, 5, 13), 1)
    for days in ({"2026": ["2025-05-15"]}, {"2026": ["morgen"]}, {"x": ["2026-05-15"]}):
        with pytest.raises(MalformedError, match="is no day of"):
            LEGAL.with_days_off(days)


def test_federal_days() -> None:
    """All Souls, the King and the second Christmas day, not the Flemish feast."""
    off = [date(2027, 11, 2), date(2027, 11, 15), date(2028, 12, 26)]

    assert [False] * 3 == [FEDERAL.is_working_day(one) for one in off]
    assert FEDERAL.is_working_day(date(2028, 7, 11))


def test_before_a_meeting_also_when_the_clock_changes() -> None:
    """15:00 in Brussels is 14:00 UTC in winter and 13:00 in summer."""
    meeting = at("2026-03-31T10:00")  # the Tuesday after the clock went forward

    found = [deadline_before(meeting, count, LEGAL) for count in (1, 2)]

    assert [
        datetime(2026, 3, 30, 13, tzinfo=UTC),
        datetime(2026, 3, 27, 14, tzinfo=UTC),
    ] == found
    with pytest.raises(MalformedError, match="at least one"):
        deadline_before(meeting, 0, LEGAL)


def test_questions_that_make_no_sense() -> None:
    """Answered before they were asked, overlapping, too early, or too late."""
    received = at("2021-04-27T09:00")
    first = Pause(at("2021-05-03T10:00"), at("2021-05-10T16:00"))
    with pytest.raises(MalformedError, match="after it was asked"):
        Pause(first.asked, received)
    for pauses in ([first, first], [Pause(received - timedelta(days=9))]):
        with pytest.raises(MalformedError, match="follow on each other"):
            ADVICE.due(received, LEGAL, pauses)
    with pytest.raises(MalformedError, match="was over"):
        ADVICE.due(received, LEGAL, [Pause(at("2021-06-30T10:00"))])


@pytest.mark.parametrize(
    "received",
    [
        datetime(2026, 1, 1),  # noqa: DTZ001 (that is the point)
        datetime.max.replace(tzinfo=UTC),
        datetime(2299, 12, 31, tzinfo=UTC),
        datetime(1960, 1, 1, tzinfo=UTC),
    ],
)
@pytest.mark.parametrize("term", [ADVICE, Term(days=1, rolls=True)])
def test_moments_without_a_calendar(received: datetime, term: Term) -> None:
    """Said by a typed error, however far away."""
    with pytest.raises(MalformedError):
        term.due(received, LEGAL)
    with pytest.raises(MalformedError):
        Term(days=10**9)


@given(calendars, counted, moments, st.integers(1, 40), gaps, gaps)
def test_a_question_never_shortens_a_term(
    calendar: Calendar,
    how: Counted,
    received: datetime,
    days: int,
    until: timedelta,
    open_for: timedelta,
) -> None:
    """It ends no sooner than without, nor before the answer."""
    term = Term(days=days, counted=how)
    asked = (received.astimezone(UTC) + until).astimezone(BRUSSELS)
    plain = term.due(received, calendar)
    assert plain is not None
    assume(asked <= plain)
    answered = (asked.astimezone(UTC) + open_for).astimezone(BRUSSELS)

    due = term.due(received, calendar, [Pause(asked, answered)])

    assert due is not None
    assert due >= max(plain, end_of_day(answered.date()))
