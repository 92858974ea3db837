"""Writes SVG: elements, texts that fit, and nothing from outside that could act.

Texts come from people: they are escaped, and what cannot be printed is replaced. The
widths of letters are about those of Arial: a picture uses the font of its reader.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final
from xml.sax.saxutils import escape

FONT: Final = "Arial, Helvetica, 'Liberation Sans', sans-serif"

_QUOTE: Final = {'"': "&quot;"}
_ELLIPSIS: Final = "…"
_NARROW: Final = frozenset("fijlrtI.,:;'|!()[]-/ ")
_WIDE: Final = frozenset("mwMWGOQ@%&—")


def tag(name: str, *within: str, **attributes: str | float) -> str:
    """An element with what is within it; ``_`` in a name stands for ``-``.

    Args:
        name: Of the element.
        within: Elements, or escaped text.
        attributes: Numbers are written with at most two decimals.
    """
    written = "".join(
        f' {key.replace("_", "-")}="{escape(_value(value), _QUOTE)}"'
        for key, value in attributes.items()
    )
    if not within:
        return f"<{name}{written}/>"
    return f"<{name}{written}>{''.join(within)}</{name}>"


def polygon(points: Iterable[tuple[float, float]], **attributes: str | float) -> str:
    """A closed figure through some points."""
    written = " ".join(f"{_value(x)},{_value(y)}" for x, y in points)
    return tag("polygon", points=written, **attributes)


def words(
    text: str, x: float, y: float, size: float = 12, **attributes: str | float
) -> str:
    """A line of text."""
    return tag("text", plain(text), x=x, y=y, font_size=size, **attributes)


def plain(text: str) -> str:
    """Text as it may stand in XML, without what cannot be printed."""
    return escape(
        "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    )


def folded(text: str, width: float, size: float, lines: int) -> list[str]:
    """The text in lines that fit, at most so many; what is left out shows as ``…``."""
    found: list[str] = []
    for word in _pieces(text, width, size):
        longer = f"{found[-1]} {word}" if found else word
        if found and _width(longer, size) <= width:
            found[-1] = longer
        else:
            found.append(word)
    if len(found) <= lines:
        return found
    return [*found[: lines - 1], _shortened(f"{found[lines - 1]} ", width, size)]


def _pieces(text: str, width: float, size: float) -> Iterator[str]:
    """Its words; one that is wider than a line in parts."""
    for word in text.split():
        part = ""
        for letter in word:
            if part and _width(part + letter, size) > width:
                yield part
                part = ""
            part += letter
        yield part


def _shortened(text: str, width: float, size: float) -> str:
    while text and _width(text + _ELLIPSIS, size) > width:
        text = text[:-1]
    return text.rstrip() + _ELLIPSIS


def _width(text: str, size: float) -> float:
    return size * sum(map(_letter, text))


def _letter(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1
    if letter in _NARROW:
        return 0.33
    if letter in _WIDE:
        return 0.92
    return 0.72 if letter.isupper() else 0.57


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
