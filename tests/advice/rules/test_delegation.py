"""What an official decides alone: each amount of the table, and what was not read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from digivl.advice.proposal import (
    ContractObject,
    ContractStage,
    Procedure,
    Spending,
)
from digivl.advice.rules.files import shipped

Facts = Callable[..., dict[str, Any]]
DAY = "2016-06-01"
OPEN, COMPETITIVE = Procedure.OPEN, Procedure.COMPETITIVE
NEGOTIATED = Procedure.NEGOTIATED
WORKS, SUPPLIES = ContractObject.WORKS, ContractObject.SUPPLIES
SERVICES, CONCESSION = ContractObject.SERVICES, ContractObject.CONCESSION
LIMITS = {
    "DEL-W1": (WORKS, OPEN, 13_000_000),
    "DEL-W2": (WORKS, COMPETITIVE, 6_500_000),
    "DEL-W3": (WORKS, NEGOTIATED, 1_300_000),
    "DEL-L1": (SUPPLIES, Procedure.RESTRICTED, 8_000_000),
    "DEL-L2": (SUPPLIES, Procedure.DIALOGUE, 4_000_000),
    "DEL-L3": (SUPPLIES, NEGOTIATED, 800_000),
    "DEL-D1": (SERVICES, OPEN, 2_400_000),
    "DEL-D2": (SERVICES, COMPETITIVE, 1_200_000),
    "DEL-D3": (SERVICES, NEGOTIATED, 240_000),
    "DEL-C": (CONCESSION, NEGOTIATED, 13_000_000),
}
ORDERS = {
    "DEL-O1": (WORKS, 1_500_000),
    "DEL-O2": (SUPPLIES, 900_000),
    "DEL-O3": (SERVICES, 500_000),
}


def decided(facts: Facts, day: str, **fields: Any) -> tuple[bool | None, str]:
    """Whether an official may decide, and by which rules."""
    found = shipped().decides(facts(**fields), date.fromisoformat(day))
    return found.allowed, " ".join(found.rules)


def of(name: str, award: int) -> dict[str, Any]:
    """An award within the reach of a rule."""
    contract, procedure, _ = LIMITS[name]
    return {"object": contract, "procedure": procedure, "award": award}


@pytest.mark.parametrize("name", LIMITS)
def test_table(facts: Facts, name: str) -> None:
    """Up to the amount an official may decide, above it not."""
    limit = LIMITS[name][2]

    assert (True, name) == decided(facts, DAY, contract=of(name, limit))
    assert (False, name) == decided(facts, DAY, contract=of(name, limit + 1))


@pytest.mark.parametrize("name", LIMITS)
def test_amounts_since_2017_were_not_read(facts: Facts, name: str) -> None:
    """Then it is not known, however small."""
    found = shipped().decides(facts(contract=of(name, 1)), date(2017, 6, 16))

    assert (None, (name,)) == (found.allowed, found.rules)
    assert ("decision_amount",) == found.unsourced
    assert "geen bron geeft" in found.explanation


def test_estimate_before_the_award(facts: Facts) -> None:
    """A decision that prepares is tested by the estimate, an award by the offer."""
    contract = of("DEL-D3", 10**9) | {"estimate": 240_000}
    prepared = contract | {"stage": ContractStage.PREPARATION}

    assert (True, "DEL-D3") == decided(facts, DAY, contract=prepared)
    assert (False, "DEL-D3") == decided(facts, DAY, contract=contract)


@pytest.mark.parametrize("name", ORDERS)
def test_orders(facts: Facts, name: str) -> None:
    """Orders under an order contract, before 2016."""
    about, limit = ORDERS[name]

    for amount, allowed in ((limit, True), (limit + 1, False)):
        known = facts(spending=Spending.ORDER, amount=amount, recurring=False)
        known |= {"contract_object": about.value}
        found = shipped().decides(known, date(2015, 12, 31))
        assert (allowed, (name,)) == (found.allowed, found.rules)


def test_recurring_orders_have_no_limit(facts: Facts) -> None:
    """Performance that comes back is unlimited."""
    order = {"spending": Spending.ORDER, "amount": 10**9, "recurring": True}

    assert (True, "DEL-O4") == decided(facts, "2010-06-01", **order)


def test_no_rule_is_no_permission(facts: Facts) -> None:
    """Of a subsidy no delegation is known; nor is anything before 2003."""
    assert (None, "") == decided(facts, DAY, spending=Spending.SUBSIDY, amount=1)
    assert (None, "") == decided(facts, "2003-10-09", contract=of("DEL-W1", 1))


def test_says_what_lacks(facts: Facts) -> None:
    """An award without its amount could be either."""
    contract = {"object": WORKS, "procedure": OPEN}

    found = shipped().decides(facts(contract=contract), date.fromisoformat(DAY))

    assert (None, ("decision_amount",)) == (found.allowed, found.unknown)
    assert found.explanation.startswith("niet gekend: bedrag van de offerte")
