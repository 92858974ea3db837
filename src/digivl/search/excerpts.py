"""Where words stand in a text: an excerpt with the words marked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from digivl.kernel.redaction import redacted
from digivl.records.indexing import Term
from digivl.search.words import Spot, spots_of

#: Letters before the first word that was found, and of the whole excerpt.
_BEFORE: Final = 60
_LENGTH: Final = 240
_MOST_READ: Final = 200_000


@attrs.frozen
class Excerpt:
    """A part of a text, on one line.

    Attributes:
        text: The part; ``…`` where the text goes on.
        marks: Start and end of each word in it that was asked for.
    """

    text: str
    marks: tuple[tuple[int, int], ...]

    def marked(self, before: str = "[", after: str = "]") -> str:
        """The text with signs around each word that was asked for."""
        parts, last = [], 0
        for start, end in self.marks:
            parts += [self.text[last:start], before, self.text[start:end], after]
            last = end
        return "".join((*parts, self.text[last:]))


def excerpt_of(text: str, terms: Sequence[Term]) -> Excerpt | None:
    """The part of a text around the first word that was asked for.

    Args:
        text: Of a document; only its first 200,000 characters are looked at.
        terms: What was asked for.
    """
    # One line, and no number of eleven digits: what is shown is what search knows.
    line = " ".join(redacted(text[:_MOST_READ]).split())
    first = next(_places(line, terms), None)
    if first is None:
        return None
    start = _word_start(line, max(0, first[0] - _BEFORE))
    part = line[start : start + _LENGTH]
    marks = tuple(_places(part, terms))
    lead = "… " if start else ""
    tail = " …" if start + _LENGTH < len(line) else ""
    shifted = tuple((a + len(lead), b + len(lead)) for a, b in marks)
    return Excerpt(f"{lead}{part}{tail}", shifted)


def _places(text: str, terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    """Where the terms stand, from the front; none within another."""
    longest = max(len(term.words) for term in terms)
    recent: deque[Spot] = deque(maxlen=longest)
    shown = 0
    for spot in spots_of(text):
        recent.append(spot)
        for term in terms:
            found = list(recent)[-len(term.words) :]
            if found[0].start >= shown and _is(term, [one.word for one in found]):
                shown = spot.end
                yield found[0].start, spot.end
                break


def _is(term: Term, words: Sequence[str]) -> bool:
    if len(words) != len(term.words) or list(term.words[:-1]) != words[:-1]:
        return False
    wanted, last = term.words[-1], words[-1]
    return last.startswith(wanted) if term.starts else last == wanted


def _word_start(text: str, near: int) -> int:
    return text.find(" ", near) + 1 if near else 0
