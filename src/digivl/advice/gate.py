"""The gate to the agenda, answered from the records; what an entity loosens of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.advice.agreement import AGREEMENT
from digivl.advice.loosening import LOOSENING, Loosening
from digivl.advice.proposal import PROPOSAL, proposal_id
from digivl.advice.readiness import (
    Readiness,
    Situation,
    Stage,
    requirements,
    stage_of,
)
from digivl.advice.request import ADVICE, AdviceRequest
from digivl.advice.rules.ruleset import RuleSet
from digivl.documents.model import DOCUMENT, Document
from digivl.dossiers.gate import Requirement
from digivl.dossiers.meeting import MEETING
from digivl.dossiers.model import DOSSIER, STEP, ItemKind, ProcedureStep, StepKind
from digivl.dossiers.submission import SUBMISSION, Submission
from digivl.errors import MalformedError, NotFoundError
from digivl.kernel.calendar import Calendar
from digivl.kernel.declared import checked
from digivl.kernel.kinds import Kind
from digivl.kernel.parties import Party
from digivl.records.entries import Entry, first
from digivl.records.port import Query, RecordBook

K = TypeVar("K", bound=attrs.AttrsInstance)


@attrs.frozen
@checked
class ReadinessGate:
    """Says whether a step may go on the agenda, and what is missing (gereedheid)."""

    _book: RecordBook
    _guard: Guard
    _knows: Callable[[str, Party], bool]
    _told: Callable[[Party | None, Sequence[Entry[Document]]], Mapping[str, Document]]
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
        return self._readiness(dossier, step, meeting, at or self._clock(), by)

    def requirements(
        self,
        dossier: str,
        step: str | None = None,
        *,
        meeting: str | None = None,
        kind: ItemKind = ItemKind.NOTA,
    ) -> tuple[Requirement, ...]:
        """All requirements of a step; see the port.

        An announcement has none: nothing is decided on it.
        """
        if kind is ItemKind.ANNOUNCEMENT:
            return ()
        return self._readiness(dossier, step, meeting, self._clock()).requirements

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

    def _readiness(
        self,
        dossier: str,
        step: str | None,
        meeting: str | None,
        at: datetime,
        by: Party | None = None,
    ) -> Readiness:
        situation = self._situation(dossier, step, meeting, at, by)
        return Readiness(
            dossier=dossier,
            step=step,
            meeting=meeting,
            stage=situation.stage,
            at=at,
            deadline=situation.deadline,
            rules=self._rules.sha256,
            requirements=requirements(situation, self._rules),
        )

    def _situation(
        self,
        dossier: str,
        step: str | None,
        meeting: str | None,
        at: datetime,
        by: Party | None,
    ) -> Situation:
        name = proposal_id(dossier)
        proposal = self._book.read_all(PROPOSAL, [name]).get(name)
        documents = self._told(by, self._all(DOCUMENT, dossier))
        steps = self._all(STEP, dossier)
        looked_at = _step(steps, step)
        stage = _stage(steps, looked_at)
        requests = self._all(ADVICE, dossier)
        agreements = self._all(AGREEMENT, dossier)
        return Situation(
            proposal=proposal.record if proposal else None,
            stage=stage,
            final=_is_final(stage, looked_at),
            documents=documents,
            submitted=looked_at.record.documents if looked_at else tuple(documents),
            requests=sorted(requests, key=_asked_at),
            agreements=sorted(agreements, key=lambda entry: entry.record.submitted_at),
            submission=self._submission(dossier),
            at=at,
            deadline=self._deadline(meeting),
            loosened=self._loosened(looked_at.id if looked_at else None),
        )

    def _submission(self, dossier: str) -> Submission | None:
        found = sorted(self._all(SUBMISSION, dossier), key=lambda entry: entry.at)
        return found[-1].record if found else None

    def _deadline(self, meeting: str | None) -> datetime | None:
        if meeting is None:
            return None
        start = self._book.read(MEETING, meeting).record.planned_start
        return self._rules.agenda_deadline(start, self._calendars)

    def _loosened(self, step: str | None) -> Mapping[str, str]:
        settings = dict.fromkeys(self._not_blocking, "instelling van de entiteit")
        if step is None:
            return settings
        rows = self._book.rows(Query(kind=LOOSENING.name, part_of=step))
        found = self._book.read_all(LOOSENING, [row.ref.id for row in rows]).values()
        own = {e.record.requirement: f"{e.record.by}: {e.record.reason}" for e in found}
        return settings | own

    def _all(self, kind: Kind[K], dossier: str) -> Sequence[Entry[K]]:
        rows = self._book.rows(Query(kind=kind.name, dossier=dossier))
        return list(self._book.read_all(kind, [row.ref.id for row in rows]).values())


def _asked_at(request: Entry[AdviceRequest]) -> datetime:
    """When it went to the adviser last; a draft is as old as it is."""
    return request.record.submitted_at or request.record.made_at


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
    kinds = [entry.record.kind for entry in steps]
    if not kinds:
        return Stage.FIRST
    once = kinds.count(StepKind.PRINCIPLE_APPROVAL) == 1
    return Stage.ADVISED if once else Stage.FINAL
