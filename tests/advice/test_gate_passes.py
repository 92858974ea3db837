"""Only what the government approved spares a later step what a first one needs."""

from __future__ import annotations

import pytest

from digivl.advice.proposal import Act
from digivl.dossiers.model import DecisionResult, ItemKind, StepKind
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
