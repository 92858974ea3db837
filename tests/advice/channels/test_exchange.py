"""What is said leaves once; what went wrong is somebody's to look after."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from digivl.advice.messages.correspondence import SENT, SentState
from digivl.advice.messages.message import Asked, OutgoingKind, Received
from digivl.advice.request import ADVICE
from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    NotAllowedError,
    OutcomeUnknownError,
    StepNotAllowedError,
)
from digivl.records.port import Query
from digivl.testing.council import CABINET, OTHER_CABINET
from digivl.testing.matter import MINISTER

if TYPE_CHECKING:
    Talk = Any  # the fixture; its class stands in conftest.py

NOBODY = ("", "")


def sent_id(talk: Talk) -> str:
    """Id of the one message that was said."""
    (row,) = talk.vl.book.rows(Query(kind=SENT.name))
    return str(row.ref.id)


def test_in_house_sends_nothing(talk: Talk) -> None:
    """Where both sides use the office, no message and no task is made."""
    talk.matter.ask()

    assert ([], []) == (talk.sent(), list(talk.vl.book.tasks()))


def test_question_leaves_with_what_it_rests_on(talk: Talk) -> None:
    """The message has the documents by their bytes, the lines, and our own name."""
    asked = talk.ask()
    waiting = [one.state for one in talk.sent()]

    done = talk.work()

    (message,) = talk.pigeon.carried
    latest = [talk.vl.documents.read(d).record.latest for d in talk.matter.documents]
    assert ([SentState.WAITING], (1, 0, 0)) == (waiting, done)
    assert ADVICE.ref(asked.id) == message.question
    assert [v.sha256 for v in latest] == [e.sha256 for e in message.enclosures]
    for sha256, content in talk.pigeon.files.items():
        assert sha256 == hashlib.sha256(content).hexdigest()
    assert asked.record.basis.lines == message.lines
    assert [SentState.SENT] == [one.state for one in talk.sent()]
    assert NOBODY != talk.held(ADVICE.ref(asked.id))


def test_reference_is_taken(talk: Talk) -> None:
    """What the other side calls the question stands in the question."""
    asked = talk.asked()

    assert "P-1" == talk.vl.advices.read(asked).record.reference


def test_unknown_channel_is_refused_at_once(talk: Talk) -> None:
    """A question does not go over a channel that there is not; nothing is written."""
    with pytest.raises(ConfigurationError, match="no channel 'post'"):
        talk.ask(channel="post")

    assert 0 == len(talk.vl.book.rows(Query(kind=ADVICE.name)))


def test_what_cannot_leave_now_is_tried_again(talk: Talk) -> None:
    """It waits, says why, and leaves later; once."""
    talk.pigeon.before = [BackendUnavailableError("pigeon", "it rains")]
    talk.ask()

    first = talk.work()
    (after_first,) = talk.sent()
    talk.matter.wait(minutes=1)
    second = talk.work()

    assert ((0, 1, 0), (1, 0, 0)) == (first, second)
    assert SentState.WAITING is after_first.state
    assert "it rains" in after_first.problem
    assert 1 == len(talk.pigeon.carried)
    assert SentState.SENT is talk.sent()[0].state


def test_lost_reply_is_repeated_where_keys_are_known(talk: Talk) -> None:
    """The same message under the same key; it arrives once."""
    talk.pigeon.repeats = True
    talk.pigeon.after = [OutcomeUnknownError("pigeon", "no feather")]
    talk.ask()

    first = talk.work()
    between = talk.sent()[0].state
    talk.matter.wait(minutes=1)
    second = talk.work()

    assert ((0, 1, 0), (1, 0, 0)) == (first, second)
    assert (SentState.UNKNOWN, 1) == (between, len(talk.pigeon.carried))
    assert SentState.SENT is talk.sent()[0].state


def test_lost_reply_waits_for_a_person_elsewhere(talk: Talk) -> None:
    """Nobody sends it twice by itself: who asked has to look whether it arrived."""
    talk.pigeon.after = [OutcomeUnknownError("pigeon", "no feather")]
    talk.ask()

    done = talk.work()
    talk.matter.wait(days=1)

    assert ((1, 0, 0), (0, 0, 0)) == (done, talk.work())
    assert SentState.UNKNOWN is talk.sent()[0].state
    holder = talk.held(SENT.ref(sent_id(talk)))
    assert (CABINET.id, "nagaan of het bericht aankwam") == holder
    assert 1 == len(talk.pigeon.carried)


@pytest.mark.parametrize("repeats", [False, True])
def test_death_on_the_way(
    talk: Talk,
    repeats: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """What began and did not end may be there: it is repeated where keys are known."""
    talk.pigeon.repeats = repeats
    talk.pigeon.before = [KeyboardInterrupt()]
    talk.ask()
    with pytest.raises(KeyboardInterrupt):
        talk.work()
    talk.matter.wait(minutes=5)  # the lease of who died is over

    done = talk.work()

    assert (1, 0, 0) == done
    state = SentState.SENT if repeats else SentState.UNKNOWN
    assert ([state], repeats) == (
        [one.state for one in talk.sent()],
        bool(talk.pigeon.carried),
    )


def test_person_establishes_that_it_arrived(talk: Talk) -> None:
    """With a reason; then nobody has to look at it any more."""
    talk.pigeon.after = [OutcomeUnknownError("pigeon", "no feather")]
    talk.asked()
    key = sent_id(talk)

    with pytest.raises(NotAllowedError):
        talk.vl.exchange.arrived(key, by=OTHER_CABINET, reason="gezien")
    talk.vl.exchange.arrived(key, by=CABINET, reason="bevestigd aan de telefoon")

    assert SentState.SENT is talk.sent()[0].state
    assert NOBODY == talk.held(SENT.ref(key))
    assert ["bevestigd aan de telefoon"] == [
        e.reason for e in talk.vl.book.history(SENT, key)
    ][-1:]


def test_person_sends_again(talk: Talk) -> None:
    """Under the same key; who looked has it until it is there."""
    talk.pigeon.after = [OutcomeUnknownError("pigeon", "no feather")]
    talk.asked()
    key = sent_id(talk)

    talk.vl.exchange.send_again(key, by=CABINET)
    waits = talk.held(SENT.ref(key))[1]
    done = talk.work()

    assert ("wachten tot het bericht opnieuw verzonden is", (1, 0, 0)) == (waits, done)
    assert [key, key] == [message.key for message in talk.pigeon.carried]
    assert NOBODY == talk.held(SENT.ref(key))


def test_refused_message_waits_for_a_person(talk: Talk) -> None:
    """A no is an answer: the task is done, and who asked has to look at it."""
    talk.pigeon.before = [BackendRefusedError("pigeon", "too heavy", status=552)]
    talk.ask()

    done = talk.work()

    (message,) = talk.sent()
    assert ((1, 0, 0), SentState.REFUSED) == (done, message.state)
    assert "too heavy" in message.problem
    assert CABINET.id == talk.held(SENT.ref(sent_id(talk)))[0]


def test_refused_twice_is_held_on(talk: Talk) -> None:
    """Who sent it again gets it back when it is refused again; then lets it be."""
    talk.pigeon.before = [BackendRefusedError("pigeon", "no", status=550)] * 2
    talk.asked()
    key = sent_id(talk)

    talk.vl.exchange.send_again(key, by=CABINET)
    talk.work()
    held = talk.held(SENT.ref(key))
    talk.vl.exchange.drop(key, by=CABINET, reason="per brief gevraagd")

    assert (CABINET.id, "geweigerd bericht nakijken en opnieuw verzenden") == held
    assert SentState.CANCELLED is talk.sent()[0].state
    assert NOBODY == talk.held(SENT.ref(key))


@pytest.mark.parametrize("status", [401, 403, 404])
def test_not_let_in_is_no_refusal_of_the_message(talk: Talk, status: int) -> None:
    """It is stuck in a visible place until the settings are mended, then leaves."""
    talk.pigeon.before = [BackendRefusedError("pigeon", "who?", status=status)]
    talk.ask()

    stuck = talk.work()
    (task,) = talk.vl.book.tasks()
    talk.vl.book.retry(task.key, talk.vl.clock())

    assert ((0, 0, 1), (1, 0, 0)) == (stuck, talk.work())
    assert SentState.SENT is talk.sent()[0].state


def test_what_was_said_first_goes_first(talk: Talk) -> None:
    """An answer does not overtake the question that did not leave yet."""
    talk.pigeon.before = [BackendUnavailableError("pigeon", "it rains")] * 2
    asked = talk.ask().id
    talk.work()
    talk.says(asked, Received())
    talk.says(asked, Asked(text="Hoeveel?"))
    talk.vl.exchange.collect()
    talk.vl.advices.answer(asked, "Zoveel.", by=CABINET)

    order = []
    for _ in range(6):
        talk.work()
        order = [message.kind for message in talk.pigeon.carried]
        talk.matter.wait(minutes=5)

    assert [OutgoingKind.QUESTION, OutgoingKind.ANSWER] == order


def test_taken_back_before_it_left(talk: Talk) -> None:
    """Neither the question nor its withdrawal leaves; both are let be."""
    talk.pigeon.before = [BackendUnavailableError("pigeon", "it rains")]
    asked = talk.ask().id
    talk.work()
    talk.vl.advices.withdraw(asked, by=CABINET)
    talk.matter.wait(minutes=10)

    done = talk.work()
    talk.matter.wait(minutes=10)
    rest = talk.work()

    assert 2 == done[0] + rest[0]
    assert [] == talk.pigeon.carried
    assert [SentState.CANCELLED] * 2 == [one.state for one in talk.sent()]


def test_each_act_is_said(talk: Talk) -> None:
    """Question, answer to an inquiry, urgency, withdrawal: in the asker's words."""
    asked = talk.asked()
    talk.says(asked, Asked(text="Hoeveel?"))
    talk.work()
    talk.vl.advices.answer(asked, "156.000 euro.", by=CABINET)
    talk.vl.advices.urge(asked, reason="De school begint.", days=5, by=MINISTER)
    talk.vl.advices.withdraw(asked, by=CABINET, reason="Ingetrokken plan.")
    for _ in range(3):
        talk.work()
        talk.matter.wait(minutes=1)

    said = [(m.kind, m.text, m.days, bool(m.enclosures)) for m in talk.pigeon.carried]

    assert [
        (OutgoingKind.QUESTION, "", None, True),
        (OutgoingKind.ANSWER, "156.000 euro.", None, False),
        (OutgoingKind.URGENCY, "De school begint.", 5, False),
        (OutgoingKind.WITHDRAWAL, "Ingetrokken plan.", None, False),
    ] == said
    assert {"P-1"} == {m.reference for m in talk.pigeon.carried[1:]}


