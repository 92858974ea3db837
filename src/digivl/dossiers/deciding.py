"""What the government decided on the items of its agenda."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.custody.model import of_dossier
from digivl.custody.moves import Moves
from digivl.dossiers.admission import Admission
from digivl.dossiers.agenda import ITEM
from digivl.dossiers.agendas import touched
from digivl.dossiers.gate import Asked
from digivl.dossiers.meeting import MEETING
from digivl.dossiers.model import (
    DOSSIER,
    STEP,
    STEP_OF_RESULT,
    DecisionResult,
    ItemKind,
    ProcedureStep,
    StepState,
)
from digivl.dossiers.release import Released, release_of
from digivl.errors import StepNotAllowedError
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Entry
from digivl.records.port import RecordBook

#: Term in working days to act on a decision.
FOLLOW_UP_DAYS: Final = 5

#: What the submitter has to do after a decision.
AFTER_DECISION: Final = {
    DecisionResult.APPROVED: "de beslissing laten ondertekenen",
    DecisionResult.NOTED: "het dossier afsluiten",
    DecisionResult.POSTPONED: "opnieuw agenderen",
    DecisionResult.WITHDRAWN: "het dossier afsluiten",
}


@attrs.frozen
class Deciding:
    """Records decisions; the submitter holds the dossier again after each."""

    _book: RecordBook
    _moves: Moves
    _guard: Guard
    _admission: Admission
    _clock: Callable[[], datetime]

    def decide(
        self, step: str, result: DecisionResult, *, by: Party
    ) -> Entry[ProcedureStep]:
        """Record what the government decided.

        Raises:
            StepNotAllowedError: No approved agenda holds the step.
            NotReadyError: It was announced, and to be approved something is missing.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=STEP.ref(step))
        found, now = self._book.read(STEP, step), self._clock()
        record = found.record.decide(result, now)
        self._check_ready(found, result)
        return self._written(found, record, result, STEP_OF_RESULT[result], by, now, "")

    def correct(
        self, step: str, result: DecisionResult, *, by: Party, reason: str
    ) -> Entry[ProcedureStep]:
        """Correct the last decision, which was written down wrongly.

        Once the decisions of the meeting are released only who may override the rules
        can; what was released stays in the history.

        Raises:
            StepNotAllowedError: Nothing was decided where the step stands now.
            NotAllowedError: The decision is released.
            MalformedError: It is released, and there is no reason.
            NotReadyError: As `decide`.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=STEP.ref(step))
        found, now = self._book.read(STEP, step), self._clock()
        if self._is_released(found.record):
            self._guard.check_override(by, found.ref, reason)
        record = found.record.correct(result)
        self._check_ready(found, result)
        return self._written(found, record, result, "correct", by, now, reason)

    def propose_again(
        self, step: str, *, by: Party, reason: str
    ) -> Entry[ProcedureStep]:
        """A withdrawn matter is prepared again, against the rule.

        Raises:
            NotAllowedError: Only who may override the rules can.
            MalformedError: There is no reason.
            StepNotAllowedError: It was not withdrawn.
        """
        self._guard.check_override(by, STEP.ref(step), reason)
        found, now = self._book.read(STEP, step), self._clock()
        record = found.record.after("propose again")
        draft = found.next(record, "propose again", by, now, reason)
        held = self._back(record, "opnieuw voorbereiden", by, now, reason)
        return self._book.write(draft, held)[0]

    def _check_ready(self, found: Entry[ProcedureStep], result: DecisionResult) -> None:
        """An announcement passed no gate; approving what it says asks all of a nota."""
        step, last = found.record, found.record.placements[-1:]
        announced = any(one.kind is ItemKind.ANNOUNCEMENT for one in last)
        if announced and result is DecisionResult.APPROVED:
            asked = Asked(dossier=step.dossier, step=found.id, meeting=last[0].meeting)
            self._admission.admit(step.title, asked)

    def _written(
        self,
        found: Entry[ProcedureStep],
        record: ProcedureStep,
        result: DecisionResult,
        action: str,
        by: Party,
        now: datetime,
        reason: str,
    ) -> Entry[ProcedureStep]:
        draft = found.next(record, action, by, now, reason)
        held = self._back(record, AFTER_DECISION[result], by, now, reason)
        gone = self._off_the_design(found.record, by, now)
        return self._book.write(draft, held, *gone)[0]

    def _off_the_design(
        self, step: ProcedureStep, by: Party, now: datetime
    ) -> Iterator[AnyDraft]:
        # Withdrawn before any approval: the agenda must not number it any more.
        if step.state is StepState.PROPOSED:
            item = self._book.read(ITEM, step.placements[-1].item)
            meeting = self._book.read(MEETING, item.record.meeting)
            yield item.next(item.record.take_off(), "take off", by, now)
            yield touched(meeting, by, now)

    def _back(
        self, step: ProcedureStep, next_step: str, by: Party, now: datetime, reason: str
    ) -> AnyDraft:
        opened = self._book.read(DOSSIER, step.dossier).record
        # Somebody closed the dossier: a correction cannot leave it with nobody.
        if opened.closed_at is not None:
            raise StepNotAllowedError("dossier", opened.state.value, "decide", ())
        return self._moves.moved(
            of_dossier(step.dossier),
            opened.opened_by,
            next_step,
            by=by,
            at=now,
            days=FOLLOW_UP_DAYS,
            reason=reason,
        )

    def _is_released(self, step: ProcedureStep) -> bool:
        if not step.decisions:
            return False
        found = release_of(self._book, step.decisions[-1].meeting, Released.DECISIONS)
        return found is not None and found.record.is_released
