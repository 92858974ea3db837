from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

import attrs
import pytest

from digivl.errors import MalformedError
from digivl.kernel.calendar import CLOSED, FLEMISH, LEGAL, Calendar
from digivl.kernel.moments import BRUSSELS, end_of_day
from digivl.kernel.terms import Counted, Deadline, Suspension, Term, Urgency

ADVICE = Term(days=12)
THIRTY = Term(days=30, counted=Counted.CALENDAR_DAYS, rolls=True)
PLAIN = Term(days=30, counted=Counted.CALENDAR_DAYS)
WEEKENDS = Calendar("weekends")
TUESDAY = "2021-04-27T09:00"


def at(text: str) -> datetime:
    """A moment in Brussels; noon of a day alone."""
    moment = datetime.fromisoformat(text if "T" in text else f"{text}T12:00")
    return moment.replace(tzinfo=BRUSSELS)


def asked(*days: str) -> list[Suspension]:
    """Questions, each written ``FROM/TO``; the last can be open: ``FROM/``."""
    pairs = (text.split("/") for text in days)
    return [Suspension(at(start), at(end) if end else None) for start, end in pairs]


def last_day(
    term: Term,
    received: str,
    questions: Sequence[Suspension] = (),
    urgency: Urgency | None = None,
    calendar: Calendar = LEGAL,
) -> str:
    """The day in Brussels on which a term ends."""
    due = term.due(at(received), calendar, questions, urgency)
    assert due is not None
    assert end_of_day(due.astimezone(BRUSSELS).date()) == due
    return due.astimezone(BRUSSELS).date().isoformat()


@pytest.mark.parametrize("calendar", [LEGAL, FLEMISH, CLOSED])
def test_a_question_stops_a_term(calendar: Calendar) -> None:
    """Day 4 is used, the day of the answer is not; open, there is no end."""
    question = "2021-05-03T10:00/2021-05-10T16:00"

    ends = last_day(ADVICE, TUESDAY, asked(question), calendar=calendar)

    assert "2021-05-21" == ends
    assert ADVICE.due(at(TUESDAY), calendar, asked("2021-05-03/")) is None


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        # Day 4 is used; answered on the same day nothing is lost.
        (("2021-05-03T10:00/2021-05-03T11:00",), "2021-05-14"),
        # Asked and answered in a weekend.
        (("2021-05-01/2021-05-02",), "2021-05-14"),
        (("2021-05-01/2021-05-03",), "2021-05-17"),
        # Two: 3 days used, 9 left; one used, 8 left.
        (("2021-04-30/2021-05-03", "2021-05-04/2021-05-10"), "2021-05-21"),
        # Asked again on the day of the answer, which is no day of the term.
        (("2021-05-03/2021-05-10T09:00", "2021-05-10T10:00/2021-05-11"), "2021-05-25"),
        # Asked on the day of receipt: nothing is used.
        (("2021-04-27/2021-04-28",), "2021-05-17"),
        # Asked on the last day: nothing is left, and the answer ends it ...
        (("2021-05-14/2021-05-18",), "2021-05-18"),
        # ... on a working day.
        (("2021-05-14/2021-05-22",), "2021-05-25"),
        # Asked once more on the working day to which that moved: it still is.
        (("2021-05-14/2021-05-22", "2021-05-25/2021-05-26"), "2021-05-26"),
    ],
)
def test_questions(questions: tuple[str, ...], expected: str) -> None:
    """The day of a question counts as used, the day of its answer does not."""
    assert expected == last_day(ADVICE, TUESDAY, asked(*questions))
    assert expected == last_day(ADVICE, TUESDAY, asked(*reversed(questions)))


def test_questions_in_a_term_of_calendar_days() -> None:
    """Ten of thirty days are used; twenty come after the answer."""
    question = asked("2021-06-21/2021-07-01")

    assert "2021-07-21" == last_day(PLAIN, "2021-06-11", question)
    assert "2021-07-22" == last_day(THIRTY, "2021-06-11", question)
    # On the Monday to which its end moved, all thirty days are used.
    late = asked("2021-07-12/2021-07-17")
    assert "2021-07-19" == last_day(THIRTY, "2021-06-11", late)


def test_a_term_that_no_question_stops() -> None:
    """The urgent terms of the rules of 2001: a question changes nothing."""
    term = Term(days=4, stops=False)

    assert "2021-05-03" == last_day(term, TUESDAY, asked("2021-04-28/2021-04-30"))
    assert "2021-05-03" == last_day(term, TUESDAY, asked("2021-04-28/"))


