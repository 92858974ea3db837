"""Lifecycles as tables; the properties hold for every table of the package."""

from __future__ import annotations

import pkgutil
import re
from enum import Enum
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import digivl
from digivl.errors import StepNotAllowedError
from digivl.kernel.lifecycle import Lifecycle, Step


def lifecycles() -> dict[str, Lifecycle[Any]]:
    """Every lifecycle of the rooms below the faces, by its subject."""
    rooms = pkgutil.walk_packages(digivl.__path__, "digivl.")
    apart = {"cli", "testing", "web"}
    names = [one.name for one in rooms if one.name.split(".")[1] not in apart]
    found = (one for name in names for one in vars(import_module(name)).values())
    return {one.subject: one for one in found if isinstance(one, Lifecycle)}


def states_of(lifecycle: Lifecycle[Any]) -> list[Any]:
    """All states that are declared, whether a step leads there or not."""
    kind: type[Enum] = type(lifecycle.initial)
    return list(kind)


ALL = lifecycles()
every = pytest.mark.parametrize("lifecycle", ALL.values(), ids=ALL)


def test_all_are_found() -> None:
    """The rooms that move things on each declare how."""
    assert 20 <= len(ALL)


@every
@given(data=st.data())
def test_no_walk_leaves_the_table(
    lifecycle: Lifecycle[Any], data: st.DataObject
) -> None:
    """Whatever is tried in whatever order, only declared steps are taken."""
    names = sorted({step.name for step in lifecycle.steps})
    tried = st.lists(st.sampled_from(names) | st.text(max_size=5), max_size=20)
    declared = {
        (s, step.name): step.target for step in lifecycle.steps for s in step.sources
    }
    state = lifecycle.initial

    for name in data.draw(tried):
        if (state, name) in declared:
            assert name in lifecycle.open_steps(state)
            assert not lifecycle.is_final(state)
            state = lifecycle.after(state, name)
            assert state in declared.values()
        else:
            with pytest.raises(StepNotAllowedError) as refused:
                lifecycle.after(state, name)
            assert name not in lifecycle.open_steps(state)
            assert lifecycle.open_steps(state) == refused.value.open_steps


@every
def test_every_state_can_be_reached(lifecycle: Lifecycle[Any]) -> None:
    """No state is declared that nothing leads to."""
    reached, border = {lifecycle.initial}, [lifecycle.initial]
    while border:
        state = border.pop()
        after = {lifecycle.after(state, name) for name in lifecycle.open_steps(state)}
        border += after - reached
        reached |= after

    assert set(states_of(lifecycle)) == reached


@every
def test_every_state_leads_to_an_end(lifecycle: Lifecycle[Any]) -> None:
    """From every state there is a way out, or the table has no end at all."""
    states = states_of(lifecycle)
    ends = {state for state in states if lifecycle.is_final(state)}
    for _ in states:
        ends |= {
            state
            for state in states
            if any(
                lifecycle.after(state, n) in ends for n in lifecycle.open_steps(state)
            )
        }

    assert ends in (set(states), set())


@every
def test_diagram_shows_every_step(lifecycle: Lifecycle[Any]) -> None:
    """The diagram has one arrow for each step, the start and the ends."""
    lines = lifecycle.as_mermaid().splitlines()

    arrows = sum(len(step.sources) for step in lifecycle.steps)
    finals = sum(map(lifecycle.is_final, states_of(lifecycle)))
    assert "stateDiagram-v2" == lines[0]
    assert f"    [*] --> {lifecycle.initial.name}" == lines[1]
    assert 2 + arrows + finals == len(lines)
    assert all(re.fullmatch(r"    (\S+) --> (\S+)(: .+)?", line) for line in lines[1:])


class Light(Enum):
    """A light at a crossing."""

    RED = "rood"
    GREEN = "groen"
    BROKEN = "stuk"


STEPS = (
    Step("go", (Light.RED,), Light.GREEN),
    Step("stop", (Light.GREEN,), Light.RED),
    Step("break", (Light.RED, Light.GREEN), Light.BROKEN),
)
LIGHT = Lifecycle("light", Light.RED, STEPS)


def test_steps() -> None:
    """A step leads to its target, and only from its sources."""
    assert Light.GREEN is LIGHT.after(Light.RED, "go")
    assert ("go", "break") == LIGHT.open_steps(Light.RED)
    assert not LIGHT.is_final(Light.RED)


def test_refused_step_names_the_open_ones() -> None:
    """The error says what could have been done instead."""
    with pytest.raises(StepNotAllowedError) as refused:
        LIGHT.after(Light.RED, "stop")

    assert "light is 'rood': cannot 'stop' (open steps: go, break)" == str(
        refused.value
    )


def test_final_state() -> None:
    """Where no step is left, the error says that, too."""
    with pytest.raises(StepNotAllowedError, match="none: this state is final"):
        LIGHT.after(Light.BROKEN, "go")

    assert LIGHT.is_final(Light.BROKEN)


def test_one_step_has_one_target() -> None:
    """A table in which a step leads two ways cannot be made."""
    with pytest.raises(ValueError, match="two steps 'go' from"):
        Lifecycle("light", Light.RED, (*STEPS, Step("go", (Light.RED,), Light.BROKEN)))


def test_diagram() -> None:
    """The table as a diagram."""
    assert LIGHT.as_mermaid() == (
        "stateDiagram-v2\n"
        "    [*] --> RED\n"
        "    RED --> GREEN: go\n"
        "    GREEN --> RED: stop\n"
        "    RED --> BROKEN: break\n"
        "    GREEN --> BROKEN: break\n"
        "    BROKEN --> [*]"
    )


def test_tables_can_be_compared() -> None:
    """Two tables that say the same are equal, and fit for a set."""
    assert LIGHT == Lifecycle("light", Light.RED, STEPS)
    assert 1 == len({LIGHT, Lifecycle("light", Light.RED, STEPS)})


def test_an_official_state_is_told_by_its_label() -> None:
    """People read the Dutch label of a code list, never its URI."""
    from digivl.signing.states import FLOW_LIFECYCLE, FlowState

    for state in FlowState:
        with pytest.raises(StepNotAllowedError) as refused:
            FLOW_LIFECYCLE.after(state, "stamp")
        assert "http" not in str(refused.value)
        assert refused.value.state in str(refused.value)
    with pytest.raises(StepNotAllowedError, match="signing flow is 'Getekend'"):
        FLOW_LIFECYCLE.after(FlowState.SIGNED, "sign")
