"""The commands `digivl flow …` of who prepares: put up, look, change, cancel."""

from __future__ import annotations

from typing import Annotated, Any

import attrs
import typer

from digivl.app import Digivl
from digivl.cli.accepting import accepted
from digivl.cli.flowtold import (
    Flow,
    as_json,
    flow_named,
    preparer,
    staff,
    state_of,
    taking_part,
    told,
)
from digivl.cli.inoffice import Answer, in_office
from digivl.cli.offices import found
from digivl.cli.options import SECRETARIAT, Accept, By, Means, Reason, Why
from digivl.cli.output import local, print_facts, print_table
from digivl.cli.turns import Means as OtherMeans
from digivl.custody.model import Custody
from digivl.documents.model import DOCUMENT
from digivl.kernel.moments import from_wire
from digivl.records.entries import Entry
from digivl.signing.model import Approver, SigningFlow, Watcher
from digivl.signing.participants import Participant

_MOMENT = "2026-12-01T17:00Z"


@in_office("Looking")
def start(  # noqa: PLR0913 - an option for each who takes part
    vl: Digivl,
    documents: Annotated[
        list[str],
        typer.Argument(help="Ids of documents, or their start; several are a bundle."),
    ],
    *,
    means: Means,
    approver: Annotated[
        list[str] | None, typer.Option(help="Who approves before, as shown; repeat.")
    ] = None,
    tell: Annotated[
        list[str] | None, typer.Option(help="Who is told, as shown; repeat.")
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="All sign at once, in any order.")
    ] = False,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="MOMENT",
            help=f"Until when all have to have signed: {_MOMENT}. Five working days "
            "for each if not named.",
        ),
    ] = None,
    accept: Accept = None,
    by: By = SECRETARIAT,
) -> Answer:
    """Put documents up for signing; each goes its own way."""
    from digivl.cli.signing import signatories

    signers = signatories(means)
    names = [found(vl, name, DOCUMENT.name).id for name in documents]
    reasons = accepted(accept)
    return told(
        *vl.signing.start_bundle(
            dict.fromkeys(names, [signers] if together else signers),
            approvers=[Approver(party=staff(label)) for label in approver or ()],
            watchers=[Watcher(party=staff(label)) for label in tell or ()],
            deadline=None if until is None else from_wire(until),
            accepted=dict.fromkeys(names, reasons),
            by=preparer(by),
        )
    )


@in_office()
def show(vl: Digivl, flow: Flow) -> Answer:
    """Who has to approve and sign, who did, when and over which bytes."""
    entry = vl.signing.read(flow_named(vl, flow))
    waits = list(vl.signing.questions(entry.id).values())
    record = entry.record
    line = {
        "base": record.base,
        "current": record.current,
        "participants": [_participant(record, p) for p in record.participants],
    }
    return Answer(lines=[as_json(entry) | line], show=lambda: _shown(record, waits))


@in_office()
def replace(
    vl: Digivl,
    flow: Flow,
    of: Annotated[str, typer.Argument(help="Who takes part, as shown or by id.")],
    to: Annotated[str, typer.Argument(help="Who comes in its place, as shown.")],
    *,
    means: OtherMeans = None,
    why: Why = "",
    by: By = SECRETARIAT,
) -> Answer:
    """Let somebody else approve or sign in the place of one who did not yet."""
    it = flow_named(vl, flow)
    gone = taking_part(vl.signing.read(it).record.participants, of).party
    terms: dict[str, Any] = {"by": preparer(by), "means": means, "reason": why}
    return told(vl.signing.replace(it, gone, staff(to), **terms))


@in_office()
def recall(vl: Digivl, flow: Flow, *, why: Why = "", by: By = SECRETARIAT) -> Answer:
    """Take it back before anybody approved or signed."""
    it = flow_named(vl, flow)
    return told(vl.signing.recall(it, by=preparer(by), reason=why))


@in_office("Looking")
def send(
    vl: Digivl, flow: Flow, *, accept: Accept = None, by: By = SECRETARIAT
) -> Answer:
    """Send a draft, or one that was recalled."""
    it, reasons = flow_named(vl, flow), accepted(accept)
    return told(vl.signing.send(it, by=preparer(by), accepted=reasons))


@in_office("Looking")
def renew(
    vl: Digivl,
    flow: Flow,
    *,
    accept: Accept = None,
    why: Why = "",
    by: By = SECRETARIAT,
) -> Answer:
    """Go on with the new version of the document: all approve and sign again."""
    it, reasons = flow_named(vl, flow), accepted(accept)
    renewed = vl.signing.renew(it, by=preparer(by), reason=why, accepted=reasons)
    return told(renewed)


@in_office()
def extend(
    vl: Digivl,
    flow: Flow,
    until: Annotated[str, typer.Argument(help=f"Until when: {_MOMENT}.")],
    *,
    why: Why = "",
    by: By = SECRETARIAT,
) -> Answer:
    """Give everybody until another moment; what expired goes on."""
    it, deadline = flow_named(vl, flow), from_wire(until)
    return told(vl.signing.extend(it, deadline, by=preparer(by), reason=why))


@in_office()
def cancel(vl: Digivl, flow: Flow, reason: Reason, *, by: By = SECRETARIAT) -> Answer:
    """Stop it: nobody signs any more."""
    it = flow_named(vl, flow)
    return told(vl.signing.cancel(it, by=preparer(by), reason=reason))


@in_office()
def resume(vl: Digivl, flow: Flow, *, why: Why = "", by: By = SECRETARIAT) -> Answer:
    """Sign on from the last version that was in order, after what came back was not."""
    it = flow_named(vl, flow)
    return told(vl.signing.go_on(it, by=preparer(by), reason=why))


@in_office()
def remind(vl: Digivl, flow: Flow, *, by: By = SECRETARIAT) -> Answer:
    """Remind those whose turn it is, once for each due moment."""
    name = flow_named(vl, flow)
    reminded = vl.signing.remind(name, by=preparer(by))
    parties = [entry.record.holder.label for entry in reminded]
    said = ", ".join(parties) or "Niemand: iedereen werd al herinnerd."
    line = {"flow": name, "reminded": parties}
    return Answer(lines=[line], said=[said])


def _shown(flow: SigningFlow, waits: list[Entry[Custody]]) -> None:
    asked = [
        f"{held.record.holder}: {held.record.next_step}, tegen {local(held.record.due)}"
        for held in waits
    ]
    facts = {"Stand": state_of(flow), "Verzonden": flow.base}
    if flow.problem:
        facts["Probleem"] = flow.problem
    if flow.elsewhere:
        facts["Op platform"] = flow.elsewhere.platform
    print_facts(flow.title, facts | {"Wacht op": "; ".join(asked) or "niemand"})
    columns = ("Beurt", "Wie", "Wat", "Stand", "Wanneer", "Middel")
    print_table("Deelnemers", columns, [_line(one) for one in flow.participants])


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
