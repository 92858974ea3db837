"""What the command line prints, for people and for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import typer
from rich.console import Console
from rich.table import Table

from digivl.errors import DigivlError
from digivl.kernel.moments import BRUSSELS

#: Exit statuses.
DONE: Final = 0
NO: Final = 1
FAILED: Final = 2

#: Columns where no terminal says how many there are: a file, a pipe.
_WIDE: Final = 132

#: Results on standard output; progress and errors beside them.
OUT: Final = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
ERR: Final = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One line of JSON."""
    # Not by rich: it would wrap and colour what a program reads.
    print(json.dumps(value, ensure_ascii=False, default=_plain))  # noqa: T201


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """A table that folds long cells."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    OUT.print(table)


def print_facts(title: str, facts: Mapping[str, str]) -> None:
    """A few facts, one a line."""
    OUT.print(title, style="bold")
    width = max((len(name) for name in facts), default=0)
    for name, text in facts.items():
        OUT.print(f"  {name:<{width}}  {text}", markup=False)


def local(moment: datetime) -> str:
    """A moment in Brussels, to the second."""
    return f"{moment.astimezone(BRUSSELS):%Y-%m-%d %H:%M:%S}"


@contextmanager
def reported(*, as_json: bool) -> Iterator[None]:
    """Print an error of digivl as its own text, and end with status 2."""
    try:
        yield
    except DigivlError as error:
        if as_json:
            print_json({"error": error.code, "text": str(error), "hint": error.hint})
        else:
            ERR.print(f"digivl: {error}", style="red", markup=False)
            if error.hint:
                ERR.print(error.hint, markup=False)
        raise typer.Exit(FAILED) from error


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
