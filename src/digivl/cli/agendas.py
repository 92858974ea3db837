"""Commands of the secretariat: meetings, agenda, decisions, releases."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from digivl.app import Digivl
from digivl.cli.offices import found
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import NO, local, print_json, print_table, reported, say
from digivl.dossiers.agenda import ITEM, AgendaItem, FormalCheck
from digivl.dossiers.meeting import MEETING
from digivl.dossiers.meeting import Meeting as Planned
from digivl.dossiers.model import STEP, DecisionResult, ItemKind
from digivl.dossiers.release import Released, Scope
from digivl.errors import NotFoundError
from digivl.kernel.concepts import concept
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.records.port import Query

By = Annotated[str, typer.Option(help="Who acts, as shown.")]
AsAdmin = Annotated[
    bool, typer.Option("--admin", help="Act as administrator, who may override rules.")
]
Meeting = Annotated[str, typer.Argument(help="Id of a meeting, or its number.")]
_SECRETARIAT: Final = "Secretarie"


class Formal(StrEnum):
    """How the outcome of the formal check is written on a command line."""

    OK = "ok"
    NOT_OK = "niet-ok"
    NOT_YET = "nog-niet"


class Result(StrEnum):
    """How a decision is written on a command line."""

    APPROVED = "goedgekeurd"
    POSTPONED = "uitgesteld"
    NOTED = "akte-genomen"
    WITHDRAWN = "ingetrokken"


def meetings(*, office: Office = HERE, as_json: AsJson = False) -> None:
    """The meetings that are planned or held, the earliest first."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        rows = vl.book.rows(Query(kind=MEETING.name))
        entries = vl.book.read_all(MEETING, [row.ref.id for row in rows])
    planned = [entries[row.ref.id] for row in rows]
    if as_json:
        for entry in planned:
            print_json(_meeting_json(entry))
        return
    columns = ("Nummer", "Soort", "Begin", "Staat", "Id")
    lines = [
        (
            entry.record.number,
            concept(entry.record.kind.value).label,
            local(entry.record.planned_start),
            entry.record.state.value,
            entry.id,
        )
        for entry in planned
    ]
    print_table("Vergaderingen", columns, lines)


