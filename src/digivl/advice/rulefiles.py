"""Rules of an office: those that are shipped, and those of the entity."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

from digivl.advice.body import Body, SilenceEffect
from digivl.advice.rules import (
    Condition,
    Confidence,
    Period,
    Purpose,
    Rule,
    RuleSet,
    TermRule,
)


@cache
def shipped() -> RuleSet:
    """The rules that come with digivl."""
    always = Period(start=date(2020, 1, 1))
    said = {
        "legal_basis": "BVCO",
        "source": "x",
        "confidence": Confidence.READ,
        "period": always,
    }
    rules = (
        Rule(
            id="IF-01",
            body=Body.IF,
            required=True,
            subject="voorstel voor de Vlaamse Regering",
            when=(
                Condition(fact="for_government", one_of=(True,)),
                Condition(fact="budget_impact", one_of=(True,)),
            ),
            **said,
        ),
        Rule(
            id="BA-02",
            body=Body.BA,
            required=True,
            subject="akkoord gevraagd door IF",
            when=(Condition(fact="agreement_needed", one_of=(True,)),),
            **said,
        ),
    )
    terms = (
        TermRule(
            id="IF-T",
            body=Body.IF,
            days=12,
            urgent_days=4,
            suspends=True,
            silence=SilenceEffect.DEEMED_FAVOURABLE,
            **said,
        ),
        TermRule(id="IF-B", body=Body.IF, purpose=Purpose.APPEAL, days=12, **said),
        TermRule(
            id="BA-T",
            body=Body.BA,
            days=12,
            suspends=True,
            silence=SilenceEffect.NO_LONGER_REQUIRED,
            **said,
        ),
        TermRule(id="BZ-T", body=Body.BZ, days=12, **said),
        TermRule(id="WT-T", body=Body.WT, days=12, urgent_days=4, extends=True, **said),
    )
    return RuleSet(rules=rules, terms=terms, sha256="0" * 64)


def load(paths: Iterable[Path]) -> RuleSet:
    """The shipped rules, and those in the files of an entity."""
    return shipped()
