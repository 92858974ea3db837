"""What the secretary of a meeting writes: minutes, and the words of decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import attrs

from digivl.access.guard import Guard
from digivl.access.model import AccessLevel, Permission
from digivl.documents.model import DECISION_REPORT
from digivl.dossiers.agendas import Agendas
from digivl.dossiers.mandates import Government
from digivl.dossiers.meeting import MEETING, Meeting
from digivl.dossiers.minutes import (
    DECISIONS,
    MINUTES,
    REPORT,
    DecisionReport,
    Minutes,
    Treatment,
    report_id,
)
from digivl.dossiers.model import STEP, ProcedureStep
from digivl.dossiers.pieces import belonging
from digivl.errors import NotFoundError, NotReadyError, StepNotAllowedError
from digivl.kernel.moments import day_of
from digivl.kernel.parties import Party
from digivl.kernel.vrnumber import minutes_name
from digivl.records.entries import Entry, first
from digivl.records.port import RecordBook


@attrs.frozen
class Secretary:
    """The minutes and decision reports of an office."""

    _book: RecordBook
    _guard: Guard
    _agendas: Agendas
    _government: Government
    _clock: Callable[[], datetime]

    def draft(self, meeting: str, *, by: Party) -> Entry[Minutes]:
        """Start the minutes of a meeting, from its final agenda and decisions.

        The members of the government of that day are named as present; each item says
        what was decided, in the words of its report if there are.

        Raises:
            StepNotAllowedError: The agenda of the meeting is not final.
            StaleRecordError: They were started already.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=MEETING.ref(meeting))
        held = self._agendas.read(meeting).record
        if not held.is_final:
            raise StepNotAllowedError(
                "meeting", held.state.value, "write minutes", ("close",)
            )
        minutes = Minutes(
            meeting=meeting,
            name=minutes_name(held.number),
            attendees=self._members(held),
            treatments=self._treatments(meeting),
        )
        draft = first(MINUTES, meeting, minutes, "draft", by, self._clock())
        return self._book.write(draft)[0]

    def edit(
        self,
        meeting: str,
        *,
        by: Party,
        attendees: Sequence[str] | None = None,
        texts: Mapping[str, str] | None = None,
    ) -> Entry[Minutes]:
        """Save the minutes; what is None stays, and every save is kept.

        Args:
            meeting: Id of the meeting.
            by: The secretary.
            attendees: Who was there, by function.
            texts: What was said and decided, by the id of the item.

        Raises:
            NotFoundError: They were not started.
            StepNotAllowedError: They are finished.
        """
        found = self._mine(meeting, by)
        was = found.record
        record = was.after(
            "edit",
            attendees=was.attendees if attendees is None else tuple(attendees),
            treatments=was.with_texts(texts or {}),
        )
        return self._written(found, record, "edit", by)

    def finish(self, meeting: str, *, by: Party) -> Entry[Minutes]:
        """They are ready to be signed, and not changed any more.

        Raises:
            StepNotAllowedError: They are finished.
        """
        found = self._mine(meeting, by)
        return self._written(found, found.record.after("finish"), "finish", by)

    def reopen(self, meeting: str, *, by: Party, reason: str) -> Entry[Minutes]:
        """Change finished minutes; what was signed of them does not count any more.

        Raises:
            StepNotAllowedError: They are not finished, or approved.
        """
        found = self._mine(meeting, by)
        return self._written(found, found.record.after("reopen"), "reopen", by, reason)

    def approve(self, meeting: str, *, at: str, by: Party) -> Entry[Minutes]:
        """A later meeting approved them.

        Args:
            meeting: Id of the meeting they are of.
            at: Id of the meeting that approved them; its agenda is final.
            by: The secretary.

        Raises:
            StepNotAllowedError: They are not finished, or that meeting is not closed or
                not later.
        """
        found = self._mine(meeting, by)
        own, later = (self._agendas.read(one).record for one in (meeting, at))
        if not later.is_final or later.planned_start <= own.planned_start:
            raise StepNotAllowedError(
                "meeting", later.state.value, "approve minutes", ("close",)
            )
        record = found.record.after("approve", approved_at=at)
        return self._written(found, record, "approve", by)

    def minutes(self, meeting: str, *, by: Party) -> Entry[Minutes]:
        """The minutes, for who may read them.

        The secretariat; once they are approved also who reads all that is confidential,
        for they tell what was said.

        Raises:
            NotFoundError: There are none, or none that `by` may read; which of the two
                is not told.
        """
        found = self._book.read_all(MINUTES, [meeting]).get(meeting)
        policy = self._guard.policy
        may = policy.allows(by, Permission.MANAGE_AGENDA) or (
            found is not None
            and found.record.is_approved
            and policy.reads(by, AccessLevel.CONFIDENTIAL)
        )
        if found is None or not may:
            permission = Permission.READ_CONFIDENTIAL
            self._guard.record(by, permission, MINUTES.ref(meeting))
            raise NotFoundError(f"there are no minutes of meeting {meeting}")
        return found

    def write(self, step: str, text: str, *, by: Party) -> Entry[DecisionReport]:
        """Write what was decided on a step; every save is kept.

        Raises:
            NotReadyError: Nothing was decided on it.
            StepNotAllowedError: The report is finished.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=STEP.ref(step))
        found = self._report(step)
        if found is not None:
            draft = found.next(
                found.record.after("write", text), "write", by, self._clock()
            )
            return self._book.write(draft)[0]
        decided = self._book.read(STEP, step).record
        made = DecisionReport(
            item=_item_of(decided),
            step=step,
            meeting=decided.decisions[-1].meeting,
            dossier=decided.dossier,
            title=decided.title,
            text=text,
        )
        name = report_id(made.item)
        return self._book.write(first(REPORT, name, made, "write", by, self._clock()))[
            0
        ]

    def finish_report(self, step: str, *, by: Party) -> Entry[DecisionReport]:
        """The words of the decision stand: it can be signed.

        Raises:
            NotFoundError: Nothing was written.
            StepNotAllowedError: It is finished.
        """
        return self._report_after(step, "finish", by, "")

    def reopen_report(
        self, step: str, *, by: Party, reason: str
    ) -> Entry[DecisionReport]:
        """Change a finished report.

        Raises:
            NotFoundError: Nothing was written.
            StepNotAllowedError: It is not finished.
        """
        return self._report_after(step, "reopen", by, reason)

    def attach(self, step: str, document: str, *, by: Party) -> Entry[ProcedureStep]:
        """This document says what was decided last on a step (beslissingsfiche).

        It is read as the decision is: before the release by few, then as its own level
        says. Attached twice, it is recorded once.

        Args:
            step: Id of the step.
            document: Id of a document of its dossier, of the type decision report.
            by: The secretary.

        Raises:
            NotFoundError: No such step, or no such decision report in its dossier.
            StepNotAllowedError: No meeting decided on it, or it has another report: a
                new text is a version of that one.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=STEP.ref(step))
        found = self._book.read(STEP, step)
        said = belonging(self._book, found.record.dossier, [document])[document]
        if said.record.type != DECISION_REPORT:
            raise NotFoundError(f"document {document} is no decision report")
        record = found.record.with_report(document)
        if record == found.record:
            return found
        draft = found.next(record, "report", by, self._clock())
        return self._book.write(draft)[0]

    def _report_after(
        self, step: str, action: str, by: Party, reason: str
    ) -> Entry[DecisionReport]:
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=STEP.ref(step))
        found = self._report(step)
        if found is None:
            raise NotFoundError(f"there is no decision report of step {step}")
        record = found.record.after(action)
        draft = found.next(record, action, by, self._clock(), reason)
        return self._book.write(draft)[0]

    def _report(self, step: str) -> Entry[DecisionReport] | None:
        name = report_id(_item_of(self._book.read(STEP, step).record))
        return self._book.read_all(REPORT, [name]).get(name)

    def _mine(self, meeting: str, by: Party) -> Entry[Minutes]:
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=MINUTES.ref(meeting))
        return self._book.read(MINUTES, meeting)

    def _written(
        self,
        found: Entry[Minutes],
        record: Minutes,
        action: str,
        by: Party,
        reason: str = "",
    ) -> Entry[Minutes]:
        draft = found.next(record, action, by, self._clock(), reason)
        return self._book.write(draft)[0]

    def _members(self, held: Meeting) -> tuple[str, ...]:
        day = day_of(held.planned_start)
        return tuple(entry.record.title for entry in self._government.on(day))

    def _treatments(self, meeting: str) -> tuple[Treatment, ...]:
        lines = self._agendas.agenda(meeting).record.lines
        items = {entry.id: entry.record for entry in self._agendas.items(meeting)}
        steps = self._book.read_all(STEP, (line.step for line in lines))
        reports = self._book.read_all(REPORT, (report_id(line.item) for line in lines))
        return tuple(
            Treatment(
                item=line.item,
                kind=line.kind,
                number=line.number,
                title=items[line.item].title,
                text=_said(
                    steps[line.step].record,
                    line.item,
                    reports.get(report_id(line.item)),
                ),
            )
            for line in lines
            if line.item in items
        )


def _said(step: ProcedureStep, item: str, report: Entry[DecisionReport] | None) -> str:
    if report is not None:
        return report.record.text
    results = [one.result for one in step.decisions if one.item == item]
    return DECISIONS[results[-1]] if results else ""


def _item_of(step: ProcedureStep) -> str:
    """The item on which it was decided last."""
    if not step.decisions or not step.decisions[-1].item:
        raise NotReadyError(step.title, [("Beslissing", "nog niet genomen")])
    return step.decisions[-1].item
