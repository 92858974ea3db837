"""Legal and language advice, and who is heard after a principle approval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from digivl.advice.body import Body
from digivl.advice.proposal import Act

Say = Callable[..., tuple[str, ...]]
TODAY = "2026-06-01"
LATER = {"first": False}
DECREE, REGULATION = {"act": Act.DECREE}, {"act": Act.REGULATORY_DECISION}
INDIVIDUAL = {"act": Act.INDIVIDUAL_DECISION}

CASES: dict[str, tuple[Body, dict[str, Any], tuple[str, ...]]] = {
    "WT: a draft decree": (
        Body.WT,
        DECREE | {"recurring": False},
        ("REQUIRED", "WT-01"),
    ),
    "WT: a draft decision": (
        Body.WT,
        REGULATION | {"recurring": False},
        ("REQUIRED", "WT-01"),
    ),
    "WT: unless it comes back in the same form": (
        Body.WT,
        REGULATION | {"recurring": True},
        ("NOT_REQUIRED", "WT-01U"),
    ),
    "WT: which may not be known": (
        Body.WT,
        REGULATION,
        ("UNDETERMINED", "WT-01", "WT-01U"),
    ),
    "WT: individual decisions do": (Body.WT, INDIVIDUAL, ("NOT_REQUIRED", "WT-02U")),
    "WT: a nota without a text": (Body.WT, {"act": Act.NOTE}, ("NOT_REQUIRED",)),
    "WT: for the first principle approval": (
        Body.WT,
        DECREE | LATER,
        ("NOT_REQUIRED", "WT-STAP"),
    ),
    "SAR: a preliminary draft decree": (
        Body.SAR,
        DECREE | LATER,
        ("REQUIRED", "SAR-01"),
    ),
    "SAR: a strategic decision": (
        Body.SAR,
        REGULATION | LATER | {"strategic": True},
        ("REQUIRED", "SAR-02"),
    ),
    "SAR: the government did not say": (
        Body.SAR,
        REGULATION | LATER,
        ("UNDETERMINED", "SAR-02"),
    ),
    "SAR: no strategic decision": (
        Body.SAR,
        REGULATION | LATER | {"strategic": False},
        ("NOT_REQUIRED",),
    ),
    "SAR: after the first principle approval": (
        Body.SAR,
        DECREE | {"final": False},
        ("NOT_REQUIRED", "SAR-STAP"),
    ),
    "SAR: a single approval has nothing after it": (
        Body.SAR,
        DECREE | {"final": True},
        ("REQUIRED", "SAR-01"),
    ),
    "SAR: and the only step may be either": (
        Body.SAR,
        DECREE,
        ("UNDETERMINED", "SAR-01", "SAR-STAP"),
    ),
    "RvS: a preliminary draft decree": (
        Body.RVS,
        DECREE | LATER,
        ("REQUIRED", "RVS-01"),
    ),
    "RvS: a decision of a regulatory nature": (
        Body.RVS,
        REGULATION | LATER,
        ("REQUIRED", "RVS-01"),
    ),
    "RvS: of a minister too": (
        Body.RVS,
        LATER | {"act": Act.REGULATORY_MINISTERIAL},
        ("REQUIRED", "RVS-02"),
    ),
    "RvS: no individual decision": (Body.RVS, INDIVIDUAL | LATER, ("NOT_REQUIRED",)),
    "RvS: not before the first principle approval": (
        Body.RVS,
        DECREE | {"final": False},
        ("NOT_REQUIRED", "RVS-STAP"),
    ),
    "VTC: personal data": (
        Body.VTC,
        REGULATION | LATER | {"personal_data": True},
        ("REQUIRED", "VTC-01"),
    ),
    "VTC: not known": (Body.VTC, REGULATION | LATER, ("UNDETERMINED", "VTC-01")),
    "VTC: none": (
        Body.VTC,
        REGULATION | LATER | {"personal_data": False},
        ("NOT_REQUIRED",),
    ),
    "negotiations on the statute of staff": (
        Body.NEGOTIATION,
        DECREE | LATER | {"staff_statute": True},
        ("REQUIRED", "OC-01"),
    ),
    "RIA: within its circular": (
        Body.RIA,
        DECREE | {"impact_analysis": True},
        ("REQUIRED", "RIA-01"),
    ),
    "RIA: once": (
        Body.RIA,
        DECREE | LATER | {"impact_analysis": True},
        ("NOT_REQUIRED", "RIA-STAP"),
    ),
}
SINCE = {
    Body.WT: "2020-01-01",
    Body.SAR: "2018-12-07",
    Body.VTC: "2018-05-25",
    Body.RIA: "2014-01-01",
}


@pytest.mark.parametrize("name", CASES)
def test_table(said: Say, name: str) -> None:
    """The shipped rules say of a proposal what the table of the domain says."""
    body, fields, expected = CASES[name]

    assert expected == said(body, TODAY, **fields)


@pytest.mark.parametrize("body", SINCE)
def test_nothing_was_read_of_before(said: Say, body: Body) -> None:
    """A day before the rules is a day of which nothing is known, not a free one."""
    first = SINCE[body]
    before = f"{int(first[:4]) - 1}{first[4:]}"
    fields = DECREE | {
        "final": True,
        "recurring": False,
        "personal_data": True,
        "impact_analysis": True,
    }

    assert "REQUIRED" == said(body, first, **fields)[0]
    assert ("UNDETERMINED",) == said(body, before, **fields)
