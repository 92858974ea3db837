"""A page as somebody sees it: its size, and which side is up."""

from __future__ import annotations

from typing import Any, Final

import attrs

from digivl.errors import UnreadablePDFError
from digivl.pdf.reading import entry, inherited

POINTS_PER_MM: Final = 72 / 25.4
_LETTER: Final = (0, 0, 612, 792)

_Matrix = tuple[float, float, float, float, float, float]
_Box = tuple[float, float, float, float]


@attrs.frozen
class Paper:
    """How a page is displayed.

    Attributes:
        box: What is shown of it: left, bottom, right, top in user space.
        turned: Clockwise, in degrees: 0, 90, 180 or 270.
        unit: Length of a user space unit, in points.
    """

    box: _Box
    turned: int
    unit: float

    @property
    def width_mm(self) -> float:
        """As displayed."""
        return self._side(0 if self.turned % 180 == 0 else 1)

    @property
    def height_mm(self) -> float:
        """As displayed."""
        return self._side(1 if self.turned % 180 == 0 else 0)

    def _side(self, axis: int) -> float:
        return (self.box[axis + 2] - self.box[axis]) * self.unit / POINTS_PER_MM

    def matrix(self, x_mm: float, y_mm: float) -> _Matrix:
        """From millimetres, upright at that spot of the page as displayed.

        Source:
            ISO 32000-2, 7.7.3.3 (CropBox, Rotate, UserUnit) and 8.3.4 (matrices).
        """
        left, bottom, right, top = self.box
        scale = POINTS_PER_MM / self.unit
        x, y = x_mm * scale, y_mm * scale
        a, b, e, f = {
            0: (scale, 0.0, left + x, bottom + y),
            90: (0.0, scale, right - y, bottom + x),
            180: (-scale, 0.0, right - x, top - y),
            270: (0.0, -scale, left + y, top - x),
        }[self.turned]
        return (a, b, 0.0 - b, a, e, f)

    def area(self, x_mm: float, y_mm: float, width_mm: float, height_mm: float) -> _Box:
        """A rectangle of the page as displayed, in user space."""
        a, b, c, d, e, f = self.matrix(x_mm, y_mm)
        across, up = a * width_mm + c * height_mm, b * width_mm + d * height_mm
        return (min(e, e + across), min(f, f + up), max(e, e + across), max(f, f + up))


def paper(page: Any) -> Paper:
    """How a page is displayed.

    Raises:
        UnreadablePDFError: Its boxes make no sense.
    """
    media = _box(inherited(page, "/MediaBox") or _LETTER)
    crop = _box(inherited(page, "/CropBox") or media)
    shown = (*map(max, media[:2], crop[:2]), *map(min, media[2:], crop[2:]))
    unit = float(entry(page, "/UserUnit", 1))
    if shown[0] >= shown[2] or shown[1] >= shown[3] or not unit > 0:
        raise UnreadablePDFError(
            "a page of the PDF has no surface",
            hint="Open it in a PDF program, save it as a new file and try that one.",
        )
    turned = int(inherited(page, "/Rotate") or 0) % 360 // 90 * 90
    return Paper((shown[0], shown[1], shown[2], shown[3]), turned, unit)


def _box(corners: Any) -> _Box:
    x1, y1, x2, y2 = (float(corners[index]) for index in range(4))
    return (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
