"""The command `digivl readiness`: may this go on the agenda, and if not, why."""

from __future__ import annotations

from typing import Annotated, Any, Final

import attrs
import typer

from digivl.advice.readiness import Readiness
from digivl.app import Digivl
from digivl.cli.agendas import meeting_named, step_named
from digivl.cli.offices import found
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import NO, local, print_json, print_table, reported, say
from digivl.dossiers.gate import Requirement
from digivl.dossiers.model import DOSSIER, STEP
from digivl.kernel.parties import Party, Role

_READER: Final = Party("cli", "Opdrachtregel", Role.ADMIN)


def readiness(
    subject: Annotated[
        str, typer.Argument(help="Id of a dossier, step or agenda item, or its start.")
    ],
    *,
    meeting: Annotated[
        str | None, typer.Option(help="What if it goes on the agenda of this meeting.")
    ] = None,
    review: Annotated[
        bool,
        typer.Option("--review", help="As the secretariat writes it in its review."),
    ] = False,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """What a step needs before it may go on the agenda; status 1 if something lacks."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        ref = found(vl, subject)
        step = None if ref.kind == DOSSIER.name else step_named(vl, subject)
        dossier = vl.book.read(STEP, step).record.dossier if step else ref.id
        planned = meeting_named(vl, meeting) if meeting else None
        ready = vl.readiness.of(dossier, step, by=_READER, meeting=planned)
    if as_json:
        for one in ready.requirements:
            print_json(_json(one))
    elif review:
        say(ready.as_review())
    else:
        _print(ready)
    if ready.blocking:
        raise typer.Exit(NO)


def _print(ready: Readiness) -> None:
    columns = ("Vereiste", "Stand", "Uitleg", "Van wie", "Tegen")
    rows = [_line(one) for one in ready.requirements]
    print_table(f"Gereedheid: {ready.stage.value}", columns, rows)
    if not ready.blocking:
        say("Klaar voor agendering.", "green")
        return
    names = ", ".join(one.name for one in ready.blocking)
    say(f"Nog niet klaar: {names}.", "red")


def _line(one: Requirement) -> tuple[str, ...]:
    stand = one.status.value
    if one.loosened:
        stand = f"{stand} (versoepeld: {one.loosened})"
    due = local(one.due) if one.due else ""
    return (one.name, stand, one.explanation, one.whom, due)


def _json(one: Requirement) -> dict[str, Any]:
    return attrs.asdict(one) | {"status": one.status.name.lower()}
