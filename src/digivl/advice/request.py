"""The request for an advice, with its lifecycle (KRAB).

Source:
    Besluit of the Vlaamse Regering of 17 May 2019 (BVCO), art. 37-54; besluit of 19
    January 2001. The states are ours: no description of KRAB is public.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

import attrs
from attrs.validators import and_, deep_iterable, optional

from digivl.advice.basis import Basis
from digivl.advice.body import AdviceAspect, AdviceOutcome, Body
from digivl.advice.clock import Clock, Inquiry, with_answer
from digivl.advice.follow_up import Appeal, Reply, Silence
from digivl.advice.registration import Registered, check_shown
from digivl.errors import MalformedError, StepNotAllowedError
from digivl.kernel.checks import (
    at_most,
    counted_from_one,
    free_text,
    public_line,
)
from digivl.kernel.declared import typed
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party

#: Both sides use digivl: nothing has to be sent.
IN_HOUSE: Final = "in-house"
_AGENDA: Final = "agenderen"
#: Conditions, remarks or lacks of one answer; more is no answer that people read.
MOST_POINTS: Final = 1_000


class AdviceState(Enum):
    """How far an advice request is (adviesvraag)."""

    CONCEPT = "CONCEPT"
    SUBMITTED = "INGEDIEND"
    RECEIVED = "ONTVANGEN"
    INFORMATION_ASKED = "INFO_GEVRAAGD"
    SENT_BACK = "TERUGGEZONDEN"
    ADVISED = "GEADVISEERD"
    LAPSED = "TERMIJN_VERSTREKEN"
    REPLIED = "BEANTWOORD"
    APPEALED = "IN_BEROEP"
    JOINED = "BIJGETREDEN"
    CONFIRMED = "BEVESTIGD"
    APPEAL_LAPSED = "BEROEP_VERSTREKEN"
    WITHDRAWN = "INGETROKKEN"


_A = AdviceState
_RUNNING: Final = (
    _A.CONCEPT,
    _A.SUBMITTED,
    _A.RECEIVED,
    _A.INFORMATION_ASKED,
    _A.SENT_BACK,
)

ADVICE_LIFECYCLE: Final = Lifecycle(
    subject="advice request",
    initial=_A.CONCEPT,
    steps=(
        Step("edit", (_A.CONCEPT, _A.SENT_BACK), _A.CONCEPT),
        Step("submit", (_A.CONCEPT,), _A.SUBMITTED),
        Step("receive", (_A.SUBMITTED,), _A.RECEIVED),
        Step("ask information", (_A.RECEIVED,), _A.INFORMATION_ASKED),
        Step("answer", (_A.INFORMATION_ASKED,), _A.RECEIVED),
        Step("send back", (_A.SUBMITTED, _A.RECEIVED), _A.SENT_BACK),
        Step("urge", (_A.RECEIVED,), _A.RECEIVED),
        Step("extend", (_A.RECEIVED,), _A.RECEIVED),
        Step("advise", (_A.RECEIVED,), _A.ADVISED),
        Step("lapse", (_A.RECEIVED,), _A.LAPSED),
        Step("reply", (_A.ADVISED,), _A.REPLIED),
        Step("appeal", (_A.ADVISED, _A.REPLIED), _A.APPEALED),
        Step("join", (_A.APPEALED,), _A.JOINED),
        Step("confirm", (_A.APPEALED,), _A.CONFIRMED),
        Step("lapse", (_A.APPEALED,), _A.APPEAL_LAPSED),
        Step("withdraw", _RUNNING, _A.WITHDRAWN),
    ),
)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Condition:
    """Something that an advice or agreement asks to be met (voorwaarde).

    Attributes:
        text: What.
        met_by: Id of the document that shows that it is met; None until then.
    """

    text: str = attrs.field(validator=public_line)
    met_by: str | None = None


def with_met(
    conditions: tuple[Condition, ...], number: int, document: str
) -> tuple[Condition, ...]:
    """The conditions once one of them is met by a document; counted from 1.

    Raises:
        MalformedError: There is no such condition.
    """
    if not 1 <= number <= len(conditions):
        raise MalformedError(
            f"there is no condition {number}",
            hint=f"There are {len(conditions)}, counted from 1.",
        )
    return tuple(
        attrs.evolve(one, met_by=document) if at == number else one
        for at, one in enumerate(conditions, 1)
    )


@attrs.frozen(kw_only=True, field_transformer=typed)
class AspectRemark:
    """What an advice says about one aspect (opmerking)."""

    aspect: AdviceAspect
    text: str = attrs.field(validator=free_text)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Advice:
    """An advice that was given (advies).

    Attributes:
        outcome: Its conclusion.
        at: When it was given.
        agreement_needed: What the inspector said of the budget agreement; silence
            counts as needed.
        aspects: Remarks, each on one aspect.
        conditions: Each on its own, to be met later.
        document: Id of the document that holds it, if there is one.
        registered: Who entered it for the adviser; None where it came by itself.
    """

    outcome: AdviceOutcome
    at: datetime = attrs.field(validator=aware)
    agreement_needed: bool = True
    aspects: tuple[AspectRemark, ...] = attrs.field(
        default=(), validator=at_most(MOST_POINTS)
    )
    conditions: tuple[Condition, ...] = attrs.field(
        default=(), validator=at_most(MOST_POINTS)
    )
    document: str | None = None
    registered: Registered | None = None

    def __attrs_post_init__(self) -> None:
        check_shown(self.registered, self.document)
        conditional = self.outcome is AdviceOutcome.FAVOURABLE_ON_CONDITIONS
        if conditional is not bool(self.conditions):
            raise MalformedError(
                "conditions go with a favourable advice on conditions, and only so",
                hint="Name the conditions one by one, or choose another outcome.",
            )


@attrs.frozen(kw_only=True)
class AdviceRequest:
    """A request for advice (adviesvraag).

    Attributes:
        body: Who has to advise.
        basis: What the advice rests on.
        asker: Who may act on an answer.
        adviser: The inspector, council or service.
        made_at: When it was drafted.
        submitted_at: When it was submitted last.
        submission: How many times it was submitted.
        clock: The term; None before receipt, and where no rule gives one.
        received_at: When the adviser received it.
        inquiries: What the adviser asked since, the oldest first.
        lacks: Why it was sent back.
        advice: What was advised.
        silence: That nothing was.
        reply: To an unfavourable advice.
        appeal: Against one.
        channel: How it goes to the adviser.
        reference: What the adviser calls it.
        heard: Ids of the messages of the adviser that were taken in.
        renews: Id of the request it takes the place of.
    """

    dossier: str
    title: str = attrs.field(validator=public_line)
    body: Body = Body.IF
    basis: Basis
    asker: Party
    adviser: Party
    made_at: datetime = attrs.field(validator=aware)
    submitted_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    submission: int = attrs.field(default=1, validator=counted_from_one)
    received_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    clock: Clock | None = None
    inquiries: tuple[Inquiry, ...] = ()
    lacks: tuple[str, ...] = attrs.field(
        default=(), validator=and_(at_most(MOST_POINTS), deep_iterable(public_line))
    )
    advice: Advice | None = None
    silence: Silence | None = None
    reply: Reply | None = None
    appeal: Appeal | None = None
    channel: str = IN_HOUSE
    reference: str = attrs.field(default="", validator=free_text)
    heard: tuple[str, ...] = ()
    renews: str | None = None
    state: AdviceState = ADVICE_LIFECYCLE.initial

    def __attrs_post_init__(self) -> None:
        if self.body.agrees:
            raise MalformedError(
                f"{self.body.label} is agreed to, not advised",
                hint="Ask an agreement.",
            )

    @property
    def is_open(self) -> bool:
        """True while somebody has something to do about it."""
        return self.state in _RUNNING or self.state is AdviceState.APPEALED

    @property
    def is_unanswered(self) -> bool:
        """True until the adviser answered, or the request ended without."""
        return self.state in _RUNNING

    @property
    def is_answered(self) -> bool:
        """True once there is an advice, or a silence that stands for one."""
        return self.advice is not None or self.silence is not None

    @property
    def due(self) -> datetime | None:
        """The last instant of the term that runs now, in UTC."""
        if self.state is AdviceState.RECEIVED:
            return self.clock.due if self.clock else None
        appealed = self.state is AdviceState.APPEALED and self.appeal
        return appealed.clock.due if appealed and appealed.clock else None

    @property
    def next_step(self) -> str:
        """What the asker has to do with the answer, in Dutch."""
        if self.advice is None or self.body is not Body.IF:
            return "het advies verwerken"
        if self.advice.outcome is AdviceOutcome.UNFAVOURABLE:
            return "repliek geven op het ongunstige advies"
        return "begrotingsakkoord vragen" if self.advice.agreement_needed else _AGENDA

    def _after(self, step: str) -> AdviceState:
        return ADVICE_LIFECYCLE.after(self.state, step)

    def edit(self, basis: Basis) -> AdviceRequest:
        """It rests on something else; after it was sent back it is a draft again."""
        return attrs.evolve(self, state=self._after("edit"), basis=basis)

    def submit(self, at: datetime) -> AdviceRequest:
        """It goes to the adviser."""
        again = self.submitted_at is not None
        return attrs.evolve(
            self,
            state=self._after("submit"),
            submitted_at=at,
            submission=self.submission + again,
            received_at=None,
            clock=None,
            inquiries=(),
            lacks=(),
        )

    def receive(self, at: datetime, clock: Clock | None) -> AdviceRequest:
        """The adviser has it; the term runs."""
        state = self._after("receive")
        return attrs.evolve(self, state=state, received_at=at, clock=clock)

    def send_back(self, lacks: tuple[str, ...]) -> AdviceRequest:
        """The adviser sends it back: it is not complete, and the term is void."""
        if not lacks:
            raise MalformedError(
                "what is sent back lacks something: say what",
                hint="Name what lacks, one by one: lacks=['de memorie'].",
            )
        state = self._after("send back")
        return attrs.evolve(self, state=state, lacks=lacks, clock=None)

    def ask_information(self, inquiry: Inquiry) -> AdviceRequest:
        """The adviser asks something, in writing; the term has to be reckoned anew."""
        state = self._after("ask information")
        return attrs.evolve(self, state=state, inquiries=(*self.inquiries, inquiry))

    def answer(self, text: str, at: datetime) -> AdviceRequest:
        """The asker answers; the term has to be reckoned anew."""
        state = self._after("answer")
        inquiries = with_answer(self.inquiries, text, at)
        return attrs.evolve(self, state=state, inquiries=inquiries)

    def reclock(self, step: str, clock: Clock) -> AdviceRequest:
        """Another term: `step` is ``urge`` or ``extend``."""
        return attrs.evolve(self, state=self._after(step), clock=clock)

    def advise(self, advice: Advice) -> AdviceRequest:
        """The adviser gave advice."""
        return attrs.evolve(self, state=self._after("advise"), advice=advice)

    def lapse(self, silence: Silence) -> AdviceRequest:
        """The term passed without an answer; of an appeal if there is one."""
        return attrs.evolve(self, state=self._after("lapse"), silence=silence)

    def replied(self, reply: Reply) -> AdviceRequest:
        """The asker replies to an unfavourable advice.

        Raises:
            StepNotAllowedError: It was not unfavourable.
        """
        self._check_unfavourable("reply")
        return attrs.evolve(self, state=self._after("reply"), reply=reply)

    def appealed(self, appeal: Appeal) -> AdviceRequest:
        """The asker appeals against an unfavourable advice.

        Raises:
            StepNotAllowedError: It was not unfavourable.
        """
        self._check_unfavourable("appeal")
        return attrs.evolve(self, state=self._after("appeal"), appeal=appeal)

    def conclude(self, step: str) -> AdviceRequest:
        """The appeal is decided."""
        return attrs.evolve(self, state=self._after(step))

    def withdraw(self) -> AdviceRequest:
        """The asker takes it back."""
        return attrs.evolve(self, state=self._after("withdraw"))

    def met(self, number: int, document: str) -> AdviceRequest:
        """A condition of the advice is met; see `with_met`."""
        if self.advice is None:
            raise StepNotAllowedError(
                *("advice", "niet gegeven", "meet", ()),
                hint="Conditions are met once there is an advice.",
            )
        conditions = with_met(self.advice.conditions, number, document)
        advice = attrs.evolve(self.advice, conditions=conditions)
        return attrs.evolve(self, advice=advice)

    def _check_unfavourable(self, step: str) -> None:
        state = self._after(step)  # the lifecycle speaks first
        unfavourable = AdviceOutcome.UNFAVOURABLE
        if self.advice is None or self.advice.outcome is not unfavourable:
            raise StepNotAllowedError(
                *("advice", "niet ongunstig", state.value, ()),
                hint="Only an unfavourable advice is replied to or appealed against.",
            )


def _standing(request: AdviceRequest) -> Standing:
    return Standing(
        state=request.state.value,
        title=request.title,
        dossier=request.dossier,
        due=request.due,
        open=request.is_open,
    )


ADVICE: Final = Kind("advice", AdviceRequest, _standing)
