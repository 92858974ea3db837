"""Commands about an office: make one, who has what, what happened."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer

from digivl.app import Digivl
from digivl.cli.labels import kind_label, kind_named, label, result
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import (
    NO,
    busy,
    local,
    print_facts,
    print_json,
    print_table,
    reported,
    say,
)
from digivl.custody.late import Overdue
from digivl.custody.model import CUSTODY, Custody, custody_id
from digivl.errors import NotFoundError
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Role
from digivl.records.entries import AnyEntry, Entry
from digivl.records.port import Query, Row

Id = Annotated[str, typer.Argument(help="Id of a record, or its first characters.")]


def init(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Make an office for development: its keys have no legal value, and say so."""
    with reported(as_json=as_json), busy("Making the keys", quiet=as_json):
        Digivl.create(folder).close()
    if as_json:
        print_json({"office": str(folder), "development": True})
        return
    say(f"Office made in {folder}.")
    say("Its keys are for development: what they sign has no legal value.")
    say(f"Next: digivl demo --dir {folder}")


def worklist(
    *,
    office: Office = HERE,
    holder: Annotated[str | None, typer.Option(help="Id of a party.")] = None,
    role: Annotated[str | None, typer.Option(help="Dutch name of a role.")] = None,
    entity: Annotated[str | None, typer.Option(help="OVO code or URI.")] = None,
    minister: Annotated[str | None, typer.Option(help="Id of a minister.")] = None,
    as_json: AsJson = False,
) -> None:
    """Who has what, since when, until when, and what is next."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        rows = vl.custody.worklist(
            holder=holder,
            role=role_named(role) if role else None,
            entity=entity,
            minister=minister,
        )
    _print_custody("Werklijst", rows, as_json=as_json)


def overdue(*, office: Office = HERE, as_json: AsJson = False) -> None:
    """What should have been done by now; status 1 when there is something."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        late = vl.custody.overdue()
    if as_json:
        for one in late:
            print_json(_row_json(one.row) | _late_json(one))
    else:
        columns = ("Dossier", "Wie moet iets doen", "Te doen", "Tegen", "Te laat", "Id")
        print_table("Te laat", columns, [_late(one) for one in late])
    if late:
        raise typer.Exit(NO)


def show(id: Id, *, office: Office = HERE, as_json: AsJson = False) -> None:
    """Where a record stands; for a dossier also everything in it."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        ref = found(vl, id)
        entry = vl.book.read(kind_named(ref.kind), ref.id)
        rows = vl.book.rows(Query(dossier=entry.id))
        name = custody_id(ref)
        held = vl.book.read_all(CUSTODY, [name]).get(name)
    if as_json:
        print_json(_entry_json(entry) | {"records": [_row_json(row) for row in rows]})
        return
    standing = entry.kind.standing(entry.record)
    facts = {
        "id": entry.id,
        "kind": entry.kind.name,
        "state": standing.state,
        "version": f"{entry.version}, {local(entry.at)}, {entry.actor}",
    }
    print_facts(standing.title, facts | _who_has_it(held))
    waits = [row for row in rows if row.standing.open and row.standing.holder]
    asked = [row for row in waits if row.ref.id != name]
    if asked:
        named = ("Vraag", "Bij", "Sinds", "Tegen", "Te doen")
        print_table("Gevraagd in dit dossier", named, map(_asked, asked))
    others = [row for row in rows if row.ref.kind != CUSTODY.name]
    if others:
        columns = ("Soort", "Staat", "Id", "Titel")
        print_table("In dit dossier", columns, _brief(others))


def history(id: Id, *, office: Office = HERE, as_json: AsJson = False) -> None:
    """Everything that happened to a record, the oldest first."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        ref = found(vl, id)
        entries = list(vl.book.history(kind_named(ref.kind), ref.id))
        if ref.kind == "dossier":
            entries += vl.custody.history(ref)
            entries.sort(key=lambda entry: entry.number)
    if as_json:
        for entry in entries:
            print_json(_entry_json(entry))
        return
    columns = ("Wanneer", "Wie", "Wat", "Resultaat", "Reden")
    print_table(str(ref), columns, [_told(entry) for entry in entries])


def plugins(*, as_json: AsJson = False) -> None:
    """What is installed, and what can stand in the settings."""
    from digivl.plugins.catalog import KINDS as TABLES
    from digivl.plugins.catalog import Catalog

    with reported(as_json=as_json):
        catalog = Catalog.load()
        offers = {table: catalog.offers(table) for table in TABLES}
    if as_json:
        told = {
            t: {n: dict(o.options) for n, o in f.items()} for t, f in offers.items()
        }
        print_json({"plugins": catalog.installed(), "offers": told})
        return
    rows = [
        (table, name, "\n".join(f"{o}: {text}" for o, text in offer.options.items()))
        for table, offered in offers.items()
        for name, offer in offered.items()
    ]
    print_table("Offers", ("Table", "offer =", "Options"), rows)
    say(f"Plug-ins: {', '.join(catalog.installed())}")


