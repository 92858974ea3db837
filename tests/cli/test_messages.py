"""The commands for messages over a channel that need a person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl import Digivl
from digivl.testing.council import CABINET, Council
from digivl.testing.everything import troubled

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

Case = tuple[tuple[object, ...], str, tuple[str, ...]]


@pytest.fixture(name="case")
def _case(tmp_path: Path) -> Case:
    """An office with messages that wait for a person."""
    folder = tmp_path / "kantoor"
    with Digivl.create(folder) as vl:
        council = Council(vl, now=vl.clock())
        dossier = vl.dossiers.open("Subsidie", by=CABINET).id
        ids = troubled(council, dossier)
    return ("--office", folder), dossier, ids


def test_each_is_looked_after(run: Run, case: Case) -> None:
    """Sent again, arrived, given up, settled; then nothing waits any more."""
    here, _, (refused, lost, other, heard) = case
    waiting = run("advice", "messages", *here, "--json").lines
    assert {refused, lost, other, heard} == {line["id"] for line in waiting}
    assert "niet gelukt" in run("advice", "messages", *here).out

    assert "te verzenden" in run("advice", "again", refused[:8], *here).out
    assert "verzonden" in run("advice", "arrived", lost, "gebeld", *here).out
    assert "vervallen" in run("advice", "drop", other, "hoeft niet", *here).out
    settled = run("advice", "settle", heard, "ingevoerd", *here, "--json").line
    assert "afgehandeld" == settled["state"]

    assert [] == run("advice", "messages", *here, "--json").lines


def test_what_is_refused(run: Run, case: Case) -> None:
    """The id of something else, and a reason that says nothing."""
    here, dossier, (refused, _, _, heard) = case

    for words in (("again", dossier), ("settle", refused, "x"), ("drop", heard, "x")):
        done = run("advice", *words, *here)
        assert (2, True) == (done.status, "shows the ids" in done.err)
    assert 2 == run("advice", "settle", heard, " ", *here).status
