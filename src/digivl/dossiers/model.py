"""Dossier, procedure step and decision (Kaleidos).

Values of the enumerations are the official URIs.

Source:
    OSLO Besluitvorming (recognised 2021-02-04); code lists of Kaleidos.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import Enum
from typing import Final

import attrs
from attrs.validators import optional

from digivl.errors import StepNotAllowedError
from digivl.kernel.checks import counted_from_one, public_line
from digivl.kernel.identifiers import URI
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party
from digivl.kernel.vrnumber import VRNumber

_THEMIS: Final = "http://themis.vlaanderen.be/id/concept/"
_STEP: Final = _THEMIS + "procedurestap-type/"
_RESULT: Final = _THEMIS + "beslissing-resultaatcodes/"
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
    PROPOSED = "op de ontwerpagenda"
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


class ItemKind(Enum):
    """Type of an agenda item (type agendapunt)."""

    NOTA = _ITEM + "dd47a8f8-3ad2-4d5a-8318-66fc02fe80fd"
    ANNOUNCEMENT = _ITEM + "8f8adcf0-58ef-4edc-9e36-0c9095fd76b0"


DOSSIER_LIFECYCLE: Final = Lifecycle(
    subject="dossier",
    initial=DossierState.OPEN,
    steps=(Step("close", (DossierState.OPEN,), DossierState.CLOSED),),
)

_S = StepState
_AGENDABLE: Final = (_S.PREPARED, _S.POSTPONED)
_PLACED: Final = (_S.PROPOSED, _S.ON_AGENDA)
_DECIDED: Final = (_S.APPROVED, _S.NOTED, _S.POSTPONED, _S.WITHDRAWN)

STEP_LIFECYCLE: Final = Lifecycle(
    subject="procedure step",
    initial=_S.PREPARED,
    steps=(
        Step("put on agenda", _AGENDABLE, _S.PROPOSED),
        Step("schedule", (_S.PROPOSED,), _S.ON_AGENDA),
        Step("take off", _PLACED, _S.PREPARED),
        Step("approve", (_S.ON_AGENDA,), _S.APPROVED),
        Step("take note", (_S.ON_AGENDA,), _S.NOTED),
        Step("postpone", (_S.ON_AGENDA,), _S.POSTPONED),
        Step("withdraw", (*_AGENDABLE, *_PLACED), _S.WITHDRAWN),
        Step("propose again", (_S.WITHDRAWN,), _S.PREPARED),
        # A decision can be corrected until the decisions of its meeting are released.
        Step("correct", _DECIDED, _S.ON_AGENDA),
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

    It stands for the decision-making flow too (besluitvormingsaangelegenheid): in
    Kaleidos each dossier is the record of exactly one.

    Attributes:
        title: One line, public, without personal values.
        opened_by: The entity or cabinet that submits it.
        areas: Policy fields and domains (beleidsvelden) it belongs to.
    """

    title: str = attrs.field(validator=public_line)
    opened_by: Party
    opened_at: datetime = attrs.field(validator=aware)
    closed_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    areas: tuple[URI, ...] = ()
    state: DossierState = DOSSIER_LIFECYCLE.initial

    def close(self, at: datetime) -> Dossier:
        """Nothing more will happen to it."""
        state = DOSSIER_LIFECYCLE.after(self.state, "close")
        return attrs.evolve(self, state=state, closed_at=at)


@attrs.frozen(kw_only=True)
class Placement:
    """One time that a step stood on an agenda (agendering).

    Attributes:
        meeting: Id of the meeting.
        item: Id of the agenda item.
        kind: As what it stood there.
    """

    meeting: str
    item: str
    kind: ItemKind


@attrs.frozen(kw_only=True)
class Decision:
    """What was decided on an agenda item (beslissingsactiviteit).

    Attributes:
        result: The result code.
        at: When it was recorded.
        meeting: Id of the meeting; empty when it was withdrawn before any agenda was
            approved that held it, so that the government decided nothing.
        item: Id of the item; empty likewise.
        report: Id of the document that says it (beslissingsfiche); None until there
            is one.
    """

    result: DecisionResult
    at: datetime = attrs.field(validator=aware)
    meeting: str
    item: str = ""
    report: str | None = None