def agenda(
    meeting: Meeting,
    *,
    version: Annotated[
        int | None,
        typer.Option(help="1 for A; the design if none, or the final agenda."),
    ] = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """What stands on the agenda: on the design, or on an approved version."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        name = meeting_named(vl, meeting)
        held = vl.meetings.read(name).record
        wanted = held.approved if version is None and held.is_final else version
        if wanted is None:
            told = [_item(vl, entry, None) for entry in vl.agendas.items(name)]
        else:
            told = _version(vl, name, wanted)
    if as_json:
        for one in told:
            print_json(one)
        return
    columns = ("Nr", "Soort", "Titel", "Formeel", "VR-nummer", "Documenten", "Punt")
    print_table("Agenda", columns, [_line(one) for one in told])


def check(
    items: Annotated[
        list[str],
        typer.Argument(help="Ids of agenda items, or their start."),
    ],
    *,
    formal: Annotated[Formal, typer.Option(help="The outcome.")] = Formal.OK,
    by: By = _SECRETARIAT,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Record the formal check of items, all or none."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        names = [found(vl, item).id for item in items]
        done = vl.agendas.check(names, FormalCheck[formal.name], by=_party(by))
    for entry in done:
        if as_json:
            print_json({"item": entry.id, "formal": _formal(entry.record)})
        else:
            say(f"{entry.record.title}: {_formal(entry.record)}")


def approve(
    meeting: Meeting,
    *,
    close: Annotated[
        bool, typer.Option("--close", help="As the final agenda of the meeting.")
    ] = False,
    by: By = _SECRETARIAT,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Approve the design agenda; status 1 when items did not get on it."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        act = vl.approving.close if close else vl.approving.approve
        done = act(meeting_named(vl, meeting), by=_party(by))
        left = [vl.agendas.item(i) for i in (*done.held_back, *done.rolled_back)]
    agenda = done.agenda.record
    if as_json:
        print_json(
            {
                "meeting": agenda.meeting,
                "agenda": agenda.serial,
                "items": len(agenda.lines),
                "held_back": list(done.held_back),
                "rolled_back": list(done.rolled_back),
                "numbered": {step: str(n) for step, n in done.numbered.items()},
            }
        )
    else:
        say(f"{agenda.title}: {len(agenda.lines)} punten")
        for number in done.numbered.values():
            say(f"  {number}")
        for item in left:
            say(f"  niet formeel in orde: {item.id[:8]} {item.record.title}")
    if left:
        raise typer.Exit(NO)


def decide(
    what: Annotated[
        str, typer.Argument(help="Id of an agenda item or a step, or its start.")
    ],
    result: Annotated[Result, typer.Argument(help="What was decided.")],
    *,
    reason: Annotated[
        str, typer.Option(help="Why the last decision is corrected.")
    ] = "",
    admin: AsAdmin = False,
    by: By = _SECRETARIAT,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Record what the government decided; with --reason correct the last decision."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        wanted, who = DecisionResult[result.name], _party(by, admin=admin)
        step = step_named(vl, what)
        if reason:
            done = vl.deciding.correct(step, wanted, by=who, reason=reason)
        else:
            done = vl.deciding.decide(step, wanted, by=who)
    record = done.record
    number = str(record.number) if record.number else None
    if as_json:
        told = {"step": done.id, "state": record.state.value, "result": wanted.value}
        print_json(told | {"vr": number})
        return
    say(f"{number or record.title}: {record.state.value}")


def release(
    meeting: Meeting,
    what: Annotated[Released, typer.Argument(help="What becomes readable.")],
    *,
    by: By = _SECRETARIAT,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Release decisions now; plan documents or public data for the next working day."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        name, who = meeting_named(vl, meeting), _party(by)
        if what is Released.DECISIONS:
            done = vl.releases.decisions(name, by=who)
        else:
            scope = tuple(Scope) if what is Released.PUBLIC else ()
            done = vl.releases.plan(name, what, by=who, scope=scope)
    record = done.record
    label = concept(record.state.value).label
    if as_json:
        told = {"meeting": name, "what": what.value, "state": record.state.value}
        print_json(told | {"planned": record.planned})
        return
    say(f"{what.value}: {label}, {local(record.planned)}")


def step_named(vl: Digivl, name: str) -> str:
    """The id of a step that is named by its own id, or by that of its item."""
    ref = found(vl, name)
    return vl.agendas.item(ref.id).record.step if ref.kind == ITEM.name else ref.id


def _meeting_json(entry: Entry[Planned]) -> dict[str, Any]:
    meeting = entry.record
    return {
        "meeting": entry.id,
        "number": meeting.number,
        "kind": concept(meeting.kind.value).label,
        "start": meeting.planned_start,
        "state": meeting.state.value,
        "agenda": meeting.approved,
    }


def _party(label: str, *, admin: bool = False) -> Party:
    role = Role.ADMIN if admin else Role.SECRETARIAT
    return Party("cli", label, role)


def meeting_named(vl: Digivl, name: str) -> str:
    """The id of a meeting that is named by id or number."""
    rows = vl.book.rows(Query(kind=MEETING.name))
    for row in rows:
        if name in {row.ref.id, row.standing.title}:
            return row.ref.id
    known = ", ".join(row.standing.title for row in rows) or "none"
    raise NotFoundError(f"there is no meeting {name!r}", hint=f"Meetings: {known}.")


def _version(vl: Digivl, meeting: str, number: int) -> list[dict[str, Any]]:
    told = []
    for line in vl.agendas.agenda(meeting, number).record.lines:
        history = {entry.version: entry for entry in vl.agendas.history(line.item)}
        told.append(_item(vl, history[line.version], line.number))
    return told


def _item(vl: Digivl, entry: Entry[AgendaItem], number: int | None) -> dict[str, Any]:
    item = entry.record
    step = vl.book.read(STEP, item.step).record
    return {
        "item": entry.id,
        "step": item.step,
        "kind": "nota" if item.kind is ItemKind.NOTA else "mededeling",
        "number": number,
        "title": item.title,
        "formal": _formal(item),
        "state": item.state.value,
        "documents": len(item.pieces),
        "vr": str(step.number) if step.number else None,
    }


def _formal(item: AgendaItem) -> str:
    return concept(item.formal.value).label


def _line(one: dict[str, Any]) -> tuple[str, ...]:
    shown = ("number", "kind", "title", "formal", "vr", "documents", "item")
    line = one | {"item": one["item"][:8]}
    return tuple("" if line[key] is None else str(line[key]) for key in shown)
