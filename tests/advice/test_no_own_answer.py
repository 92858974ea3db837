"""Nobody answers an own question: not by naming oneself, nor by taking it over."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import attrs
import pytest

from digivl.advice.appeals import appeal_of
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.request import ADVICE
from digivl.custody.label import PREFIX
from digivl.dossiers.model import DOSSIER
from digivl.errors import MalformedError, NotAllowedError
from digivl.kernel.parties import Party, Role
from digivl.testing.council import CABINET, INSPECTOR, OTHER_CABINET, SECRETARIAT
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


STRANGER = attrs.evolve(OTHER_CABINET, role=Role.CABINET_STAFF)
COLLEAGUE = attrs.evolve(CABINET, id="kabinet-1b")
COUNSEL = attrs.evolve(BUDGET, id="raadgever", role=Role.CABINET_STAFF)


@pytest.mark.parametrize("act", ["hand_over", "escalate"])
def test_a_third_party_gets_no_question(act: str, matter: Matter) -> None:
    """Not from who asked, nor from who was; also not with the dossier it belongs to."""
    it, custody = matter.ask(), matter.vl.custody
    how: dict[str, Any] = {"reason": "x"}
    given = partial(getattr(custody, act), **how)
    for subject in (it.ref, DOSSIER.ref(matter.dossier)):
        for third in (STRANGER, OTHER_CABINET, BUDGET):
            with pytest.raises(MalformedError, match="cannot answer") as refused:
                given(subject, third, by=INSPECTOR)
            assert "renew" in refused.value.hint
    custody.take_over(it.ref, by=CABINET, reason="antwoordt niet")
    with pytest.raises(MalformedError, match=f"{STRANGER} cannot answer {it.ref}"):
        given(it.ref, STRANGER, by=CABINET)

    for to in (COLLEAGUE, SECRETARIAT, attrs.evolve(INSPECTOR, id="if-2")):
        custody.take_over(it.ref, by=CABINET, reason="antwoordt niet")
        assert to == given(it.ref, to, by=CABINET).record.holder


def test_who_scanned_the_folder_answers_nothing(matter: Matter) -> None:
    """Paper can be with anybody; what it asks is for who was asked."""
    it, vl = matter.received(), matter.vl
    label = vl.labels.make(ADVICE.ref(it), by=INSPECTOR)

    vl.labels.scanned(PREFIX + label.id, STRANGER)

    assert STRANGER == vl.custody.of(ADVICE.ref(it)).record.holder
    with pytest.raises(NotAllowedError):
        vl.advices.advise(it, FAVOURABLE, by=STRANGER)


def test_who_stands_in_can_be_given_it(matter: Matter) -> None:
    """A colleague of another organisation too, once the absence is arranged."""
    it, custody, now = matter.ask(), matter.vl.custody, matter.council.now
    absent: dict[str, Any] = {"start": now, "until": now + timedelta(days=7)}
    matter.vl.absences.delegate(INSPECTOR, STRANGER, by=INSPECTOR, **absent)

    given = custody.hand_over(it.ref, STRANGER, by=INSPECTOR)

    assert STRANGER == given.record.holder


def test_to_whom_an_appeal_and_an_agreement_go(matter: Matter) -> None:
    """To the cabinet of the minister who was asked; not to another minister."""
    matter.propose(for_government=False)
    it, custody, appeals = matter.received(), matter.vl.custody, matter.vl.appeals
    budget = attrs.evolve(BUDGET, minister="begroting")
    counsel = attrs.evolve(COUNSEL, minister="begroting")
    matter.vl.advices.advise(it, AdviceOutcome.UNFAVOURABLE, by=INSPECTOR)
    appeals.lodge(it, minister=budget, reason="x", by=CABINET)
    for third in (STRANGER, INSPECTOR, attrs.evolve(MINISTER, id="m-9", minister="9")):
        with pytest.raises(MalformedError, match="cannot answer appeal/"):
            custody.hand_over(appeal_of(it), third, by=budget)
    custody.hand_over(appeal_of(it), counsel, by=budget)
    appeals.join(it, by=counsel)

    asked = matter.vl.agreements.ask(it, minister=budget, by=CABINET).ref
    with pytest.raises(MalformedError, match="cannot answer agreement/"):
        custody.hand_over(asked, STRANGER, by=budget)
    assert counsel == custody.hand_over(asked, counsel, by=budget).record.holder


def test_a_minister_can_be_asked_by_the_own_cabinet(matter: Matter) -> None:
    """As a service by the minister it works for; of the inspector that is never so."""
    it, own = matter.received(), attrs.evolve(BUDGET, minister="minister-1")
    matter.vl.advices.advise(it, FAVOURABLE, by=INSPECTOR)
    asked = matter.vl.agreements.ask(it, minister=own, by=CABINET).id
    matter.vl.agreements.receive(asked, by=own)

    assert matter.vl.agreements.agree(asked, by=own).record.ruling is not None
    jurist = attrs.evolve(INSPECTOR, id="juristen", minister="minister-1")
    assert matter.received(adviser=jurist, body=Body.WT)
