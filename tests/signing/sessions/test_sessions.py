"""A person signs elsewhere: from the first link to the signed files."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest

from digivl.errors import (
    BackendUnavailableError,
    CertificateNotValidError,
    ConfigurationError,
    ConsentExpiredError,
    DigivlError,
    MalformedError,
    NotAllowedError,
    OutcomeUnknownError,
    SigningCancelledError,
    StepNotAllowedError,
    WrongSignatoryError,
)
from digivl.kernel.parties import Party, Role
from digivl.records.port import Query
from digivl.signing.session import SESSION, Order, SessionState
from digivl.testing.csc import Fault, Style
from digivl.testing.csc_people import MINISTER as NUMBER
from digivl.testing.csc_person import CANCEL, LATE
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    Desk = Any  # the fixture; its class stands in conftest.py
    MakeDesk = Callable[..., Desk]

ME = Party("minister-jeugd", "Vlaams minister van Jeugd", Role.MINISTER)


@pytest.mark.parametrize("style", Style)
def test_from_link_to_signed_files(desk_for: MakeDesk, style: Style) -> None:
    """Two visits, one consent, each document signed with a timestamp."""
    desk = desk_for(style)
    started = desk.start(3, description="Drie besluiten")
    identified = desk.back(started)
    done = desk.back(identified)

    assert SessionState.CONSENTING is identified.record.state
    assert SessionState.SIGNED is done.record.state
    assert ["B-T"] * 3 == [piece.level for piece in done.record.pieces]
    for piece, verdict in zip(done.record.pieces, desk.verdicts(done), strict=True):
        (signature,) = verdict.signatures
        assert signature.signer == "Test Minister"
        assert signature.covers_whole_document
        assert piece.signed_at is not None
    assert 3 == len(desk.simulator.signed)


def test_without_timestamp(desk: Desk) -> None:
    """Level B-B for who stamps later."""
    done = desk.signed(1, timestamp=False)

    assert ["B-B"] == [piece.level for piece in done.record.pieces]


def test_on_a_form(desk_for: MakeDesk, clock: Any) -> None:
    """A consent by PIN and code, on a page of one's own."""
    desk = desk_for(Style.V1)
    desk.simulator.explicit = True
    asked = desk.back(desk.start())

    assert "" == asked.record.url
    assert ["PIN", "OTP"] == [one.name for one in asked.record.questions]
    came_back = desk.vl.signing_sessions.came_back
    with pytest.raises(DigivlError, match="wrong"):
        came_back(asked.id, {"PIN": "0000", "OTP": "0000"}, by=ME)
    again = desk.vl.signing_sessions.again(asked.id, by=ME)
    done = came_back(again.id, {"PIN": "1234", "OTP": "987654"}, by=ME)
    assert SessionState.SIGNED is done.record.state


def test_more_than_one_consent_covers(desk_for: MakeDesk) -> None:
    """The list is split; one identification serves all of it."""
    desk = desk_for(most=2)
    entry = desk.back(desk.start(5))
    visits = 0
    while entry.record.url:
        entry, visits = desk.back(entry), visits + 1

    assert 3 == visits
    assert SessionState.SIGNED is entry.record.state
    assert 5 == len(desk.simulator.signed) == len({*desk.simulator.signed})


def test_identification_that_ends_between_two_consents(desk_for: MakeDesk) -> None:
    """The person says again who it is, and goes on with the rest."""
    desk = desk_for(most=1)
    desk.simulator.token_seconds = 600
    first = desk.back(desk.start(2))
    answer = desk.visited(first)
    desk.simulator.token_seconds = 3_600
    desk.clock.passes(590)
    desk.simulator.codes.update({k: _later(v) for k, v in desk.simulator.codes.items()})
    entry = desk.vl.signing_sessions.came_back(first.id, answer, by=ME)
    assert [True, False] == [bool(p.signed) for p in entry.record.pieces]
    desk.clock.passes(20)
    entry = desk.vl.signing_sessions.again(entry.id, by=ME)
    assert SessionState.IDENTIFYING is entry.record.state
    while entry.record.url:
        entry = desk.back(entry)

    assert SessionState.SIGNED is entry.record.state


def _later(granted: Any) -> Any:
    granted.until += 10_000
    return granted


