"""What a visible signature looks like: lines in our own lettering, in a thin frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.sign.fields import SigFieldSpec

from digivl.errors import SigningError
from digivl.pdf import lettering
from digivl.pdf.face import form
from digivl.pdf.operands import array, dictionary, number, row
from digivl.pdf.paper import POINTS_PER_MM, Paper, paper
from digivl.pdf.reading import entry, page_at, signature_count
from digivl.pdf.tagging import structure_tree, tag_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.writer import BasePdfFileWriter

    from digivl.pdf.spec import Box, SignatureSpec

_LARGEST_MM: Final = 9 / POINTS_PER_MM
#: Below this nobody reads it on paper.
_SMALLEST_MM: Final = 4 / POINTS_PER_MM
_LEADING: Final = 1.4
_FRAME_MM: Final = 0.15
_PADDING_MM: Final = 1.0


def new_field(
    writer: IncrementalPdfFileWriter, spec: SignatureSpec
) -> SigFieldSpec | None:
    """How pyHanko makes the field, if it is not there; None is an invisible one.

    Raises:
        SigningError: Its place is not on a page.
    """
    if spec.visible is None or spec.visible.box is None:
        return None
    index, area = _place(writer, spec.visible.box)
    said = " ".join(spec.visible.lines)
    # Points in fractions: pyHanko rounds them itself.
    box: Any = area
    return SigFieldSpec(spec.field, index, box, readable_field_name=said)


def _place(writer: IncrementalPdfFileWriter, box: Box) -> tuple[int, tuple[float, ...]]:
    pages: Any = writer.root["/Pages"]["/Count"]
    index = box.page - 1 if box.page > 0 else pages + box.page
    if box.page == 0 or not 0 <= index < pages:
        raise SigningError(
            f"there is no page {box.page} to sign on",
            hint=f"It has {pages} page(s), counted from 1; -1 is the last one.",
        )
    seen = paper(page_at(writer.prev, index).get_object())
    right, top = box.x_mm + box.width_mm, box.y_mm + box.height_mm
    if min(box.x_mm, box.y_mm) < 0 or right > seen.width_mm or top > seen.height_mm:
        raise SigningError(
            f"a signature of {box.width_mm:g} x {box.height_mm:g} mm at {box.x_mm:g},"
            f" {box.y_mm:g} mm leaves a page of {seen.width_mm:.1f} x"
            f" {seen.height_mm:.1f} mm",
            hint="Count from the lower left corner of the page as it is displayed.",
        )
    area = seen.area(box.x_mm, box.y_mm, box.width_mm, box.height_mm)
    return index, area


def show(writer: IncrementalPdfFileWriter, field: Any, spec: SignatureSpec) -> None:
    """Draw the lines where the field stands, and give it a place in the structure.

    Args:
        writer: The update in the making.
        field: Reference of the signature field.
        spec: What stands there.

    Raises:
        SigningError: The field has no place, or the lines do not fit in it.
        MalformedError: A character has no letter.
    """
    visible = spec.visible
    reference = _widget_of(field)
    widget = reference.get_object()
    page_ref = _page_of(writer, reference)
    seen = paper(page_ref.get_object())
    size = _size(widget, seen)
    if visible is None or min(size) <= 0:
        raise SigningError(
            f"the signature field {spec.field!r} is invisible: nothing can stand in it",
            hint="Sign without lines, or choose another field.",
        )
    made = form(*_drawn(writer, visible.lines, size))
    a, b, c, d, _, _ = seen.matrix(0, 0)
    made["/Matrix"] = array((a, b, c, d, 0, 0))
    widget["/AP"] = dictionary({}, N=writer.add_object(made))
    # A later signature may not touch the structure that an earlier one covers.
    is_first = not signature_count(writer.prev)
    if is_first and structure_tree(writer) and "/StructParent" not in widget:
        tag_field(writer, page_ref, reference)
    writer.mark_update(reference)


def show_nothing(writer: IncrementalPdfFileWriter, field: Any) -> None:
    """An invisible field looks like nothing, and says so (ISO 19005-1, 6.9)."""
    if "/AP" not in field and "/Kids" not in field:
        nothing = dictionary(
            {"/Type": "/XObject", "/Subtype": "/Form"}, BBox=array((0, 0, 0, 0))
        )
        empty = generic.StreamObject(nothing, stream_data=b"")
        field["/AP"] = dictionary({}, N=writer.add_object(empty))


def _widget_of(field: Any) -> Any:
    """The annotation of a field: itself, or its only child."""
    kids = entry(field.get_object(), "/Kids", (field,))
    if len(kids) != 1:
        raise SigningError(
            "the signature field stands in several places",
            hint="Sign without lines, or choose another field.",
        )
    return kids[0] if kids == (field,) else kids.raw_get(0)


def _page_of(writer: IncrementalPdfFileWriter, widget: Any) -> Any:
    """The page a widget stands on: by its own word, else the one that lists it."""
    if "/P" in widget.get_object():
        return widget.get_object().raw_get("/P")
    pages: Any = writer.root["/Pages"]["/Count"]
    for index in range(pages):
        page = page_at(writer.prev, index)
        for one in entry(page.get_object(), "/Annots", ()):
            if isinstance(one, generic.IndirectObject) and (
                one.reference == widget.reference
            ):
                return page
    raise SigningError(
        "the signature field stands on no page",
        hint="Choose another field, or name a place for the signature.",
    )


def _size(widget: Any, seen: Paper) -> tuple[float, float]:
    """Width and height as displayed, in millimetres."""
    x1, y1, x2, y2 = (float(one) for one in widget["/Rect"])
    scale = seen.unit / POINTS_PER_MM
    wide, high = abs(x2 - x1) * scale, abs(y2 - y1) * scale
    return (high, wide) if seen.turned % 180 else (wide, high)


def _drawn(
    writer: BasePdfFileWriter, lines: Sequence[str], size: tuple[float, float]
) -> tuple[str, tuple[float, float], Any]:
    """Content, size and resources of the form."""
    wide, high = size
    room = wide - 2 * _PADDING_MM, high - 2 * _PADDING_MM
    widest = max((lettering.width(line) for line in lines), default=0) or 1
    tall = _LEADING * (len(lines) or 1)
    letter = min(_LARGEST_MM, room[0] / widest, room[1] / tall)
    if letter < _SMALLEST_MM:
        raise SigningError(
            f"{len(lines)} line(s) do not fit in {wide:.1f} x {high:.1f} mm",
            hint="Take a larger place, or fewer words.",
        )
    top = high - _PADDING_MM - letter
    shown = (
        f"{row((1, 0, 0, 1, _PADDING_MM, top - index * letter * _LEADING))} Tm"
        # The blank at its end keeps a line apart from the next when it is read aloud.
        f" {lettering.encoded(f'{line} ')} Tj"
        for index, line in enumerate(lines)
    )
    half = _FRAME_MM / 2
    frame = (half, half, wide - _FRAME_MM, high - _FRAME_MM)
    content = (
        f"0 g 0 G {number(_FRAME_MM)} w {row(frame)} re S\n"
        f"BT /F {number(letter)} Tf\n" + "\n".join(shown) + "\nET"
    )
    font = lettering.font(writer, frozenset(" ".join(("", *lines, ""))))
    return content, size, dictionary({}, Font=dictionary({}, F=font))
