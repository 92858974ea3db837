"""What the stamp looks like: the symbol on white ground, and the lines beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
from pyhanko.pdf_utils import generic

from digivl.pdf import lettering
from digivl.pdf.operands import array, dictionary, number, row
from digivl.pdf.paper import POINTS_PER_MM
from digivl.pdf.symbol import QUIET_MODULES, Symbol

if TYPE_CHECKING:
    from pyhanko.pdf_utils.writer import BasePdfFileWriter

_LETTER_MM: Final = 6.5 / POINTS_PER_MM
_LEADING: Final = 1.4


@attrs.frozen
class Face:
    """What the stamp looks like, in millimetres from its lower left corner."""

    symbol: Symbol
    module: float
    lines: tuple[str, ...]
    notice: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything to be read."""
        return self.lines + self.notice

    @property
    def side(self) -> float:
        """Of the symbol, quiet zone included."""
        return self.symbol.side_mm(self.module)

    @property
    def quiet(self) -> float:
        """Width of the quiet zone."""
        return QUIET_MODULES * self.module

    @property
    def column(self) -> float:
        """Width of the lines."""
        return max((_width(text) for text in self.texts), default=0.0)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the stamp."""
        gap = bool(self.lines) and bool(self.notice)
        rows = len(self.texts) + gap
        text = max(0, rows - 1) * _LETTER_MM * _LEADING + _LETTER_MM
        return self.side + self.column, max(self.side, text + 2 * self.quiet)

    def symbol_content(self) -> str:
        """The symbol as rectangles on a white ground."""
        last = self.symbol.modules - 1
        runs = (f"{x} {last - y} {wide} 1 re" for y, x, wide in self.symbol.runs())
        # One path, filled once: no renderer can leave a seam between two rectangles.
        return (
            f"1 g {row((0, 0, self.side, self.side))} re f\n0 g"
            f" {row((self.module, 0, 0, self.module, self.quiet, self.quiet))} cm\n"
            + "\n".join(runs)
            + "\nf"
        )

    def text_content(self, *, flush_right: bool) -> str:
        """Lines from the top edge of the symbol down, the notice on its lower edge."""
        size, high = _LETTER_MM, self.size[1]
        top = high - self.quiet - lettering.CAP_HEIGHT / 100 * size
        placed = [
            (line, top - index * size * _LEADING)
            for index, line in enumerate(self.lines)
        ] + [(notice, self.quiet) for notice in self.notice]
        # The blank at its end keeps a line apart from the next when it is read aloud.
        shown = (
            f"{row((1, 0, 0, 1, x, y))} Tm {lettering.encoded(f'{text} ')} Tj"
            for text, y in placed
            for x in [self.column - _width(text) if flush_right else 0.0]
        )
        return f"0 g 0 G BT /F {number(size)} Tf\n" + "\n".join(shown) + "\nET"


def _width(text: str) -> float:
    return lettering.width(text) * _LETTER_MM


def forms(writer: BasePdfFileWriter, face: Face, *, flush_right: bool) -> list[Any]:
    """Add the symbol, and the lines if there are any, as form XObjects.

    Args:
        writer: The update in the making.
        face: The stamp.
        flush_right: True where the symbol stands right of the lines.
    """
    made = [form(face.symbol_content(), (face.side, face.side))]
    if face.column:
        font = lettering.font(writer, frozenset(" ".join((*face.texts, ""))))
        fonts = dictionary({}, Font=dictionary({}, F=font))
        content = face.text_content(flush_right=flush_right)
        made.append(form(content, (face.column, face.size[1]), fonts))
    return [writer.add_object(one) for one in made]


def form(content: str, size: tuple[float, float], resources: Any = None) -> Any:
    """Something drawn once, to be placed on a page."""
    made = generic.StreamObject(
        dictionary(
            {"/Type": "/XObject", "/Subtype": "/Form"},
            BBox=array((0, 0, *size)),
            Resources=resources or dictionary({}),
        ),
        stream_data=content.encode(),
    )
    made.compress()
    return made
