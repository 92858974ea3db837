"""The facts of a proposal, as rules name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal
from enum import Enum
from typing import Final

import attrs

from digivl.advice.body import AdviceOutcome
from digivl.advice.proposal import (
    Act,
    Contract,
    ContractObject,
    ContractStage,
    Procedure,
    Proposal,
    Spending,
)
from digivl.advice.rules.conditions import Condition, Fact
from digivl.kernel.money import Euro

# Of our own, and longer than any amount: an application may have set its to round.
_EXACT: Final = Context(prec=50)


class FactKind(Enum):
    """What a fact can be (soort gegeven); values as the reference shows them."""

    FLAG = "ja of neen"
    CHOICE = "keuze"
    LIST = "lijst"
    AMOUNT = "bedrag in euro"
    PERCENTAGE = "percentage"


@attrs.frozen
class Described:
    """A fact that rules can name.

    Attributes:
        kind: What it can be.
        label: In Dutch.
        choices: What there is to choose from.
    """

    kind: FactKind
    label: str
    choices: tuple[str, ...] = ()


def _choice(label: str, values: type[Enum]) -> Described:
    return Described(FactKind.CHOICE, label, tuple(one.value for one in values))


_FLAG, _AMOUNT = FactKind.FLAG, FactKind.AMOUNT
#: Every fact, by name.
FACTS: Final[Mapping[str, Described]] = {
    "first": Described(_FLAG, "eerste principiële goedkeuring of enige stap"),
    "final": Described(_FLAG, "definitieve goedkeuring"),
    "act": _choice("aard van het voorstel", Act),
    "for_government": Described(_FLAG, "de Vlaamse Regering beslist"),
    "budget_impact": Described(_FLAG, "weerslag op de begroting"),
    "spending": _choice("soort uitgave", Spending),
    "amount": Described(_AMOUNT, "geraamd bedrag zonder btw"),
    "contract_object": _choice("voorwerp van de opdracht", ContractObject),
    "procedure": _choice("plaatsingsprocedure", Procedure),
    "contract_stage": _choice("fase van de opdracht", ContractStage),
    "estimate": Described(_AMOUNT, "raming van de opdracht zonder btw"),
    "award": Described(_AMOUNT, "gunningsbedrag zonder btw"),
    "award_excess": Described(
        FactKind.PERCENTAGE, "hoeveel de gunning boven de raming ligt"
    ),
    "decision_amount": Described(
        _AMOUNT, "bedrag van de offerte bij gunning en anders de raming"
    ),
    "price_only": Described(_FLAG, "prijs is het enige criterium"),
    "lowest": Described(_FLAG, "gunning aan de laagste inschrijver"),
    "advised_before": Described(_FLAG, "advies gevraagd over het bestek"),
    "change_exempt": Described(
        _FLAG, "wijziging die art. 38/1-38/5 en 38/9-38/10 KB Uitvoering noemt"
    ),
    "esr_impact": Described(_FLAG, "weerslag op het geconsolideerde ESR-saldo"),
    "more_staff": Described(_FLAG, "meer personeel of overname van personeel"),
    "agency_matters": Described(
        _FLAG, "eigen aan een agentschap met rechtspersoonlijkheid of aan GO! of VLOR"
    ),
    "staff_policy": Described(
        _FLAG, "algemeen personeelsbeleid buiten de diensten van de Vlaamse overheid"
    ),
    "staff_statute": Described(_FLAG, "raakt het personeelsstatuut"),
    "recurring": Described(_FLAG, "keert in dezelfde vorm terug"),
    "strategic": Described(_FLAG, "door de Vlaamse Regering strategisch genoemd"),
    "personal_data": Described(_FLAG, "verwerking van persoonsgegevens"),
    "impact_analysis": Described(_FLAG, "valt onder de regels over RIA"),
    "exemptions": Described(FactKind.LIST, "vrijstelling die de aanvrager inroept"),
    "if_required": Described(_FLAG, "advies van de Inspectie van Financiën vereist"),
    "advised": Described(_FLAG, "de Inspectie van Financiën heeft geantwoord"),
    "agreement_needed": Described(
        _FLAG, "begrotingsakkoord nodig volgens de Inspectie van Financiën"
    ),
    "advice_favourable": Described(_FLAG, "gunstig advies"),
    "advice_unconditional": Described(_FLAG, "advies zonder voorwaarden"),
    "within_credits": Described(_FLAG, "binnen de referentiekredieten van het jaar"),
}


def facts_of(
    proposal: Proposal,
    *,
    first: bool,
    final: bool | None = None,
    advice_flag: bool | None = None,
    outcome: AdviceOutcome | None = None,
) -> Mapping[str, Fact]:
    """The facts of a proposal by name; what is None, or lacks, is not known.

    Whether advice of the Inspectie van Financiën is required follows from its own
    rules: `RuleSet.assess` adds it.

    Args:
        proposal: What is proposed.
        first: It is the first principle approval, or the only step: then the
            Inspectie van Financiën, the ministers who agree, and legal and language
            advice are asked.
        final: It is the final approval, also as the only step; None is not known.
        advice_flag: What the inspector said of the budget agreement, silence being
            yes; None before any answer.
        outcome: What the inspector concluded; None before any advice.
    """
    return {
        "first": first,
        "final": final,
        "act": proposal.act.value,
        "for_government": proposal.for_government,
        # Lines speak louder than a flag that was forgotten.
        "budget_impact": _has_lines(proposal) or proposal.budget_impact,
        "spending": proposal.spending.value if proposal.spending else None,
        "amount": proposal.amount,
        "within_credits": proposal.within_credits,
        "esr_impact": proposal.esr_impact,
        "more_staff": _has_more_staff(proposal) or proposal.more_staff,
        "agency_matters": proposal.agency_matters,
        "staff_policy": proposal.staff_policy,
        "staff_statute": proposal.staff_statute,
        "recurring": proposal.recurring,
        "strategic": proposal.strategic,
        "personal_data": proposal.personal_data,
        "impact_analysis": proposal.impact_analysis,
        "exemptions": proposal.exemptions,
        "decision_amount": _decision_amount(proposal),
        **(_of_contract(proposal.contract) if proposal.contract else {}),
        "advised": advice_flag is not None,
        "agreement_needed": advice_flag,
        **(_of_outcome(outcome) if outcome else {}),
    }


@attrs.frozen
class Lacking:
    """What lacks to say whether a rule is about a proposal (ontbrekende gegevens).

    Attributes:
        facts: Names of the facts that the proposal does not tell.
        unsourced: Names of the facts of which no source tells what they are compared
            with.
    """

    facts: tuple[str, ...] = ()
    unsourced: tuple[str, ...] = ()

    @classmethod
    def of(cls, conditions: Iterable[Condition], facts: Mapping[str, Fact]) -> Lacking:
        """What these conditions lack."""
        undecided = [one for one in conditions if one.holds(facts) is None]
        untold = [one.fact for one in undecided if facts.get(one.fact) is None]
        unsourced = [one.fact for one in undecided if not one.is_known]
        return cls(tuple(dict.fromkeys(untold)), tuple(dict.fromkeys(unsourced)))

    def told(self) -> tuple[str, ...]:
        """In Dutch, in no or some parts of a sentence."""
        parts = (
            ("niet gekend", self.facts),
            ("geen bron geeft de grens of de lijst voor", self.unsourced),
        )
        return tuple(f"{what}: {_labels(names)}" for what, names in parts if names)


def label(name: str) -> str:
    """What a fact is called in Dutch."""
    return FACTS[name].label if name in FACTS else name


def told(conditions: Iterable[Condition]) -> tuple[str, ...]:
    """What conditions ask, each in Dutch."""
    return tuple(one.told(label(one.fact)) for one in conditions)


def _labels(names: Iterable[str]) -> str:
    return ", ".join(map(label, names))


def _has_lines(proposal: Proposal) -> bool:
    nothing = (None, Euro(0))
    return any(
        line.vak not in nothing or line.vek not in nothing for line in proposal.lines
    )


def _has_more_staff(proposal: Proposal) -> bool:
    return any(impact.fte > 0 for impact in proposal.staff)


def _decision_amount(proposal: Proposal) -> Euro | None:
    if proposal.spending is not Spending.PROCUREMENT:
        return proposal.amount if proposal.spending else None
    if proposal.contract is None:
        return None
    is_award = proposal.contract.stage is ContractStage.AWARD
    return proposal.contract.award if is_award else proposal.contract.estimate


def _of_contract(contract: Contract) -> dict[str, Fact]:
    return {
        "contract_object": contract.object.value,
        "procedure": contract.procedure.value,
        "contract_stage": contract.stage.value,
        "estimate": contract.estimate,
        "award": contract.award,
        "award_excess": _excess(contract),
        "price_only": contract.price_only,
        "lowest": contract.lowest,
        "advised_before": contract.advised_before,
        "change_exempt": contract.change_exempt,
    }


def _excess(contract: Contract) -> Decimal | None:
    """By how many percent the award is above the estimate."""
    award, estimate = contract.award, contract.estimate
    if award is None or estimate is None or estimate <= Euro(0):
        return None
    above = _EXACT.subtract(award.amount, estimate.amount)
    return _EXACT.divide(above * 100, estimate.amount)


def _of_outcome(outcome: AdviceOutcome) -> dict[str, Fact]:
    conditional = outcome is AdviceOutcome.FAVOURABLE_ON_CONDITIONS
    return {
        "advice_favourable": outcome is not AdviceOutcome.UNFAVOURABLE,
        "advice_unconditional": not conditional,
    }
