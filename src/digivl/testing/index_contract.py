"""What the index of every record book must do; see `digivl.testing.contracts`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from digivl.errors import MalformedError
from digivl.kernel.kinds import Ref
from digivl.records.indexing import Asked, Page, SearchIndex, Term
from digivl.records.port import RecordBook
from digivl.testing.book_contract import MATTER, OTHER, changed, opened

_AT: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
_ONE, _TWO = "1" * 64, "2" * 64


def _page(name: str = "a", **fields: Any) -> Page:
    values: dict[str, Any] = {"version": 1, "at": _AT, "title": name, **fields}
    return Page(ref=Ref("matter", name), **values)


def _term(*words: str, starts: bool = False) -> Term:
    return Term(words=words, starts=starts)


def _found(index: SearchIndex, *terms: Term, **asked: Any) -> list[str]:
    matches = index.matches(Asked(terms=terms, **asked), limit=100)
    return [match.ref.id for match in matches]


class SearchIndexContract:
    """The rules of `digivl.records.indexing.SearchIndex`.

    Derive a class whose name starts with `Test`, and give it a fixture `book`: an
    empty book, a new one for each test.
    """

    @pytest.fixture
    def book(self) -> RecordBook:
        """The book that is tried; to be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def index(self, book: RecordBook) -> SearchIndex:
        """Its index, prepared; twice is no harm."""
        book.index.prepare()
        book.index.prepare()
        return book.index

    def test_unseen(self, book: RecordBook, index: SearchIndex) -> None:
        """A record is unseen until its last version was put, and its kind counts."""
        (one, _) = book.write(opened("a"), opened("b", OTHER))
        kinds = [MATTER.name]
        before = index.unseen(kinds, 10)

        index.put([Page(ref=one.ref, version=1, at=_AT, title="a")])
        seen = index.unseen(kinds, 10)
        book.write(changed(one, title="new"))

        assert [MATTER.ref("a")] == before == index.unseen(kinds, 10)
        assert [] == seen
        assert 1 == len(index.unseen([MATTER.name, OTHER.name], 1))

    def test_words_and_phrases(self, index: SearchIndex) -> None:
        """All terms; words that follow on each other; the start of the last one."""
        index.put([_page("a", words="nota over subsidie doc 123"), _page("b")])

        assert ["a"] == _found(index, _term("subsidie"), _term("nota"))
        assert ["a"] == _found(index, _term("doc", "123"))
        assert ["a"] == _found(index, _term("over", "sub", starts=True))
        assert [] == _found(index, _term("subsidie", "over"))
        assert [] == _found(index, _term("sub"))
        assert ["b", "a"] == _found(index)

    def test_any_letters(self, index: SearchIndex) -> None:
        """Words in other scripts, and words that a query language knows."""
        words = "and or not near οδος שלום 東京 1e5 0x1f ß ñandú"
        index.put([_page(words=words)])

        for word in words.split():
            assert ["a"] == _found(index, _term(word)), word

    def test_only_letters_and_digits(self) -> None:
        """What could be read as an operator never reaches a database."""
        for word in ('a"b', "a b", "a*", "'", "a:b", ""):
            with pytest.raises(MalformedError):
                _term(word)
            with pytest.raises(MalformedError):
                _page(facets=(word,))

    def test_filters(self, index: SearchIndex) -> None:
        """Kind, dossier, facets and moment; each alone and all together."""
        later = _AT + timedelta(days=1)
        index.put(
            [
                _page("a", dossier="d1", facets=("xa", "xb")),
                _page("b", dossier="d2", facets=("xa",), at=later),
                Page(ref=Ref("other", "c"), version=1, at=later, title="c"),
            ]
        )

        assert ["b", "a"] == _found(index, kinds=["matter"])
        assert ["a"] == _found(index, dossier="d1")
        assert ["b", "a"] == _found(index, facets=("xa",))
        assert ["a"] == _found(index, facets=("xa", "xb"))
        assert ["c", "b"] == _found(index, since=later)
        assert ["a"] == _found(index, until=later)
        assert ["b"] == _found(index, since=later, kinds=["matter"], facets=("xa",))

    def test_again(self, index: SearchIndex) -> None:
        """A later version takes the place of an earlier one; never the other way."""
        index.put([_page(words="old")])
        index.put([_page(words="new", version=3)])
        index.put([_page(words="late", version=2)])

        (match,) = index.matches(Asked(), limit=10)
        assert 3 == match.version
        assert [[], ["a"], []] == [
            _found(index, _term(word)) for word in ("old", "new", "late")
        ]

    def test_texts(self, index: SearchIndex) -> None:
        """A text is waited for, found with the words, and goes with its bytes."""
        index.put([_page(words="nota", text_of=_ONE), _page("b")])
        assert ([(Ref("matter", "a"), _ONE)], 1) == (
            index.textless(10),
            index.behind(),
        )

        index.put_text(Ref("matter", "a"), _ONE, "Een tekst.", "een tekst")
        index.put_text(Ref("matter", "a"), _TWO, "Andere", "ander")
        index.put([_page(words="nota", version=2, text_of=_ONE)])
        assert ["a"] == _found(index, _term("tekst"), _term("nota"))
        assert ("Een tekst.", "") == (
            index.text(Ref("matter", "a")),
            index.text(Ref("matter", "b")),
        )
        assert ([], 0) == (index.textless(10), index.behind())

        index.put([_page(words="nota", version=3, text_of=_TWO)])
        assert [] == _found(index, _term("tekst"))
        assert ("", 1) == (index.text(Ref("matter", "a")), index.behind())

    def test_from_page_to_page(self, index: SearchIndex) -> None:
        """From page to page: each once, the latest first."""
        index.put([_page(f"n{n}", at=_AT + timedelta(hours=n // 2)) for n in range(9)])
        seen: list[str] = []
        after = None
        while matches := index.matches(Asked(), limit=2, after=after):
            seen += [match.ref.id for match in matches]
            after = matches[-1].number

        assert [f"n{n}" for n in reversed(range(9))] == seen

    def test_large_text(self, index: SearchIndex) -> None:
        """Many thousands of words that are all different are taken in."""
        words = " ".join(f"woord{n}" for n in range(120_000))
        index.put([_page(text_of=_ONE)])

        index.put_text(Ref("matter", "a"), _ONE, words, words)

        assert ["a"] == _found(index, _term("woord7"), _term("woord9999"))
