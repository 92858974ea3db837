"""Writes one line above page 1 of a PDF, such as the number of a decision.

Source:
    Kaleidos, document-stamping-service: 16 points, in the middle, 32 points under the
    upper edge. It puts the line in a form field; here it is drawn, so that no signature
    and no reader depends on a form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from digivl.pdf import lettering
from digivl.pdf.content import draw_after, drawn_on, name_forms
from digivl.pdf.face import form
from digivl.pdf.operands import dictionary, number, row
from digivl.pdf.paper import POINTS_PER_MM, paper
from digivl.pdf.reading import opened, page_at, readable
from digivl.pdf.update import Increment, refuse_signed

if TYPE_CHECKING:
    from typing import Any

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.writer import BasePdfFileWriter

    from digivl.settings import Limits

_LETTER_MM: Final = 16 / POINTS_PER_MM
_UNDER_EDGE_MM: Final = 32 / POINTS_PER_MM
#: Of the width of the page, at most; a longer line gets smaller letters.
_WIDEST: Final = 0.9
#: Room under the line for letters such as g.
_DESCENT: Final = 0.3


def head(source: BinaryIO, target: BinaryIO, text: str, limits: Limits) -> None:
    """Write `source` to `target` with a line above its first page.

    The bytes of `source` stand unchanged at the start of `target`. The line is no part
    of the text of the document: who hears it read aloud is told it by its name.

    Args:
        source: A PDF without signatures; seekable.
        target: Empty; after an error, what is in it means nothing.
        text: The line.
        limits: Sizes of the PDF and of the work on it.

    Raises:
        UnreadablePDFError: Not a PDF, empty, truncated or damaged.
        EncryptedPDFError: It is protected.
        LimitExceededError: Larger or deeper than is let in.
        SigningError: It carries a signature already.
        MalformedError: A character has no letter.
        StorageError: `target` could not be written.
    """
    reader = opened(source, limits)
    with readable():
        refuse_signed(reader)
        writer: IncrementalPdfFileWriter = Increment.over(reader)
        page: Any = page_at(reader, 0).get_object()
        seen, was = paper(page), drawn_on(page)
        wide = lettering.width(text) * _LETTER_MM
        size = _LETTER_MM * min(1.0, _WIDEST * seen.width_mm / wide)
        wide = lettering.width(text) * size
        (name,) = name_forms(page, [writer.add_object(_line(writer, text, size, wide))])
        spot = (seen.width_mm - wide) / 2, seen.height_mm - _UNDER_EDGE_MM
        placed = seen.matrix(spot[0], spot[1] - _DESCENT * size)
        drawn = f"q {row(placed)} cm {name} Do Q"
        header = "/Artifact <</Type /Pagination /Subtype /Header>> BDC"
        draw_after(writer, page, was, f"{header}\n{drawn}\nEMC")
        writer.update_container(page)
        writer.write(target)


def _line(writer: BasePdfFileWriter, text: str, size: float, wide: float) -> Any:
    font = lettering.font(writer, frozenset(text))
    fonts = dictionary({}, Font=dictionary({}, F=font))
    shown = f"BT /F {number(size)} Tf {row((1, 0, 0, 1, 0, _DESCENT * size))} Tm"
    content = f"0 g 0 G {shown} {lettering.encoded(text)} Tj ET"
    return form(content, (wide, size * (1 + _DESCENT)), fonts)
