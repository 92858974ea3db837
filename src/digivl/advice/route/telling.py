"""Tells the traces of a dossier from what the book holds; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import attrs

from digivl.advice.route.facts import APPROVALS, RouteFacts, Told
from digivl.advice.route.forecast import Forecast
from digivl.advice.route.stages import Evidence, Stage
from digivl.advice.route.traces import Trace, asked_at, on, question_traces
from digivl.documents.model import Document
from digivl.dossiers.meeting import Meeting
from digivl.dossiers.model import DecisionResult, ProcedureStep, StepKind, StepState
from digivl.dossiers.parliament import (
    Outcome,
    ParliamentFlow,
    ParliamentStatus,
    Sending,
)
from digivl.dossiers.publication import PublicationStatus
from digivl.kernel.concepts import concept
from digivl.kernel.moments import day_of, end_of_day
from digivl.signing.model import FlowState

_OFF: Final = (StepState.PREPARED, StepState.PROPOSED)
_GIVEN_UP: Final = (FlowState.REFUSED, FlowState.CANCELLED)


def traces_of(
    route: Sequence[Stage], facts: RouteFacts, forecast: Forecast
) -> Mapping[str, Sequence[Trace]]:
    """The traces of each stage that has some, the earliest first.

    Args:
        route: The stages.
        facts: What the book holds.
        forecast: By what the ends of terms are expected.
    """
    found: dict[str, list[Trace]] = {}
    for trace in _Teller(route=route, facts=facts, forecast=forecast).all():
        found.setdefault(trace.stage, []).append(trace)
    for traces in found.values():
        traces.sort(key=lambda one: (one.start or forecast.now, one.subject.id))
    return found


@attrs.frozen(kw_only=True)
class _Teller:
    """Tells the traces of one dossier."""

    route: Sequence[Stage]
    facts: RouteFacts
    forecast: Forecast

    def all(self) -> Iterator[Trace]:
        """Every trace, the preparation included."""
        told = [
            *self._questions(),
            *self._rounds(),
            *self._steps(),
            *self._signing(),
            *self._parliament(),
            *self._documents(),
            *self._publications(),
        ]
        begun = [trace.start for trace in told if trace.start is not None]
        yield Trace(
            stage=self._stages(Evidence.PREPARATION)[0].id,
            subject=self.facts.dossier,
            start=min([self.facts.opened_at, *begun]),
            end=min(begun, default=self.facts.closed_at),
            expected=self.forecast.now,
        )
        yield from told

    def _stages(self, evidence: Evidence) -> Sequence[Stage]:
        return [stage for stage in self.route if stage.evidence is evidence]

    def _of_phase(self, stages: Sequence[Stage], at: datetime) -> str:
        """Of which of some stages it is what began then."""
        passed = sum(moment <= at for moment in self.facts.settled(*APPROVALS))
        reached = [stage for stage in stages if stage.phase <= passed]
        return (reached[-1] if reached else stages[0]).id

    def _questions(self) -> Iterator[Trace]:
        for told in self.facts.questions:
            body, at = told.record.body, asked_at(told.record)
            stages = [s for s in self._stages(Evidence.QUESTION) if s.body is body]
            stage = self._of_phase(stages, at)
            yield from question_traces(
                told.subject.id, told.record, told.at, stage, self.forecast
            )

    def _rounds(self) -> Iterator[Trace]:
        for told in self.facts.rounds:
            yield Trace(
                stage=self._of_phase(self._stages(Evidence.ROUND), told.since),
                subject=told.subject,
                start=told.since,
                end=told.record.ended_at,
                due=told.record.due,
                expected=told.record.due,
                said=f"overlegronde: {told.record.state.value}",
            )

    def _steps(self) -> Iterator[Trace]:
        for kind in StepKind:
            live = self.facts.passes(kind)
            for number, told in enumerate(live, 1):
                if stage := self._stage_of(Evidence.AGENDA, kind, number):
                    yield self._on_agenda(told, stage.id)
                if stage := self._stage_of(Evidence.DECISION, kind, number):
                    yield self._decided(told, stage.id)
            yield from self._withdrawn(kind, 1 + len(live))

    def _withdrawn(self, kind: StepKind, number: int) -> Iterator[Trace]:
        """That the last step of a kind was withdrawn: it can be proposed again."""
        mine = [told for told in self.facts.steps if told.record.kind is kind]
        last = max(mine, key=lambda told: told.record.ordinal, default=None)
        stage = self._stage_of(Evidence.DECISION, kind, number)
        if last is None or stage is None or stage.unasked:
            return
        if last.record.state is StepState.WITHDRAWN:
            said = self._result(last.record)
            yield Trace(stage=stage.id, subject=last.subject, said=said)

    def _stage_of(self, of: Evidence, kind: StepKind, number: int) -> Stage | None:
        """One approval more than a route knows comes with the last that it does."""
        stages = [stage for stage in self._stages(of) if stage.kind is kind]
        return stages[min(number, len(stages)) - 1] if stages else None

    def _on_agenda(self, told: Told[ProcedureStep], stage: str) -> Trace:
        # Taken off before any decision, it has to be put on an agenda anew.
        off = told.record.state in _OFF and not told.record.decisions
        trace = Trace(
            stage=stage,
            subject=told.subject,
            start=told.since,
            end=None if off else told.scheduled_at,
            ready=told.since,
            said=f"ingediend op {on(told.since)}",
        )
        meeting = self._awaits(told.record)
        if trace.end is not None or meeting is None:
            return trace
        last = self.forecast.deadline(meeting.planned_start) or meeting.planned_start
        return attrs.evolve(
            trace,
            ready=None,
            expected=max(last, self.forecast.now),
            said=f"{trace.said}; op de ontwerpagenda van {meeting.label}",
        )

    def _decided(self, told: Told[ProcedureStep], stage: str) -> Trace:
        step, start = told.record, told.scheduled_at or told.since
        trace = Trace(
            stage=stage, subject=told.subject, ready=told.since, said=self._result(step)
        )
        if moment := self.facts.settled_at(step):
            return attrs.evolve(trace, start=moment, end=moment)
        if step.state is StepState.POSTPONED:
            return attrs.evolve(trace, start=start, ready=self.forecast.now)
        meeting = self._awaits(step)
        if meeting is None:
            return trace
        if step.state is StepState.PROPOSED:
            said = f"op de ontwerpagenda van {meeting.label}"
            begun = start if step.decisions else None
            expected = meeting.planned_start
            return attrs.evolve(trace, start=begun, said=said, expected=expected)
        return self._awaited(attrs.evolve(trace, start=start, ready=None), meeting)

    def _awaited(self, trace: Trace, meeting: Meeting) -> Trace:
        """The decision of a meeting that is to come, goes on, or is over."""
        now, start = self.forecast.now, meeting.planned_start
        last = end_of_day(day_of(start))
        said = f"op de agenda van {meeting.label}"
        if last < now:
            said += "; de beslissing is nog niet genoteerd of niet vrijgegeven"
            return attrs.evolve(trace, due=last, said=said)
        expected = start if now <= start else last
        return attrs.evolve(trace, due=last, expected=expected, said=said)

    def _awaits(self, step: ProcedureStep) -> Meeting | None:
        """The meeting that a step stands on the agenda of, and that has to decide."""
        if not step.is_placed:
            return None
        return self.facts.meetings.get(step.placements[-1].meeting)

    def _result(self, step: ProcedureStep) -> str:
        if not step.decisions:
            return ""
        last = step.decisions[-1]
        meeting = self.facts.meetings.get(last.meeting)
        result = concept(last.result.value).label.lower()
        again = "; weer te agenderen" if last.result is DecisionResult.POSTPONED else ""
        where = f"vergadering {meeting.label}" if meeting else f"op {on(last.at)}"
        return f"{result}, {where}{again}"

    def _signing(self) -> Iterator[Trace]:
        """Signing what was definitively approved, or a text that needs no approval."""
        final = (t.record for t in self.facts.passes(StepKind.FINAL_APPROVAL))
        pieces = {name for step in final if step.is_settled for name in step.pieces}
        for told in self.facts.flows:
            flow = told.record
            counts = flow.document in pieces or not self.facts.steps
            if not counts or flow.state in _GIVEN_UP:
                continue
            signed = [one.signed_at for one in flow.signers if one.signed_at]
            turns = [one.party.label for one in flow.turns]
            waits = turns or ([] if flow.is_ended else [flow.started_by.label])
            yield Trace(
                stage=self._stages(Evidence.SIGNING)[0].id,
                subject=told.subject,
                start=told.since,
                end=max(signed) if signed and flow.is_ended else None,
                by=", ".join(waits),
                said=f"{len(signed)} van {len(flow.signers)} getekend",
            )

    def _parliament(self) -> Iterator[Trace]:
        told = self.facts.parliament
        if told is None:
            return
        final = {t.subject.id for t in self.facts.passes(StepKind.FINAL_APPROVAL)}
        # What was sent of an approval in principle is no submission of the decree.
        sent = [one for one in told.record.sendings if one.step in final]
        there = [one.at for one in sent if one.outcome is Outcome.ACKNOWLEDGED]
        back = self._back(told)
        if sent:
            yield self._sent(told, sent, back)
        if there or told.record.received:
            (stage,) = self._stages(Evidence.PARLIAMENT)
            yield Trace(
                stage=stage.id,
                subject=told.subject,
                start=min(there, default=back or told.since),
                end=back,
                said=told.record.said,
            )

    def _sent(
        self, told: Told[ParliamentFlow], sent: Sequence[Sending], back: datetime | None
    ) -> Trace:
        arrived = [one for one in sent if one.outcome is Outcome.ACKNOWLEDGED]
        whole = [one.at for one in arrived if one.complete]
        # What the parliament handles, or sent back adopted, it has: whole or not.
        handled = told.record.state is ParliamentStatus.BEING_HANDLED
        taken = [told.record.said_at if handled else None, back]
        ends = [*whole, *(moment for moment in taken if moment and arrived)]
        return Trace(
            stage=self._stages(Evidence.SENDING)[0].id,
            subject=told.subject,
            start=sent[0].at,
            end=min(ends, default=None),
            expected=self.forecast.now,
            said="volledig verzonden" if whole else "niet volledig verzonden",
        )

    def _back(self, told: Told[ParliamentFlow]) -> datetime | None:
        """When what it adopted came back from the parliament."""
        (stage,) = self._stages(Evidence.PARLIAMENT)
        back = [t.since for t in self.facts.passes(StepKind.RATIFICATION)]
        # Of what is no decree nothing comes back to be ratified.
        if stage.unasked and told.record.received:
            back.append(told.at)
        return min(back, default=None)

    def _documents(self) -> Iterator[Trace]:
        approved = min(self.facts.settled(StepKind.FINAL_APPROVAL), default=None)
        asked = {told.record.body for told in self.facts.questions}
        for stage in self.route:
            if stage.document is None or stage.body in asked:
                continue
            filed = [t for t in self.facts.documents if t.record.type == stage.document]
            for told in filed:
                # Who ratifies in time does so after what is ratified.
                start = approved if stage.months else told.since
                if start is not None and start <= told.since:
                    yield _filed(stage, told, start)

    def _publications(self) -> Iterator[Trace]:
        before = {t.subject.id for t in self.facts.passes(StepKind.PRINCIPLE_APPROVAL)}
        for told in self.facts.publications:
            record = told.record
            if record.state is PublicationStatus.CANCELLED or record.step in before:
                continue
            published = record.state is PublicationStatus.PUBLISHED
            label = concept(record.state.value).label.lower()
            yield Trace(
                stage=self._stages(Evidence.PUBLICATION)[0].id,
                subject=told.subject,
                start=told.since,
                end=(record.published_at or told.at) if published else None,
                due=record.due,
                said=f"{label}, numac {record.numac}" if record.numac else label,
            )


def _filed(stage: Stage, told: Told[Document], start: datetime) -> Trace:
    return Trace(
        stage=stage.id,
        subject=told.subject,
        start=start,
        end=told.since,
        said=f"bij het dossier gevoegd op {on(told.since)}",
    )
