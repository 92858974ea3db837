"""Replies to an unfavourable advice, and appeals against it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digivl.advice.appeals import appeal_of
from digivl.advice.body import AdviceOutcome
from digivl.advice.request import AdviceState
from digivl.custody.model import CustodyState
from digivl.errors import NotAllowedError, StepNotAllowedError
from digivl.testing.council import CABINET, INSPECTOR, OTHER_CABINET
from digivl.testing.matter import BUDGET, Matter


def advised(matter: Matter, outcome: AdviceOutcome, *, government: bool = True) -> str:
    """Id of a request with this answer."""
    matter.propose(for_government=government)
    it = matter.received()
    return matter.vl.advices.advise(it, outcome, by=INSPECTOR).id


def appealed(matter: Matter) -> str:
    """Id of a request whose advice the minister of budget has to rule on."""
    it = advised(matter, AdviceOutcome.UNFAVOURABLE, government=False)
    appeals = matter.vl.appeals
    return appeals.lodge(it, minister=BUDGET, reason="onjuist", by=CABINET).id


def test_only_an_unfavourable_advice_is_replied_to(matter: Matter) -> None:
    """Who is advised favourably has nothing to reply."""
    good = advised(matter, AdviceOutcome.FAVOURABLE)
    with pytest.raises(StepNotAllowedError):
        matter.vl.appeals.reply(good, "toch", by=CABINET)
    asked = matter.ask().id
    with pytest.raises(StepNotAllowedError):
        matter.vl.appeals.reply(asked, "toch", by=CABINET)
    matter.vl.advices.withdraw(asked, by=CABINET)

    bad = advised(matter, AdviceOutcome.UNFAVOURABLE)
    replied = matter.vl.appeals.reply(
        bad, "De raming is gehalveerd.", document=matter.nota, by=CABINET
    ).record

    assert AdviceState.REPLIED is replied.state
    assert replied.reply is not None
    assert matter.nota == replied.reply.document


def test_the_government_is_no_matter_for_appeal(matter: Matter) -> None:
    """What the government decides is replied to in the nota."""
    it = advised(matter, AdviceOutcome.UNFAVOURABLE)

    with pytest.raises(StepNotAllowedError, match="reply"):
        matter.vl.appeals.lodge(it, minister=BUDGET, reason="x", by=CABINET)


def test_the_minister_of_budget_has_the_appeal(matter: Matter) -> None:
    """With a term of its own, from when it was lodged."""
    it = appealed(matter)

    custody = matter.vl.custody.of(appeal_of(it)).record
    due = datetime(2026, 12, 9, 22, 59, 59, 999_999, tzinfo=UTC)
    assert (BUDGET, due) == (custody.holder, custody.due)
    assert due == matter.vl.advices.read(it).record.due
    assert (BUDGET.id, "uitspraak doen over het beroep") == matter.holder()


@pytest.mark.parametrize(
    ("act", "state", "step"),
    [
        ("join", AdviceState.JOINED, "het voorstel uitvoeren"),
        ("confirm", AdviceState.CONFIRMED, "voorleggen aan de Vlaamse Regering"),
    ],
)
def test_ruled_on(act: str, state: AdviceState, step: str, matter: Matter) -> None:
    """Once, by who has it; the asker goes on."""
    it, appeals = appealed(matter), matter.vl.appeals
    for other in (CABINET, OTHER_CABINET):
        with pytest.raises(NotAllowedError):
            getattr(appeals, act)(it, by=other)

    getattr(appeals, act)(it, by=BUDGET)

    assert state is matter.vl.advices.read(it).record.state
    assert (CABINET.id, step) == matter.holder()
    assert CustodyState.CLOSED is matter.vl.custody.of(appeal_of(it)).record.state
    with pytest.raises(StepNotAllowedError):
        appeals.confirm(it, by=BUDGET)


def test_a_stranger_lodges_nothing(matter: Matter) -> None:
    """Neither an appeal nor a reply, and is not told that there is an advice."""
    it = advised(matter, AdviceOutcome.UNFAVOURABLE, government=False)

    for name in (it, "bestaat-niet"):
        with pytest.raises(NotAllowedError):
            matter.vl.appeals.reply(name, "x", by=OTHER_CABINET)
        with pytest.raises(NotAllowedError):
            matter.vl.appeals.lodge(name, minister=BUDGET, reason="x", by=OTHER_CABINET)
