"""The command that searches an office."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from digivl.app import Digivl
from digivl.cli.labels import kind_label
from digivl.cli.offices import role_named
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import local, print_json, print_table, reported, say
from digivl.kernel.parties import Party, Role
from digivl.search.service import Found, Hit, Only


def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(help='Words; "a phrase"; begin*. None lists everything.'),
    ] = None,
    *,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="dossier, step, meeting, document or publication."),
    ] = None,
    role: Annotated[
        str, typer.Option(help="Dutch name of the role to search as.")
    ] = Role.SECRETARIAT.value,
    of_minister: Annotated[
        str | None, typer.Option(help="For whom that role works.")
    ] = None,
    limit: Annotated[int, typer.Option(help="Hits on a page.")] = 20,
    after: Annotated[int | None, typer.Option(help="Where a page starts.")] = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Dossiers, steps, meetings and documents that hold all the words."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        reader = role_named(role)
        by = Party("opdrachtregel", reader.value, reader, minister=of_minister)
        found = vl.search.find(
            " ".join(words or ()),
            by=by,
            only=Only(kinds=tuple(kind or ())),
            limit=limit,
            after=after,
        )
    (_print_json if as_json else _print)(found)


def _print_json(found: Found) -> None:
    for hit in found.hits:
        print_json(_json(hit))
    print_json({"after": found.after, "behind": found.behind})


def _json(hit: Hit) -> dict[str, Any]:
    return {
        "kind": hit.ref.kind,
        "id": hit.ref.id,
        "title": hit.title,
        "at": hit.at,
        "dossier": hit.dossier,
        "excerpt": hit.excerpt.marked() if hit.excerpt else None,
    }


def _print(found: Found) -> None:
    columns = ("Soort", "Titel", "Van", "Id")
    print_table("Gevonden", columns, [_line(hit) for hit in found.hits])
    if found.after is not None:
        say(f"Er is meer: --after {found.after}")
    if found.behind:
        say(f"Van {found.behind} documenten is de tekst nog niet gelezen: digivl work")


def _line(hit: Hit) -> tuple[str, ...]:
    title = f"{hit.title}\n{hit.excerpt.marked()}" if hit.excerpt else hit.title
    return kind_label(hit.ref.kind), title, local(hit.at), hit.ref.id[:8]