def _who_has_it(held: Entry[Custody] | None) -> dict[str, str]:
    one = CUSTODY.standing(held.record) if held else None
    if one is None or not one.open:
        return {}
    return {
        "bij": one.holder_label or "",
        "te doen": one.next_step or "",
        "sinds": local(one.since) if one.since else "",
        "tegen": local(one.due) if one.due else "",
    }


def role_named(name: str) -> Role:
    """The role with that Dutch name.

    Raises:
        NotFoundError: There is none; it lists those there are.
    """
    try:
        return Role(name)
    except ValueError as cause:
        known = ", ".join(role.value for role in Role)
        raise NotFoundError(
            f"there is no role {name!r}", hint=f"Roles: {known}."
        ) from cause


def found(vl: Digivl, id: str, kind: str | None = None) -> Ref:
    """The one record, of a kind or of any, whose id is `id` or starts with it.

    Raises:
        NotFoundError: There is none, or more than one.
    """
    # The id of a custody starts with the kind of what is held: that names nothing.
    named = [ref for ref in vl.book.find(id) if len(id) > ref.id.find(":")]
    wholes = _wholes(named)
    refs = [ref for ref in wholes if kind in {None, ref.kind}]
    if len(refs) == 1:
        return refs[0]
    if not refs and len(wholes) == 1:
        other = wholes[0].kind
        raise NotFoundError(
            f"{id} is no {kind} but a {other}",
            hint=f"`digivl show {id}` tells what it is; give the id of a {kind}.",
        )
    if not refs:
        hint = "Give all of the id, or at least its first six characters."
        raise NotFoundError(f"there is no {kind or 'record'} {id!r}", hint=hint)
    several = ", ".join(str(ref) for ref in refs)
    raise NotFoundError(f"{id!r} is the start of several ids", hint=several)


def _wholes(refs: Sequence[Ref]) -> Sequence[Ref]:
    # The id of a part starts with that of its whole: meeting.1, item.minister.
    ids = {ref.id for ref in refs}
    return [ref for ref in refs if not any(_is_part(ref.id, whole) for whole in ids)]


def _is_part(id: str, whole: str) -> bool:
    return id.startswith(f"{whole}.")


def _print_custody(title: str, rows: Sequence[Row], *, as_json: bool) -> None:
    if as_json:
        for row in rows:
            print_json(_row_json(row))
        return
    columns = ("Dossier", "Bij", "Sinds", "Tegen", "Te doen", "Id")
    print_table(title, columns, [_custody(row) for row in rows])


def _custody(row: Row) -> tuple[str, ...]:
    standing = row.standing
    return (
        standing.title,
        standing.holder_label or "",
        local(standing.since) if standing.since else "",
        local(standing.due) if standing.due else "",
        standing.next_step or "",
        (standing.dossier or "")[:8],
    )


def _asked(row: Row) -> tuple[str, ...]:
    kind = row.ref.kind
    if kind == CUSTODY.name:
        kind = row.ref.id.partition(":")[0]
    return kind_label(kind), *_custody(row)[1:5]


def _late(one: Overdue) -> tuple[str, ...]:
    standing = one.row.standing
    above = f"\n(gaat naar {one.escalate_to})" if one.escalate_to else ""
    return (
        standing.title,
        f"{one.act_label}{above}",
        standing.next_step or "",
        local(standing.due) if standing.due else "",
        f"{one.working_days} werkdagen",
        (standing.dossier or "")[:8],
    )


def _late_json(one: Overdue) -> dict[str, Any]:
    return {
        "late_seconds": int(one.late.total_seconds()),
        "working_days": one.working_days,
        "act": one.act,
        "act_label": one.act_label,
        "escalate_to": one.escalate_to.id if one.escalate_to else None,
    }


def _brief(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    return [
        (
            kind_label(row.ref.kind),
            row.standing.state.rpartition("/")[2],
            row.ref.id[:8],
            title,
        )
        for row in rows
        for title in (row.standing.title,)
    ]


def _told(entry: AnyEntry) -> tuple[str, ...]:
    return (
        local(entry.at),
        str(entry.actor),
        label(entry),
        result(entry),
        entry.reason,
    )


def _row_json(row: Row) -> dict[str, Any]:
    return {"kind": row.ref.kind, "id": row.ref.id, **attrs.asdict(row.standing)}


def _entry_json(entry: AnyEntry) -> dict[str, Any]:
    # What is proven, as it is proven: personal values stand in it as commitments.
    told: dict[str, Any] = json.loads(entry.canonical)
    return told | {"leaf": entry.leaf.hex()}
