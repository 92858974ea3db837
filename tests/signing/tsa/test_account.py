"""Budgets and back-off as they are counted: no clock, no network, no chance."""

from __future__ import annotations

import heapq
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import ConfigurationError
from digivl.signing.tsa_account import Account, Budget, Outcome, Use

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONGEST = timedelta(seconds=30)
SECTIGO = Budget(pause_seconds=15)
PORTUGAL = Budget(per_minute=1, per_day=1_000)


def seconds(count: float) -> timedelta:
    """Short for a stretch of time."""
    return timedelta(seconds=count)


def fresh() -> Account:
    """An authority that was never asked."""
    return Account(since=NOW)


@attrs.define
class Machine:
    """Asks an authority by its account, and notes when its requests come in."""

    budget: Budget
    account: Account = attrs.field(factory=fresh)
    arrivals: list[datetime] = attrs.field(factory=list[datetime])
    under_way: list[tuple[datetime, datetime, bool]] = attrs.field(
        factory=list[tuple[datetime, datetime, bool]]
    )

    def ask(self, now: datetime, lasts: timedelta, comes_in: float, ends: str) -> None:
        """Try to ask; a request comes in somewhere between its start and its end."""
        while self.under_way and self.under_way[0][0] <= now:
            end, sent, well = heapq.heappop(self.under_way)
            self._end(end, sent, well=well)
        if self.account.free_at(self.budget, now) > now:
            return
        self.account = self.account.asking(self.budget, now, now + LONGEST)
        self.arrivals.append(now + lasts * comes_in)
        if ends != "crash":
            heapq.heappush(self.under_way, (now + lasts, now, ends == "answer"))

    def _end(self, end: datetime, sent: datetime, *, well: bool) -> None:
        if well:
            self.account = self.account.answering(end, asked=sent)
        else:
            self.account = self.account.failing(
                Outcome.FAILED, end, asked=sent, why="down", chance=0
            )


def most_in(arrivals: list[datetime], length: timedelta) -> int:
    """The most that came in within any stretch of that length."""
    ordered = sorted(arrivals)
    return max(
        (sum(one <= at < one + length for at in ordered) for one in ordered), default=0
    )


attempts = st.lists(
    st.tuples(
        st.one_of(st.floats(0, 3), st.floats(0, 90), st.floats(0, 40_000)),
        st.floats(0, LONGEST.total_seconds()),
        st.floats(0, 1),
        st.sampled_from(["answer", "answer", "answer", "fail", "crash"]),
    ),
    max_size=80,
)
budgets = st.builds(
    Budget,
    per_minute=st.none() | st.integers(1, 5),
    per_day=st.none() | st.integers(1, 12),
    pause_seconds=st.just(0.0) | st.floats(0.001, 100),
)


@given(budgets, attempts)
def test_never_over_budget(budget: Budget, plan: list[Any]) -> None:
    """In no stretch of time does the authority see more than it allows.

    However long requests are under way, overlap, fail, or never end.
    """
    machine, now = Machine(budget), NOW
    for gap, lasts, comes_in, ends in plan:
        now += seconds(gap)
        machine.ask(now, seconds(lasts), comes_in, ends)

    for most, length in budget.windows:
        assert most >= most_in(machine.arrivals, length)


@given(budgets, attempts)
def test_what_is_told_is_true(budget: Budget, plan: list[Any]) -> None:
    """When nothing is under way, it may be asked exactly when it was said."""
    machine, now = Machine(budget), NOW
    for gap, _, _, ends in plan:
        now += seconds(gap)
        machine.ask(now, seconds(0), 0, ends if ends != "crash" else "answer")
    machine.ask(now + LONGEST, seconds(0), 0, "answer")
    account, now = machine.account, now + LONGEST
    machine.ask(now, seconds(0), 0, "answer")
    account = machine.account
    free = account.free_at(budget, now)

    assert free == account.free_at(budget, free)
    if free > now:
        just_before = free - timedelta.resolution
        assert account.free_at(budget, just_before) > just_before


@pytest.mark.parametrize(
    ("budget", "free"),
    [
        (SECTIGO, seconds(17)),
        (PORTUGAL, seconds(62)),
        (Budget(per_minute=2), seconds(2)),
        (Budget(per_day=1), timedelta(days=1, seconds=2)),
        (Budget(), seconds(2)),
    ],
)
def test_known_authorities(budget: Budget, free: timedelta) -> None:
    """An answer after two seconds: then the pause, the minute or the day starts."""
    asked = fresh().asking(budget, NOW, NOW + LONGEST)
    account = asked.answering(NOW + seconds(2), asked=NOW)

    assert NOW + free == account.free_at(budget, NOW + seconds(2))


def test_twenty_in_twenty_minutes() -> None:
    """One a minute keeps within twenty in any twenty minutes."""
    machine = Machine(PORTUGAL)
    for number in range(4_000):
        machine.ask(NOW + seconds(number), seconds(0.5), 0.5, "answer")

    assert 20 >= most_in(machine.arrivals, timedelta(minutes=20))
    assert 66 == len(machine.arrivals)


