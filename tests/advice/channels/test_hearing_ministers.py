"""What the offices of ministers say is applied to agreements, and to nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from digivl.advice.agreement import AGREEMENT, AgreementState
from digivl.advice.body import AdviceOutcome
from digivl.advice.messages.correspondence import HeardState
from digivl.advice.messages.message import (
    Advised,
    Agreed,
    Asked,
    Received,
    Refused,
    SentBack,
)
from digivl.advice.request import ADVICE
from digivl.testing.council import CABINET, INSPECTOR
from digivl.testing.matter import BUDGET, MINISTER

if TYPE_CHECKING:
    Talk = Any  # the fixture; its class stands in conftest.py

FAVOURABLE = Advised(outcome=AdviceOutcome.FAVOURABLE)


def agreement(talk: Talk) -> str:
    """Id of an agreement that was asked over the channel."""
    advice = talk.matter.received()
    talk.vl.advices.advise(advice, AdviceOutcome.FAVOURABLE, by=INSPECTOR)
    asked = talk.vl.agreements.ask(
        advice, minister=BUDGET, by=MINISTER, channel=talk.channel
    )
    talk.work()
    name: str = asked.id
    return name


def test_agreement(talk: Talk) -> None:
    """The minister completes the conversation: inquiry, answer, agreement."""
    asked = agreement(talk)
    about = AGREEMENT.ref(asked)
    talk.says(asked, SentBack(lacks=("De raming.",)), question=about)
    talk.work()
    was = talk.vl.agreements.read(asked).record
    talk.vl.agreements.answer(asked, "Zie bijlage.", by=CABINET)
    said = Agreed(remark="Binnen het krediet.", conditions=("Jaarlijks verslag.",))
    talk.says(asked, said, question=about)

    talk.work()

    assert (AgreementState.COMPLETION_ASKED, "De raming.") == (
        was.state,
        was.inquiries[0].text,
    )
    entry = talk.vl.agreements.read(asked)
    assert (AgreementState.AGREED, BUDGET) == (entry.record.state, entry.actor)
    assert "Binnen het krediet." == entry.record.ruling.reason


def test_refusal(talk: Talk) -> None:
    """With its reason."""
    asked = agreement(talk)
    talk.says(asked, Received(), question=AGREEMENT.ref(asked))
    talk.says(asked, Refused(reason="Te duur."), question=AGREEMENT.ref(asked))

    talk.work()

    record = talk.vl.agreements.read(asked).record
    assert (AgreementState.REFUSED, "Te duur.") == (record.state, record.ruling.reason)


def test_asked_to_complete(talk: Talk) -> None:
    """A question of the minister is one to complete the file."""
    asked = agreement(talk)
    talk.says(asked, Asked(text="Wat nog?"), question=AGREEMENT.ref(asked))

    talk.work()

    state = talk.vl.agreements.read(asked).record.state
    assert AgreementState.COMPLETION_ASKED is state


@pytest.mark.parametrize("of_advice", [True, False])
def test_answer_of_the_other_kind(
    talk: Talk,
    of_advice: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """An agreement is no advice, and an advice no agreement."""
    asked = talk.asked() if of_advice else agreement(talk)
    about = (ADVICE if of_advice else AGREEMENT).ref(asked)
    talk.says(asked, Agreed() if of_advice else FAVOURABLE, question=about)

    talk.work()

    assert [HeardState.APART] == [one.state for one in talk.heard()]
