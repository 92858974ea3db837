"""Agreement on the budget and on staff: each row of the tables of rules, as a case."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.budget import BudgetLine, StaffImpact
from digivl.advice.proposal import Act, Spending
from digivl.kernel.money import Euro

Say = Callable[..., tuple[str, ...]]
FIRST, SECOND = "2021-06-01", "2026-06-01"  # the versions of the BVCO
BEFORE = "2015-06-01"  # the decision of 2001, with the exemptions of 2011
DECREE = {"act": Act.DECREE}
PAYS = {"act": Act.INDIVIDUAL_DECISION, "budget_impact": True}
LINE = BudgetLine(year=2026, article="SJ0-1SMC2GE-WT", vak=Euro(1), vek=None)


def exempt(matter: str, **also: Any) -> dict[str, Any]:
    """A proposal that claims an exemption of 2011, after favourable advice."""
    claim = {"exemptions": (f"MB 9-9-2011: {matter}",), "within_credits": True}
    return PAYS | claim | {"outcome": AdviceOutcome.FAVOURABLE} | also


BUDGET: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "BA-01: it can touch revenue or expenditure": (BEFORE, PAYS, ("REQUIRED", "BA-01")),
    "BA-01: it cannot": (BEFORE, PAYS | {"budget_impact": False}, ("NOT_REQUIRED",)),
    "BA-01: a budget line says more than a flag": (
        BEFORE,
        PAYS | {"budget_impact": None, "lines": (LINE,)},
        ("REQUIRED", "BA-01"),
    ),
    "BA-01: not for the government": (
        BEFORE,
        PAYS | {"for_government": False},
        ("NOT_REQUIRED",),
    ),
    "BA-02: before any advice nobody knows": (
        SECOND,
        DECREE,
        ("UNDETERMINED", "BA-02"),
    ),
    "BA-02: nor in the first version": (FIRST, DECREE, ("UNDETERMINED", "BA-02")),
    "BA-02: no advice, no agreement": (
        SECOND,
        {"act": Act.CIRCULAR, "for_government": False, "budget_impact": False},
        ("NOT_REQUIRED",),
    ),
    "BA-03: the inspector did not say that none is needed": (
        FIRST,
        DECREE | {"flag": True},
        ("REQUIRED", "BA-02", "BA-03"),
    ),
    "BA-03: also where advice was asked without knowing that it had to be": (
        SECOND,
        {"for_government": False, "spending": Spending.OTHER, "flag": True},
        ("REQUIRED", "BA-03"),
    ),
    "BA-03: the inspector said so": (
        SECOND,
        DECREE | {"flag": False},
        ("NOT_REQUIRED", "BA-03U"),
    ),
    "BA-04: sector covenants": (
        BEFORE,
        exempt("sectorconvenanten over werkgelegenheid"),
        ("NOT_REQUIRED", "BA-04A"),
    ),
    "BA-04: unnavigable watercourses": (
        BEFORE,
        exempt("onbevaarbare waterlopen", amount=10**9),
        ("NOT_REQUIRED", "BA-04B"),
    ),
    "BA-04: public works, to a million": (
        BEFORE,
        exempt("openbare werken", amount=1_000_000),
        ("NOT_REQUIRED", "BA-04C"),
    ),
    "BA-04: public works above it": (
        BEFORE,
        exempt("openbare werken", amount=1_000_001),
        ("REQUIRED", "BA-01"),
    ),
    "BA-04: transport, to a million": (
        BEFORE,
        exempt("vervoer", amount=1_000_000),
        ("NOT_REQUIRED", "BA-04D"),
    ),
    "BA-04: public green, to 750,000": (
        BEFORE,
        exempt("openbaar groen", amount=750_000),
        ("NOT_REQUIRED", "BA-04E"),
    ),
    "BA-04: public green above it": (
        BEFORE,
        exempt("openbaar groen", amount=750_001),
        ("REQUIRED", "BA-01"),
    ),
    "BA-04: aid to companies": (
        BEFORE,
        exempt("strategische investerings- en opleidingssteun"),
        ("NOT_REQUIRED", "BA-04F"),
    ),
    "BA-04: roads": (
        BEFORE,
        exempt("overdracht van wegen"),
        ("NOT_REQUIRED", "BA-04G"),
    ),
    "BA-04: not before the decision of 2011": (
        "2011-09-08",
        exempt("overdracht van wegen"),
        ("REQUIRED", "BA-01"),
    ),
    "BA-05: unfavourable advice exempts from nothing": (
        BEFORE,
        exempt("overdracht van wegen", outcome=AdviceOutcome.UNFAVOURABLE),
        ("REQUIRED", "BA-01"),
    ),
    "BA-05: of a conditional one that depends on a day that was not read": (
        BEFORE,
        exempt("overdracht van wegen", outcome=AdviceOutcome.FAVOURABLE_ON_CONDITIONS),
        ("UNDETERMINED", "BA-01", "BA-05"),
    ),
    "BA-05: outside the credits of the year": (
        BEFORE,
        exempt("overdracht van wegen", within_credits=False),
        ("REQUIRED", "BA-01"),
    ),
    "BA-06: facultative subsidies were limited later": (
        BEFORE,
        exempt("facultatieve subsidies", amount=1),
        ("UNDETERMINED", "BA-01", "BA-04H"),
    ),
    "BA-06: and a sixth domain was added": (
        BEFORE,
        exempt("zesde materie"),
        ("UNDETERMINED", "BA-01", "BA-06"),
    ),
    "BA-07: such a list in the BVCO was not found": (
        SECOND,
        DECREE | {"flag": True, "exemptions": ("BVCO",)},
        ("UNDETERMINED", "BA-03", "BA-07"),
    ),
    "IF-14: the budget of a legal person under authority": (
        SECOND,
        {
            "for_government": False,
            "spending": Spending.BUDGET_UNDER_AUTHORITY,
            "esr_impact": True,
        },
        ("REQUIRED", "BA-14"),
    ),
    "a later step: asked before": (
        SECOND,
        DECREE | {"flag": True, "first": False},
        ("NOT_REQUIRED", "BA-STAP"),
    ),
    "an announcement asks no decision": (
        BEFORE,
        {"act": Act.ANNOUNCEMENT, "budget_impact": True},
        ("NOT_REQUIRED", "BA-MED"),
    ),
}
NOBODY = {"more_staff": False, "agency_matters": False, "staff_policy": False}
MORE = StaffImpact(fte=Decimal("0.5"), function="deskundige", statutory=False)
STAFF: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "more staff": (
        SECOND,
        DECREE | NOBODY | {"more_staff": True},
        ("REQUIRED", "BZ-01"),
    ),
    "more staff, told by numbers": (
        SECOND,
        DECREE | {"staff": (MORE,)},
        ("REQUIRED", "BZ-01"),
    ),
    "matters of one agency": (
        SECOND,
        DECREE | NOBODY | {"agency_matters": True},
        ("REQUIRED", "BZ-02"),
    ),
    "staff policy of public institutions": (
        SECOND,
        DECREE | NOBODY | {"staff_policy": True},
        ("REQUIRED", "BZ-03"),
    ),
    "nothing of it": (SECOND, DECREE | NOBODY, ("NOT_REQUIRED",)),
    "not known": (SECOND, DECREE, ("UNDETERMINED", "BZ-01", "BZ-02", "BZ-03")),
    "a later step: asked before": (
        SECOND,
        DECREE | {"more_staff": True, "first": False},
        ("NOT_REQUIRED", "BZ-STAP"),
    ),
    "an announcement asks no decision": (
        SECOND,
        {"act": Act.ANNOUNCEMENT},
        ("NOT_REQUIRED", "BZ-MED"),
    ),
    "before the decision of 2014 nothing was read": (
        "2014-12-18",
        DECREE | {"more_staff": True},
        ("UNDETERMINED",),
    ),
}


@pytest.mark.parametrize("name", BUDGET)
def test_budget(said: Say, name: str) -> None:
    """The shipped rules say of a proposal what the table of the domain says."""
    day, fields, expected = BUDGET[name]

    assert expected == said(Body.BA, day, **fields)


@pytest.mark.parametrize("name", STAFF)
def test_staff(said: Say, name: str) -> None:
    """So do those on the agreement of the minister of Bestuurszaken."""
    day, fields, expected = STAFF[name]

    assert expected == said(Body.BZ, day, **fields)
