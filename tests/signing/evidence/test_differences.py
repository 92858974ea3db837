"""Where book and file disagree: the rule alone, over records."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.signing.evidence.compared import differences, matched, pinned
from digivl.signing.evidence.found import Found, beginnings
from digivl.signing.evidence.model import (
    Certificate,
    Signature,
    Timestamp,
)
from digivl.signing.evidence.people import Part, Participant, Pinned, Seen, Who

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


def test_the_timestamp_field_and_level_that_are_recorded() -> None:
    """Each is compared with what is there; a level that was raised later is none."""
    known = attrs.evolve(SIGNED, token=SHA, field="F", level="B-T")
    stamped = attrs.evolve(STAMP, token=SHA)
    there = attrs.evolve(SIGNATURE, timestamps=(stamped,))
    raised = attrs.evolve(there, level="B-LTA", timestamps=(STAMP, stamped))
    other = attrs.evolve(there, field="G", level="B-B", timestamps=(STAMP,))

    assert "" == what(there, people=(known,)) + what(raised, people=(known,))
    assert (
        "het tijdstempel in het bestand is een ander; "
        "de handtekening staat in een ander veld; "
        "de handtekening heeft een lager niveau dan werd vastgelegd"
    ) == what(other, people=(known,))


def test_the_field_tells_which_of_two() -> None:
    """One certificate that signed twice: in the order of the book or the other."""
    first = attrs.evolve(SIGNED, field="F")
    second = attrs.evolve(SIGNED, field="G", who=attrs.evolve(SIGNED.who, id="n"))
    there = (SIGNATURE, attrs.evolve(SIGNATURE, field="G"))

    assert "" == what(*there, people=(first, second))
    assert ["F", "G"] == [one.field for one in matched((first, second), there).values()]


@pytest.mark.parametrize(
    ("sent", "shown", "over", "found"),
    [
        ("a", "a", "a", Pinned.SAME),
        ("a", "a", "b", Pinned.GROWN),
        ("a", "b", "b", Pinned.GROWN),
        ("a", None, "a", Pinned.UNSHOWN),
        ("a", None, "b", Pinned.UNSHOWN),
        ("a", "b", "a", Pinned.OTHER),
        ("a", "c", "a", Pinned.OTHER),
        ("c", None, "a", Pinned.OTHER),
        ("a", "a", None, None),
    ],
)
def test_sent_shown_and_signed(
    sent: str, shown: str | None, over: str | None, found: Pinned | None
) -> None:
    """`a` is the beginning of `b`, which is that of the file; `c` is something else."""
    seen = None
    if shown is not None:
        seen = Seen(sha256=shown * 64, at=AT, by=SIGNED.who, face="web")
    signed = None if over is None else over * 64
    one = attrs.evolve(SIGNED, sent=sent * 64, shown=seen, over=signed)
    after = pinned(one, {"a" * 64: 10, "b" * 64: 20})

    assert found is after.pinned
    file = Found(
        signatures=(SIGNATURE,),
        timestamps=(),
        beginnings={"a" * 64: 10, "b" * 64: 20},
    )
    words = [each.what for each in differences((after,), file)]
    wrong = "voorgelegd, getoond en getekend zijn niet dezelfde bytes"
    assert (wrong in words) is (found is Pinned.OTHER)


@given(content=st.binary(max_size=200), sizes=st.lists(st.integers(0, 250)))
def test_beginnings(content: bytes, sizes: list[int]) -> None:
    """The digest of each beginning that the file is long enough for."""
    made = beginnings(io.BytesIO(content), sizes)

    assert {
        hashlib.sha256(content[:size]).hexdigest(): size
        for size in sizes
        if size <= len(content)
    } == made
