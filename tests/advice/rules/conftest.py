"""What tests of rules share: proposals, and what the shipped rules say of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from digivl.advice.body import Body
from digivl.advice.proposal import (
    Act,
    Contract,
    ContractObject,
    ContractStage,
    Procedure,
    Proposal,
    Spending,
)
from digivl.advice.rules.facts import facts_of
from digivl.advice.rules.files import shipped
from digivl.kernel.money import Euro


def _facts(
    *,
    first: bool = True,
    final: bool | None = None,
    flag: bool | None = None,
    outcome: Any = None,
    contract: Mapping[str, Any] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """The facts of a proposal; amounts are whole euro."""
    if "amount" in fields:
        fields["amount"] = Euro(fields["amount"])
    if contract is not None:
        fields |= {"spending": Spending.PROCUREMENT, "contract": _contract(**contract)}
    proposal = Proposal(
        dossier="dossier-1", act=fields.pop("act", Act.INDIVIDUAL_MINISTERIAL), **fields
    )
    known = facts_of(
        proposal, first=first, final=final, advice_flag=flag, outcome=outcome
    )
    return dict(known)


def _contract(**fields: Any) -> Contract:
    amounts: dict[str, Any] = {
        name: Euro(fields.pop(name)) for name in ("estimate", "award") if name in fields
    }
    usual: dict[str, Any] = {
        "object": ContractObject.SERVICES,
        "procedure": Procedure.OPEN,
        "stage": ContractStage.AWARD,
        "price_only": True,
        "lowest": True,
        "advised_before": False,
    }
    return Contract(**(usual | amounts | fields))


@pytest.fixture(name="facts", scope="session")
def _facts_fixture() -> Callable[..., dict[str, Any]]:
    """Makes the facts of a proposal out of its fields."""
    return _facts


@pytest.fixture(name="said", scope="session")
def _said() -> Callable[..., tuple[str, ...]]:
    """What the shipped rules say of a proposal: the need, then the rules."""

    def say(body: Body, day: str, **fields: Any) -> tuple[str, ...]:
        found = shipped().assess(body, _facts(**fields), date.fromisoformat(day))
        return found.need.name, *found.rules

    return say
