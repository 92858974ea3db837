"""The commands `digivl flow …` of who takes part: approve, sign, refuse, delegate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from digivl.app import Digivl
from digivl.cli.offices import found
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import NO, busy, print_json, reported, say
from digivl.errors import MalformedError, NotFoundError
from digivl.kernel.concepts import concept
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.signing.batches import Outcome
from digivl.signing.model import FLOW, Approver, Signatory, SigningFlow
from digivl.signing.participants import Participant

_ID: Final = "Id of a flow, or its start."
Flow = Annotated[str, typer.Argument(help=_ID)]
Reason = Annotated[str, typer.Argument(help="In Dutch, without personal values.")]
Why = Annotated[str, typer.Option(help="Why, in Dutch, without personal values.")]
AsWho = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="Who acts, as shown or by id; if not named, the one whose turn it is.",
    ),
]
Means = Annotated[
    str | None, typer.Option(help="Signing means; that of who had it if not named.")
]


def approve(
    flow: Flow,
    *,
    remark: Annotated[str, typer.Option(help="In Dutch, in your own words.")] = "",
    who: AsWho = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Approve (paraferen) as the one whose turn it is."""

    def act(vl: Digivl, entry: Entry[SigningFlow]) -> Entry[SigningFlow]:
        by = _acting(entry.record, Approver, who)
        return vl.signing.approve(entry.id, by=by, remark=remark)

    act_on(office, flow, act, as_json=as_json)


def sign(
    flows: Annotated[list[str], typer.Argument(help=_ID + " Repeat for several.")],
    *,
    who: AsWho = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Sign as the one whose turn it is; status 1 when one of several was not."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        names = [flow_named(vl, name) for name in flows]
        by = _acting(vl.signing.read(names[0]).record, Signatory, who)
        with busy(f"Signing {len(names)}", quiet=as_json):
            if len(names) == 1:
                outcomes = [_done(vl.signing.sign(names[0], by=by))]
            else:
                outcomes = list(vl.signing.sign_all(names, by=by))
    for outcome in outcomes:
        _reported(outcome, as_json=as_json)
    if not all(outcome.done for outcome in outcomes):
        raise typer.Exit(NO)


def refuse(
    flow: Flow,
    reason: Reason,
    *,
    who: AsWho = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Refuse to approve or sign; who put it up goes on."""

    def act(vl: Digivl, entry: Entry[SigningFlow]) -> Entry[SigningFlow]:
        by = _acting(entry.record, Participant, who)
        return vl.signing.refuse(entry.id, by=by, reason=reason)

    act_on(office, flow, act, as_json=as_json)


def delegate(
    flow: Flow,
    to: Annotated[str, typer.Argument(help="Who acts in its name, as shown.")],
    *,
    means: Means = None,
    who: AsWho = None,
    why: Why = "",
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Hand an approval or signature to somebody who acts in that name (namens)."""

    def act(vl: Digivl, entry: Entry[SigningFlow]) -> Entry[SigningFlow]:
        by = _acting(entry.record, Participant, who)
        return vl.signing.delegate(entry.id, staff(to), by=by, means=means, reason=why)

    act_on(office, flow, act, as_json=as_json)


def act_on(
    office: Path,
    flow: str,
    act: Callable[[Digivl, Entry[SigningFlow]], Entry[SigningFlow]],
    *,
    as_json: bool,
) -> None:
    """Do an act on a flow, and print how it stands."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        done = act(vl, vl.signing.read(flow_named(vl, flow)))
    told(done, as_json=as_json)


def flow_named(vl: Digivl, name: str) -> str:
    """The id of a flow that is named by it, or its start."""
    return found(vl, name, FLOW.name).id


def staff(label: str) -> Party:
    """Somebody who is named on the command line; its id follows from the label."""
    words = "-".join(label.lower().split())
    return Party(words, label, Role.SIGNATORY)


def _acting(flow: SigningFlow, kind: type[Participant], who: str | None) -> Party:
    """Who acts: the one that was named, or the one whose turn it is."""
    if who is not None:
        return taking_part(flow.participants, who).party
    turns = [one.party for one in flow.turns if isinstance(one, kind)]
    if len(turns) == 1:
        return turns[0]
    names = ", ".join(one.label for one in turns) or "nobody"
    raise MalformedError(f"it is the turn of {names}", hint="Say who acts with --as.")


def taking_part(those: Sequence[Participant], name: str) -> Participant:
    """Who takes part under that name or id."""
    for one in those:
        if one.is_live and name in {one.party.id, one.party.label}:
            return one
    known = ", ".join(one.party.label for one in those if one.is_live)
    raise NotFoundError(f"{name!r} takes no part in it", hint=f"Who does: {known}.")


def _done(entry: Entry[SigningFlow]) -> Outcome:
    return Outcome(flow=entry.id, title=entry.record.title, entry=entry)


def state_of(flow: SigningFlow) -> str:
    """The state of a flow, for people."""
    value = flow.state.value
    return concept(value).label if "/" in value else value.capitalize()


def as_json_of(entry: Entry[SigningFlow]) -> dict[str, Any]:
    """A flow, for programs."""
    flow = entry.record
    return {
        "flow": entry.id,
        "document": flow.document,
        "bundle": flow.bundle,
        "state": flow.state.name,
        "turns": [one.party.label for one in flow.turns],
        "deadline": flow.deadline,
    }


def told(entry: Entry[SigningFlow], *, as_json: bool) -> None:
    """Print a flow as it is now."""
    if as_json:
        print_json(as_json_of(entry))
        return
    turns = ", ".join(one.party.label for one in entry.record.turns)
    waits = f", wacht op {turns}" if turns else ""
    say(f"{entry.record.title}: {state_of(entry.record)}{waits} ({entry.id[:8]})")


def _reported(outcome: Outcome, *, as_json: bool) -> None:
    if outcome.entry is not None:
        told(outcome.entry, as_json=as_json)
        return
    error = outcome.error
    if as_json:
        code = error.code if error else ""
        print_json(
            {"flow": outcome.flow, "error": code, "text": str(error)}
            | {"tried": outcome.tried}
        )
        return
    tried = "" if outcome.tried else " (niet geprobeerd)"
    say(f"{outcome.title or outcome.flow}: niet getekend{tried}: {error}")
