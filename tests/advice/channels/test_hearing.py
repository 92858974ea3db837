"""What comes in is applied once, or set apart for somebody with why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from digivl.access.model import AccessLevel
from digivl.advice.body import AdviceAspect, AdviceOutcome
from digivl.advice.messages.correspondence import HEARD, HeardState
from digivl.advice.messages.message import (
    Advised,
    Asked,
    Received,
    SentBack,
    Unclear,
)
from digivl.advice.request import ADVICE, AdviceState, AspectRemark
from digivl.documents.model import IF_ADVICE
from digivl.errors import (
    MalformedError,
    NotAllowedError,
    StepNotAllowedError,
)
from digivl.kernel.kinds import Ref
from digivl.kernel.personal import Personal
from digivl.testing.council import CABINET, INSPECTOR, OTHER_CABINET, SECRETARIAT
from digivl.testing.papers import paper

if TYPE_CHECKING:
    Talk = Any  # the fixture; its class stands in conftest.py

FAVOURABLE = Advised(outcome=AdviceOutcome.FAVOURABLE)
NOBODY = ("", "")


def state(talk: Talk, id: str) -> AdviceState:
    """How far a request is."""
    found: AdviceState = talk.vl.advices.read(id).record.state
    return found


def heard(talk: Talk) -> list[tuple[HeardState, str]]:
    """What was done with each message, and what was wrong with it."""
    return [(one.state, one.problem) for one in talk.heard()]


def test_receipt_starts_the_term(talk: Talk) -> None:
    """In the name of the adviser; the message stands with the question."""
    asked = talk.asked()
    talk.says(asked, Received())

    talk.work()

    entry = talk.vl.advices.read(asked)
    assert (AdviceState.RECEIVED, INSPECTOR) == (entry.record.state, entry.actor)
    assert entry.record.clock is not None
    assert ("pigeon:m1",) == entry.record.heard
    assert [(HeardState.APPLIED, "")] == heard(talk)
    assert [("m1", False)] == talk.pigeon.confirmed


def test_advice_with_all_that_it_says(talk: Talk) -> None:
    """Conclusion, remarks, conditions, and whether an agreement is needed."""
    asked = talk.asked()
    remark = AspectRemark(aspect=AdviceAspect.LEGALITY, text="Zie artikel 3.")
    said = Advised(
        outcome=AdviceOutcome.FAVOURABLE_ON_CONDITIONS,
        agreement_needed=False,
        remarks=(remark,),
        conditions=("Vóór 1 juli.", "Binnen het krediet."),
    )
    talk.says(asked, said)

    talk.work()

    advice = talk.vl.advices.read(asked).record.advice
    assert (said.outcome, False) == (advice.outcome, advice.agreement_needed)
    assert (remark,) == advice.aspects
    assert said.conditions == tuple(c.text for c in advice.conditions)
    assert (CABINET.id, "agenderen") == talk.matter.holder()


def test_document_of_the_answer(talk: Talk) -> None:
    """It is taken into the dossier under its type, and the advice names it."""
    asked = talk.asked()
    content = paper()
    talk.pigeon.files["f"] = content
    talk.says(asked, FAVOURABLE, file="f")

    talk.work()

    name = talk.vl.advices.read(asked).record.advice.document
    document = talk.vl.documents.read(name).record
    assert (IF_ADVICE, talk.matter.dossier) == (document.type, document.dossier)
    with talk.vl.documents.opened(document.latest.sha256) as pdf:
        assert content == pdf.read()


def test_document_that_is_no_pdf(talk: Talk) -> None:
    """Nothing is applied: somebody has to look at the whole message."""
    asked = talk.asked()
    talk.pigeon.files["f"] = b"MZ this is a program"
    talk.says(asked, FAVOURABLE, file="f")

    talk.work()

    ((was, problem),) = heard(talk)
    assert (AdviceState.SUBMITTED, HeardState.APART) == (state(talk, asked), was)
    assert "niet bruikbaar" in problem
    assert [("m1", True)] == talk.pigeon.confirmed


def test_inquiry_and_answer(talk: Talk) -> None:
    """A question for information stops the term and waits for the asker."""
    asked = talk.asked()
    talk.says(asked, Asked(text="Hoeveel kinderen?"))

    talk.work()

    record = talk.vl.advices.read(asked).record
    assert AdviceState.INFORMATION_ASKED is record.state
    assert "Hoeveel kinderen?" == record.inquiries[0].text
    assert (CABINET.id, "inlichtingen geven") == talk.held(ADVICE.ref(asked))


def test_sent_back(talk: Talk) -> None:
    """With what lacks; the asker completes and submits again, over the channel."""
    asked = talk.asked()
    talk.says(asked, SentBack(lacks=("Het ontwerp.", "De raming.")))
    talk.work()
    assert ("Het ontwerp.", "De raming.") == talk.vl.advices.read(asked).record.lacks

    talk.vl.advices.edit(asked, documents=talk.matter.documents, by=CABINET)
    talk.vl.advices.submit(asked, by=CABINET)
    talk.work()

    assert [1, 2] == [message.submission for message in talk.pigeon.carried]


def test_answer_to_an_earlier_submission(talk: Talk) -> None:
    """What was said of other documents is not applied to these."""
    asked = talk.asked()
    talk.says(asked, SentBack(lacks=("Het ontwerp.",)))
    talk.work()
    talk.vl.advices.edit(asked, documents=talk.matter.documents, by=CABINET)
    talk.vl.advices.submit(asked, by=CABINET)
    talk.says(asked, FAVOURABLE, submission=1)

    talk.work()

    assert AdviceState.SUBMITTED is state(talk, asked)
    assert (HeardState.APART, "het bericht antwoordt op een vorige indiening") in heard(
        talk
    )


def test_whole_conversation_at_once(talk: Talk) -> None:
    """Messages that wait together are applied in their order."""
    asked = talk.asked()
    talk.says(asked, Received())
    talk.says(asked, Asked(text="Hoeveel?"))
    talk.work()
    talk.vl.advices.answer(asked, "Zoveel.", by=CABINET)
    talk.says(asked, FAVOURABLE)

    talk.work()

    assert AdviceState.ADVISED is state(talk, asked)
    assert {HeardState.APPLIED} == {was for was, _ in heard(talk)}


def test_taken_in_once(talk: Talk) -> None:
    """A message that comes again changes nothing, and is confirmed again."""
    asked = talk.asked()
    talk.says(asked, Received())
    (message,) = talk.pigeon.waiting
    talk.work()
    version = talk.vl.advices.read(asked).version
    talk.pigeon.waiting = [message]

    collected = talk.vl.exchange.collect()

    assert (0, 0) == (collected.applied, collected.apart)
    assert version == talk.vl.advices.read(asked).version
    assert [("m1", False)] * 2 == talk.pigeon.confirmed


def test_receipt_told_late(talk: Talk) -> None:
    """A receipt behind the advice changes nothing, and is nobody's work."""
    asked = talk.asked()
    talk.says(asked, FAVOURABLE)
    talk.says(asked, Received())

    talk.work()

    assert [(HeardState.APPLIED, "")] * 2 == heard(talk)
    assert AdviceState.ADVISED is state(talk, asked)


