"""The command for the forms of advice and agreement."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digivl.advice.forms.service import FormKind
from digivl.app import Digivl
from digivl.cli.files import is_there, written
from digivl.cli.offices import Id, found
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import print_json, reported, say
from digivl.errors import MalformedError
from digivl.kernel.parties import Party, Role


def form(
    id: Id,
    *,
    kind: Annotated[
        FormKind | None,
        typer.Option(help="Which form; the answer once there is one, if not named."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The PDF to write; else named for the form.")
    ] = None,
    file: Annotated[
        bool, typer.Option("--file", help="File it in the dossier, to be signed.")
    ] = False,
    by: Annotated[str, typer.Option(help="Who makes it, as shown.")] = "Secretarie",
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Write the form of a question: what is asked, the advice, or the agreement."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        party, name = Party("cli", by, Role.SECRETARIAT), found(vl, id).id
        chosen = kind or vl.forms.kind(name, by=party)
        target = out or Path(f"{chosen.value}-{name[:8]}.pdf")
        if is_there(target):
            raise MalformedError(f"{target} would be overwritten", hint="Name another.")
        made = vl.forms.make(name, chosen, by=party)
        filed = vl.forms.file(name, chosen, by=party) if file else None
        with written(target) as pdf:
            pdf.write(made)
    if as_json:
        told = {"question": name, "kind": chosen.value, "file": str(target)}
        print_json(told | {"document": filed.id if filed else None})
        return
    say(f"{chosen.label}: {target}")
    if filed is not None:
        say(f"in het dossier als document {filed.id}")
