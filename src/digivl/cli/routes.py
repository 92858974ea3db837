"""The command that shows the route of a dossier."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from digivl.advice.route.route import Route, RouteStep, StepStatus
from digivl.advice.route.wording import assumed, awaited, short, summary, when
from digivl.app import Digivl
from digivl.cli.files import written
from digivl.cli.offices import found, role_named
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import NO, print_json, print_table, reported, say
from digivl.dossiers.model import DOSSIER
from digivl.kernel.parties import Party, Role

_COLUMNS: Final = ("Stap", "Wie", "Stand", "Van", "Tot", "Waarop gewacht, of waarom")


def route(
    dossier: Annotated[str, typer.Argument(help="Id of a dossier, or its start.")],
    *,
    svg: Annotated[Path | None, typer.Option(help="Draw it too, in this file.")] = None,
    role: Annotated[
        str, typer.Option(help="Dutch name of the role to look as.")
    ] = Role.SECRETARIAT.value,
    of_minister: Annotated[
        str | None, typer.Option(help="For whom that role works.")
    ] = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """What of a dossier is done, due and next; status 1 when something is late."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        reader = role_named(role)
        by = Party("opdrachtregel", reader.value, reader, minister=of_minister)
        told = vl.routes.of(found(vl, dossier, DOSSIER.name).id, by=by)
        if svg is not None:
            _draw(told, svg)
    if as_json:
        print_json(_json(told))
    else:
        _print(told, svg)
    if told.with_status(StepStatus.LATE):
        raise typer.Exit(NO)


def _draw(route: Route, file: Path) -> None:
    from digivl.advice.route.gantt import drawn

    with written(file) as target:
        target.write(drawn(route).encode())


def _print(route: Route, svg: Path | None) -> None:
    say(summary(route))
    print_table(route.title, _COLUMNS, [_line(step, route) for step in route.steps])
    if route.assumptions:
        say(f"Tussen haakjes: verwacht. {assumed(route)}.")
    if svg is not None:
        say(f"Getekend in {svg}")


def _line(step: RouteStep, route: Route) -> tuple[str, ...]:
    start = short(step.start) if step.start else ""
    if start and not step.status.has_begun:
        start = f"({start})"
    unsure = step.status in {StepStatus.SKIPPED, StepStatus.UNDETERMINED}
    waits = step.explanation if unsure else awaited(step, route)
    return step.label, step.by, step.status.value, start, _until(step, route), waits


def _until(step: RouteStep, route: Route) -> str:
    if step.end is None or step.due is not None:
        return when(step, route)
    return f"({short(step.end)})" if step.is_expected else short(step.end)


def _json(route: Route) -> dict[str, Any]:
    return {
        "dossier": route.dossier,
        "title": route.title,
        "act": route.act.value,
        "at": route.at,
        "end": route.end,
        "steps": [_step_json(step) for step in route.steps],
        "assumptions": [one.value for one in route.assumptions],
        "rules": route.rules,
    }


def _step_json(step: RouteStep) -> dict[str, Any]:
    return {
        "id": step.id,
        "label": step.label,
        "status": step.status.value,
        "start": step.start,
        "end": step.end,
        "expected": step.is_expected,
        "due": step.due,
        "by": step.by,
        "waits_for": step.waits_for,
        "hangs_on": step.hangs_on,
        "needs": step.needs,
        "makes": step.makes,
        "explanation": step.explanation,
        "source": step.source,
        "confidence": step.confidence.value,
        "record": step.subject,
    }