def test_second_advice_is_set_apart(talk: Talk) -> None:
    """What the question has no place for any more is for the asker to look at."""
    asked = talk.asked()
    talk.says(asked, FAVOURABLE)
    talk.says(asked, Advised(outcome=AdviceOutcome.UNFAVOURABLE), text="Toch niet.")

    talk.work()

    advice = talk.vl.advices.read(asked).record.advice
    assert AdviceOutcome.FAVOURABLE is advice.outcome
    _, apart = talk.heard()
    assert HeardState.APART is apart.state
    assert "de vraag is" in apart.problem or "niet bij wie antwoordt" in apart.problem
    assert "Toch niet." == apart.text.reveal()
    holder = talk.held(HEARD.ref("pigeon:m2"))
    assert (CABINET.id, "binnengekomen bericht nakijken") == holder


def test_withdrawn_meanwhile(talk: Talk) -> None:
    """An advice that crossed the withdrawal is not lost: it is set apart."""
    asked = talk.asked()
    talk.vl.advices.withdraw(asked, by=CABINET)
    talk.says(asked, FAVOURABLE)

    talk.work()

    assert [HeardState.APART] == [was for was, _ in heard(talk)]
    assert AdviceState.WITHDRAWN is state(talk, asked)


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        ({"question": Ref("advice", "elders")}, "niet gekend"),
        ({"question": Ref("dossier", "elders")}, "niet gekend"),
        ({"question": None}, "niet gekend"),
        ({"question": None, "reference": "P-9"}, "niet gekend"),
        ({"reference": "P-9"}, "een andere referentie dan P-1"),
    ],
)
def test_about_what_is_not_known(talk: Talk, how: dict[str, Any], problem: str) -> None:
    """It waits for the desk of the channel, or for who asked; it is never dropped."""
    asked = talk.asked()
    talk.says(asked, FAVOURABLE, **how)

    talk.work()

    ((was, why),) = heard(talk)
    assert HeardState.APART is was
    assert problem in why
    who = CABINET.id if "reference" in how and "question" not in how else "desk"
    assert who == talk.held(HEARD.ref("pigeon:m1"))[0]
    assert who in {row.standing.holder for row in talk.vl.custody.worklist()}


