"""Lays out a route: which step stands how, and when it can be done; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import attrs

from digivl.advice.body import Body
from digivl.advice.proposal import Proposal
from digivl.advice.route.facts import APPROVALS, RouteFacts
from digivl.advice.route.forecast import Assumption, Chance, Forecast, months_later
from digivl.advice.route.needed import Needed, assessed, needed
from digivl.advice.route.route import Route, RouteStep, StepStatus
from digivl.advice.route.routes import ROUTES
from digivl.advice.route.stages import Evidence, Stage, following
from digivl.advice.route.telling import traces_of
from digivl.advice.route.traces import NO_TERM, Trace, on, term_text
from digivl.advice.rules.ruleset import Need
from digivl.dossiers.model import StepKind
from digivl.kernel.moments import day_of

#: What shows that all before it is over, whether the book tells of that or not.
_OVERTAKES: Final = frozenset(
    {
        Evidence.DECISION,
        Evidence.SIGNING,
        Evidence.SENDING,
        Evidence.PARLIAMENT,
        Evidence.PUBLICATION,
    }
)
_MEETS: Final = frozenset({Evidence.AGENDA, Evidence.DECISION})


def plan(proposal: Proposal, facts: RouteFacts, forecast: Forecast) -> Route:
    """The route of a dossier as it stands now.

    Args:
        proposal: What the dossier proposes.
        facts: What the book holds of it.
        forecast: The rules and calendars by which dates are expected, the meetings that
            are planned, and the present moment.

    Raises:
        MalformedError: A rule names a calendar that is not there.
    """
    stages, rules = ROUTES[proposal.act], forecast.rules
    # Who has to be heard is settled with the first approval.
    at = min([forecast.now, *facts.settled(*APPROVALS)])
    heard = assessed(proposal, rules, day_of(at), facts.inspected)
    asked = needed(stages, proposal, heard)
    traces = traces_of(stages, facts, forecast)
    steps, assumptions = lay_out(stages, asked, traces, forecast, facts.closed_at)
    return Route(
        dossier=proposal.dossier,
        title=facts.title,
        act=proposal.act,
        at=forecast.now,
        steps=steps,
        assumptions=assumptions,
        rules=rules.sha256,
    )


def lay_out(
    route: Sequence[Stage],
    asked: Mapping[str, Needed],
    traces: Mapping[str, Sequence[Trace]],
    forecast: Forecast,
    closed_at: datetime | None = None,
) -> tuple[tuple[RouteStep, ...], tuple[Assumption, ...]]:
    """Every step of a route as it stands, and what the dates rest on beside the rules.

    What nothing asks is there only where it happened.

    Args:
        route: The stages.
        asked: Whether each is asked, by its id.
        traces: What the book tells, by the id of the stage.
        forecast: By what dates are expected.
        closed_at: When the dossier was closed.
    """
    planner = _Planner(route, asked, traces, forecast, closed_at)
    steps = tuple(step for stage in route for step in planner.steps_of(stage))
    return steps, tuple(one for one in Assumption if one in planner.assumed)


@attrs.frozen(kw_only=True)
class _Lies:
    """How a stage lies for what comes after it, or all that comes before one.

    Attributes:
        ready: It is done, or left out and what comes before it is.
        end: When it was done, or can be; None where that is not known.
        waits_for: Ids of the steps that are not done.
        hangs_on: Id of the step that makes that the end is not known.
    """

    ready: bool
    end: datetime | None
    waits_for: tuple[str, ...] = ()
    hangs_on: str | None = None


@attrs.define
class _Planner:
    """Goes along a route, and knows how what it passed lies."""

    route: Sequence[Stage]
    asked: Mapping[str, Needed]
    traces: Mapping[str, Sequence[Trace]]
    forecast: Forecast
    closed_at: datetime | None
    lies: dict[str, _Lies] = attrs.field(init=False, factory=dict[str, _Lies])
    assumed: set[Assumption] = attrs.field(init=False, factory=set[Assumption])

    @property
    def now(self) -> datetime:
        return self.forecast.now

    def steps_of(self, stage: Stage) -> Sequence[RouteStep]:
        """The steps of a stage; those before it were asked already."""
        before, traces = self._before(stage), self.traces.get(stage.id, ())
        begun = [trace for trace in traces if trace.start is not None]
        if begun:
            steps = [self._begun(stage, trace, before) for trace in begun]
            steps = [_numbered(step, n) for n, step in enumerate(steps, 1)]
            self.lies[stage.id] = self._passed(stage, steps)
            return steps
        why = self._left_out(stage)
        if why is not None:
            self.lies[stage.id] = before
            skipped = _step(stage, StepStatus.SKIPPED, why)
            return () if stage.unasked else (skipped,)
        step = self._to_come(stage, next(iter(traces), None), before)
        self.lies[stage.id] = self._passed(stage, [step])
        return (step,)

    def _before(self, stage: Stage) -> _Lies:
        others = [self.lies[name] for name in stage.after]
        unknown = [one for one in others if one.end is None]
        ends = [one.end for one in others if one.end is not None]
        waits = dict.fromkeys(name for one in others for name in one.waits_for)
        return _Lies(
            ready=all(one.ready for one in others),
            end=None if unknown else max(ends, default=self.now),
            waits_for=tuple(self._nearest(list(waits))),
            hangs_on=unknown[0].hangs_on if unknown else None,
        )

    def _nearest(self, names: Sequence[str]) -> Iterator[str]:
        """Those that no other one of them waits for itself."""
        stages = {_stage_id(name) for name in names}
        for name in names:
            later = {stage.id for stage in following(self.route, _stage_id(name))}
            if not later & stages:
                yield name

    def _passed(self, stage: Stage, steps: Sequence[RouteStep]) -> _Lies:
        # Asking the first question ends the preparation: nothing waits for it.
        if stage.evidence is Evidence.PREPARATION:
            return _Lies(ready=True, end=steps[-1].end)
        left = [step for step in steps if step.status is not StepStatus.DONE]
        ends = [step.end for step in steps if step.end is not None]
        hanging = [step for step in steps if step.end is None]
        return _Lies(
            ready=not left,
            end=None if hanging else max(ends),
            waits_for=tuple(step.id for step in left),
            hangs_on=hanging[0].hangs_on or hanging[0].id if hanging else None,
        )

    def _left_out(self, stage: Stage) -> str | None:
        """Why a stage that was not begun is none to come; None where it is."""
        asked = self.asked[stage.id]
        if asked.need is Need.NOT_REQUIRED and stage.id not in self.traces:
            return asked.text
        for later in following(self.route, stage.id):
            happened = any(trace.end for trace in self.traces.get(later.id, ()))
            if happened and later.evidence in _OVERTAKES:
                gone = f"niet in dit dossier; voorbij sinds: {later.label.lower()}"
                return _joined(asked.text, gone)
        if self.closed_at is not None:
            return f"het dossier is afgesloten op {on(self.closed_at)}"
        return None

    def _begun(self, stage: Stage, trace: Trace, before: _Lies) -> RouteStep:
        if trace.end is not None:
            start = min(trace.start or trace.end, trace.end)
            return _traced(stage, trace, StepStatus.DONE, start, trace.end)
        late = trace.due is not None and trace.due < self.now
        status = StepStatus.LATE if late else StepStatus.RUNNING
        end, hangs_on = self._awaited(stage, trace, before)
        step = _traced(stage, trace, status, trace.start, end)
        waits = before.waits_for if stage.evidence in _MEETS else ()
        return attrs.evolve(step, due=trace.due, waits_for=waits, hangs_on=hangs_on)

    def _awaited(
        self, stage: Stage, trace: Trace, before: _Lies
    ) -> tuple[datetime | None, str | None]:
        """When what runs can be done, or on what it hangs that nobody knows."""
        if stage.evidence not in _MEETS:
            if trace.expected and stage.evidence is Evidence.QUESTION:
                self.assumed.add(Assumption.WHOLE_TERM)
                if trace.due is None:
                    self.assumed.add(Assumption.RECEIVED_AT_ONCE)
            return trace.expected and max(trace.expected, self.now), None
        # A meeting that is past tells nothing of when it will be.
        held = trace.expected is None or trace.expected < self.now
        expected = None if held else trace.expected
        if trace.ready is None and (before.ready or expected is None):
            return expected, None
        if before.end is None:
            return None, before.hangs_on
        if expected is not None and before.end <= expected:
            return expected, None
        ready = trace.ready if before.ready and trace.ready else before.end
        return _met(stage, self._meeting(stage, ready), self.now), None

    def _to_come(self, stage: Stage, trace: Trace | None, before: _Lies) -> RouteStep:
        if stage.months and before.ready and before.end is not None:
            return self._counting(stage, before.end)
        asked = self.asked[stage.id]
        status = StepStatus.NEXT if before.ready else StepStatus.LATER
        if asked.need is Need.UNDETERMINED:
            status = StepStatus.UNDETERMINED
            self.assumed.add(Assumption.UNDETERMINED_COUNTS)
        start = before.end and max(before.end, self.now)
        end, how = self._expected(stage, trace, start)
        said = (trace.said if trace else "", asked.text, how)
        return attrs.evolve(
            _step(stage, status, _joined(*said)),
            start=end if stage.evidence is Evidence.DECISION else start,
            end=end,
            waits_for=before.waits_for,
            hangs_on=before.hangs_on,
            subject=trace.subject if trace else None,
        )

    def _expected(
        self, stage: Stage, trace: Trace | None, start: datetime | None
    ) -> tuple[datetime | None, str]:
        """When what can begin then can be done, and by which rule."""
        if stage.months:
            return None, f"binnen {stage.months} maanden ({stage.basis})"
        if start is None:
            return None, ""
        if stage.body is not None:
            return self._to_answer(stage.body, start)
        if stage.evidence in _MEETS:
            return self._to_meet(stage, trace, start)
        if stage.evidence is Evidence.SENDING:
            self.assumed.add(Assumption.AT_ONCE)
            return start, ""
        return None, NO_TERM

    def _to_answer(self, body: Body, start: datetime) -> tuple[datetime | None, str]:
        clock = self.forecast.answer(body, start)
        if clock is None:
            return None, NO_TERM
        self.assumed |= {
            Assumption.AT_ONCE,
            Assumption.RECEIVED_AT_ONCE,
            Assumption.WHOLE_TERM,
        }
        return clock.due, term_text(clock)

    def _to_meet(
        self, stage: Stage, trace: Trace | None, start: datetime
    ) -> tuple[datetime | None, str]:
        if trace is not None and trace.expected and start <= trace.expected:
            return trace.expected, ""
        if stage.evidence is Evidence.DECISION:
            # What was submitted in time keeps its meeting, whatever day it is.
            submitted = trace.ready if trace and trace.ready else start
            chance = self._meeting(stage, submitted)
            if chance is not None and chance.meeting < start:
                chance = self._meeting(stage, start)
            return (chance.meeting, "") if chance else (None, NO_TERM)
        chance = self._meeting(stage, start)
        if chance is None:
            return None, NO_TERM
        self.assumed.add(Assumption.AT_ONCE)
        said = f"voor de vergadering van {on(chance.meeting)}"
        return _met(stage, chance, self.now), said

    def _meeting(self, stage: Stage, ready: datetime) -> Chance | None:
        automatic = stage.kind is StepKind.RATIFICATION
        chance = self.forecast.meeting(ready, automatic=automatic)
        if chance is not None and not chance.planned:
            self.assumed.add(Assumption.FRIDAYS)
        return chance

    def _counting(self, stage: Stage, start: datetime) -> RouteStep:
        """What has to be done within some months after what is done already."""
        due, asked = months_later(start, stage.months or 0), self.asked[stage.id]
        said = _joined(asked.text, f"uiterlijk op {on(due)} ({stage.basis})")
        if asked.need is Need.UNDETERMINED:
            return _step(stage, StepStatus.UNDETERMINED, said)
        status = StepStatus.LATE if due < self.now else StepStatus.RUNNING
        return attrs.evolve(_step(stage, status, said), start=start, due=due)


def _met(stage: Stage, chance: Chance | None, now: datetime) -> datetime | None:
    """When a stage is at a meeting: its moment, or the latest to be on its agenda."""
    if chance is None:
        return None
    if stage.evidence is Evidence.DECISION or chance.deadline is None:
        return chance.meeting
    return max(chance.deadline, now)


def _step(stage: Stage, status: StepStatus, explanation: str) -> RouteStep:
    return RouteStep(
        id=stage.id,
        label=stage.label,
        status=status,
        is_moment=stage.evidence is Evidence.DECISION,
        by=stage.by,
        needs=stage.needs,
        makes=stage.makes,
        explanation=explanation,
        internal=stage.internal,
        source=stage.source,
        confidence=stage.confidence,
    )


def _traced(
    stage: Stage,
    trace: Trace,
    status: StepStatus,
    start: datetime | None,
    end: datetime | None,
) -> RouteStep:
    return attrs.evolve(
        _step(stage, status, trace.said),
        label=trace.label or stage.label,
        start=start,
        end=end,
        by=trace.by or stage.by,
        subject=trace.subject,
    )


def _numbered(step: RouteStep, number: int) -> RouteStep:
    if number == 1:
        return step
    return attrs.evolve(
        step, id=f"{step.id}.{number}", label=f"{step.label} ({number})"
    )


def _stage_id(step: str) -> str:
    return step.partition(".")[0]


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
