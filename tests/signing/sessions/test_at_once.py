"""Sessions at which more happens at once, or less than was hoped for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl.errors import (
    BackendUnavailableError,
    MalformedError,
    StaleRecordError,
    StepNotAllowedError,
)
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import Party, Role
from digivl.records.entries import first
from digivl.signing.session import SESSION, SessionState
from digivl.testing.csc import Fault, Style

if TYPE_CHECKING:
    Desk = Any  # the fixture; its class stands in conftest.py
    MakeDesk = Callable[..., Desk]

ME = Party("minister-jeugd", "Vlaams minister van Jeugd", Role.MINISTER)


@attrs.frozen
class Down:
    """Gives no timestamp."""

    name: str = "down"

    def answer(self, request: bytes) -> bytes:
        """Nothing."""
        raise BackendUnavailableError(self.name, f"no answer to {len(request)} bytes")


@attrs.frozen
class Slow:
    """Gives a timestamp; in the meantime something else happens."""

    real: Any
    act: Callable[[], object]
    name: str = "slow"

    def answer(self, request: bytes) -> bytes:
        """Let it happen, then answer."""
        self.act()
        token: bytes = self.real.answer(request)
        return token


def stamped_by(sessions: Any, authority: Any) -> Any:
    """The service for sessions, with another authority, that is asked once."""
    stamps = attrs.evolve(
        sessions.files.timestamps, authorities=(authority,), patience_seconds=0
    )
    files = attrs.evolve(sessions.files, timestamps=stamps)
    return attrs.evolve(sessions, files=files)


def offline(desk: Desk) -> Any:
    """The service for sessions, without timestamps."""
    return stamped_by(desk.vl.signing_sessions, Down())


def without_timestamps(desk: Desk, number: int = 2) -> Any:
    """A session of which all is signed, and nothing completed."""
    asked = desk.back(desk.start(number))
    return offline(desk).came_back(asked.id, desk.visited(asked), by=ME)


def test_two_complete_at_once(desk: Desk) -> None:
    """The other one was first: its signed files are the ones."""
    asked = desk.back(desk.start())
    sessions, (real,) = desk.vl.signing_sessions, desk.vl.authorities
    slow = Slow(real, lambda: sessions.again(asked.id, by=ME))
    mine = stamped_by(sessions, slow)
    done = mine.came_back(asked.id, desk.visited(asked), by=ME)

    assert SessionState.SIGNED is done.record.state
    assert done == desk.read(asked)


def test_somebody_else_is_at_it(desk: Desk) -> None:
    """While an answer is worked on, nobody is sent anywhere."""
    asked = desk.back(desk.start())
    sessions, seen = desk.vl.signing_sessions, list[Any]()

    @attrs.frozen
    class Watched:
        real: Any

        def signatures(self, *given: Any) -> Any:
            """Look around, then sign."""
            seen.append(sessions.again(asked.id, by=ME))
            return self.real.signatures(*given)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.real, name)

    slow = attrs.evolve(sessions, means=lambda name: Watched(sessions.means(name)))
    done = slow.came_back(asked.id, desk.visited(asked), by=ME)

    assert SessionState.SIGNED is done.record.state
    (busy,) = seen
    assert SessionState.SIGNING is busy.record.state
    assert not busy.record.is_waiting


def test_what_was_signed_is_completed_by_whoever_comes(desk: Desk) -> None:
    """Also somebody who comes back with something else."""
    entry = without_timestamps(desk)
    done = desk.vl.signing_sessions.came_back(entry.id, {}, by=ME)

    assert SessionState.SIGNED is done.record.state
    with pytest.raises(StepNotAllowedError):
        desk.vl.signing_sessions.again(entry.id, by=ME)


def test_timestamps_that_come_weeks_later(desk: Desk) -> None:
    """A signature that was given is kept for as long as it takes."""
    entry = without_timestamps(desk)
    assert {"B-B"} == {piece.level for piece in entry.record.pieces}
    assert {"backend-unavailable"} == {piece.missing for piece in entry.record.pieces}
    desk.clock.passes(20 * 86_400)
    desk.vl.work()
    entry = desk.read(entry)

    assert SessionState.SIGNED is entry.record.state
    assert {("B-T", "", "")} == {
        (piece.level, piece.missing, piece.error) for piece in entry.record.pieces
    }


def test_many_documents_are_written_down_on_the_way(desk: Desk) -> None:
    """What was completed before a crash is not completed again."""
    entry = desk.signed(12)
    history = list(desk.vl.book.history(SESSION, entry.id))

    signed = [sum(bool(p.signed) for p in e.record.pieces) for e in history]
    assert {0, 10, 12} == {*signed}


def test_service_that_goes_down_between_two_consents(desk_for: MakeDesk) -> None:
    """What was signed stays; the rest is asked when it is there again."""
    desk = desk_for(Style.V2, most=1)
    asked = desk.back(desk.start(2))
    desk.simulator.fail_next("oauth2/pushed_authorize", Fault.UNAVAILABLE)
    entry = desk.back(asked)

    assert SessionState.CONSENTING is entry.record.state
    assert ("", "backend-unavailable") == (entry.record.url, entry.record.trouble)
    entry = desk.vl.signing_sessions.again(entry.id, by=ME)
    assert SessionState.SIGNED is desk.back(entry).record.state


def test_record_in_which_something_is_missing(desk: Desk) -> None:
    """A book that was tampered with gives errors of the house."""
    record = desk.start().record
    lost = {
        "no-state": attrs.evolve(record, state_text=None),
        "no-identity": attrs.evolve(record, state=SessionState.CONSENTING),
    }
    sessions, now = desk.vl.signing_sessions, desk.clock()
    ids = {}
    for name, changed in lost.items():
        draft = first(SESSION, new_id(), changed, "start", ME, now)
        ids[name] = desk.vl.book.write(draft)[0].id

    with pytest.raises(MalformedError, match="nobody was sent"):
        sessions.came_back(ids["no-state"], {"state": "x"}, by=ME)
    with pytest.raises(MalformedError, match="nobody was identified"):
        sessions.again(ids["no-identity"], by=ME)
    assert SessionState.ABORTED is sessions.abort(ids["no-state"], by=ME).record.state


def test_task_outlives_a_record_that_never_rests(desk: Desk) -> None:
    """Others write the session each time: the task stays until all is completed."""
    entry, book = without_timestamps(desk), desk.vl.book

    @attrs.frozen
    class Restless:
        real: Any

        def write(self, *drafts: Any, **more: Any) -> Any:
            """Somebody writes the session first."""
            found = desk.read(entry)
            touched = found.next(found.record.take("complete"), "complete", ME, at())
            self.real.write(touched)
            return self.real.write(*drafts, **more)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.real, name)

    at = desk.clock
    desk.clock.passes(desk.vl.settings.limits.lease_seconds + 1)
    busy = attrs.evolve(desk.vl.signing_sessions, book=Restless(book))
    tasks = [book.lease("w", at(), 60, {"signing-session"}) for _ in range(2)]
    with pytest.raises(StaleRecordError):
        busy.carry_on(tasks[1])
    assert SessionState.COMPLETING is desk.read(entry).record.state
    desk.clock.passes(61)
    desk.vl.work()

    done = desk.read(entry)
    assert SessionState.SIGNED is done.record.state
    assert 2 == len(desk.simulator.signed)
