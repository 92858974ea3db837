"""Visible signatures: where they stand, which side is up, who can read them."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from digivl.errors import MalformedError, SigningError
from digivl.pdf.signer import SignatureSpec, sign
from digivl.pdf.spec import Box, Visible
from digivl.settings import Limits
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.signing.softkey import SoftKey

NOW = datetime.now(UTC)
LINES = ("Ondertekend door Zoë Proef", "op 24 november 2026")
BOX = Box(1, 20, 30, 70, 40)
SEEN = Visible(LINES, BOX)
SCALE = 4


def blank(**options: Any) -> bytes:
    """A paper with nothing on it."""
    return paper(**options).replace(b" Tj ET", b"    ET")


def signed(content: bytes, key: SoftKey, visible: Visible, field: str = "S") -> bytes:
    """The document with a visible signature."""
    target = io.BytesIO()
    sign(
        io.BytesIO(content),
        target,
        SignatureSpec(field=field, visible=visible),
        key.identity(),
        key.sign,
        at=NOW,
        limits=Limits(),
    )
    return target.getvalue()


def turned(degrees: int) -> bytes:
    """A blank paper whose page is displayed turned."""
    writer = IncrementalPdfFileWriter(io.BytesIO(blank()))
    tree: Any = writer.root["/Pages"]
    tree["/Rotate"] = generic.NumberObject(degrees)
    writer.update_container(tree)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def ink(content: bytes, page: int = 0) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of what is drawn on a page as displayed, in mm."""
    document = pypdfium2.PdfDocument(content)
    document.init_forms()
    image = document[page].render(scale=SCALE, may_draw_forms=True).to_pil()
    dark = image.convert("L").point(lambda value: 255 * (value < 128))
    left, top, right, bottom = dark.getbbox()
    mm = 25.4 / 72 / SCALE
    high = image.size[1]
    return left * mm, (high - bottom) * mm, right * mm, (high - top) * mm


def near(expected: tuple[float, ...]) -> Any:
    """Within half a millimetre."""
    return pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_it_stands_where_it_was_asked(minister: SoftKey, degrees: int) -> None:
    """On the page as displayed, however that is turned; the frame is its edge."""
    assert near((20, 30, 90, 70)) == ink(signed(turned(degrees), minister, SEEN))


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_it_is_upright(minister: SoftKey, degrees: int) -> None:
    """The lines start at the top left of the page as displayed."""
    content = signed(turned(degrees), minister, SEEN)
    document = pypdfium2.PdfDocument(content)
    document.init_forms()
    image = document[0].render(scale=SCALE, may_draw_forms=True).to_pil().convert("L")
    px = SCALE * 72 / 25.4
    high = image.size[1]

    def dark(left: float, bottom: float, right: float, top: float) -> bool:
        box = (left * px, high - top * px, right * px, high - bottom * px)
        return bool(image.crop(tuple(map(int, box))).getextrema()[0] < 128)

    # Inside the frame: two lines at the top, nothing under them, nothing at their end.
    assert dark(21, 62, 40, 69)
    assert not dark(21, 31, 89, 55)


def test_large_lines_shrink(minister: SoftKey) -> None:
    """Many lines get smaller letters, and stay inside; too many are refused."""
    lines = tuple(f"regel {number}" for number in range(12))
    drawn = ink(signed(blank(), minister, Visible(lines, Box(1, 20, 30, 40, 30))))

    assert near((20, 30, 60, 60)) == drawn
    with pytest.raises(SigningError, match="do not fit"):
        signed(blank(), minister, Visible(lines, Box(1, 20, 30, 40, 10)))


@pytest.mark.parametrize(("page", "index"), [(2, 1), (-1, 2), (-3, 0)])
def test_any_page(minister: SoftKey, page: int, index: int) -> None:
    """Pages count from 1, and from the last one back."""
    content = signed(paper(pages=3), minister, Visible(LINES, Box(page, 9, 9, 60, 15)))
    found = [n for n, one in enumerate(pages_of(content)) if "/Annots" in one]

    assert [index] == found


def pages_of(content: bytes) -> list[Any]:
    """The pages of a document."""
    reader = PdfFileReader(io.BytesIO(content))
    root: Any = reader.root
    return [kid.get_object() for kid in root["/Pages"]["/Kids"]]


@pytest.mark.parametrize(
    "box",
    [
        Box(0, 9, 9, 60, 15),
        Box(4, 9, 9, 60, 15),
        Box(-4, 9, 9, 60, 15),
        Box(1, 180, 9, 60, 15),
        Box(1, -1, 9, 60, 15),
        Box(1, 9, 290, 60, 15),
    ],
    ids=str,
)
def test_off_the_page_is_refused(minister: SoftKey, box: Box) -> None:
    """Where nobody sees it, a signature is not visible."""
    with pytest.raises(SigningError, match="page") as refused:
        signed(paper(pages=3), minister, Visible(LINES, box))

    assert refused.value.hint


