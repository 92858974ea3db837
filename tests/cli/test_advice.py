"""The commands of advice, from the proposal to a step that may go on the agenda."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl import Digivl
from digivl.dossiers.model import StepKind
from digivl.testing.council import CABINET, Council
from digivl.testing.matter import Matter

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

PROPOSAL = """
act = "individueel besluit van de Vlaamse Regering"
budget_impact = true
spending = "subsidie"
amount = "156000.00"
esr_impact = true
more_staff = false
agency_matters = false
staff_policy = false
staff_statute = false
personal_data = false
strategic = false
recurring = true

[[lines]]
year = 2026
article = "HB0-1HDJ2HB-WT"
vak = "156000.00"
vek = "109200.00"
"""


@pytest.fixture(name="case")
def _case(tmp_path: Path) -> tuple[Path, Matter]:
    """An office with a dossier; its matter is closed, and tells the ids only."""
    folder = tmp_path / "kantoor"
    with Digivl.create(folder) as vl:
        matter = Matter.opened(Council(vl, now=vl.clock()))
        vl.dossiers.submit(
            matter.dossier,
            StepKind.FINAL_APPROVAL,
            documents=matter.documents,
            by=CABINET,
        )
    return folder, matter


def test_from_proposal_to_ready(
    run: Run, case: tuple[Path, Matter], tmp_path: Path
) -> None:
    """Each act says how it stands; readiness says what is left, and ends with it."""
    office, matter = case
    here = ("--office", office)
    facts = tmp_path / "voorstel.toml"
    facts.write_text(PROPOSAL)
    assert (
        "individueel besluit"
        in run("advice", "propose", matter.dossier[:8], "--from", facts, *here).out
    )
    before = run("readiness", matter.dossier, *here)
    assert 1 == before.status
    assert "Nog niet klaar: IF" in before.out

    documents = [word for one in matter.documents for word in ("--document", one)]
    to = ("--to", "Inspectie van Financiën")
    asked = run("advice", "ask", matter.dossier, *to, *documents, *here, "--json")
    advice = asked.line["id"]
    assert ("advice", "IF", "INGEDIEND") == (
        asked.line["kind"],
        asked.line["of"],
        asked.line["state"],
    )
    assert "ontvangen, tegen" in run("advice", "receive", advice[:8], *here).out
    run("advice", "inquire", advice, "Hoeveel in 2027?", *here)
    run("advice", "answer", advice, "Niets.", *here)
    assert "IF-" in run("advice", "explain", advice, *here).out
    explained = run("advice", "explain", advice, *here, "--json").line
    assert {"due", "due_at", "steps"} == explained.keys()
    assert "IF: gunstig" in run("advice", "give", advice, "gunstig", *here).out

    of_budget = ("--of", "BA", "--to", "Minister van Begroting")
    agreement = run("advice", "ask", advice, *of_budget, *here, "--json").line["id"]
    run("advice", "receive", agreement, *here)
    assert "BA: akkoord" in run("advice", "agree", agreement, *here).out

    assert "begrotingsakkoord" in run("advice", "list", matter.dossier, *here).out
    assert 2 == len(run("advice", "list", matter.dossier, *here, "--json").lines)
    ready = run("readiness", matter.dossier, *here)
    assert (0, True) == (ready.status, "Klaar voor agendering" in ready.out)
    review = run("readiness", matter.dossier, "--review", *here).out
    assert review.startswith("IF: in orde: gunstig op")


def test_what_goes_otherwise(run: Run, case: tuple[Path, Matter]) -> None:
    """Sent back, withdrawn, urgent, refused, and a reply to what is unfavourable."""
    office, matter = case
    here = ("--office", office)
    documents = [word for one in matter.documents for word in ("--document", one)]
    to = ("--to", "Inspectie van Financiën")

    def ask(*how: str) -> str:
        ask = ("advice", "ask", matter.dossier, *to, *documents, *how)
        asked = run(*ask, *here, "--json")
        it: str = asked.line["id"]
        run("advice", "receive", it, *here)
        return it

    first = ask()
    back = run("advice", "back", first, "de memorie", *here)
    assert "teruggezonden" in back.out
    again = run("advice", "ask", matter.dossier, *to, *documents, *here)
    assert (2, True) == (again.status, first in again.err)
    renewed = ask("--renews", first[:8])
    assert "ingetrokken" in run("advice", "withdraw", renewed, *here).out
    urgent = ("brand", "--minister", "minister-1", *here)
    advice = ask()
    assert "ontvangen" in run("advice", "urge", advice, *urgent).out
    run("advice", "give", advice, "ongunstig", *here)
    assert "ongunstig" in run("advice", "reply", advice, "De raming daalt.", *here).out
    of_budget = ("--of", "BA", "--to", "Minister van Begroting")
    agreement = run("advice", "ask", advice, *of_budget, *here, "--json").line["id"]
    run("advice", "receive", agreement, *here)
    refused = run("advice", "refuse", agreement, "geen krediet", *here)
    assert "geweigerd" in refused.out


def test_in_json(run: Run, case: tuple[Path, Matter]) -> None:
    """A requirement a line, with all that a program needs."""
    office, matter = case
    lines = run("readiness", matter.dossier, "--office", office, "--json").lines

    assert {"Nota", "Ontwerp", "IF", "BA", "BZ", "WT"} <= {one["name"] for one in lines}
    assert {"missing"} == {one["status"] for one in lines if one["name"] == "IF"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("act = 1", "act"),
        ('act = "iets"', "act"),
        ('act = "mededeling"\nbudget_impact = "false"', "is no bool"),
        ('act = "mededeling"\nsomething = 1', "extra fields found (something)"),
        ('act = "mededeling"\namount = 1.5', "is a float"),
        ('act = "mededeling"\n[[staff]]\nfte = "veel"', "is no number"),
        ("act = ", "is no TOML"),
        ("", "required field missing"),
        ("\x00", "is no TOML"),
    ],
)
def test_what_is_no_proposal(
    text: str, said: str, run: Run, case: tuple[Path, Matter], tmp_path: Path
) -> None:
    """Said with the field that is wrong; nothing was written."""
    office, matter = case
    facts = tmp_path / "voorstel.toml"
    facts.write_text(text)
    done = run("advice", "propose", matter.dossier, "--from", facts, "--office", office)

    assert 2 == done.status
    assert said in " ".join(done.err.split())


def test_what_is_no_question(run: Run, case: tuple[Path, Matter]) -> None:
    """The id of something else is told as that."""
    office, matter = case
    here = ("--office", office)

    assert "is no advice" in run("advice", "receive", matter.dossier, *here).err
    assert "is no dossier" in run("advice", "list", matter.nota, *here).err
    assert 2 == run("readiness", "nergens-te-vinden", *here).status
