"""Advice request and budget agreement, with their lifecycles (KRAB).

Source:
    Besluit Vlaamse Codex Overheidsfinanciën (BVCO) of 17 May 2019, art. 29-54.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

import attrs

from digivl.kernel.checks import at_least_one, digest
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.money import Euro
from digivl.kernel.parties import Party

_versions = (at_least_one, attrs.validators.deep_iterable(digest))
_optional_moment = attrs.validators.optional(aware)


class AdviceState(Enum):
    """How far an advice request is (adviesvraag)."""

    SUBMITTED = "INGEDIEND"
    RECEIVED = "ONTVANGEN"
    INFORMATION_ASKED = "INFO_GEVRAAGD"
    SENT_BACK = "TERUGGEZONDEN"
    ADVISED = "GEADVISEERD"
    WITHDRAWN = "INGETROKKEN"


class AdviceOutcome(Enum):
    """What the Inspectie van Financien concludes (conclusie van het advies)."""

    FAVOURABLE = "GUNSTIG"
    FAVOURABLE_WITH_REMARKS = "GUNSTIG_MET_OPMERKINGEN"
    FAVOURABLE_ON_CONDITIONS = "GUNSTIG_ONDER_VOORWAARDEN"
    UNFAVOURABLE = "ONGUNSTIG"


class AgreementState(Enum):
    """How far a budget agreement is (begrotingsakkoord)."""

    SUBMITTED = "INGEDIEND"
    RECEIVED = "ONTVANGEN"
    COMPLETION_ASKED = "VERVOLLEDIGING_GEVRAAGD"
    AGREED = "AKKOORD"
    REFUSED = "GEWEIGERD"
    WITHDRAWN = "INGETROKKEN"


_A, _B = AdviceState, AgreementState

ADVICE_LIFECYCLE: Final = Lifecycle(
    subject="advice request",
    initial=_A.SUBMITTED,
    steps=(
        Step("receive", (_A.SUBMITTED,), _A.RECEIVED),
        Step("ask information", (_A.RECEIVED,), _A.INFORMATION_ASKED),
        Step("answer", (_A.INFORMATION_ASKED,), _A.RECEIVED),
        Step("send back", (_A.SUBMITTED, _A.RECEIVED), _A.SENT_BACK),
        Step("advise", (_A.RECEIVED,), _A.ADVISED),
        Step(
            "withdraw",
            (_A.SUBMITTED, _A.RECEIVED, _A.INFORMATION_ASKED),
            _A.WITHDRAWN,
        ),
    ),
)

AGREEMENT_LIFECYCLE: Final = Lifecycle(
    subject="budget agreement",
    initial=_B.SUBMITTED,
    steps=(
        Step("receive", (_B.SUBMITTED,), _B.RECEIVED),
        Step("ask to complete", (_B.RECEIVED,), _B.COMPLETION_ASKED),
        Step("complete", (_B.COMPLETION_ASKED,), _B.RECEIVED),
        Step("agree", (_B.RECEIVED,), _B.AGREED),
        Step("refuse", (_B.RECEIVED,), _B.REFUSED),
        Step(
            "withdraw",
            (_B.SUBMITTED, _B.RECEIVED, _B.COMPLETION_ASKED),
            _B.WITHDRAWN,
        ),
    ),
)


@attrs.frozen(kw_only=True)
class BudgetLine:
    """Effect of a proposal on one article of the budget (begrotingslijn).

    Attributes:
        year: Budget year.
        article: Budget article, e.g. ``SJ0-1SMC2GE-WT``.
        vak: Commitment credit (vastleggingskrediet), in euro.
        vek: Settlement credit (vereffeningskrediet), in euro.
        recurrent: True when it comes back every year.
    """

    year: int
    article: str
    vak: Euro
    vek: Euro
    recurrent: bool = False


@attrs.frozen(kw_only=True)
class AdviceRequest:
    """A request for advice of the Inspectie van Financien (adviesvraag).

    Attributes:
        versions: SHA-256 of each version the advice rests on.
        asker: Who may act on an answer.
        adviser: The inspector, or the corps.
        received_at: Start of the term.
        due: End of the term; None before receipt.
        agreement_needed: What the inspector said; silence counts as needed (BA-03).
    """

    dossier: str
    title: str
    versions: tuple[str, ...] = attrs.field(validator=_versions)
    lines: tuple[BudgetLine, ...] = ()
    asker: Party
    adviser: Party
    submitted_at: datetime = attrs.field(validator=aware)
    received_at: datetime | None = attrs.field(default=None, validator=_optional_moment)
    due: datetime | None = attrs.field(default=None, validator=_optional_moment)
    advised_at: datetime | None = attrs.field(default=None, validator=_optional_moment)
    outcome: AdviceOutcome | None = None
    agreement_needed: bool = True
    conditions: tuple[str, ...] = ()
    state: AdviceState = ADVICE_LIFECYCLE.initial

    def receive(self, at: datetime, due: datetime) -> AdviceRequest:
        """The inspector has it; the term runs until `due`."""
        state = ADVICE_LIFECYCLE.after(self.state, "receive")
        return attrs.evolve(self, state=state, received_at=at, due=due)

    def advise(
        self,
        outcome: AdviceOutcome,
        *,
        agreement_needed: bool,
        conditions: tuple[str, ...],
        at: datetime,
    ) -> AdviceRequest:
        """The inspector gave advice."""
        return attrs.evolve(
            self,
            state=ADVICE_LIFECYCLE.after(self.state, "advise"),
            outcome=outcome,
            agreement_needed=agreement_needed,
            conditions=conditions,
            advised_at=at,
        )


@attrs.frozen(kw_only=True)
class BudgetAgreement:
    """Agreement of the minister of budgetary policy (begrotingsakkoord).

    Attributes:
        advice: Id of the advice request it rests on.
        versions: SHA-256 of each version it rests on.
        due: End of the term; None before receipt.
    """

    dossier: str
    title: str
    advice: str
    versions: tuple[str, ...] = attrs.field(validator=_versions)
    asker: Party
    minister: Party
    submitted_at: datetime = attrs.field(validator=aware)
    received_at: datetime | None = attrs.field(default=None, validator=_optional_moment)
    due: datetime | None = attrs.field(default=None, validator=_optional_moment)
    decided_at: datetime | None = attrs.field(default=None, validator=_optional_moment)
    state: AgreementState = AGREEMENT_LIFECYCLE.initial

    def receive(self, at: datetime, due: datetime) -> BudgetAgreement:
        """The minister has it; the term runs until `due`."""
        state = AGREEMENT_LIFECYCLE.after(self.state, "receive")
        return attrs.evolve(self, state=state, received_at=at, due=due)

    def decide(self, step: str, at: datetime) -> BudgetAgreement:
        """The minister agreed or refused: `step` is ``agree`` or ``refuse``."""
        state = AGREEMENT_LIFECYCLE.after(self.state, step)
        return attrs.evolve(self, state=state, decided_at=at)


def _advice_standing(request: AdviceRequest) -> Standing:
    return Standing(
        state=request.state.value,
        title=request.title,
        dossier=request.dossier,
        due=request.due,
        open=not ADVICE_LIFECYCLE.is_final(request.state),
    )


def _agreement_standing(agreement: BudgetAgreement) -> Standing:
    return Standing(
        state=agreement.state.value,
        title=agreement.title,
        dossier=agreement.dossier,
        due=agreement.due,
        open=not AGREEMENT_LIFECYCLE.is_final(agreement.state),
    )


ADVICE: Final = Kind("advice", AdviceRequest, _advice_standing)
AGREEMENT: Final = Kind("agreement", BudgetAgreement, _agreement_standing)
