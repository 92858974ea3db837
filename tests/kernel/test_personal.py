from __future__ import annotations

import copy
import hashlib
import hmac
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import ErasedError, MalformedError
from digivl.kernel.identifiers import INSZ
from digivl.kernel.personal import SALT_BYTES, Personal, commitment


@given(st.text())
def test_reveals_its_value(value: str) -> None:
    """The value is there for who asks for it."""
    assert value == Personal(value).reveal()


@given(st.text(), st.text())
def test_equal_when_values_are(one: str, two: str) -> None:
    """Salts make no difference between values, only between commitments."""
    assert (one == two) is (Personal(one) == Personal(two))
    assert Personal(one).salt != Personal(one).salt
    assert 1 == len({Personal(one), Personal(one)})


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        "{}".format,
        "%s".__mod__,
        lambda personal: f"{personal!r:>20} {[personal]}",
        lambda personal: repr(copy.deepcopy(personal)),
        lambda personal: repr(pickle.loads(pickle.dumps(personal))),
        lambda personal: repr(attrs.make_class("Holder", ["value"])(personal)),
    ],
)
def test_is_not_shown(show: Any) -> None:
    """However it is turned into text, nothing of the value or its salt shows."""
    personal = Personal("Test Persoon", b"\x01" * SALT_BYTES)

    shown = show(personal)

    assert "Personal(•••)" in shown
    assert "Persoon" not in shown
    assert "\\x01" not in shown


def test_nothing_shows_a_number() -> None:
    """A number in a personal value shows not even its last digits."""
    assert "28" not in repr(Personal(INSZ("85073003328")))


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_commitment(salt: bytes, value: bytes) -> None:
    """A commitment is HMAC-SHA-256 under the salt."""
    expected = hmac.new(salt, value, hashlib.sha256).hexdigest()

    assert expected == commitment(salt, value)


def test_salt_is_random_and_long() -> None:
    """No salt is used twice, and none can be guessed."""
    salts = {Personal("x").salt for _ in range(50)}

    assert 50 == len(salts)
    assert {SALT_BYTES} == set(map(len, salts))


def test_erased() -> None:
    """What was erased keeps the commitment, and says that it was erased."""
    left: Personal[str] = Personal.erased("c0ffee")

    assert (True, "c0ffee") == (left.is_erased, left.erased_commitment)
    assert "Personal(erased)" == str(left)
    assert left != Personal.erased("decade")
    with pytest.raises(ErasedError, match="was erased"):
        left.reveal()


@pytest.mark.parametrize("falsy", ["", 0, False, ()])
def test_empty_is_not_erased(falsy: Any) -> None:
    """A value that is empty is a value."""
    assert not Personal(falsy).is_erased
    assert falsy == Personal(falsy).reveal()


def test_no_value() -> None:
    """There is no Personal without a value, nor one that is both there and erased."""
    with pytest.raises(MalformedError, match="is there, or was erased"):
        Personal(None)
    with pytest.raises(MalformedError, match="is there, or was erased"):
        Personal("Test Persoon", erased_commitment="c0ffee")
