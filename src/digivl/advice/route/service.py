"""Gives the route of a dossier: what is done, what is due and what comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import attrs

from digivl.access.guard import Guard
from digivl.access.model import AccessLevel
from digivl.access.policy import TablePolicy
from digivl.advice.agreement import AGREEMENT
from digivl.advice.proposal import PROPOSAL, proposal_id
from digivl.advice.request import ADVICE, AdviceRequest
from digivl.advice.route.facts import RouteFacts, Told
from digivl.advice.route.forecast import Forecast
from digivl.advice.route.planning import plan
from digivl.advice.route.route import Route
from digivl.advice.route.traces import Question, asked_at
from digivl.advice.rules.ruleset import RuleSet
from digivl.documents.model import DOCUMENT, Document
from digivl.dossiers.consultation import ROUND
from digivl.dossiers.meeting import MEETING, Meeting, MeetingKind
from digivl.dossiers.model import DOSSIER, STEP, ProcedureStep, StepState
from digivl.dossiers.parliament import PARLIAMENT
from digivl.dossiers.publication import PUBLICATION
from digivl.dossiers.reading import Reading
from digivl.errors import NotReadyError
from digivl.kernel.calendar import Calendar
from digivl.kernel.declared import checked
from digivl.kernel.kinds import Kind, Ref
from digivl.kernel.parties import Party
from digivl.records.entries import Entry
from digivl.records.port import Query, RecordBook
from digivl.signing.model import FLOW

_TABLES: Final = TablePolicy()

R = TypeVar("R", bound=attrs.AttrsInstance)


@attrs.frozen
@checked
class Routes:
    """The routes of the dossiers of an office."""

    _book: RecordBook
    _reading: Reading
    _guard: Guard
    _rules: RuleSet
    _calendars: Mapping[str, Calendar]
    _clock: Callable[[], datetime]

    def of(self, dossier: str, *, by: Party) -> Route:
        """The route of a dossier as it stands now, for who may know of it.

        Decisions are told once they are released, but to those who know them before.
        What the Inspectie van Financiën and ministers say is told within the
        government, and to whom it was asked.

        Args:
            dossier: Id of the dossier.
            by: Who asks.

        Raises:
            NotFoundError: No such dossier, or `by` may not know of it.
            NotReadyError: Nobody described what it proposes.
            MalformedError: A rule names a calendar that is not there.
        """
        steps = self._reading.steps(dossier, by=by)
        opened = self._book.read(DOSSIER, dossier)
        name = proposal_id(dossier)
        proposal = self._book.read_all(PROPOSAL, [name]).get(name)
        if proposal is None:
            undescribed = "beschrijf eerst wat het dossier voorstelt"
            raise NotReadyError(opened.record.title, [("Voorstel", undescribed)])
        facts = self._facts(opened, steps)
        route = plan(proposal.record, facts, self._forecast())
        within = AccessLevel.INTERNAL_GOVERNMENT
        # A policy of one's own can keep back more than the tables, not less.
        if _TABLES.reads(by, within) and self._guard.policy.reads(by, within):
            return route
        return route.outside(keeping=_own(facts.questions, by))

    def _forecast(self) -> Forecast:
        now = self._clock()
        rows = self._book.rows(Query(kind=MEETING.name, open=True))
        to_come = [r.ref.id for r in rows if r.standing.due and r.standing.due >= now]
        found = self._book.read_all(MEETING, to_come).values()
        return Forecast(
            now=now,
            rules=self._rules,
            calendars=self._calendars,
            meetings=[
                entry.record.planned_start
                for entry in found
                if entry.record.kind is MeetingKind.COUNCIL
            ],
        )

    def _facts(
        self, opened: Entry[Any], steps: Mapping[str, ProcedureStep]
    ) -> RouteFacts:
        ids: dict[str, list[str]] = {}
        for row in self._book.rows(Query(dossier=opened.id)):
            ids.setdefault(row.ref.kind, []).append(row.ref.id)
        told = _Gathering(self._book, ids)
        return RouteFacts(
            dossier=opened.ref,
            title=opened.record.title,
            opened_at=opened.record.opened_at,
            closed_at=opened.record.closed_at,
            questions=[*told.questions(ADVICE), *told.questions(AGREEMENT)],
            steps=[told.step(name, step) for name, step in steps.items()],
            rounds=told.all(ROUND),
            flows=told.all(FLOW),
            documents=told.documents(),
            publications=told.all(PUBLICATION),
            parliament=next(iter(told.all(PARLIAMENT)), None),
            meetings=self._meetings(steps.values()),
        )

    def _meetings(self, steps: Iterable[ProcedureStep]) -> Mapping[str, Meeting]:
        names = {
            name
            for step in steps
            for name in (
                *(placement.meeting for placement in step.placements),
                *(decision.meeting for decision in step.decisions),
            )
            if name
        }
        found = self._book.read_all(MEETING, sorted(names))
        return {name: entry.record for name, entry in found.items()}


@attrs.frozen
class _Gathering:
    """Reads the records of a dossier, each kind at once.

    Attributes:
        ids: Of its records, by kind.
    """

    _book: RecordBook
    _ids: Mapping[str, Sequence[str]]

    def all(self, kind: Kind[R]) -> Sequence[Told[R]]:
        """The records of a kind, with the moment of their first act."""
        return [
            Told(
                subject=entry.ref,
                record=entry.record,
                since=next(iter(self._book.history(kind, entry.id))).at,
                at=entry.at,
            )
            for entry in self._entries(kind)
        ]

    def questions(self, kind: Kind[Any]) -> Iterator[Told[Question]]:
        """Those for advice or for agreement; they say themselves when they began."""
        for entry in self._entries(kind):
            yield Told(
                subject=entry.ref,
                record=entry.record,
                since=asked_at(entry.record),
                at=entry.at,
            )

    def documents(self) -> Sequence[Told[Document]]:
        """The documents; what they are is known since their first version."""
        return [
            Told(
                subject=entry.ref,
                record=entry.record,
                since=entry.record.versions[0].at,
                at=entry.at,
            )
            for entry in self._entries(DOCUMENT)
        ]

    def step(self, id: str, step: ProcedureStep) -> Told[ProcedureStep]:
        """A procedure step, with when an approved agenda held it first."""
        history = list(self._book.history(STEP, id))
        scheduled = (e.at for e in history if e.record.state is StepState.ON_AGENDA)
        return Told(
            subject=STEP.ref(id),
            record=step,
            since=history[0].at,
            at=history[-1].at,
            scheduled_at=next(scheduled, None),
        )

    def _entries(self, kind: Kind[R]) -> Sequence[Entry[R]]:
        ids = self._ids.get(kind.name, ())
        return list(self._book.read_all(kind, ids).values()) if ids else []


def _own(questions: Sequence[Told[Question]], by: Party) -> Sequence[Ref]:
    """What was asked of a party, or by it."""
    return [told.subject for told in questions if by.id in _concerned(told.record)]


def _concerned(question: Question) -> tuple[str, str]:
    asked = (
        question.adviser if isinstance(question, AdviceRequest) else question.minister
    )
    return question.asker.id, asked.id
