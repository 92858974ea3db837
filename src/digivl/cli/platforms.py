"""The commands `digivl platform …`: packages on signing platforms."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from digivl.app import Digivl
from digivl.cli.offices import found
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import NO, local, print_json, print_table, reported, say, tell
from digivl.errors import DigivlError, MalformedError
from digivl.kernel.identifiers import OVOCode
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.records.port import Query
from digivl.signing.platform.model import PACKAGE, Account, SigningPackage

Chosen = Annotated[str, typer.Argument(help="Id of a package, or its start.")]

app = typer.Typer(
    help="Have documents signed on a platform elsewhere.", no_args_is_help=True
)


@app.command("send")
def dispatch(
    documents: Annotated[
        list[str], typer.Argument(help="Ids of documents of one dossier.")
    ],
    *,
    to: Annotated[
        Path,
        typer.Option(
            help="File with the people, a JSON object on each line: party, label, "
            "mail, name, and role, turn, assurance, insz, text or rectangle."
        ),
    ],
    owner: Annotated[
        Path, typer.Option(help="File with the e-mail address of who owns it there.")
    ],
    organization: Annotated[str, typer.Option(help="OVO code of its organisation.")],
    platform: Annotated[str, typer.Option(help="Name in the settings.")],
    share: Annotated[
        bool, typer.Option(help="Or the owner places fields, and shares it there.")
    ] = True,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Put documents on their way to a platform; `digivl work` brings them there."""
    from digivl.cli.invited import read_invited, read_line

    with reported(as_json=as_json), Digivl.open(office) as vl:
        entity = OVOCode(organization)
        sent = vl.packages.send(
            [found(vl, one).id for one in documents],
            read_invited(to),
            Account.of(platform, entity, read_line(owner)),
            by=Party(entity.code, entity.code, Role.ADMIN),
            share=share,
        )
    if as_json:
        print_json(_json(sent))
        return
    say(f"{sent.record.title}: {sent.record.state.label}. Next: digivl work")


@app.command("status")
def status(
    package: Annotated[
        str | None, typer.Argument(help="Id of a package, or its start; else all.")
    ] = None,
    *,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """How far packages are, who acted, and what is wrong with what came back."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        packages = _all(vl) if package is None else [_package(vl, package)]
    if as_json:
        for one in packages:
            print_json(_json(one))
        return
    columns = ("Pakket", "Platform", "Stand", "Wacht op", "Bevinding", "Id")
    print_table("Pakketten op tekenplatformen", columns, map(_line, packages))
    if package is not None:
        for one in packages:
            print_table("Wie", ("Functie", "Deed", "Op", "Gezien"), _people(one))


@app.command("poll")
def poll(
    package: Annotated[
        str | None, typer.Argument(help="Id of a package, or its start; else all.")
    ] = None,
    *,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Look at packages now; status 1 when one could not be looked at."""
    failed: list[DigivlError] = []
    with reported(as_json=as_json), Digivl.open(office) as vl:
        before = _all(vl) if package is None else [_package(vl, package)]
        report = vl.look_at_packages(
            [one.id for one in before],
            lambda _, error: failed.append(error) if error else None,
        )
        after = [vl.packages.read(one.id) for one in before]
    for error in failed:
        tell(f"digivl: {error}", "red")
    if as_json:
        for one in after:
            print_json(_json(one))
    else:
        say(f"{report.done} looked at, {report.postponed} not reached")
        for one in after:
            say(f"{one.record.title}: {one.record.state.label}")
    if failed:
        raise typer.Exit(NO)


def _all(vl: Digivl) -> list[Entry[SigningPackage]]:
    rows = vl.book.rows(Query(kind=PACKAGE.name))
    return list(vl.book.read_all(PACKAGE, [row.ref.id for row in rows]).values())


def _package(vl: Digivl, text: str) -> Entry[SigningPackage]:
    ref = found(vl, text)
    if ref.kind != PACKAGE.name:
        raise MalformedError(
            f"{text} is no package but a {ref.kind}",
            hint="digivl platform status shows the ids.",
        )
    return vl.packages.read(ref.id)


def _line(entry: Entry[SigningPackage]) -> tuple[str, ...]:
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


def _people(entry: Entry[SigningPackage]) -> Iterable[tuple[str, ...]]:
    record = entry.record
    for one, acted in zip(record.invited, record.acted, strict=True):
        at, seen = acted.at, acted.seen_at
        yield (
            one.party.label,
            acted.progress.value,
            local(at) if at else "",
            local(seen) if seen else "",
        )


def _json(entry: Entry[SigningPackage]) -> dict[str, Any]:
    """What is public of a package: functions, and no names or addresses."""
    record = entry.record
    return {
        "package": entry.id,
        "title": record.title,
        "dossier": record.dossier,
        "platform": record.account.platform,
        "reference": record.reference,
        "state": record.state.name,
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
