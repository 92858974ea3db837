"""The state between the phases is plain JSON, and is read with suspicion."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import MalformedError
from digivl.pdf.digests import Digest
from digivl.pdf.prepared import Prepared

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
STATE = Prepared(
    field="Handtekening1",
    digest=Digest.SHA256,
    document_digest=bytes(range(32)),
    sha256="ab" * 32,
    size=40_000,
    gap=(1_000, 33_770),
    at=AT,
    expires_at=AT + timedelta(days=1),
)

zones = st.integers(-720, 720).map(lambda m: timezone(timedelta(minutes=m)))
moments = st.integers(0, 1 << 34).flatmap(
    lambda seconds: zones.map(lambda zone: datetime.fromtimestamp(seconds, zone))
)


@st.composite
def states(draw: st.DrawFn) -> Prepared:
    """Any state that can be."""
    digest = draw(st.sampled_from(Digest))
    start = draw(st.integers(1, 1 << 30))
    end = start + 2 * draw(st.integers(2, 1 << 20))
    name = st.text(min_size=1, max_size=127)
    return Prepared(
        field=draw(name.filter(lambda t: all(p.strip() for p in t.split(".")))),
        digest=digest,
        document_digest=draw(st.binary(min_size=digest.size, max_size=digest.size)),
        sha256=draw(st.binary(min_size=32, max_size=32)).hex(),
        size=end + draw(st.integers(1, 1 << 30)),
        gap=(start, end),
        at=draw(moments),
        expires_at=draw(moments),
    )


@given(states())
def test_a_state_survives_json(state: Prepared) -> None:
    """What was written is what is read; it is plain JSON, of a known format."""
    text = state.to_json()

    assert state == Prepared.from_json(text)
    assert text == Prepared.from_json(text).to_json()
    assert ("digivl-prepared", 1) == tuple(
        json.loads(text)[name] for name in ("format", "version")
    )


def without(name: str) -> dict[str, Any]:
    """The state as JSON, less one member."""
    said: dict[str, Any] = json.loads(STATE.to_json())
    del said[name]
    return said


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"version": 2},
        {"version": "1"},
        {"field": ""},
        {"field": 7},
        {"digest": "md5"},
        {"document_digest": "ab"},
        {"document_digest": "AB" * 32},
        {"sha256": "zz" * 32},
        {"sha256": "ab" * 31},
        {"size": 33_770},
        {"size": 4e4},
        {"size": True},
        {"size": 10**13},
        {"gap": [0, 100]},
        {"gap": [1_000, 33_769]},
        {"gap": [1_000, 1_002]},
        {"gap": [1_000]},
        {"gap": "ab"},
        {"gap": None},
        {"at": "2026-11-24"},
        {"at": "2026-11-24T09:30:00+01:00"},
        {"at": "2026-13-24T09:30:00+00:00"},
        {"expires_at": None},
        {"more": 1},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    """Each member has its form, and no other one is let in."""
    said = json.loads(STATE.to_json()) | change

    with pytest.raises(MalformedError, match="prepared signature"):
        Prepared.from_json(json.dumps(said))


@pytest.mark.parametrize("name", [one.name for one in attrs.fields(Prepared)])
def test_nothing_may_be_missing(name: str) -> None:
    """Half a state is none."""
    with pytest.raises(MalformedError):
        Prepared.from_json(json.dumps(without(name)))


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", "[" * 4_000, " " * 5_000, '"digivl-prepared"']
)
def test_garbage_is_no_state(text: str) -> None:
    """Whatever comes, one error of ours leaves."""
    with pytest.raises(MalformedError, match="cannot be read"):
        Prepared.from_json(text)


@given(st.text(max_size=200))
def test_noise_is_no_state(text: str) -> None:
    """Noise neither."""
    with pytest.raises(MalformedError):
        Prepared.from_json(text)


def test_moments_have_a_zone() -> None:
    """A state cannot be made without zones."""
    with pytest.raises(ValueError, match="expires_at"):
        attrs.evolve(STATE, expires_at=AT.replace(tzinfo=None))


def test_a_state_shows_no_digest() -> None:
    """What a log would show of it is short."""
    assert bytes(range(32)).hex() not in repr(STATE)
