"""`digivl search`: what it prints, and what another one would find."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digivl import Digivl
from digivl.documents.model import NOTA
from digivl.testing.council import CABINET
from digivl.testing.papers import paper

Run = Callable[..., Any]


@pytest.fixture(name="office", scope="module")
def _office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with three dossiers and a document."""
    folder = tmp_path_factory.mktemp("search") / "kantoor"
    with Digivl.create(folder) as vl:
        plans = [vl.dossiers.open(f"Plan {n}", by=CABINET).id for n in range(3)]
        content = io.BytesIO(paper("De subsidie gaat naar het jeugdhuis"))
        vl.documents.add(plans[0], content, title="Nota", type=NOTA, by=CABINET)
    return folder


def test_finds(run: Run, office: Path) -> None:
    """Titles at once; texts once `digivl work` has read them, and it says so."""
    here = ("--office", office)
    before = run("search", "jeugdhuizen", *here)
    worked = run("work", *here, "--json").line
    after = run("search", "jeugdhuizen", *here)

    assert "Van 1 documenten is de tekst nog niet gelezen" in before.out
    assert 1 == worked["texts"]
    assert "[jeugdhuis]" in after.out
    assert "nog niet gelezen" not in after.out


def test_pages_as_json(run: Run, office: Path) -> None:
    """Hits, then where the next page starts."""
    here = ("--office", office, "--json", "--kind", "dossier", "--limit", 2)
    *hits, end = run("search", "plan", *here).lines
    *rest, last = run("search", "plan", "--after", end["after"], *here).lines

    assert ["Plan 2", "Plan 1", "Plan 0"] == [hit["title"] for hit in (*hits, *rest)]
    assert last["after"] is None
    assert "Er is meer" in run("search", "--limit", 1, "--office", office).out


def test_as_somebody_else(run: Run, office: Path) -> None:
    """Another cabinet finds nothing; its own one does; a role has to exist."""
    cabinet = ("search", "plan", "--office", office, "--role", "dossierbeheerder")

    assert "Plan" not in run(*cabinet, "--of-minister", "minister-2").out
    assert "Plan 2" in run(*cabinet, "--of-minister", "minister-1").out
    assert 2 == run("search", "--role", "keizer", "--office", office).status
    assert 2 == run("search", "--kind", "keizer", "--office", office).status
