"""The gate to the agenda, answered from the records; what an entity loosens of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.advice.gathering import BASIS, Gathered, gathered
from digivl.advice.loosening import LOOSENING, Loosening
from digivl.advice.readiness import (
    Readiness,
    Situation,
    Stage,
    principles,
    requirements,
    stage_of,
)
from digivl.advice.rules.ruleset import RuleSet
from digivl.dossiers.gate import Asked, Requirement
from digivl.dossiers.meeting import MEETING
from digivl.dossiers.model import (
    DOSSIER,
    STEP,
    ItemKind,
    ProcedureStep,
    StepKind,
    StepState,
)
from digivl.errors import MalformedError, NotFoundError
from digivl.kernel.calendar import Calendar
from digivl.kernel.declared import checked
from digivl.kernel.moments import day_of
from digivl.kernel.parties import Party
from digivl.records.entries import Entry, first
from digivl.records.port import RecordBook

#: Nothing is decided on it.
_TOLD: Final = ItemKind.ANNOUNCEMENT


@attrs.frozen
@checked
class ReadinessGate:
    """Says whether a step may go on the agenda, and what is missing (gereedheid)."""

    _book: RecordBook
    _guard: Guard
    _knows: Callable[[str, Party], bool]
    _told: Callable[[Gathered, str, Party], Gathered]
    _clock: Callable[[], datetime]
    _rules: RuleSet
    _calendars: Mapping[str, Calendar]
    _not_blocking: Collection[str] = ()

    def of(
        self,
        dossier: str,
        step: str | None = None,
        *,
        by: Party,
        meeting: str | None = None,
        at: datetime | None = None,
    ) -> Readiness:
        """Whether a step may go on the agenda, for who may know of its dossier.

        A document that `by` may not read is called by its type.

        Args:
            dossier: Id of the dossier.
            step: Id of the step; the one that comes next if None.
            by: Who asks.
            meeting: Id of the meeting; "what if" while none is chosen.
            at: The moment to look at; now if None.

        Raises:
            NotFoundError: No such dossier, step or meeting, or `by` may not know of it.
        """
        if not self._knows(dossier, by):
            self._guard.hide(by, Permission.READ_CONFIDENTIAL, DOSSIER.ref(dossier))
        asked = Asked(dossier=dossier, step=step, meeting=meeting)
        found = self._told(gathered(self._book, [dossier])[dossier], dossier, by)
        return self._readiness(found, asked, at or self._clock())

    def requirements(
        self,
        dossier: str,
        step: str | None = None,
        *,
        meeting: str | None = None,
        kind: ItemKind = ItemKind.NOTA,
    ) -> tuple[Requirement, ...]:
        """All requirements of one step; see `requirements_of`."""
        asked = Asked(dossier=dossier, step=step, meeting=meeting, kind=kind)
        return self.requirements_of([asked])[0]

    def requirements_of(
        self, asked: Sequence[Asked]
    ) -> Sequence[tuple[Requirement, ...]]:
        """All requirements of each step; see the port.

        An announcement has none: nothing is decided on it.
        """
        now, decided = self._clock(), [one for one in asked if one.kind is not _TOLD]
        found = gathered(self._book, (one.dossier for one in decided))
        return [
            ()
            if one.kind is _TOLD
            else self._readiness(found[one.dossier], one, now).requirements
            for one in asked
        ]

    def acts(self, dossiers: Collection[str]) -> Mapping[str, int]:
        """How many acts there were on what readiness rests on; see the port.

        A rule that starts or ends counts as one: both numbers only grow.
        """
        turns = self._rules.turns(day_of(self._clock()))
        found = self._book.acts(dossiers, BASIS)
        return {dossier: number + turns for dossier, number in found.items()}

    def loosen(
        self, step: str, requirement: str, *, reason: str, by: Party
    ) -> Entry[Loosening]:
        """Let a step go on the agenda without something; that stays in the book.

        Args:
            step: Id of the step.
            requirement: Name of the requirement, e.g. ``WT``.
            reason: Why.
            by: Who may deviate from the rules.

        Raises:
            NotAllowedError: `by` may not.
            MalformedError: The step has no such requirement.
        """
        self._guard.check(by, Permission.OVERRIDE, subject=STEP.ref(step))
        dossier, now = self._book.read(STEP, step).record.dossier, self._clock()
        known = [one.name for one in self.requirements(dossier, step)]
        if requirement not in known:
            raise MalformedError(
                f"the step has no requirement {requirement[:40]!r}",
                hint=f"It has: {', '.join(known)}.",
            )
        record = Loosening(
            dossier=dossier, step=step, requirement=requirement, reason=reason, by=by
        )
        name = f"{step}:{requirement}"
        found = self._book.read_all(LOOSENING, [name]).get(name)
        if found is None:
            draft = first(LOOSENING, name, record, "loosen", by, now, reason)
        else:
            draft = found.next(record, "loosen", by, now, reason)
        return self._book.write(draft)[0]

    def _readiness(self, found: Gathered, asked: Asked, at: datetime) -> Readiness:
        situation = self._situation(found, asked, at)
        return Readiness(
            dossier=asked.dossier,
            step=asked.step,
            meeting=asked.meeting,
            stage=situation.stage,
            at=at,
            deadline=situation.deadline,
            rules=self._rules.sha256,
            requirements=requirements(situation, self._rules),
        )

    def _situation(self, found: Gathered, asked: Asked, at: datetime) -> Situation:
        looked_at = _step(found.steps, asked.step)
        stage = _stage(found.steps, looked_at)
        submitted = looked_at.record.documents if looked_at else tuple(found.documents)
        return Situation(
            proposal=found.proposal,
            stage=stage,
            final=_is_final(stage, looked_at),
            documents=found.documents,
            pieces=asked.pieces,
            submitted=submitted,
            requests=found.requests,
            agreements=found.agreements,
            submission=found.submission_of(looked_at.id if looked_at else None),
            at=at,
            deadline=self._deadline(asked.meeting),
            loosened=self._loosened(found, looked_at),
        )

    def _deadline(self, meeting: str | None) -> datetime | None:
        if meeting is None:
            return None
        start = self._book.read(MEETING, meeting).record.planned_start
        return self._rules.agenda_deadline(start, self._calendars)

    def _loosened(
        self, found: Gathered, step: Entry[ProcedureStep] | None
    ) -> Mapping[str, str]:
        settings = dict.fromkeys(self._not_blocking, "instelling van de entiteit")
        own = {
            one.requirement: f"{one.by}: {one.reason}"
            for one in found.loosenings
            if step is not None and one.step == step.id
        }
        return settings | own


def _step(
    steps: Sequence[Entry[ProcedureStep]], wanted: str | None
) -> Entry[ProcedureStep] | None:
    """The step that is looked at: the one that is named, or that is not settled yet.

    Raises:
        NotFoundError: The one that is named is not of the dossier.
    """
    if wanted is None:
        running = [entry for entry in steps if STEP.standing(entry.record).open]
        return running[-1] if running else None
    for entry in steps:
        if entry.id == wanted:
            return entry
    raise NotFoundError(
        f"there is no {STEP.name} {wanted} in this dossier",
        hint="Name a step of it, or none: then it is the one that comes next.",
    )


def _is_final(stage: Stage, step: Entry[ProcedureStep] | None) -> bool:
    if step is None:
        return stage is Stage.FINAL
    return step.record.kind is StepKind.FINAL_APPROVAL


def _stage(
    steps: Sequence[Entry[ProcedureStep]], step: Entry[ProcedureStep] | None
) -> Stage:
    if step is not None:
        others = [entry.record for entry in steps if entry.id != step.id]
        return stage_of(step.record.kind, step.record.ordinal, others)
    records = [entry.record for entry in steps]
    if not any(record.state is StepState.APPROVED for record in records):
        return Stage.FIRST
    return Stage.ADVISED if len(principles(records)) == 1 else Stage.FINAL
