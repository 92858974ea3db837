from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shlex
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl.cli import main
from digivl.cli.output import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]
    Process = Callable[..., subprocess.CompletedProcess[str]]

DIGIVL = [sys.executable, "-m", "digivl"]


def test_runs_as_a_module(process: Process, played: Any) -> None:
    """`python -m digivl` is the command; it calls itself digivl."""
    done = process("worklist", "--office", played.office, "--json")

    assert (0, "") == (done.returncode, done.stderr)
    assert json.loads(done.stdout)["title"] == "Besluit over speelpleinen"
    assert "Usage: digivl" in process("show", "--help").stdout


def test_interrupted_while_it_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C before there is a command to interrupt is status 130 all the same."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("digivl.cli._run", interrupted)
    with pytest.raises(SystemExit) as ended:
        main()

    assert 130 == ended.value.code


def test_usage_error_is_status_2(process: Process) -> None:
    """What cannot be understood is status 2, on standard error."""
    done = process("worklist", "--no-such-option", "--json")

    assert (2, "") == (done.returncode, done.stdout)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("history", "DOSSIER", "--json"),
        ("history", "DOSSIER"),
        ("worklist",),
        ("worklist", "--json"),
        ("--help",),
    ],
)
def test_reader_that_goes_away(played: Any, words: tuple[str, ...]) -> None:
    """`digivl ... | head` is no error: nothing is said about the closed pipe."""
    words = tuple(played.told["dossier"] if w == "DOSSIER" else w for w in words)
    # `true` reads nothing and is gone before anything is printed.
    command = f"{shlex.join([*DIGIVL, *words])} | true"
    env = {**os.environ, "DIGIVL_OFFICE": str(played.office), "PYTHONUNBUFFERED": ""}
    done = subprocess.run(
        command, shell=True, env=env, capture_output=True, text=True, check=False
    )

    assert (0, "") == (done.returncode, done.stderr)


def test_no_standard_output_at_all(played: Any) -> None:
    """With standard output closed the work is still done."""
    command = f"{shlex.join([*DIGIVL, 'worklist', '-o', str(played.office)])} >&-"
    done = subprocess.run(command, shell=True, stderr=subprocess.PIPE, check=False)

    assert (0, b"") == (done.returncode, done.stderr)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_every_encoding_will_do(
    process: Process, played: Any, encoding: str, options: tuple[str, ...]
) -> None:
    """A terminal that lacks a character shows another; JSON is the same everywhere."""
    env = {**os.environ, "PYTHONIOENCODING": encoding}
    words = ("history", advice(played), "--office", played.office, *options)
    done = process(*words, env=env, encoding=encoding)

    assert (0, "") == (done.returncode, done.stderr)
    if options:
        labels = [json.loads(x)["actor"]["label"] for x in done.stdout.splitlines()]
        assert "Inspectie van Financiën" in labels
    else:
        assert ("Financiën" in done.stdout) == (encoding != "ascii")


def advice(played: Any) -> str:
    """Id of the advice in the dossier of the demo."""
    from digivl import Digivl
    from digivl.records.port import Query

    with Digivl.open(played.office) as vl:
        (row,) = vl.book.rows(Query(kind="advice"))
    return row.ref.id


def test_error_in_ascii(process: Process, tmp_path: Path) -> None:
    """An error with other letters does not fail on a plain terminal either."""
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = process("worklist", "--office", tmp_path / "financiën", env=env)

    assert 2 == done.returncode
    assert "is not there" in done.stderr
    assert "Traceback" not in done.stderr


def test_file_name_that_is_no_text(run: Run, tmp_path: Path) -> None:
    """A file name that is no UTF-8 still gets its line."""
    name = os.fsdecode(bytes(tmp_path) + b"/\xff.pdf")
    done = run("validate", name, "--json")

    assert (1, name) == (done.status, done.line["file"])
    assert 1 == run("validate", name).status


@pytest.mark.parametrize("columns", [24, 60])
def test_narrow_terminal(played: Any, columns: int) -> None:
    """A table folds into the columns that there are."""
    keeper, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "LINES"}}
    command = [*DIGIVL, "worklist", "--office", str(played.office)]
    with subprocess.Popen(
        command, env=env | {"TERM": "xterm"}, stdin=terminal, stdout=terminal
    ) as child:
        os.close(terminal)
        shown = b""
        try:
            while chunk := os.read(keeper, 65_536):
                shown += chunk
        except OSError:  # how Linux says that nobody writes any more
            pass
        os.close(keeper)

    assert 0 == child.returncode
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode()).splitlines()
    assert 3 < len(lines)
    assert max(map(len, lines)) <= columns


@pytest.mark.parametrize(
    "moment",
    [
        "Kantoor maken",
        "QR-code plaatsen",
        "Ondertekenen",
        "Verzenden",
    ],
)
def test_interrupted_demo(run: Run, tmp_path: Path, pdf: Path, moment: str) -> None:
    """Ctrl-C ends it at once with status 130; `work` does the rest afterwards."""
    office = tmp_path / "office"
    command = [*DIGIVL, "demo", "--dir", str(office), "--pdf", str(pdf)]
    with subprocess.Popen(
        command, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as child:
        assert child.stderr
        said = ""
        for line in child.stderr:
            said += line
            if moment in line:
                child.send_signal(signal.SIGINT)
                break
        said += child.stderr.read()

    assert 130 == child.wait(timeout=20)
    assert "Traceback" not in said
    if not office.exists():
        assert "Kantoor maken" == moment
        assert [pdf] == list(tmp_path.iterdir())
        return
    again = run("work", "--office", office)
    assert 0 == again.status, again.out + again.err
    assert 0 == run("doctor", "--office", office).status


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("twee\nregels", "twee\nregels"),
        ("Financiën", "Financiën"),
        ("a\x1b[31mb", "a�[31mb"),
        ("a\u202eb\x07\r", "a�b��"),
    ],
)
def test_nothing_steers_the_terminal(text: str, shown: str) -> None:
    """Control characters and turned writing from outside are not passed on."""
    assert shown == printable(text)
