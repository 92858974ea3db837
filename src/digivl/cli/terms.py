"""Commands that compute dates, and explain them; they need no office."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from digivl.cli.options import AsJson
from digivl.cli.output import NO, print_json, reported, say
from digivl.errors import MalformedError
from digivl.kernel.calendar import (
    CALENDARS,
    LEGAL,
    Calendar,
    calendar_named,
    read_days_off,
)
from digivl.kernel.moments import BRUSSELS, from_clock
from digivl.kernel.reckoning import Reckoning, TermStep
from digivl.kernel.terms import Counted, Deadline, Suspension, Term

_NOON: Final = time(12)

app = typer.Typer(
    help="Compute the end of a term, or a deadline, and explain it step by step.",
    no_args_is_help=True,
)

Named = Annotated[
    str,
    typer.Option("--calendar", metavar="|".join(CALENDARS), help="Which days count."),
]
DaysOff = Annotated[
    Path | None,
    typer.Option(
        help="TOML file with further days off by year, e.g. bridging days: "
        '2026 = ["2026-05-15"].'
    ),
]


@app.command("due")
def due(  # noqa: PLR0913 - an option for each part of a term
    *,
    received: Annotated[
        str,
        typer.Option(help="Day of receipt, or moment; in Brussels if it has no zone."),
    ],
    working_days: Annotated[
        int | None, typer.Option(help="Length of the term in working days.")
    ] = None,
    calendar_days: Annotated[
        int | None, typer.Option(help="Length of the term in calendar days.")
    ] = None,
    roll: Annotated[
        bool,
        typer.Option(
            "--roll", help="Calendar days that end on a day off: next working day."
        ),
    ] = False,
    cutoff: Annotated[
        str | None,
        typer.Option(
            metavar="HH:MM",
            help="What comes in later, or on a day off, counts as received on the next "
            "working day.",
        ),
    ] = None,
    suspended: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FROM/TO",
            help="Days or moments of a question and its answer; FROM/ while it is "
            "open. Repeat for several.",
        ),
    ] = None,
    calendar: Named = LEGAL.name,
    days_off: DaysOff = None,
    as_json: AsJson = False,
) -> None:
    """Compute the last day of a term; status 1 while a question stops it."""
    with reported(as_json=as_json):
        counted, days = _length(working_days, calendar_days)
        hour = _hour(cutoff) if cutoff is not None else None
        term = Term(days=days, counted=counted, rolls=roll, cutoff=hour)
        reckoning = term.reckon(
            _moment(received, time()),
            _calendar(calendar, days_off),
            [_suspension(text) for text in suspended or ()],
        )
    _print(reckoning, calendar, {"left": reckoning.left}, as_json=as_json)
    if reckoning.due is None:
        raise typer.Exit(NO)


@app.command("before")
def before(
    *,
    meeting: Annotated[str, typer.Option(help="Day of the meeting, or moment.")],
    working_days: Annotated[
        int, typer.Option(help="Which working day before it, counted back from 1.")
    ],
    at: Annotated[
        str, typer.Option(metavar="HH:MM", help="At which hour in Brussels.")
    ] = "15:00",
    calendar: Named = LEGAL.name,
    days_off: DaysOff = None,
    as_json: AsJson = False,
) -> None:
    """Compute until when something can be handed in for a meeting."""
    with reported(as_json=as_json):
        deadline = Deadline(days=working_days, at=_hour(at))
        used = _calendar(calendar, days_off)
        reckoning = deadline.reckon(_moment(meeting, _NOON), used)
    _print(reckoning, calendar, {}, as_json=as_json)


def _length(working: int | None, every: int | None) -> tuple[Counted, int]:
    if working is not None and every is None:
        return Counted.WORKING_DAYS, working
    if every is not None and working is None:
        return Counted.CALENDAR_DAYS, every
    raise MalformedError("a term has --working-days or --calendar-days, one of both")


def _moment(text: str, at: time) -> datetime:
    """A moment; a day alone is taken at an hour of it."""
    try:
        day: date | None = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is not None:
        return datetime.combine(day, at, BRUSSELS)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as cause:
        raise MalformedError(
            f"{text[:40]!r} is neither a day nor a moment",
            hint="Write it as 2026-11-23, 2026-11-23T14:05 or 2026-11-23T14:05+01:00.",
        ) from cause
    return moment if moment.tzinfo else from_clock(moment)


def _suspension(text: str) -> Suspension:
    start, slash, end = text.partition("/")
    if not slash:
        raise MalformedError(
            f"{text[:40]!r} is no suspension",
            hint="Write it as 2026-11-23/2026-11-30, or 2026-11-23/ while it is open.",
        )
    # Of a day alone the last instant is taken: it can be that of the receipt too.
    until = _moment(end, time.max) if end else None
    return Suspension(_moment(start, time.max), until)


def _hour(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as cause:
        raise MalformedError(
            f"{text[:40]!r} is no hour", hint="Write it as 15:00."
        ) from cause


def _calendar(name: str, file: Path | None) -> Calendar:
    calendar = calendar_named(name)
    if file is None:
        return calendar
    return calendar.with_days_off(read_days_off(file), source=f"lijst {file.name}")


def _print(
    reckoning: Reckoning, calendar: str, more: dict[str, Any], *, as_json: bool
) -> None:
    if as_json:
        told = {"due": reckoning.last_day, "due_at": reckoning.due}
        steps = [_json(step) for step in reckoning.steps]
        print_json(told | {"calendar": calendar} | more | {"steps": steps})
        return
    answer, _, way = reckoning.text.partition("\n")
    say(answer, "bold")
    say(way)


def _json(step: TermStep) -> dict[str, Any]:
    return {
        "kind": step.kind.value,
        "first": step.first,
        "last": step.last,
        "text": step.text,
        "source": step.source,
    }
