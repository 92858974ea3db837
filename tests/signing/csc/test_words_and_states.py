"""Words of a service, and states that travel: both come from anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import (
    BackendRefusedError,
    CertificateNotValidError,
    ConsentExpiredError,
    DigivlError,
    KeyUnusableError,
    LimitExceededError,
    MalformedError,
)
from digivl.kernel.moments import utc_now
from digivl.signing.csc import wire
from digivl.signing.csc.about import About
from digivl.signing.csc.refusals import explained
from digivl.signing.csc.sealing import opened, sealed
from digivl.signing.csc.state import CONSENT, Memory
from digivl.testing.csc import CLIENT_SECRET


@pytest.mark.parametrize(
    "detail",
    [
        "SAD expired",
        "Invalid parameter SAD",
        "Missing (or invalid type) string parameter SAD",
        "Hash is not authorized by the SAD",
    ],
)
def test_words_about_consent(detail: str) -> None:
    """[A] certificate-words and others: what the specification lets a service say."""
    with pytest.raises(ConsentExpiredError), explained():
        raise BackendRefusedError("itsme", detail, status=400, detail=detail)


@pytest.mark.parametrize(
    ("detail", "error"),
    [
        ("The credential identified by credentialID is disabled", KeyUnusableError),
        ("Credential locked", KeyUnusableError),
        ("Invalid parameter credentialID", KeyUnusableError),
        ("Signing certificate is expired", CertificateNotValidError),
        ("The certificate was revoked", CertificateNotValidError),
        ("Numbers of signatures is too high", LimitExceededError),
        ("Malformed authorization header", BackendRefusedError),
    ],
)
def test_words_about_the_rest(detail: str, error: type[DigivlError]) -> None:
    """What else the specification lets a service say."""
    with pytest.raises(error), explained():
        raise BackendRefusedError("itsme", detail, status=400, detail=detail)


JSON = st.dictionaries(
    st.text(max_size=8), st.text(max_size=8) | st.integers(0, 2**53 - 1), max_size=5
)


@given(
    clear=JSON.filter(lambda d: not {"box", "format"} & d.keys()),
    hidden=st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=3),
    secret=st.text(min_size=1, max_size=30),
)
def test_sealed_states_open(
    clear: dict[str, Any], hidden: dict[str, str], secret: str
) -> None:
    """What was put in comes out, for who has the secret, and for nobody else."""
    state = sealed(secret, clear, hidden)

    found = opened(secret, state)

    assert clear | {"format": 1} == found.clear
    assert hidden == found.hidden
    with pytest.raises(MalformedError):
        opened(secret + "x", state)


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_changed_states_do_not_open(at: int, bit: int) -> None:
    """A state in which one bit was changed is no state."""
    state = bytearray(sealed("secret", {"a": 1, "b": "text"}, {"token": "t"}), "ascii")
    state[at % len(state)] ^= 1 << bit
    text = state.decode("latin-1")

    try:
        found = opened("secret", text)
    except MalformedError:
        return
    # What JSON does not tell apart is no change.
    assert ({"a": 1, "b": "text", "format": 1}, {"token": "t"}) == (
        found.clear,
        found.hidden,
    )


def test_state_in_which_something_is_missing(serve: Any) -> None:
    """A state that says more than it holds is refused."""
    means = serve().means
    bare = Memory(
        means="itsme", phase=CONSENT, reference="s", until=9**9, about=About(version=1)
    )
    found = serve().identified()
    known = Memory.read(CLIENT_SECRET, found.state, "itsme")
    asked = attrs.evolve(known, phase=CONSENT)

    for memory, match in ((bare, "nobody"), (asked, "nothing was asked")):
        state = memory.as_text(CLIENT_SECRET)
        with pytest.raises(MalformedError, match=match):
            means.signatures(state, {"code": "x", "state": ""}, utc_now())


def test_every_assumption_has_its_test() -> None:
    """What is assumed about a service is named in the test that would change."""
    texts = "".join(
        file.read_text(encoding="utf-8")
        for folder in (Path(__file__).parent, Path(__file__).parent.parent)
        for file in folder.glob("*.py")
    )

    unnamed = [name for name in wire.ASSUMPTIONS if f"[A] {name}" not in texts]
    assert [] == unnamed
