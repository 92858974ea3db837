"""What holds of every term, calendar, receipt and series of questions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from digivl.kernel.calendar import CALENDARS, Calendar
from digivl.kernel.moments import BRUSSELS, end_of_day
from digivl.kernel.reckoning import Reckoning, StepKind
from digivl.kernel.terms import Counted, Deadline, Suspension, Term, Urgency

moments = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 (Hypothesis adds the zone)
    datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
gaps = st.integers(0, 40).map(lambda hours: timedelta(hours=7 * hours))
calendars = st.sampled_from(sorted(CALENDARS.values(), key=lambda one: one.name))
every_term = st.builds(
    Term,
    days=st.integers(1, 40),
    counted=st.sampled_from(Counted),
    rolls=st.booleans(),
    cutoff=st.none() | st.times(),
    extension=st.integers(0, 5),
)


Case: TypeAlias = tuple[Term, Calendar, datetime, list[Suspension]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A term with questions that are asked in time, each answered."""
    term, calendar, received = draw(every_term), draw(calendars), draw(moments)
    questions: list[Suspension] = []
    after = received
    for _ in range(draw(st.integers(0, 3))):
        start = after + draw(gaps)
        due = term.due(received, calendar, questions)
        if due is None or start > due:
            break
        after = start + draw(gaps)
        questions.append(Suspension(start, after))
    return term, calendar, received, questions


def local(due: datetime | None) -> date:
    """The day in Brussels."""
    assert due is not None
    return due.astimezone(BRUSSELS).date()


@given(cases())
def test_never_ends_on_a_day_off(case: Case) -> None:
    """Unless its rule says so: calendar days that do not roll."""
    term, calendar, received, questions = case

    ends = local(term.due(received, calendar, questions))

    if term.rolls or term.counted is Counted.WORKING_DAYS:
        assert calendar.is_working_day(ends)
    assert ends > received.astimezone(BRUSSELS).date()


@given(cases(), st.integers(0, 2), gaps, gaps)
def test_a_question_never_moves_the_end_earlier(
    case: Case,
    which: int,
    until: timedelta,
    open_for: timedelta,
) -> None:
    """Nor to before its answer; wherever it comes between the others."""
    term, calendar, received, questions = case
    before = questions[: which + 1]
    start = (before[-1].end or received if before else received) + until
    more = Suspension(start, start + open_for)
    rest = questions[len(before) :]
    plain = term.due(received, calendar, questions)
    assert plain is not None
    so_far = term.due(received, calendar, before)
    assume(so_far is not None and start <= so_far)
    assume(not rest or rest[0].start >= start + open_for)

    due = term.due(received, calendar, [*questions, more])

    assert due is not None
    assert due >= max(plain, start + open_for)


@given(cases(), gaps)
def test_who_hands_in_later_has_as_long(case: Case, later: timedelta) -> None:
    """A later receipt never ends a term sooner, whatever the hour."""
    term, calendar, received, _ = case

    first = term.due(received, calendar)
    second = term.due(received + later, calendar)

    assert first is not None
    assert second is not None
    assert first <= second


@given(cases(), st.integers(1, 20), st.integers(1, 20), gaps)
def test_urgency_only_shortens(
    case: Case,
    days: int,
    least: int,
    until: timedelta,
) -> None:
    """Never past the first term, nor below the least after the declaration."""
    term, calendar, received, questions = case
    assume(least <= days < term.days)
    declared = received + until
    plain = term.due(received, calendar, questions)
    assert plain is not None
    assume(declared <= plain)
    assume(all(one.start <= declared for one in questions))
    urgency = Urgency(at=declared, days=days, least=least)

    due = term.due(received, calendar, questions, urgency)

    short = attrs.evolve(term, days=least, cutoff=None, extension=0)
    floor = short.due(declared, calendar)
    assert due is not None
    assert floor is not None
    assert min(plain, floor) <= due <= plain


def days_that_count(reckoning: Reckoning) -> int:
    """How many days the steps count."""
    return sum(
        (step.last - step.first).days + 1
        for step in reckoning.steps
        if step.kind is StepKind.COUNTED and step.last
    )


@given(cases(), st.sets(st.sampled_from(["open", "urgent"])), gaps)
def test_steps_and_end_agree(case: Case, also: set[str], until: timedelta) -> None:
    """The steps count the days of the term, and end on the day that `due` says."""
    term, calendar, received, questions = case
    if "open" in also and questions:
        questions[-1] = Suspension(questions[-1].start)
    plain = term.due(received, calendar, questions)
    urgency = None
    in_time = plain is None or received + until <= plain
    if "urgent" in also and term.days > 1 and in_time:
        urgency = Urgency(at=received + until, days=1, least=1)
        questions = [one for one in questions if one.start <= urgency.at]

    reckoning = term.reckon(received, calendar, questions, urgency)

    answer = reckoning.steps[-1]
    assert reckoning.due == term.due(received, calendar, questions, urgency)
    if reckoning.due is None:
        assert (StepKind.SUSPENDED, None) == (answer.kind, answer.last)
        assert (None, None) == (reckoning.last_day, answer.last)
    else:
        assert local(reckoning.due) == reckoning.last_day == answer.last
        assert StepKind.END is answer.kind
    if urgency is None:
        length = term.days + term.extension
        assert length == days_that_count(reckoning) + reckoning.left
    assert all(step.text and step.source for step in reckoning.steps)


@given(cases())
def test_steps_leave_no_day_untold(case: Case) -> None:
    """From the receipt to the end each day counts, is off, or is suspended; once."""
    term, calendar, received, questions = case

    reckoning = term.reckon(received, calendar, questions)

    day = received.astimezone(BRUSSELS).date()
    for step in reckoning.steps:
        if step.kind in {StepKind.COUNTED, StepKind.OFF}:
            assert step.first == day + timedelta(days=1)
        if step.kind not in {StepKind.TERM, StepKind.END}:
            assert step.last is not None
            day = max(day, step.last)
        if step.kind is StepKind.OFF:
            whole = (step.first, step.last or step.first)
            assert not any(map(calendar.is_working_day, whole))
    assert reckoning.last_day == day


@given(calendars, moments, st.integers(1, 60))
def test_deadline_and_term_are_each_others_way_back(
    calendar: Calendar, meeting: datetime, days: int
) -> None:
    """So many working days after a deadline the meeting is, or could have been."""
    reckoning = Deadline(days=days).reckon(meeting, calendar)

    day = meeting.astimezone(BRUSSELS).date()
    assert reckoning.due == Deadline(days=days).due(meeting, calendar)
    assert days == days_that_count(reckoning)
    assert reckoning.last_day is not None
    assert calendar.is_working_day(reckoning.last_day)
    assert calendar.add_working_days(reckoning.last_day, days) >= day
    assert calendar.working_days_between(reckoning.last_day, day) in {days, days - 1}


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(1, 20), st.data())
def test_the_hour_of_the_day_does_not_matter(
    day: date, days: int, data: st.DataObject
) -> None:
    """Whenever it came in that day, the hours of a changing clock included."""
    begin = end_of_day(day - timedelta(days=1)) + timedelta(microseconds=1)
    moments = st.datetimes(
        begin.replace(tzinfo=None),
        end_of_day(day).replace(tzinfo=None),
        timezones=st.just(UTC),
    )
    for calendar in CALENDARS.values():
        ends = Term(days=days).due(data.draw(moments), calendar)

        assert calendar.add_working_days(day, days) == local(ends)
