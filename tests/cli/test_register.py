"""The command that registers an answer which was given elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl import Digivl
from digivl.advice.body import AdviceOutcome
from digivl.records.entries import AnyEntry
from digivl.testing.council import CABINET, INSPECTOR, Council
from digivl.testing.matter import BUDGET, Matter

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]


def elsewhere(vl: Digivl, entry: AnyEntry) -> str:
    """Id of a question, as if it went over a channel."""
    record = attrs.evolve(entry.record, channel="krab")
    return vl.book.write(entry.next(record, "import", CABINET, vl.clock()))[0].id


@pytest.fixture(name="case")
def _case(tmp_path: Path) -> tuple[Path, str, str, str]:
    """An office with an advice and an agreement that were asked elsewhere."""
    folder = tmp_path / "kantoor"
    with Digivl.create(folder) as vl:
        matter = Matter.opened(Council(vl, now=vl.clock()))
        given = matter.received()
        vl.advices.advise(given, AdviceOutcome.FAVOURABLE, by=INSPECTOR)
        agreement = vl.agreements.ask(given, minister=BUDGET, by=CABINET)
        advice = matter.ask()
        ids = elsewhere(vl, advice), elsewhere(vl, agreement)
    return folder, matter.nota, *ids


@pytest.mark.parametrize(
    ("answer", "more", "state"),
    [
        ("gunstig", (), "GEADVISEERD"),
        ("gunstig-onder-voorwaarden", ("--condition", "x"), "GEADVISEERD"),
        ("akkoord", (), "AKKOORD"),
        ("geweigerd", ("--refusal", "geen krediet"), "GEWEIGERD"),
    ],
)
def test_an_answer(
    answer: str,
    more: tuple[str, ...],
    state: str,
    run: Run,
    case: tuple[Path, str, str, str],
) -> None:
    """As who asked, with the document that shows it and the reason."""
    office, nota, advice, agreement = case
    asked = agreement if state in {"AKKOORD", "GEWEIGERD"} else advice
    shown = ("--document", nota[:8], "--reason", "per brief", "--office", office)

    line = run("advice", "register", asked[:8], answer, *more, *shown, "--json").line

    assert state == line["state"]
    history = run("history", asked, "--office", office).out
    assert "registreren" in history
    assert "per brief" in history


def test_an_answer_to_something_else(
    run: Run, case: tuple[Path, str, str, str]
) -> None:
    """Advice is no agreement, and the other way round."""
    office, nota, advice, agreement = case
    shown = ("--document", nota, "--reason", "per brief", "--office", office)

    for asked, answer in ((advice, "akkoord"), (agreement, "gunstig")):
        done = run("advice", "register", asked, answer, *shown)
        assert 2 == done.status
        assert "is no answer to this" in done.err
