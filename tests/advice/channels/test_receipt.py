"""A term runs from when the other side received the question, as far as that can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.advice.agreement import AGREEMENT
from digivl.advice.body import AdviceOutcome
from digivl.advice.messages.correspondence import HEARD, HeardMessage
from digivl.advice.messages.message import Advised, Received
from digivl.advice.messages.receipts import start_of
from digivl.kernel.parties import SYSTEM
from digivl.records.entries import first
from digivl.testing.council import CABINET, INSPECTOR
from digivl.testing.matter import BUDGET

if TYPE_CHECKING:
    Talk = Any  # the fixture; its class stands in conftest.py

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOMENTS = st.timedeltas(-30 * DAY, 30 * DAY).map(lambda away: MONDAY + away)


def taken_in(talk: Talk, told: datetime | None, after: timedelta = 2 * DAY) -> Any:
    """A request whose receipt is taken in some time after it was asked."""
    asked = talk.asked()
    talk.says(asked, Received(), at=told)
    talk.matter.council.now += after
    talk.work()
    return talk.vl.advices.read(asked)


def test_from_when_it_was_received(talk: Talk) -> None:
    """Twelve working days from then, with who told it; not from when we heard."""
    entry = taken_in(talk, MONDAY + HOUR)

    record, (heard,) = entry.record, talk.heard()
    assert MONDAY + HOUR == record.received_at == record.clock.received
    assert MONDAY + HOUR == heard.received_at
    assert MONDAY + 2 * DAY == entry.at
    assert datetime(2026, 12, 9, 22, 59, 59, 999_999, tzinfo=UTC) == record.due
    explained = talk.vl.advices.explain(entry.id)
    assert record.due == explained.due
    assert "ontvangst gemeld door wie antwoordt: 23 nov 2026 11:00" in explained.text
    assert "kanaal pigeon, verwerkt op 25 nov 2026 10:00" in explained.text


@pytest.mark.parametrize(
    "told",
    [None, MONDAY + 2 * DAY + HOUR, MONDAY - HOUR, datetime(1970, 1, 1, tzinfo=UTC)],
    ids=["not told", "in the future", "before it was sent", "a clock that stands"],
)
def test_else_from_when_it_was_taken_in(told: datetime | None, talk: Talk) -> None:
    """What is not told, or cannot be, changes nothing."""
    entry = taken_in(talk, told)

    assert MONDAY + 2 * DAY == entry.record.received_at == entry.at
    assert "" == entry.record.clock.source
    assert "gemeld" not in talk.vl.advices.explain(entry.id).text


def test_clocks_differ_a_little(talk: Talk) -> None:
    """A receipt just before the question is one at the moment of the question."""
    entry = taken_in(talk, MONDAY - timedelta(minutes=3))

    assert entry.record.submitted_at == entry.record.received_at
    assert entry.record.clock.source


def test_a_term_that_is_over_by_then(talk: Talk) -> None:
    """An answer that comes with the receipt is heard before silence is established."""
    asked = talk.asked()
    talk.says(asked, Received(), at=MONDAY + HOUR)
    talk.says(asked, Advised(outcome=AdviceOutcome.FAVOURABLE))
    talk.matter.council.now += 60 * DAY

    talk.work()

    assert talk.vl.advices.read(asked).record.advice is not None


def test_what_a_receipt_is_implied_by(talk: Talk) -> None:
    """When an advice was written says not when the question was received."""
    asked = talk.asked()
    talk.says(asked, Advised(outcome=AdviceOutcome.FAVOURABLE), at=MONDAY + HOUR)
    talk.matter.council.now += DAY

    talk.work()

    assert MONDAY + DAY == talk.vl.advices.read(asked).record.received_at
    assert talk.heard()[0].received_at is None


def test_an_agreement_too(talk: Talk) -> None:
    """By the same rule, with the term of a minister."""
    advice = talk.matter.received()
    talk.vl.advices.advise(advice, AdviceOutcome.FAVOURABLE, by=INSPECTOR)
    asked = talk.vl.agreements.ask(
        advice, minister=BUDGET, channel="pigeon", by=CABINET
    )
    talk.work()
    talk.says(asked.id, Received(), at=MONDAY + HOUR, question=asked.ref)
    talk.matter.council.now += DAY

    talk.work()

    record = talk.vl.book.read(AGREEMENT, asked.id).record
    assert MONDAY + HOUR == record.received_at == record.clock.received
    assert "kanaal pigeon" in record.clock.source


@given(told=st.none() | MOMENTS, sent=st.none() | MOMENTS, now=MOMENTS)
def test_never_before_it_was_sent_nor_after_now(
    told: datetime | None, sent: datetime | None, now: datetime
) -> None:
    """Whatever is told; and what is told differently than now has a source."""
    message = HeardMessage(
        channel="pigeon", said="ontvangen", title="x", received_at=told
    )
    heard = first(HEARD, "pigeon:1", message, "take in", SYSTEM, now)

    start = start_of(heard, sent, now)

    assert start.at <= now
    assert start.at == now or (sent is not None and sent <= start.at)
    assert bool(start.source) or start.at == now
    assert now == start_of(None, sent, now).at
