"""Sessions at every level: the evidence once, and what happens when it is not there."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from digivl.documents.model import NOTA
from digivl.errors import (
    CertificateNotValidError,
    CertificateRevokedError,
    CertificateUnprovenError,
    DigivlError,
)
from digivl.kernel.parties import Party, Role
from digivl.pdf.levels import Level
from digivl.records.tasks import TaskState
from digivl.settings import TimestampSettings
from digivl.signing.model import FlowState, Signatory
from digivl.signing.session import SESSION, SessionState
from digivl.testing.papers import paper
from digivl.testing.route import CABINET

if TYPE_CHECKING:
    from digivl.testing.pki import PKI

    Desk = Any  # the fixture; its class stands in conftest.py
    MakeDesk = Callable[..., Desk]

ME: Final = Party("minister-jeugd", "Vlaams minister van Jeugd", Role.MINISTER)
#: What answers about revocation, and what gives timestamps.
ANSWERS: Final = ("/ocsp/", "/crls/")
STAMPS: Final = "/tsa/"


def start(desk: Desk, number: int = 2, **given: Any) -> Any:
    """A session over files, of the person whom the authority vouches for."""
    return desk.start(number, expected=None, **given)


def through(desk: Desk, entry: Any) -> Any:
    """Go there until nothing is left to do."""
    while entry.record.url:
        entry = desk.back(entry)
    return entry


def flow(desk: Desk, title: str = "Besluit") -> str:
    """Id of a flow that waits for this person alone."""
    document = desk.vl.documents.add(
        "dossier-1", io.BytesIO(paper(title)), title=title, type=NOTA, by=CABINET
    )
    mine = [Signatory(party=ME, means="itsme")]
    return str(desk.vl.signing.start(document.id, mine, by=CABINET).id)


def start_for(desk: Desk, *flows: str, **given: Any) -> Any:
    """A session for flows."""
    return desk.vl.signing_sessions.start_for(flows, by=ME, expected=None, **given)


def found(desk: Desk, entry: Any) -> list[tuple[str, str]]:
    """Indication and level of each signed file."""
    return [
        (str(one.indication), str(one.level))
        for verdict in desk.verdicts(entry)
        for one in verdict.signatures
    ]


def levels(entry: Any) -> list[str]:
    """The level of each document of a session."""
    return [piece.level for piece in entry.record.pieces]


def missing(entry: Any) -> list[str]:
    """What each document of a session lacks."""
    return [piece.missing for piece in entry.record.pieces]


@pytest.mark.parametrize("level", Level)
def test_files_reach_each_level(lasting_for: MakeDesk, level: Level) -> None:
    """What was asked counts; what is made holds, and is what the session says."""
    desk = lasting_for("B-T")
    done = through(desk, start(desk, level=level))

    assert SessionState.SIGNED is done.record.state
    assert [level] * 2 == levels(done)
    assert [level] * 2 == [one for _, one in found(desk, done)]
    if level.reaches(Level.B_LT):
        assert [("TOTAL-PASSED", level)] * 2 == found(desk, done)


@pytest.mark.parametrize("level", ["B-T", "B-LT", "B-LTA"])
def test_flows_reach_the_level_of_the_settings(
    lasting_for: MakeDesk, level: str
) -> None:
    """Nobody has to ask for it; the flow knows what was reached."""
    desk = lasting_for(level)
    flows = [flow(desk, title) for title in ("Besluit", "Nota")]
    done = through(desk, start_for(desk, *flows))

    assert SessionState.SIGNED is done.record.state
    for name, piece in zip(flows, done.record.pieces, strict=True):
        record = desk.vl.signing.read(name).record
        assert (FlowState.SIGNED, level) == (record.state, record.signatories[0].level)
        assert piece.signed == record.current
    assert [level] * 2 == [one for _, one in found(desk, done)]


def test_the_settings_never_mean_less_than_a_timestamp(lasting_for: MakeDesk) -> None:
    """As for what a key here signs in a flow; who wants less has to ask for it."""
    desk = lasting_for("B-B")
    flows = [flow(desk, title) for title in ("Besluit", "Nota")]

    assert ["B-T"] == levels(through(desk, start_for(desk, flows[0])))
    less = start_for(desk, flows[1], level=Level.B_B)
    assert ["B-B"] == levels(through(desk, less))


def test_evidence_is_asked_once(lasting_for: MakeDesk, pki: PKI) -> None:
    """Ten documents need the answers of one, and a timestamp more each."""
    desk = lasting_for("B-LT")
    through(desk, start(desk, 1))
    first = [one for one in pki.asked if STAMPS not in one]
    through(desk, start(desk, 10))

    assert first == [one for one in pki.asked if STAMPS not in one]
    assert any(ANSWERS[0] in one for one in first)


def test_two_signatures_last(lasting_for: MakeDesk) -> None:
    """The second one stands behind the archive timestamp of the first: both hold."""
    desk = lasting_for("B-LTA")
    first = through(desk, start(desk, 1))
    signed = first.record.pieces[0]
    order = attrs.evolve(signed.order, sha256=signed.signed, field="Tweede")
    entry = desk.vl.signing_sessions.start([order], means="itsme", expected=None, by=ME)
    done = through(desk, entry)

    assert [("TOTAL-PASSED", "B-LTA")] * 2 == found(desk, done)


@pytest.mark.parametrize(
    ("down", "reached"), [(ANSWERS, "B-T"), ((STAMPS,), "B-B"), (("/",), "B-B")]
)
@pytest.mark.parametrize("of_flows", [False, True])
def test_what_is_out_of_reach_comes_later(
    lasting_for: MakeDesk,
    pki: PKI,
    down: tuple[str, ...],
    reached: str,
    of_flows: bool,  # noqa: FBT001
) -> None:
    """Kept at the level that was reached, and told; a worker brings the rest."""
    desk = lasting_for("B-LTA")
    flows = [flow(desk, title) for title in ("Besluit", "Nota")] if of_flows else []
    pki.down += down
    entry = through(desk, start_for(desk, *flows) if of_flows else start(desk))

    assert SessionState.COMPLETING is entry.record.state
    assert [reached] * 2 == levels(entry) == [one for _, one in found(desk, entry)]
    assert ["backend-unavailable"] * 2 == missing(entry)
    assert all("later" in piece.why for piece in entry.record.pieces)
    assert not any(piece.is_done for piece in entry.record.pieces)
    standing = SESSION.standing(entry.record)
    assert "handtekeningen afwerken tot B-LTA" == standing.next_step
    assert standing.open
    for name in flows:
        assert FlowState.TO_BE_SIGNED is desk.vl.signing.read(name).record.state
    again = desk.vl.signing_sessions.again(entry.id, by=ME)
    assert again == entry

    pki.down.clear()
    desk.clock.passes(desk.vl.settings.limits.lease_seconds + 61)
    desk.vl.work()

    done = desk.read(entry)
    assert SessionState.SIGNED is done.record.state
    assert [("TOTAL-PASSED", "B-LTA")] * 2 == found(desk, done)
    assert [""] * 2 == missing(done) == [piece.why for piece in done.record.pieces]
    assert 2 == len(desk.simulator.signed)
    for name in flows:
        record = desk.vl.signing.read(name).record
        assert (FlowState.SIGNED, "B-LTA") == (
            record.state,
            record.signatories[0].level,
        )


def test_archive_timestamp_that_cannot_be_had(lasting_for: MakeDesk, pki: PKI) -> None:
    """The signature has its own already: it is kept, and the same one counts later."""
    desk = lasting_for("B-LTA")
    sessions = desk.vl.signing_sessions
    (real,) = desk.vl.authorities

    @attrs.define
    class Once:
        name: str = "tsa"
        left: int = 1

        def answer(self, request: bytes) -> bytes:
            """The first time only."""
            self.left -= 1
            if self.left < 0:
                pki.down.append(STAMPS)
            token: bytes = real.answer(request)
            return token

    stamps = attrs.evolve(sessions.files.timestamps, authorities=(Once(),))
    files = attrs.evolve(sessions.files, timestamps=stamps)
    asked = desk.back(start(desk, 1))
    mine = attrs.evolve(sessions, files=files)
    entry = mine.came_back(asked.id, desk.visited(asked), by=ME)
    stamped = entry.record.pieces[0].signed_at
    assert ["B-T"] == levels(entry)
    desk.clock.passes(90)
    pki.down.clear()
    done = sessions.again(entry.id, by=ME)

    assert ["B-LTA"] == levels(done)
    assert stamped == done.record.pieces[0].signed_at


def test_nobody_waits_for_what_is_down(lasting_for: MakeDesk, pki: PKI) -> None:
    """What was out of reach for one document is not asked for each of the others."""
    desk = lasting_for("B-LT")
    pki.down += [STAMPS]
    entry = through(desk, start(desk, 5))

    assert ["B-B"] * 5 == levels(entry)
    assert 1 == sum(STAMPS in one for one in pki.asked)


def test_outage_of_weeks(lasting_for: MakeDesk, pki: PKI) -> None:
    """The task is never stuck while what is missing may still come."""
    desk = lasting_for("B-LT")
    pki.down += ANSWERS
    entry = through(desk, start(desk, 1))
    for _ in range(60):
        desk.clock.passes(6 * 3_600)
        assert 0 == desk.vl.work().stuck
    assert ["B-T"] == levels(desk.read(entry))
    pki.down.clear()
    desk.clock.passes(3_601)
    desk.vl.work()

    assert [("TOTAL-PASSED", "B-LT")] == found(desk, desk.read(entry))


def test_outage_that_does_not_end(lasting_for: MakeDesk, pki: PKI) -> None:
    """After a month a person has to look at it; the signature is kept."""
    desk = lasting_for("B-LT")
    pki.down += ANSWERS
    entry = through(desk, start(desk, 1))
    for _ in range(35):
        desk.clock.passes(86_400)
        desk.vl.work()
    stuck = desk.vl.book.tasks(state=TaskState.STUCK.value)

    assert {entry.ref} == {task.subject for task in stuck}
    assert "B-T" == desk.read(entry).record.pieces[0].level


def test_content_with_less(lasting_for: MakeDesk, pki: PKI) -> None:
    """Who began it can take what was reached, without another consent."""
    desk = lasting_for("B-LTA")
    name = flow(desk)
    pki.down += ANSWERS
    entry = through(desk, start_for(desk, name))
    kept = entry.record.pieces[0].signed
    done = desk.vl.signing_sessions.again(entry.id, by=ME, level=Level.B_T)

    assert SessionState.SIGNED is done.record.state
    assert (kept, "B-T", "") == (
        done.record.pieces[0].signed,
        *levels(done),
        *missing(done),
    )
    assert "B-T" == desk.vl.signing.read(name).record.signatories[0].level


def test_level_that_changes_before_the_consent(lasting_for: MakeDesk) -> None:
    """The person is sent away once more, and signs to the other level."""
    desk = lasting_for("B-T")
    entry = start(desk, 1)
    entry = desk.vl.signing_sessions.again(entry.id, by=ME, level=Level.B_LT)

    assert [("TOTAL-PASSED", "B-LT")] == found(desk, through(desk, entry))


@pytest.mark.parametrize(
    ("name", "error"),
    [("revoked", CertificateRevokedError), ("bare", CertificateNotValidError)],
)
def test_certificate_that_cannot_last(
    lasting_for: MakeDesk, name: str, error: type[DigivlError]
) -> None:
    """It is told before anybody consents: nothing is signed for nothing."""
    desk = lasting_for("B-LT", name)
    entry = start(desk)
    with pytest.raises(error):
        desk.back(entry)

    assert error.code == desk.read(entry).record.trouble
    assert [] == desk.simulator.signed


def test_revoked_after_the_signature(lasting_for: MakeDesk, pki: PKI) -> None:
    """What its timestamp proves to be older than the revocation still reaches B-LT."""
    desk = lasting_for("B-LT", "revoked")
    desk.clock.now -= timedelta(days=10)
    done = through(desk, start(desk, 1))
    assert ["B-LT"] == levels(done)

    pki.down += ANSWERS
    desk.clock.now += timedelta(days=5)
    entry = through(desk, start(desk, 1))
    assert ["B-T"] == levels(entry)
    pki.down.clear()
    desk.clock.now += timedelta(days=10)
    after = desk.vl.signing_sessions.again(entry.id, by=ME)

    assert SessionState.SIGNED is after.record.state
    assert ["B-LT"] == levels(after)


def test_revoked_before_the_signature(lasting_for: MakeDesk, pki: PKI) -> None:
    """Nobody could tell when it was asked: no flow takes it, the file stays."""
    desk = lasting_for("B-LT", "revoked")
    name = flow(desk)
    pki.down += ANSWERS
    entry = through(desk, start_for(desk, name))
    assert SessionState.COMPLETING is entry.record.state
    pki.down.clear()
    desk.clock.passes(61)
    done = desk.vl.signing_sessions.again(entry.id, by=ME)

    (piece,) = done.record.pieces
    assert SessionState.FAILED is done.record.state
    assert ("certificate-revoked", "", "B-T") == (
        piece.error,
        piece.missing,
        piece.level,
    )
    assert FlowState.TO_BE_SIGNED is desk.vl.signing.read(name).record.state


def test_unit_that_nobody_vouches_for(lasting_for: MakeDesk, tsa: Any) -> None:
    """The settings are wrong: kept, told, and gone on with once they are mended."""
    desk = lasting_for("B-LT")
    sessions = desk.vl.signing_sessions
    tsa.clock = desk.clock
    stamps = attrs.evolve(sessions.files.timestamps, authorities=(tsa,))
    files = attrs.evolve(sessions.files, timestamps=stamps)
    asked = desk.back(start(desk, 1))
    other = attrs.evolve(sessions, files=files)
    entry = other.came_back(asked.id, desk.visited(asked), by=ME)
    (piece,) = entry.record.pieces

    assert ("B-T", CertificateUnprovenError.code) == (piece.level, piece.missing)
    desk.clock.passes(desk.vl.settings.limits.lease_seconds + 61)
    assert 1 == desk.vl.work().stuck
    done = sessions.again(entry.id, by=ME, level=Level.B_T)
    assert SessionState.SIGNED is done.record.state


def test_timestamp_of_an_earlier_signature_waits(
    lasting_for: MakeDesk, pki: PKI
) -> None:
    """It changes the bytes that somebody signs elsewhere: it comes behind that."""
    desk = lasting_for("B-T", timestamps=TimestampSettings(later=True))
    vl, first = desk.vl, Party("minister-p", "Minister-president", Role.MINISTER)
    document = vl.documents.add(
        "dossier-1", io.BytesIO(paper()), title="Besluit", type=NOTA, by=CABINET
    )
    both = [
        Signatory(party=first, means="minister-president"),
        Signatory(party=ME, means="itsme"),
    ]
    name = vl.signing.start(document.id, both, by=CABINET).id
    pki.down += [STAMPS]
    vl.signing.sign(name, by=first)
    pki.down.clear()
    entry = start_for(desk, name)
    desk.clock.passes(3_600)
    vl.work()
    assert "B-B" == vl.signing.read(name).record.signatories[0].level
    done = through(desk, vl.signing_sessions.again(entry.id, by=ME))
    assert SessionState.SIGNED is done.record.state
    desk.clock.passes(3_601)
    vl.work()

    record = vl.signing.read(name).record
    assert ["B-T", "B-T"] == [one.level for one in record.signatories]
