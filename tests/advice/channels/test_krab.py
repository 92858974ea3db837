"""The channel to KRAB against the simulator, over real HTTP on loopback."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs
import httpx
import pytest

from digivl.advice.channels import krab_wire as wire
from digivl.advice.channels.krab import KrabChannel
from digivl.advice.channels.port import Opened
from digivl.advice.messages.correspondence import SentState
from digivl.advice.messages.message import Incoming, Outgoing, Received, Unclear
from digivl.advice.request import AdviceState
from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    LimitExceededError,
    NotFoundError,
    OutcomeUnknownError,
    UntrustworthyAnswerError,
)
from digivl.http.auth import ClientSecret
from digivl.http.gateway import Gateway
from digivl.settings import Backend, Limits
from digivl.testing.krab import (
    BASE,
    CLIENT_ID,
    CLIENT_SECRET,
    Fault,
    KrabSimulator,
    received_at_once,
)
from digivl.testing.papers import paper

if TYPE_CHECKING:
    Talk = Any  # the fixture; its class stands in conftest.py


@pytest.fixture(name="mocked")
def _mocked() -> Callable[..., KrabChannel]:
    """Makes a channel whose requests are answered by a function."""

    def make(answer: Callable[[httpx.Request], httpx.Response]) -> KrabChannel:
        transport = httpx.MockTransport(answer)
        gateway = Gateway(
            "krab", "https://krab.example/v1", Limits(), transport=transport
        )
        return KrabChannel(gateway=gateway, clock=lambda: pytest.fail("no clock"))

    return make


@pytest.fixture(name="office")
def _office(talks: Callable[..., Talk], quick_folder: Path, address: str) -> Talk:
    """An office that talks to the simulator through its settings."""
    (quick_folder / "secret").write_text(CLIENT_SECRET)
    options = {
        "desk": "desk",
        "url": address + BASE,
        "token_url": address,
        "client_id": CLIENT_ID,
        "client_secret_file": "secret",
    }
    talk = talks({"krab": Backend(offer="krab", options=options)})
    talk.channel = "krab"
    return talk


def test_documents_arrive_whole(
    krab: KrabChannel, simulator: KrabSimulator, question: Outgoing, pdf: Opened
) -> None:
    """The question names them by their hash; the bytes are there."""
    krab.send(question, pdf)

    (heard,) = simulator.accepted()
    (named,) = heard.message["documents"]
    content = simulator.files.document(named["sha256"])
    assert content is not None
    assert named["sha256"] == hashlib.sha256(content).hexdigest()
    assert (question.key, str(question.question)) == (heard.key, heard.question)


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.TOO_MANY])
def test_later(
    krab: KrabChannel,
    simulator: KrabSimulator,
    question: Outgoing,
    pdf: Opened,
    fault: Fault,
) -> None:
    """Nothing was done, and a later try can succeed."""
    simulator.fail_next(None, fault)

    with pytest.raises(BackendUnavailableError):
        krab.send(question, pdf)
    assert [] == simulator.accepted()


@pytest.mark.parametrize(
    "fault", [Fault.LOST_REPLY, Fault.GARBLED, Fault.GATEWAY_TIMEOUT]
)
def test_in_the_dark(
    krab: KrabChannel,
    simulator: KrabSimulator,
    question: Outgoing,
    pdf: Opened,
    fault: Fault,
) -> None:
    """It may have been taken; the same again under its key arrives once."""
    simulator.fail_next(None, fault)

    with pytest.raises(OutcomeUnknownError):
        krab.send(question, pdf)
    receipt = krab.send(question, pdf)

    assert [receipt.reference] == [heard.reference for heard in simulator.accepted()]


def test_refused(
    krab: KrabChannel, simulator: KrabSimulator, question: Outgoing, pdf: Opened
) -> None:
    """What it does not want is refused, with its status."""
    simulator.fail_next(None, Fault.REJECTED)

    with pytest.raises(BackendRefusedError, match="not complete") as refused:
        krab.send(question, pdf)
    assert 422 == refused.value.status


def test_key_of_another_message(
    krab: KrabChannel, simulator: KrabSimulator, question: Outgoing, pdf: Opened
) -> None:
    """A key that was used for something else is no silent yes."""
    krab.send(question, pdf)

    with pytest.raises(BackendRefusedError):
        krab.send(attrs.evolve(question, title="Iets anders"), pdf)
    assert 1 == len(simulator.accepted())


def test_too_large(krab: KrabChannel, question: Outgoing) -> None:
    """A document that is larger than is assumed to be allowed does not leave."""
    large = b"%PDF-" + b"0" * wire.LARGEST
    name = hashlib.sha256(large).hexdigest()
    (one,) = question.enclosures
    enclosure = attrs.evolve(one, sha256=name, size=len(large))

    @contextmanager
    def opened(_: str) -> Iterator[BinaryIO]:
        yield io.BytesIO(large)

    with pytest.raises(LimitExceededError):
        krab.send(attrs.evolve(question, enclosures=(enclosure,)), opened)


def test_wrong_secret(address: str, question: Outgoing, pdf: Opened) -> None:
    """Who is not let in is told to look at the settings."""
    channel = KrabChannel.connect(
        address + BASE,
        address,
        ClientSecret(CLIENT_ID, "wrong"),
        Limits(),
        lambda: question.at,
    )

    with pytest.raises(ConfigurationError):
        channel.send(question, pdf)
    channel.close()


def test_many_events_come_in_pages(krab: KrabChannel, simulator: KrabSimulator) -> None:
    """All of them, once, in their order; also while some are confirmed."""
    ids = [simulator.say("KRAB-x", "RECEIVED") for _ in range(250)]

    heard = []
    for number, message in enumerate(krab.collect()):
        heard.append(message.id)
        if number % 2:
            krab.confirm(message, apart=False)

    assert ids == heard
    assert ids[::2] == [message.id for message in krab.collect()]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"events": 3}',
        b'{"events": [], "next": ""}',
        b"[" * 99_999,
    ],
)
def test_answer_that_makes_no_sense(
    mocked: Callable[..., KrabChannel], body: bytes
) -> None:
    """It is not taken for silence."""
    channel = mocked(lambda _: httpx.Response(200, content=body))

    with pytest.raises(UntrustworthyAnswerError):
        list(channel.collect())


def test_document_that_is_not_what_was_named(
    mocked: Callable[..., KrabChannel],
) -> None:
    """Other bytes than those of the hash are not given out."""
    channel = mocked(lambda _: httpx.Response(200, content=b"%PDF- another"))
    message = Incoming(id="e1", said=Received(), file="0" * 64)

    with pytest.raises(UntrustworthyAnswerError), channel.opened(message):
        pass


def test_document_that_is_gone(krab: KrabChannel) -> None:
    """The service says so."""
    message = Incoming(id="e1", said=Received(), file="0" * 64)

    with pytest.raises((NotFoundError, BackendRefusedError)), krab.opened(message):
        pass


def test_from_question_to_advice(office: Talk, simulator: KrabSimulator) -> None:
    """Through settings and outbox, with the PDF of the advice in the dossier."""
    asked = office.asked()
    reference = office.vl.advices.read(asked).record.reference
    simulator.receive(reference)
    simulator.ask(reference, "Hoeveel kinderen?")
    office.work()
    office.vl.advices.answer(
        asked, "156.", by=office.vl.advices.read(asked).record.asker
    )
    office.work()
    content = paper()
    simulator.advise(reference, agreement_needed=False, pdf=content)

    office.work()

    record = office.vl.advices.read(asked).record
    assert AdviceState.ADVISED is record.state
    assert ["QUESTION", "ANSWER"] == [heard.kind for heard in simulator.accepted()]
    document = office.vl.documents.read(record.advice.document).record
    assert hashlib.sha256(content).hexdigest() == document.latest.sha256
    assert [] == list(simulator.files.told(CLIENT_ID, 0))


def test_bad_weather(office: Talk, simulator: KrabSimulator) -> None:
    """Every call fails once in some way; each message arrives once all the same."""
    weather = [Fault.UNAVAILABLE, Fault.LOST_REPLY, None, None, Fault.GARBLED]
    simulator.fail_next(*weather, Fault.TOO_MANY, None, Fault.GATEWAY_TIMEOUT)
    office.ask()

    for _ in range(12):
        office.work()
        office.matter.wait(hours=1)

    assert 1 == len(simulator.accepted())
    assert [SentState.SENT] == [one.state for one in office.sent()]


def test_document_that_cannot_be_fetched(
    office: Talk, simulator: KrabSimulator
) -> None:
    """An advice whose PDF is not there is set apart, and what follows is heard."""
    asked = office.asked()
    reference = office.vl.advices.read(asked).record.reference
    said: dict[str, Any] = {"outcome": "FAVOURABLE", "document": {"sha256": "0" * 64}}
    simulator.say(reference, "ADVICE", **said)
    simulator.receive(reference)

    office.work()

    assert {"na te kijken", "verwerkt"} == {one.state.value for one in office.heard()}
    assert AdviceState.RECEIVED is office.vl.advices.read(asked).record.state


def test_unknown_kind(office: Talk, simulator: KrabSimulator) -> None:
    """What KRAB may say some day and we do not know waits for a person."""
    asked = office.asked()
    simulator.say(office.vl.advices.read(asked).record.reference, "PARTIAL_ADVICE")

    office.work()

    assert ["onbekende soort bericht: PARTIAL_ADVICE"] == [
        one.problem for one in office.heard()
    ]


def test_received_at_once(simulator: KrabSimulator, tmp_path: Path) -> None:
    """A simulator can play who receives each question, and only questions."""
    playing = KrabSimulator(
        tmp_path / "p", simulator.clock, on_message=received_at_once
    )
    said: dict[str, Any] = {"kind": "QUESTION", "senderReference": "advice/1"}
    playing.accept(CLIENT_ID, "k1", said)
    playing.accept(CLIENT_ID, "k2", said | {"kind": "WITHDRAWAL"})

    told = [one.event["kind"] for one in playing.files.told(CLIENT_ID, 0)]

    assert ["RECEIVED"] == told


def test_event_from_who_knows_what(krab: KrabChannel, simulator: KrabSimulator) -> None:
    """An event that is no object does not stop the others."""
    simulator.files.tell(CLIENT_ID, {"id": "e1"})
    simulator.say("KRAB-x", "RECEIVED", id="e2")

    first, second = krab.collect()

    assert isinstance(first.said, Unclear)
    assert Received() == second.said
