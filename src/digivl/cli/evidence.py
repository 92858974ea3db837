"""The command for evidence reports."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from digivl.app import Digivl
from digivl.cli.files import is_there, written
from digivl.cli.offices import Id, found
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import NO, busy, print_json, reported, say
from digivl.errors import MalformedError, NotFoundError
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party, Role
from digivl.signing.evidence.model import Standing
from digivl.signing.evidence.words import standing
from digivl.signing.loginseal.model import LOGIN_SEAL
from digivl.signing.model import FLOW


def evidence(
    flow: Id,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the PDF and the JSON.")],
    by: Annotated[str, typer.Option(help="For whom, as shown.")] = "Secretarie",
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Write the evidence report of a signing flow, as sealed PDF and as JSON.

    Or of a seal that was put for somebody who logged in.

    Status 1 when what is recorded and what stands in the file disagree.
    """
    party = Party("cli", by, Role.SECRETARIAT)
    with reported(as_json=as_json), Digivl.open(office) as vl:
        subject = _subject(vl, flow)
        name, of_seal = subject.id, subject.kind == LOGIN_SEAL.name
        pdf, data = (out / f"bewijsverslag-{name[:8]}.{end}" for end in ("pdf", "json"))
        for target in (pdf, data):
            if is_there(target):
                raise MalformedError(
                    f"{target} would be overwritten",
                    hint="Nothing was written. Name another folder with --out.",
                )
        with busy("Making the report", quiet=as_json):
            make = vl.evidence.make_seal if of_seal else vl.evidence.make
            made = make(name, by=party)
        with written(data) as json_file, written(pdf) as pdf_file:
            json_file.write(made.json)
            pdf_file.write(made.pdf)
    told = made.evidence
    if as_json:
        print_json(
            {
                "flow": told.flow,
                "login_seal": told.login_seal,
                "standing": told.standing.value,
                "pdf": str(pdf),
                "json": str(data),
                "json_sha256": made.json_sha256,
                "differences": len(told.differences),
            }
        )
    else:
        say(f"Bewijsverslag ({told.standing.value}): {pdf}")
        say(f"dezelfde gegevens als JSON: {data}")
        if told.standing is Standing.INTERIM:
            say(standing(told))
        for one in told.differences:
            say(f"verschil, {one.about}: {one.what}", "red")
    if told.differences:
        raise typer.Exit(NO)


def _subject(vl: Digivl, id: str) -> Ref:
    """The seal or the flow with that id."""
    with suppress(NotFoundError):
        ref = found(vl, id, LOGIN_SEAL.name)
        if vl.book.read(LOGIN_SEAL, ref.id).record.document is None:
            raise MalformedError(
                "this seal stands on a file of no dossier: there is no report of it",
                hint="`digivl seal evidence` gives its evidence, and `digivl seal "
                "check` holds that against the file.",
            )
        return ref
    return found(vl, id, FLOW.name)