def test_says_what_the_question_was_then(talk: Talk) -> None:
    """What changed since it was submitted is not in the message."""
    asked = talk.ask()
    talk.matter.propose(budget_impact=False, lines=())

    talk.work()

    assert asked.record.basis.lines == talk.pigeon.carried[0].lines


def test_steps_that_are_over(talk: Talk) -> None:
    """A message that is there is not sent again, nor let be."""
    talk.pigeon.after = [OutcomeUnknownError("pigeon", "no feather")]
    talk.asked()
    key = sent_id(talk)
    talk.vl.exchange.send_again(key, by=CABINET)
    talk.work()

    with pytest.raises(StepNotAllowedError):
        talk.vl.exchange.send_again(key, by=CABINET)
    with pytest.raises(StepNotAllowedError):
        talk.vl.exchange.drop(key, by=CABINET, reason="toch niet")
    assert [SentState.SENT] == [one.state for one in talk.sent()]


def test_no_longer_wanted(talk: Talk) -> None:
    """Before it is sent again it can still be let be; the task then does nothing."""
    talk.pigeon.before = [BackendRefusedError("pigeon", "no", status=550)]
    talk.asked()
    key = sent_id(talk)
    talk.vl.exchange.send_again(key, by=CABINET)

    talk.vl.exchange.drop(key, by=CABINET, reason="toch niet")

    assert ((1, 0, 0), []) == (talk.work(), talk.pigeon.carried)
