"""What the command line prints, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from digivl.errors import DigivlError
from digivl.kernel.moments import BRUSSELS, to_wire

#: Exit statuses.
DONE: Final = 0
NO: Final = 1
FAILED: Final = 2

#: Columns where no terminal says how many there are: a file, a pipe.
_WIDE: Final = 132
#: Titles, names and file names come from outside: no markup of theirs is obeyed.
_LITERAL: Final[dict[str, Any]] = {"highlight": False, "markup": False, "emoji": False}

#: Results on standard output; progress and errors beside them.
_OUT: Final = Console(**_LITERAL)
_ERR: Final = Console(stderr=True, **_LITERAL)
if not _OUT.is_terminal:
    _OUT.width = _WIDE


def say(text: str, style: str = "") -> None:
    """A result, for people."""
    _OUT.print(printable(text), style=style, soft_wrap=True)


def tell(text: str, style: str = "") -> None:
    """Progress or an error, beside the results."""
    _ERR.print(printable(text), style=style, soft_wrap=True)


def print_json(value: Any) -> None:
    """One line of JSON, in ASCII: it reads the same in every locale."""
    # Not by rich: it would wrap and colour what a program reads, at once.
    print(json.dumps(value, default=_plain), flush=True)  # noqa: T201


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """A table that folds long cells."""
    table = Table(title=printable(title), title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(printable, row))
    _OUT.print(table)


def print_facts(title: str, facts: Mapping[str, str]) -> None:
    """A few facts, one a line."""
    say(title, "bold")
    width = max((len(name) for name in facts), default=0)
    for name, text in facts.items():
        say(f"  {name:<{width}}  {text}")


def printable(text: str) -> str:
    """The text without what would steer a terminal; line breaks stay."""
    return "".join(
        c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def local(moment: datetime) -> str:
    """A moment in Brussels, to the second."""
    return f"{moment.astimezone(BRUSSELS):%Y-%m-%d %H:%M:%S}"


@contextmanager
def busy(text: str, *, quiet: bool) -> Iterator[None]:
    """Show on a terminal that work goes on."""
    if quiet:
        yield
        return
    with _ERR.status(printable(text), spinner="line"):
        yield


@contextmanager
def counted(text: str, total: int, *, quiet: bool) -> Iterator[Callable[[], None]]:
    """Show on a terminal how far work is; gives what to call after each piece."""
    if quiet:
        yield lambda: None
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=_ERR,
        transient=True,
    ) as shown:
        task = shown.add_task(printable(text), total=total)
        yield lambda: shown.advance(task)


@contextmanager
def reported(*, as_json: bool) -> Iterator[None]:
    """Print an error of digivl as its own text, and end with status 2."""
    try:
        yield
    except DigivlError as error:
        if as_json:
            print_json({"error": error.code, "text": str(error), "hint": error.hint})
        else:
            tell(f"digivl: {error}", "red")
            if error.hint:
                tell(error.hint)
        raise typer.Exit(FAILED) from error


def _plain(value: Any) -> str:
    return to_wire(value) if isinstance(value, datetime) else str(value)
