"""Dossier, procedure step, meeting, agenda item and decision (Kaleidos).

Values of the enumerations are the official URIs.

Source:
    OSLO Besluitvorming (recognised 2021-02-04); code lists of Kaleidos.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

import attrs

from digivl.kernel.checks import counted_from_one, public_line
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party

_THEMIS: Final = "http://themis.vlaanderen.be/id/concept/"
_STEP: Final = _THEMIS + "procedurestap-type/"
_RESULT: Final = _THEMIS + "beslissing-resultaatcodes/"
_MEETING: Final = _THEMIS + "vergaderactiviteit-type/"
_ITEM: Final = _THEMIS + "agendapunt-type/"


class DossierState(Enum):
    """Whether a dossier (dossier) still runs."""

    OPEN = "open"
    CLOSED = "afgesloten"


class StepKind(Enum):
    """Type of a procedure step (type procedurestap)."""

    PRINCIPLE_APPROVAL = _STEP + "7b90b3a6-2787-4b41-8a1d-886fc5abbb33"
    FINAL_APPROVAL = _STEP + "6f7d1086-7c02-4a80-8c60-5690894f70fc"
    RATIFICATION = _STEP + "bdba2bbc-7af6-490b-98a8-433955cfe869"


class StepState(Enum):
    """How far a procedure step is; Kaleidos stores none, it follows from the acts."""

    PREPARED = "in voorbereiding"
    ON_AGENDA = "geagendeerd"
    APPROVED = "goedgekeurd"
    NOTED = "akte genomen"
    POSTPONED = "uitgesteld"
    WITHDRAWN = "ingetrokken"


class DecisionResult(Enum):
    """Result code of a decision (resultaat van een beslissing)."""

    APPROVED = _RESULT + "56312c4b-9d2a-4735-b0b1-2ff14bb524fd"
    POSTPONED = _RESULT + "a29b3ffd-0839-45cb-b8f4-e1760f7aacaa"
    NOTED = _RESULT + "9f342a88-9485-4a83-87d9-245ed4b504bf"
    WITHDRAWN = _RESULT + "453a36e8-6fbd-45d3-b800-ec96e59f273b"


class MeetingKind(Enum):
    """Kind of a meeting (soort vergadering)."""

    COUNCIL = _MEETING + "ef51c9d5-8b45-4501-9dcd-3e00ccff524f"
    ELECTRONIC_PROCEDURE = _MEETING + "2387564a-0897-4a62-9b9a-d1755eece7af"
    SPECIAL_COUNCIL = _MEETING + "62a0a3c3-44ed-4f35-8b46-1d50616ad42c"


class ItemKind(Enum):
    """Type of an agenda item (type agendapunt)."""

    NOTA = _ITEM + "dd47a8f8-3ad2-4d5a-8318-66fc02fe80fd"
    ANNOUNCEMENT = _ITEM + "8f8adcf0-58ef-4edc-9e36-0c9095fd76b0"


DOSSIER_LIFECYCLE: Final = Lifecycle(
    subject="dossier",
    initial=DossierState.OPEN,
    steps=(Step("close", (DossierState.OPEN,), DossierState.CLOSED),),
)

_AGENDABLE: Final = (StepState.PREPARED, StepState.POSTPONED)
_ON_AGENDA: Final = (StepState.ON_AGENDA,)

STEP_LIFECYCLE: Final = Lifecycle(
    subject="procedure step",
    initial=StepState.PREPARED,
    steps=(
        Step("put on agenda", _AGENDABLE, StepState.ON_AGENDA),
        Step("approve", _ON_AGENDA, StepState.APPROVED),
        Step("take note", _ON_AGENDA, StepState.NOTED),
        Step("postpone", _ON_AGENDA, StepState.POSTPONED),
        Step("withdraw", (*_AGENDABLE, *_ON_AGENDA), StepState.WITHDRAWN),
    ),
)

#: Which step of the lifecycle a result takes.
STEP_OF_RESULT: Final = {
    DecisionResult.APPROVED: "approve",
    DecisionResult.NOTED: "take note",
    DecisionResult.POSTPONED: "postpone",
    DecisionResult.WITHDRAWN: "withdraw",
}


@attrs.frozen(kw_only=True)
class Dossier:
    """One matter, from opening to closing (dossier).

    Attributes:
        title: One line, public, without personal values.
        opened_by: The entity or cabinet that submits it.
    """

    title: str = attrs.field(validator=public_line)
    opened_by: Party
    opened_at: datetime = attrs.field(validator=aware)
    state: DossierState = DOSSIER_LIFECYCLE.initial

    def close(self) -> Dossier:
        """Nothing more will happen to it."""
        state = DOSSIER_LIFECYCLE.after(self.state, "close")
        return attrs.evolve(self, state=state)


@attrs.frozen(kw_only=True)
class Meeting:
    """A meeting of the Vlaamse Regering (vergaderactiviteit)."""

    kind: MeetingKind
    planned_start: datetime = attrs.field(validator=aware)
    number: str = attrs.field(validator=public_line)


@attrs.frozen(kw_only=True)
class AgendaItem:
    """The place of a step on the agenda of a meeting (agendapunt)."""

    meeting: str
    meeting_start: datetime = attrs.field(validator=aware)
    kind: ItemKind
    position: int = attrs.field(validator=counted_from_one)


@attrs.frozen(kw_only=True)
class Decision:
    """What was decided on an agenda item (beslissingsactiviteit)."""

    result: DecisionResult
    at: datetime = attrs.field(validator=aware)
    meeting: str


@attrs.frozen(kw_only=True)
class ProcedureStep:
    """One pass of a dossier to the government (procedurestap).

    Attributes:
        dossier: Id of the dossier.
        title: One line, as the dossier has it.
        ordinal: 1 for the first step of this kind in the dossier.
        documents: Ids of the documents that are submitted.
        items: Every time it stood on an agenda, the oldest first.
        decisions: Every decision; a postponement is one.
    """

    dossier: str
    title: str
    kind: StepKind
    ordinal: int = attrs.field(validator=counted_from_one)
    documents: tuple[str, ...] = ()
    items: tuple[AgendaItem, ...] = ()
    decisions: tuple[Decision, ...] = ()
    state: StepState = STEP_LIFECYCLE.initial

    def put_on_agenda(self, item: AgendaItem) -> ProcedureStep:
        """It stands on the agenda of a meeting.

        Raises:
            StepNotAllowedError: It already does, or was decided.
        """
        state = STEP_LIFECYCLE.after(self.state, "put on agenda")
        return attrs.evolve(self, state=state, items=(*self.items, item))

    def decide(self, result: DecisionResult, at: datetime) -> ProcedureStep:
        """It was decided on.

        Raises:
            StepNotAllowedError: It does not stand on an agenda.
        """
        state = STEP_LIFECYCLE.after(self.state, STEP_OF_RESULT[result])
        meeting = self.items[-1].meeting if self.items else ""
        decision = Decision(result=result, at=at, meeting=meeting)
        return attrs.evolve(self, state=state, decisions=(*self.decisions, decision))


def _dossier_standing(dossier: Dossier) -> Standing:
    return Standing(
        state=dossier.state.value,
        title=dossier.title,
        open=dossier.state is DossierState.OPEN,
    )


def _meeting_standing(meeting: Meeting) -> Standing:
    return Standing(state="gepland", title=meeting.number, due=meeting.planned_start)


def _step_standing(step: ProcedureStep) -> Standing:
    return Standing(
        state=step.state.value,
        title=step.title,
        dossier=step.dossier,
        open=not STEP_LIFECYCLE.is_final(step.state),
    )


DOSSIER: Final = Kind("dossier", Dossier, _dossier_standing)
MEETING: Final = Kind("meeting", Meeting, _meeting_standing)
STEP: Final = Kind("step", ProcedureStep, _step_standing)
