"""What the tests of the command line share."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from typer.testing import CliRunner

from digivl.cli.commands import app
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    Process = Callable[..., subprocess.CompletedProcess[str]]


@attrs.frozen
class Ran:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output, which holds nothing but JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def line(self) -> dict[str, Any]:
        """Standard output, which is one JSON line."""
        (line,) = self.lines
        return line


@pytest.fixture(name="run", scope="session")
def _run() -> Callable[..., Ran]:
    """Runs a command in this process; what it raises fails the test."""

    def run(*arguments: object) -> Ran:
        done = CliRunner().invoke(app, [str(word) for word in arguments])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Ran(done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture(name="process", scope="session")
def _process() -> Process:
    """Runs a command in a process of its own."""

    def run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "digivl", *map(str, arguments)]
        options = {"capture_output": True, "text": True, "timeout": 120} | options
        return subprocess.run(command, check=False, **options)

    return run


@attrs.frozen
class Played:
    """An office in which the demo was played, and what the demo told."""

    office: Path
    told: dict[str, Any]

    @property
    def code(self) -> str:
        """The printed verification code."""
        return str(self.told["code"])

    @property
    def final(self) -> Path:
        """The signed document."""
        return Path(self.told["files"][-1])

    @property
    def document(self) -> str:
        """Id of the document."""
        return str(self.told["checks"][0]["document"]["document"])


@pytest.fixture(name="played", scope="session")
def _played(
    run: Callable[..., Ran], tmp_path_factory: pytest.TempPathFactory
) -> Played:
    """The demo, played once; tests read it and do not write in it."""
    office = tmp_path_factory.mktemp("played") / "office"
    pdf = office.parent / "Besluit over speelpleinen.pdf"
    pdf.write_bytes(paper("Besluit over speelpleinen"))
    done = run("demo", "--dir", office, "--pdf", pdf, "--json")
    assert 0 == done.status, done.out + done.err
    return Played(office, done.line)


@pytest.fixture(name="own")
def _own(played: Played, tmp_path: Path) -> Path:
    """A copy of the office of `played`, to write in."""
    return Path(shutil.copytree(played.office, tmp_path / "own"))


@pytest.fixture(name="fresh", scope="session")
def _fresh(run: Callable[..., Ran], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office in which nothing happened yet; tests copy it to write in it."""
    office = tmp_path_factory.mktemp("fresh") / "office"
    assert 0 == run("init", office).status
    return office


@pytest.fixture(name="empty")
def _empty(fresh: Path, tmp_path: Path) -> Path:
    """An office of its own in which nothing happened yet."""
    return Path(shutil.copytree(fresh, tmp_path / "empty"))


@pytest.fixture(name="pdf")
def _pdf(tmp_path: Path) -> Path:
    """A document of one page."""
    path = tmp_path / "nota.pdf"
    path.write_bytes(paper("Nota"))
    return path