def test_an_account_stays_small() -> None:
    """Of older minutes only the number is kept; a day later nothing."""
    budget, account, now = Budget(per_day=100_000), fresh(), NOW
    for number in range(3_000):
        now = NOW + seconds(number)
        account = account.asking(budget, now, now + LONGEST)
        account = account.answering(now, asked=now)

    assert 3_000 == sum(use.count for use in account.uses)
    assert 200 > len(account.uses)
    later = NOW + timedelta(days=2)
    assert (Use(later, 1, later + LONGEST),) == account.asking(
        budget, later, later + LONGEST
    ).uses


def test_a_failure_is_left_alone_longer_each_time() -> None:
    """Twice as long, to ten minutes; an answer makes it well again."""
    account, now, waits = fresh(), NOW, []
    for _ in range(12):
        account = account.asking(Budget(), now, now + LONGEST)
        account = account.failing(
            Outcome.FAILED, now, asked=now, why="down", chance=1.0
        )
        free = account.free_at(Budget(), now)
        waits.append((free - now).total_seconds())
        now = free

    assert [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600] == waits
    assert (12, "down") == (account.failed, account.why)
    well = account.answering(now, asked=now)
    assert (now, 0, "") == (well.free_at(Budget(), now), well.in_a_row, well.why)


def test_chance_spreads_them() -> None:
    """Those that failed together do not all come back together."""
    waits = {
        fresh().failing(Outcome.LIED, NOW, asked=NOW, why="", chance=chance).waits_until
        for chance in (0.0, 0.5, 1.0)
    }

    assert {NOW + seconds(1), NOW + seconds(1.5), NOW + seconds(2)} == waits


def test_many_that_fail_at_once_are_one_failure() -> None:
    """What was under way when it failed says nothing new."""
    account = fresh()
    for number in range(8):
        end = NOW + seconds(10 + number / 10)
        account = account.failing(Outcome.FAILED, end, asked=NOW, why="", chance=1.0)

    assert (8, 1) == (account.failed, account.in_a_row)
    assert NOW + seconds(12.7) == account.waits_until


def test_it_says_itself_when_to_come_back() -> None:
    """A longer wait that the authority tells is kept to; a day at most."""
    fail: dict[str, Any] = {"asked": NOW, "why": "", "chance": 1.0}
    told = fresh().failing(Outcome.FAILED, NOW, told=seconds(90), **fail)
    absurd = fresh().failing(Outcome.FAILED, NOW, told=timedelta(days=900), **fail)

    assert NOW + seconds(90) == told.waits_until
    assert NOW + timedelta(days=1) == absurd.waits_until


def test_one_tries_whether_it_works_again() -> None:
    """When the wait is over one request goes; the others look again a second later."""
    down = fresh().failing(Outcome.FAILED, NOW, asked=NOW, why="", chance=1.0)
    later = NOW + seconds(5)
    tried = down.asking(Budget(), later, later + LONGEST)

    assert later == down.free_at(Budget(), later)
    assert later + seconds(1) == tried.free_at(Budget(), later)
    # It never came back: another one tries.
    assert later + LONGEST == tried.free_at(Budget(), later + LONGEST)


def test_a_refused_request_is_no_failure() -> None:
    """It said no to this one; the next may be answered."""
    account = fresh().refusing(NOW, asked=NOW, why="bad_alg")

    assert (1, 0, "bad_alg") == (account.refused, account.in_a_row, account.why)
    assert NOW == account.free_at(Budget(), NOW)


def test_a_clock_that_is_set_back_makes_no_room() -> None:
    """What was asked in what is now the future counts all the same."""
    budget = Budget(per_minute=1)
    asked = fresh().asking(budget, NOW, NOW + LONGEST)
    account = asked.answering(NOW - timedelta(hours=1), asked=NOW)

    assert NOW + timedelta(minutes=1) == account.free_at(budget, NOW - seconds(3_600))


@pytest.mark.parametrize(
    "options",
    [
        {"per_minute": "0"},
        {"per_day": "many"},
        {"pause_seconds": "-1"},
        {"pause_seconds": "inf"},
        {"pause_seconds": "nan"},
    ],
)
def test_a_budget_is_in_numbers(options: dict[str, str]) -> None:
    """What is no number above zero is a mistake in the settings, which it names."""
    with pytest.raises(ConfigurationError, match=r"authorities\.first: .*numbers"):
        Budget.from_options("first", options)


def test_a_budget_from_the_settings() -> None:
    """Its own options are read, others left alone."""
    options = {"url": "x", "per_minute": "4", "per_day": "90", "pause_seconds": "1.5"}

    assert Budget(per_minute=4, per_day=90, pause_seconds=1.5) == Budget.from_options(
        "first", options
    )
    assert () == Budget.from_options("first", {"url": "x"}).windows
