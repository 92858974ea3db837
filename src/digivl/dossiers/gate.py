"""The gate to the agenda: what must be there before a step may go on it.

The requirements come from a higher room; this one only says in which form.
"""

from __future__ import annotations

from typing import Protocol

import attrs


@attrs.frozen(kw_only=True)
class Requirement:
    """One thing a step needs before it may go on the agenda (vereiste).

    Attributes:
        name: Short, as the secretariat writes it: ``IF``, ``BA``.
        met: True when nothing is missing.
        explanation: Why it is met, or what is missing and from whom; in Dutch.
    """

    name: str
    met: bool
    explanation: str


class AgendaGate(Protocol):
    """Says what a dossier needs before its step may go on the agenda."""

    def requirements(self, dossier: str) -> tuple[Requirement, ...]:
        """All requirements, met or not."""
        ...
