"""The command `add`: files become documents of a dossier."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from digivl.app import Digivl
from digivl.cli.files import reading
from digivl.cli.inoffice import Answer, in_office
from digivl.cli.offices import found
from digivl.dossiers.model import DOSSIER
from digivl.errors import NotFoundError
from digivl.kernel.concepts import labelled, scheme
from digivl.kernel.identifiers import URI
from digivl.kernel.parties import Party, Role

_TYPES: Final = "document-type"


@in_office("Taking in")
def add(
    vl: Digivl,
    files: Annotated[list[Path], typer.Argument(help="PDF files.")],
    *,
    dossier: Annotated[
        str | None,
        typer.Option(help="Id of a dossier, or its start; a new one if not named."),
    ] = None,
    title: Annotated[
        str | None,
        typer.Option(help="Of the new dossier; the name of the first file if none."),
    ] = None,
    type: Annotated[str, typer.Option(help="Dutch name of the type.")] = "Nota",
    by: Annotated[
        str, typer.Option(help="Who delivers it, as shown.")
    ] = "Dossierbeheerder",
) -> Answer:
    """Take files in as documents of a dossier: what a signing flow starts from."""
    kind, party = _type(type), Party("cli", by, Role.DOSSIER_MANAGER)
    if dossier is None:
        into = vl.dossiers.open(title or files[0].stem, by=party).id
    else:
        into = found(vl, dossier, DOSSIER.name).id
    added: list[tuple[Path, str]] = []
    for file in files:
        with reading(file) as content:
            document = vl.documents.add(
                into, content, title=file.stem, type=kind, by=party
            )
        added.append((file, document.id))
    return Answer(
        lines=[
            {"file": str(file), "dossier": into, "document": document}
            for file, document in added
        ],
        said=[
            f"Dossier {into}",
            *(f"{file}: document {document}" for file, document in added),
        ],
    )


def _type(name: str) -> URI:
    known = labelled(_TYPES, name)
    if known is None:
        labels = ", ".join(one.label for one in scheme(_TYPES).concepts)
        raise NotFoundError(
            f"there is no type of document {name!r}", hint=f"Types: {labels}."
        )
    return known.uri
