"""Who has to be heard before which pass to the government."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from digivl.advice.proposal import Act
from digivl.dossiers.model import StepKind, StepState
from digivl.testing.council import CABINET
from digivl.testing.matter import Matter

PRINCIPLE, FINAL = StepKind.PRINCIPLE_APPROVAL, StepKind.FINAL_APPROVAL


def needed(matter: Matter, step: str) -> set[str]:
    """What a pass needs that nobody was asked for yet."""
    gate = matter.gate(step)
    return {name for name, status in gate.items() if status == "MISSING"}


def passes(matter: Matter, *kinds: StepKind) -> list[str]:
    """Ids of the passes of a dossier, in their order."""
    submit = matter.vl.dossiers.submit
    return [
        submit(matter.dossier, kind, documents=matter.documents, by=CABINET).id
        for kind in kinds
    ]


def approved(matter: Matter, step: str) -> None:
    """The government approved a pass."""
    found = matter.vl.dossiers.step(step)
    record = attrs.evolve(found.record, state=StepState.APPROVED)
    matter.vl.book.write(found.next(record, "approve", CABINET, matter.council.now))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"act": Act.DECREE}, [{"IF", "WT"}, {"SAR"}, {"SAR", "RvS"}]),
        (
            {"act": Act.DECREE, "personal_data": True, "staff_statute": True},
            [{"IF", "WT"}, {"SAR", "VTC", "OC"}, {"SAR", "VTC", "OC", "RvS"}],
        ),
        (
            {"act": Act.REGULATORY_DECISION, "recurring": False},
            [{"IF", "WT"}, set(), {"RvS"}],
        ),
        (
            {"act": Act.REGULATORY_DECISION, "recurring": False, "strategic": True},
            [{"IF", "WT"}, {"SAR"}, {"SAR", "RvS"}],
        ),
        ({"act": Act.INDIVIDUAL_DECISION}, [{"IF"}, set(), set()]),
    ],
)
def test_three_passes(
    facts: dict[str, Any], expected: list[set[str]], matter: Matter
) -> None:
    """Before the first the inspector; then the councils; then the Raad van State."""
    matter.propose(recurring=False)
    matter.propose(**facts)
    bodies = {"IF", "BA", "BZ", "WT", "SAR", "VTC", "OC", "RvS"}

    found = []
    for step in passes(matter, PRINCIPLE, PRINCIPLE, FINAL):
        found.append(needed(matter, step) & bodies)
        approved(matter, step)

    assert expected == found


def test_one_pass_asks_all(matter: Matter) -> None:
    """Where a regulation is approved at once, nobody is passed over."""
    matter.propose(
        act=Act.REGULATORY_DECISION, recurring=False, strategic=True, personal_data=True
    )
    (step,) = passes(matter, FINAL)

    assert {"IF", "WT", "SAR", "VTC", "RvS"} <= needed(matter, step)


def test_an_analysis_is_no_bar(matter: Matter) -> None:
    """It is an annex of no type of its own: it is told, and looked at by people."""
    matter.propose(act=Act.DECREE, impact_analysis=True, recurring=False)
    (step,) = passes(matter, PRINCIPLE)
    found = matter.vl.readiness.requirements(matter.dossier, step)
    (analysis,) = [one for one in found if one.name == "RIA"]

    assert ("MISSING", False) == (analysis.status.name, analysis.blocking)
