"""Commands that reach outside: send, work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from digivl.app import Digivl
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import ERR, NO, OUT, print_json, print_table, reported
from digivl.dispatch.model import Channel, PostalAddress, Recipient
from digivl.errors import DigivlError, MalformedError
from digivl.kernel.identifiers import INSZ, EnterpriseNumber, OVOCode
from digivl.kernel.parties import Party, Role
from digivl.records.tasks import Task

_LARGEST_LIST = 50_000_000


def send(
    document: Annotated[str, typer.Argument(help="Id of a registered document.")],
    *,
    to: Annotated[
        Path,
        typer.Option(
            help="File with recipients, a JSON object on each line: name, and insz, "
            "kbo or address. Numbers of persons never stand on a command line."
        ),
    ],
    sender: Annotated[str, typer.Option(help="OVO code of the sending entity.")],
    subject: Annotated[str | None, typer.Option(help="One line, in Dutch.")] = None,
    channel: Annotated[Channel | None, typer.Option(help="EBOX or PAPER.")] = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Put a registered document on its way; `digivl work` delivers it."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        code = OVOCode(sender)
        sent = vl.dispatches.send(
            document,
            read_recipients(to),
            sender=code,
            by=Party(code.code, code.code, Role.DOSSIER_MANAGER),
            subject=subject,
            channel=channel,
        )
    if as_json:
        for entry in sent:
            told = {"dispatch": entry.id, "channel": entry.record.channel.value}
            print_json(told | {"state": entry.record.state.value})
        return
    OUT.print(f"{len(sent)} dispatches are ready. Next: digivl work")


def work(
    *,
    office: Office = HERE,
    list_tasks: Annotated[
        bool, typer.Option("--list", help="Show the tasks; do nothing.")
    ] = False,
    retry: Annotated[
        str | None, typer.Option(help="Key of a stuck task to try again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Do what is due; status 1 when something failed for now or is stuck."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        if list_tasks:
            _print_tasks(vl.book.tasks(), as_json=as_json)
            return
        if retry is not None:
            vl.book.retry(retry, vl.clock())
        report = vl.work(lambda task, error: _progress(task, error, quiet=as_json))
    if as_json:
        told = {"done": report.done, "postponed": report.postponed}
        print_json(told | {"stuck": report.stuck})
    else:
        OUT.print(
            f"{report.done} done, {report.postponed} to be tried again, "
            f"{report.stuck} stuck"
        )
    if report.postponed or report.stuck:
        raise typer.Exit(NO)


def read_recipients(path: Path) -> list[Recipient]:
    """The recipients in a file of JSON lines.

    Raises:
        MalformedError: A line that is no recipient; it says which, and never what
            stands in it.
    """
    try:
        if path.stat().st_size > _LARGEST_LIST:
            raise MalformedError(f"{path} is larger than {_LARGEST_LIST} bytes")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as cause:
        raise MalformedError(f"{path} cannot be read as text") from cause
    return [
        _recipient(line, f"{path}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def _recipient(line: str, where: str) -> Recipient:
    try:
        told: dict[str, Any] = json.loads(line)
        address = PostalAddress(**told["address"]) if "address" in told else None
        if "insz" in told:
            return Recipient.citizen(
                INSZ(told["insz"]), name=told["name"], address=address
            )
        if "kbo" in told:
            number = EnterpriseNumber(told["kbo"])
            return Recipient.enterprise(number, name=told["name"], address=address)
        return Recipient.by_letter(told["name"], PostalAddress(**told["address"]))
    except DigivlError as cause:
        raise MalformedError(f"{where}: {cause}", hint=cause.hint) from cause
    except (ValueError, KeyError, TypeError, AttributeError) as cause:
        raise MalformedError(
            f"{where} is no recipient",
            hint='Write {"name": …, "insz": …} or kbo or address, as one JSON object.',
        ) from cause


def _progress(task: Task, error: DigivlError | None, *, quiet: bool) -> None:
    if quiet:
        return
    if error is None:
        ERR.print(f"done    {task.kind} {task.subject}", markup=False)
        return
    ERR.print(f"failed  {task.kind} {task.subject}: {error}", style="red", markup=False)
    if error.hint:
        ERR.print(f"        {error.hint}", markup=False)


def _print_tasks(tasks: Any, *, as_json: bool) -> None:
    rows = [
        (t.key, t.kind, str(t.subject), t.state.value, str(t.attempts), t.error or "")
        for t in tasks
    ]
    columns = ("key", "kind", "subject", "state", "attempts", "error")
    if as_json:
        for row in rows:
            print_json(dict(zip(columns, row, strict=True)))
        return
    print_table("Tasks", columns, rows)
