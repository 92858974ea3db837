"""What papers tell outside the government: no more than reading does."""

from __future__ import annotations

import pytest

from digivl.access.model import AccessLevel
from digivl.dossiers.model import DecisionResult, StepKind
from digivl.dossiers.release import Released, Scope
from digivl.errors import NotFoundError
from digivl.kernel.parties import Party, Role
from digivl.testing.council import (
    CABINET,
    OTHER_CABINET,
    SECRETARIAT,
    Council,
)
from digivl.testing.papers import text_in

PARLIAMENT = Party("vlaams-parlement", "Vlaams Parlement", Role.PARLIAMENT)
CITIZEN = Party("burger", "Burger", Role.SIGNATORY)
TITLES = ("Goedgekeurd", "Uitgesteld", "Beperkt")


def published(council: Council) -> tuple[str, dict[str, str]]:
    """A published meeting; the steps of what it approved, postponed, and kept close."""
    vl, meeting = council.vl, council.meeting().id
    steps: dict[str, str] = {}
    for title in TITLES:
        dossier = vl.dossiers.open(title, by=CABINET).id
        vl.book.write(council.described(dossier))
        steps[title] = vl.dossiers.submit(
            dossier,
            StepKind.FINAL_APPROVAL,
            documents=[
                council.document(dossier, f"Nota {title}", AccessLevel.PUBLIC),
                council.document(dossier, f"Intern {title}"),
            ],
            confidential=title == "Beperkt",
            by=CABINET,
        ).id
        council.item(meeting, steps[title])
    vl.approving.close(meeting, by=SECRETARIAT)
    for title, step in steps.items():
        result = DecisionResult.POSTPONED if title == "Uitgesteld" else None
        vl.deciding.decide(step, result or DecisionResult.APPROVED, by=SECRETARIAT)
    vl.releases.decisions(meeting, by=SECRETARIAT)
    for what in (Released.DOCUMENTS, Released.PUBLIC):
        scope = tuple(Scope) if what is Released.PUBLIC else ()
        vl.releases.plan(meeting, what, at=council.now, scope=scope, by=SECRETARIAT)
        if what is Released.DOCUMENTS:
            vl.releases.confirm(meeting, what, by=SECRETARIAT)
        vl.work()
    return meeting, steps


@pytest.mark.parametrize("by", [PARLIAMENT, Party("x", "x", Role.GOVERNMENT_BODY)])
def test_the_agenda_outside(council: Council, by: Party) -> None:
    """What was decided, and the documents that are read there; nothing else."""
    meeting, _ = published(council)
    inside = text_in(council.vl.papers.agenda(meeting, by=OTHER_CABINET))

    outside = text_in(council.vl.papers.agenda(meeting, by=by))

    assert all(
        f"{kind} {title}" in inside for kind in ("Nota", "Intern") for title in TITLES
    )
    assert "Nota Goedgekeurd" in outside
    for hidden in ("Intern", "Uitgesteld", "Beperkt"):
        assert hidden not in outside


def test_the_reports_outside(council: Council) -> None:
    """Of what is told there only; the others are as if they were not there."""
    _, steps = published(council)
    report = council.vl.papers.report

    assert "Intern" not in text_in(report(steps["Goedgekeurd"], by=PARLIAMENT))
    refusals = set()
    for step in (steps["Uitgesteld"], steps["Beperkt"], "nergens"):
        with pytest.raises(NotFoundError) as no:
            report(step, by=PARLIAMENT)
        refusals.add(str(no.value).replace(step, "…"))
    assert {"there is no step …"} == refusals


def test_search_outside(council: Council) -> None:
    """Search finds what is told there, and nothing of restricted access."""
    published(council)

    found = council.vl.search.find("goedgekeurd uitgesteld beperkt", by=PARLIAMENT)
    assert [] == list(found.hits)
    known = {
        title: [h.title for h in council.vl.search.find(title, by=PARLIAMENT).hits]
        for title in TITLES
    }
    assert known["Goedgekeurd"]
    assert [[], []] == [known["Uitgesteld"], known["Beperkt"]]


def test_not_decided_or_not_released(council: Council) -> None:
    """Who may not know a decision yet does not learn whether there is one."""
    meeting = council.meeting().id
    steps = [council.matter(title).id for title in ("Een", "Twee")]
    for step in steps:
        council.item(meeting, step)
    council.vl.approving.close(meeting, by=SECRETARIAT)
    council.vl.deciding.decide(steps[0], DecisionResult.APPROVED, by=SECRETARIAT)

    for step in steps:
        with pytest.raises(NotFoundError, match=f"there are no papers of step {step}"):
            council.vl.papers.report(step, by=OTHER_CABINET)
