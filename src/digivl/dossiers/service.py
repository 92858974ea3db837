"""The decision process: open a dossier, put it on the agenda, decide, close."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import attrs

from digivl.custody.service import Custodian
from digivl.documents.model import DOCUMENT
from digivl.dossiers.gate import AgendaGate, Requirement
from digivl.dossiers.model import (
    DOSSIER,
    MEETING,
    STEP,
    STEP_OF_RESULT,
    AgendaItem,
    DecisionResult,
    Dossier,
    DossierState,
    ItemKind,
    Meeting,
    MeetingKind,
    ProcedureStep,
    StepKind,
)
from digivl.errors import NotFoundError, NotReadyError, StepNotAllowedError
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry, first
from digivl.records.port import Query, RecordBook

#: Terms in working days for steps that no rule gives one.
PREPARE_DAYS: Final = 20
FOLLOW_UP_DAYS: Final = 5

GOVERNMENT: Final = Party(
    "http://themis.vlaanderen.be/id/bestuursorgaan/7f2c82aa-75ac-40f8-a6c3-9fe539163025",
    "Vlaamse Regering",
    Role.GOVERNMENT,
)

_AFTER_DECISION: Final = {
    DecisionResult.APPROVED: "de beslissing laten ondertekenen",
    DecisionResult.NOTED: "het dossier afsluiten",
    DecisionResult.POSTPONED: "opnieuw agenderen",
    DecisionResult.WITHDRAWN: "het dossier afsluiten",
}


@attrs.frozen
class Dossiers:
    """The dossiers of an office and their way to a decision."""

    _book: RecordBook
    _custodian: Custodian
    _gate: AgendaGate
    _clock: Callable[[], datetime]

    def open(self, title: str, *, by: Party, id: str | None = None) -> Entry[Dossier]:
        """Open a dossier; `by` holds it and has to prepare it.

        Args:
            title: One line, public, without personal values.
            by: The entity or cabinet that submits it.
            id: Chosen by the application, so that it cannot be opened twice; a
                random one if None.

        Raises:
            StaleRecordError: A dossier of that id was opened before.
        """
        now, name = self._clock(), id or new_id()
        dossier = Dossier(title=title, opened_by=by, opened_at=now)
        opened = first(DOSSIER, name, dossier, "open", by, now)
        held = self._custodian.taken(
            DOSSIER.ref(name),
            dossier=name,
            title=title,
            by=by,
            step="het dossier voorbereiden",
            days=PREPARE_DAYS,
            at=now,
        )
        entry, _ = self._book.write(opened, held)
        return entry

    def read(self, id: str) -> Entry[Dossier]:
        """The dossier as it is now.

        Raises:
            NotFoundError: No such dossier.
        """
        return self._book.read(DOSSIER, id)

    def submit(
        self, dossier: str, kind: StepKind, *, documents: Sequence[str], by: Party
    ) -> Entry[ProcedureStep]:
        """Start a procedure step with the documents that are submitted (indienen).

        Raises:
            NotFoundError: No such dossier, or no such document in it.
            StepNotAllowedError: The dossier is closed.
        """
        found = self.opened(dossier)
        self._check_documents(dossier, documents)
        rows = self._book.rows(Query(kind=STEP.name, dossier=dossier))
        earlier = [self.step(row.ref.id).record.kind for row in rows]
        step = ProcedureStep(
            dossier=dossier,
            title=found.title,
            kind=kind,
            ordinal=1 + earlier.count(kind),
            documents=tuple(documents),
        )
        draft = first(STEP, new_id(), step, "submit", by, self._clock())
        (entry,) = self._book.write(draft)
        return entry

    def step(self, id: str) -> Entry[ProcedureStep]:
        """The procedure step as it is now.

        Raises:
            NotFoundError: No such step.
        """
        return self._book.read(STEP, id)

    def plan_meeting(
        self,
        kind: MeetingKind,
        start: datetime,
        *,
        number: str,
        by: Party,
        id: str | None = None,
    ) -> Entry[Meeting]:
        """Plan a meeting of the government.

        Args:
            kind: Kind of the meeting.
            start: Planned start, with a zone.
            number: As it is written, e.g. ``VR PV 2026/41``.
            by: The secretariat.
            id: Chosen by the application, so that it cannot be planned twice; a
                random one if None.

        Raises:
            StaleRecordError: A meeting of that id was planned before.
        """
        meeting = Meeting(kind=kind, planned_start=start, number=number)
        draft = first(MEETING, id or new_id(), meeting, "plan", by, self._clock())
        (entry,) = self._book.write(draft)
        return entry

    def missing(self, dossier: str) -> tuple[Requirement, ...]:
        """What still keeps the dossier from the agenda; empty when nothing does."""
        return tuple(r for r in self._gate.requirements(dossier) if not r.met)

    def put_on_agenda(
        self,
        step: str,
        meeting: str,
        *,
        kind: ItemKind = ItemKind.NOTA,
        by: Party,
    ) -> Entry[ProcedureStep]:
        """Put a step on the agenda of a meeting; the government holds it then.

        Raises:
            NotReadyError: Something is missing; it says what, and from whom.
            StepNotAllowedError: It is on an agenda already, or was decided.
        """
        found, now = self.step(step), self._clock()
        self._check_ready(found.record, kind)
        planned = self._book.read(MEETING, meeting).record
        item = AgendaItem(
            meeting=meeting,
            meeting_start=planned.planned_start,
            kind=kind,
            position=1 + self._items_on(meeting, kind),
        )
        placed = found.record.put_on_agenda(item)
        held = self._custodian.moved(
            DOSSIER.ref(placed.dossier),
            GOVERNMENT,
            "beslissen",
            by=by,
            at=now,
            due=planned.planned_start,
        )
        draft = found.next(placed, "put on agenda", by, now)
        entry, _ = self._book.write(draft, held)
        return entry

    def decide(
        self, step: str, result: DecisionResult, *, by: Party
    ) -> Entry[ProcedureStep]:
        """Record what the government decided; the submitter holds the dossier again.

        Raises:
            StepNotAllowedError: The step does not stand on an agenda.
        """
        found, now = self.step(step), self._clock()
        decided = found.record.decide(result, now)
        submitter = self.read(decided.dossier).record.opened_by
        held = self._custodian.moved(
            DOSSIER.ref(decided.dossier),
            submitter,
            _AFTER_DECISION[result],
            by=by,
            at=now,
            days=FOLLOW_UP_DAYS,
        )
        draft = found.next(decided, STEP_OF_RESULT[result], by, now)
        entry, _ = self._book.write(draft, held)
        return entry

    def close(self, id: str, *, by: Party, reason: str = "") -> Entry[Dossier]:
        """Close a dossier: nobody has to do anything any more.

        Raises:
            StepNotAllowedError: It is closed already.
        """
        found, now = self.read(id), self._clock()
        draft = found.next(found.record.close(), "close", by, now, reason)
        ended = self._custodian.closed(DOSSIER.ref(id), by=by, at=now, reason=reason)
        entry, _ = self._book.write(draft, ended)
        return entry

    def opened(self, id: str) -> Dossier:
        """The dossier, which must be open.

        Raises:
            NotFoundError: No such dossier.
            StepNotAllowedError: It is closed.
        """
        dossier = self.read(id).record
        if dossier.state is not DossierState.OPEN:
            raise StepNotAllowedError("dossier", dossier.state.value, "add to it", ())
        return dossier

    def _check_documents(self, dossier: str, documents: Sequence[str]) -> None:
        for name in documents:
            if self._book.read(DOCUMENT, name).record.dossier != dossier:
                raise NotFoundError(f"document {name} is not of dossier {dossier}")

    def _check_ready(self, step: ProcedureStep, kind: ItemKind) -> None:
        # An announcement asks no decision, so it needs no advice and no agreement.
        missing = self.missing(step.dossier) if kind is ItemKind.NOTA else ()
        if missing:
            raise NotReadyError(step.title, [(r.name, r.explanation) for r in missing])

    def _items_on(self, meeting: str, kind: ItemKind) -> int:
        rows = self._book.rows(Query(kind=STEP.name, state="geagendeerd"))
        items = [self.step(row.ref.id).record.items[-1] for row in rows]
        return sum(i.meeting == meeting and i.kind is kind for i in items)
