"""Text to the words that search knows it by.

A word is found in each of its forms: without accents, and by its Dutch stem (by the
algorithm of Porter, and what that leaves apart: adviezen, advies; brieven, brief).
What has digits stays as it is, without leading zeros: ``DOC.0123`` is ``doc 123``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from typing import Final

import attrs
import snowballstemmer

from digivl.errors import MalformedError
from digivl.kernel.redaction import redacted
from digivl.records.indexing import Term

_WORD: Final = re.compile(r"[^\W_]+")
_LONGEST_WORD: Final = 60
_LONGEST_QUERY: Final = 300
_MOST_TERMS: Final = 20
_TERM: Final = re.compile(r'"([^"]*)"?|(\S+)')
_HARD: Final = str.maketrans("vz", "fs")


@attrs.frozen
class Spot:
    """One word of a text: how search knows it, and where it stands."""

    word: str
    start: int
    end: int


def words_of(text: str) -> Iterator[str]:
    """The words of a text, in order; national numbers are left out.

    Leaves out too much rather than too little: nobody has to be found by one.
    """
    return filter(None, map(_known, _WORD.findall(redacted(text))))


def spots_of(text: str) -> Iterator[Spot]:
    """The words of a text with their places, the first one first."""
    for found in _WORD.finditer(text):
        yield Spot(_known(found[0]), found.start(), found.end())


def terms_of(query: str) -> tuple[Term, ...]:
    """What a query asks, all of it: words, ``"a phrase"``, and ``begin*``.

    Raises:
        MalformedError: It is too long.
    """
    if len(query) > _LONGEST_QUERY:
        raise MalformedError(
            f"a query has at most {_LONGEST_QUERY} characters",
            hint="Give the few words that matter.",
        )
    terms = [_term(phrase or word) for phrase, word in _TERM.findall(query)]
    found = tuple(term for term in terms if term is not None)
    if len(found) > _MOST_TERMS:
        raise MalformedError(f"a query has at most {_MOST_TERMS} words")
    return found


def _term(text: str) -> Term | None:
    starts = text.endswith("*")
    *first, last = _WORD.findall(redacted(text)) or [""]
    known = *map(_known, first), _plain(last) if starts else _known(last)
    words = tuple(filter(None, known))
    return Term(words=words, starts=starts) if words else None


def joined(words: Iterable[str], most: int) -> str:
    """Words as one line of at most so many characters."""
    line = " ".join(words)
    return line if len(line) <= most else line[:most].rpartition(" ")[0]


@lru_cache(maxsize=100_000)
def _known(word: str) -> str:
    plain = _plain(word)
    return plain if any(map(str.isdigit, plain)) else _stem(plain)


def _plain(word: str) -> str:
    parts = unicodedata.normalize("NFKD", word[:_LONGEST_WORD]).casefold()
    letters = "".join(c for c in parts if c.isalnum())[:_LONGEST_WORD]
    return letters.lstrip("0") or letters[:1] if letters.isdigit() else letters


def _stem(word: str) -> str:
    if word.endswith(("heid", "heden")):
        return word.removesuffix("heden").removesuffix("heid") + "heid"
    singular = word[:-1] if word.endswith("ens") else word
    stem = _stemmer()(singular)
    if stem[-2:-1] == stem[-1:]:
        stem = stem[:-1]
    stem = stem[:-1] + stem[-1:].translate(_HARD)
    if stem.endswith("ieel"):
        return stem[:-2] + "l"
    return stem.removesuffix("s") if stem.endswith("ies") else stem


@cache
def _stemmer() -> Callable[[str], str]:
    stem: Callable[[str], str] = snowballstemmer.stemmer("dutch_porter").stemWord
    return stem
