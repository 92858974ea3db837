"""Nobody answers an own question: not by naming oneself, nor by taking it over."""

from __future__ import annotations

import attrs
import pytest

from digivl.advice.appeals import appeal_of
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.request import ADVICE
from digivl.errors import MalformedError, NotAllowedError
from digivl.kernel.parties import Party
from digivl.testing.council import CABINET, INSPECTOR
from digivl.testing.matter import BUDGET, MINISTER, Matter

FAVOURABLE = AdviceOutcome.FAVOURABLE
OWN_SIDE = (CABINET, MINISTER)


@pytest.mark.parametrize("adviser", OWN_SIDE)
def test_who_asks_is_no_adviser(adviser: Party, matter: Matter) -> None:
    """Nor is anybody of the same cabinet an inspector."""
    with pytest.raises(MalformedError, match="the side that asks"):
        matter.ask(adviser=adviser)


@pytest.mark.parametrize("own", OWN_SIDE)
def test_who_takes_a_question_over_gives_no_advice(own: Party, matter: Matter) -> None:
    """It can be given to another inspector; the own cabinet advises on nothing."""
    it, advices, custody = matter.ask().id, matter.vl.advices, matter.vl.custody
    custody.take_over(ADVICE.ref(it), by=CABINET, reason="antwoordt niet")
    custody.hand_over(ADVICE.ref(it), own, by=CABINET)

    with pytest.raises(NotAllowedError):
        advices.receive(it, by=own)
    with pytest.raises(NotAllowedError):
        advices.send_back(it, lacks=["x"], by=own)
    other = attrs.evolve(INSPECTOR, id="if-2")
    custody.hand_over(ADVICE.ref(it), other, by=own)
    advices.receive(it, by=other)
    custody.take_over(ADVICE.ref(it), by=CABINET, reason="antwoordt niet")
    custody.hand_over(ADVICE.ref(it), own, by=CABINET)
    with pytest.raises(NotAllowedError):
        advices.advise(it, FAVOURABLE, by=own)
    with pytest.raises(NotAllowedError):
        advices.inquire(it, "?", by=own)

    assert "PENDING" == matter.gate()["IF"]


@pytest.mark.parametrize("own", OWN_SIDE)
def test_who_takes_an_agreement_over_does_not_agree(own: Party, matter: Matter) -> None:
    """Neither to the budget nor against it."""
    it, agreements = matter.received(), matter.vl.agreements
    matter.vl.advices.advise(it, FAVOURABLE, by=INSPECTOR)
    with pytest.raises(MalformedError, match="the side that asks"):
        agreements.ask(it, minister=own, by=CABINET)
    asked = agreements.ask(it, minister=BUDGET, by=CABINET)
    agreements.receive(asked.id, by=BUDGET)
    matter.vl.custody.take_over(asked.ref, by=CABINET, reason="antwoordt niet")

    for act in ("agree", "receive"):
        with pytest.raises(NotAllowedError):
            getattr(agreements, act)(asked.id, by=CABINET)
    with pytest.raises(NotAllowedError):
        agreements.refuse(asked.id, reason="x", by=CABINET)
    with pytest.raises(NotAllowedError):
        agreements.inquire(asked.id, "?", by=CABINET)


def test_who_takes_an_appeal_over_does_not_join_it(matter: Matter) -> None:
    """Who appeals does not rule on it."""
    matter.propose(for_government=False)
    it, appeals = matter.received(), matter.vl.appeals
    matter.vl.advices.advise(it, AdviceOutcome.UNFAVOURABLE, by=INSPECTOR)
    with pytest.raises(MalformedError, match="the side that asks"):
        appeals.lodge(it, minister=MINISTER, reason="x", by=CABINET)
    appeals.lodge(it, minister=BUDGET, reason="x", by=CABINET)
    matter.vl.custody.take_over(appeal_of(it), by=CABINET, reason="antwoordt niet")

    for act in (appeals.join, appeals.confirm):
        with pytest.raises(NotAllowedError):
            act(it, by=CABINET)


def test_a_minister_can_be_asked_by_the_own_cabinet(matter: Matter) -> None:
    """As a service by the minister it works for; of the inspector that is never so."""
    it, own = matter.received(), attrs.evolve(BUDGET, minister="minister-1")
    matter.vl.advices.advise(it, FAVOURABLE, by=INSPECTOR)
    asked = matter.vl.agreements.ask(it, minister=own, by=CABINET).id
    matter.vl.agreements.receive(asked, by=own)

    assert matter.vl.agreements.agree(asked, by=own).record.ruling is not None
    jurist = attrs.evolve(INSPECTOR, id="juristen", minister="minister-1")
    assert matter.received(adviser=jurist, body=Body.WT)
