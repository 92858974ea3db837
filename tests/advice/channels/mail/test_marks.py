"""Marks: what a reply is about, and that it replies to what we sent."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.advice.channels.mail_marks import Marked, Marks
from digivl.errors import ConfigurationError
from digivl.kernel.kinds import Ref

MARKS = Marks(b"0123456789abcdef0123456789abcdef")
ABOUT = Marked(Ref("advice", "0b7e2f8e-6c4d-4a51-9d2f-00000000000a"), 2)
ABOUTS = st.builds(
    Marked,
    st.builds(
        Ref,
        st.sampled_from(["advice", "agreement"]),
        st.text(
            st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=60
        ),
    ),
    st.integers(1, 9_999),
)


@given(ABOUTS, st.text(string.ascii_letters + " <>[]@:;,.", max_size=30))
def test_a_mark_comes_back(about: Marked, around: str) -> None:
    """Whatever the name of the question, and whatever stands around it."""
    mark = MARKS.mark(about)

    found = MARKS.found(f"{around} [{mark}] {around}", f"<{mark}.key@example.be>")

    assert (frozenset([about]), False) == (found.good, found.forged)
    assert re.fullmatch(r"[A-Za-z0-9._~%-]+", mark)


def test_a_mark_of_another_secret_is_forged() -> None:
    """Who does not know the secret cannot make one."""
    other = Marks(b"another secret of sixteen bytes")

    found = MARKS.found(other.mark(ABOUT))

    assert (frozenset(), True) == (found.good, found.forged)


@pytest.mark.parametrize(
    ("was", "becomes"), [(".2.", ".1."), ("advice", "agreement"), ("000a", "000b")]
)
def test_a_mark_holds_for_one_submission_of_one_question(
    was: str, becomes: str
) -> None:
    """Changing what it is about makes it a forged one."""
    mark = MARKS.mark(ABOUT).replace(was, becomes)

    assert (frozenset(), True) == (MARKS.found(mark).good, MARKS.found(mark).forged)


def test_token_has_128_bits() -> None:
    """Twenty-six characters of five bits: nobody guesses them."""
    assert 26 == len(MARKS.mark(ABOUT).rpartition(".")[2])


def test_no_mark() -> None:
    """A text without one is no forgery."""
    found = MARKS.found("Beste, zie het advies.", "")

    assert (frozenset(), False) == (found.good, found.forged)


def test_short_secret() -> None:
    """A secret that could be guessed is refused; it does not show in the text."""
    with pytest.raises(ConfigurationError, match="16 bytes") as refused:
        Marks(b"hunter2")
    assert "hunter2" not in str(refused.value)
    assert "0123" not in repr(MARKS)


def test_many_marks_are_bounded() -> None:
    """A text full of marks takes no long time: so many are looked at, no more."""
    mark = MARKS.mark(ABOUT)

    assert frozenset() == MARKS.found(f"{mark[:-1]}a " * 2_000 + mark).good
