"""The commands of the secretariat: meetings, agenda, decisions, releases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl import Digivl
from digivl.dossiers.agenda import FormalCheck
from digivl.testing.council import Council

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]


@pytest.fixture(name="office", scope="module")
def _office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with a meeting that has two items, one of them formally OK."""
    folder = tmp_path_factory.mktemp("agendas") / "kantoor"
    with Digivl.create(folder) as vl:
        council = Council(vl, now=vl.clock())
        meeting = council.meeting()
        council.item(meeting.id)
        council.item(meeting.id, formal=FormalCheck.NOT_OK)
    return folder


def test_a_meeting_from_start_to_end(run: Run, office: Path) -> None:
    """Look, approve, check what was held back, close, decide, release."""
    here = ("--office", office)
    number = run("meetings", *here, "--json").line["number"]
    assert number in run("meetings", *here).out

    first = run("approve", number, *here)
    assert 1 == first.status
    assert "niet formeel in orde" in first.out
    (held,) = [
        line["item"]
        for line in run("agenda", number, *here, "--json").lines
        if line["formal"] == "formeel niet OK"
    ]
    assert "formeel OK" in run("check", held[:8], *here).out

    final = run("approve", number, "--close", *here, "--json")
    assert 0 == final.status
    assert ("B", 2) == (final.line["agenda"], final.line["items"])
    lines = run("agenda", number, "--version", 2, *here, "--json").lines
    assert [1, 2] == [line["number"] for line in lines]
    assert "DOC.0002" in run("agenda", number, "--version", 1 + 1, *here).out
    assert lines == run("agenda", number, *here, "--json").lines

    step = lines[0]["step"]
    item = lines[0]["item"][:8]
    assert "uitgesteld" in run("decide", item, "uitgesteld", *here).out
    again = ("decide", step, "goedgekeurd", "--reason", "tikfout", *here)
    assert "goedgekeurd" in run(*again).out
    assert "Vrijgegeven" in run("release", number, "beslissingen", *here).out
    late = ("decide", step, "ingetrokken", "--reason", "te laat", *here, "--json")
    assert "not-allowed" == run(*late).line["error"]
    assert 0 == run(*late, "--admin").status
    planned = run("release", number, "documenten", *here, "--json").line
    assert "documenten" == planned["what"]
    public = run("release", number, "publiek", *here)
    assert "Gepland" in public.out


def test_no_such_meeting(run: Run, office: Path) -> None:
    """A meeting that is not there is refused with those that are."""
    done = run("agenda", "VR PV 1999/1", "--office", office, "--json")

    assert 2 == done.status
    assert "VR PV" in done.line["hint"]


def test_the_id_of_a_whole_is_no_riddle(run: Run, office: Path) -> None:
    """Its parts start with the same id, and it is still found."""
    line = run("meetings", "--office", office, "--json").line

    done = run("show", line["meeting"], "--office", office, "--json")

    assert (0, line["meeting"]) == (done.status, done.line["id"])
