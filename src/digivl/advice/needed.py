"""Which stages of a route a proposal asks, and by which rule; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from digivl.advice.body import Body
from digivl.advice.proposal import Proposal
from digivl.advice.rules import Assessment, Need
from digivl.advice.stages import Evidence, Stage

#: The facts of a proposal that a stage can depend on: that it holds, and that it does not.
FACTS: Final = {
    "staff_statute": (
        "het raakt het statuut van het personeel",
        "het raakt het statuut van het personeel niet",
    ),
    "deviates": ("het wijkt af van decreten", "het wijkt van geen decreet af"),
    "recurring": (
        "het komt in dezelfde vorm terug",
        "het komt niet in dezelfde vorm terug",
    ),
    "for_government": (
        "de Vlaamse Regering beslist",
        "de Vlaamse Regering hoeft niet te beslissen",
    ),
}


@attrs.frozen(kw_only=True)
class Needed:
    """Whether a stage is asked (noodzaak van een stap).

    Attributes:
        need: Whether.
        text: Why, in Dutch; empty where the route asks it as it is.
    """

    need: Need = Need.REQUIRED
    text: str = ""


def needed(
    route: Sequence[Stage],
    proposal: Proposal,
    assessed: Mapping[Body, Assessment],
    *,
    agreement_needed: bool | None,
) -> Mapping[str, Needed]:
    """Whether each stage of a route is asked, by its id.

    Args:
        route: The stages.
        proposal: The facts.
        assessed: Who has to be heard, by the rules.
        agreement_needed: What the advice of the Inspectie van Financiën says of the
            budget agreement; None where there is none.
    """
    found: dict[str, Needed] = {}
    for stage in route:
        if stage.unasked:
            found[stage.id] = Needed(need=Need.NOT_REQUIRED, text="niet gevraagd")
        elif stage.body is Body.BA and agreement_needed is not None:
            found[stage.id] = _by_advice(needed=agreement_needed)
        elif stage.evidence is Evidence.QUESTION and stage.body is not None:
            found[stage.id] = _by_rules(assessed.get(stage.body))
        elif stage.among:
            found[stage.id] = _among([found[name] for name in stage.among])
        else:
            found[stage.id] = _by_facts(stage, proposal)
    return found


def _by_advice(*, needed: bool) -> Needed:
    need = Need.REQUIRED if needed else Need.NOT_REQUIRED
    return _said(need, "volgens het advies van de Inspectie van Financiën")


def _by_rules(assessment: Assessment | None) -> Needed:
    if assessment is None:
        return _said(Need.UNDETERMINED, "niet beoordeeld")
    return _said(assessment.need, assessment.explanation)


def _among(others: Sequence[Needed]) -> Needed:
    needs = {other.need for other in others}
    if Need.REQUIRED in needs:
        return Needed()
    if Need.UNDETERMINED in needs:
        why = "niet gekend of er na de eerste goedkeuring iemand te horen is"
        return _said(Need.UNDETERMINED, why)
    why = "na de eerste goedkeuring is niemand te horen"
    return _said(Need.NOT_REQUIRED, why)


def _by_facts(stage: Stage, proposal: Proposal) -> Needed:
    if stage.unless and getattr(proposal, stage.unless) is True:
        return _said(Need.NOT_REQUIRED, FACTS[stage.unless][0])
    if stage.when is None:
        return Needed()
    fact: bool | None = getattr(proposal, stage.when)
    holds, holds_not = FACTS[stage.when]
    if fact is None:
        return _said(Need.UNDETERMINED, f"niet gekend of dit geldt: {holds}")
    if fact:
        return _said(Need.REQUIRED, holds)
    return _said(Need.NOT_REQUIRED, holds_not)


def _said(need: Need, why: str) -> Needed:
    return Needed(need=need, text=f"{need.value}: {why}")
