"""The commands `digivl advice …` for messages over a channel that need a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from digivl.advice.messages.correspondence import HEARD, SENT
from digivl.app import Digivl
from digivl.cli.offices import found
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import print_json, print_table, reported, say
from digivl.errors import MalformedError
from digivl.kernel.parties import Party
from digivl.records.entries import AnyEntry
from digivl.records.port import Query

Message = Annotated[str, typer.Argument(help="Id of a message, or its start.")]
Reason = Annotated[str, typer.Argument(help="How it is known, or what was done.")]

Act = Callable[[Digivl, str, Party], AnyEntry]


def messages(*, office: Office = HERE, as_json: AsJson = False) -> None:
    """What went out or came in over a channel and waits for a person."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        waiting: list[AnyEntry] = [*vl.hearing.waiting(), *_troubled(vl)]
    if as_json:
        for entry in waiting:
            print_json(_json(entry))
        return
    columns = ("Bericht", "Kanaal", "Stand", "Wat is er", "Id")
    print_table("Berichten die op iemand wachten", columns, map(_line, waiting))


def again(message: Message, *, office: Office = HERE, as_json: AsJson = False) -> None:
    """Send again what was refused, or of which nobody knows; it keeps its key."""
    _act(office, message, SENT.name, _again, as_json)


def arrived(
    message: Message, reason: Reason, *, office: Office = HERE, as_json: AsJson = False
) -> None:
    """Establish that a message arrived, of which that was not known."""
    _act(
        office,
        message,
        SENT.name,
        lambda vl, it, by: vl.exchange.arrived(it, by=by, reason=reason),
        as_json,
    )


def drop(
    message: Message, reason: Reason, *, office: Office = HERE, as_json: AsJson = False
) -> None:
    """Give up a message that was refused, or of which nobody knows."""
    _act(
        office,
        message,
        SENT.name,
        lambda vl, it, by: vl.exchange.drop(it, by=by, reason=reason),
        as_json,
    )


def settle(
    message: Message, reason: Reason, *, office: Office = HERE, as_json: AsJson = False
) -> None:
    """Say what was done with a message that was set apart."""
    _act(
        office,
        message,
        HEARD.name,
        lambda vl, it, by: vl.hearing.settle(it, by=by, reason=reason),
        as_json,
    )


def _again(vl: Digivl, it: str, by: Party) -> AnyEntry:
    return vl.exchange.send_again(it, by=by)


def _act(
    office: Path,
    message: str,
    kind: str,
    act: Act,
    as_json: bool,  # noqa: FBT001 - each command hands its own on
) -> None:
    with reported(as_json=as_json), Digivl.open(office) as vl:
        ref = found(vl, message)
        if ref.kind != kind:
            raise MalformedError(
                f"{message} is no {kind} message but a {ref.kind}",
                hint="digivl advice messages shows the ids.",
            )
        done = act(vl, ref.id, vl.custody.of(ref).record.holder)
    if as_json:
        print_json(_json(done))
    else:
        say(f"{done.record.title}: {done.record.state.value}")


def _troubled(vl: Digivl) -> list[AnyEntry]:
    rows = vl.book.rows(Query(kind=SENT.name, open=True))
    sent = vl.book.read_all(SENT, [row.ref.id for row in rows]).values()
    return [entry for entry in sent if entry.record.needs_a_person]


def _line(entry: AnyEntry) -> tuple[str, ...]:
    record = entry.record
    state = record.state.value
    return (record.title, record.channel, state, record.problem, entry.id[:8])


def _json(entry: AnyEntry) -> dict[str, Any]:
    record = entry.record
    return {
        "kind": entry.kind.name,
        "id": entry.id,
        "title": record.title,
        "channel": record.channel,
        "state": record.state.value,
        "problem": record.problem,
    }
