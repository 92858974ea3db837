"""The lettering of the stamp: a small stroke font, drawn for it.

A stamp must read at 6 points, on paper, for ever, and may not depend on a font that
somebody has to install. Each letter is a few strokes of one width with round ends, in
the manner of the letters on technical drawings. In the PDF it is a Type 3 font, which
is embedded by nature; its ToUnicode table keeps the text selectable.

Source:
    ISO 32000-2, 9.6.4 (Type 3 fonts) and 9.10.3 (ToUnicode).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, Final

import attrs
from pyhanko.pdf_utils import generic

from digivl.errors import MalformedError
from digivl.pdf.operands import array, dictionary, number

if TYPE_CHECKING:
    from pyhanko.pdf_utils.writer import BasePdfFileWriter

#: Heights in hundredths of the letter size.
CAP_HEIGHT: Final = 70
_STROKE: Final = 8.6
_DESCENT: Final = 24
#: How far a curve's handle goes into its corner; a little squarer than a circle.
_HANDLE: Final = 0.6
_CAPITAL_LIFT: Final = 19

#: Left bearing, right bearing, and strokes from point to point on a grid of a hundred
#: to the letter size. `r` rounds the corner at a point, as far as it can or as far as
#: the number behind it; `z` closes the stroke; `*` is a dot.
_LETTERS: Final = {
    " ": "14 14",
    "A": "6 6 | 0,0 25,70 50,0 | 8.2,23 41.8,23",
    "B": "11 9 | 0,37 38,37r18 38,70r18 0,70 0,0 42,0r19 42,37r19 30,37",
    "C": "9 8 | 46,55 44,70r 0,70r 0,0r 44,0r 46,15",
    "D": "11 9 | 0,70 47,70r30 47,0r30 0,0 z",
    "E": "11 8 | 40,70 0,70 0,0 40,0 | 0,36 35,36",
    "F": "11 6 | 39,70 0,70 0,0 | 0,35 34,35",
    "G": "9 10 | 46,56 44,70r 0,70r 0,0r 48,0r 48,33 27,33",
    "H": "11 11 | 0,0 0,70 | 46,0 46,70 | 0,36 46,36",
    "I": "11 11 | 0,0 0,70",
    "J": "6 11 | 28,70 28,0r19 0,0r 0,16",
    "K": "11 5 | 0,0 0,70 | 42,70 0,26 | 13,40 44,0",
    "L": "11 5 | 0,70 0,0 37,0",
    "M": "11 11 | 0,0 0,70 28,20 56,70 56,0",
    "N": "11 11 | 0,0 0,70 46,0 46,70",
    "O": "9 9 | 0,35 0,70r 53,70r 53,0r 0,0r z",
    "P": "11 7 | 0,0 0,70 42,70r20 42,31r20 0,31",
    "Q": "9 9 | 0,35 0,70r 53,70r 53,0r 0,0r z | 34,15 53,-5",
    "R": "11 7 | 0,0 0,70 42,70r19 42,33r19 0,33 | 23,33 44,0",
    "S": "8 8 | 42,58 41,70r 1,70r 1,37r 44,37r 44,0r 1,0r 0,13",
    "T": "6 6 | 0,70 48,70 | 24,70 24,0",
    "U": "11 11 | 0,70 0,0r24 46,0r24 46,70",
    "V": "5 5 | 0,70 24,0 48,70",
    "W": "6 6 | 0,70 18,0 36,66 54,0 72,70",
    "X": "6 6 | 0,0 46,70 | 0,70 46,0",
    "Y": "5 5 | 0,70 24,33 48,70 | 24,33 24,0",
    "Z": "8 8 | 0,70 44,70 0,0 45,0",
    "a": "8 10 | 3,42 4,50r 36,50r17 36,0 | 36,28 0,28r14 0,0r14 34,0r 36,12",
    "b": "11 9 | 0,72 0,0 | 0,25 0,50r 39,50r 39,0r 0,0r z",
    "c": "9 7 | 36,40 34,50r 0,50r 0,0r 34,0r 36,10",
    "d": "9 11 | 39,72 39,0 | 39,25 39,50r 0,50r 0,0r 39,0r z",
    "e": "9 8 | 0,26 39,26 39,50r 0,50r 0,0r 36,0r 37,9",
    "f": "6 4 | 26,72 10,72r14 10,0 | 0,50 23,50",
    "g": "9 11 | 39,50 39,-20r18 4,-20r 2,-13 | 39,25 39,50r 0,50r 0,0r 39,0r z",
    "h": "11 11 | 0,72 0,0 | 0,28 0,50r20 35,50r20 35,0",
    "i": "11 11 | 0,0 0,50 | *0,68",
    "j": "5 11 | 10,50 10,-20r12 -2,-20 | *10,68",
    "k": "11 5 | 0,0 0,72 | 33,50 0,19 | 11,29 36,0",
    "l": "11 6 | 0,72 0,0r12 10,0",
    "m": "11 11 | 0,0 0,50 | 0,30 0,50r17 28,50r17 28,0 | 28,30 28,50r17 56,50r17 56,0",
    "n": "11 11 | 0,0 0,50 | 0,28 0,50r20 35,50r20 35,0",
    "o": "9 9 | 0,25 0,50r 40,50r 40,0r 0,0r z",
    "p": "11 9 | 0,50 0,-20 | 0,25 0,50r 39,50r 39,0r 0,0r z",
    "q": "9 11 | 39,50 39,-20 | 39,25 39,50r 0,50r 0,0r 39,0r z",
    "r": "11 4 | 0,0 0,50 | 0,28 0,50r18 22,50",
    "s": "8 8 | 32,42 31,50r 1,50r 1,26r 34,26r 34,0r 1,0r 0,8",
    "t": "6 6 | 10,66 10,0r14 25,0 | 0,50 24,50",
    "u": "11 11 | 0,50 0,0r20 35,0r20 35,22 | 35,50 35,0",
    "v": "6 6 | 0,50 18,0 36,50",
    "w": "6 6 | 0,50 14,0 28,46 42,0 56,50",
    "x": "6 6 | 0,0 34,50 | 0,50 34,0",
    "y": "6 6 | 0,50 18,0 | 36,50 18,0 13,-15r 0,-20",
    "z": "8 8 | 0,50 32,50 0,0 33,0",
    "0": "9 9 | 0,35 0,70r 42,70r 42,0r 0,0r z",
    "1": "12 22 | 8,56 26,70 26,0",
    "2": "9 9 | 1,55 2,70r 41,70r17 41,43r14 0,0 42,0",
    "3": "9 9 | 2,58 3,70r 39,70r16 39,38r16 17,38 | 17,38 42,38r19 42,0r19 1,0r 0,13",
    "4": "7 9 | 33,0 33,70 0,20 44,20",
    "5": "9 10 | 38,70 5,70 3,39 12,44r9 41,44r20 41,0r22 2,0r 0,11",
    "6": "9 9 | 0,22 0,44r 42,44r 42,0r 0,0r z | 0,22 0,70r 36,70",
    "7": "9 9 | 0,70 42,70 14,0",
    "8": "9 9 | 2,54 2,70r 40,70r 40,38r 2,38r z | 0,19 0,38r 42,38r 42,0r 0,0r z",
    "9": "9 9 | 42,48 42,26r 0,26r 0,70r 42,70r z | 42,48 42,0r 6,0",
    ".": "9 9 | *0,0.5",
    ",": "9 9 | 2,1 -2,-11",
    ":": "10 10 | *0,0.5 | *0,44",
    ";": "10 10 | 2,1 -2,-11 | *0,44",
    "-": "9 9 | 0,29 22,29",
    "\N{EN DASH}": "8 8 | 0,29 42,29",
    "/": "6 6 | 0,-10 27,76",
    "(": "9 7 | 12,80 0,58r 0,12r 12,-10",
    ")": "7 9 | 0,80 12,58r 12,12r 0,-10",
    "'": "9 9 | 0,72 0,54",
    "\N{RIGHT SINGLE QUOTATION MARK}": "9 9 | 2,71 -2,57",
    "&": "9 6 | 48,0 9,49 6,70r 32,70r 33,49r 0,33r 0,0r 40,0r 47,28",
    "+": "9 9 | 0,32 40,32 | 20,12 20,52",
    "=": "9 9 | 0,40 40,40 | 0,22 40,22",
    "%": "9 9 | 8,0 52,70 | 0,56 0,69r 20,69r 20,42r 0,42r z"
    " | 40,14 40,28r 60,28r 60,1r 40,1r z",
    "?": "8 8 | 0,58 1,70r 36,70r16 36,42r16 17,32r 17,20 | *17,0.5",
    "!": "10 10 | 0,70 0,22 | *0,0.5",
    "_": "4 4 | 0,-10 42,-10",
}
#: Strokes of the marks, around the middle of a small letter.
_MARKS: Final = {
    "\N{COMBINING GRAVE ACCENT}": "-8,72 3,61",
    "\N{COMBINING ACUTE ACCENT}": "8,72 -3,61",
    "\N{COMBINING CIRCUMFLEX ACCENT}": "-10,62 0,71 10,62",
    "\N{COMBINING TILDE}": "-12,62 -7,70r 5,62r 12,70",
    "\N{COMBINING DIAERESIS}": "*-9,67 | *9,67",
    "\N{COMBINING CEDILLA}": "1,0 5,-13r -7,-17",
}
_BELOW: Final = frozenset({"\N{COMBINING CEDILLA}"})
_DOTLESS: Final = {"i": "11 11 | 0,0 0,50", "j": "5 11 | 10,50 10,-20r12 -2,-20"}
_POINT: Final = re.compile(r"(-?[\d.]+),(-?[\d.]+)(?:(r)([\d.]*))?")


@attrs.frozen
class Glyph:
    """One letter.

    Attributes:
        advance: Hundredths of the letter size to the next letter.
        paths: Strokes as PDF path operators.
    """

    advance: float
    paths: tuple[str, ...]


@attrs.frozen
class _Corner:
    x: float
    y: float
    radius: float

    def toward(self, other: _Corner, part: float) -> tuple[float, float]:
        return self.x + (other.x - self.x) * part, self.y + (other.y - self.y) * part

    def reach(self, other: _Corner) -> float:
        """The part of the way to `other` that this corner's curve takes."""
        length = max(abs(other.x - self.x), abs(other.y - self.y))
        share = 0.5 if other.radius else 1.0
        return min(self.radius / length, share) if self.radius else 0.0


