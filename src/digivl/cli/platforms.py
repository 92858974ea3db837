"""The commands `digivl platform …`: packages on signing platforms."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from digivl.app import Digivl
from digivl.cli.accepting import accepted
from digivl.cli.files import is_there, written
from digivl.cli.flowtold import flow_named, preparer
from digivl.cli.inoffice import Answer, in_office
from digivl.cli.offices import found
from digivl.cli.options import SECRETARIAT, Accept, By, Reason
from digivl.cli.output import tell
from digivl.cli.packagetold import (
    AnyChosen,
    Chosen,
    as_json,
    chosen,
    package_named,
    show,
    told,
)
from digivl.documents.model import DOCUMENT
from digivl.errors import DigivlError, MalformedError
from digivl.kernel.identifiers import OVOCode
from digivl.kernel.moments import from_wire
from digivl.kernel.parties import Party, Role
from digivl.signing.model import FLOW
from digivl.signing.platform.model import Account

_NEXT: Final = ". Next: digivl work"

Until = Annotated[
    str | None,
    typer.Option(
        metavar="MOMENT",
        help="When it is taken back by itself: 2026-12-01T17:00Z.",
    ),
]

app = typer.Typer(
    help="Have documents signed on a platform elsewhere.", no_args_is_help=True
)


@app.command("send")
@in_office()
def send(  # noqa: PLR0913 - an option for each part of a package
    vl: Digivl,
    documents: Annotated[
        list[str] | None,
        typer.Argument(help="Ids of documents of one dossier; or --flow."),
    ] = None,
    *,
    flow: Annotated[
        str | None,
        typer.Option(
            metavar="FLOW",
            help="Id of a signing flow, or its start: its document goes there, and "
            "what comes back is taken in.",
        ),
    ] = None,
    to: Annotated[
        Path,
        typer.Option(
            help="File with the people, a JSON object on each line: party, label, "
            "mail, name, and role, turn, assurance, insz, text or rectangle. With "
            "--flow label, role and turn are those of the flow."
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
    until: Until = None,
    accept: Accept = None,
) -> Answer:
    """Put documents on their way to a platform; `digivl work` brings them there."""
    from digivl.cli.invited import read_invited
    from digivl.cli.personal import read_text

    if (flow is None) == (not documents):
        raise MalformedError(
            "what is to be signed?",
            hint="Name the documents, or a signing flow with --flow.",
        )
    entity, names = OVOCode(organization), documents or ()
    terms: dict[str, Any] = {"share": share, "until": until and from_wire(until)}
    if flow is None:
        invited = read_invited(to)
        ids = [found(vl, one, DOCUMENT.name).id for one in names]
        terms["accepted"] = dict.fromkeys(ids, accepted(accept))
    else:
        entry = vl.signing.read(flow_named(vl, flow))
        invited = read_invited(to, entry.record)
        ids, terms["flow"] = [entry.record.document], FLOW.ref(entry.id)
    account = Account.of(platform, entity, read_text(owner).strip())
    by = Party(entity.code, entity.code, Role.ADMIN)
    return told(vl.packages.send(ids, invited, account, by=by, **terms), _NEXT)


@app.command("status")
@in_office()
def status(vl: Digivl, package: AnyChosen = None) -> Answer:
    """How far packages are, who acted, and what is wrong with what came back."""
    entries = chosen(vl, package)
    return Answer(
        lines=[as_json(one) for one in entries],
        show=lambda: show(entries, people=package is not None),
    )


@app.command("poll")
@in_office("Looking")
def poll(vl: Digivl, package: AnyChosen = None) -> Answer:
    """Look at packages now; status 1 when one could not be looked at.

    What came back is fetched by a next look, checked, and taken in when it is in order.
    """
    failed: list[DigivlError] = []
    names = [one.id for one in chosen(vl, package)]
    report = vl.look_at_packages(
        names, lambda _, error: failed.append(error) if error else None
    )
    after = [vl.packages.read(name) for name in names]
    for error in failed:
        tell(f"digivl: {error}", "red")
    return Answer(
        lines=[as_json(one) for one in after],
        said=[
            f"{report.done} looked at, {report.postponed} not reached",
            *(f"{one.record.title}: {one.record.state.label}" for one in after),
        ],
        no=bool(failed),
    )


@app.command("link")
@in_office()
def link(vl: Digivl, package: Chosen, *, by: By = SECRETARIAT) -> Answer:
    """Where the owner opens it, to place fields and share it; it lets anybody in."""
    entry = package_named(vl, package)
    url = vl.packages.link(entry.id, by=preparer(by))
    line = {"package": entry.id, "url": url}
    return Answer(lines=[line], said=[url])


@app.command("withdraw")
@in_office()
def withdraw(
    vl: Digivl, package: Chosen, reason: Reason, *, by: By = SECRETARIAT
) -> Answer:
    """Take a package back; `digivl work` takes it from the platform."""
    entry = package_named(vl, package)
    taken = vl.packages.withdraw(entry.id, by=preparer(by), reason=reason)
    return told(taken, _NEXT)


@app.command("again")
@in_office()
def again(
    vl: Digivl,
    package: Chosen,
    reason: Reason,
    *,
    until: Until = None,
    by: By = SECRETARIAT,
) -> Answer:
    """Send the last versions of the same documents to the same people once more."""
    entry, moment = package_named(vl, package), until and from_wire(until)
    terms: dict[str, Any] = {"by": preparer(by), "reason": reason, "until": moment}
    return told(vl.packages.ask_again(entry.id, **terms), _NEXT)


@app.command("check")
@in_office()
def check(
    vl: Digivl, package: Chosen, reason: Reason, *, by: By = SECRETARIAT
) -> Answer:
    """Check what came back once more, e.g. with a root that is trusted now."""
    entry = package_named(vl, package)
    looking = vl.packages.check_again(entry.id, by=preparer(by), reason=reason)
    return told(looking, ". Next: digivl platform poll")


@app.command("settle")
@in_office()
def settle(
    vl: Digivl, package: Chosen, reason: Reason, *, by: By = SECRETARIAT
) -> Answer:
    """Let it be: nobody has to do anything with it any more."""
    entry = package_named(vl, package)
    return told(vl.packages.settle(entry.id, by=preparer(by), reason=reason))


@app.command("save")
@in_office()
def save(
    vl: Digivl,
    package: Chosen,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the files.")],
    by: By = SECRETARIAT,
) -> Answer:
    """Write what came back, whatever it is: also what was not in order, as proof."""
    entry, lines = package_named(vl, package), list[dict[str, Any]]()
    for one in entry.record.documents:
        target = out / f"{one.document[:8]}.pdf"
        if is_there(target):
            raise MalformedError(
                f"{target} would be overwritten", hint="Name another folder with --out."
            )
        back = vl.packages.evidence(entry.id, one.document, by=preparer(by))
        with back as source, written(target) as file:
            shutil.copyfileobj(source, file)
        said = {"document": one.document, "file": str(target), "sha256": one.returned}
        lines.append({"package": entry.id} | said)
    return Answer(lines=lines, said=[line["file"] for line in lines])
