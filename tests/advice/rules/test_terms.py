"""How long a body has, what silence means then, and until when a step is in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from digivl.advice.body import Body, SilenceEffect
from digivl.advice.clock import Clock
from digivl.advice.rules.files import shipped
from digivl.advice.rules.grounds import Confidence
from digivl.advice.rules.ruleset import Purpose, TermRule
from digivl.kernel.calendar import CALENDARS
from digivl.kernel.moments import BRUSSELS, end_of_day
from digivl.kernel.terms import Counted

BEFORE, FIRST, SECOND = "2015-06-01", "2021-06-01", "2026-06-01"
WORKING, CALENDAR = Counted.WORKING_DAYS, Counted.CALENDAR_DAYS
WITHDRAWN, UNKNOWN = SilenceEffect.WITHDRAWN, SilenceEffect.UNKNOWN


def term(body: Body, day: str, purpose: Purpose = Purpose.ANSWER) -> TermRule | None:
    """The shipped term of a body on a day."""
    return shipped().term(body, date.fromisoformat(day), purpose)


TERMS: dict[tuple[Body, str], tuple[int, Counted, int | None, bool, SilenceEffect]] = {
    (Body.IF, BEFORE): (12, WORKING, 4, True, WITHDRAWN),
    (Body.IF, FIRST): (12, WORKING, 4, True, UNKNOWN),
    (Body.IF, SECOND): (12, WORKING, 4, True, SilenceEffect.DEEMED_FAVOURABLE),
    (Body.BA, BEFORE): (12, WORKING, None, False, SilenceEffect.MAY_PROCEED),
    (Body.BA, FIRST): (12, WORKING, None, True, UNKNOWN),
    (Body.BA, SECOND): (12, WORKING, None, True, SilenceEffect.NO_LONGER_REQUIRED),
    (Body.BZ, SECOND): (12, WORKING, None, False, UNKNOWN),
    (Body.WT, SECOND): (12, WORKING, 4, False, UNKNOWN),
    (Body.SAR, SECOND): (30, CALENDAR, 10, False, UNKNOWN),
    (Body.RVS, "2012-06-01"): (30, CALENDAR, 5, False, UNKNOWN),
    (Body.RVS, BEFORE): (30, CALENDAR, None, False, UNKNOWN),
    (Body.RVS, SECOND): (30, CALENDAR, None, False, UNKNOWN),
}


@pytest.mark.parametrize(("body", "day"), TERMS)
def test_table(body: Body, day: str) -> None:
    """Days, how they count, the least in urgency, what stops them, and silence."""
    found = term(body, day)

    assert found is not None
    assert TERMS[body, day] == (
        found.days,
        found.counted,
        found.urgent_days,
        found.suspends,
        found.silence,
    )
    assert not found.urgent_suspends


def test_urgency_can_count_in_other_days() -> None:
    """A council has thirty days, and in urgency no fewer than ten working days."""
    council, inspector = term(Body.SAR, SECOND), term(Body.IF, SECOND)

    assert council
    assert inspector
    assert (CALENDAR, WORKING) == (council.counted, council.urgent_counted)
    assert inspector.urgent_counted is None


def test_urgency_of_a_council_starts_when_it_is_declared() -> None:
    """Ten working days from then, not ten days of the thirty."""
    received = datetime(2026, 6, 1, 9, tzinfo=BRUSSELS)
    council = term(Body.SAR, SECOND)
    assert council
    clock = Clock(term=council, rules=shipped().sha256, received=received)

    urged = clock.urge(None, received + timedelta(days=3)).wound()

    assert urged.due == end_of_day(date(2026, 6, 18))
    assert urged.reckoned().due == urged.due
    assert clock.wound().due == end_of_day(date(2026, 7, 1))


def test_who_agrees_to_more() -> None:
    """Legal and language advice, and a council, can take longer if the asker agrees."""
    longer = {body for body in Body if (t := term(body, SECOND)) and t.extends}

    assert {Body.WT, Body.SAR} == longer


def test_of_some_no_term_is_known() -> None:
    """Nothing is invented for the privacy body, negotiations, or long ago."""
    assert [None, None, None] == [
        term(Body.VTC, SECOND),
        term(Body.NEGOTIATION, SECOND),
        term(Body.IF, "2001-02-19"),
    ]


def test_appeal() -> None:
    """The minister of budget has twelve working days too."""
    then = term(Body.IF, BEFORE, Purpose.APPEAL)
    now = term(Body.IF, SECOND, Purpose.APPEAL)

    assert then
    assert now
    assert (12, SilenceEffect.MAY_PROCEED) == (then.days, then.silence)
    assert (12, UNKNOWN, Confidence.ASSUMED) == (now.days, now.silence, now.confidence)


def test_the_number_changed_and_the_days_stayed() -> None:
    """Thirty days of the Raad van State are 1° until 2014 and 2° since."""
    found = [term(Body.RVS, day) for day in ("2013-12-31", "2014-01-01")]
    told = [(one.days, one.legal_basis.split("lid, ")[1][:2]) for one in found if one]

    assert [(30, "1°"), (30, "2°")] == told


MEETINGS: Mapping[str, str] = {
    "2018-07-13T10:00": "2018-07-10T15:00",  # the third working day before
    "2021-04-09T10:00": "2021-04-06T15:00",
    "2021-11-05T10:00": "2021-11-02T15:00",
    "2022-07-15T10:00": "2022-07-12T15:00",
    "2024-04-05T10:00": "2024-03-29T15:00",  # the fourth, with Easter Monday
    "2026-07-17T10:00": "2026-07-13T15:00",
}


@pytest.mark.parametrize("meeting", MEETINGS)
def test_agenda_deadline(meeting: str) -> None:
    """The third working day before a meeting, later the fourth, at three o'clock."""
    start = datetime.fromisoformat(meeting).replace(tzinfo=BRUSSELS)

    due = shipped().agenda_deadline(start, CALENDARS)

    assert due is not None
    assert MEETINGS[meeting] == f"{due.astimezone(BRUSSELS):%Y-%m-%dT%H:%M}"


def test_no_deadline_before_the_house_rules_of_2017() -> None:
    """What held before was not read."""
    meeting = datetime(2017, 1, 19, 9, tzinfo=UTC)

    assert shipped().agenda_deadline(meeting, CALENDARS) is None


def test_a_deadline_has_bounds() -> None:
    """Not a deadline that takes years to reckon."""
    (rule, *_) = shipped().deadlines

    with pytest.raises(ValueError, match="days"):
        attrs.evolve(rule, working_days=10**9)