def test_known_by_its_reference_alone(talk: Talk) -> None:
    """The name that the other side gave is enough."""
    asked = talk.asked()
    talk.says(asked, Received(), question=None, reference="P-1")

    talk.work()

    assert AdviceState.RECEIVED is state(talk, asked)


def test_question_of_another_channel(talk: Talk) -> None:
    """Who speaks over one channel cannot answer what was asked over another."""
    asked = talk.matter.ask().id
    talk.says(asked, FAVOURABLE)

    talk.work()

    ((was, problem),) = heard(talk)
    assert (HeardState.APART, AdviceState.SUBMITTED) == (was, state(talk, asked))
    assert "een ander kanaal" in problem
    assert "desk" == talk.held(HEARD.ref("pigeon:m1"))[0]
    assert talk.heard()[0].question is None


def test_unclear_is_set_apart(talk: Talk) -> None:
    """With why, for who asked; what it says stays erasable."""
    asked = talk.asked()
    sender = Personal("inspecteur@example.be")
    talk.says(asked, Unclear(why="er staan twee antwoorden in"), sender=sender)

    talk.work()

    assert [(HeardState.APART, "er staan twee antwoorden in")] == heard(talk)
    (entry,) = talk.vl.hearing.waiting()
    assert "inspecteur@example.be" not in entry.canonical
    assert sender == entry.record.sender


def test_settling(talk: Talk) -> None:
    """Who looked at it says what was done; then nobody has it any more."""
    asked = talk.asked()
    talk.says(asked, Unclear(why="niet te lezen"))
    talk.work()
    name = "pigeon:m1"

    with pytest.raises(NotAllowedError):
        talk.vl.hearing.settle(name, by=OTHER_CABINET, reason="gezien")
    with pytest.raises(MalformedError):
        talk.vl.hearing.settle(name, by=CABINET, reason=" ")
    talk.vl.hearing.settle(name, by=CABINET, reason="zelf ingevoerd")

    assert (NOBODY, []) == (talk.held(HEARD.ref(name)), list(talk.vl.hearing.waiting()))
    with pytest.raises(StepNotAllowedError):
        talk.vl.hearing.settle(name, by=CABINET, reason="nog eens")


def test_what_nobody_could_read_is_registered(talk: Talk) -> None:
    """By the asker, who says so; who takes the question over answers nothing."""
    asked = talk.asked()
    talk.says(asked, Unclear(why="niet te lezen"))
    talk.work()
    talk.vl.custody.take_over(ADVICE.ref(asked), by=CABINET, reason="antwoord per mail")
    with pytest.raises(NotAllowedError):
        talk.vl.advices.receive(asked, by=CABINET)

    talk.vl.registrations.advise(
        asked,
        AdviceOutcome.FAVOURABLE,
        document=talk.matter.nota,
        reason="onleesbare e-mail",
        by=CABINET,
    )

    assert AdviceState.ADVISED is state(talk, asked)


def test_answer_about_what_is_confidential(talk: Talk) -> None:
    """The document of the answer is as guarded as what it is about."""
    level = AccessLevel.CONFIDENTIAL
    talk.vl.dossiers.set_level(talk.matter.nota, level, by=SECRETARIAT)
    asked = talk.asked()
    talk.pigeon.files["f"] = paper()
    talk.says(asked, FAVOURABLE, file="f")

    talk.work()

    name = talk.vl.advices.read(asked).record.advice.document
    assert AccessLevel.CONFIDENTIAL is talk.vl.documents.read(name).record.level
