"""A copy held against the authentic document, in one pass."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import LimitExceededError
from digivl.verification.compare import compare
from digivl.verification.model import (
    AuthenticDocument,
    CopyOutcome,
    RevisionDigest,
    Verification,
    VerifyOutcome,
)

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CONTENT = b"received" + b"stamped" + b"signed" + b"signed again"
LENGTHS = (8, 15, 21, 33)


def sha256(content: bytes) -> str:
    """The name of some bytes."""
    return hashlib.sha256(content).hexdigest()


def registered(content: bytes, lengths: Sequence[int]) -> AuthenticDocument:
    """The register's facts of a file that grew by increments."""
    revisions = tuple(RevisionDigest(n, sha256(content[:n])) for n in lengths)
    reserved: dict[str, Any] = dict.fromkeys(
        ("dossier", "document", "title", "issuer", "base", "stamped"), "x"
    )
    reserved |= dict.fromkeys(("reserved_at", "available_until"), NOW)
    document = AuthenticDocument(**reserved)
    return document.register(revisions[-1], revisions, (), pages=1, at=NOW)


def outcome(copy: bytes, largest: int = 1_000) -> CopyOutcome | None:
    """What a copy of the usual document is."""
    return compare(registered(CONTENT, LENGTHS), io.BytesIO(copy), largest=largest)


def test_identical() -> None:
    """The same bytes are the authentic document."""
    assert CopyOutcome.IDENTICAL is outcome(CONTENT)


@pytest.mark.parametrize("length", LENGTHS[:-1])
def test_each_earlier_version(length: int) -> None:
    """Every state that the file went through is known for what it is."""
    assert CopyOutcome.EARLIER_VERSION is outcome(CONTENT[:length])


@given(st.binary(min_size=1, max_size=50))
def test_appended_bytes(added: bytes) -> None:
    """All authentic bytes with something behind them: changed after signing."""
    assert CopyOutcome.LATER_CHANGED is outcome(CONTENT + added)


@given(st.integers(0, len(CONTENT) * 8 - 1))
def test_one_flipped_bit(bit: int) -> None:
    """One bit makes it another file."""
    copy = bytearray(CONTENT)
    copy[bit // 8] ^= 1 << bit % 8

    assert CopyOutcome.DIFFERENT is outcome(bytes(copy))


@given(st.binary(max_size=60))
def test_anything_else_is_different(copy: bytes) -> None:
    """Only what begins with authentic bytes is anything else than different."""
    if (CONTENT.startswith(copy) and len(copy) in LENGTHS) or copy.startswith(CONTENT):
        return

    assert CopyOutcome.DIFFERENT is outcome(copy)


@pytest.mark.parametrize("length", [n for n in range(34) if n not in LENGTHS])
def test_cut_between_revisions(length: int) -> None:
    """A copy cut off anywhere else is no version that ever was."""
    assert CopyOutcome.DIFFERENT is outcome(CONTENT[:length])


class Trickle(io.BytesIO):
    """A stream that gives one byte at a time, and counts."""

    given = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """At most one byte."""
        byte = super().read(min(1, size if size is not None and size >= 0 else 1))
        self.given += len(byte)
        return byte


def test_size_of_reads_does_not_matter() -> None:
    """A slow stream gives the same answer as a quick one."""
    document = registered(CONTENT, LENGTHS)

    assert CopyOutcome.IDENTICAL is compare(document, Trickle(CONTENT), largest=100)
    longer = Trickle(CONTENT + b"!")
    assert CopyOutcome.LATER_CHANGED is compare(document, longer, largest=100)


def test_endless_copy() -> None:
    """Reading stops at the limit, whatever is still to come."""
    endless = Trickle(bytes(10_000))

    with pytest.raises(LimitExceededError, match="larger than 50 bytes"):
        compare(registered(CONTENT, LENGTHS), endless, largest=50)
    assert 51 == endless.given


def test_nothing_registered_yet() -> None:
    """Before registration there is nothing to compare with, and nothing is read."""
    reserved = registered(CONTENT, LENGTHS)
    copy = Trickle(CONTENT)
    unsigned = AuthenticDocument(
        dossier="d",
        document="d",
        title="t",
        issuer="i",
        base="b",
        stamped="s",
        reserved_at=NOW,
        available_until=NOW,
    )

    assert compare(unsigned, copy, largest=100) is None
    assert 0 == copy.given
    assert reserved.final == sha256(CONTENT)


def test_large_copy_is_read_in_pieces() -> None:
    """A prefix that ends amid a piece is still found."""
    content = bytes(range(256)) * 12_000
    document = registered(content, (1_500_001, len(content)))

    copy = io.BytesIO(content + b"x")

    assert CopyOutcome.LATER_CHANGED is compare(document, copy, largest=10**7)


def test_verification_is_neither_true_nor_false() -> None:
    """`if verification` would take any answer for a yes; so it is refused."""
    verification = Verification(outcome=VerifyOutcome.UNKNOWN, at=NOW)

    with pytest.raises(TypeError, match="outcome"):
        bool(verification)