@cache
def glyph(character: str) -> Glyph:
    """The letter for `character`, composed of letter and mark where needed.

    Raises:
        MalformedError: There is no such letter.
    """
    base, *marks = list(unicodedata.normalize("NFD", character))
    drawing = _DOTLESS.get(base) if marks else None
    drawing = drawing or _LETTERS.get(base)
    if drawing is None or any(mark not in _MARKS for mark in marks):
        raise MalformedError(
            f"the stamp has no letter for {character!r}",
            hint="Use letters, digits and common punctuation in the text beside it.",
        )
    bearings, *strokes = drawing.split(" | ")
    left, right = (float(bearing) for bearing in bearings.split())
    ink = [x for stroke in strokes for x, _ in _coordinates(stroke)]
    low, high = min(ink, default=0.0), max(ink, default=0.0)
    shift = left - min(low, 0.0)
    paths = [_path(stroke, shift, 0) for stroke in strokes]
    for mark in marks:
        lift = _CAPITAL_LIFT if base.isupper() and mark not in _BELOW else 0
        middle = shift + (low + high) / 2
        paths += [_path(stroke, middle, lift) for stroke in _MARKS[mark].split(" | ")]
    return Glyph(shift + high + right, tuple(paths))


def _coordinates(stroke: str) -> list[tuple[float, float]]:
    return [(float(m[1]), float(m[2])) for m in _POINT.finditer(stroke)]


