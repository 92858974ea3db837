"""Who submits with it has to agree: with the step itself, not with another one."""

from __future__ import annotations

from digivl.dossiers.model import StepKind
from digivl.dossiers.submission import CoAnswer
from digivl.testing.council import CABINET, OTHER_CABINET, SECRETARIAT
from digivl.testing.matter import Matter


def submitted(matter: Matter, *co_submitters: str, kind: StepKind) -> str:
    """Id of a submission that the secretariat has taken up."""
    found = matter.vl.submissions.submit(
        matter.dossier,
        kind,
        documents=[matter.council.document(matter.dossier)],
        by=CABINET,
        co_submitters=co_submitters,
    )
    matter.vl.submissions.take_up(found.id, by=SECRETARIAT)
    return found.id


def answer(matter: Matter, step: str | None = None) -> str:
    """What is said of co-submitters."""
    found = matter.vl.readiness.requirements(matter.dossier, step)
    (one,) = [one for one in found if one.name == "Co-agendering"]
    return f"{one.status.name}: {one.explanation}"


def test_another_pass_does_not_hold_a_step_up(matter: Matter) -> None:
    """Nor does the agreement with an earlier one count for a later one."""
    first = submitted(matter, "minister-2", kind=StepKind.PRINCIPLE_APPROVAL)
    assert "PENDING: nog geen akkoord van minister-2" == answer(matter)
    matter.vl.submissions.answer(first, "minister-2", CoAnswer.AGREED, by=OTHER_CABINET)
    step = matter.vl.submissions.treat(first, by=SECRETARIAT).id

    matter.wait(minutes=1)
    submitted(matter, "minister-3", kind=StepKind.FINAL_APPROVAL)

    assert "SATISFIED: alle mede-indieners gaan akkoord" == answer(matter, step)


def test_a_step_without_a_submission(matter: Matter) -> None:
    """One that nobody submitted has the last submission that became no step."""
    paper = [matter.council.document(matter.dossier)]
    step = matter.vl.dossiers.submit(
        matter.dossier, StepKind.FINAL_APPROVAL, documents=paper, by=CABINET
    ).id
    assert "NOT_REQUIRED: geen mede-indieners" == answer(matter, step)

    submitted(matter, "minister-2", kind=StepKind.FINAL_APPROVAL)

    assert "PENDING: nog geen akkoord van minister-2" == answer(matter, step)
