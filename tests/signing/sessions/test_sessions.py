"""A person signs elsewhere: from the first link to the signed files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from digivl.errors import (
    BackendUnavailableError,
    CertificateNotValidError,
    ConsentExpiredError,
    DigivlError,
    MalformedError,
    OutcomeUnknownError,
    SigningCancelledError,
    WrongSignatoryError,
)
from digivl.kernel.parties import Party, Role
from digivl.pdf.levels import Level
from digivl.signing.session import Order, SessionState
from digivl.testing.csc import Fault, Style
from digivl.testing.csc_people import MINISTER as NUMBER
from digivl.testing.csc_person import CANCEL, LATE

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
    done = desk.signed(1, level=Level.B_B)

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
    url: str = entry.record.url
    return parse_qs(urlsplit(url).query)["hash"][0]


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
