"""Commands for folders of paper: print a label, record where the folder is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digivl.app import Digivl
from digivl.cli.files import is_there, written
from digivl.cli.offices import Id, found, role_named
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import local, print_json, reported, say
from digivl.custody.label import PREFIX
from digivl.errors import MalformedError
from digivl.kernel.parties import Party, Role
from digivl.pdf.typeset import check_installed


def label(
    id: Id,
    *,
    out: Annotated[Path, typer.Option(help="The PDF to write, for A6.")],
    by: Annotated[str, typer.Option(help="Who prints it, as shown.")] = "Secretarie",
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Make the label of a folder of paper; an earlier label of it counts no more."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        if is_there(out):
            raise MalformedError(f"{out} would be overwritten", hint="Name another.")
        # A label that cannot be printed must not take the place of one that is.
        check_installed("labels")
        party = Party("cli", by, Role.SECRETARIAT)
        made = vl.labels.make(found(vl, id), by=party)
        with written(out) as file:
            file.write(vl.labels.sheet(made))
    if as_json:
        print_json({"label": made.id, "dossier": made.record.dossier, "file": str(out)})
        return
    say(f"Etiket {made.id} van {made.record.title!r} staat in {out}.")


def scan(
    code: Annotated[str, typer.Argument(help="What the label says.")],
    *,
    to: Annotated[str, typer.Option(help="Id of who has the folder now.")],
    name: Annotated[str | None, typer.Option(help="As shown; the id if none.")] = None,
    role: Annotated[
        str, typer.Option(help="Dutch name of the role.")
    ] = Role.DOSSIER_MANAGER.value,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Record that a folder of paper came to somebody, who scanned its label."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        bare = code.strip().upper()
        text = bare if bare.startswith(PREFIX) else f"{PREFIX}{bare}"
        held = vl.labels.scanned(text, Party(to, name or to, role_named(role)))
    record = held.record
    if as_json:
        told = {"dossier": record.dossier, "holder": record.holder.id}
        print_json(told | {"next_step": record.next_step, "due": record.due})
        return
    say(f"{record.title!r} is bij {record.holder}: {record.next_step}")
    say(f"tegen {local(record.due)}")
