"""The words of a text, and of a query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.records.indexing import Term
from digivl.search.excerpts import excerpt_of
from digivl.search.words import joined, terms_of, words_of

#: Each line is one word to somebody who searches.
SAME = (
    "advies adviezen",
    "brief brieven Brieven",
    "subsidie subsidies",
    "overheid overheden",
    "decreet decreten",
    "principieel principiële principiele",
    "financiële financieel",
    "beslissing beslissingen",
    "gemeenschap gemeenschappen",
    "haven havens",
    "bos bossen",
    "huis huizen",
    "0123 123",
)
APART = (
    "overheid over",
    "minister ministerie",
    "begroting advies",
    "10 100",
    "nota not",
)


@pytest.mark.parametrize("line", SAME)
def test_forms_of_one_word(line: str) -> None:
    """Forms of one word are known by one."""
    assert 1 == len(set(words_of(line)))


@pytest.mark.parametrize("line", APART)
def test_other_words(line: str) -> None:
    """Words that mean something else stay apart."""
    assert 2 == len(set(words_of(line)))


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    """Whatever the text, words are letters and digits; what they say, they find."""
    words = list(words_of(text))

    assert all(word.isalnum() and len(word) <= 60 for word in words)
    assert words == list(words_of(text.upper().lower())) or not text.isascii()


@given(st.text(max_size=300))
def test_any_query(query: str) -> None:
    """Whatever is typed is a query, or too long."""
    terms = terms_of(" ".join(query.split()[:20]))

    assert all(isinstance(term, Term) for term in terms)


@given(
    st.text(alphabet="ab ·é0.\n", max_size=120), st.sampled_from(["a", "b*", '"a b"'])
)
def test_any_excerpt(text: str, query: str) -> None:
    """Marks stand in order within the excerpt, and each is something that was asked."""
    excerpt = excerpt_of(text, terms_of(query))
    if excerpt is None:
        return

    ends = [0, *(place for mark in excerpt.marks for place in mark), len(excerpt.text)]
    assert sorted(ends) == ends
    assert excerpt.marks
    for start, end in excerpt.marks:
        assert list(words_of(excerpt.text[start:end]))


def test_long_excerpt() -> None:
    """Around the first place: what stands before and after is left out, visibly."""
    text = f"{'vroeger ' * 100} de subsidie {'later ' * 100}"

    excerpt = excerpt_of(text, terms_of("subsidies"))

    assert excerpt is not None
    assert excerpt.text.startswith("… vroeger")
    assert excerpt.text.endswith(" …")
    assert "de [subsidie] later" in excerpt.marked()
    assert len(excerpt.text) < 250


def test_joined() -> None:
    """As many whole words as fit."""
    assert "aa bb" == joined(["aa", "bb", "cc"], 7)
    assert "aa bb cc" == joined(["aa", "bb", "cc"], 8)
