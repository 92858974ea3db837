"""Stamps a PDF with the QR code: one incremental update, made to be read for ever.

The symbol is drawn as rectangles of exact millimetres on a white ground, the lines
beside it in our own lettering, and both can be clicked, selected and read aloud.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import attrs
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from digivl.errors import (
    ConfigurationError,
    MalformedError,
    NoRoomForCodeError,
    RenderingFailedError,
)
from digivl.pdf.content import draw_after, drawn_on, name_forms
from digivl.pdf.face import Face, forms
from digivl.pdf.operands import array, dictionary, row
from digivl.pdf.paper import POINTS_PER_MM, Paper, paper
from digivl.pdf.reading import (
    entry,
    opened,
    page_at,
    pages,
    readable,
)
from digivl.pdf.symbol import qr_symbol
from digivl.pdf.tagging import Marks, structure_tree, tag
from digivl.pdf.update import Increment, refuse_signed
from digivl.pdf.whitespace import Place, Sheet, check_place, free_place

if TYPE_CHECKING:
    from collections.abc import Generator

    from pyhanko.pdf_utils.reader import PdfFileReader

    from digivl.settings import Limits

__all__ = ["Place", "StampSpec", "Stamped", "links", "stamp"]

_log = logging.getLogger(__name__)

#: Below this, office printers and scanners lose modules.
SMALLEST_MODULE_MM: Final = 0.4
_LEVEL: Final = "Q"
_MOST_LINKS: Final = 10_000
_LONGEST_URI: Final = 2_048
_PRINT: Final = 4


@attrs.frozen(kw_only=True)
class StampSpec:
    """What the stamp says, and where it stands.

    Attributes:
        symbol_text: What the QR code holds.
        link: Where a click on it leads; ASCII.
        lines: Text beside the symbol, e.g. host and code.
        alt: Alternative text for who cannot see the symbol.
        module_mm: Side of one module; at least 0.40.
        margin_mm: Edge of the page that stays free where a place is looked for.
        place: Where it stands; None looks for a free place.
        notice: A line of its own, e.g. that the document has no legal value.
    """

    symbol_text: str
    link: str
    lines: tuple[str, ...]
    alt: str
    module_mm: float
    margin_mm: float
    place: Place | None = None
    notice: str | None = None


@attrs.frozen(kw_only=True)
class Stamped:
    """What was done.

    Attributes:
        place: Where the stamp stands.
        symbol_version: Of the QR code, 1 to 40.
        module_mm: Side of one module.
        added_page: True when a page was added, since the others were full.
        size_mm: Width and height of the stamp.
    """

    place: Place
    symbol_version: int
    module_mm: float
    added_page: bool
    size_mm: tuple[float, float]


def stamp(
    source: BinaryIO, target: BinaryIO, spec: StampSpec, limits: Limits
) -> Stamped:
    """Write `source` to `target` with the stamp added as one incremental update.

    The bytes of `source` stand unchanged at the start of `target`. Where no place is
    named and page 1 and the last page are full, a page is added for the stamp.

    Args:
        source: A PDF without signatures; seekable.
        target: Empty; after an error, what is in it means nothing.
        spec: The stamp.
        limits: Sizes of the PDF and of the work on it.

    Raises:
        UnreadablePDFError: Not a PDF, empty, truncated or damaged.
        EncryptedPDFError: It is protected.
        LimitExceededError: Larger or deeper than is let in.
        SigningError: It carries a signature already.
        NoRoomForCodeError: The place that was named is not free.
        RenderingFailedError: No place was named, and looking for one failed.
        ConfigurationError: Modules smaller than can be printed.
        MalformedError: A text that the code or the lettering cannot hold.
        StorageError: `target` could not be written.

    Source:
        ISO 32000-2, 7.5.6 (incremental updates); ISO/IEC 18004, 6.3.8 (quiet zone).
    """
    face = _face(spec)
    reader = opened(source, limits)
    with readable():
        refuse_signed(reader)
        place = _place(reader, face, spec, limits)
        writer: IncrementalPdfFileWriter = Increment.over(reader)
        if place is None:
            page, place = _added_page(writer, face, spec.margin_mm)
            added = True
        else:
            page, added = page_at(reader, place.page - 1), False
        _draw(writer, page, face, place, spec)
        writer.write(target)
    return Stamped(
        place=place,
        symbol_version=face.symbol.version,
        module_mm=spec.module_mm,
        added_page=added,
        size_mm=face.size,
    )


def links(source: BinaryIO, limits: Limits) -> tuple[str, ...]:
    """The addresses that the links of a PDF lead to, in page order.

    Raises:
        UnreadablePDFError: Not a PDF, empty, truncated or damaged.
        EncryptedPDFError: It is protected.
        LimitExceededError: Too large, too many pages.
    """
    reader = opened(source, limits)
    found: list[str] = []
    with readable():
        for page in pages(reader, limits):
            for annotation in list(entry(page, "/Annots", ()))[:_MOST_LINKS]:
                uri = _uri(annotation.get_object())
                if uri is not None and len(found) < _MOST_LINKS:
                    found.append(uri)
    return tuple(found)


def _uri(annotation: Any) -> str | None:
    if not isinstance(annotation, generic.DictionaryObject):
        return None
    action = entry(annotation, "/A", {})
    uri = entry(action, "/URI") if entry(annotation, "/Subtype") == "/Link" else None
    return str(uri)[:_LONGEST_URI] if isinstance(uri, str) else None


def _face(spec: StampSpec) -> Face:
    if spec.module_mm < SMALLEST_MODULE_MM:
        raise ConfigurationError(
            f"modules of {spec.module_mm:g} mm are too small to print and scan",
            hint=f"Take at least {SMALLEST_MODULE_MM:.2f} mm; 0.60 is the advice.",
        )
    if not spec.link.isascii():
        raise MalformedError("the link of the stamp is not ASCII")
    symbol = qr_symbol(spec.symbol_text, level=_LEVEL)
    notice = (spec.notice,) if spec.notice else ()
    return Face(symbol, spec.module_mm, spec.lines, notice)


def _sheet(reader: PdfFileReader, number: int) -> Sheet:
    seen = paper(page_at(reader, number - 1).get_object())
    return Sheet(number, seen.width_mm, seen.height_mm)


def _place(
    reader: PdfFileReader, face: Face, spec: StampSpec, limits: Limits
) -> Place | None:
    root: Any = reader.root
    last = int(root["/Pages"]["/Count"])
    wide, high = face.size
    with _on_disk(reader.stream) as path:
        if spec.place is None:
            sheets = [_sheet(reader, number) for number in sorted({1, last})]
            return free_place(
                path, wide, high, margin_mm=spec.margin_mm, sheets=sheets, limits=limits
            )
        if not 1 <= spec.place.page <= last:
            raise NoRoomForCodeError(
                f"the PDF has no page {spec.place.page}",
                hint=f"It has {last} page(s), counted from 1.",
            )
        sheet = _sheet(reader, spec.place.page)
        try:
            check_place(path, spec.place, wide, high, sheet=sheet, limits=limits)
        except RenderingFailedError as cause:
            _log.warning("the place of the stamp was not checked: %s", cause)
        return spec.place


@contextmanager
def _on_disk(stream: BinaryIO) -> Generator[Path]:
    with tempfile.NamedTemporaryFile(prefix="digivl-", suffix=".pdf") as copy:
        stream.seek(0)
        shutil.copyfileobj(stream, copy)
        copy.flush()
        yield Path(copy.name)


def _added_page(
    writer: IncrementalPdfFileWriter, face: Face, margin: float
) -> tuple[Any, Place]:
    root: Any = writer.root
    tree_ref: Any = root.raw_get("/Pages")
    tree: Any = tree_ref.get_object()
    number = int(tree["/Count"]) + 1
    first = paper(writer.find_page_for_modification(0)[0].get_object())
    wide, high = face.size
    place = Place(number, first.width_mm - margin - wide, margin)
    if place.x_mm < 0 or first.height_mm < high + margin:
        raise NoRoomForCodeError(
            f"a stamp of {wide:.1f} x {high:.1f} mm is larger than a page of"
            f" {first.width_mm:.1f} x {first.height_mm:.1f} mm",
            hint="Take smaller modules or shorter lines.",
        )
    page = writer.add_object(_empty_page(tree_ref, first))
    # As last child of the root: no other node changes, however deep the tree is.
    tree["/Kids"].append(page)
    tree["/Count"] = generic.NumberObject(number)
    writer.update_container(tree["/Kids"])
    writer.update_container(tree)
    return page, place


def _empty_page(parent: Any, like: Paper) -> Any:
    box = (0, 0, like.width_mm * POINTS_PER_MM, like.height_mm * POINTS_PER_MM)
    # What is not said here would be inherited.
    return dictionary(
        {"/Type": "/Page"},
        Parent=parent,
        MediaBox=array(box),
        CropBox=array(box),
        Rotate=generic.NumberObject(0),
        Resources=dictionary({}),
    )


def _draw(
    writer: IncrementalPdfFileWriter,
    page_ref: Any,
    face: Face,
    place: Place,
    spec: StampSpec,
) -> None:
    page: Any = page_ref.get_object()
    seen, was = paper(page), drawn_on(page)
    # The symbol stands on the side of the nearest edge.
    right = place.x_mm + face.size[0] / 2 > seen.width_mm / 2
    x_symbol = place.x_mm + (face.column if right else 0)
    x_lines = place.x_mm + (0 if right else face.side)
    y_symbol = place.y_mm + face.size[1] - face.side
    area = array(seen.area(x_symbol, y_symbol, face.side, face.side))
    link = writer.add_object(_link(spec, area, page_ref))
    marks = None
    if structure_tree(writer) is not None:
        page["/Tabs"] = generic.NameObject("/S")
        marks = tag(
            writer, page_ref, link, alt=spec.alt, area=area, first_mark=was.marks
        )
    spots = ((x_symbol, y_symbol), (x_lines, place.y_mm))
    names = name_forms(page, forms(writer, face, flush_right=right))
    drawn = [
        f"q {row(seen.matrix(*spot))} cm {name} Do Q"
        for name, spot in zip(names, spots, strict=False)
    ]
    draw_after(writer, page, was, _marked(marks, spec.alt, drawn))
    page["/Annots"] = generic.ArrayObject([*entry(page, "/Annots", ()), link])
    writer.update_container(page)


def _marked(marks: Marks | None, alt: str, drawn: list[str]) -> str:
    if marks is None:
        said = alt.encode("utf-16-be").hex()
        begin = [f"/Span <</Alt <FEFF{said}>>> BDC", "/Span BMC"]
    else:
        numbers = (marks.symbol, marks.lines)
        kinds = ("/Figure", "/P")
        begin = [
            f"{kind} <</MCID {n}>> BDC" for kind, n in zip(kinds, numbers, strict=True)
        ]
    return "\n".join(
        f"{opens}\n{draws}\nEMC" for opens, draws in zip(begin, drawn, strict=False)
    )


def _link(spec: StampSpec, area: generic.ArrayObject, page: Any) -> Any:
    uri = generic.ByteStringObject(spec.link.encode("ascii"))
    return dictionary(
        {"/Type": "/Annot", "/Subtype": "/Link"},
        Rect=area,
        P=page,
        F=generic.NumberObject(_PRINT),
        Border=array((0, 0, 0)),
        Contents=generic.pdf_string(spec.alt),
        A=dictionary({"/S": "/URI"}, URI=uri),
    )