@pytest.mark.parametrize("size", [(0, 5), (5, -1), (float("nan"), 5), (1e9, 5)])
def test_a_box_has_a_size(size: tuple[float, float]) -> None:
    """Nothing can stand in no place."""
    with pytest.raises(ValueError, match="above zero"):
        Box(1, 0, 0, *size)


def test_no_lines_is_a_frame(minister: SoftKey) -> None:
    """A place for a stamp or a pen."""
    assert near((20, 30, 90, 70)) == ink(signed(blank(), minister, Visible((), BOX)))


def test_letters_that_are_not_there_are_told(minister: SoftKey) -> None:
    """A name in another script is no reason to print question marks."""
    with pytest.raises(MalformedError, match="no letter"):
        signed(paper(), minister, Visible(("Γεια",), BOX))


def form(box: tuple[int, int, int, int] | None, *, merged: bool = True) -> bytes:
    """A blank paper with an empty signature field on its second page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(blank(pages=2)))
    spec = SigFieldSpec("S", 1, box, combine_annotation=merged)
    append_signature_field(writer, spec)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize("named", [True, False])
def test_a_field_that_is_there_keeps_its_place(
    minister: SoftKey,
    *,
    merged: bool,
    named: bool,
) -> None:
    """The lines go where the field stands, also when it does not name its page."""
    content = form((72, 72, 288, 144), merged=merged)
    if not named:
        content = content.replace(b"/P 6 0 R", b"/Q 6 0 R")
        assert b"/Q 6 0 R" in content
    drawn = ink(signed(content, minister, Visible(LINES)), page=1)

    assert near((25.4, 25.4, 101.6, 50.8)) == drawn


def test_a_field_on_no_page_is_refused(minister: SoftKey) -> None:
    """A field that no page lists cannot be seen."""
    content = form((72, 72, 288, 144)).replace(b"/P 6 0 R", b"/Q 6 0 R")

    with pytest.raises(SigningError, match="on no page"):
        signed(content.replace(b"/Annots", b"/Annotz"), minister, Visible(LINES))


def test_an_invisible_field_stays_so(minister: SoftKey) -> None:
    """Lines need room; and a field has the place that it has."""
    with pytest.raises(SigningError, match="invisible"):
        signed(form(None), minister, Visible(LINES))
    with pytest.raises(SigningError, match="its place already"):
        signed(form((72, 72, 288, 144)), minister, SEEN)


def test_a_field_in_several_places_is_refused(minister: SoftKey) -> None:
    """Which of them would be signed?"""
    content = form((72, 72, 288, 144), merged=False)
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    field: Any = writer.root["/AcroForm"]["/Fields"][0].get_object()
    field["/Kids"].append(field["/Kids"].raw_get(0))
    writer.update_container(field["/Kids"])
    writer.update_container(field)
    target = io.BytesIO()
    writer.write(target)

    with pytest.raises(SigningError, match="several places"):
        signed(target.getvalue(), minister, Visible(LINES))


def test_the_first_gets_its_place_in_the_structure(
    minister: SoftKey, secretary: SoftKey
) -> None:
    """In a tagged document it is read aloud; a later one touches nothing signed."""
    typst = pytest.importorskip("typst")
    made = typst.compile(b"= Besluit", format="pdf")
    once = signed(made, minister, SEEN)
    twice = signed(once, secretary, Visible(LINES, Box(1, 100, 30, 70, 20)), "T")
    root: Any = PdfFileReader(io.BytesIO(twice)).root
    first, second = (one.get_object() for one in root["/AcroForm"]["/Fields"])
    elements = [kid.get_object() for kid in root["/StructTreeRoot"]["/K"]]
    elements += [k.get_object() for e in elements for k in kids_of(e)]
    forms = [one for one in elements if one.get("/S") == "/Form"]

    assert [True, False] == ["/StructParent" in one for one in (first, second)]
    assert [first["/T"]] == [one["/K"]["/Obj"]["/T"] for one in forms]


def kids_of(element: Any) -> list[Any]:
    """The children of a structure element that are elements themselves."""
    kids = element.get("/K", ())
    found = kids if isinstance(kids, generic.ArrayObject) else [kids]
    return [one for one in found if isinstance(one, generic.IndirectObject)]


@pytest.mark.interop
def test_two_visible_signatures(
    minister: SoftKey, secretary: SoftKey, pdfsig: Callable[..., str]
) -> None:
    """Each signs beside the other; both hold."""
    once = signed(paper(), minister, SEEN)
    twice = signed(once, secretary, Visible(LINES, Box(1, 100, 30, 70, 20)), "T")

    assert 2 == pdfsig(twice).count("Signature is Valid.")
    fields: Any = PdfFileReader(io.BytesIO(twice)).root["/AcroForm"]["/Fields"]
    assert [" ".join(LINES)] * 2 == [one.get_object()["/TU"] for one in fields]
