"""The facts of a proposal, as rules name them."""

from __future__ import annotations

from collections.abc import Mapping

from digivl.advice.proposal import Proposal
from digivl.advice.rules import Fact


def facts_of(
    proposal: Proposal, *, first: bool, advice_flag: bool | None = None
) -> Mapping[str, Fact]:
    """By name; None is not known."""
    return {
        "first": first,
        "for_government": proposal.for_government,
        "budget_impact": proposal.budget_impact,
        "agreement_needed": advice_flag,
    }
