"""The command line: parses, calls the facade, prints. No work of its own."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the command `digivl`."""
    try:
        from digivl.cli.main import app
    except ImportError as cause:
        sys.stderr.write(
            f"digivl: the command line needs {cause.name}\n"
            "Run: pip install 'digivl[cli]'\n"
        )
        raise SystemExit(2) from cause
    app()
