"""How far a signing flow is, as a table.

Source:
    States of the Themis list ``handtekenstatus``. Kaleidos computes them from what
    happened, and the first of these counts: refused, cancelled, signed, to be signed,
    to be approved, prepared, marked. PARTLY_SIGNED, EXPIRED and VALIDATION_FAILED are
    ours: that list has no state for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final

from digivl.kernel.lifecycle import Lifecycle, Step

_STATUS: Final = (
    "http://themis.vlaanderen.be/id/handtekenstatus/{}-11ee-bb35-ee395168dcf7"
)


class FlowState(Enum):
    """How far a signing flow is (handtekenstatus)."""

    MARKED = _STATUS.format("f6a60072-0537")
    PREPARED = _STATUS.format("1dd296c2-053a")
    TO_BE_APPROVED = _STATUS.format("2fd72150-0538")
    TO_BE_SIGNED = _STATUS.format("47508452-0538")
    PARTLY_SIGNED = "gedeeltelijk getekend"
    SIGNED = _STATUS.format("29d4e7d2-0539")
    REFUSED = _STATUS.format("3128aae6-0539")
    CANCELLED = _STATUS.format("2d043722-053a")
    EXPIRED = "termijn verstreken"
    VALIDATION_FAILED = "validatie mislukt"


_S = FlowState
#: Before it was sent, or after it was recalled.
DRAFTS: Final = (_S.MARKED, _S.PREPARED)
#: Somebody has to approve or sign.
RUNNING: Final = (_S.TO_BE_APPROVED, _S.TO_BE_SIGNED, _S.PARTLY_SIGNED)
#: Nobody can approve or sign until who started it does something.
HALTED: Final = (_S.EXPIRED, _S.VALIDATION_FAILED)


def _staying(*names: str) -> Iterator[Step[FlowState]]:
    """Acts on a flow that runs, and that leave it where it is."""
    for name in names:
        for state in RUNNING:
            yield Step(name, (state,), state)


FLOW_LIFECYCLE: Final = Lifecycle(
    subject="signing flow",
    initial=_S.MARKED,
    # An act that leads further or less far by what is left to do has a step for each.
    steps=(
        Step("prepare", DRAFTS, _S.PREPARED),
        Step("send", (_S.PREPARED,), _S.TO_BE_SIGNED),
        Step("send to approve", (_S.PREPARED,), _S.TO_BE_APPROVED),
        Step("recall", (_S.TO_BE_APPROVED, _S.TO_BE_SIGNED), _S.PREPARED),
        *_staying("approve"),
        Step("approve last", (_S.TO_BE_APPROVED,), _S.TO_BE_SIGNED),
        Step("approve last", (_S.PARTLY_SIGNED,), _S.SIGNED),
        Step("sign", (_S.TO_BE_SIGNED, _S.PARTLY_SIGNED), _S.PARTLY_SIGNED),
        Step("sign last", (_S.TO_BE_SIGNED, _S.PARTLY_SIGNED), _S.SIGNED),
        Step("refuse", RUNNING, _S.REFUSED),
        *_staying("show", "hand on", "extend", "give out", "take back", "ask"),
        Step("renew", (*RUNNING, _S.VALIDATION_FAILED), _S.TO_BE_SIGNED),
        Step("renew to approve", (*RUNNING, _S.VALIDATION_FAILED), _S.TO_BE_APPROVED),
        Step("expire", RUNNING, _S.EXPIRED),
        Step("fail", RUNNING, _S.VALIDATION_FAILED),
        Step("extend", (_S.EXPIRED,), _S.TO_BE_SIGNED),
        Step("extend to approve", (_S.EXPIRED,), _S.TO_BE_APPROVED),
        Step("extend signing", (_S.EXPIRED,), _S.PARTLY_SIGNED),
        Step("go on", (_S.VALIDATION_FAILED,), _S.TO_BE_SIGNED),
        Step("go on to approve", (_S.VALIDATION_FAILED,), _S.TO_BE_APPROVED),
        Step("go on signing", (_S.VALIDATION_FAILED,), _S.PARTLY_SIGNED),
        Step("cancel", (*DRAFTS, *RUNNING, *HALTED), _S.CANCELLED),
    ),
)


def step_to(state: FlowState, act: str, target: FlowState) -> FlowState:
    """The state that an act leads to, where more than one is possible.

    Raises:
        StepNotAllowedError: `state` has no such act.
    """
    for step in FLOW_LIFECYCLE.steps:
        named = step.name == act or step.name.startswith(f"{act} ")
        if named and state in step.sources and step.target is target:
            return step.target
    return FLOW_LIFECYCLE.after(state, act)
