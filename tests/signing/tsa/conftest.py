"""Authorities without a network, on a clock that only moves when it is told to."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import pytest

from digivl.errors import BackendUnavailableError
from digivl.records.sqlbook import SQLBook
from digivl.settings import Limits
from digivl.signing.tsa import MeteredAuthority, Timestamps
from digivl.signing.tsa_account import Budget
from digivl.testing.tsa import TSASimulator

if TYPE_CHECKING:
    from pathlib import Path

    from digivl.signing.development import DevelopmentKeys

T = TypeVar("T")

LIMITS = Limits(http_connect_seconds=1, http_read_seconds=1)
START = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANY = Budget()


@attrs.define
class Clock:
    """A clock that only moves when it is told to."""

    now: datetime = START
    lock: threading.Lock = attrs.field(factory=threading.Lock)

    def __call__(self) -> datetime:
        """The present moment."""
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        """Wait, without waiting."""
        with self.lock:
            self.now += timedelta(seconds=seconds)


@attrs.define
class Remote:
    """An authority without a network, that notes when it was asked."""

    name: str
    simulator: TSASimulator
    clock: Clock
    lasts: float = 0.0
    stay_away: float | None = None
    odd: Exception | None = None
    seen: list[datetime] = attrs.field(factory=list[datetime])

    def answer(self, request: bytes) -> bytes:
        """As the port says."""
        self.seen.append(self.clock())
        self.clock.pass_seconds(self.lasts)
        if self.odd is not None:
            raise self.odd
        try:
            return self.simulator.answer(request)
        except ConnectionError as cause:
            away = BackendUnavailableError(self.name, str(cause))
            away.retry_after_seconds = self.stay_away
            raise away from cause


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="book")
def _book(quick_folder: Path) -> Iterator[SQLBook]:
    book = SQLBook.create(f"sqlite:///{quick_folder / 'book.sqlite'}")
    yield book
    book.close()


@pytest.fixture(name="unit_keys", scope="session")
def _unit_keys(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentKeys:
    """Of an authority at the time of these tests."""
    from digivl.signing.development import make_development_keys

    return make_development_keys(tmp_path_factory.mktemp("unit"), {}, at=START)


@pytest.fixture(name="unit")
def _unit(unit_keys: DevelopmentKeys, clock: Clock) -> Callable[[], TSASimulator]:
    """Makes an honest authority, on the same clock."""
    file = unit_keys.timestamps
    return lambda: TSASimulator.from_pkcs12(file.path, file.password(), clock=clock)


Watched = Callable[..., tuple[Remote, MeteredAuthority]]


@pytest.fixture(name="watched")
def _watched(clock: Clock, book: SQLBook, unit: Callable[[], TSASimulator]) -> Watched:
    """Makes an authority, and what watches over it."""

    def make(
        name: str = "first",
        budget: Budget = ANY,
        *,
        tallies: Any = None,
        **fields: Any,
    ) -> tuple[Remote, MeteredAuthority]:
        remote = Remote(name, unit(), clock, **fields)
        over = MeteredAuthority.over(
            remote, budget, tallies or book.tallies, clock, LIMITS, lambda: 1.0
        )
        return remote, over

    return make


@pytest.fixture(name="waiting")
def _waiting(clock: Clock) -> Callable[..., Timestamps]:
    """Makes what waits on that clock."""

    def make(*authorities: MeteredAuthority) -> Timestamps:
        return Timestamps(
            authorities=authorities, clock=clock, pause=clock.pass_seconds
        )

    return make


@attrs.define
class Memory:
    """Tallies of one process."""

    kept: dict[str, str] = attrs.field(factory=dict[str, str])

    def change(self, name: str, step: Callable[[str | None], tuple[str, T]]) -> T:
        """As the port says."""
        self.kept[name], told = step(self.kept.get(name))
        return told

    def read(self, prefix: str) -> dict[str, str]:
        """As the port says."""
        return {
            name: text for name, text in self.kept.items() if name.startswith(prefix)
        }


@attrs.frozen
class Three:
    """Three authorities in order, each with its budget, and who waits for them."""

    clock: Clock
    budgets: list[Budget]
    remotes: list[Remote]
    watched: list[MeteredAuthority]


@pytest.fixture(name="three", scope="session")
def _three(unit_keys: DevelopmentKeys) -> Callable[[], Three]:
    """Makes them anew, with the keys read once."""
    file = unit_keys.timestamps
    unit = TSASimulator.from_pkcs12(file.path, file.password())

    def make() -> Three:
        clock, tallies = Clock(), Memory()
        units = [copy.copy(unit) for _ in "abc"]
        for one in units:
            one.clock = clock
        budgets = [Budget(pause_seconds=15), Budget(per_minute=2, per_day=9), ANY]
        remotes = [
            Remote(name, one, clock) for name, one in zip("abc", units, strict=True)
        ]
        over = [
            MeteredAuthority.over(remote, budget, tallies, clock, LIMITS, lambda: 0.5)
            for remote, budget in zip(remotes, budgets, strict=True)
        ]
        return Three(clock, budgets, remotes, over)

    return make
