"""Whoever dies at whatever point: nothing is signed twice, and nothing is lost."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from digivl import Digivl
from digivl.documents.model import NOTA
from digivl.errors import DigivlError
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import Party, Role
from digivl.records.port import Query
from digivl.signing.model import FLOW, Signatory
from digivl.signing.session import SESSION, SessionState
from digivl.testing.papers import paper
from digivl.testing.route import CABINET

if TYPE_CHECKING:
    from digivl.testing.pki import PKI

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
    book = Mortal(sessions.book, death)
    return attrs.evolve(
        sessions,
        book=book,
        documents=documents,
        signing=attrs.evolve(sessions.signing, book=book),
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


@attrs.frozen
class Lasting:
    """An office that signs a flow to B-LTA; nobody tells of revocation at first."""

    desk: Desk
    pki: PKI

    def begun(self, sessions: Any, flow: str) -> Any:
        """A session of the person for a flow; the one that is there, if one is."""
        for row in self.desk.vl.book.rows(Query(kind=SESSION.name, open=True)):
            return self.desk.vl.signing_sessions.read(row.ref.id, by=ME)
        return sessions.start_for([flow], by=ME, expected=None, lasts=_LONG)

    def driven(self, sessions: Any, flow: str) -> Any:
        """Somebody who does not give up; the outage ends when a file was kept."""
        self.pki.down[:] = ["/ocsp/", "/crls/"]
        entry, answers = None, dict[str, Any]()
        for _ in range(30):
            try:
                entry = entry or self.begun(sessions, flow)
                entry = _further(self.desk, sessions, entry, answers)
            except (Killed, DigivlError):
                self.desk.clock.passes(self.desk.vl.settings.limits.lease_seconds + 1)
                self.desk.vl.work()
                sessions = self.desk.vl.signing_sessions
            if entry is None:
                continue
            entry = self.desk.vl.signing_sessions.read(entry.id, by=ME)
            if entry.record.pieces[0].missing:
                self.pki.down.clear()
                self.desk.clock.passes(61)
            if entry.record.state is SessionState.SIGNED:
                break
        return entry


def test_death_at_every_point_of_a_flow_that_waits_for_its_level(
    lasting_for: Any, pki: PKI
) -> None:
    """Kept at B-T, brought to B-LTA: one consent, one signature, one version."""
    desk = lasting_for("B-LTA")
    it, death = Lasting(desk, pki), Death()
    it.driven(mortal(desk, death), _flow(desk))
    assert death.passed > 25
    for point in range(death.passed):
        desk.simulator.signed.clear()
        flow = _flow(desk)
        entry = it.driven(mortal(desk, Death(point)), flow)

        why = (point, [(piece.error, piece.why) for piece in entry.record.pieces])
        assert SessionState.SIGNED is entry.record.state, why
        record = desk.vl.signing.read(flow).record
        (piece,) = entry.record.pieces
        assert ("B-LTA", piece.signed) == (
            record.signatories[0].level,
            record.current,
        ), point
        acts = [one.action for one in desk.vl.book.history(FLOW, flow)]
        assert ["start", "ask", "sign"] == acts, point
        versions = desk.vl.documents.read(record.document).record.versions
        assert 2 == len(versions), point
        assert 1 == len({*desk.simulator.signed}), point
        (verdict,) = desk.verdicts(entry)
        assert ["TOTAL-PASSED"] == [one.indication for one in verdict.signatures]


def _flow(desk: Desk) -> str:
    document = desk.vl.documents.add(
        "dossier-1", io.BytesIO(paper(new_id())), title="B", type=NOTA, by=CABINET
    )
    mine = [Signatory(party=ME, means="itsme")]
    return str(desk.vl.signing.start(document.id, mine, by=CABINET).id)


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
