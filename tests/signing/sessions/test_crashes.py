"""Whoever dies at whatever point: nothing is signed twice, and nothing is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from digivl import Digivl
from digivl.errors import DigivlError
from digivl.kernel.parties import Party, Role
from digivl.signing.session import SESSION, SessionState

if TYPE_CHECKING:
    Desk = Any  # the fixture; its class stands in conftest.py

ME = Party("minister-jeugd", "Vlaams minister van Jeugd", Role.MINISTER)
_LONG: Final = timedelta(days=5)
_ACTS: Final = ("write", "erase", "put", "begin", "identified", "ask", "signatures")


class Killed(BaseException):
    """The process is gone; what it did stands."""


@attrs.define
class Death:
    """Kills at one point: before or behind the n-th act on the outside."""

    point: int = -1
    passed: int = 0

    def passes(self) -> None:
        """A point is reached."""
        self.passed += 1
        if self.passed - 1 == self.point:
            raise Killed


@attrs.define
class Mortal:
    """Something whose acts can be the last."""

    real: Any
    death: Death

    def __getattr__(self, name: str) -> Any:
        act = getattr(self.real, name)
        if name not in _ACTS:
            return act

        def done(*args: Any, **more: Any) -> Any:
            self.death.passes()
            result = act(*args, **more)
            self.death.passes()
            return result

        return done


def mortal(desk: Desk, death: Death) -> Any:
    """The service for sessions, on a machine that can die."""
    sessions = desk.vl.signing_sessions
    documents = attrs.evolve(
        sessions.documents, store=Mortal(sessions.documents.store, death)
    )
    return attrs.evolve(
        sessions,
        book=Mortal(sessions.book, death),
        documents=documents,
        means=lambda name: Mortal(sessions.means(name), death),
    )


def driven(desk: Desk, sessions: Any, orders: Any) -> Any:
    """Somebody who does not give up: after each death another machine goes on."""
    entry: Any = None
    answers: dict[str, Any] = {}
    for _ in range(30):
        try:
            if entry is None:
                entry = sessions.start(
                    orders, means="itsme", expected=None, by=ME, lasts=_LONG
                )
            entry = _further(desk, sessions, entry, answers)
        except (Killed, DigivlError):
            desk.clock.passes(desk.vl.settings.limits.lease_seconds + 1)
            desk.vl.work()
            sessions = desk.vl.signing_sessions
        if entry is not None:
            entry = sessions.read(entry.id, by=ME)
            if entry.record.state is SessionState.SIGNED:
                break
    return entry


def _further(desk: Desk, sessions: Any, entry: Any, answers: dict[str, Any]) -> Any:
    """Go where the session says; who was there loads the same page again, once."""
    url = entry.record.url
    if not url or answers.get(url) == "twice":
        return sessions.again(entry.id, by=ME)
    told = answers.get(url)
    answers[url] = "twice" if told else desk.visited(entry)
    return sessions.came_back(entry.id, told or answers[url], by=ME)


@pytest.fixture(name="points")
def _points(desk: Desk) -> int:
    """At how many points one can die."""
    death = Death()
    driven(desk, mortal(desk, death), desk.orders(2))
    return death.passed


def test_death_at_every_point(desk: Desk, points: int) -> None:
    """Each document gets one signature and one signed file, whatever happens."""
    orders = desk.orders(2)
    for point in range(points):
        desk.simulator.signed.clear()
        entry = driven(desk, mortal(desk, Death(point)), orders)

        assert SessionState.SIGNED is entry.record.state, point
        for piece in _versions(desk, entry):
            assert 1 == len(piece), (point, piece)
    assert points > 20


def _versions(desk: Desk, entry: Any) -> list[set[str]]:
    """For each document: the signed files that were ever written down for it."""
    found: list[set[str]] = [set() for _ in entry.record.pieces]
    for version in desk.vl.book.history(SESSION, entry.id):
        for number, piece in enumerate(version.record.pieces):
            found[number] |= {piece.signed} - {""}
    return found


def test_same_answer_from_many_at_once(desk: Desk) -> None:
    """One does it; the others see that it is done, or being done."""
    entry = desk.start()
    while entry.record.url:
        answer = desk.visited(entry)

        def told(_: int, answer: Any = answer, session: str = entry.id) -> Any:
            return desk.vl.signing_sessions.came_back(session, answer, by=ME)

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(told, range(6)))
        entry = desk.read(entry)

    assert SessionState.SIGNED is entry.record.state
    assert 2 == len(desk.simulator.signed)
    assert all(1 == len(piece) for piece in _versions(desk, entry))


def test_another_machine_goes_on(desk: Desk) -> None:
    """Book and store are all that has to be there; each step can be on another."""
    entry = desk.start()
    for _ in range(2):
        answer = desk.visited(entry)
        with Digivl.from_settings(
            desk.vl.settings, folder=desk.vl.folder, clock=desk.clock
        ) as other:
            entry = other.signing_sessions.came_back(entry.id, answer, by=ME)

    assert SessionState.SIGNED is entry.record.state
