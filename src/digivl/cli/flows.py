"""The commands `digivl flow …` of who prepares: put up, look, change, cancel."""

from __future__ import annotations

from typing import Annotated, Any, Final

import attrs
import typer

from digivl.app import Digivl
from digivl.cli.offices import found
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import local, print_facts, print_json, print_table, reported, say
from digivl.cli.turns import (
    Flow,
    Means,
    Reason,
    Why,
    act_on,
    as_json_of,
    flow_named,
    staff,
    state_of,
    taking_part,
    told,
)
from digivl.documents.model import DOCUMENT
from digivl.kernel.moments import from_wire
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.signing.model import Approver, Signatory, SigningFlow, Watcher
from digivl.signing.participants import Participant

By = Annotated[str, typer.Option(help="Who prepares it, as shown.")]
_SECRETARIAT: Final = "Secretarie"


def start(
    documents: Annotated[
        list[str],
        typer.Argument(help="Ids of documents, or their start; several are a bundle."),
    ],
    *,
    means: Annotated[
        list[str],
        typer.Option(
            help="Signing means, in order; repeat for several. As who it signs can "
            "follow: minister='Vlaams minister van Jeugd'."
        ),
    ],
    approver: Annotated[
        list[str] | None, typer.Option(help="Who approves before, as shown; repeat.")
    ] = None,
    tell: Annotated[
        list[str] | None, typer.Option(help="Who is told, as shown; repeat.")
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="All sign at once, in any order.")
    ] = False,
    by: By = _SECRETARIAT,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Put documents up for signing; each goes its own way."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        from digivl.cli.signing import functions

        signers = functions(means)
        signatories = [
            Signatory(party=Party(name, label, Role.SIGNATORY), means=name)
            for name, label in signers.items()
        ]
        order = [signatories] if together else signatories
        approvers = [Approver(party=staff(label)) for label in approver or ()]
        names = [found(vl, name, DOCUMENT.name).id for name in documents]
        begun = vl.signing.start_bundle(
            dict.fromkeys(names, order),
            approvers=approvers,
            watchers=[Watcher(party=staff(label)) for label in tell or ()],
            by=_preparer(by),
        )
    for entry in begun:
        told(entry, as_json=as_json)


def show(flow: Flow, *, office: Office = HERE, as_json: AsJson = False) -> None:
    """Who has to approve and sign, who did, when and over which bytes."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        entry = vl.signing.read(flow_named(vl, flow))
        waits = [
            f"{held.record.holder}: {held.record.next_step}, "
            f"tegen {local(held.record.due)}"
            for held in vl.signing.questions(entry.id).values()
        ]
    record = entry.record
    if as_json:
        print_json(
            as_json_of(entry)
            | {
                "base": record.base,
                "current": record.current,
                "participants": [_participant(record, p) for p in record.participants],
            }
        )
        return
    facts = {"Stand": state_of(record), "Verzonden": record.base}
    if record.problem:
        facts["Probleem"] = record.problem
    print_facts(record.title, facts | {"Wacht op": "; ".join(waits) or "niemand"})
    columns = ("Beurt", "Wie", "Wat", "Stand", "Wanneer", "Middel")
    print_table("Deelnemers", columns, [_line(p) for p in record.participants])


def replace(
    flow: Flow,
    of: Annotated[str, typer.Argument(help="Who takes part, as shown or by id.")],
    to: Annotated[str, typer.Argument(help="Who comes in its place, as shown.")],
    *,
    means: Means = None,
    why: Why = "",
    by: By = _SECRETARIAT,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Let somebody else approve or sign in the place of one who did not yet."""

    def act(vl: Digivl, entry: Entry[SigningFlow]) -> Entry[SigningFlow]:
        gone = taking_part(entry.record.participants, of).party
        return vl.signing.replace(
            entry.id, gone, staff(to), by=_preparer(by), means=means, reason=why
        )

    act_on(office, flow, act, as_json=as_json)


def recall(
    flow: Flow,
    *,
    why: Why = "",
    by: By = _SECRETARIAT,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Take it back before anybody approved or signed."""

    def act(vl: Digivl, entry: Entry[SigningFlow]) -> Entry[SigningFlow]:
        return vl.signing.recall(entry.id, by=_preparer(by), reason=why)

    act_on(office, flow, act, as_json=as_json)


def send(
    flow: Flow, *, by: By = _SECRETARIAT, office: Office = HERE, as_json: AsJson = False
) -> None:
    """Send a draft, or one that was recalled."""

    def act(vl: Digivl, entry: Entry[SigningFlow]) -> Entry[SigningFlow]:
        return vl.signing.send(entry.id, by=_preparer(by))

    act_on(office, flow, act, as_json=as_json)


def renew(
    flow: Flow,
    *,
    why: Why = "",
    by: By = _SECRETARIAT,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Go on with the new version of the document: all approve and sign again."""

    def act(vl: Digivl, entry: Entry[SigningFlow]) -> Entry[SigningFlow]:
        return vl.signing.renew(entry.id, by=_preparer(by), reason=why)

    act_on(office, flow, act, as_json=as_json)


def extend(
    flow: Flow,
    until: Annotated[str, typer.Argument(help="Until when: 2026-12-01T17:00Z.")],
    *,
    why: Why = "",
    by: By = _SECRETARIAT,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Give everybody until another moment; what expired goes on."""

    def act(vl: Digivl, entry: Entry[SigningFlow]) -> Entry[SigningFlow]:
        deadline = from_wire(until)
        return vl.signing.extend(entry.id, deadline, by=_preparer(by), reason=why)

    act_on(office, flow, act, as_json=as_json)


def cancel(
    flow: Flow,
    reason: Reason,
    *,
    by: By = _SECRETARIAT,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Stop it: nobody signs any more."""

    def act(vl: Digivl, entry: Entry[SigningFlow]) -> Entry[SigningFlow]:
        return vl.signing.cancel(entry.id, by=_preparer(by), reason=reason)

    act_on(office, flow, act, as_json=as_json)


def remind(
    flow: Flow, *, by: By = _SECRETARIAT, office: Office = HERE, as_json: AsJson = False
) -> None:
    """Remind those whose turn it is, once for each due moment."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        name = flow_named(vl, flow)
        told = vl.signing.remind(name, by=_preparer(by))
        parties = [entry.record.holder.label for entry in told]
    if as_json:
        print_json({"flow": name, "reminded": parties})
        return
    say(", ".join(parties) or "Niemand: iedereen werd al herinnerd.")


def _preparer(label: str) -> Party:
    return Party("cli", label, Role.SECRETARIAT)


def _participant(flow: SigningFlow, one: Participant) -> dict[str, Any]:
    fields = attrs.asdict(one, recurse=False)
    kept = ("means", "signed_at", "certificate", "authority", "level", "over")
    told = {name: fields.get(name) for name in (*kept, "version", "remark")}
    return told | {
        "party": one.party.id,
        "function": one.function,
        "task": one.task,
        "state": one.state.value,
        "at": one.done_at or one.refused_at,
        "shown": one.shown.sha256 if one.shown else None,
        "turn": one in flow.turns,
    }


def _line(one: Participant) -> tuple[str, ...]:
    at = one.done_at or one.refused_at
    return (
        str(one.stage or ""),
        one.function,
        one.task,
        one.state.value,
        local(at) if at else "",
        getattr(one, "means", ""),
    )
