"""What of a route is done, due and next, and when it can be done."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from digivl.advice.body import Body
from digivl.advice.proposal import Act
from digivl.advice.route.forecast import Assumption
from digivl.advice.route.route import Route, RouteStep, StepStatus
from digivl.advice.route.wording import awaited, unknown, when
from digivl.advice.rules.grounds import Period
from digivl.testing.itinerary import (
    ALL_TERMS,
    NOW,
    heard,
    laid_out,
    term,
    trace,
)

DAY = timedelta(days=1)


def day(moment: datetime | None) -> str:
    """The day of a moment in UTC."""
    return f"{moment:%Y-%m-%d}" if moment else ""


def of(route: Route, id: str) -> RouteStep:
    """A step that is there."""
    (found,) = [step for step in route.steps if step.id == id]
    return found


def test_a_new_dossier_shows_the_way() -> None:
    """What can begin is next; what waits for it comes later, and says for what."""
    route = laid_out(Act.NOTE)

    assert {
        "prepare": (StepStatus.RUNNING, ()),
        "if": (StepStatus.NEXT, ()),
        "ba": (StepStatus.LATER, ("if",)),
        "bz": (StepStatus.LATER, ("if",)),
        "agenda": (StepStatus.LATER, ("ba", "bz")),
        "final": (StepStatus.LATER, ("agenda",)),
    } == {step.id: (step.status, step.waits_for) for step in route.steps}


def test_expected_dates_follow_from_the_terms() -> None:
    """Twelve working days each, the agenda four working days before a Friday.

    Counted by hand: 23 November is a Monday; the legal holidays up to January are 25
    December and 1 January.
    """
    route = laid_out(Act.NOTE)

    assert {
        "if": "2026-12-09",
        "ba": "2026-12-28",
        "bz": "2026-12-28",
        "agenda": "2027-01-04",
        "final": "2027-01-08",
    } == {step.id: day(step.end) for step in route.steps if step.id != "prepare"}
    assert all(step.is_expected for step in route.steps)
    assert "2027-01-08" == day(route.end)


def test_no_date_where_no_term_is_known() -> None:
    """No rule gives a term for the Raad van State: nothing after it has a date."""
    route = laid_out(Act.DECREE, asked=heard(Body.IF, Body.RVS))
    council, after = of(route, "rvs"), of(route, "final")

    assert (True, None, None) == (
        council.start is not None,
        council.end,
        council.hangs_on,
    )
    assert (None, None, "rvs") == (after.start, after.end, after.hangs_on)
    assert ("termijn niet gekend", "hangt af van advies van de Raad van State") == (
        unknown(council, route),
        unknown(after, route),
    )
    assert route.end is None


def test_a_term_of_the_entity_gives_dates() -> None:
    """With a term for everybody, dates go on to the signing, which nobody bounds."""
    route = laid_out(Act.DECREE, terms=ALL_TERMS)

    dated = [step.id for step in route.steps if step.end is not None]
    assert {"sign", "parliament-in", "parliament", "ratification", "publication"} == (
        {step.id for step in route.steps} - {*dated, "negotiation"}
    )


def test_what_is_not_determined_counts() -> None:
    """A step that may be needed is reckoned as if it is, and the route says so."""
    sure = laid_out(Act.NOTE, asked=heard(Body.IF))
    unsure = laid_out(Act.NOTE, asked=heard(Body.IF, undetermined=[Body.BZ]))

    assert StepStatus.UNDETERMINED is of(unsure, "bz").status
    assert "2026-12-18" == day(of(sure, "final").end)
    assert "2027-01-08" == day(of(unsure, "final").end)
    assert Assumption.UNDETERMINED_COUNTS in unsure.assumptions
    assert Assumption.UNDETERMINED_COUNTS not in sure.assumptions


def test_inspector_and_language_go_together() -> None:
    """What does not wait for each other begins at one time."""
    route = laid_out(Act.DECREE)

    assert StepStatus.NEXT is of(route, "if").status is of(route, "wt").status
    assert of(route, "if").start == of(route, "wt").start


def test_a_late_answer_with_an_effect_lets_the_route_go_on() -> None:
    """Silence that has an effect by a rule holds nobody up: the rest starts now."""
    asked = trace("if", NOW - 40 * DAY, due=NOW - 20 * DAY, expected=NOW)
    route = laid_out(Act.NOTE, asked, asked=heard(Body.IF, Body.BA))
    late, next_one = of(route, "if"), of(route, "ba")

    assert (StepStatus.LATE, NOW) == (late.status, late.end)
    assert (StepStatus.LATER, NOW) == (next_one.status, next_one.start)
    assert when(late, route) == "moest tegen 3 nov 2026"


def test_a_late_answer_without_a_known_effect_stops_the_dates() -> None:
    """Nobody knows when it comes: what follows has no date."""
    asked = trace("bz", NOW - 40 * DAY, due=NOW - 20 * DAY)
    done = trace("if", NOW - 60 * DAY, NOW - 41 * DAY)
    route = laid_out(Act.NOTE, done, asked, asked=heard(Body.IF, Body.BZ))

    assert (StepStatus.LATE, None) == (of(route, "bz").status, of(route, "bz").end)
    assert (None, "bz") == (of(route, "final").end, of(route, "final").hangs_on)


def test_what_happened_again_has_a_step_of_its_own() -> None:
    """A question that is asked anew leaves the answer that was given as it is."""
    first = trace("if", NOW - 30 * DAY, NOW - 20 * DAY)
    again = trace("if", NOW - DAY, due=NOW + 15 * DAY, expected=NOW + 15 * DAY)
    route = laid_out(Act.NOTE, first, again, asked=heard(Body.IF, Body.BA))

    assert (StepStatus.DONE, StepStatus.RUNNING) == (
        of(route, "if").status,
        of(route, "if.2").status,
    )
    assert ("if.2",) == of(route, "ba").waits_for
    assert NOW + 15 * DAY == of(route, "ba").start


def test_what_is_over_leaves_out_what_was_not_recorded() -> None:
    """After the approval nobody asks advice any more; the route says what passed it."""
    approved = trace("final", NOW - DAY, NOW - DAY)
    route = laid_out(Act.NOTE, approved, asked=heard(Body.IF))
    skipped = of(route, "if")

    assert StepStatus.SKIPPED is skipped.status
    assert "niet in dit dossier; voorbij sinds: goedkeuring" in skipped.explanation
    assert [] == route.with_status(StepStatus.NEXT, StepStatus.LATER)


def test_an_early_answer_passes_nothing() -> None:
    """A council that was heard before the first approval does not stand for it."""
    early = trace("sar", NOW - 30 * DAY, NOW - 10 * DAY)
    route = laid_out(Act.DECREE, early, asked=heard(Body.IF, Body.SAR))

    assert StepStatus.NEXT is of(route, "if").status
    assert StepStatus.LATER is of(route, "principle-1").status


def test_a_meeting_that_is_planned_goes_before_fridays() -> None:
    """Up to the last meeting that is planned there are no others."""
    planned = datetime(2026, 12, 22, 9, tzinfo=UTC)
    asked = heard()
    route = laid_out(Act.NOTE, asked=asked, meetings=[planned])
    full = laid_out(
        Act.NOTE, asked=asked, meetings=[planned], now=planned - timedelta(hours=1)
    )

    assert planned == of(route, "final").end
    assert () == tuple({Assumption.FRIDAYS} & set(route.assumptions))
    # Its deadline is over: the next one is a Friday, and Christmas and New Year are no
    # working days.
    assert "2027-01-08" == day(of(full, "final").end)
    assert Assumption.FRIDAYS in full.assumptions


def test_assumed_fridays_are_working_days() -> None:
    """Assumed: a meeting on each Friday that is a working day, where none is known."""
    route = laid_out(Act.NOTE, asked=heard(), now=datetime(2026, 12, 16, tzinfo=UTC))

    assert "2027-01-08" == day(of(route, "final").end)


def test_a_step_on_an_agenda_waits_for_its_meeting() -> None:
    """The moment of the meeting is expected; after its day the decision is late."""
    meets = NOW + 4 * DAY
    begun = trace("final", NOW - DAY, due=meets + DAY, expected=meets)
    late = trace("final", NOW - 9 * DAY, due=NOW - DAY)
    found = [
        of(laid_out(Act.NOTE, one, asked=heard()), "final") for one in (begun, late)
    ]

    assert [(StepStatus.RUNNING, meets), (StepStatus.LATE, None)] == [
        (step.status, step.end) for step in found
    ]


def test_a_ratification_needs_no_request() -> None:
    """It stands on the next agenda by itself, however short before the meeting."""
    friday = datetime(2026, 11, 27, 9, tzinfo=UTC)
    voted = trace("parliament", NOW - 90 * DAY, NOW - DAY)
    step = trace("ratification", None, ready=NOW)
    route = laid_out(Act.DECREE, voted, step, meetings=[friday])

    assert friday == of(route, "ratification").end


def test_six_months_for_a_deviation() -> None:
    """A decision that deviates from decrees is watched for six months."""
    approved = datetime(2026, 8, 31, 9, tzinfo=UTC)
    done = trace("final", approved, approved)
    act = Act.REGULATORY_DECISION
    before, after = (
        of(laid_out(act, done, now=now, deviates=True), "decree-in-time")
        for now in (approved + 30 * DAY, approved + 200 * DAY)
    )
    never = laid_out(Act.REGULATORY_DECISION, done, deviates=False)

    assert (StepStatus.RUNNING, "2027-02-28") == (before.status, day(before.due))
    assert StepStatus.LATE is after.status
    assert StepStatus.SKIPPED is of(never, "decree-in-time").status


def test_a_closed_dossier_has_nothing_to_come() -> None:
    """What was not begun is left out, with the day on which it was closed."""
    left = laid_out(Act.NOTE, closed_at=NOW).steps[1:]

    assert {StepStatus.SKIPPED} == {step.status for step in left}
    assert {"het dossier is afgesloten op 23 november 2026"} == {
        step.explanation for step in left
    }


def test_whom_a_step_waits_for() -> None:
    """For the steps before it; for who has to act once they are done."""
    asked = trace("if", NOW, due=NOW + DAY, expected=NOW + DAY, by="de inspecteur")
    route = laid_out(Act.NOTE, asked, asked=heard(Body.IF, Body.BA))

    assert ["de inspecteur", "advies van de Inspectie van Financiën"] == [
        awaited(of(route, name), route) for name in ("if", "ba")
    ]


@pytest.mark.parametrize("assumption", Assumption)
def test_assumptions_are_told(assumption: Assumption) -> None:
    """Each assumption that dates rest on is named by some route in a Dutch sentence."""
    routes = [laid_out(act, terms=ALL_TERMS, recurring=None) for act in Act]
    routes.append(laid_out(Act.NOTE, asked=heard(undetermined=[Body.BZ])))

    assert assumption in {one for route in routes for one in route.assumptions}
    assert assumption.value


def test_dates_use_the_rule_of_that_day() -> None:
    """A term that changes before a question can be asked is the new one."""
    until = Period(end=date(2026, 12, 1))
    since = Period(start=date(2026, 12, 2))
    terms = (
        term(Body.IF, 12),
        term(Body.BA, 12, period=until),
        term(Body.BA, 2, period=since),
    )
    route = laid_out(Act.NOTE, terms=terms, asked=heard(Body.IF, Body.BA))

    assert "2026-12-11" == day(of(route, "ba").end)