def test_document_that_cannot_be_prepared(desk: Desk) -> None:
    """It fails by itself, with the reason; the others are signed."""
    orders = [*desk.orders(1), Order(sha256="0" * 64, label="Zoek"), *desk.orders(2)]
    entry = desk.vl.signing_sessions.start(orders, means="itsme", expected=None, by=ME)
    while entry.record.url:
        entry = desk.back(entry)

    assert SessionState.PARTLY_SIGNED is entry.record.state
    states = [(bool(p.signed), p.error) for p in entry.record.pieces]
    assert (False, "not-found") == states[1]
    assert all(done for done, _ in (states[0], *states[2:]))


def test_nothing_that_can_be_prepared(desk: Desk) -> None:
    """Nobody is sent anywhere for nothing."""
    orders = [Order(sha256="0" * 64, label="Zoek")]

    with pytest.raises(MalformedError, match="none of the documents"):
        desk.vl.signing_sessions.start(orders, means="itsme", expected=None, by=ME)
    assert [] == desk.simulator.calls


def test_one_wrong_signature(desk: Desk) -> None:
    """The document of which the signature does not hold fails; the others do not."""
    desk.simulator.fail_next("signatures/signHash", Fault.WRONG_SIGNATURE)
    done = desk.signed(3)

    assert SessionState.PARTLY_SIGNED is done.record.state
    errors = [piece.error for piece in done.record.pieces]
    assert ["untrustworthy-answer", "", ""] == errors


def test_no_signature_that_holds(desk: Desk) -> None:
    """The session ends, and says that nothing was signed."""
    desk.simulator.fail_next("signatures/signHash", Fault.WRONG_SIGNATURE)
    done = desk.signed(1)

    assert SessionState.FAILED is done.record.state


def test_somebody_else(desk: Desk) -> None:
    """Found out before anything is asked; the right person can still come."""
    started = desk.start()
    with pytest.raises(WrongSignatoryError) as caught:
        desk.back(started, "test-secretaris")
    found = desk.read(started)

    assert NUMBER not in str(caught.value)
    assert (SessionState.IDENTIFYING, "") == (found.record.state, found.record.url)
    assert "wrong-signatory" == found.record.trouble
    assert [] == desk.simulator.signed
    entry = desk.vl.signing_sessions.again(started.id, by=ME)
    while entry.record.url:
        entry = desk.back(entry)
    assert SessionState.SIGNED is entry.record.state


@pytest.mark.parametrize(
    ("choice", "error"), [(CANCEL, SigningCancelledError), (LATE, ConsentExpiredError)]
)
@pytest.mark.parametrize("visits", [0, 1])
def test_person_who_does_not_confirm(
    desk: Desk, choice: str, error: type[DigivlError], visits: int
) -> None:
    """The session waits: the same person can be sent there again."""
    entry = desk.start()
    for _ in range(visits):
        entry = desk.back(entry)
    with pytest.raises(error):
        desk.back(entry, choice)
    entry = desk.read(entry)

    assert entry.record.is_waiting
    assert error.code == entry.record.trouble
    entry = desk.vl.signing_sessions.again(entry.id, by=ME)
    while entry.record.url:
        entry = desk.back(entry)
    assert SessionState.SIGNED is entry.record.state


def test_told_twice(desk: Desk) -> None:
    """The same call-back again changes nothing, at no step, and signs nothing."""
    came_back = desk.vl.signing_sessions.came_back
    started = desk.start()
    first = desk.visited(started)
    asked = came_back(started.id, first, by=ME)
    assert asked == came_back(started.id, first, by=ME)
    second = desk.visited(asked)
    done = came_back(asked.id, second, by=ME)

    assert done == came_back(asked.id, second, by=ME)
    assert done == came_back(asked.id, first, by=ME)
    assert 2 == len(desk.simulator.signed)


def test_answer_of_another_session(desk: Desk) -> None:
    """It changes nothing: the right answer still counts."""
    mine, other = desk.start(), desk.start()
    foreign = desk.visited(other)

    with pytest.raises(MalformedError):
        desk.vl.signing_sessions.came_back(mine.id, foreign, by=ME)
    assert desk.read(mine).record.url == mine.record.url
    assert SessionState.CONSENTING is desk.back(mine).record.state


