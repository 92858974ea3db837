"""Only what the government approved spares a later step what a first one needs."""

from __future__ import annotations

import pytest

from digivl.advice.proposal import Act
from digivl.dossiers.agenda import FormalCheck
from digivl.dossiers.model import DecisionResult, ItemKind, StepKind, StepState
from digivl.errors import StepNotAllowedError
from digivl.testing.council import CABINET, SECRETARIAT
from digivl.testing.matter import Matter

_PRINCIPLE, _FINAL = StepKind.PRINCIPLE_APPROVAL, StepKind.FINAL_APPROVAL


def submitted(matter: Matter, kind: StepKind) -> str:
    """Id of a new step with all documents."""
    found = matter.vl.dossiers.submit(
        matter.dossier, kind, documents=matter.documents, by=CABINET
    )
    return found.id


def missing(matter: Matter, step: str | None = None) -> set[str]:
    """Names of what keeps a step from the agenda."""
    found = matter.vl.readiness.requirements(matter.dossier, step)
    return {one.name for one in found if one.blocking}


@pytest.mark.parametrize("kind", [_PRINCIPLE, _FINAL])
@pytest.mark.parametrize("before", ["prepared", "withdrawn", "noted"])
def test_a_step_that_was_not_approved_spares_nothing(
    matter: Matter, before: str, kind: StepKind
) -> None:
    """Nobody was heard for it: the one behind it is the first one."""
    matter.propose(act=Act.REGULATORY_DECISION)
    first, vl = submitted(matter, _PRINCIPLE), matter.vl
    if before == "withdrawn":
        vl.deciding.decide(first, DecisionResult.WITHDRAWN, by=SECRETARIAT)
    if before == "noted":
        meeting = matter.council.meeting().id
        matter.council.item(meeting, first, kind=ItemKind.ANNOUNCEMENT)
        vl.approving.close(meeting, by=SECRETARIAT)

    assert {"IF", "BA"} <= missing(matter, submitted(matter, kind))


def test_without_a_step_the_next_is_the_first(matter: Matter) -> None:
    """Also where one was withdrawn."""
    first = submitted(matter, _PRINCIPLE)
    matter.vl.deciding.decide(first, DecisionResult.WITHDRAWN, by=SECRETARIAT)

    assert {"IF", "BA"} <= missing(matter)


def test_an_old_line_leaves_a_step_that_stands_elsewhere(matter: Matter) -> None:
    """Postponed, and put on another agenda: the first meeting has no say any more."""
    council, vl = matter.council, matter.vl
    one, other = council.meeting().id, council.meeting(days=8).id
    old = council.item(one)
    step = old.record.step
    vl.approving.approve(one, by=SECRETARIAT)
    vl.deciding.decide(step, DecisionResult.POSTPONED, by=SECRETARIAT)
    new = vl.agendas.put(step, other, by=SECRETARIAT)

    vl.agendas.check([old.id], FormalCheck.NOT_OK, by=SECRETARIAT)
    vl.approving.close(one, by=SECRETARIAT)

    assert StepState.PROPOSED is council.step_of(new).state
    with pytest.raises(StepNotAllowedError):
        vl.deciding.decide(step, DecisionResult.APPROVED, by=SECRETARIAT)


def test_an_old_announcement_is_not_noted_for_another_meeting(matter: Matter) -> None:
    """What was postponed as an announcement and put again waits for its own meeting."""
    council, vl = matter.council, matter.vl
    one, other = council.meeting().id, council.meeting(days=8).id
    old = council.item(one, kind=ItemKind.ANNOUNCEMENT)
    vl.approving.approve(one, by=SECRETARIAT)
    vl.deciding.decide(old.record.step, DecisionResult.POSTPONED, by=SECRETARIAT)
    new = vl.agendas.put(old.record.step, other, by=SECRETARIAT)

    vl.approving.close(one, by=SECRETARIAT)

    assert StepState.PROPOSED is council.step_of(new).state


@pytest.mark.parametrize("act", ["cancel", "take off"])
def test_an_old_item_goes_without_its_step(matter: Matter, act: str) -> None:
    """It stands on the agenda of another meeting, and stays there."""
    council, vl = matter.council, matter.vl
    one, other = council.meeting().id, council.meeting(days=8).id
    old = council.item(one)
    vl.approving.approve(one, by=SECRETARIAT)
    vl.deciding.decide(old.record.step, DecisionResult.POSTPONED, by=SECRETARIAT)
    new = vl.agendas.put(old.record.step, other, by=SECRETARIAT)

    if act == "cancel":
        vl.meetings.cancel(one, by=SECRETARIAT, reason="geen quorum")
    else:
        with pytest.raises(StepNotAllowedError):
            vl.agendas.take_off(old.id, by=SECRETARIAT, reason="vergissing")

    assert StepState.PROPOSED is council.step_of(new).state