@pytest.mark.parametrize(
    ("receipt", "expected"),
    [("2021-12-13", "2022-01-05"), ("2022-12-20", "2023-01-12")],
)
def test_closed_between_the_holidays(receipt: str, expected: str) -> None:
    """The days after Christmas are no working days where that calendar is chosen."""
    assert expected == last_day(ADVICE, receipt, calendar=CLOSED)


@pytest.mark.parametrize("calendar", [WEEKENDS, LEGAL, FLEMISH, CLOSED])
def test_calendar_days_roll_if_they_have_to(calendar: Calendar) -> None:
    """Thirty days from 11 June 2021 end on a Sunday."""
    assert "2021-07-12" == last_day(THIRTY, "2021-06-11", calendar=calendar)
    assert "2021-07-11" == last_day(PLAIN, "2021-06-11", calendar=calendar)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-11-20T18:00", "2026-11-23"),
        ("2026-11-20T18:00:01", "2026-11-24"),
        # Not sooner than what came in before it.
        ("2026-11-21T10:00", "2026-11-24"),
        ("2026-11-22T20:00", "2026-11-24"),
        ("2026-11-23T17:00", "2026-11-24"),
    ],
)
def test_after_the_hour_is_the_next_working_day(received: str, expected: str) -> None:
    """Friday at 18:30 counts as Monday, where an hour is set; so does the weekend."""
    assert expected == last_day(Term(days=1, cutoff=time(18)), received)


def test_a_question_before_the_term_starts() -> None:
    """It uses nothing of the term."""
    late = Term(days=1, cutoff=time(18))

    question = asked("2026-11-21T10:00/2026-11-22T10:00")

    assert "2026-11-24" == last_day(late, "2026-11-20T18:30", question)


def test_an_extension_that_was_agreed() -> None:
    """So many days more."""
    longer = attrs.evolve(ADVICE, extension=5)

    assert "2021-05-21" == last_day(longer, TUESDAY)


@pytest.mark.parametrize(
    ("declared", "days", "expected"),
    [
        # On the day of receipt the urgent term is just another term.
        ("2021-04-27T09:00", 4, "2021-05-03"),
        ("2021-04-27T17:00", 8, "2021-05-07"),
        # Eight days from receipt, whenever it is declared ...
        ("2021-04-29", 8, "2021-05-07"),
        # ... but four are left after it, if the first term had as many.
        ("2021-05-06", 4, "2021-05-12"),
        ("2021-05-11", 4, "2021-05-14"),
        ("2021-05-14", 4, "2021-05-14"),
    ],
)
def test_urgency(declared: str, days: int, expected: str) -> None:
    """A shorter term from the same receipt; nobody is late before it was declared."""
    urgency = Urgency(at=at(declared), days=days, least=4)

    assert expected == last_day(ADVICE, TUESDAY, urgency=urgency)


def test_urgency_and_questions() -> None:
    """What was suspended before stays so; after, it depends on the rules."""
    before, after = "2021-04-29/2021-05-03", "2021-05-05/2021-05-10"
    urgency = Urgency(at=at("2021-05-04"), days=6, least=4)

    # Two days used, one more on 4 May; of six three would be left, so four are.
    assert "2021-05-10" == last_day(ADVICE, TUESDAY, asked(before), urgency)
    assert "2021-05-14" == last_day(ADVICE, TUESDAY, asked(before, after), urgency)
    unstoppable = attrs.evolve(urgency, stops=False)
    assert "2021-05-10" == last_day(ADVICE, TUESDAY, asked(before, after), unstoppable)
    still = ADVICE.due(at(TUESDAY), LEGAL, asked("2021-04-29/"), urgency)
    assert still is None


def test_urgency_that_makes_no_sense() -> None:
    """Below the least, no shorter, too early, too late, or with a question open."""
    with pytest.raises(MalformedError, match="at least 4 days"):
        Urgency(at=at(TUESDAY), days=3, least=4)
    for declared, days, stops, match in (
        ("2021-05-03", 12, True, "no shorter"),
        ("2021-04-26", 4, True, "had not started"),
        ("2021-05-17", 4, True, "was over"),
        ("2021-05-04", 4, False, "was open"),
    ):
        urgency = Urgency(at=at(declared), days=days, least=4, stops=stops)
        questions = asked("2021-05-03/2021-05-05") if not stops else []
        with pytest.raises(MalformedError, match=match):
            ADVICE.due(at(TUESDAY), LEGAL, questions, urgency)


