"""Signing flows in which people sign elsewhere, in rounds."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from digivl import Digivl
from digivl.documents.model import NOTA, Origin
from digivl.errors import (
    ConfigurationError,
    MalformedError,
    NotAllowedError,
    SigningError,
    StepNotAllowedError,
    WrongSignatoryError,
)
from digivl.kernel.parties import Party, Role
from digivl.pdf.expected import ExpectedSigner, NumberHash
from digivl.signing.model import FLOW, FlowState, Signatory
from digivl.signing.session import SessionState
from digivl.testing.csc_people import MINISTER as NUMBER
from digivl.testing.papers import paper
from digivl.testing.route import CABINET

if TYPE_CHECKING:
    from collections.abc import Callable

    Desk = Any  # the fixture; its class stands in conftest.py

ME: Final = Party("minister-jeugd", "Vlaams minister van Jeugd", Role.MINISTER)
OTHER: Final = Party("minister-p", "Minister-president", Role.MINISTER)
EXPECTED: Final = ExpectedSigner(number=NumberHash.of(NUMBER))
BY_ITSME: Final = Signatory(party=ME, means="itsme")
BY_KEY: Final = Signatory(party=OTHER, means="minister-president")


def flow(desk: Desk, *signatories: Any, title: str = "Besluit") -> str:
    """Id of a flow of a new document, for these; or for the one with itsme."""
    content = io.BytesIO(paper(title))
    document = desk.vl.documents.add(
        "dossier-1", content, title=title, type=NOTA, by=CABINET
    )
    started = desk.vl.signing.start(document.id, signatories or [BY_ITSME], by=CABINET)
    return str(started.id)


def started(desk: Desk, *flows: str, **given: Any) -> Any:
    """A session for flows."""
    asked: dict[str, Any] = {"by": ME, "expected": EXPECTED, "identified": "ACM/IDM"}
    return desk.vl.signing_sessions.start_for(flows, **asked | given)


def signed(desk: Desk, *flows: str) -> Any:
    """A session for flows, from its start to its end."""
    return through(desk, started(desk, *flows))


def through(desk: Desk, entry: Any) -> Any:
    """Go there until nothing is left to do."""
    while entry.record.url:
        entry = desk.back(entry)
    return entry


def state(desk: Desk, up: str) -> FlowState:
    """How far a flow is."""
    found: FlowState = desk.vl.signing.read(up).record.state
    return found


def test_one_of_two_signs_with_itsme(desk: Desk) -> None:
    """First with a key here, then elsewhere: two signatures in one file, both hold."""
    up = flow(desk, BY_KEY, BY_ITSME)
    with pytest.raises(SigningError, match="signs before"):
        started(desk, up)
    desk.vl.signing.sign(up, by=OTHER)
    with pytest.raises(SigningError, match="sign elsewhere") as caught:
        desk.vl.signing.sign(up, by=ME)
    assert "start_for" in caught.value.hint

    session = signed(desk, up)

    done = desk.vl.signing.read(up)
    mine = done.record.signatories[1]
    (piece,) = session.record.pieces
    assert SessionState.SIGNED is session.record.state
    assert FlowState.SIGNED is done.record.state
    assert (session.id, "ACM/IDM", "B-T") == (
        mine.consent,
        mine.identified,
        mine.level,
    )
    assert session.record.certificate == mine.certificate
    assert (piece.signed, piece.signed_at) == (mine.version, mine.signed_at)
    document = desk.vl.documents.read(done.record.document).record
    assert (Origin.SIGNED, piece.signed) == (
        document.latest.origin,
        document.latest.sha256,
    )
    (verdict,) = desk.verdicts(session)
    assert ["Handtekening1", "Handtekening2"] == [
        one.field for one in verdict.signatures
    ]
    assert verdict.signatures[-1].covers_whole_document


def test_three_under_one_consent_one_cancelled_meanwhile(desk: Desk) -> None:
    """It fails by itself and says why; its signed file stays; the others are signed."""
    flows = [flow(desk, title=f"Besluit {n}") for n in range(3)]
    asked = desk.back(started(desk, *flows))
    desk.vl.signing.cancel(flows[1], by=CABINET, reason="fout bedrag")
    done = through(desk, asked)

    assert SessionState.PARTLY_SIGNED is done.record.state
    assert [FlowState.SIGNED, FlowState.CANCELLED, FlowState.SIGNED] == [
        state(desk, one) for one in flows
    ]
    pieces = done.record.pieces
    assert ["", "step-not-allowed", ""] == [one.error for one in pieces]
    assert [True, False, True] == [one.is_done for one in pieces]
    with desk.vl.documents.opened(pieces[1].signed) as file:
        assert file.read().startswith(b"%PDF")
    assert "(2 van 3 getekend)" in _title(done)


def _title(entry: Any) -> str:
    title: str = entry.kind.standing(entry.record).title
    return title


def test_signed_by_somebody_else_meanwhile(desk: Desk) -> None:
    """At once means one after the other: who was second signs once more, on top."""
    up = flow(desk, [BY_ITSME, BY_KEY])
    asked = desk.back(started(desk, up))
    desk.vl.signing.sign(up, by=OTHER)
    done = through(desk, asked)

    assert SessionState.FAILED is done.record.state
    assert ["stale-record"] == [one.error for one in done.record.pieces]
    assert FlowState.PARTLY_SIGNED is state(desk, up)
    assert SessionState.SIGNED is signed(desk, up).record.state
    assert FlowState.SIGNED is state(desk, up)


def test_shown_between_turn_and_finish(desk: Desk) -> None:
    """An act that changes nothing of the bytes does not stand in the way."""
    up = flow(desk)
    asked = desk.back(started(desk, up))
    desk.vl.signing.shown(up, by=ME, face="web")

    assert SessionState.SIGNED is through(desk, asked).record.state


class Killed(BaseException):
    """The process is gone; what it did stands."""


def dying(sessions: Any, when: Callable[[str], bool], *, after: bool) -> Any:
    """The sessions on a machine that dies at the finish of a flow."""
    signing = sessions.signing

    @attrs.frozen
    class Dies:
        real: Any

        def finish(self, turn: Any, *given: Any) -> Any:
            """Die before it, or behind it."""
            if not after and when(turn.flow.id):
                raise Killed
            result = self.real.finish(turn, *given)
            if when(turn.flow.id):
                raise Killed
            return result

        def __getattr__(self, name: str) -> Any:
            return getattr(self.real, name)

    return attrs.evolve(sessions, signing=Dies(signing))


@pytest.mark.parametrize("after", [False, True])
def test_crash_at_the_finish(desk: Desk, after: bool) -> None:  # noqa: FBT001
    """Another machine goes on: each flow has one signature, known to the session."""
    flows = [flow(desk, title=f"Besluit {n}") for n in range(3)]
    asked = desk.back(started(desk, *flows))
    answer = desk.visited(asked)
    machine = dying(desk.vl.signing_sessions, flows[1].__eq__, after=after)
    with pytest.raises(Killed):
        machine.came_back(asked.id, answer, by=ME)
    assert SessionState.COMPLETING is desk.read(asked).record.state
    assert after is (FlowState.SIGNED is state(desk, flows[1]))
    desk.clock.passes(desk.vl.settings.limits.lease_seconds + 1)
    with Digivl.from_settings(
        desk.vl.settings, folder=desk.vl.folder, clock=desk.clock
    ) as other:
        other.work()
    done = desk.read(asked)

    assert SessionState.SIGNED is done.record.state
    assert 3 == len(desk.simulator.signed)
    for up, piece in zip(flows, done.record.pieces, strict=True):
        entry = desk.vl.signing.read(up).record
        assert FlowState.SIGNED is entry.state
        assert piece.signed == entry.current
        acts = [one.action for one in desk.vl.book.history(FLOW, up)]
        assert ["start", "ask", "sign"] == acts
        versions = desk.vl.documents.read(entry.document).record.versions
        assert 2 == len(versions)


def test_completed_by_two_at_once(desk: Desk) -> None:
    """Whoever was second finds the signature in the flow."""
    up = flow(desk)
    asked = desk.back(started(desk, up))
    sessions = desk.vl.signing_sessions

    @attrs.frozen
    class Slow:
        real: Any

        def turn(self, *given: Any, **more: Any) -> Any:
            """Meanwhile another one completes it."""
            sessions.again(asked.id, by=ME)
            return self.real.turn(*given, **more)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.real, name)

    slow = attrs.evolve(sessions, signing=Slow(sessions.signing))
    slow.came_back(asked.id, desk.visited(asked), by=ME)
    done = desk.read(asked)

    assert SessionState.SIGNED is done.record.state
    assert state(desk, up) is FlowState.SIGNED
    assert 3 == len(list(desk.vl.book.history(FLOW, up)))


def test_the_right_person(desk: Desk) -> None:
    """Somebody else is refused before anything is signed; nothing of the flow moves."""
    up = flow(desk)
    entry = started(desk, up)
    with pytest.raises(WrongSignatoryError):
        desk.back(entry, "test-secretaris")

    assert [] == desk.simulator.signed
    assert FlowState.TO_BE_SIGNED is state(desk, up)
    again = desk.vl.signing_sessions.again(entry.id, by=ME)
    assert SessionState.SIGNED is through(desk, again).record.state


def test_whose_turn_it_is_not(desk: Desk) -> None:
    """The turn is that of the flow: nobody else is sent anywhere."""
    up = flow(desk)
    with pytest.raises(NotAllowedError):
        started(desk, up, by=OTHER)
    with pytest.raises(NotAllowedError):
        started(desk, "nergens")
    desk.vl.signing.cancel(up, by=CABINET, reason="niet meer nodig")
    with pytest.raises(StepNotAllowedError):
        started(desk, up)
    assert [] == desk.simulator.calls


def test_what_is_no_session(desk: Desk) -> None:
    """No flows, one twice, of two means, or with a key that needs no rounds."""
    up = flow(desk)
    mine = attrs.evolve(BY_KEY, party=ME)
    by_key = flow(desk, mine)
    for flows in ((), (up, up), (up, by_key)):
        with pytest.raises(MalformedError):
            started(desk, *flows)
    with pytest.raises(ConfigurationError, match="no remote means"):
        started(desk, by_key)
    with pytest.raises(MalformedError, match="at most"):
        started(desk, up, lasts=timedelta(days=30))


def test_means_that_nobody_has(desk: Desk) -> None:
    """A flow asks nobody with a means that is in no table of the settings."""
    with pytest.raises(ConfigurationError, match="no signing means 'elders'"):
        flow(desk, Signatory(party=ME, means="elders"))


def test_evidence_names_how_it_was_signed(desk: Desk) -> None:
    """The report of the flow knows the offer of the remote means."""
    up = flow(desk)
    signed(desk, up)

    evidence = desk.vl.evidence.gather(up, by=CABINET)
    assert "(CSC)" in str(evidence)
