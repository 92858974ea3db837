"""An answer that came by another way is registered: it stays that of who gave it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from digivl.advice.agreement import AgreementState
from digivl.advice.body import AdviceOutcome
from digivl.advice.messages.message import Received
from digivl.advice.registration import Registered
from digivl.advice.request import ADVICE, Advice, AdviceState
from digivl.custody.model import CustodyState
from digivl.errors import (
    MalformedError,
    NotAllowedError,
    NotFoundError,
    StepNotAllowedError,
)
from digivl.testing.council import CABINET, INSPECTOR, OTHER_CABINET
from digivl.testing.matter import BUDGET

if TYPE_CHECKING:
    Talk = Any  # the fixture; its class stands in conftest.py

BY_LETTER = "per brief, KRAB lag plat"
ENTERED = Registered(by=CABINET, reason=BY_LETTER)
CONDITIONAL = AdviceOutcome.FAVOURABLE_ON_CONDITIONS


def advise(talk: Talk, asked: str, **how: Any) -> Any:
    """Register favourable advice, shown by the nota, or as the arguments say."""
    usual = {"document": talk.matter.nota, "reason": BY_LETTER, "by": CABINET}
    outcome = how.pop("outcome", AdviceOutcome.FAVOURABLE)
    return talk.vl.registrations.advise(asked, outcome, **(usual | how))


def explained(talk: Talk, name: str) -> str:
    """What readiness says of a requirement."""
    found = talk.vl.readiness.of(talk.matter.dossier, by=CABINET).requirements
    return str(next(one.explanation for one in found if one.name == name))


def agreement(talk: Talk) -> str:
    """Id of a budget agreement that was asked over the channel."""
    asked = talk.asked()
    advise(talk, asked)
    ask = talk.vl.agreements.ask
    return str(ask(asked, minister=BUDGET, channel="pigeon", by=CABINET).id)


@pytest.mark.parametrize("received", [True, False])
def test_an_advice(*, received: bool, talk: Talk) -> None:
    """It is received by then; the book and the explanations say who entered it."""
    asked = talk.asked()
    if received:
        talk.says(asked, Received())
        talk.work()

    entry = advise(talk, asked, outcome=CONDITIONAL, conditions=["x"])

    record = entry.record
    assert (AdviceState.ADVISED, CONDITIONAL) == (record.state, record.advice.outcome)
    assert (ENTERED, talk.matter.nota) == (
        record.advice.registered,
        record.advice.document,
    )
    assert record.received_at is not None
    assert ("register", CABINET, BY_LETTER) == (entry.action, entry.actor, entry.reason)
    assert CustodyState.CLOSED is talk.vl.custody.of(entry.ref).record.state
    assert (CABINET.id, "begrotingsakkoord vragen") == talk.matter.holder()
    told = f", geregistreerd door {CABINET}: {BY_LETTER}"
    assert told in explained(talk, "IF")
    step = talk.vl.routes.of(talk.matter.dossier, by=CABINET).step("if")
    assert told in step.explanation


@pytest.mark.parametrize(
    ("act", "how", "state"),
    [
        ("agree", {"conditions": ["x"]}, AgreementState.AGREED),
        ("refuse", {"refusal": "geen krediet"}, AgreementState.REFUSED),
    ],
)
def test_an_agreement(
    act: str, how: dict[str, Any], state: AgreementState, talk: Talk
) -> None:
    """Granted or refused; the answer stays that of the minister."""
    asked = agreement(talk)

    record = getattr(talk.vl.registrations, act)(
        asked, document=talk.matter.nota, reason=BY_LETTER, by=CABINET, **how
    ).record

    assert (state, ENTERED) == (record.state, record.ruling.registered)
    assert f"geregistreerd door {CABINET}" in explained(talk, "BA")
    step = talk.vl.routes.of(talk.matter.dossier, by=CABINET).step("ba")
    assert f"geregistreerd door {CABINET}" in step.explanation


def test_the_form_says_so(talk: Talk) -> None:
    """Who reads the advice on paper sees that another one entered it."""
    pypdfium2 = pytest.importorskip("pypdfium2")
    asked = talk.asked()
    advise(talk, asked)

    pdf = pypdfium2.PdfDocument(talk.vl.forms.advice(asked, by=CABINET))

    text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert "Geregistreerd door" in text
    assert BY_LETTER in " ".join(text.split())


def test_what_it_asks(talk: Talk) -> None:
    """A document of the dossier that shows it, and why."""
    asked = talk.asked()
    with pytest.raises(MalformedError, match="reason"):
        advise(talk, asked, reason=" ")
    with pytest.raises(NotFoundError):
        advise(talk, asked, document="elders")
    with pytest.raises(MalformedError, match="shown by its document"):
        Advice(
            outcome=AdviceOutcome.FAVOURABLE,
            at=talk.matter.council.now,
            registered=ENTERED,
        )

    assert AdviceState.SUBMITTED is talk.vl.advices.read(asked).record.state


def test_in_house_there_is_nothing_to_register(talk: Talk) -> None:
    """Who has to answer does so itself."""
    asked = talk.matter.ask().id

    with pytest.raises(MalformedError, match=f"{INSPECTOR} answers in this digivl"):
        advise(talk, asked)


@pytest.mark.parametrize(
    "by", [OTHER_CABINET, INSPECTOR], ids=["another cabinet", "who was asked"]
)
def test_who_may_not(by: Any, talk: Talk) -> None:
    """Who asked registers; a stranger does not, nor is told what there is."""
    asked = talk.asked()

    for name in (asked, "bestaat-niet"):
        with pytest.raises(NotAllowedError):
            advise(talk, name, by=by)


def test_once(talk: Talk) -> None:
    """What is answered is not registered; what comes behind it is set apart."""
    asked = talk.asked()
    advise(talk, asked)

    with pytest.raises(StepNotAllowedError):
        advise(talk, asked)


@pytest.mark.parametrize(
    "act",
    [
        lambda vl, it: vl.advices.receive(it, by=CABINET),
        lambda vl, it: vl.advices.inquire(it, "?", by=CABINET),
        lambda vl, it: vl.advices.send_back(it, lacks=["x"], by=CABINET),
        lambda vl, it: vl.advices.advise(it, AdviceOutcome.FAVOURABLE, by=CABINET),
    ],
)
def test_over_a_channel_nobody_answers_an_own_question_either(
    act: Callable[[Any, str], object], talk: Talk
) -> None:
    """Not as if it were the adviser: what it enters, it registers."""
    asked = talk.asked()
    talk.vl.custody.take_over(ADVICE.ref(asked), by=CABINET, reason="brief gekregen")

    with pytest.raises(NotAllowedError):
        act(talk.vl, asked)
