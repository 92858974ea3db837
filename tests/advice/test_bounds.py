"""What comes from outside has a bound, told by an error of the house."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from digivl.advice.body import AdviceOutcome
from digivl.errors import LimitExceededError
from digivl.testing.council import CABINET, INSPECTOR
from digivl.testing.matter import BUDGET, Matter

MANY = ["x"] * 1_001


def _agreed(matter: Matter) -> None:
    it, agreements = matter.received(), matter.vl.agreements
    matter.vl.advices.advise(it, AdviceOutcome.FAVOURABLE, by=INSPECTOR)
    asked = agreements.ask(it, minister=BUDGET, by=CABINET).id
    agreements.receive(asked, by=BUDGET)
    agreements.agree(asked, conditions=MANY, by=BUDGET)


def _lined(matter: Matter) -> None:
    (line,) = matter.vl.proposals.read(matter.dossier).record.lines
    matter.propose(lines=(line,) * len(MANY))


ACTS: dict[str, Callable[[Matter], Any]] = {
    "lines": _lined,
    "exemptions": lambda m: m.propose(exemptions=tuple(MANY)),
    "lacks": lambda m: m.vl.advices.send_back(m.received(), lacks=MANY, by=INSPECTOR),
    "conditions": lambda m: m.vl.advices.advise(
        m.received(),
        AdviceOutcome.FAVOURABLE_ON_CONDITIONS,
        conditions=MANY,
        by=INSPECTOR,
    ),
    "agreed conditions": _agreed,
}


@pytest.mark.parametrize("act", ACTS)
def test_not_without_end(act: str, matter: Matter) -> None:
    """A thousand of anything is more than people read."""
    with pytest.raises(LimitExceededError, match="more than 1000"):
        ACTS[act](matter)
