"""A term that passes without an answer: an act, with the rule that says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digivl.advice.agreement import AgreementState
from digivl.advice.body import AdviceOutcome, Body, SilenceEffect
from digivl.advice.request import AdviceState
from digivl.errors import StepNotAllowedError
from digivl.kernel.parties import SYSTEM, Party, Role
from digivl.testing.council import CABINET, INSPECTOR
from digivl.testing.matter import BUDGET, Matter


def test_nothing_before_the_end(matter: Matter) -> None:
    """The last instant of the last day still counts."""
    it = matter.received()
    due = matter.vl.advices.read(it).record.due
    assert due is not None
    matter.council.now = due

    assert [] == matter.vl.silences.establish()
    matter.wait(microseconds=2)
    assert [it] == [entry.id for entry in matter.vl.silences.establish()]
    assert [] == matter.vl.silences.establish()


def test_silence_of_the_inspector(matter: Matter) -> None:
    """Established by the system with its rule; the asker goes on."""
    it = matter.received()
    matter.wait(days=30)

    (entry,) = matter.vl.silences.establish()

    silence = matter.vl.advices.read(it).record.silence
    assert silence is not None
    assert (SYSTEM, "lapse") == (entry.actor, entry.action)
    assert SilenceEffect.DEEMED_FAVOURABLE is silence.effect
    assert matter.vl.rules.sha256 == silence.rules
    assert CABINET.id == matter.holder()[0]
    with pytest.raises(StepNotAllowedError):
        matter.vl.advices.advise(it, AdviceOutcome.FAVOURABLE, by=INSPECTOR)


def test_silence_of_the_minister(matter: Matter) -> None:
    """The agreement is not required any more."""
    it = matter.received()
    matter.vl.advices.advise(it, AdviceOutcome.FAVOURABLE, by=INSPECTOR)
    asked = matter.vl.agreements.ask(it, minister=BUDGET, by=CABINET).id
    matter.vl.agreements.receive(asked, by=BUDGET)
    matter.wait(days=30)

    matter.vl.work()

    assert AgreementState.LAPSED is matter.vl.agreements.read(asked).record.state
    assert "SATISFIED_BY_SILENCE" == matter.gate()["BA"]


def test_silence_on_an_appeal(matter: Matter) -> None:
    """Where no source says what it means, the appeal stays open, and is overdue."""
    matter.propose(for_government=False)
    it = matter.received()
    matter.vl.advices.advise(it, AdviceOutcome.UNFAVOURABLE, by=INSPECTOR)
    matter.vl.appeals.lodge(it, minister=BUDGET, reason="x", by=CABINET)
    matter.wait(days=30)

    established = matter.vl.silences.establish()

    state = matter.vl.advices.read(it).record.state
    expected = AdviceState.APPEAL_LAPSED if established else AdviceState.APPEALED
    assert expected is state
    late = matter.vl.custody.overdue()
    assert bool(established) is not bool(late)


def test_nothing_is_guessed(matter: Matter) -> None:
    """Where no rule says what silence means, the question stays open and is late."""
    service = Party("wt", "Wetgevingstechniek", Role.GOVERNMENT_BODY)
    it = matter.received(body=Body.WT, adviser=service)
    matter.wait(days=40)

    assert [] == matter.vl.silences.establish()
    assert AdviceState.RECEIVED is matter.vl.advices.read(it).record.state
    (late,) = matter.vl.custody.overdue()
    assert late.late > timedelta(days=10)


def test_a_question_that_is_open_does_not_lapse(matter: Matter) -> None:
    """While the asker has to answer, the term stands still."""
    it = matter.received()
    matter.vl.advices.inquire(it, "?", by=INSPECTOR)
    matter.wait(days=60)

    assert [] == matter.vl.silences.establish()
    assert AdviceState.INFORMATION_ASKED is matter.vl.advices.read(it).record.state
