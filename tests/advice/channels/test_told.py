"""What an asker does beside asking is told too, once: more time, a reply, an appeal."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl.advice.body import AdviceOutcome, Body, SilenceEffect
from digivl.advice.messages.correspondence import SentState
from digivl.advice.messages.message import Advised, OutgoingKind, Received
from digivl.advice.request import ADVICE, AdviceState
from digivl.documents.model import NOTA
from digivl.errors import ConfigurationError, OutcomeUnknownError
from digivl.settings import Backend
from digivl.testing.council import CABINET
from digivl.testing.krab import (
    BASE,
    CLIENT_ID,
    CLIENT_SECRET,
    Fault,
    KrabSimulator,
)
from digivl.testing.matter import BUDGET
from digivl.testing.papers import paper

if TYPE_CHECKING:
    Talk = Any  # the fixture; its class stands in conftest.py

UNFAVOURABLE = Advised(outcome=AdviceOutcome.UNFAVOURABLE)
KINDS = (OutgoingKind.EXTENSION, OutgoingKind.REPLY, OutgoingKind.APPEAL)


def received(talk: Talk, **how: Any) -> str:
    """Id of a question that the other side has."""
    asked: str = talk.ask(**how).id
    talk.work()
    talk.says(asked, Received())
    talk.work()
    return asked


def advised(talk: Talk, *, government: bool = True) -> str:
    """Id of a question on which the advice is unfavourable."""
    talk.matter.propose(for_government=government)
    asked: str = talk.asked()
    talk.says(asked, UNFAVOURABLE)
    talk.work()
    return asked


def done(talk: Talk, kind: OutgoingKind) -> str:
    """Id of a question, with the act that a kind of message tells of; nothing left."""
    vl = talk.vl
    if kind is OutgoingKind.EXTENSION:
        asked = received(talk, body=Body.WT)
        vl.advices.extend(asked, days=3, reason="omvangrijk", by=CABINET)
    elif kind is OutgoingKind.REPLY:
        asked = advised(talk)
        vl.appeals.reply(asked, "De raming is gehalveerd.", by=CABINET)
    else:
        asked = advised(talk, government=False)
        vl.appeals.lodge(asked, minister=BUDGET, reason="onjuist", by=CABINET)
    return asked


@pytest.mark.parametrize(
    ("kind", "text", "days", "minister"),
    [
        (OutgoingKind.EXTENSION, "omvangrijk", 3, ""),
        (OutgoingKind.REPLY, "De raming is gehalveerd.", None, ""),
        (OutgoingKind.APPEAL, "onjuist", None, BUDGET.label),
    ],
)
def test_each_is_told(
    kind: OutgoingKind, text: str, days: int | None, minister: str, talk: Talk
) -> None:
    """In the asker's words, behind what was said before, with our names and theirs."""
    asked = done(talk, kind)
    assert SentState.WAITING is talk.sent()[-1].state

    talk.work()

    _, told = talk.pigeon.carried
    assert (kind, text, days, minister) == (
        *(told.kind, told.text, told.days, told.minister),
    )
    assert (ADVICE.ref(asked), "P-1", ()) == (
        *(told.question, told.reference, told.enclosures),
    )
    assert {SentState.SENT} == {one.state for one in talk.sent()}


def rule_on_silence(talk: Talk, asked: str) -> None:
    """As an office has it that knows what silence on an appeal means."""
    entry = talk.vl.advices.read(asked)
    clock = entry.record.appeal.clock
    term = attrs.evolve(clock.term, silence=SilenceEffect.MAY_PROCEED)
    appeal = attrs.evolve(entry.record.appeal, clock=attrs.evolve(clock, term=term))
    record = attrs.evolve(entry.record, appeal=appeal)
    talk.vl.book.write(entry.next(record, "note", CABINET, talk.matter.council.now))


@pytest.mark.parametrize(
    "ruling", [AdviceState.JOINED, AdviceState.CONFIRMED, AdviceState.APPEAL_LAPSED]
)
def test_how_an_appeal_ended_is_told(ruling: AdviceState, talk: Talk) -> None:
    """Who gave the advice hears what became of it; in words where there are any."""
    asked, vl = done(talk, OutgoingKind.APPEAL), talk.vl
    if ruling is AdviceState.JOINED:
        vl.appeals.join(asked, by=BUDGET, reason="te streng")
    elif ruling is AdviceState.CONFIRMED:
        vl.appeals.confirm(asked, by=BUDGET, reason="terecht")
    else:
        rule_on_silence(talk, asked)
        talk.matter.wait(days=60)
        vl.silences.establish()

    talk.work()

    told = talk.pigeon.carried[-1]
    assert (OutgoingKind.RULING, ruling, BUDGET.label) == (
        *(told.kind, told.ruling, told.minister),
    )
    assert ruling is vl.advices.read(asked).record.state
    assert bool(told.text)


def test_silence_of_who_was_asked_is_told_to_nobody(talk: Talk) -> None:
    """They know it themselves."""
    talk.matter.propose()
    asked, vl = received(talk), talk.vl
    talk.matter.wait(days=60)

    (lapsed,) = vl.silences.establish()
    talk.work()

    assert asked == lapsed.id
    assert [OutgoingKind.QUESTION] == [one.kind for one in talk.pigeon.carried]


