"""A proposal: the facts from which follows who has to be heard on it.

A fact that is None is not known: what depends on it is undetermined, never "not
required".
"""

from __future__ import annotations

from enum import Enum
from typing import Final

import attrs
from attrs.validators import and_, deep_iterable

from digivl.advice.budget import BudgetLine, LocalImpact, StaffImpact
from digivl.kernel.checks import at_most, public_line
from digivl.kernel.declared import typed
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.money import Euro

_MOST: Final = 1_000


class Act(Enum):
    """What is proposed (aard van het voorstel)."""

    DECREE = "voorontwerp van decreet"
    REGULATORY_DECISION = "reglementair besluit van de Vlaamse Regering"
    INDIVIDUAL_DECISION = "individueel besluit van de Vlaamse Regering"
    REGULATORY_MINISTERIAL = "reglementair ministerieel besluit"
    INDIVIDUAL_MINISTERIAL = "individueel ministerieel besluit"
    CIRCULAR = "omzendbrief"
    NOTE = "nota zonder akte"
    ANNOUNCEMENT = "mededeling"

    @property
    def has_draft(self) -> bool:
        """True when it brings a text to approve, beside the nota."""
        return self not in {Act.NOTE, Act.ANNOUNCEMENT}


class Spending(Enum):
    """On what money goes (soort uitgave)."""

    NONE = "geen"
    SUBSIDY = "subsidie"
    PROCUREMENT = "overheidsopdracht"
    ORDER = "bestelling binnen een bestellingsopdracht"
    BUDGET_UNDER_AUTHORITY = "begroting van een rechtspersoon onder gezag"
    BUDGET_UNDER_SUPERVISION = "begroting van een rechtspersoon onder toezicht"
    OTHER = "andere"


class ContractObject(Enum):
    """What a public contract is about (voorwerp van een overheidsopdracht)."""

    WORKS = "werken"
    SUPPLIES = "leveringen"
    SERVICES = "diensten"
    CONCESSION = "concessie"


class Procedure(Enum):
    """How a public contract is awarded (plaatsingsprocedure)."""

    OPEN = "openbare procedure"
    RESTRICTED = "niet-openbare procedure"
    COMPETITIVE = "mededingingsprocedure met onderhandeling"
    DIALOGUE = "concurrentiegerichte dialoog"
    NEGOTIATED = "onderhandelingsprocedure zonder voorafgaande bekendmaking"


class ContractStage(Enum):
    """What of a public contract is put forward (fase van een overheidsopdracht)."""

    PREPARATION = "voorwerp, procedure en bestek"
    SELECTION = "selectiebeslissing"
    AWARD = "gunning"
    CHANGE = "wijziging tijdens de uitvoering"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Contract:
    """A public contract that is prepared, awarded or changed (overheidsopdracht).

    Attributes:
        object: What it is about.
        procedure: How it is awarded.
        stage: What of it is put forward.
        estimate: Estimated amount (raming), without VAT.
        award: Amount of the offer that is chosen, without VAT.
        price_only: The price is the only criterion.
        lowest: It goes to the lowest tenderer.
        advised_before: Advice was asked on the specifications.
        change_exempt: The change is one of art. 38/1 to 38/5, 38/9 or 38/10 of the KB
            of 14 January 2013.
    """

    object: ContractObject
    procedure: Procedure
    stage: ContractStage
    estimate: Euro | None = None
    award: Euro | None = None
    price_only: bool | None = None
    lowest: bool | None = None
    advised_before: bool | None = None
    change_exempt: bool | None = None


@attrs.frozen(kw_only=True, field_transformer=typed)
class Proposal:
    """What a dossier proposes, as far as rules look at it (voorstel).

    Attributes:
        dossier: Id of the dossier.
        act: What is proposed.
        for_government: The government decides; False where a minister or an official
            may decide alone.
        budget_impact: It touches revenue or expenditure (budgettaire weerslag).
        lines: The effect on the budget, this year and the following ones.
        spending: On what the money goes.
        amount: Estimated amount, without VAT.
        contract: The public contract, for `Spending.PROCUREMENT` and `ORDER`.
        within_credits: It stays within the reference credits of the yearly budget.
        esr_impact: It changes the ESR balance of the consolidated budget.
        staff: The effect on the number of staff.
        more_staff: It asks more staff, or takes staff over.
        agency_matters: It is a matter of one agency with legal personality, of the
            administration of the Gemeenschapsonderwijs or of the VLOR.
        staff_policy: It is general staff policy of an institution outside the services
            of the government, or of the SERV.
        staff_statute: It touches the statute of staff.
        local: The effect on local governments.
        recurring: It comes back in the same form (subsidies, individual decisions).
        strategic: The government named it strategic.
        personal_data: It has personal data processed.
        impact_analysis: It is within the scope of the RIA.
        deviates: It deviates from decrees, which have to ratify it in time.
        exemptions: Legal provisions that the asker relies on for an exemption.
    """

    dossier: str
    act: Act
    for_government: bool = True
    budget_impact: bool | None = None
    lines: tuple[BudgetLine, ...] = attrs.field(default=(), validator=at_most(_MOST))
    spending: Spending | None = None
    amount: Euro | None = None
    contract: Contract | None = None
    within_credits: bool | None = None
    esr_impact: bool | None = None
    staff: tuple[StaffImpact, ...] = attrs.field(default=(), validator=at_most(_MOST))
    more_staff: bool | None = None
    agency_matters: bool | None = None
    staff_policy: bool | None = None
    staff_statute: bool | None = None
    local: LocalImpact | None = None
    recurring: bool | None = None
    strategic: bool | None = None
    personal_data: bool | None = None
    impact_analysis: bool | None = None
    deviates: bool | None = None
    exemptions: tuple[str, ...] = attrs.field(
        default=(), validator=and_(at_most(_MOST), deep_iterable(public_line))
    )


def proposal_id(dossier: str) -> str:
    """The id of what a dossier proposes: a part of it."""
    return f"{dossier}.proposal"


def _standing(proposal: Proposal) -> Standing:
    return Standing(
        state=proposal.act.value,
        title=proposal.act.value,
        dossier=proposal.dossier,
        open=False,
    )


PROPOSAL: Final = Kind("proposal", Proposal, _standing)
