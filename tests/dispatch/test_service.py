"""Sending: what may leave, to whom, and to each recipient once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from digivl import INSZ, DigivlError, Recipient
from digivl.dispatch.model import Channel, DispatchState, PostalAddress
from digivl.dispatch.service import channel_for
from digivl.dossiers.model import DOSSIER
from digivl.errors import (
    AlreadySentError,
    MalformedError,
    NotFoundError,
    NotReadyError,
)
from digivl.kernel.identifiers import EnterpriseNumber
from digivl.records.worker import WorkReport
from digivl.testing import route

if TYPE_CHECKING:
    from tests.dispatch.conftest import Counter

ADDRESS = PostalAddress(
    street="Voorbeeldstraat",
    house_number="1",
    postal_code="1000",
    municipality="Brussel",
)
CITIZEN = Recipient.citizen(INSZ("85073003328"), name="Test Burger")


def test_send_writes_and_nothing_leaves(counter: Counter) -> None:
    """Dispatches and tasks are written together; only work lets anything out."""
    sent = counter.send(CITIZEN, Recipient.by_letter("Vereniging", ADDRESS))

    assert [Channel.EBOX, Channel.PAPER] == [entry.record.channel for entry in sent]
    assert [DispatchState.DRAFT] * 2 == counter.states()
    tasks = counter.vl.book.tasks()
    assert [entry.id for entry in sent] == [task.key for task in tasks]
    assert [] == counter.post.accepted
    custody = counter.vl.custody.of(DOSSIER.ref(counter.scene.dossier)).record
    assert route.SECRETARIAT == custody.holder
    assert "verzending opvolgen" in custody.next_step

    assert WorkReport(done=2) == counter.vl.work()
    assert [DispatchState.ACCEPTED] * 2 == counter.states()


def test_what_is_sent(counter: Counter) -> None:
    """The registered bytes, under the title unless the sender says otherwise."""
    counter.send(subject="Uw subsidie")
    counter.send(Recipient.by_letter("Vereniging", ADDRESS))
    counter.vl.work()

    final = counter.vl.register.of_document(counter.scene.document).record.final
    assert {final} == {dispatch.document for dispatch in counter.post.accepted}
    assert {"Uw subsidie", "Subsidie voor jeugdwerk"} == {
        dispatch.subject for dispatch in counter.post.accepted
    }
    assert all(dispatch.signed for dispatch in counter.post.accepted)


@pytest.mark.parametrize(
    "again",
    [
        CITIZEN,
        Recipient.citizen(INSZ("85.07.30-033.28"), name="Iemand anders"),
        Recipient.citizen(INSZ("85073003328"), name="Test Burger", address=ADDRESS),
    ],
    ids=["same", "other-name", "with-address"],
)
def test_twice_is_refused(again: Recipient, counter: Counter) -> None:
    """A citizen is known by number, whatever name or address is given."""
    counter.send()
    entries = len(counter.vl.book.tasks())

    with pytest.raises(AlreadySentError) as refused:
        counter.send(Recipient.by_letter("Nieuw", ADDRESS), again)

    assert "85" not in str(refused.value)
    assert entries == len(counter.vl.book.tasks())
    assert 1 == len(counter.states())


@pytest.mark.parametrize(
    "recipient",
    [
        CITIZEN,
        Recipient.enterprise(EnterpriseNumber("0220916609"), name="Bedrijf"),
        Recipient.by_letter("Vereniging", ADDRESS),
    ],
    ids=["citizen", "enterprise", "letter"],
)
def test_twice_in_one_list(recipient: Recipient, counter: Counter) -> None:
    """The same recipient twice in one list: nothing is written at all."""
    with pytest.raises(AlreadySentError):
        counter.send(recipient, recipient)

    assert [] == counter.states()


def test_two_threads_send_once(counter: Counter) -> None:
    """Of two threads that send at one moment one does; the other is told why not."""
    start = Barrier(2)

    def attempt(_: int) -> str:
        start.wait()
        try:
            counter.send()
        except DigivlError as error:
            return error.code
        return "sent"

    with ThreadPoolExecutor(2) as threads:
        results = sorted(threads.map(attempt, range(2)))

    assert results in (["already-sent", "sent"], ["sent", "stale-record"])
    counter.vl.work()
    assert 1 == len(counter.post.accepted)


@pytest.mark.parametrize(
    ("stage", "error", "match"),
    [
        ("decided", NotFoundError, "no verification code"),
        ("flow", NotReadyError, "in ondertekening"),
        ("signed", NotReadyError, "in ondertekening"),
    ],
)
def test_only_what_is_registered(
    stage: str,
    error: type[DigivlError],
    match: str,
    counter_at: Callable[[str], Counter],
) -> None:
    """What is not the authentic document does not leave."""
    counter = counter_at(stage)

    with pytest.raises(error, match=match):
        counter.send()
    assert [] == counter.states()


def test_channel_must_reach_the_recipient(counter: Counter) -> None:
    """A letter needs an address, an eBox a number."""
    assert Channel.EBOX is channel_for(CITIZEN)
    with pytest.raises(MalformedError, match="address"):
        counter.send(CITIZEN, channel=Channel.PAPER)
    with pytest.raises(MalformedError, match="number"):
        counter.send(Recipient.by_letter("V", ADDRESS), channel=Channel.EBOX)
    assert [] == counter.states()
