"""The gate to the agenda: what must be there before a step may go on it.

The requirements come from a higher room; this one only says in which form.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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


@attrs.frozen(kw_only=True)
class Asked:
    """What the gate is asked about: a step that is to be, or is, on an agenda.

    Attributes:
        dossier: Id of the dossier.
        step: Id of the step; None for the one that comes next.
        meeting: Id of the meeting; None while none is chosen.
        kind: As what it stands there. An announcement asks no decision.
        pieces: The version of each document that stands there, by the document's id.
    """

    dossier: str
    step: str | None = None
    meeting: str | None = None
    kind: ItemKind = ItemKind.NOTA
    pieces: Mapping[str, str] = attrs.field(factory=dict[str, str])


class AgendaGate(Protocol):
    """Says what a step needs before it may go on the agenda."""

    def requirements_of(
        self, asked: Sequence[Asked]
    ) -> Sequence[tuple[Requirement, ...]]:
        """All requirements of each, met or not, in the order of the question.

        Raises:
            NotFoundError: A step is not of the dossier, or there is no such meeting.
        """
        ...

    def acts(self, dossiers: Collection[str]) -> Mapping[str, int]:
        """How many acts there were on what the requirements rest on, by dossier.

        As long as it is the same number, so is the answer of `requirements_of`, apart
        from a term that passes and from what a meeting changes.
        """
        ...
