"""The route of a dossier: what is done, what is due and what comes next (traject)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import Enum

import attrs
from attrs.validators import optional

from digivl.advice.proposal import Act
from digivl.advice.route.forecast import Assumption
from digivl.advice.rules.grounds import Confidence
from digivl.errors import MalformedError
from digivl.kernel.identifiers import URI
from digivl.kernel.kinds import Ref
from digivl.kernel.moments import aware


class StepStatus(Enum):
    """How far a step of a route is (stand)."""

    DONE = "gebeurd"
    RUNNING = "loopt"
    LATE = "te laat"
    NEXT = "kan beginnen"
    LATER = "later"
    SKIPPED = "overgeslagen"
    UNDETERMINED = "onbepaald"

    @property
    def has_begun(self) -> bool:
        """True for what happened, or happens."""
        return self in {StepStatus.DONE, StepStatus.RUNNING, StepStatus.LATE}


@attrs.frozen(kw_only=True)
class RouteStep:
    """One step of a route, as it stands (stap van een traject).

    Attributes:
        id: Id of the stage; with a number behind it where it was begun again.
        label: In Dutch.
        status: How far it is.
        start: When it began; expected for what has not begun; None where that is not
            known.
        end: When it was done; expected for what is not; None where that is not known.
        due: Until when somebody has, by a term that runs.
        is_moment: It happens at one moment: the decision of a meeting.
        by: Who has to act, or acted; in Dutch.
        waits_for: Ids of the steps that have to be done first.
        hangs_on: Id of the step whose unknown term makes that the end is not known.
        needs: Types of the documents that have to be there.
        makes: Types of the documents that come of it.
        explanation: Why it stands so, by which rule; in Dutch.
        internal: It is shown within the government only.
        source: Where it was read that the route has this step.
        confidence: How sure that is.
        subject: The record that tells it; None for what has not begun.
    """

    id: str
    label: str
    status: StepStatus
    start: datetime | None = attrs.field(default=None, validator=optional(aware))
    end: datetime | None = attrs.field(default=None, validator=optional(aware))
    due: datetime | None = attrs.field(default=None, validator=optional(aware))
    is_moment: bool = False
    by: str
    waits_for: tuple[str, ...] = ()
    hangs_on: str | None = None
    needs: tuple[URI, ...] = ()
    makes: tuple[URI, ...] = ()
    explanation: str = ""
    internal: bool = False
    source: str
    confidence: Confidence
    subject: Ref | None = None

    def __attrs_post_init__(self) -> None:
        if self.start and self.end and self.end < self.start:
            raise MalformedError(
                f"step {self.id} of a route ends before it starts",
                hint="Give an end that is not before its start, or none.",
            )

    @property
    def is_expected(self) -> bool:
        """True when its end is expected, and did not happen."""
        return self.end is not None and self.status is not StepStatus.DONE


@attrs.frozen(kw_only=True)
class Route:
    """The route of a dossier at some moment (traject).

    Attributes:
        dossier: Id of the dossier.
        title: One line, as the dossier has it.
        act: What is proposed.
        at: The moment.
        steps: In the order of the route; what happened again comes after the first
            time.
        assumptions: What the expected dates rest on beside the rules.
        rules: SHA-256 of the set of rules.
    """

    dossier: str
    title: str
    act: Act
    at: datetime = attrs.field(validator=aware)
    steps: tuple[RouteStep, ...]
    assumptions: tuple[Assumption, ...] = ()
    rules: str

    def with_status(self, *status: StepStatus) -> Sequence[RouteStep]:
        """The steps that stand so."""
        return [step for step in self.steps if step.status in status]

    @property
    def end(self) -> datetime | None:
        """When all of it is done, or can be; None where that is not known."""
        left = [step for step in self.steps if step.status is not StepStatus.SKIPPED]
        ends = [step.end for step in left]
        return None if None in ends else max((e for e in ends if e), default=None)

    def step(self, id: str) -> RouteStep | None:
        """The step of that id."""
        return next((step for step in self.steps if step.id == id), None)

    def outside(self, keeping: Collection[Ref] = ()) -> Route:
        """The route as it is told outside the government: without what is internal.

        Args:
            keeping: What is told all the same, by its record.
        """
        kept = [
            step
            for step in self.steps
            if not step.internal or (step.subject and step.subject in keeping)
        ]
        names = {step.id for step in kept}
        steps = tuple(
            attrs.evolve(
                step,
                waits_for=tuple(name for name in step.waits_for if name in names),
                hangs_on=step.hangs_on if step.hangs_on in names else None,
            )
            for step in kept
        )
        return attrs.evolve(self, steps=steps)
