"""The command that writes forms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digivl import Digivl
from digivl.advice.body import AdviceOutcome
from digivl.records.port import Query
from digivl.testing.council import INSPECTOR, Council
from digivl.testing.matter import Matter
from digivl.testing.papers import text_in


@pytest.fixture(name="asked")
def _asked(empty: Path) -> str:
    """Id of a request for advice that was answered, in an office of its own."""
    with Digivl.open(empty) as vl:
        matter = Matter.opened(Council(vl, now=vl.clock()))
        question = matter.received()
        return vl.advices.advise(question, AdviceOutcome.FAVOURABLE, by=INSPECTOR).id


def test_the_answer(
    run: Callable[..., Any],
    empty: Path,
    asked: str,
    tmp_path: Path,
) -> None:
    """Once there is one; found by the start of its id, and filed on request."""
    out = tmp_path / "advies.pdf"
    options = ("--office", empty, "--out", out, "--file", "--json")

    told = run("form", asked[:8], *options).line

    assert {
        "question": asked,
        "kind": "advies",
        "file": str(out),
        "document": f"{asked}.advies",
    } == told
    assert "Advies van de Inspectie van Financiën" in text_in(out.read_bytes())
    said = run("history", f"{asked}.advies", "--office", empty)
    assert "Document opnemen" in said.out


def test_another_form(
    run: Callable[..., Any],
    empty: Path,
    asked: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By its name; without a name of a file it is named for the form."""
    monkeypatch.chdir(tmp_path)
    done = run("form", asked, "--kind", "vraag", "--office", empty)

    assert f"Vraag om advies of akkoord: vraag-{asked[:8]}.pdf\n" == done.out
    pdf = (tmp_path / f"vraag-{asked[:8]}.pdf").read_bytes()
    assert "Vraag om advies van de Inspectie van Financiën" in text_in(pdf)
    again = run("form", asked, "--kind", "vraag", "--office", empty)
    assert (2, True) == (again.status, "would be overwritten" in again.err)


def test_no_form(
    run: Callable[..., Any],
    empty: Path,
    asked: str,
    tmp_path: Path,
) -> None:
    """Of what is no question, or of an answer that is not there; nothing is written."""
    out = tmp_path / "x.pdf"
    with Digivl.open(empty) as vl:
        (row,) = vl.book.rows(Query(kind="document", state="received"), limit=1)
    here = ("--office", empty, "--out", out)

    none = run("form", row.ref.id, *here)
    other = run("form", asked, "--kind", "akkoord", *here)

    assert (2, 2) == (none.status, other.status)
    assert "there is no question" in none.err
    assert "een advies is geen akkoord" in other.err
    assert not out.exists()
