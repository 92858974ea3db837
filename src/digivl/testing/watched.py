"""A matter whose route is looked at: for tests of what the records say of it."""

from __future__ import annotations

from datetime import timedelta

import attrs

from digivl.advice.route.route import Route, RouteStep, StepStatus
from digivl.app import Digivl
from digivl.dossiers.agenda import FormalCheck
from digivl.dossiers.meeting import MeetingKind
from digivl.dossiers.model import DecisionResult, StepKind
from digivl.kernel.parties import Party
from digivl.testing.council import CABINET, SECRETARIAT
from digivl.testing.matter import Matter


@attrs.frozen
class Watched:
    """A matter and its route; the requirements of the agenda must not block."""

    matter: Matter

    @property
    def vl(self) -> Digivl:
        """The office."""
        return self.matter.vl

    def route(self, by: Party = SECRETARIAT) -> Route:
        """The route as it stands."""
        return self.vl.routes.of(self.matter.dossier, by=by)

    def step(self, id: str, by: Party = SECRETARIAT) -> RouteStep:
        """A step that is there."""
        (found,) = [one for one in self.route(by).steps if one.id == id]
        return found

    def status(self, id: str, by: Party = SECRETARIAT) -> StepStatus | None:
        """How a step stands; None where it is not there."""
        found = self.route(by).step(id)
        return found.status if found else None

    def on_agenda(self, kind: StepKind, days: int = 4) -> tuple[str, str]:
        """Ids of a step on the design agenda of a meeting, and of that meeting."""
        vl, matter = self.vl, self.matter
        step = vl.dossiers.submit(
            matter.dossier, kind, documents=matter.documents, by=CABINET
        ).id
        start = matter.council.now + timedelta(days=days)
        meeting = vl.meetings.plan(MeetingKind.COUNCIL, start, by=SECRETARIAT).id
        item = vl.agendas.put(step, meeting, by=SECRETARIAT)
        vl.agendas.check([item.id], FormalCheck.OK, by=SECRETARIAT)
        return step, meeting

    def decided(self, kind: StepKind, result: DecisionResult) -> tuple[str, str]:
        """Ids of a step that a meeting decided on, and of that meeting."""
        step, meeting = self.on_agenda(kind)
        self.vl.approving.close(meeting, by=SECRETARIAT)
        self.matter.wait(days=4, hours=2)
        self.vl.deciding.decide(step, result, by=SECRETARIAT)
        return step, meeting

    def approved(self, kind: StepKind = StepKind.FINAL_APPROVAL) -> str:
        """Id of a step that was approved."""
        return self.decided(kind, DecisionResult.APPROVED)[0]
