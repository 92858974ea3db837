"""What the book holds that a route is told from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Generic, TypeVar

import attrs

from digivl.advice.body import Body
from digivl.advice.request import AdviceRequest
from digivl.advice.route.traces import Question
from digivl.documents.model import Document
from digivl.dossiers.consultation import Round
from digivl.dossiers.meeting import Meeting
from digivl.dossiers.model import ProcedureStep, StepKind, StepState
from digivl.dossiers.parliament import ParliamentFlow
from digivl.dossiers.publication import Publication
from digivl.kernel.kinds import Ref
from digivl.signing.model import SigningFlow

#: What the government approves itself; a ratification follows on the parliament.
APPROVALS: Final = (StepKind.PRINCIPLE_APPROVAL, StepKind.FINAL_APPROVAL)

R = TypeVar("R", bound=attrs.AttrsInstance)


@attrs.frozen(kw_only=True)
class Told(Generic[R]):
    """A record, and when it was written about.

    Attributes:
        subject: Points at it.
        record: As it is now, for who asks.
        since: Moment of the first act on it.
        at: Moment of the last one.
        scheduled_at: When an approved agenda held it first, for a procedure step.
    """

    subject: Ref
    record: R
    since: datetime
    at: datetime
    scheduled_at: datetime | None = None


@attrs.frozen(kw_only=True)
class RouteFacts:
    """What the book holds of the route of a dossier, for who asks (feiten).

    Attributes:
        dossier: Points at the dossier.
        title: One line, as the dossier has it.
        opened_at: When it was opened.
        closed_at: When it was closed.
        questions: For advice and agreement.
        steps: Procedure steps.
        rounds: Consultation rounds.
        flows: Signing flows.
        documents: Those that can show that something was done.
        publications: In the Belgisch Staatsblad.
        parliament: The flow to the Flemish Parliament.
        meetings: On whose agenda a step stood, by id.
    """

    dossier: Ref
    title: str
    opened_at: datetime
    closed_at: datetime | None = None
    questions: Sequence[Told[Question]] = ()
    steps: Sequence[Told[ProcedureStep]] = ()
    rounds: Sequence[Told[Round]] = ()
    flows: Sequence[Told[SigningFlow]] = ()
    documents: Sequence[Told[Document]] = ()
    publications: Sequence[Told[Publication]] = ()
    parliament: Told[ParliamentFlow] | None = None
    meetings: Mapping[str, Meeting] = attrs.field(factory=dict[str, Meeting])

    def passes(self, kind: StepKind) -> Sequence[Told[ProcedureStep]]:
        """The steps of a kind in their order, but for those that were withdrawn."""
        mine = [told for told in self.steps if told.record.kind is kind]
        live = [t for t in mine if t.record.state is not StepState.WITHDRAWN]
        return sorted(live, key=lambda told: told.record.ordinal)

    def settled_at(self, step: ProcedureStep) -> datetime | None:
        """When the government approved a step or took note of it; None if it did not.

        That is when it met, also where the decision was written down later.
        """
        if not step.is_settled:
            return None
        decision = step.decisions[-1]
        meeting = self.meetings.get(decision.meeting)
        if meeting is None:
            return decision.at
        met = meeting.held[0] if meeting.held else meeting.planned_start
        return min(met, decision.at)

    def settled(self, *kinds: StepKind) -> Sequence[datetime]:
        """When the government approved steps of these kinds; the earliest first."""
        found = (
            self.settled_at(told.record)
            for told in self.steps
            if told.record.kind in kinds
        )
        return sorted(moment for moment in found if moment is not None)

    @property
    def inspected(self) -> AdviceRequest | None:
        """The last request that the Inspectie van Financiën answered, or let lapse."""
        answered = [
            told.record
            for told in self.questions
            if isinstance(told.record, AdviceRequest)
            if told.record.body is Body.IF and told.record.is_answered
        ]
        return max(answered, key=lambda request: request.made_at, default=None)
