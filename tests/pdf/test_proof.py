"""Whether a file is another one, signed and whole: bent in any place, it is told."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl.pdf.levels import Level
from digivl.pdf.proof import unproven
from digivl.settings import Limits
from digivl.testing.papers import paper
from digivl.testing.pki import PASSWORD
from digivl.testing.tsa import TSASimulator
from tests.pdf.test_upgrade import Bench

if TYPE_CHECKING:
    from digivl.signing.revocation import Revocation
    from digivl.testing.pki import PKI

HIGHER = (Level.B_T, Level.B_LT, Level.B_LTA)


@pytest.fixture(name="bench")
def _bench(pki: PKI, revocation: Revocation) -> Bench:
    stamps = TSASimulator.from_pkcs12(pki.pkcs12("tsa", "stamping"), PASSWORD)
    return Bench(pki, revocation, stamps)


def told(made: bytes, source: bytes, level: Level, signatures: int = 1) -> str:
    """Why it is not proven."""
    return unproven(io.BytesIO(made), io.BytesIO(source), level, signatures, Limits())


def test_what_was_made_is_proven(bench: Bench) -> None:
    """At each level, as a signature on a paper and as an upgrade of what was signed."""
    signed = bench.signed()
    assert "" == told(signed, paper(), Level.B_B)
    assert "B-B, not B-T" in told(signed, paper(), Level.B_T)
    assert "2" in told(signed, paper(), Level.B_B, 2)
    for level in HIGHER:
        made, _ = bench.upgraded(signed, level)
        assert "" == told(made, paper(), level)
        assert "" == told(made, signed, level, 0)
        assert "" == told(made, signed, Level.B_T, 0)


def test_what_is_something_else_is_told(bench: Bench) -> None:
    """Another paper, another signatory, nothing added, or no file of this kind."""
    signed, other = bench.signed(), bench.signed()
    archived, _ = bench.upgraded(signed, Level.B_LTA)

    assert "not made of" in told(signed, paper("Iets anders"), Level.B_B)
    assert told(bench.upgraded(other, Level.B_T)[0], signed, Level.B_T, 0)
    assert "no timestamp was added" in told(archived, archived, Level.B_LTA, 0)
    assert told(b"", paper(), Level.B_B)
    assert told(paper(), paper(), Level.B_B)
    assert told(signed, b"", Level.B_B)


@attrs.frozen(repr=False)
class Made:
    """A file, of what it was made, its level, and how many signatures were added."""

    level: Level
    source: bytes
    good: bytes
    signatures: int

    def _repr_pretty_(self, printer: Any, _: object) -> None:
        printer.text(self.level)


@pytest.fixture(name="made", scope="module", params=["B-B", "B-T"])
def _made(request: pytest.FixtureRequest, authority: PKI) -> Made:
    """A signed file, and upgrades of one."""
    from digivl.http.fetching import Fetcher
    from digivl.kernel.moments import utc_now
    from digivl.signing.revocation import Revocation

    authority.down.clear()
    gather = Revocation(
        Fetcher(Limits(), frozenset({"127.0.0.1"})),
        (authority.certificate("root"),),
        utc_now,
    )
    stamps = TSASimulator.from_pkcs12(authority.pkcs12("tsa", "stamping"), PASSWORD)
    bench, level = Bench(authority, gather, stamps), Level(request.param)
    signed = bench.signed()
    if level is Level.B_B:
        return Made(level, paper(), signed, 1)
    return Made(level, signed, bench.upgraded(signed, level)[0], 0)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    where=st.floats(0, 0.999999),
    bit=st.integers(0, 7),
    how=st.sampled_from(["flip", "cut", "more"]),
)
def test_bent_is_told_or_harmless(
    bench: Bench,
    made: Made,
    where: float,
    bit: int,
    how: str,
) -> None:
    """A bit turned, the end lost, something behind it: told, or it does no harm."""
    good = made.good
    place = int(where * len(good))
    bent = {
        "flip": good[:place] + bytes((good[place] ^ 1 << bit,)) + good[place + 1 :],
        "cut": good[:place],
        "more": good + good[place:],
    }[how]
    if not told(bent, made.source, made.level, made.signatures):
        assert bench.levels(good) == bench.levels(bent)