@attrs.frozen(kw_only=True)
class ProcedureStep:
    """One pass of a dossier to the government (procedurestap).

    Attributes:
        dossier: Id of the dossier.
        title: One line, as the dossier has it.
        ordinal: 1 for the first step of this kind in the dossier.
        documents: Ids of the documents that are submitted.
        ministers: Ids of the competent ministers; the first one submits.
        ratified_by: Ids of the ministers who ratify.
        confidential: Restricted access (beperkte toegang).
        number: The number it got at its first approved agenda, with the day of that
            meeting; it keeps both, also when it is postponed over New Year.
        placements: Every time it stood on an agenda, the oldest first.
        decisions: Every decision; a postponement is one.
    """

    dossier: str
    title: str
    kind: StepKind
    ordinal: int = attrs.field(validator=counted_from_one)
    documents: tuple[str, ...] = ()
    ministers: tuple[str, ...] = ()
    ratified_by: tuple[str, ...] = ()
    confidential: bool = False
    number: VRNumber | None = None
    placements: tuple[Placement, ...] = ()
    decisions: tuple[Decision, ...] = ()
    state: StepState = STEP_LIFECYCLE.initial

    @property
    def is_placed(self) -> bool:
        """True while it stands on the agenda of a meeting that has not decided yet."""
        return self.state in _PLACED

    def stands_as(self, item: str) -> bool:
        """Whether it stands on an agenda as this item, and as no later one."""
        return self.is_placed and self.placements[-1].item == item

    def stands_elsewhere(self, item: str) -> bool:
        """Whether it was postponed as this item, and stands on another agenda now."""
        return self.is_placed and not self.stands_as(item)

    @property
    def is_settled(self) -> bool:
        """True once the government approved it or took note of it."""
        return self.state in {StepState.APPROVED, StepState.NOTED}

    @property
    def pieces(self) -> tuple[str, ...]:
        """Ids of what was submitted, and of the report on the decision that settled."""
        report = self.decisions[-1].report if self.is_settled else None
        return (*self.documents, report) if report else self.documents

    def is_settled_on(self, item: str) -> bool:
        """Whether it was approved, or taken note of, as this item."""
        return self.is_settled and self.decided_on(item)

    def decided_on(self, item: str) -> bool:
        """Whether the government decided on it as this item."""
        return any(decision.item == item for decision in self.decisions)

    def told_of(self, meetings: Collection[str]) -> ProcedureStep:
        """The step to who knows the decisions of these meetings only.

        What was withdrawn before any meeting held it is known.
        """
        for number, decision in enumerate(self.decisions):
            if decision.meeting and decision.meeting not in meetings:
                known = self.decisions[:number]
                state = StepState.ON_AGENDA
                return attrs.evolve(self, decisions=known, state=state)
        return self

    def with_documents(self, documents: Iterable[str]) -> ProcedureStep:
        """It has these documents too; it never loses one that was submitted."""
        more = dict.fromkeys((*self.documents, *documents))
        return attrs.evolve(self, documents=tuple(more))

    def with_report(self, document: str) -> ProcedureStep:
        """This document says what was decided last; told again, nothing changes.

        Raises:
            StepNotAllowedError: No meeting decided on it, another document says it, or
                the document was submitted or says another decision.
        """
        last = self.decisions[-1] if self.decisions else None
        if last is None or not last.item:
            raise StepNotAllowedError(
                "procedure step", self.state.value, "report", ("decide",)
            )
        if last.report == document:
            return self
        taken = {*self.documents, *(one.report for one in self.decisions)}
        if last.report is not None or document in taken:
            raise StepNotAllowedError(
                "decision report", "al gekoppeld", "attach", ("add a version to it",)
            )
        decisions = (*self.decisions[:-1], attrs.evolve(last, report=document))
        return attrs.evolve(self, decisions=decisions)

    def after(self, step: str) -> ProcedureStep:
        """One step further in its lifecycle.

        Raises:
            StepNotAllowedError: There is no such step from here.
        """
        state = STEP_LIFECYCLE.after(self.state, step)
        return attrs.evolve(self, state=state)

    def put_on_agenda(self, placement: Placement) -> ProcedureStep:
        """It stands on the design agenda of a meeting.

        Raises:
            StepNotAllowedError: It already does, or was decided.
        """
        placements = (*self.placements, placement)
        return attrs.evolve(self.after("put on agenda"), placements=placements)

    def schedule(self, number: VRNumber | None) -> ProcedureStep:
        """An approved agenda holds it; it has a number from then on."""
        return attrs.evolve(self.after("schedule"), number=self.number or number)

    def decide(self, result: DecisionResult, at: datetime) -> ProcedureStep:
        """It was decided on.

        Raises:
            StepNotAllowedError: It does not stand on an approved agenda.
        """
        decided = self.after(STEP_OF_RESULT[result])
        on_agenda = self.state is StepState.ON_AGENDA
        last = self.placements[-1] if on_agenda else None
        decision = Decision(
            result=result,
            at=at,
            meeting=last.meeting if last else "",
            item=last.item if last else "",
        )
        return attrs.evolve(decided, decisions=(*self.decisions, decision))

    def correct(self, result: DecisionResult) -> ProcedureStep:
        """The last decision was written down wrongly; this is what it was.

        Raises:
            StepNotAllowedError: Nothing was decided where it stands now.
        """
        last = self.decisions[-1] if self.decisions else None
        here = self.placements[-1].item if self.placements else ""
        if last is None or not last.item or last.item != here:
            raise StepNotAllowedError("procedure step", self.state.value, "correct", ())
        again = self.after("correct").after(STEP_OF_RESULT[result])
        decisions = (*self.decisions[:-1], attrs.evolve(last, result=result))
        return attrs.evolve(again, decisions=decisions)


def _dossier_standing(dossier: Dossier) -> Standing:
    return Standing(
        state=dossier.state.value,
        title=dossier.title,
        open=dossier.state is DossierState.OPEN,
    )


_RUNNING: Final = (*_AGENDABLE, *_PLACED)


def _step_standing(step: ProcedureStep) -> Standing:
    return Standing(
        state=step.state.value,
        title=step.title,
        dossier=step.dossier,
        open=step.state in _RUNNING,
    )


DOSSIER: Final = Kind("dossier", Dossier, _dossier_standing)
STEP: Final = Kind("step", ProcedureStep, _step_standing)
