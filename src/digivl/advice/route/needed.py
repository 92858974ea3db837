"""Which stages of a route a proposal asks, and by which rule; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import attrs

from digivl.advice.body import Body
from digivl.advice.proposal import Proposal
from digivl.advice.request import AdviceRequest
from digivl.advice.route.stages import Stage
from digivl.advice.rules.facts import facts_of
from digivl.advice.rules.ruleset import Assessment, Need, RuleSet

#: Who is heard before the first approval: for a rule on that, that is the question.
_FIRST: Final = frozenset({Body.IF, Body.BA, Body.BZ, Body.WT, Body.RIA})

#: What a stage can depend on beside the rules: that it holds, and that it does not.
FACTS: Final = {
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


def assessed(
    proposal: Proposal, rules: RuleSet, day: date, inspected: AdviceRequest | None
) -> Mapping[Body, Assessment]:
    """Whether each body has to be heard on a proposal, by the rules of a day.

    Args:
        proposal: The facts.
        rules: Who has to be heard.
        day: The day.
        inspected: The last request that the Inspectie van Financiën answered.
    """
    advice, flag = inspected.advice if inspected else None, None
    if inspected is not None:
        # Silence, of the inspector or on the agreement, counts as needed.
        flag = advice.agreement_needed if advice is not None else True
    outcome = advice.outcome if advice is not None else None
    facts = {
        first: facts_of(proposal, first=first, advice_flag=flag, outcome=outcome)
        for first in (True, False)
    }
    return {body: rules.assess(body, facts[body in _FIRST], day) for body in Body}


def needed(
    route: Sequence[Stage], proposal: Proposal, heard: Mapping[Body, Assessment]
) -> Mapping[str, Needed]:
    """Whether each stage of a route is asked, by its id.

    Args:
        route: The stages.
        proposal: The facts.
        heard: Who has to be heard, by the rules.
    """
    found: dict[str, Needed] = {}
    for stage in route:
        if stage.unasked:
            found[stage.id] = Needed(need=Need.NOT_REQUIRED, text="niet gevraagd")
        elif stage.body is not None:
            found[stage.id] = _by_rules(heard.get(stage.body))
        elif stage.among:
            found[stage.id] = _among([found[name] for name in stage.among])
        else:
            found[stage.id] = _by_facts(stage, proposal)
    return found


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
