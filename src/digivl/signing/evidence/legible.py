"""Text of others that can be read: in the data on one line, and on paper.

The typesetter refuses, or falls over, what its fonts do not hold; letters that run from
right to left would turn the words around them. On paper such a character stands as its
code point, which says as much and cannot pass for something else. The data hold it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from digivl.kernel.redaction import on_one_line

#: Latin, Greek and Cyrillic, punctuation, currencies and what is used in formulas.
_SETTABLE: Final = (
    *((0x20, 0x4FF), (0x1E00, 0x1FFF), (0x2010, 0x2040), (0x2070, 0x209F)),
    *((0x20A0, 0x20BF), (0x2190, 0x22FF), (0x2500, 0x25FF), (0xFFFD, 0xFFFD)),
)
_SPACE: Final = "\N{NO-BREAK SPACE}"
_LAYOUT: Final = re.compile(r"\s*[\t\r\n]\s*")
#: More accents on one letter would run into the lines above and below.
_MOST_ACCENTS: Final = 2
#: So many code points of a run are told; of the rest, how many there are.
_MOST_TOLD: Final = 12


def one_line(text: str, longest: int = 200) -> str:
    """Printable, on one line, without the number of a person, and not too long."""
    return on_one_line(text, longest)


def legible(data: Any) -> Any:
    """The data of a paper, in which every text can be set."""
    if isinstance(data, str):
        return _set(data)
    if isinstance(data, Mapping):
        return {key: legible(value) for key, value in data.items()}
    if isinstance(data, Sequence):
        return [legible(value) for value in data]
    return data


def _set(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    line = _LAYOUT.sub(" ", text)
    # What has more accents than a letter bears is told with the letter it stands on.
    parts = re.split(rf"([\u0300-\u036f]{{{_MOST_ACCENTS + 1},}})", line)
    return "".join(
        _told(part) if place % 2 else _letters(part) for place, part in enumerate(parts)
    )


def _letters(text: str) -> str:
    return "".join(
        "".join(those) if settable else _told("".join(those))
        for settable, those in groupby(text, _is_settable)
    )


def _is_settable(character: str) -> bool:
    code = ord(character)
    known = any(first <= code <= last for first, last in _SETTABLE)
    return known and (character.isprintable() or character == _SPACE)


def _told(run: str) -> str:
    codes = [f"U+{ord(one):04X}" for one in run[:_MOST_TOLD]]
    more = len(run) - len(codes)
    return f"[{' '.join(codes)}{f' en nog {more}' if more else ''}]"
