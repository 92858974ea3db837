"""What MAGDA says of a message after it was accepted."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import attrs
import httpx

from digivl.dispatch.magda import MagdaDocumentendienst
from digivl.dispatch.model import (
    Channel,
    Dispatch,
    DispatchState,
    Recipient,
)
from digivl.kernel.identifiers import EnterpriseNumber
from digivl.kernel.personal import Personal
from digivl.testing.magda import MagdaSimulator

Draft = Callable[..., Dispatch]


def test_status_of_an_ebox_message(
    magda: MagdaDocumentendienst,
    simulator: MagdaSimulator,
    draft: Draft,
    pdf: io.BytesIO,
    now: Any,
) -> None:
    """Reading shows at the next question."""
    dispatch = draft().submit(now)
    dispatch = dispatch.accept(magda.submit(dispatch, pdf))

    (unread,) = magda.status([dispatch])
    simulator.open_in_ebox(str(dispatch.message_id))
    (read,) = magda.status([dispatch])

    assert DispatchState.ACCEPTED is dispatch.observe(unread).state
    assert DispatchState.READ is dispatch.observe(read).state


def test_status_of_letters(
    magda: MagdaDocumentendienst,
    simulator: MagdaSimulator,
    draft: Draft,
    pdf: io.BytesIO,
    now: Any,
) -> None:
    """Letters are asked for one by one; their words become states."""
    letters = []
    for word in ("PRINTED", "HANDED_TO_CARRIER", None):
        letter = draft(channel=Channel.PAPER).submit(now)
        letter = letter.accept(magda.submit(letter, pdf))
        letters.append(letter)
        if word:
            simulator.move_letter(str(letter.message_id), word)

    statuses = list(magda.status(letters))

    assert [DispatchState.PRINTED, DispatchState.POSTED, DispatchState.ACCEPTED] == [
        status.state for status in statuses
    ]


def test_status_goes_in_batches(
    mocked: Callable[..., MagdaDocumentendienst],
    draft: Draft,
    citizen: Recipient,
    now: Any,
) -> None:
    """At most 500 messages and one kind of eBox a call; one letter a call.

    Dispatches that were never accepted, or whose recipient was erased, are not asked.
    """
    asked: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.read()))
        other = {"messageId": "other", "readStatus": True, "status": "PRINTED"}
        return httpx.Response(200, json=[other])

    number = EnterpriseNumber("0406798006")
    enterprise = Recipient.enterprise(number, name="nv")
    erased = attrs.evolve(citizen, insz=Personal.erased("0" * 64))
    known = {
        "message_id": "m",
        "accepted_at": now,
        "submitted_at": now,
        "state": DispatchState.ACCEPTED,
    }
    dispatches = [
        *(draft(**known) for _ in range(501)),
        draft(recipient=enterprise, **known),
        draft(channel=Channel.PAPER, **known),
        draft(channel=Channel.PAPER, **known),
        draft(recipient=erased, **known),
        draft(),
    ]

    assert [] == list(mocked(answer).status(dispatches))
    assert [500, 1, 1, 1, 1] == [len(call["messages"]) for call in asked]
    assert [["PAPER", "PAPER"], ["EBOX"] * 3] == [
        [c["deliveryChannel"] for c in asked if c["deliveryChannel"] == channel]
        for channel in ("PAPER", "EBOX")
    ]
    assert {"citizen", "enterprise"} == {
        call["messages"][0]["eboxId"]["eboxType"]
        for call in asked
        if call["deliveryChannel"] == "EBOX"
    }
