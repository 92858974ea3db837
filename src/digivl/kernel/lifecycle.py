"""Lifecycles as tables: which step leads from which state to which.

A table is data: it gives the allowed steps, the error that names them, the diagram
of the documentation and the property test. No state machine library is needed.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

from digivl.errors import StepNotAllowedError
from digivl.kernel.concepts import concept

if TYPE_CHECKING:
    from collections.abc import Mapping

S = TypeVar("S", bound=Enum)


def told(state: Enum) -> str:
    """A state for people: the official label where its value is an official URI."""
    value = str(state.value)
    return concept(value).label if value.startswith("http") else value


@attrs.frozen
class Step(Generic[S]):
    """One step: its name, the states it leaves from and the state it leads to."""

    name: str
    sources: tuple[S, ...]
    target: S


@attrs.frozen
class Lifecycle(Generic[S]):
    """The steps that one kind of record can take; read-only and shared.

    Raises:
        ValueError: Two steps of one name leave from the same state.
    """

    subject: str
    initial: S
    steps: tuple[Step[S], ...]
    _arrows: Mapping[tuple[S, str], S] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        arrows: dict[tuple[S, str], S] = {}
        for step in self.steps:
            for source in step.sources:
                if (source, step.name) in arrows:
                    raise ValueError(f"two steps {step.name!r} from {source}")
                arrows[source, step.name] = step.target
        object.__setattr__(self, "_arrows", arrows)

    def after(self, state: S, step: str) -> S:
        """The state that `step` leads to.

        Raises:
            StepNotAllowedError: `state` has no such step; it names those it has.
        """
        try:
            return self._arrows[state, step]
        except KeyError:
            raise StepNotAllowedError(
                self.subject, told(state), step, self.open_steps(state)
            ) from None

    def open_steps(self, state: S) -> tuple[str, ...]:
        """The names of the steps that `state` allows; none when it is final."""
        return tuple(name for source, name in self._arrows if source is state)

    def is_final(self, state: S) -> bool:
        """True when no step leaves from `state`."""
        return not self.open_steps(state)

    def as_mermaid(self) -> str:
        """The table as a Mermaid diagram, for the documentation."""
        lines = [f"[*] --> {self.initial.name}"]
        lines += [f"{s.name} --> {t.name}: {n}" for (s, n), t in self._arrows.items()]
        final = {t for t in self._arrows.values() if self.is_final(t)}
        lines += [f"{s.name} --> [*]" for s in type(self.initial) if s in final]
        return "stateDiagram-v2\n" + "\n".join(f"    {line}" for line in lines)
