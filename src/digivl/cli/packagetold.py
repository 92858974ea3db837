"""How the command line names a package on a platform, and tells of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from digivl.app import Digivl
from digivl.cli.inoffice import Answer
from digivl.cli.offices import found
from digivl.cli.output import local, print_table
from digivl.records.entries import Entry
from digivl.records.port import Query
from digivl.signing.platform.model import PACKAGE, SigningPackage

Chosen = Annotated[str, typer.Argument(help="Id of a package, or its start.")]
AnyChosen = Annotated[
    str | None, typer.Argument(help="Id of a package, or its start; else all.")
]
Found = Entry[SigningPackage]

_COLUMNS = ("Pakket", "Platform", "Stand", "Wacht op", "Bevinding", "Id")


def package_named(vl: Digivl, text: str) -> Found:
    """The package whose id is that, or starts with it."""
    return vl.packages.read(found(vl, text, PACKAGE.name).id)


def chosen(vl: Digivl, text: str | None) -> Sequence[Found]:
    """One package, or all of them."""
    if text is not None:
        return [package_named(vl, text)]
    rows = vl.book.rows(Query(kind=PACKAGE.name))
    return list(vl.book.read_all(PACKAGE, [row.ref.id for row in rows]).values())


def told(entry: Found, then: str = "") -> Answer:
    """A package after an act, and what comes next."""
    said = f"{entry.record.title}: {entry.record.state.label} ({entry.id[:8]})"
    return Answer(lines=[as_json(entry)], said=[f"{said}{then}"])


def show(entries: Sequence[Found], *, people: bool) -> None:
    """Packages as a table, with who was asked what if that is wanted."""
    print_table("Pakketten op tekenplatformen", _COLUMNS, map(_line, entries))
    if people:
        for one in entries:
            print_table("Wie", ("Functie", "Deed", "Op", "Gezien"), _people(one))


def _line(entry: Found) -> tuple[str, ...]:
    record = entry.record
    waits = record.waits_for
    said = "; ".join(finding.text for finding in record.findings) or record.problem
    return (
        record.title,
        record.account.platform,
        record.state.label,
        waits.party.label if waits else "",
        said,
        entry.id[:8],
    )


def _people(entry: Found) -> Iterable[tuple[str, ...]]:
    record = entry.record
    for one, acted in zip(record.invited, record.acted, strict=True):
        at, seen = acted.at, acted.seen_at
        yield (
            one.party.label,
            acted.progress.value,
            local(at) if at else "",
            local(seen) if seen else "",
        )


def as_json(entry: Found) -> dict[str, Any]:
    """What is public of a package: functions, and no names or addresses."""
    record = entry.record
    return {
        "package": entry.id,
        "title": record.title,
        "dossier": record.dossier,
        "platform": record.account.platform,
        "reference": record.reference,
        "state": record.state.name,
        "flow": record.flow.id if record.flow else None,
        "people": [
            {
                "party": one.party.id,
                "role": one.role.value,
                "progress": acted.progress.value,
                "processed_at": acted.at,
                "seen_at": acted.seen_at,
            }
            for one, acted in zip(record.invited, record.acted, strict=True)
        ],
        "documents": [
            {
                "document": one.document,
                "sent": one.sent,
                "returned": one.returned,
                "signatures": [
                    {
                        "signer": fact.signer,
                        "level": fact.level,
                        "stamped_at": fact.stamped_at,
                    }
                    for fact in one.signatures
                ],
            }
            for one in record.documents
        ],
        "findings": [
            {"kind": one.kind.value, "document": one.document, "text": one.text}
            for one in record.findings
        ],
        "synced_at": record.synced_at,
        "problem": record.problem,
    }
