"""Advice of the Inspectie van Financiën: each row of the table of rules, as a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from digivl.advice.body import Body
from digivl.advice.proposal import Act, ContractStage, Procedure, Spending

Say = Callable[..., tuple[str, ...]]
FIRST, SECOND = "2021-06-01", "2026-06-01"  # the versions of the BVCO
BEFORE = "2015-06-01"  # the decision of 2001
CLAIM = ("BVCO art. 43, § 3, 4°",)
PREPARED = {"stage": ContractStage.PREPARATION}
CHANGED = {"stage": ContractStage.CHANGE, "estimate": 10**6}
ORDER = {"spending": Spending.ORDER}
AUTHORITY = {"spending": Spending.BUDGET_UNDER_AUTHORITY}
NOT_LOWEST = {"price_only": True, "lowest": False}

CASES: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "IF-01: whatever goes to the government": (
        FIRST,
        {"act": Act.NOTE, "budget_impact": False},
        ("REQUIRED", "IF-01"),
    ),
    "IF-01: unless it is exempt, by a list that was not read": (
        FIRST,
        {"act": Act.DECREE, "exemptions": CLAIM},
        ("UNDETERMINED", "IF-01", "IF-01U"),
    ),
    "IF-02: a preliminary draft decree": (
        SECOND,
        {"act": Act.DECREE},
        ("REQUIRED", "IF-02"),
    ),
    "IF-02: a decision of the government, whatever it costs": (
        SECOND,
        {"act": Act.INDIVIDUAL_DECISION, "budget_impact": False},
        ("REQUIRED", "IF-02"),
    ),
    "IF-02: the listed matters were not read": (
        SECOND,
        {"act": Act.REGULATORY_DECISION, "exemptions": CLAIM},
        ("UNDETERMINED", "IF-02", "IF-02U"),
    ),
    "IF-03: first with an effect on the budget only": (
        FIRST,
        {
            "act": Act.REGULATORY_MINISTERIAL,
            "for_government": False,
            "budget_impact": False,
        },
        ("NOT_REQUIRED",),
    ),
    "IF-03: which may not be known": (
        FIRST,
        {"act": Act.REGULATORY_MINISTERIAL, "for_government": False},
        ("UNDETERMINED", "IF-03"),
    ),
    "IF-03: later in any case": (
        SECOND,
        {
            "act": Act.REGULATORY_MINISTERIAL,
            "for_government": False,
            "budget_impact": False,
        },
        ("REQUIRED", "IF-03"),
    ),
    "IF-04: a circular with an effect on the budget": (
        SECOND,
        {"act": Act.CIRCULAR, "for_government": False, "budget_impact": True},
        ("REQUIRED", "IF-04"),
    ),
    "IF-04: and without": (
        SECOND,
        {"act": Act.CIRCULAR, "for_government": False, "budget_impact": False},
        ("NOT_REQUIRED",),
    ),
    "IF-05: a subsidy above an amount that was not read": (
        SECOND,
        {"for_government": False, "spending": Spending.SUBSIDY, "amount": 5},
        ("UNDETERMINED", "IF-05"),
    ),
    "IF-06: other matters, of a list that was not read": (
        FIRST,
        {"for_government": False, "spending": Spending.OTHER},
        ("UNDETERMINED", "IF-06A"),
    ),
    "IF-06: nor was it later": (
        SECOND,
        {"for_government": False, "spending": Spending.OTHER},
        ("UNDETERMINED", "IF-06A"),
    ),
    "IF-NOTA: a nota that asks a decision about money": (
        SECOND,
        {"act": Act.NOTE, "budget_impact": True, "spending": Spending.OTHER},
        ("REQUIRED", "IF-NOTA"),
    ),
    "IF-NOTA: and one that asks none": (
        SECOND,
        {"act": Act.NOTE, "budget_impact": False, "spending": Spending.NONE},
        ("NOT_REQUIRED",),
    ),
    "IF-06: what is decided without an act, by an official": (
        SECOND,
        {"act": Act.NOTE, "for_government": False, "spending": Spending.NONE},
        ("UNDETERMINED", "IF-06B"),
    ),
    "IF-07: the object, procedure and specifications of a contract": (
        SECOND,
        {"for_government": False, "contract": PREPARED | {"estimate": 10**9}},
        ("UNDETERMINED", "IF-07A"),
    ),
    "IF-07: the award": (
        SECOND,
        {"for_government": False, "contract": {"estimate": 1, "award": 1}},
        ("UNDETERMINED", "IF-07A"),
    ),
    "IF-07: a change of the contract": (
        SECOND,
        {"for_government": False, "contract": CHANGED | {"change_exempt": False}},
        ("UNDETERMINED", "IF-07B"),
    ),
    "IF-07: but not one of those that are named": (
        SECOND,
        {"for_government": False, "contract": CHANGED | {"change_exempt": True}},
        ("NOT_REQUIRED", "IF-07U"),
    ),
    "IF-08: a selection decision": (
        SECOND,
        {"for_government": False, "contract": {"stage": ContractStage.SELECTION}},
        ("NOT_REQUIRED", "IF-08"),
    ),
    "IF-08: since 2020": (
        "2019-12-31",
        {"for_government": False, "contract": {"stage": ContractStage.SELECTION}},
        ("UNDETERMINED", "IF-00"),
    ),
    "IF-10: more than a fifth above the estimate": (
        SECOND,
        {"for_government": False, "contract": {"estimate": 100, "award": 121}},
        ("UNDETERMINED", "IF-07A", "IF-10"),
    ),
    "IF-10: a fifth is not more than a fifth": (
        SECOND,
        {"for_government": False, "contract": {"estimate": 100, "award": 120}},
        ("UNDETERMINED", "IF-07A"),
    ),
    "IF-11: asked on the specifications, so on the award too": (
        SECOND,
        {
            "for_government": False,
            "contract": {"estimate": 100, "award": 1, "advised_before": True},
        },
        ("REQUIRED", "IF-11"),
    ),
    "IF-12: not to the lowest tenderer": (
        SECOND,
        {"for_government": False, "contract": {"award": 1} | NOT_LOWEST},
        ("REQUIRED", "IF-12"),
    ),
    "IF-12: of an open or restricted procedure": (
        SECOND,
        {
            "for_government": False,
            "contract": {"estimate": 9, "award": 9, "procedure": Procedure.NEGOTIATED}
            | NOT_LOWEST,
        },
        ("UNDETERMINED", "IF-07A"),
    ),
    "IF-13: a small order": (
        BEFORE,
        ORDER | {"for_government": False, "amount": 99_999},
        ("NOT_REQUIRED", "IF-13A"),
    ),
    "IF-13: an order": (
        BEFORE,
        ORDER | {"for_government": False, "amount": 100_000},
        ("REQUIRED", "IF-13B"),
    ),
    "IF-13: the page stops here": (
        BEFORE,
        ORDER | {"for_government": False, "amount": 500_000},
        ("UNDETERMINED", "IF-00", "IF-13C"),
    ),
    "IF-14: the budget of a legal person under authority": (
        SECOND,
        AUTHORITY | {"for_government": False, "esr_impact": True},
        ("REQUIRED", "IF-14"),
    ),
    "IF-14: without effect on the ESR balance": (
        SECOND,
        AUTHORITY | {"for_government": False, "esr_impact": False},
        ("NOT_REQUIRED", "IF-14U"),
    ),
    "IF-15: and under supervision": (
        SECOND,
        {"for_government": False, "spending": Spending.BUDGET_UNDER_SUPERVISION},
        ("NOT_REQUIRED", "IF-15"),
    ),
    "IF-16: current spending may exempt, which was not read": (
        SECOND,
        {
            "act": Act.DECREE,
            "amount": 29_999,
            "exemptions": ("VCO art. 2, 6°",),
        },
        ("UNDETERMINED", "IF-02", "IF-02U", "IF-16"),
    ),
    "a later step: asked before": (
        SECOND,
        {"act": Act.DECREE, "first": False},
        ("NOT_REQUIRED", "IF-STAP"),
    ),
    "an announcement asks no decision": (
        FIRST,
        {"act": Act.ANNOUNCEMENT},
        ("NOT_REQUIRED", "IF-MED"),
    ),
    "what the decision of 2001 asked was not read": (
        BEFORE,
        {"act": Act.DECREE},
        ("UNDETERMINED", "IF-00"),
    ),
    "before 2001 no rule is known": (
        "2001-02-19",
        {"act": Act.DECREE},
        ("UNDETERMINED",),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_table(said: Say, name: str) -> None:
    """The shipped rules say of a proposal what the table of the domain says."""
    day, fields, expected = CASES[name]

    assert expected == said(Body.IF, day, **fields)


def test_estimate_counts_and_not_the_spending(said: Say) -> None:
    """IF-09: an award without an estimate is as unknown as a threshold that is."""
    found = said(Body.IF, SECOND, for_government=False, contract={"award": 10**9})

    assert ("UNDETERMINED", "IF-07A", "IF-10") == found