def _path(stroke: str, right: float, up: float) -> str:
    if stroke.startswith("*"):
        ((x, y),) = _coordinates(stroke)
        x, y = x + right, y + up
        return (
            _line([(x - 1, y - 1), (x - 1, y + 1), (x + 1, y + 1), (x + 1, y - 1)])
            + " h"
        )
    corners = [
        _Corner(float(x) + right, float(y) + up, float(far or 1000) if bent else 0.0)
        for x, y, bent, far in _POINT.findall(stroke)
    ]
    closed = stroke.endswith("z")
    return _curve([*corners, corners[0]] if closed else corners) + " h" * closed


def _line(points: list[tuple[float, float]]) -> str:
    return " ".join(
        f"{number(x, 2)} {number(y, 2)} {'l' if index else 'm'}"
        for index, (x, y) in enumerate(points)
    )


def _curve(corners: list[_Corner]) -> str:
    first, last = corners[0], corners[-1]
    parts = [_line([(first.x, first.y)])]
    for (before, corner), (_, after) in pairwise(pairwise(corners)):
        back, on = corner.reach(before), corner.reach(after)
        parts.append(_operator("l", corner.toward(before, back)))
        if corner.radius:
            handle = 1 - _HANDLE
            parts.append(
                _operator(
                    "c",
                    corner.toward(before, back * handle),
                    corner.toward(after, on * handle),
                    corner.toward(after, on),
                )
            )
    parts.append(_operator("l", (last.x, last.y)))
    return " ".join(parts)


