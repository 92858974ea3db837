"""Canonical JSON by the quick way is what RFC 8785 says."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.parties import SYSTEM
from digivl.records.codec import seal
from digivl.records.entries import first

AT = datetime(2026, 11, 24, tzinfo=UTC)


@attrs.frozen
class Bag:
    """A record with text, numbers and parts."""

    words: tuple[str, ...]
    numbers: dict[str, int]
    flag: bool | None


BAG = Kind("bag", Bag, lambda _: Standing(state="", title=""))
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
keys = st.text(st.characters(codec="ascii"), max_size=6)


@given(
    st.builds(
        Bag,
        words=st.lists(words, max_size=4).map(tuple),
        numbers=st.dictionaries(keys, st.integers(-(2**53) + 1, 2**53 - 1)),
        flag=st.none() | st.booleans(),
    )
)
def test_as_the_standard_says(bag: Bag) -> None:
    """Whatever stands in it, the bytes are those of the library for the standard."""
    sealed = seal(first(BAG, "bag-1", bag, "fill", SYSTEM, AT))

    assert rfc8785.dumps(attrs.asdict(bag)).decode() in sealed.canonical
