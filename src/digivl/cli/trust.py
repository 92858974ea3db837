"""`digivl trust`: the trusted lists of the Union, fetched, looked at, taken along."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digivl.cli.files import is_there, reading, written
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
from digivl.errors import NotFoundError
from digivl.kernel.moments import utc_now
from digivl.office import SETTINGS
from digivl.settings import Settings
from digivl.validation.lists import trust_lists

if TYPE_CHECKING:
    from digivl.validation.trustlists.service import TrustLists
    from digivl.validation.trustlists.snapshot import ListedService, Snapshot

app = typer.Typer(
    help="Trusted lists of the Union: refresh, show, check, export, import.",
    no_args_is_help=True,
)

AnySnapshot = Annotated[
    str, typer.Option("--snapshot", help="Id of a former snapshot; the current one.")
]


def _settings(office: Path) -> Settings:
    path = office / SETTINGS
    return Settings.from_toml(path) if is_there(path) else Settings()


@contextmanager
def _opened(office: Path, *, network: bool = False) -> Iterator[TrustLists]:
    """The lists of the office; with the network where it is asked."""
    settings = _settings(office)
    fetcher = None
    if network:
        from digivl.http.fetching import Fetcher

        hosts = frozenset(settings.signing.private_hosts)
        fetcher = Fetcher(settings.limits, hosts)
    try:
        yield trust_lists(settings, office, utc_now, fetcher)
    finally:
        if fetcher is not None:
            fetcher.close()


@app.command("refresh")
def refresh(office: Office = HERE, as_json: AsJson = False) -> None:  # noqa: FBT002 - typer
    """Fetch all lists anew; a country that fails keeps its old list."""
    with (
        reported(as_json=as_json),
        _opened(office, network=True) as lists,
        busy("vertrouwenslijsten ophalen", quiet=as_json),
    ):
        found = lists.refresh()
    _print(found, as_json=as_json)


@app.command("check")
def check(
    snapshot: AnySnapshot = "",
    office: Office = HERE,
    as_json: AsJson = False,  # noqa: FBT002 - typer
) -> None:
    """Check every signature again, without network; tell what is overdue or missing."""
    with reported(as_json=as_json), _opened(office) as lists:
        found = lists.load(snapshot)
    _print(found, as_json=as_json)
    if found.troubles or found.overdue(utc_now()):
        raise typer.Exit(NO)


@app.command("show")
def show(
    territory: Annotated[
        str, typer.Argument(help="A country, e.g. BE: its services; else all lists.")
    ] = "",
    snapshot: AnySnapshot = "",
    office: Office = HERE,
    as_json: AsJson = False,  # noqa: FBT002 - typer
) -> None:
    """The lists that are kept; of one country its services."""
    with reported(as_json=as_json), _opened(office) as lists:
        found = lists.load(snapshot)
        wanted = territory.upper()
        services = [one for one in found.services if one.territory == wanted]
        if wanted and not any(one.territory == wanted for one in found.lists):
            known = ", ".join(sorted(one.territory for one in found.lists))
            raise NotFoundError(
                f"no list of {wanted[:40]!r} is kept", hint=f"There are {known}."
            )
    if wanted:
        (_services_as_json if as_json else _print_services)(wanted, services)
    else:
        (_lists_as_json if as_json else _print_lists)(found)


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="The bundle to write.")],
    snapshot: AnySnapshot = "",
    office: Office = HERE,
    as_json: AsJson = False,  # noqa: FBT002 - typer
) -> None:
    """Write a snapshot as one file, with which others repeat a verdict."""
    with reported(as_json=as_json), _opened(office) as lists, written(file) as target:
        record = lists.export(target, snapshot)
    facts = {"file": str(file), "snapshot": record.id, "lists": len(record.sources)}
    if as_json:
        print_json(facts)
    else:
        say(f"{file}: {len(record.sources)} lijsten, momentopname {record.id}")


@app.command("import")
def take_in(
    file: Annotated[Path, typer.Argument(help="What `trust export` wrote.")],
    office: Office = HERE,
    as_json: AsJson = False,  # noqa: FBT002 - typer
) -> None:
    """Take in a bundle; it has to go back to the anchors of this office."""
    with reported(as_json=as_json), _opened(office) as lists, reading(file) as source:
        found = lists.take_in(source)
    _print(found, as_json=as_json)


def _print(found: Snapshot, *, as_json: bool) -> None:
    overdue = [one.territory for one in found.overdue(utc_now())]
    troubles = [
        {
            "territory": one.territory,
            "location": one.location,
            "code": one.code,
            "text": one.text,
            "hint": one.hint,
            "kept": one.kept,
        }
        for one in found.troubles
    ]
    if as_json:
        print_json(
            {
                "snapshot": found.id,
                "lists": len(found.lists),
                "services": len(found.services),
                "overdue": overdue,
                "troubles": troubles,
            }
        )
        return
    facts = {
        "Momentopname": found.id,
        "Landen": str(len(found.lists)),
        "Diensten": str(len(found.services)),
    }
    if overdue:
        facts["Vervallen lijsten"] = ", ".join(overdue)
    print_facts("Vertrouwenslijsten", facts)
    for one in found.troubles:
        used = "de vorige lijst blijft" if one.kept else "er is geen lijst"
        say(f"  {one.territory or one.location}: {used} ({one.text})", "yellow")


def _lists_as_json(found: Snapshot) -> None:
    for row in _lists(found):
        print_json(row)


def _lists(found: Snapshot) -> Iterator[dict[str, Any]]:
    fetched = {one.sha256: one for one in found.sources}
    overdue = {one.territory for one in found.overdue(utc_now())}
    for one in (found.lotl, *found.national):
        source = fetched[one.sha256]
        yield {
            "territory": one.list.territory,
            "operator": one.list.operator,
            "version": one.list.version,
            "sequence": one.list.sequence,
            "issued": one.list.issued,
            "next_update": one.list.next_update,
            "overdue": one.list.territory in overdue,
            "services": sum(len(each.services) for each in one.list.providers),
            "location": source.location,
            "sha256": one.sha256,
            "fetched": source.fetched,
        }


def _print_lists(found: Snapshot) -> None:
    rows = [
        (
            row["territory"],
            str(row["sequence"]),
            local(row["issued"]),
            local(row["next_update"]) if row["next_update"] else "gesloten",
            str(row["services"]),
            row["operator"],
        )
        for row in _lists(found)
    ]
    columns = ("Land", "Nummer", "Uitgegeven", "Volgende", "Diensten", "Toezicht")
    print_table(f"Vertrouwenslijsten, {found.id}", columns, rows)


def _services_as_json(territory: str, services: list[ListedService]) -> None:
    for one in services:
        state = one.service.current
        print_json(
            {
                "territory": territory,
                "provider": one.provider,
                "name": state.name,
                "type": state.type,
                "status": state.status,
                "since": state.since,
                "additional": list(state.additional),
                "states": len(one.service.states),
            }
        )


def _print_services(territory: str, services: list[ListedService]) -> None:
    rows = [
        (
            one.provider,
            one.service.current.name,
            one.service.current.type.rpartition("Svctype/")[2],
            one.service.current.status.rpartition("/")[2],
            local(one.service.current.since),
        )
        for one in services
    ]
    columns = ("Verlener", "Dienst", "Soort", "Toestand", "Sinds")
    print_table(f"Diensten op de lijst van {territory}", columns, rows)
