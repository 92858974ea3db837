"""How sessions end, who may go on with them, and what is left of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    ConsentExpiredError,
    DigivlError,
    MalformedError,
    NotAllowedError,
    StepNotAllowedError,
)
from digivl.kernel.parties import Party, Role
from digivl.records.port import Query
from digivl.settings import Backend
from digivl.signing.session import SESSION, Order, SessionState
from digivl.testing import route
from digivl.testing.csc_people import MINISTER as NUMBER
from digivl.testing.csc_person import answers
from digivl.testing.papers import paper

if TYPE_CHECKING:
    Desk = Any  # the fixture; its class stands in conftest.py
    MakeDesk = Callable[..., Desk]

ME = Party("minister-jeugd", "Vlaams minister van Jeugd", Role.MINISTER)


def test_no_authority_answers(desk_for: MakeDesk) -> None:
    """The signatures are kept: a worker finishes when a timestamp can be had."""
    desk = desk_for()
    sessions = desk.vl.signing_sessions
    offline = _offline(sessions)
    asked = desk.back(desk.start())
    entry = offline.came_back(asked.id, desk.visited(asked), by=ME)
    assert SessionState.COMPLETING is entry.record.state
    assert ["B-B"] * 2 == [piece.level for piece in entry.record.pieces]
    assert not any(piece.is_done for piece in entry.record.pieces)
    with pytest.raises(StepNotAllowedError):
        sessions.abort(entry.id, by=ME)
    desk.clock.passes(desk.vl.settings.limits.lease_seconds + 1)

    report = desk.vl.work()

    assert 0 == report.postponed
    assert SessionState.SIGNED is desk.read(entry).record.state
    assert 2 == len(desk.simulator.signed)


def _offline(sessions: Any) -> Any:
    stamps = attrs.evolve(
        sessions.files.timestamps, authorities=(_Down(),), patience_seconds=0
    )
    files = attrs.evolve(sessions.files, timestamps=stamps)
    return attrs.evolve(sessions, files=files)


class _Down:
    name = "down"

    def answer(self, request: bytes) -> bytes:
        """Nothing."""
        raise BackendUnavailableError(self.name, f"no answer to {len(request)} bytes")


def test_again_finishes_what_only_misses_timestamps(desk: Desk) -> None:
    """Nobody has to be asked any more; in the dark the worker says so."""
    sessions = desk.vl.signing_sessions
    offline = _offline(sessions)
    asked = desk.back(desk.start())
    entry = offline.came_back(asked.id, desk.visited(asked), by=ME)
    desk.clock.passes(desk.vl.settings.limits.lease_seconds + 1)
    first, second = (
        desk.vl.book.lease("w", desk.clock(), 60, {"signing-session"}) for _ in range(2)
    )
    assert first is not None
    assert second is not None
    # Of the first answer nothing is left to do.
    offline.carry_on(first)
    with pytest.raises(BackendUnavailableError):
        offline.carry_on(second)

    assert SessionState.SIGNED is sessions.again(entry.id, by=ME).record.state


def test_expiry(desk: Desk) -> None:
    """Who is waited for too long is waited for no more; a worker sees to it."""
    waited, late = desk.start(), desk.start()
    answer = desk.visited(late)
    desk.clock.passes(timedelta(hours=12).total_seconds())
    with pytest.raises(ConsentExpiredError):
        desk.vl.signing_sessions.came_back(late.id, answer, by=ME)
    with pytest.raises(StepNotAllowedError):
        desk.vl.signing_sessions.again(late.id, by=ME)
    desk.vl.work()

    assert SessionState.EXPIRED is desk.read(waited).record.state
    again = desk.start(lasts=timedelta(hours=1))
    desk.clock.passes(3_600)
    with pytest.raises(ConsentExpiredError):
        desk.vl.signing_sessions.again(again.id, by=ME)


def test_abort(desk: Desk) -> None:
    """Nobody signs any more; what tells who would have is erased."""
    asked = desk.back(desk.start())
    answer = desk.visited(asked)
    ended = desk.vl.signing_sessions.abort(asked.id, by=ME, reason="Ander stuk")

    assert SessionState.ABORTED is ended.record.state
    assert "Ander stuk" == ended.reason
    with pytest.raises(StepNotAllowedError):
        desk.vl.signing_sessions.came_back(asked.id, answer, by=ME)
    assert [] == desk.simulator.signed
    assert ended.record.identity is not None
    assert ended.record.identity.is_erased


def test_nothing_tells_who_signed_afterwards(desk: Desk) -> None:
    """Certificate, expected number and state are gone from every version."""
    done = desk.signed()
    history = list(desk.vl.book.history(SESSION, done.id))

    for entry in history:
        record = entry.record
        for value in (record.expected, record.identity, record.state_text):
            assert value is None or value.is_erased
        assert NUMBER not in entry.canonical
    assert done.record.certificate
    assert {} == {
        token: one
        for token, one in desk.simulator.tokens.items()
        if one.pending.scope == "service"
    }


def test_strangers(desk: Desk) -> None:
    """Another party sees no session, and cannot go on with it."""
    entry = desk.start()
    other = Party("minister-werk", "Vlaams minister van Werk", Role.MINISTER)
    sessions = desk.vl.signing_sessions

    acts: tuple[Callable[[], object], ...] = (
        lambda: sessions.read(entry.id, by=other),
        lambda: sessions.came_back(entry.id, {}, by=other),
        lambda: sessions.again("nothing", by=other),
        lambda: sessions.abort(entry.id, by=other),
        lambda: desk.start(by=Party("x", "X", Role.PRESS)),
        lambda: desk.start(by=other, dossier="dossier-1"),
    )
    for act in acts:
        with pytest.raises(NotAllowedError):
            act()


def test_bounds(desk: Desk) -> None:
    """What is too much, too long or not there is refused before anything happens."""
    sessions, orders = desk.vl.signing_sessions, desk.orders(1)
    given: dict[str, Any] = {"expected": None, "by": ME}

    with pytest.raises(ConfigurationError, match="no remote means 'other'"):
        sessions.start(orders, means="other", **given)
    with pytest.raises(MalformedError, match="at most 7 days"):
        sessions.start(orders, means="itsme", lasts=timedelta(days=8), **given)
    with pytest.raises(MalformedError, match="at most 1000"):
        sessions.start(orders * 1_001, means="itsme", **given)
    with pytest.raises(DigivlError):
        sessions.start([], means="itsme", **given)


def test_same_document_twice_is_two_signatures(desk: Desk) -> None:
    """Each order is one of its own."""
    (order,) = desk.orders(1)
    entry = desk.vl.signing_sessions.start(
        [order, order], means="itsme", expected=None, by=ME
    )
    while entry.record.url:
        entry = desk.back(entry)
    assert SessionState.SIGNED is entry.record.state


def test_work_list(desk: Desk) -> None:
    """Who waits for it finds it among what is open, by its dossier."""
    entry = desk.start(
        by=route.CABINET, dossier="dossier-1", description="Twee besluiten"
    )
    query = Query(kind=SESSION.name, dossier="dossier-1", open=True)
    (row,) = desk.vl.book.rows(query)

    assert entry.ref == row.ref
    assert "Twee besluiten (0 van 2 getekend)" == row.standing.title
    desk.vl.signing_sessions.abort(entry.id, by=route.CABINET)
    assert [] == list(desk.vl.book.rows(query))


def test_signed_file_is_the_original_and_more(desk: Desk) -> None:
    """What was there stays byte for byte, as the prefix of the result."""
    original = paper("Besluit")
    sha256 = desk.vl.documents.keep(io.BytesIO(original)).sha256
    entry = desk.vl.signing_sessions.start(
        [Order(sha256=sha256, label="Besluit", reason="Goedgekeurd")],
        means="itsme",
        expected=None,
        by=ME,
    )
    while entry.record.url:
        entry = desk.back(entry)

    with desk.vl.documents.opened(entry.record.pieces[0].signed) as file:
        assert file.read().startswith(original)


def test_simulator_of_a_development_office(scene_at: Callable[..., Any]) -> None:
    """It starts by itself, and sends people back to this machine only."""
    options = {
        "url": "simulator",
        "client_id": "digivl-development",
        "client_secret_file": "keys/magda.secret",
        "account_id": "digivl-account",
        "redirect_uri": "http://127.0.0.1:8000/terug",
    }
    elsewhere = options | {"redirect_uri": "https://elders.example/terug"}
    vl = scene_at(
        "opened",
        remote={
            "itsme": Backend(offer="csc", options=options),
            "elders": Backend(offer="csc", options=elsewhere),
        },
    ).vl
    sha256 = vl.documents.keep(io.BytesIO(paper("Besluit"))).sha256
    order = Order(sha256=sha256, label="Besluit")
    start = vl.signing_sessions.start
    entry = start([order], means="itsme", expected=None, by=ME)
    while entry.record.url:
        answer = answers(entry.record.url, "test-minister")
        entry = vl.signing_sessions.came_back(entry.id, answer, by=ME)

    assert SessionState.SIGNED is entry.record.state
    entry = start([order], means="elders", expected=None, by=ME)
    with pytest.raises(BackendRefusedError, match="not registered"):
        answers(entry.record.url, "test-minister")
