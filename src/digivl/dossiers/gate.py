"""The gate to the agenda: what must be there before a step may go on it.

The requirements come from a higher room; this one only says in which form.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Protocol

import attrs

from digivl.dossiers.model import ItemKind


class RequirementStatus(Enum):
    """How it stands with something that a step needs (stand van een vereiste)."""

    SATISFIED = "in orde"
    SATISFIED_BY_SILENCE = "in orde door stilzwijgen"
    NOT_REQUIRED = "niet vereist"
    PENDING = "gevraagd"
    MISSING = "ontbreekt"
    REFUSED_ESCALATED = "geweigerd, voor de Vlaamse Regering"
    UNDETERMINED = "onbepaald"
    STALE = "verouderd"

    @property
    def is_met(self) -> bool:
        """True when nothing has to be done about it any more."""
        return self in _MET


_MET = {
    RequirementStatus.SATISFIED,
    RequirementStatus.SATISFIED_BY_SILENCE,
    RequirementStatus.NOT_REQUIRED,
    RequirementStatus.REFUSED_ESCALATED,
}


@attrs.frozen(kw_only=True)
class Requirement:
    """One thing a step needs before it may go on the agenda (vereiste).

    Attributes:
        name: Short, as the secretariat writes it: ``IF``, ``BA``.
        status: How it stands.
        explanation: Why it is met, or what is missing; in Dutch.
        blocking: It keeps the step from the agenda.
        rules: Ids of the rules that say so.
        whom: From whom it has to come, as people know that party; empty when met.
        since: Since when it waits for that party.
        due: Until when that party has, in UTC.
        evidence: Ids of the records and documents that show it.
        loosened: Why it does not block, though it is not met: who loosened it.
    """

    name: str
    status: RequirementStatus
    explanation: str
    blocking: bool = False
    rules: tuple[str, ...] = ()
    whom: str = ""
    since: datetime | None = None
    due: datetime | None = None
    evidence: tuple[str, ...] = ()
    loosened: str = ""


class AgendaGate(Protocol):
    """Says what a step needs before it may go on the agenda."""

    def requirements(
        self,
        dossier: str,
        step: str | None = None,
        *,
        meeting: str | None = None,
        kind: ItemKind = ItemKind.NOTA,
    ) -> tuple[Requirement, ...]:
        """All requirements, met or not.

        Args:
            dossier: Id of the dossier.
            step: Id of the step; the one that comes next if None.
            meeting: Id of the meeting, once one is chosen.
            kind: As what it would stand on the agenda.
        """
        ...