def test_service_that_is_down(desk: Desk) -> None:
    """The same answer can be told again, once the service is there."""
    asked = desk.back(desk.start())
    answer = desk.visited(asked)
    desk.simulator.fail_next("oauth2/token", Fault.UNAVAILABLE)
    came_back = desk.vl.signing_sessions.came_back

    with pytest.raises(BackendUnavailableError):
        came_back(asked.id, answer, by=ME)
    assert SessionState.SIGNED is came_back(asked.id, answer, by=ME).record.state
    desk.simulator.fail_next("info", Fault.UNAVAILABLE)
    with pytest.raises(BackendUnavailableError):
        desk.start()


def test_consent_that_ended_at_the_service(desk: Desk) -> None:
    """It is asked again, for exactly the same digests."""
    desk.simulator.fail_next("signatures/signHash", Fault.SAD_EXPIRED)
    asked = desk.back(desk.start())
    with pytest.raises(ConsentExpiredError):
        desk.back(asked)
    again = desk.vl.signing_sessions.again(asked.id, by=ME)

    assert _hashes(asked) == _hashes(again)
    assert SessionState.SIGNED is desk.back(again).record.state


def _hashes(entry: Any) -> str:
    return parse_qs(urlsplit(entry.record.url).query)["hash"][0]


def test_answer_that_was_lost(desk: Desk) -> None:
    """Whether it signed is not known; asking again does no harm."""
    desk.simulator.fail_next("signatures/signHash", Fault.LOST_REPLY)
    asked = desk.back(desk.start())
    with pytest.raises(OutcomeUnknownError):
        desk.back(asked)
    again = desk.vl.signing_sessions.again(asked.id, by=ME)
    assert _hashes(asked) == _hashes(again)
    done = desk.back(again)

    assert SessionState.SIGNED is done.record.state
    assert 2 == len({*desk.simulator.signed})


def test_revoked_between_the_visits(desk: Desk) -> None:
    """The service refuses; the session says why, and waits."""
    asked = desk.back(desk.start())
    desk.simulator.people["test-minister"].status = "revoked"

    with pytest.raises(CertificateNotValidError):
        desk.back(asked)
    assert "certificate-not-valid" == desk.read(asked).record.trouble


def test_no_authority_answers(desk_for: MakeDesk) -> None:
    """The signatures are kept: a worker finishes when a timestamp can be had."""
    desk = desk_for()
    sessions = desk.vl.signing_sessions
    offline = attrs.evolve(sessions, authorities=(_Down(),))
    asked = desk.back(desk.start())
    entry = offline.came_back(asked.id, desk.visited(asked), by=ME)
    assert SessionState.COMPLETING is entry.record.state
    assert 0 == sum(bool(piece.signed) for piece in entry.record.pieces)
    with pytest.raises(StepNotAllowedError):
        sessions.abort(entry.id, by=ME)
    desk.clock.passes(desk.vl.settings.limits.lease_seconds + 1)

    report = desk.vl.work()

    assert 0 == report.postponed
    assert SessionState.SIGNED is desk.read(entry).record.state
    assert 2 == len(desk.simulator.signed)


class _Down:
    name = "down"

    def answer(self, request: bytes) -> bytes:
        """Nothing."""
        raise BackendUnavailableError(self.name, f"no answer to {len(request)} bytes")


def test_again_finishes_what_only_misses_timestamps(desk: Desk) -> None:
    """Nobody has to be asked any more; in the dark the worker says so."""
    sessions = desk.vl.signing_sessions
    offline = attrs.evolve(sessions, authorities=(_Down(),))
    asked = desk.back(desk.start())
    entry = offline.came_back(asked.id, desk.visited(asked), by=ME)
    desk.clock.passes(desk.vl.settings.limits.lease_seconds + 1)
    task = desk.vl.book.lease("w", desk.clock(), 60, {"signing-session"})
    assert task is not None
    with pytest.raises(BackendUnavailableError):
        offline.carry_on(task)

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

    for act in (
        lambda: sessions.read(entry.id, by=other),
        lambda: sessions.came_back(entry.id, {}, by=other),
        lambda: sessions.again("nothing", by=other),
        lambda: sessions.abort(entry.id, by=other),
        lambda: desk.start(by=Party("x", "X", Role.PRESS)),
    ):
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
    entry = desk.start(dossier="dossier-1", description="Twee besluiten")
    query = Query(kind=SESSION.name, dossier="dossier-1", open=True)
    (row,) = desk.vl.book.rows(query)

    assert entry.ref == row.ref
    assert "Twee besluiten (0 van 2 getekend)" == row.standing.title
    while entry.record.url:
        entry = desk.back(entry)
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
