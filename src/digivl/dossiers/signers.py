"""Who signs a document when nobody says otherwise (voorgestelde ondertekenaars).

Source:
    Kaleidos: the minister-president always, who submits, and who submits with it, each
    person once; decision reports and minutes the secretary; a ratification those by
    whom the step is ratified. Mandates are compared by person, on the day of the
    decision: what was decided under one mandate is signed by who had it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

import attrs

from digivl.documents.model import DECISION_REPORT, NOTULEN, RATIFICATION, Document
from digivl.dossiers.mandates import Government, Mandate, Office
from digivl.dossiers.meeting import MEETING, Meeting
from digivl.dossiers.model import DOSSIER, STEP, ProcedureStep, StepKind
from digivl.dossiers.submission import SUBMISSION
from digivl.kernel.moments import day_of
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.records.port import Query, RecordBook

_OF_THE_SECRETARY: Final = (DECISION_REPORT, NOTULEN)
#: Who signs as secretary: the first of these that there is.
_SECRETARIES: Final = (Office.SECRETARY, Office.ACTING_SECRETARY)


@attrs.frozen
class Signer:
    """Somebody who signs, and as what, in Dutch."""

    party: Party
    why: str


@attrs.frozen
class Signers:
    """Derives who signs from the dossier, its decision and the government of that day.

    Its answers are the proposals of signing.
    """

    _book: RecordBook
    _government: Government
    _clock: Callable[[], datetime]

    def of(self, id: str, document: Document) -> Sequence[Signer]:
        """Who signs a document, each person once: by rank, then as they submitted.

        Args:
            id: Of the document.
            document: As it is now.
        """
        step = self._step(id, document)
        meeting = self._meeting(step)
        day = self._day(step, meeting)
        running = {one.record.person: one.record for one in self._government.on(day)}
        if document.type in _OF_THE_SECRETARY:
            return list(_secretary(list(running.values()), meeting))
        persons = self._persons(document, step, running)
        order = list(running)
        by_rank = sorted(
            persons, key=lambda p: order.index(p) if p in order else len(order)
        )
        return [Signer(_party(one, running), persons[one]) for one in by_rank]

    def _persons(
        self,
        document: Document,
        step: Entry[ProcedureStep] | None,
        running: Mapping[str, Mandate],
    ) -> Mapping[str, str]:
        """As what each person signs; the first reason counts."""
        if step is not None and _ratifies(document, step.record):
            return dict.fromkeys(step.record.ratified_by, "bekrachtiger")
        why: dict[str, str] = {}
        for one in running.values():
            if one.office is Office.MINISTER_PRESIDENT:
                why[one.person] = "minister-president"
        for number, person in enumerate(self._submitting(document, step)):
            why.setdefault(person, "mede-indiener" if number else "indiener")
        return why

    def _submitting(
        self, document: Document, step: Entry[ProcedureStep] | None
    ) -> Iterator[str]:
        """Who submits, and behind it who submits with it."""
        if step is None:
            opened = self._book.read(DOSSIER, document.dossier).record.opened_by
            yield from filter(None, [opened.minister])
            return
        yield from step.record.ministers
        query = Query(kind=SUBMISSION.name, dossier=document.dossier)
        rows = self._book.rows(query)
        found = self._book.read_all(SUBMISSION, [row.ref.id for row in rows])
        for submission in (entry.record for entry in found.values()):
            # It became a step, so that all of them agreed.
            if submission.step == step.id:
                yield from (one.minister for one in submission.co_submitters)

    def _step(self, id: str, document: Document) -> Entry[ProcedureStep] | None:
        """The last step that the document belongs to."""
        rows = self._book.rows(Query(kind=STEP.name, dossier=document.dossier))
        found = self._book.read_all(STEP, [row.ref.id for row in rows]).values()
        holding = [
            entry
            for entry in found
            if id in entry.record.documents
            or any(one.report == id for one in entry.record.decisions)
        ]
        return max(holding, key=lambda entry: entry.number, default=None)

    def _meeting(self, step: Entry[ProcedureStep] | None) -> Meeting | None:
        if step is None or not step.record.decisions:
            return None
        name = step.record.decisions[-1].meeting
        found = self._book.read_all(MEETING, [name]).get(name)
        return found.record if found else None

    def _day(self, step: Entry[ProcedureStep] | None, meeting: Meeting | None) -> date:
        if meeting is not None:
            return day_of(meeting.held[0] if meeting.held else meeting.planned_start)
        decided = step.record.decisions if step else ()
        return day_of(decided[-1].at if decided else self._clock())


def _ratifies(document: Document, step: ProcedureStep) -> bool:
    is_one = document.type == RATIFICATION or step.kind is StepKind.RATIFICATION
    return is_one and bool(step.ratified_by)


def _party(person: str, running: Mapping[str, Mandate]) -> Party:
    title = running[person].title if person in running else person
    return Party(person, title, Role.MINISTER, minister=person)


def _secretary(running: Sequence[Mandate], meeting: Meeting | None) -> Iterator[Signer]:
    """The one that the meeting names, if it is there; else the first one there is."""
    there = [one for office in _SECRETARIES for one in running if one.office is office]
    named = [one for one in there if meeting and one.title == meeting.secretary]
    for one in [*named, *there][:1]:
        yield Signer(Party(one.person, one.title, Role.SECRETARY), "secretaris")
