from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl.errors import BackendUnavailableError
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]


def test_plays_the_sample(run: Run, tmp_path: Path) -> None:
    """Without a document of the user it makes one; a table shows each step."""
    pytest.importorskip("typst")
    done = run("demo", "--dir", tmp_path / "office")

    assert 0 == done.status
    for word in (
        "Advies geven",
        "IF: gunstig",
        "Akkoord geven",
        "BA: akkoord",
        "Beslissen",
        "QR-code plaatsen",
        "Ondertekenen",
        "Authentiek document",
        "Verzending aanvaard",
        "identiek",
        "verschilt",
        "Code niet gekend",
        "Alles klopt",
    ):
        assert word in done.out
    assert "Beslissen, goedgekeurd" in done.err


def test_json_is_complete(played: Any) -> None:
    """The JSON tells each step with who, when, result and file, and each check."""
    told = played.told

    assert told["as_expected"]
    assert ["echte kopie", "gewijzigde kopie", "onbekende code"] == [
        check["name"] for check in told["checks"]
    ]
    assert [True] * 3 == [check["as_expected"] for check in told["checks"]]
    for step in told["steps"]:
        assert {"step", "who", "when", "result", "file"} == set(step)
        assert datetime.fromisoformat(step["when"]).tzinfo
        assert step["when"].endswith("Z")
    assert 4 == len(told["files"])
    for file in (*told["files"], *told["received"], told["office"]):
        assert Path(file).exists()
    assert 2 == len(told["received"])


def test_plays_twice_in_one_office(run: Run, own: Path, played: Any) -> None:
    """A second run is a second dossier beside the first."""
    pdf = own.parent / "Tweede.pdf"
    pdf.write_bytes(paper("Tweede"))
    done = run("demo", "--dir", own, "--pdf", pdf, "--json")

    assert 0 == done.status
    assert played.told["dossier"] != done.line["dossier"]
    assert 2 == len(run("worklist", "--office", own, "--json").lines)


def test_leaves_other_folders_alone(run: Run, tmp_path: Path) -> None:
    """A folder that holds something else is refused and stays as it was."""
    (tmp_path / "brief.txt").write_text("van iemand anders")
    done = run("demo", "--dir", tmp_path, "--json")

    assert 2 == done.status
    assert "office" == done.line["error"]
    assert [tmp_path / "brief.txt"] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "pdf-unreadable"),
        (b"Geachte,", "pdf-unreadable"),
        (paper()[:300], "pdf-unreadable"),
    ],
)
def test_refuses_what_is_no_pdf(
    run: Run, empty: Path, content: bytes, error: str
) -> None:
    """A file that is no PDF is refused with a reason; nothing is recorded."""
    pdf = empty.parent / "bestand.pdf"
    pdf.write_bytes(content)
    done = run("demo", "--dir", empty, "--pdf", pdf, "--json")

    assert (2, error) == (done.status, done.line["error"])
    assert [] == run("worklist", "--office", empty, "--json").lines


def test_refuses_a_missing_file(run: Run, empty: Path) -> None:
    """A document that is not there is told by its name."""
    done = run("demo", "--dir", empty, "--pdf", empty / "weg.pdf")

    assert 2 == done.status
    assert "weg.pdf cannot be read" in done.err


def test_ends_when_a_service_stays_away(
    run: Run, empty: Path, pdf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed for now is tried again for a while; then its own reason is told."""
    monkeypatch.setattr("digivl.cli.demo._PATIENCE", 0.2)
    monkeypatch.setattr("digivl.cli.demo._PAUSE", 0.1)

    def down(*_: object) -> bytes:
        raise BackendUnavailableError("development", "no answer", hint="Try later.")

    monkeypatch.setattr("digivl.signing.tsa.first_answer", down)
    told = run("demo", "--dir", empty, "--pdf", pdf, "--json")
    assert (2, "backend-unavailable") == (told.status, told.line["error"])
    done = run("demo", "--dir", empty, "--pdf", pdf)

    assert 2 == done.status
    assert "[development] no answer" in done.err
    assert "Try later." in done.err
    tasks = run("work", "--list", "--office", empty, "--json").lines
    assert ["waiting"] * 2 == [task["state"] for task in tasks]


def test_ends_when_somebody_else_is_at_it(
    run: Run, empty: Path, pdf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A route that another worker holds is waited for, and then told."""
    monkeypatch.setattr("digivl.cli.demo._PATIENCE", 0.2)
    monkeypatch.setattr("digivl.app.Digivl.work", lambda *_: None)
    done = run("demo", "--dir", empty, "--pdf", pdf)

    assert 2 == done.status
    assert "the route is not complete" in done.err
    assert "digivl work --list" in done.err


def test_says_when_a_check_fails(
    run: Run, empty: Path, pdf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a check does not say what it should, the demo does not hide it: status 1."""
    monkeypatch.setattr("digivl.cli.story._altered", lambda source: source.read())
    done = run("demo", "--dir", empty, "--pdf", pdf)

    assert 1 == done.status
    assert "Niet alles klopt" in done.out
