from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from digivl.testing.crafted import crafted
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

SCRIPT = crafted(catalog="/OpenAction << /S /JavaScript /JS (a) >>")


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> dict[str, Path]:
    """One file for each outcome."""
    made = {
        "clean": crafted(),
        "warnings": paper(),
        "refused": SCRIPT,
        "unreadable": b"Geachte,",
    }
    paths = {name: tmp_path / f"{name}.pdf" for name in made}
    for name, pdf in made.items():
        paths[name].write_bytes(pdf)
    return paths


@pytest.mark.parametrize(
    ("name", "status"),
    [("clean", 0), ("warnings", 0), ("refused", 1), ("unreadable", 2)],
)
def test_status(
    run: Run, files: dict[str, Path], tmp_path: Path, name: str, status: int
) -> None:
    """0 may be signed, 1 may not, 2 could not be looked at; JSON says it too."""
    done = run("lint", files[name], "--office", tmp_path, "--json")

    assert status == done.status
    assert name.upper() == done.line["outcome"]


def test_every_file_gets_its_line(
    run: Run, files: dict[str, Path], tmp_path: Path
) -> None:
    """The worst decides on the status, and stops nothing."""
    here = ("--office", tmp_path, "--json")
    done = run("lint", *files.values(), tmp_path / "weg.pdf", *here)

    assert 2 == done.status
    assert 5 == len(done.lines)
    assert "pdf-unreadable" == done.lines[3]["error"]
    assert len({frozenset(line) for line in done.lines}) == 1
    done = run("lint", files["clean"], files["refused"], *here)
    assert 1 == done.status


def test_speaks_dutch(run: Run, files: dict[str, Path], tmp_path: Path) -> None:
    """An official reads what it is and what to do."""
    done = run("lint", *files.values(), "--office", tmp_path)

    assert "clean.pdf: kan worden ondertekend\n" in done.out
    assert "refused.pdf: niet ondertekenen" in done.out
    assert "weigeren: Het document bevat een programma (JavaScript)" in done.out
    assert "let op: Een standaardlettertype" in done.out
    assert "unreadable.pdf: kan niet worden nagekeken" in done.out


def test_policy(run: Run, files: dict[str, Path], tmp_path: Path) -> None:
    """A policy is named, or stands in the settings; a wrong one is told."""
    (tmp_path / "digivl.toml").write_text('[signing.lint]\npolicy = "strict"\n')
    here = ("--office", tmp_path, "--json")

    assert 1 == run("lint", files["warnings"], *here).status
    named = run("lint", files["refused"], "--policy", "report", *here)
    assert (0, "WARNINGS", "report") == (
        named.status,
        named.line["outcome"],
        named.line["policy"],
    )
    wrong = run("lint", files["clean"], "--policy", "geen", *here)
    assert (2, "configuration") == (wrong.status, wrong.line["error"])


def test_sign_refuses(run: Run, files: dict[str, Path], empty: Path) -> None:
    """`digivl sign` makes nothing of a file that is refused."""
    out = empty.parent / "out"
    for options in ((), ("--no-code",)):
        done = run(
            *("sign", files["refused"], "--out", out, "--means", "minister"),
            *("--office", empty, "--json", *options),
        )
        assert (2, "unsafe-document") == (done.status, done.line["error"])
    assert not any(out.glob("*"))