def _operator(name: str, *points: tuple[float, float]) -> str:
    return " ".join([*(f"{number(x, 2)} {number(y, 2)}" for x, y in points), name])


def width(text: str) -> float:
    """The width of a line, in letter sizes.

    Raises:
        MalformedError: A character has no letter.
    """
    return sum(glyph(character).advance for character in text) / 100


def encoded(text: str) -> str:
    """A line as the PDF string that the font shows."""
    return "<" + "".join(f"{_code(character):02X}" for character in text) + ">"


def _code(character: str) -> int:
    # Latin-1 stands for itself; the few others take places that Latin-1 leaves free.
    point = ord(character)
    return point if point < 256 else 128 + sorted(_BEYOND).index(character)


_BEYOND: Final = frozenset(letter for letter in _LETTERS if ord(letter) > 255)


def font(writer: BasePdfFileWriter, characters: frozenset[str]) -> Any:
    """Add the font to a PDF, with the letters that are used and no others.

    Returns:
        The reference of the font.
    """
    letters = {_code(character): character for character in characters}
    codes = sorted(letters)
    drawn = {f"g{code}": _stream(writer, _drawing(letters[code])) for code in codes}
    every = range(codes[0], codes[-1] + 1)
    advances = [glyph(letters[c]).advance if c in letters else 0 for c in every]
    named = [(generic.NumberObject(c), generic.NameObject(f"/g{c}")) for c in codes]
    encoding = dictionary(
        {"/Type": "/Encoding"}, Differences=generic.ArrayObject(chain(*named))
    )
    return writer.add_object(
        dictionary(
            {"/Type": "/Font", "/Subtype": "/Type3", "/Name": "/DigivlLettering"},
            FontBBox=array((-10, -_DESCENT, 110, 100)),
            FontMatrix=array((0.01, 0, 0, 0.01, 0, 0)),
            FirstChar=generic.NumberObject(every[0]),
            LastChar=generic.NumberObject(every[-1]),
            Widths=array(advances),
            Encoding=encoding,
            CharProcs=dictionary({}, **drawn),
            Resources=dictionary({}),
            ToUnicode=_stream(writer, _to_unicode(letters)),
        )
    )


def _stream(writer: BasePdfFileWriter, data: bytes) -> Any:
    return writer.add_object(generic.StreamObject(stream_data=data))


def _drawing(character: str) -> bytes:
    letter = glyph(character)
    strokes = " ".join(letter.paths)
    drawn = f" {_STROKE} w 1 J 1 j {strokes} S" if strokes else ""
    return f"{number(letter.advance)} 0 d0{drawn}".encode()


def _to_unicode(letters: dict[int, str]) -> bytes:
    pairs = [f"<{code:02X}> <{ord(letter):04X}>" for code, letter in letters.items()]
    blocks = "\n".join(
        f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar"
        for part in (pairs[i : i + 100] for i in range(0, len(pairs), 100))
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /DigivlLettering def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<00> <FF>\nendcodespacerange\n"
        f"{blocks}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode()
