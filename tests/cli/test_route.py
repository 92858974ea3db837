"""The command that shows the route of a dossier."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import attrs
import pytest

from digivl import Digivl
from digivl.testing import route
from digivl.testing.council import CABINET, Council
from digivl.testing.matter import Matter

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

LONG_AGO = datetime(2023, 3, 1, 9, tzinfo=UTC)
TITLE = "Nota <b>jeugd</b> [red]"


@attrs.frozen
class Case:
    """An office, and a dossier in which a question is late."""

    office: Path
    late: str

    @property
    def here(self) -> tuple[str, Path]:
        """How a command names the office."""
        return "--office", self.office


@pytest.fixture(name="case")
def _case(tmp_path: Path) -> Case:
    """Beside the late one there are a new dossier, and one that nobody described."""
    folder = tmp_path / "kantoor"
    with Digivl.create(folder, clock=lambda: LONG_AGO) as vl:
        matter = Matter.opened(Council(vl, now=LONG_AGO))
        matter.received()
        vl.dossiers.open(TITLE, by=CABINET, id="nieuw-dossier")
        vl.proposals.describe(route.proposal("nieuw-dossier"), by=CABINET)
        vl.dossiers.open("Niet beschreven", by=CABINET, id="leeg-dossier")
    return Case(folder, matter.dossier)


def test_a_table_of_the_steps(run: Run, case: Case) -> None:
    """Step, who, status, dates, what is waited for; status 0 when nothing is late."""
    done = run("route", "nieuw-dossier", *case.here)

    assert 0 == done.status
    assert "Nota <b>jeugd</b> [red]" in done.out
    for word in ("Stap", "Waarop gewacht", "kan beginnen", "termijn niet gekend"):
        assert word in done.out
    assert "Tussen haakjes: verwacht." in done.out


def test_late_is_status_one(run: Run, case: Case) -> None:
    """A script hears that a step is late."""
    done = run("route", case.late[:8], *case.here)

    assert 1 == done.status
    assert "moest tegen" in done.out


def test_json_for_programs(run: Run, case: Case) -> None:
    """One object; each step has its dates in UTC, and its record."""
    done = run("route", case.late, *case.here, "--json")
    steps = {step["id"]: step for step in done.line["steps"]}

    assert 1 == done.status
    assert ("te laat", "2023-03-17T22:59:59.999999Z") == (
        steps["if"]["status"],
        steps["if"]["due"],
    )
    assert steps["if"]["record"].startswith("advice/")
    assert steps["ba"]["waits_for"] == ["if"]


def test_a_picture_in_a_file(run: Run, case: Case, tmp_path: Path) -> None:
    """It is there when the command ends, and a title is text in it."""
    file = tmp_path / "beeld" / "traject.svg"
    done = run("route", "nieuw-dossier", *case.here, "--svg", file)
    root = ET.parse(file).getroot()

    assert f"Getekend in {file}" in done.out
    assert TITLE in "".join(root.itertext())


@pytest.mark.parametrize(
    ("dossier", "said"),
    [
        ("leeg-dossier", "beschrijf eerst wat het dossier voorstelt"),
        ("onbekend", "there is no dossier 'onbekend'"),
        ("", "there is no dossier ''"),
    ],
)
def test_what_has_no_route(run: Run, case: Case, dossier: str, said: str) -> None:
    """It could not be done: status 2, and the reason."""
    done = run("route", dossier, *case.here)

    assert 2 == done.status
    assert said in done.err


def test_a_role_that_may_not_know_of_it(run: Run, case: Case) -> None:
    """What is hidden looks absent; a role that is none is told."""
    hidden = run("route", case.late, *case.here, "--role", "overheidsorganisatie")
    wrong = run("route", case.late, *case.here, "--role", "keizer")

    assert (2, 2) == (hidden.status, wrong.status)
    assert f"there is no dossier {case.late}" in hidden.err
    assert "there is no role 'keizer'" in wrong.err


def test_a_picture_that_cannot_be_written(run: Run, case: Case, tmp_path: Path) -> None:
    """The table does not appear either: nothing is half done."""
    (tmp_path / "vol").write_text("")
    done = run(
        "route", "nieuw-dossier", *case.here, "--svg", tmp_path / "vol" / "x.svg"
    )

    assert 2 == done.status
    assert "" == done.out
