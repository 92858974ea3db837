"""What of a signing flow waits for whom, as custody holds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party
from digivl.signing.model import FLOW, SigningFlow
from digivl.signing.participants import ParticipantState, Watcher
from digivl.signing.states import RUNNING, FlowState

#: What who started it has to do while nobody can sign.
_STARTER: Final = {
    FlowState.MARKED: "de ondertekening voorbereiden",
    FlowState.PREPARED: "ter ondertekening zenden",
    FlowState.EXPIRED: "verlengen of annuleren: de termijn om te tekenen is verstreken",
    FlowState.VALIDATION_FAILED: "nakijken wat getekend terugkwam",
}


@attrs.frozen
class Question:
    """Something of a flow that waits for one party.

    Attributes:
        subject: What custody calls it.
        to: For whom it waits.
        step: What has to be done, in Dutch.
        blocks: The flow does not go on without it.
    """

    subject: Ref
    to: Party
    step: str
    blocks: bool = True


def turn_ref(flow: str, place: str) -> Ref:
    """What custody calls the turn of a participant.

    Args:
        flow: Id of the flow.
        place: Key of the participant in `SigningFlow.places`.
    """
    return Ref("signing-turn", f"{flow}.{place}")


def questions(id: str, flow: SigningFlow) -> Iterator[Question]:
    """What waits for somebody now, each for one party; nothing once the flow ended.

    Args:
        id: Of the flow.
        flow: As it is.
    """
    if flow.state in _STARTER:
        yield Question(FLOW.ref(id), flow.started_by, _STARTER[flow.state])
    if flow.state not in RUNNING:
        return
    turns = {one.party.id for one in flow.turns}
    for key, one in flow.places.items():
        if not one.is_live:
            continue
        if one.is_open and one.party.id in turns:
            yield Question(turn_ref(id, key), one.party, one.task)
        elif isinstance(one, Watcher) and one.state is ParticipantState.WAITING:
            yield Question(turn_ref(id, key), one.party, one.task, blocks=False)


def possible(id: str, flow: SigningFlow) -> Iterator[Ref]:
    """Everything of it that can wait for somebody."""
    yield FLOW.ref(id)
    for key in flow.places:
        yield turn_ref(id, key)
