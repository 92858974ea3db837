"""The part of the graphics state that tells whether something can be seen.

Source:
    ISO 32000-2, 8.4 (graphics state), 8.6 (colour spaces).
"""

from __future__ import annotations

from typing import Any

import attrs

from digivl.pdf.lint.geometry import Box, Matrix, Point
from digivl.pdf.lint.tokens import Name, Operands
from digivl.pdf.lint.walk import array, dictionary
from digivl.pdf.reading import entry


@attrs.define
class State:
    """The part of the graphics state that counts here.

    Attributes:
        sure: False where clipping or a transparent form makes covering doubtful.
        additive: True for grey and RGB, False for CMYK, None for any other space.
        solid: False under a blend mode or a soft mask.
    """

    matrix: Matrix
    clip: Box
    sure: bool = True
    faint: bool = False
    white: bool = False
    additive: bool | None = True
    pattern: bool = False
    solid: bool = True
    alpha: float = 1.0
    mode: int = 0
    font: Any = None
    size: float = 1.0
    leading: float = 0.0


@attrs.define
class Path:
    """A path that is being built: its rectangles, its other points."""

    boxes: list[Box] = attrs.field(factory=list[Box])
    points: list[Point] = attrs.field(factory=list[Point])
    curved: bool = False
    clips: bool = False


def inside_first_glyph(whole: Matrix, size: float) -> Point:
    """A place well within the first glyph, given where text starts and its size."""
    a, b, c, d, e, f = whole
    along, up = 0.2 * size, 0.2 * size
    return a * along + c * up + e, b * along + d * up + f


def key_of(name: Name) -> str:
    """A name in content as a key of a dictionary."""
    return "/" + bytes(name).decode("latin-1")


def matrix_of(values: Operands) -> Matrix:
    """The last six operands as a transformation."""
    a, b, c, d, e, f = (float(value) for value in values[-6:])
    return a, b, c, d, e, f


def additive(space: Any) -> bool | None:
    """How white is written in a colour space; None where it cannot be told."""
    parts = array(space) or [space]
    kind = str(parts[0])
    if kind == "/ICCBased":
        return bool(entry(dictionary(parts[1]), "/N") != 4)
    if kind in {"/DeviceGray", "/DeviceRGB", "/CalGray", "/CalRGB"}:
        return True
    return False if kind == "/DeviceCMYK" else None