def test_before_a_meeting_also_when_the_clock_changes() -> None:
    """15:00 in Brussels is 14:00 UTC in winter and 13:00 in summer."""
    meeting = at("2026-03-31T10:00")  # the Tuesday after the clock went forward

    found = [Deadline(days=count).due(meeting, LEGAL) for count in (1, 2)]

    assert [
        datetime(2026, 3, 30, 13, tzinfo=UTC),
        datetime(2026, 3, 27, 14, tzinfo=UTC),
    ] == found
    noon = Deadline(days=1, at=time(12)).due(meeting, LEGAL)
    assert datetime(2026, 3, 30, 10, tzinfo=UTC) == noon


def test_questions_that_make_no_sense() -> None:
    """Answered before they were asked, overlapping, too early, or too late."""
    with pytest.raises(MalformedError, match="after it was asked"):
        asked("2021-05-03/2021-05-02")
    for questions in (
        asked("2021-05-03/2021-05-10", "2021-05-03/2021-05-10"),
        asked("2021-05-03/2021-05-10", "2021-05-07/2021-05-12"),
        asked("2021-05-03/", "2021-05-07/2021-05-12"),
        asked("2021-04-18/2021-04-19"),
    ):
        with pytest.raises(MalformedError, match="follow on"):
            ADVICE.due(at(TUESDAY), LEGAL, questions)
    with pytest.raises(MalformedError, match="was over"):
        ADVICE.due(at(TUESDAY), LEGAL, asked("2021-06-30/"))


@pytest.mark.parametrize("days", [0, -1, 3651, 10**9, 1.5, "12", None, True])
def test_terms_of_no_length(days: Any) -> None:
    """A term has 1 to 3650 days."""
    for make in (
        lambda: Term(days=days),
        lambda: Deadline(days=days),
        lambda: Urgency(at=at(TUESDAY), days=days, least=1),
    ):
        with pytest.raises(MalformedError, match="1 to 3650 days"):
            make()
    if days != 0:
        with pytest.raises(MalformedError, match="extension is"):
            Term(days=1, extension=days)


def test_hours_have_no_zone() -> None:
    """They are those of the clock in Brussels."""
    with pytest.raises(MalformedError, match="without a zone"):
        Term(days=1, cutoff=time(18, tzinfo=UTC))
    with pytest.raises(MalformedError, match="without a zone"):
        Deadline(days=1, at=time(15, tzinfo=UTC))


@pytest.mark.parametrize(
    "received",
    [
        datetime(2026, 1, 1),  # noqa: DTZ001 (that is the point)
        datetime.max.replace(tzinfo=UTC),
        datetime(1960, 1, 1, tzinfo=UTC),
        datetime.min.replace(tzinfo=UTC),
        datetime(9999, 12, 30, tzinfo=UTC),
    ],
)
@pytest.mark.parametrize(
    "term", [ADVICE, THIRTY, PLAIN, Term(days=1, rolls=True, cutoff=time(0))]
)
def test_moments_without_a_calendar(received: datetime, term: Term) -> None:
    """Said by a typed error, however far away."""
    with pytest.raises(MalformedError):
        term.due(received, LEGAL)
    with pytest.raises(MalformedError):
        Deadline(days=1).due(received, LEGAL)


def test_the_last_year_of_the_calendar() -> None:
    """A term that needs a later one is refused; so is a meeting too early."""
    received = datetime(2299, 12, 30, tzinfo=UTC)

    for term in (ADVICE, THIRTY):
        with pytest.raises(MalformedError, match="year 2300"):
            term.reckon(received, LEGAL)
    with pytest.raises(MalformedError, match="year 1973"):
        Deadline(days=4).reckon(datetime(1974, 1, 3, tzinfo=UTC), LEGAL)


def test_an_answer_after_all_calendars() -> None:
    """Said by a typed error too."""
    question = Suspension(at("2021-05-03"), datetime(9999, 12, 31, tzinfo=UTC))

    for term in (ADVICE, PLAIN):
        with pytest.raises(MalformedError, match="no calendar"):
            term.due(at(TUESDAY), LEGAL, [question])
