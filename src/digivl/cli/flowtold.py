"""How the command line names a signing flow and who takes part, and tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from digivl.app import Digivl
from digivl.cli.inoffice import Answer
from digivl.cli.offices import found
from digivl.errors import MalformedError, NotFoundError
from digivl.kernel.concepts import concept
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.signing.model import FLOW, SigningFlow
from digivl.signing.participants import Participant

ID: Final = "Id of a flow, or its start."
Flow = Annotated[str, typer.Argument(help=ID)]
Flows = Annotated[list[str], typer.Argument(help=ID + " Repeat for several.")]


def flow_named(vl: Digivl, name: str) -> str:
    """The id of a flow that is named by it, or its start."""
    return found(vl, name, FLOW.name).id


def staff(label: str) -> Party:
    """Somebody who is named on the command line; its id follows from the label."""
    words = "-".join(label.lower().split())
    return Party(words, label, Role.SIGNATORY)


def preparer(label: str) -> Party:
    """Who puts up for signing, and looks after it."""
    return Party("cli", label, Role.SECRETARIAT)


def taking_part(those: Sequence[Participant], name: str) -> Participant:
    """Who takes part under that name or id."""
    for one in those:
        if one.is_live and name in {one.party.id, one.party.label}:
            return one
    known = ", ".join(one.party.label for one in those if one.is_live)
    raise NotFoundError(f"{name!r} takes no part in it", hint=f"Who does: {known}.")


def acting(flow: SigningFlow, kind: type[Participant], who: str | None) -> Party:
    """Who acts: the one that was named, or the one whose turn it is."""
    if who is not None:
        return taking_part(flow.participants, who).party
    turns = [one.party for one in flow.turns if isinstance(one, kind)]
    if len(turns) == 1:
        return turns[0]
    names = ", ".join(one.label for one in turns) or "nobody"
    raise MalformedError(f"it is the turn of {names}", hint="Say who acts with --as.")


def state_of(flow: SigningFlow) -> str:
    """The state of a flow, for people."""
    value = flow.state.value
    return concept(value).label if "/" in value else value.capitalize()


def as_json(entry: Entry[SigningFlow]) -> dict[str, Any]:
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


def in_words(entry: Entry[SigningFlow]) -> str:
    """A flow as it is now, on one line."""
    turns = ", ".join(one.party.label for one in entry.record.turns)
    waits = f", wacht op {turns}" if turns else ""
    return f"{entry.record.title}: {state_of(entry.record)}{waits} ({entry.id[:8]})"


def told(*entries: Entry[SigningFlow]) -> Answer:
    """Flows as they are now."""
    lines = [as_json(one) for one in entries]
    return Answer(lines=lines, said=[in_words(one) for one in entries])
