"""Waiting for a timestamp: bounded, in order of preference, never over budget."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digivl.errors import (
    BackendError,
    BackendUnavailableError,
    ConfigurationError,
)
from digivl.pdf.digests import Digest
from digivl.pdf.timestamps import Asked, checked_token, timestamp_request
from digivl.signing.tsa import MeteredAuthority, Timestamps
from digivl.signing.tsa_account import Budget
from digivl.testing.tsa import Fault

Waiting = Callable[..., Timestamps]
Watched = Callable[..., tuple[Any, MeteredAuthority]]

REQUEST = timestamp_request(hashlib.sha256(b"besluit").digest()).der
START = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_who_can_wait_gets_a_token(
    watched: Watched, waiting: Waiting, clock: Any
) -> None:
    """The queue is as long as the budget makes it, and no longer."""
    remote, authority = watched(budget=Budget(pause_seconds=15))
    stamps = waiting(authority)
    digest = Digest.SHA384.of(b"besluit")
    tokens = [stamps.token(digest, wait_seconds=20) for _ in range(3)]

    assert 3 == len({token.serial for token in tokens})
    assert [0, 15, 30] == [(at - START).total_seconds() for at in remote.seen]


def test_who_cannot_wait_is_told_when(
    watched: Watched, waiting: Waiting, clock: Any
) -> None:
    """At once, also when the wait would be longer than one wants."""
    _, authority = watched(budget=Budget(pause_seconds=15))
    stamps = waiting(authority)
    stamps.answer(REQUEST)

    for patience in (0, 10):
        with pytest.raises(BackendUnavailableError) as told:
            stamps.answer(REQUEST, wait_seconds=patience)
        assert 15.0 == told.value.retry_after_seconds
    assert START == clock()


def test_the_patience_of_the_office(
    watched: Watched, waiting: Waiting, clock: Any
) -> None:
    """Who does not say how long is as patient as the settings say."""
    _, authority = watched(budget=Budget(pause_seconds=15))
    stamps = attrs.evolve(waiting(authority), patience_seconds=60.0)
    answers = [stamps.answer(REQUEST) for _ in range(2)]

    assert 2 == len(set(answers))


def test_waiting_is_bounded(watched: Watched, waiting: Waiting, clock: Any) -> None:
    """Whatever authorities do, one is told in the end; also by a clock that stands."""
    remote, authority = watched()
    remote.simulator.fault = Fault.DOWN
    with pytest.raises(BackendUnavailableError):
        waiting(authority).answer(REQUEST, wait_seconds=100)
    assert 100 >= (clock() - START).total_seconds()

    waits: list[float] = []
    stopped = Timestamps(
        authorities=[_Untold()], clock=lambda: START, pause=waits.append
    )
    with pytest.raises(BackendUnavailableError):
        stopped.answer(REQUEST, wait_seconds=60)
    assert 60 == sum(waits)


class _Untold:
    """An authority that never answers, and does not say when to come back."""

    name = "untold"

    def answer(self, request: bytes) -> bytes:
        """Nothing."""
        raise BackendUnavailableError(self.name, "no answer")


def test_waiting_for_nobody(waiting: Waiting, clock: Any) -> None:
    """Without authorities nothing is waited for."""
    with pytest.raises(ConfigurationError):
        waiting().answer(REQUEST, wait_seconds=100)
    assert {} == Timestamps(authorities=[_Untold()], clock=clock).accounts()


def test_what_is_known_of_each(watched: Watched, waiting: Waiting, clock: Any) -> None:
    """The accounts, by the names in the settings."""
    _, one = watched("one")
    _, two = watched("two")
    stamps = waiting(one, two)
    stamps.answer(REQUEST)

    assert {"one": 1, "two": 0} == {
        name: kept.answered for name, kept in stamps.accounts().items()
    }


def failure_of(
    asked: Timestamps | MeteredAuthority, request: bytes, *patience: float
) -> Any:
    """None when there came a token that holds, or else why not."""
    wait = {"wait_seconds": patience[0]} if patience else {}
    try:
        checked_token(asked.answer(request, **wait), Asked.read(request))
    except BackendError as error:
        return error
    return None


@settings(max_examples=30, deadline=None)
@given(
    plan=st.lists(
        st.tuples(
            st.floats(0, 40),
            st.lists(
                st.sampled_from([None, None, Fault.DOWN, Fault.GARBAGE, Fault.REFUSED]),
                min_size=3,
                max_size=3,
            ),
        ),
        min_size=1,
        max_size=20,
    ),
    patience=st.sampled_from([0.0, 0.0, 30.0]),
)
def test_every_request_ends(
    plan: list[tuple[float, list[Fault | None]]],
    patience: float,
    three: Callable[[], Any],
) -> None:
    """With a token, or an error that says when; and the order of preference is kept."""
    made = three()
    clock, remotes, watched = made.clock, made.remotes, made.watched
    stamps = Timestamps(authorities=watched, clock=clock, pause=clock.pass_seconds)
    for gap, faults in plan:
        clock.pass_seconds(gap)
        for remote, fault in zip(remotes, faults, strict=True):
            remote.simulator.fault = fault
        seen = [len(remote.seen) for remote in remotes]
        could = [
            one.account().free_at(budget, clock()) <= clock()
            for one, budget in zip(watched, made.budgets, strict=True)
        ]
        asked = timestamp_request(hashlib.sha256(b"x").digest())
        started = clock()
        error = failure_of(stamps, asked.der, patience)
        if isinstance(error, BackendUnavailableError):
            assert error.retry_after_seconds is not None
            assert patience + 0.1 >= (clock() - started).total_seconds()
        assert all(could) or error is None or error.retryable
        if not patience:
            went = [
                len(remote.seen) - count
                for remote, count in zip(remotes, seen, strict=True)
            ]
            # Those that could be asked were, from the first to the one that answered.
            upto = max((i for i in range(3) if went[i]), default=-1)
            assert could[: upto + 1] == [bool(one) for one in went[: upto + 1]]


def test_threads_and_machines_keep_within_one_budget(
    watched: Watched, clock: Any
) -> None:
    """Eight threads of four machines, each request noted when it came in."""
    budget = Budget(per_minute=7, per_day=40)
    pairs = [watched("shared", budget, lasts=0.7) for _ in range(4)]
    machines = [authority for _, authority in pairs]

    def hammer(number: int) -> int:
        got = 0
        for _ in range(25):
            error = failure_of(machines[number % 4], REQUEST)
            got += error is None
            assert error is None or error.retry_after_seconds
            clock.pass_seconds(1.3)
        return got

    with ThreadPoolExecutor(8) as pool:
        got = sum(pool.map(hammer, range(8)))

    seen = sorted(at for remote, _ in pairs for at in remote.seen)
    assert got == len(seen)
    assert 7 >= max(
        sum(at <= one < at + timedelta(minutes=1) for one in seen) for at in seen
    )
    assert 40 >= len(seen) > 7
