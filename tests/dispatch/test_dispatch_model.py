"""The record of a dispatch and its lifecycle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.dispatch.model import (
    DISPATCH,
    DISPATCH_LIFECYCLE,
    Channel,
    DeliveryStatus,
    Dispatch,
    DispatchState,
    PostalAddress,
    Receipt,
    Recipient,
)
from digivl.errors import DigivlError, MalformedError, StepNotAllowedError
from digivl.kernel.identifiers import EnterpriseNumber
from digivl.kernel.kinds import Standing
from digivl.kernel.parties import SYSTEM
from digivl.records.codec import seal, unseal
from digivl.records.entries import first

Draft = Callable[..., Dispatch]


def receipt(at: datetime, **changes: Any) -> Receipt:
    """A receipt of that moment."""
    fields: dict[str, Any] = {"message_id": "m1", "at": at, "correlation_id": "c1"}
    return Receipt(**(fields | changes))


def report(at: datetime, state: DispatchState | None) -> DeliveryStatus:
    """A report of that moment."""
    return DeliveryStatus(
        message_id="m1", state=state, reported="?", at=at, correlation_id="c2"
    )


def test_the_usual_way(draft: Draft, now: datetime) -> None:
    """Each step gives the next record, and keeps what it learned."""
    later = now + timedelta(days=1)

    read = (
        draft()
        .submit(now)
        .accept(receipt(now, expires_at=later, code="NO_DIGITAL_USER"))
        .observe(report(later, DispatchState.READ))
    )

    assert DispatchState.READ is read.state
    assert ("m1", now, now, later, "NO_DIGITAL_USER", later) == (
        read.message_id,
        read.submitted_at,
        read.accepted_at,
        read.expires_at,
        read.code,
        read.observed_at,
    )
    assert ("c1", "c2") == read.correlation_ids


def test_lost_reply_is_resolved(draft: Draft, now: datetime) -> None:
    """An unknown outcome is left by a receipt, or by another attempt; the key stays."""
    sent = draft().submit(now)
    lost = sent.lose_reply("the answer was lost", "c0")

    assert (DispatchState.UNKNOWN, "the answer was lost", ("c0",)) == (
        lost.state,
        lost.error,
        lost.correlation_ids,
    )
    assert DispatchState.ACCEPTED is lost.accept(receipt(now)).state
    again = lost.submit_again()
    assert (DispatchState.SUBMITTING, sent.key, now) == (
        again.state,
        again.key,
        again.submitted_at,
    )


def test_rejected_needs_a_person(draft: Draft, now: datetime) -> None:
    """A refusal does not go on by itself, until another one takes its place."""
    rejected = draft().submit(now).reject("status 400", "INVALID_INPUT")

    assert rejected.needs_a_person
    assert DISPATCH.standing(rejected).open
    assert not rejected.supersede().needs_a_person
    assert not DISPATCH.standing(rejected.supersede()).open


def test_standing_names_channel_and_subject_only(draft: Draft, now: datetime) -> None:
    """A work list shows nothing of the recipient."""
    assert Standing(
        state="submitting",
        title="eBox: Beslissing over de subsidie 2026/42",
        dossier="d1",
        since=now,
    ) == DISPATCH.standing(draft().submit(now))


@pytest.mark.parametrize(
    ("steps", "reported", "expected"),
    [
        ([], DispatchState.PRINTED, DispatchState.PRINTED),
        ([], DispatchState.ACCEPTED, DispatchState.ACCEPTED),
        ([], None, DispatchState.ACCEPTED),
        ([DispatchState.PRINTED], DispatchState.POSTED, DispatchState.POSTED),
        ([DispatchState.POSTED], DispatchState.RETURNED, DispatchState.RETURNED),
        ([DispatchState.READ], DispatchState.READ, DispatchState.READ),
    ],
)
def test_reports(
    draft: Draft,
    now: datetime,
    steps: list[DispatchState],
    reported: DispatchState | None,
    expected: DispatchState,
) -> None:
    """A report moves the dispatch; one that says nothing new changes nothing."""
    dispatch = draft().submit(now).accept(receipt(now))
    for state in steps:
        dispatch = dispatch.observe(report(now, state))

    assert expected is dispatch.observe(report(now, reported)).state


def test_report_that_contradicts(draft: Draft, now: datetime) -> None:
    """A letter that came back was not printed after that."""
    accepted = draft().submit(now).accept(receipt(now))
    returned = accepted.observe(report(now, DispatchState.POSTED)).observe(
        report(now, DispatchState.RETURNED)
    )

    with pytest.raises(StepNotAllowedError, match="print"):
        returned.observe(report(now, DispatchState.PRINTED))


@pytest.mark.parametrize(
    "change",
    [
        {"subject": ""},
        {"subject": "x" * 401},
        {"subject": "a\nb"},
        {"subject": "Beslissing over 85.07.30-033.28"},
        {"reference": "85073003328"},
        {"reference": "a b"},
        {"document": "abc"},
        {"key": "1"},
        {"state": DispatchState.SUBMITTING},
        {"state": DispatchState.ACCEPTED},
        {"submitted_at": datetime(2026, 1, 1)},  # noqa: DTZ001 - the point
    ],
    ids=repr,
)
def test_impossible_dispatches(draft: Draft, change: dict[str, Any]) -> None:
    """Every rule of the record holds from the first moment."""
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - of several kinds
        draft(**change)

    assert "033" not in str(refusal.value)


def test_channel_fits_the_recipient(draft: Draft, address: PostalAddress) -> None:
    """An eBox needs a number, a letter an address."""
    by_letter = Recipient.by_letter("Test Burger", address)
    by_number = Recipient.enterprise(EnterpriseNumber("0406798006"), name="nv")

    with pytest.raises(MalformedError, match="eBox"):
        draft(recipient=by_letter)
    with pytest.raises(MalformedError, match="address"):
        draft(recipient=by_number, channel=Channel.PAPER)


def test_reference_is_the_key_unless_given(draft: Draft) -> None:
    """Without a reference of its own a dispatch is found back by its key."""
    dispatch = draft()

    assert dispatch.key == dispatch.reference
    assert "VR-2026-1" == draft(reference="VR-2026-1").reference
    assert draft().key != dispatch.key


STEPS: dict[str, Callable[[Dispatch, datetime], Dispatch]] = {
    "submit": lambda d, at: d.submit(at),
    "submit again": lambda d, _: d.submit_again(),
    "lose the reply": lambda d, _: d.lose_reply("lost"),
    "reject": lambda d, _: d.reject("no"),
    "accept": lambda d, at: d.accept(receipt(at)),
    "supersede": lambda d, _: d.supersede(),
    "read": lambda d, at: d.observe(report(at, DispatchState.READ)),
    "expire": lambda d, at: d.observe(report(at, DispatchState.EXPIRED)),
    "print": lambda d, at: d.observe(report(at, DispatchState.PRINTED)),
    "post": lambda d, at: d.observe(report(at, DispatchState.POSTED)),
    "deliver": lambda d, at: d.observe(report(at, DispatchState.DELIVERED)),
    "return": lambda d, at: d.observe(report(at, DispatchState.RETURNED)),
    "fail": lambda d, at: d.observe(report(at, DispatchState.FAILED)),
}


def test_every_step_has_a_method() -> None:
    """The table and the record know the same steps."""
    assert {step.name for step in DISPATCH_LIFECYCLE.steps} == set(STEPS)


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_every_walk_can_be_written_and_read(
    draft: Draft, now: datetime, walk: list[str]
) -> None:
    """Whatever steps are tried, the record keeps its rules, and the book reads it back.

    No entry holds a national number, a name or an address.
    """
    dispatch = draft()
    for step in walk:
        try:
            dispatch = STEPS[step](dispatch, now)
        except DigivlError:
            continue
    sealed = seal(first(DISPATCH, dispatch.key, dispatch, "x", SYSTEM, now))
    personal = {value.commitment: value for value in sealed.personal}

    entry = unseal(DISPATCH, 1, sealed.canonical, personal)
    erased = unseal(DISPATCH, 1, sealed.canonical, {})

    assert dispatch == entry.record
    assert erased.record.recipient.name.is_erased
    assert dispatch == attrs.evolve(entry.record, state=dispatch.state)
    for secret in ("85073003328", "Test Persoon", "Koning"):
        assert secret not in sealed.canonical
