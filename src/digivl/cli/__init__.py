"""The command line: parses, calls the facade, prints. No work of its own."""

from __future__ import annotations

import sys
from io import TextIOWrapper

_INTERRUPTED = 130


def main() -> None:
    """Entry point of the command `digivl`."""
    try:
        _run()
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None


def _run() -> None:
    try:
        from digivl.cli.commands import app
    except ImportError as cause:
        sys.stderr.write(
            f"digivl: the command line needs {cause.name}\n"
            "Run: pip install 'digivl[cli]'\n"
        )
        raise SystemExit(2) from cause
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character shows a question mark in its place.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="digivl")
