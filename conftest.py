"""Runs the examples of README.md and docs/: Python blocks and console blocks.

A Python block with `>>>` is a session, and what it prints is compared. A `console`
block holds commands after `$ `, each followed by what it prints; no output at all
means that it does not matter. In both, `...` stands for anything. All blocks of a page
share their names and one temporary folder, in the order of reading. A block marked
`sh` or `py` is for the reader and is not run.
"""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sybil import Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

if TYPE_CHECKING:
    from sybil import Example

HERE = Path(__file__).parent
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# The command as an installed digivl has it, also where only the sources are.
DIGIVL = """digivl() { "$PYTHON" -m digivl "$@"; }; """
PATHS = filter(None, (str(HERE / "src"), os.environ.get("PYTHONPATH")))
ENV = {"PYTHON": sys.executable, "NO_COLOR": "1", "PYTHONPATH": os.pathsep.join(PATHS)}


def console(example: Example) -> str | None:
    """Run the commands of a block; the first that says something else is told."""
    for step in f"\n{example.parsed}".split("\n$ ")[1:]:
        command, _, expected = step.partition("\n")
        done = subprocess.run(  # noqa: S603 (our own documentation)
            ["bash", "-c", DIGIVL + command],  # noqa: S607
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode != 0:
            return f"{command}: exit status {done.returncode}\n{done.stdout}"
        if expected.strip() and not same(expected, done.stdout):
            return f"{command}\nexpected:\n{expected}\ngot:\n{done.stdout}"
    return None


def same(expected: str, got: str) -> bool:
    """True when the output is what the page shows."""
    checker = doctest.OutputChecker()
    return checker.check_output(f"{expected.strip()}\n", f"{got.strip()}\n", OPTIONS)


def enter(namespace: dict[str, Any]) -> None:
    """Give the page a folder of its own, from which digivl is found."""
    namespace["_folder"] = folder = tempfile.TemporaryDirectory()
    namespace["_patch"] = patch = pytest.MonkeyPatch()
    patch.chdir(folder.name)
    for name, value in ENV.items():
        patch.setenv(name, value)


def leave(namespace: dict[str, Any]) -> None:
    """Go back, and throw the folder away."""
    namespace["_patch"].undo()
    namespace["_folder"].cleanup()


pytest_collect_file = Sybil(
    parsers=[
        CodeBlockParser("console", console),
        PythonCodeBlockParser(doctest_optionflags=OPTIONS),
        SkipParser(),
    ],
    path=str(HERE),
    patterns=["README.md", "docs/**/*.md", "docs/*.md"],
    excludes=["docs/_build/**"],
    setup=enter,
    teardown=leave,
).pytest()