def test_more_days_are_told_together(talk: Talk) -> None:
    """How many there are by now, each time that there are more."""
    asked = done(talk, OutgoingKind.EXTENSION)
    talk.vl.advices.extend(asked, days=2, reason="vakantie", by=CABINET)
    for _ in range(2):
        talk.work()
        talk.matter.wait(minutes=1)

    assert [None, 3, 5] == [one.days for one in talk.pigeon.carried]


def test_the_document_of_a_reply_goes_along(talk: Talk) -> None:
    """As it was when the reply was given, whatever came since."""
    asked, vl = advised(talk), talk.vl
    add, content = vl.documents.add, io.BytesIO(paper("Repliek"))
    document = add(talk.matter.dossier, content, title="Repliek", type=NOTA, by=CABINET)
    vl.appeals.reply(asked, "Zie nota.", document=document.id, by=CABINET)
    talk.matter.wait(minutes=1)
    vl.documents.replace(document.id, io.BytesIO(paper("Later")), by=CABINET)

    talk.work()

    (enclosure,) = talk.pigeon.carried[-1].enclosures
    assert document.record.latest.sha256 == enclosure.sha256
    assert enclosure.sha256 in talk.pigeon.files


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_once(moment: str, kind: OutgoingKind, talk: Talk) -> None:
    """A lost reply, or a worker that dies, doubles nothing where keys are known."""
    talk.pigeon.repeats = True
    done(talk, kind)
    lost = OutcomeUnknownError("pigeon", "no feather")
    getattr(talk.pigeon, moment).append(lost)

    for _ in range(3):
        talk.work()
        talk.matter.wait(minutes=10)

    assert [OutgoingKind.QUESTION, kind] == [one.kind for one in talk.pigeon.carried]
    assert {SentState.SENT} == {one.state for one in talk.sent()}


@pytest.mark.parametrize("kind", KINDS)
def test_in_house_nothing_is_told(kind: OutgoingKind, talk: Talk) -> None:
    """Both sides see it in the office."""
    talk.channel = "in-house"
    vl, body = talk.vl, Body.WT if kind is OutgoingKind.EXTENSION else Body.IF
    talk.matter.propose(for_government=kind is OutgoingKind.REPLY)
    asked = talk.matter.received(body=body)
    if kind is OutgoingKind.EXTENSION:
        vl.advices.extend(asked, days=3, reason="x", by=CABINET)
    else:
        adviser = vl.advices.read(asked).record.adviser
        vl.advices.advise(asked, AdviceOutcome.UNFAVOURABLE, by=adviser)
    if kind is OutgoingKind.REPLY:
        vl.appeals.reply(asked, "x", by=CABINET)
    if kind is OutgoingKind.APPEAL:
        vl.appeals.lodge(asked, minister=BUDGET, reason="x", by=CABINET)

    assert ([], []) == (talk.sent(), list(vl.book.tasks()))


def test_nothing_is_half_written(talk: Talk) -> None:
    """Where the channel is gone a reply is not written either."""
    asked = advised(talk)
    entry = talk.vl.advices.read(asked)
    gone = attrs.evolve(entry.record, channel="gone")
    talk.vl.book.write(entry.next(gone, "move", CABINET, talk.matter.council.now))

    with pytest.raises(ConfigurationError, match="no channel"):
        talk.vl.appeals.reply(asked, "x", by=CABINET)

    assert talk.vl.advices.read(asked).record.reply is None


def test_a_renewal_tells_both(talk: Talk) -> None:
    """That the first one is taken back, and the one that takes its place."""
    first = talk.asked()

    again = talk.ask(renews=first).id
    talk.work()

    told = {(one.question.id, one.kind): one.text for one in talk.pigeon.carried[1:]}
    assert {(first, OutgoingKind.WITHDRAWAL), (again, OutgoingKind.QUESTION)} == {*told}
    assert again in told[first, OutgoingKind.WITHDRAWAL]


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


def test_krab_hears_it_once(office: Talk, simulator: KrabSimulator) -> None:
    """Over HTTP, also when the reply is lost: a reply and then an appeal."""
    vl = office.vl
    office.matter.propose(for_government=False)
    asked = office.asked()
    simulator.advise(vl.advices.read(asked).record.reference, "UNFAVOURABLE")
    office.work()
    vl.appeals.reply(asked, "De raming is gehalveerd.", by=CABINET)
    vl.appeals.lodge(asked, minister=BUDGET, reason="onjuist", by=CABINET)
    simulator.fail_next(None, Fault.LOST_REPLY, None, Fault.GARBLED)
    for _ in range(5):
        office.work()
        office.matter.wait(minutes=10)

    _, reply, appeal = simulator.accepted()

    assert ("REPLY", "De raming is gehalveerd.") == (reply.kind, reply.message["text"])
    assert ("APPEAL", "onjuist", BUDGET.label) == (
        *(appeal.kind, appeal.message["text"], appeal.message["minister"]),
    )
    assert {SentState.SENT} == {one.state for one in office.sent()}
