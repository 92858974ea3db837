"""The agreement of a minister: on the budget, or on staff (KRAB).

Source:
    Besluit of the Vlaamse Regering of 17 May 2019 (BVCO), art. 1 and 29-30; besluit of
    19 December 2014 on staff policy. The states are ours.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

import attrs
from attrs.validators import optional

from digivl.advice.basis import Basis
from digivl.advice.body import Body
from digivl.advice.clock import Clock, Inquiry, with_answer
from digivl.advice.follow_up import Silence
from digivl.advice.registration import Registered, check_shown
from digivl.advice.request import IN_HOUSE, MOST_POINTS, Condition, with_met
from digivl.errors import MalformedError, StepNotAllowedError
from digivl.kernel.checks import at_most, free_text, public_line
from digivl.kernel.declared import typed
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party


class AgreementState(Enum):
    """How far an agreement is (akkoord)."""

    SUBMITTED = "INGEDIEND"
    RECEIVED = "ONTVANGEN"
    COMPLETION_ASKED = "VERVOLLEDIGING_GEVRAAGD"
    AGREED = "AKKOORD"
    REFUSED = "GEWEIGERD"
    LAPSED = "NIET_LANGER_VEREIST"
    WITHDRAWN = "INGETROKKEN"


_B = AgreementState
_RUNNING: Final = (_B.SUBMITTED, _B.RECEIVED, _B.COMPLETION_ASKED)

AGREEMENT_LIFECYCLE: Final = Lifecycle(
    subject="agreement",
    initial=_B.SUBMITTED,
    steps=(
        Step("receive", (_B.SUBMITTED,), _B.RECEIVED),
        Step("ask to complete", (_B.RECEIVED,), _B.COMPLETION_ASKED),
        Step("complete", (_B.COMPLETION_ASKED,), _B.RECEIVED),
        Step("agree", (_B.RECEIVED,), _B.AGREED),
        Step("refuse", (_B.RECEIVED,), _B.REFUSED),
        Step("lapse", (_B.RECEIVED,), _B.LAPSED),
        Step("withdraw", _RUNNING, _B.WITHDRAWN),
    ),
)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Ruling:
    """What the minister answered (beslissing over het akkoord).

    Attributes:
        granted: The minister agrees.
        at: When.
        reason: Why not, or a remark.
        conditions: Each on its own, to be met later.
        document: Id of the document that holds it, if there is one.
        registered: Who entered it for the minister; None where it came by itself.
    """

    granted: bool
    at: datetime = attrs.field(validator=aware)
    reason: str = attrs.field(default="", validator=free_text)
    conditions: tuple[Condition, ...] = attrs.field(
        default=(), validator=at_most(MOST_POINTS)
    )
    document: str | None = None
    registered: Registered | None = None

    def __attrs_post_init__(self) -> None:
        check_shown(self.registered, self.document)
        if not self.granted and not self.reason.strip():
            raise MalformedError(
                "a refusal has a reason", hint="Say why the minister does not agree."
            )

    @property
    def next_step(self) -> str:
        """What the asker has to do with it, in Dutch."""
        return "agenderen" if self.granted else "voorleggen aan de Vlaamse Regering"


@attrs.frozen(kw_only=True)
class Agreement:
    """An agreement that is asked of a minister (begrotingsakkoord, akkoord BZ).

    Attributes:
        body: `Body.BA` or `Body.BZ`.
        advice: Id of the request to the Inspectie van Financiën that it rests on.
        basis: What it rests on.
        asker: Who may act on an answer.
        minister: Who has to agree.
        submitted_at: When it was asked.
        received_at: When the minister received it.
        clock: The term; None before receipt, and where no rule gives one.
        inquiries: What the minister asked to complete, the oldest first.
        ruling: What the minister answered.
        silence: That nothing was answered.
        channel: How it goes to the minister.
        reference: What the minister's office calls it.
        heard: Ids of the messages of that office that were taken in.
        renews: Id of the agreement it takes the place of.
    """

    dossier: str
    title: str = attrs.field(validator=public_line)
    body: Body
    advice: str
    basis: Basis
    asker: Party
    minister: Party
    submitted_at: datetime = attrs.field(validator=aware)
    received_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    clock: Clock | None = None
    inquiries: tuple[Inquiry, ...] = ()
    ruling: Ruling | None = None
    silence: Silence | None = None
    channel: str = IN_HOUSE
    reference: str = attrs.field(default="", validator=free_text)
    heard: tuple[str, ...] = ()
    renews: str | None = None
    state: AgreementState = AGREEMENT_LIFECYCLE.initial

    def __attrs_post_init__(self) -> None:
        if not self.body.agrees:
            raise MalformedError(
                f"{self.body.label} is advised, not agreed to", hint="Ask an advice."
            )

    @property
    def is_open(self) -> bool:
        """True while somebody has something to do about it."""
        return self.state in _RUNNING

    @property
    def is_unanswered(self) -> bool:
        """True until the minister answered, or it ended without."""
        return self.is_open

    @property
    def due(self) -> datetime | None:
        """The last instant of the term that runs now, in UTC."""
        runs = self.state is AgreementState.RECEIVED
        return self.clock.due if runs and self.clock else None

    def _after(self, step: str) -> AgreementState:
        return AGREEMENT_LIFECYCLE.after(self.state, step)

    def receive(self, at: datetime, clock: Clock | None) -> Agreement:
        """The minister has it; the term runs."""
        state = self._after("receive")
        return attrs.evolve(self, state=state, received_at=at, clock=clock)

    def ask_completion(self, inquiry: Inquiry) -> Agreement:
        """The minister asks to complete the file; the term has to be reckoned anew."""
        state = self._after("ask to complete")
        return attrs.evolve(self, state=state, inquiries=(*self.inquiries, inquiry))

    def complete(self, text: str, basis: Basis, at: datetime) -> Agreement:
        """The asker completed it; the term has to be reckoned anew."""
        state = self._after("complete")
        inquiries = with_answer(self.inquiries, text, at)
        return attrs.evolve(self, state=state, inquiries=inquiries, basis=basis)

    def decide(self, ruling: Ruling) -> Agreement:
        """The minister agreed, or refused."""
        state = self._after("agree" if ruling.granted else "refuse")
        return attrs.evolve(self, state=state, ruling=ruling)

    def lapse(self, silence: Silence) -> Agreement:
        """The term passed without an answer."""
        return attrs.evolve(self, state=self._after("lapse"), silence=silence)

    def met(self, number: int, document: str) -> Agreement:
        """A condition of the agreement is met; see `with_met`."""
        if self.ruling is None:
            raise StepNotAllowedError(
                *("agreement", "niet gegeven", "meet", ()),
                hint="Conditions are met once the minister has answered.",
            )
        conditions = with_met(self.ruling.conditions, number, document)
        ruling = attrs.evolve(self.ruling, conditions=conditions)
        return attrs.evolve(self, ruling=ruling)

    def withdraw(self) -> Agreement:
        """The asker withdraws it."""
        return attrs.evolve(self, state=self._after("withdraw"))


def _standing(agreement: Agreement) -> Standing:
    return Standing(
        state=agreement.state.value,
        title=agreement.title,
        dossier=agreement.dossier,
        due=agreement.due,
        open=agreement.is_open,
    )


AGREEMENT: Final = Kind("agreement", Agreement, _standing)
