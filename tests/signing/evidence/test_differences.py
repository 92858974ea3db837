"""Where book and file disagree: the rule alone, over records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs

from digivl.signing.evidence.compared import differences
from digivl.signing.evidence.found import Found
from digivl.signing.evidence.model import (
    Certificate,
    Signature,
    Timestamp,
)
from digivl.signing.evidence.people import Part, Participant, Who

SHA, OTHER = "a" * 64, "b" * 64
AT = datetime(2026, 11, 23, 13, 5, 9, tzinfo=UTC)
CERTIFICATE = Certificate(
    subject="Test",
    issuer="CA",
    serial="1",
    valid_from=AT,
    valid_until=AT,
    sha256=SHA,
)
STAMP = Timestamp(
    time=AT, authority="TSU", serial="1", policy="", indication="", certificate=None
)
SIGNATURE = Signature(
    field="F",
    earlier=False,
    level="B-T",
    claimed=AT - timedelta(minutes=5),
    indication="",
    sub_indication="",
    certificate=CERTIFICATE,
    timestamps=(STAMP,),
)
SIGNED = Participant(
    part=Part.SIGNS,
    state="getekend",
    who=Who(id="m", function="Minister", role="minister"),
    done_at=AT,
    certificate=SHA,
    authority="TSU",
)


def what(*signatures: Signature, people: tuple[Participant, ...] = (SIGNED,)) -> str:
    """The differences, in words."""
    file = Found(signatures=signatures, timestamps=(), beginnings={SHA: 1})
    return "; ".join(one.what for one in differences(people, file))


def test_they_agree() -> None:
    """The time of the timestamp counts, and not the one that is claimed."""
    assert "" == what(SIGNATURE)


def test_the_timestamp_is_gone() -> None:
    """What was recorded to be there is not; and the time that is claimed is another."""
    assert (
        "het vastgelegde tijdstempel staat niet in het bestand; "
        "het bestand noemt een ander tijdstip"
    ) == what(attrs.evolve(SIGNATURE, timestamps=()))


def test_no_time_at_all() -> None:
    """A signature that claims no time either."""
    bare = attrs.evolve(SIGNATURE, timestamps=(), claimed=None)
    unstamped = attrs.evolve(SIGNED, authority=None)

    assert "het bestand noemt een ander tijdstip" == what(bare, people=(unstamped,))


def test_a_signature_that_cannot_be_read() -> None:
    """Nobody can tell whose it is."""
    unread = attrs.evolve(SIGNATURE, certificate=None)

    assert "deze handtekening in het bestand is niet vastgelegd" in what(unread)
    assert "de vastgelegde handtekening staat niet in het bestand" in what(unread)


def test_one_certificate_signs_twice() -> None:
    """Each signature stands for one act: two functions can share a certificate."""
    later = AT + timedelta(hours=1)
    second = attrs.evolve(SIGNATURE, timestamps=(attrs.evolve(STAMP, time=later),))
    people = (SIGNED, attrs.evolve(SIGNED, done_at=later))

    assert "" == what(SIGNATURE, second, people=people)
    assert "deze handtekening in het bestand is niet vastgelegd" == what(
        SIGNATURE, second
    )


def test_who_approves_has_no_signature() -> None:
    """An approver, and who did not sign yet, are not looked for in the file."""
    approver = attrs.evolve(SIGNED, part=Part.APPROVES)
    waiting = attrs.evolve(SIGNED, done_at=None)

    assert "" == what(SIGNATURE, people=(SIGNED, approver, waiting))
