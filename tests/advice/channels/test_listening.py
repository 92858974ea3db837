"""Listening: in bad weather, by two at once, and after a death."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl import Digivl
from digivl.advice.advices import Advices
from digivl.advice.body import AdviceOutcome
from digivl.advice.messages.correspondence import HEARD, SENT, SentState
from digivl.advice.messages.message import Advised, Received
from digivl.advice.request import AdviceState
from digivl.documents.model import DOCUMENT
from digivl.errors import (
    BackendUnavailableError,
    ConfigurationError,
    OutcomeUnknownError,
)
from digivl.records.port import Query
from digivl.settings import Backend
from digivl.testing.papers import paper

if TYPE_CHECKING:
    Talk = Any  # the fixture; its class stands in conftest.py

FAVOURABLE = Advised(outcome=AdviceOutcome.FAVOURABLE)
NOBODY = ("", "")


def state(talk: Talk, id: str) -> AdviceState:
    """How far a request is."""
    found: AdviceState = talk.vl.advices.read(id).record.state
    return found


def test_reply_tells_that_it_arrived(talk: Talk) -> None:
    """Who answers has the question: nobody has to find out any more."""
    talk.pigeon.after = [OutcomeUnknownError("pigeon", "no feather")]
    asked = talk.asked()
    (row,) = talk.vl.book.rows(Query(kind=SENT.name))
    talk.says(asked, Received())

    talk.work()

    assert SentState.SENT is talk.sent()[0].state
    assert NOBODY == talk.held(SENT.ref(row.ref.id))


def test_one_channel_fails(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told which, and why; the rest of the work goes on."""
    asked = talk.asked()

    def fails() -> None:
        raise BackendUnavailableError("pigeon", "no bird")

    monkeypatch.setattr(type(talk.pigeon), "collect", lambda _: fails())

    assert ["pigeon"] == list(talk.vl.exchange.collect().failed)
    assert (0, 0, 0) == talk.work()
    assert AdviceState.SUBMITTED is state(talk, asked)


def test_faulty_plugin(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel that breaks in a way of its own does not end the other work."""
    monkeypatch.setattr(type(talk.pigeon), "collect", lambda _: 1 / 0)

    assert "ZeroDivisionError" in str(talk.vl.exchange.collect().failed["pigeon"])
    assert (0, 0, 0) == talk.work()


def test_no_silence_where_nobody_could_listen(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A term does not pass in silence while an answer may lie in the channel."""
    asked = talk.asked()
    talk.says(asked, Received())
    talk.work()
    talk.says(asked, FAVOURABLE)
    talk.matter.wait(days=60)

    def fails() -> None:
        raise BackendUnavailableError("pigeon", "no bird")

    with monkeypatch.context() as patch:
        patch.setattr(type(talk.pigeon), "collect", lambda _: fails())
        talk.work()
        between = state(talk, asked)
    talk.work()

    assert (AdviceState.RECEIVED, AdviceState.ADVISED) == (between, state(talk, asked))


def test_two_at_once(talk: Talk) -> None:
    """Two workers who hear the same message apply it once."""
    asked = talk.asked()
    talk.says(asked, Received())

    with ThreadPoolExecutor(2) as pool:
        rounds = list(pool.map(lambda _: talk.vl.exchange.collect(), range(2)))
    talk.work()

    assert 1 == sum(one.applied for one in rounds)
    assert ("pigeon:m1",) == talk.vl.advices.read(asked).record.heard
    assert [] == talk.pigeon.waiting


def test_death_before_it_is_confirmed(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in the book and comes again is confirmed, and nothing else."""
    asked = talk.asked()
    talk.says(asked, Received())

    def dies(*_: object, **__: object) -> None:
        raise BackendUnavailableError("pigeon", "shot")

    with monkeypatch.context() as patch:
        patch.setattr(type(talk.pigeon), "confirm", dies)
        talk.work()
    version = talk.vl.advices.read(asked).version
    talk.work()

    assert version == talk.vl.advices.read(asked).version
    assert [] == talk.pigeon.waiting
    assert 1 == len(talk.vl.book.rows(Query(kind=HEARD.name)))


def test_death_behind_the_document(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that was taken in before the death is not taken in again."""
    asked = talk.asked()
    talk.pigeon.files["f"] = paper()
    talk.says(asked, FAVOURABLE, file="f")
    before = len(talk.vl.book.rows(Query(kind=DOCUMENT.name)))

    def dies(*_: object, **__: object) -> None:
        raise BackendUnavailableError("pigeon", "shot")

    with monkeypatch.context() as patch:
        patch.setattr(Advices, "carrying_out", dies)
        talk.work()
    talk.work()

    assert AdviceState.ADVISED is state(talk, asked)
    assert before + 1 == len(talk.vl.book.rows(Query(kind=DOCUMENT.name)))


def test_wrong_settings_of_one_channel(talks: Any) -> None:
    """A channel that cannot be built is told of; the others are heard all the same."""
    nobody = Backend(offer="pigeon")
    nowhere = Backend(offer="nowhere", options={"desk": "desk"})
    talk = talks({"nobody": nobody, "nowhere": nowhere})
    asked = talk.asked()
    talk.says(asked, Received())

    failed = talk.vl.exchange.collect().failed

    assert ["nobody", "nowhere"] == list(failed)
    assert "desk" in failed["nobody"].hint
    assert AdviceState.RECEIVED is state(talk, asked)


def test_channel_that_went_away(talks: Any) -> None:
    """What waits to leave over it is stuck in a visible place, with how to mend it."""
    talk = talks({"post": Backend(offer="pigeon", options={"desk": "desk"})})
    talk.ask(channel="post")
    without = attrs.evolve(
        talk.vl.exchange, channel=lambda name: talks_without(talk, name)
    )
    (task,) = talk.vl.book.tasks()

    with pytest.raises(ConfigurationError, match="there is no channel 'post'"):
        without.deliver(task)


def talks_without(talk: Talk, name: str) -> Any:
    """The channels of an office that has one less."""
    settings = attrs.evolve(talk.vl.settings, channels={})
    other = Digivl.from_settings(settings, folder=talk.vl.folder, book=talk.vl.book)
    return other.exchange.channel(name)
