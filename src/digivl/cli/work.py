"""Commands that reach outside: send, work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import attrs
import typer

from digivl.app import Digivl
from digivl.cli.offices import found
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import NO, busy, print_json, print_table, reported, say, tell
from digivl.dispatch.model import Channel
from digivl.errors import DigivlError
from digivl.kernel.identifiers import OVOCode
from digivl.kernel.parties import Party, Role
from digivl.records.tasks import Task


def send(
    document: Annotated[
        str, typer.Argument(help="Id of a registered document, or its start.")
    ],
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
    from digivl.cli.recipients import read_recipients

    with reported(as_json=as_json), Digivl.open(office) as vl:
        entity = OVOCode(sender)
        sent = vl.dispatches.send(
            found(vl, document).id,
            read_recipients(to),
            sender=entity,
            by=Party(entity.code, entity.code, Role.ADMIN),
            subject=subject,
            channel=channel,
        )
    if as_json:
        for entry in sent:
            told = {"dispatch": entry.id, "channel": entry.record.channel.value}
            print_json(told | {"state": entry.record.state.value})
        return
    say(f"{len(sent)} dispatches are ready. Next: digivl work")


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
    """Do what is due, and read documents for search; status 1 when a task failed."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        if list_tasks:
            _print_tasks(vl.book.tasks(), as_json=as_json)
            return
        if retry is not None:
            vl.book.retry(retry, vl.clock())
        report = vl.work(lambda task, error: _progress(task, error, quiet=as_json))
        with busy("Reading documents for search", quiet=as_json):
            texts = vl.search.catch_up()
    if as_json:
        print_json(attrs.asdict(report) | {"texts": texts})
    else:
        if texts:
            tell(f"read    texts for search: {texts}")
        say(
            f"{report.done} done, {report.postponed} to be tried again, "
            f"{report.stuck} stuck"
        )
    if report.postponed or report.stuck:
        raise typer.Exit(NO)


def _progress(task: Task, error: DigivlError | None, *, quiet: bool) -> None:
    if quiet:
        return
    if error is None:
        tell(f"done    {task.kind} {task.subject}")
        return
    tell(f"failed  {task.kind} {task.subject}: {error}", "red")
    if error.hint:
        tell(f"        {error.hint}")


def _print_tasks(tasks: Sequence[Task], *, as_json: bool) -> None:
    rows = [
        {
            "key": task.key,
            "kind": task.kind,
            "subject": str(task.subject),
            "state": task.state.value,
            "due": task.due,
            "attempts": task.attempts,
            "error": task.error or "",
        }
        for task in tasks
    ]
    if as_json:
        for row in rows:
            print_json(row)
        return
    columns = ("key", "kind", "subject", "state", "attempts", "error")
    print_table("Tasks", columns, [[str(row[c]) for c in columns] for row in rows])
