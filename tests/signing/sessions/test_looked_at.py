"""What a person signs elsewhere was looked at, as what is signed here."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl.errors import MalformedError, UnsafeDocumentError
from digivl.kernel.parties import Party, Role
from digivl.signing.session import SESSION, Order, SessionState
from digivl.testing.unsafe import samples

if TYPE_CHECKING:
    Desk = Any  # the fixture; its class stands in conftest.py

ME = Party("minister-jeugd", "Vlaams minister van Jeugd", Role.MINISTER)
WHY = "nagekeken met de opsteller"


def unsafe(desk: Desk) -> Order:
    """A document with a script in it."""
    content = next(one.bad for one in samples() if one.code == "javascript")
    sha256 = desk.vl.documents.keep(io.BytesIO(content)).sha256
    return Order(sha256=sha256, label="Bijlage")


def start(desk: Desk, *orders: Order) -> Any:
    """A session for these documents."""
    return desk.vl.signing_sessions.start(orders, means="itsme", expected=None, by=ME)


def test_what_is_refused_fails_by_itself(desk: Desk) -> None:
    """The other documents go on."""
    started = start(desk, unsafe(desk), *desk.orders(1))

    refused, good = started.record.pieces
    assert ("unsafe-document", "") == (refused.error, refused.prepared)
    assert "javascript" in refused.why
    assert good.is_open


def test_nobody_is_sent_away_for_nothing(desk: Desk) -> None:
    """With nothing left to sign there is no session."""
    with pytest.raises(MalformedError, match="javascript"):
        start(desk, unsafe(desk))


def test_what_is_accepted_is_signed_and_recorded(desk: Desk) -> None:
    """The code, and why, stay in the book with the order."""
    order = unsafe(desk)
    with (
        desk.vl.documents.opened(order.sha256) as content,
        pytest.raises(UnsafeDocumentError) as refused,
    ):
        desk.vl.files.look(content)
    reasons = {code: WHY for code, _ in refused.value.findings}

    done = desk.back(desk.back(start(desk, attrs.evolve(order, accepted=reasons))))

    assert SessionState.SIGNED is done.record.state
    kept = desk.vl.book.read(SESSION, done.id).record.pieces[0].order
    assert reasons == kept.accepted
