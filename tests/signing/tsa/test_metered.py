"""Authorities within their budget, and left alone when they fail."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    BookBusyError,
    DigivlError,
    MalformedError,
    UntrustworthyAnswerError,
)
from digivl.pdf.timestamps import timestamp_request
from digivl.signing.authorities import first_answer
from digivl.signing.tsa import MeteredAuthority
from digivl.signing.tsa_account import Budget
from digivl.signing.tsa_meter import accounts
from digivl.testing.tsa import Fault

if TYPE_CHECKING:
    from digivl.records.sqlbook import SQLBook

Watched = Callable[..., tuple[Any, MeteredAuthority]]

REQUEST = timestamp_request(hashlib.sha256(b"besluit").digest()).der
START = datetime(2026, 11, 23, 12, tzinfo=UTC)


def wait_of(authority: MeteredAuthority, request: bytes = REQUEST) -> float:
    """How long the error says to wait."""
    with pytest.raises(BackendUnavailableError) as told:
        authority.answer(request)
    assert told.value.retry_after_seconds is not None
    return told.value.retry_after_seconds


def test_not_asked_beyond_its_budget(watched: Watched, clock: Any) -> None:
    """The error says when there is room, and the authority saw nothing."""
    remote, authority = watched(budget=Budget(per_minute=2), lasts=1.0)
    authority.answer(REQUEST)
    authority.answer(REQUEST)

    assert 59.0 == wait_of(authority)
    assert 2 == len(remote.seen)
    clock.pass_seconds(59)
    authority.answer(REQUEST)
    assert 3 == len(remote.seen)


def test_the_text_says_when(watched: Watched) -> None:
    """For who reads, the moment stands in the text."""
    _, authority = watched(budget=Budget(pause_seconds=15))
    authority.answer(REQUEST)

    with pytest.raises(BackendUnavailableError, match=r"2026-11-23T12:00:15.*Z"):
        authority.answer(REQUEST)


def test_machines_share_one_budget(watched: Watched) -> None:
    """Who shares the book shares the budget."""
    remote, here = watched(budget=Budget(per_day=1))
    other, there = watched(budget=Budget(per_day=1))
    here.answer(REQUEST)

    assert 86_400.0 == wait_of(there)
    assert (1, 0) == (len(remote.seen), len(other.seen))


def test_the_next_one_stands_in(watched: Watched, clock: Any) -> None:
    """Preference is kept: the second is asked only while the first has no room."""
    first, one = watched("first", Budget(per_minute=1))
    second, two = watched("second")
    for _ in range(4):
        first_answer([one, two], REQUEST)
        clock.pass_seconds(30)

    assert [START, START + timedelta(seconds=60)] == first.seen
    assert 2 == len(second.seen)


def test_one_that_fails_is_left_alone(watched: Watched, clock: Any) -> None:
    """Not asked at every signature; when its time is over, once; then it is well."""
    remote, authority = watched()
    remote.simulator.fault = Fault.DOWN

    assert 2.0 == wait_of(authority)
    assert 2.0 == wait_of(authority)
    clock.pass_seconds(2)
    assert 4.0 == wait_of(authority)
    assert 2 == len(remote.seen)
    remote.simulator.fault = None
    clock.pass_seconds(4)
    authority.answer(REQUEST)
    authority.answer(REQUEST)

    kept = authority.account()
    assert (2, 2, 1) == (kept.answered, kept.failed, kept.put_off)
    assert (0, None, "") == (kept.in_a_row, kept.waits_until, kept.why)


def test_it_says_when_to_come_back(watched: Watched) -> None:
    """Retry-After counts when it is longer than what we would wait."""
    remote, authority = watched(stay_away=300.0)
    remote.simulator.fault = Fault.BUSY

    assert 300.0 == wait_of(authority)


@pytest.mark.parametrize(
    ("fault", "error", "counted"),
    [
        (Fault.GARBAGE, MalformedError, (0, 0, 1)),
        (Fault.WRONG_NONCE, UntrustworthyAnswerError, (0, 0, 1)),
        (Fault.NO_CLOCK, BackendUnavailableError, (1, 0, 0)),
        (Fault.REFUSED, BackendRefusedError, (0, 1, 0)),
    ],
)
def test_what_went_wrong_is_counted(
    watched: Watched, fault: Fault, error: type[DigivlError], counted: tuple[int, ...]
) -> None:
    """Failed, refused or lied; a refusal of the request alone is no failure."""
    remote, authority = watched()
    remote.simulator.fault = fault
    with pytest.raises(error):
        authority.answer(REQUEST)

    kept = authority.account()
    assert counted == (kept.failed, kept.refused, kept.lied)
    assert (fault is not Fault.REFUSED) == bool(kept.in_a_row)
    assert kept.why


def test_a_closed_door_is_a_failure(watched: Watched) -> None:
    """Refused by HTTP, e.g. blocked for a day: it is left alone too."""
    remote, authority = watched()
    remote.odd = BackendRefusedError("first", "status 403", status=403)
    with pytest.raises(BackendRefusedError):
        authority.answer(REQUEST)

    assert 1 == authority.account().in_a_row


def test_a_plugin_that_breaks_is_passed_over(watched: Watched) -> None:
    """Whatever a plug-in raises, the next authority is asked."""
    broken, one = watched("broken")
    broken.odd = ZeroDivisionError()
    _, two = watched("second")

    assert first_answer([one, two], REQUEST)
    assert "ZeroDivisionError" in one.account().why


def test_only_requests_are_counted(watched: Watched) -> None:
    """What is no request is nobody's fault but the caller's."""
    remote, authority = watched()
    with pytest.raises(MalformedError, match="timestamp request"):
        authority.answer(b"garbage")

    assert ([], 0) == (remote.seen, authority.account().asked)


def test_without_a_budget_nothing_is_written_each_time(
    watched: Watched, clock: Any, book: SQLBook
) -> None:
    """It is counted in memory, written now and then, and when it is closed."""
    _, authority = watched()
    for _ in range(20):
        authority.answer(REQUEST)
    early = accounts(book.tallies)["first"].answered
    clock.pass_seconds(11)
    authority.answer(REQUEST)
    later = accounts(book.tallies)["first"].answered
    authority.answer(REQUEST)
    authority.close()

    assert (0, 20) == (early, later)
    assert 22 == accounts(book.tallies)["first"].answered


@attrs.define
class Busy:
    """Any that are busy when it is said."""

    inner: Any
    busy: bool = False

    def change(self, name: str, step: Callable[..., tuple[str, object]]) -> object:
        """As the port says."""
        if self.busy:
            raise BookBusyError("other writers hold the book")
        return self.inner.change(name, step)

    def read(self, prefix: str) -> object:
        """As the port says."""
        return self.inner.read(prefix)


def test_a_token_is_worth_more_than_its_count(
    watched: Watched, clock: Any, book: SQLBook
) -> None:
    """A book that is busy keeps nobody from signing, unless there is a budget."""
    tallies = Busy(book.tallies)
    _, free = watched(tallies=tallies)
    remote, bound = watched("bound", Budget(per_day=5), tallies=tallies)
    free.answer(REQUEST)
    clock.pass_seconds(60)
    tallies.busy = True

    assert free.answer(REQUEST)
    with pytest.raises(BookBusyError):
        bound.answer(REQUEST)
    assert [] == remote.seen
    remote.simulator.fault = Fault.DOWN
    tallies.busy = False
    assert 2 == free.account().answered


def written(text: str, _: str | None) -> tuple[str, None]:
    """Whatever stood there, this does from now on."""
    return text, None


def test_an_account_that_cannot_be_read_starts_anew(
    watched: Watched, book: SQLBook
) -> None:
    """Another program wrote something else there: it is no reason to sign nothing."""
    for text in ("?", "[]", '{"since": "x"}', '{"since": null, "uses": []}'):
        book.tallies.change("authority/first", partial(written, text))
        assert {} == accounts(book.tallies)
    _, authority = watched()
    authority.answer(REQUEST)

    assert 1 == authority.account().answered


def test_newer_fields_are_let_be(watched: Watched, book: SQLBook) -> None:
    """What a newer digivl counts besides does not hide what this one knows."""
    _, authority = watched()
    authority.answer(REQUEST)
    authority.account()
    book.tallies.change(
        "authority/first",
        lambda text: ('{"newer": 1, ' + str(text).removeprefix("{"), None),
    )

    assert 1 == accounts(book.tallies)["first"].answered


@pytest.mark.parametrize("days", [-2, 2])
def test_a_clock_that_is_far_off_is_a_lie(
    days: int, watched: Watched, clock: Any
) -> None:
    """The next one stands in: nobody signs with a timestamp of another day."""
    (first, one), (second, two) = watched("first"), watched("second")
    first.simulator.clock = lambda: clock() + timedelta(days=days)
    first_answer([one, two], REQUEST)

    assert (1, 1) == (len(first.seen), len(second.seen))
    account = one.account()
    assert (1, 0) == (account.lied, account.answered)
    assert "it stamped" in account.why


@pytest.mark.parametrize("fault", [None, Fault.DOWN])
def test_a_clock_that_ran_ahead_is_set_right(
    fault: Fault | None, watched: Watched, clock: Any
) -> None:
    """What was done in another year keeps nobody away for longer than it would now."""
    remote, authority = watched(budget=Budget(per_minute=1))
    clock.now = START + timedelta(days=400)
    remote.simulator.fault = fault
    if fault is None:
        authority.answer(REQUEST)
    else:
        wait_of(authority)
    clock.now, remote.simulator.fault = START, None

    assert 60 >= wait_of(authority) > 0
    clock.pass_seconds(60)
    authority.answer(REQUEST)
    assert 2 == len(remote.seen)
