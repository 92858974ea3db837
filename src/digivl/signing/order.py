"""In which order people approve and sign: stage by stage, each stage all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import attrs

from digivl.errors import MalformedError, SigningError
from digivl.signing.participants import Participant, Signatory, Watcher
from digivl.signing.states import FlowState

P = TypeVar("P", bound=Participant)

#: One after the other; those in a sequence of their own at once.
InOrder = Sequence[P | Sequence[P]]


def staged(given: InOrder[P], after: int = 0) -> tuple[P, ...]:
    """Participants with the number of their stage.

    Args:
        given: In order. One that names its stage keeps it.
        after: How many stages come before.
    """
    placed: list[P] = []
    for one in given:
        together = [one] if isinstance(one, Participant) else one
        number = after + 1
        placed += (attrs.evolve(p, stage=p.stage or number) for p in together)
        after = max([after, *(p.stage or 0 for p in placed)])
    return tuple(placed)


def stages(those: Iterable[Participant]) -> Mapping[str, int]:
    """The stage of each that takes part now, by the id of the party.

    Who names none has one of its own, behind those before it.
    """
    found, last = {}, 0
    for one in _deciding(those):
        stage = one.stage or last + 1
        last = max(last, stage)
        if one.is_live:
            found[one.party.id] = stage
    return found


def first_open(those: Iterable[Participant]) -> Iterator[Participant]:
    """Those of the first stage in which somebody has something to do, who have."""
    those = list(those)
    placed = stages(those)
    waiting = [one for one in _deciding(those) if one.is_live and one.is_open]
    first = min((placed[one.party.id] for one in waiting), default=0)
    return (one for one in waiting if placed[one.party.id] == first)


def progress(those: Iterable[Participant]) -> FlowState:
    """The state that follows from what these did, and have to do."""
    those = list(those)
    waiting = list(first_open(those))
    if not waiting:
        return FlowState.SIGNED
    if any(one.is_live and one.done_at for one in those if isinstance(one, Signatory)):
        return FlowState.PARTLY_SIGNED
    if any(isinstance(one, Signatory) for one in waiting):
        return FlowState.TO_BE_SIGNED
    return FlowState.TO_BE_APPROVED


def check_different(those: Iterable[Participant]) -> None:
    """Whether each party takes part once.

    Raises:
        MalformedError: One takes part twice.
    """
    live = [one.party.id for one in those if one.is_live]
    if len(set(live)) < len(live):
        raise MalformedError(
            "the same signatory stands twice in a signing flow",
            hint="Each party takes part in one way; give each its own id.",
        )


def out_of_turn(mine: Sequence[Participant], first: Participant) -> SigningError:
    """Why none of these can act now: done already, or somebody else is first."""
    waiting = [one for one in mine if one.is_open]
    if waiting:
        verb = "signs" if isinstance(first, Signatory) else "approves"
        return SigningError(f"{first.party} {verb} before {waiting[0].party}")
    verb = "signed" if isinstance(mine[-1], Signatory) else "approved"
    return SigningError(f"{mine[-1].party} has {verb} this document already")


def _deciding(those: Iterable[Participant]) -> Iterator[Participant]:
    """Those for whom a flow waits at some time."""
    return (one for one in those if not isinstance(one, Watcher))
