"""The stamp on the page: exact, readable by machine and ear, harmless to the rest."""

from __future__ import annotations

import io
import subprocess
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from digivl.pdf.content import drawing
from digivl.pdf.reading import facts, opened
from digivl.pdf.stamp import Place, Stamped, StampSpec, links, stamp
from digivl.settings import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakePDF = Callable[..., bytes]
    Program = Callable[[str], str]
    PageOf = Callable[..., Any]
    Stamper = Callable[..., tuple[bytes, Stamped]]
    Render = Callable[..., Image.Image]

LIMITS = Limits()
NOTICE = "ONTWIKKELING - GEEN RECHTSWAARDE"
FULL = b"0 0 595 842 re f"
INCH = 25.4


@pytest.fixture(name="render")
def _render(tmp_path: Path, needs_program: Program) -> Render:
    """A page as another program shows it."""

    def work(pdf: bytes, dpi: int = 150, page: int = 1) -> Image.Image:
        (tmp_path / "shown.pdf").write_bytes(pdf)
        where = ["-r", str(dpi), "-f", str(page), "-l", str(page), "-singlefile"]
        files = [str(tmp_path / "shown.pdf"), str(tmp_path / "shown")]
        command = [needs_program("pdftoppm"), "-cropbox", "-png", *where, *files]
        subprocess.run(command, check=True, capture_output=True)
        with Image.open(tmp_path / "shown.png") as image:
            return image.convert("L")

    return work


def box(image: Image.Image, level: int = 128) -> tuple[int, int, int, int]:
    """The part of a page that holds ink."""
    found = image.point(lambda value: 255 if value < level else 0).getbbox()
    assert found is not None
    return found


def decoded(image: Image.Image) -> list[str]:
    """What zxing-cpp reads from a page."""
    return [found.text for found in zxingcpp.read_barcodes(image)]


def test_base_is_the_prefix(make_pdf: MakePDF, stamped: Stamper) -> None:
    """The update is appended: the file before it stays byte for byte."""
    for end in (b"\n", b"", b"\r\n"):
        pdf = make_pdf(b"BT ET", end=end)

        out, done = stamped(pdf)

        assert pdf == out[: len(pdf)]
        assert 2 == opened(io.BytesIO(out), LIMITS).total_revisions
        assert (4, 0.6, False) == (
            done.symbol_version,
            done.module_mm,
            done.added_page,
        )


@pytest.mark.interop
@pytest.mark.parametrize("module", [0.4, 0.6, 1.0])
def test_millimetres_are_exact(
    make_pdf: MakePDF, render: Render, module: float, stamped: Stamper
) -> None:
    """At 600 dpi the symbol is as wide, and stands where, the millimetres say."""
    place = Place(1, 20, 30)

    out, done = stamped(make_pdf(), lines=(), module_mm=module, place=place)

    image = render(out, 600)
    left, top, right, bottom = (pixel / 600 * INCH for pixel in box(image))
    assert pytest.approx(33 * module, abs=0.06) == right - left
    assert pytest.approx(33 * module, abs=0.06) == bottom - top
    assert pytest.approx(20 + 4 * module, abs=0.05) == left
    assert pytest.approx(842 / 72 * INCH - 30 - 4 * module, abs=0.06) == bottom
    assert pytest.approx((41 * module,) * 2) == done.size_mm


@pytest.mark.interop
@pytest.mark.parametrize("dpi", [150, 300])
def test_two_decoders_read_it(
    make_pdf: MakePDF,
    render: Render,
    needs_program: Program,
    tmp_path: Path,
    dpi: int,
    stamped: Stamper,
    spec: StampSpec,
) -> None:
    """Independent decoders read the code from the rendered page."""
    out, _ = stamped(make_pdf(), notice=NOTICE)

    image = render(out, dpi)

    image.save(tmp_path / "page.png")
    command = [needs_program("zbarimg"), "-q", "--raw", str(tmp_path / "page.png")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert spec.symbol_text == said.strip()
    assert [spec.symbol_text] == decoded(image)


@pytest.mark.interop
def test_lines_can_be_selected(
    make_pdf: MakePDF,
    needs_program: Program,
    tmp_path: Path,
    stamped: Stamper,
    spec: StampSpec,
) -> None:
    """Host, code and notice are text for other programs."""
    path = tmp_path / "stamped.pdf"
    path.write_bytes(stamped(make_pdf(), notice=NOTICE)[0])

    command = [needs_program("pdftotext"), str(path), "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    shown = [line for line in said.splitlines() if line.strip()]
    assert [*spec.lines, NOTICE] == shown


def test_code_can_be_read_back_as_link(
    make_pdf: MakePDF, stamped: Stamper, page_of: PageOf, spec: StampSpec
) -> None:
    """The symbol is a link that prints, and says in words where it leads."""
    before = b"<< /Subtype /Link /Rect [0 700 9 709] /A << /URI (x:y) >> >>"
    pdf = make_pdf(page=b"/Annots [%s 42 null]" % before)

    out, done = stamped(pdf)

    assert ("x:y", spec.link) == links(io.BytesIO(out), LIMITS)
    annotation: Any = page_of(out)["/Annots"][3]
    assert (spec.alt, 4) == (annotation["/Contents"], annotation["/F"])
    assert [0, 0, 0] == list(annotation["/Border"])
    side = 41 * 0.6 / INCH * 72
    left, bottom, right, top = (float(number) for number in annotation["/Rect"])
    assert pytest.approx(side) == right - left
    assert pytest.approx(side) == top - bottom
    assert pytest.approx(595 - 7 / INCH * 72, abs=0.01) == right
    assert pytest.approx(done.place.y_mm / INCH * 72) == bottom


@pytest.mark.interop
@pytest.mark.parametrize("turned", [0, 90, 180, 270, -90])
@pytest.mark.parametrize(
    "page",
    [b"", b"/CropBox [100 50 500 700]", b"/UserUnit 2", b"/CropBox [-50 -50 900 900]"],
    ids=["plain", "cropped", "unit", "crop larger"],
)
def test_stamp_is_upright_on_every_page(
    make_pdf: MakePDF,
    render: Render,
    turned: int,
    page: bytes,
    stamped: Stamper,
    spec: StampSpec,
) -> None:
    """Turned, cropped or enlarged: upright, of the same size, bottom right as seen."""
    pdf = make_pdf(page=page + b" /Rotate %d" % turned)

    out, done = stamped(pdf)

    image = render(out, 150)
    left, top, right, bottom = box(image)
    unit = 2 if b"/UserUnit" in page else 1
    # pdftoppm knows no user unit: it shows such a page at half its size.
    per_mm = 150 / INCH / unit
    wide, high = done.size_mm
    assert [spec.symbol_text] == decoded(
        image.resize((image.width * unit, image.height * unit))
    )
    assert pytest.approx(image.width / per_mm - 7 - 2.4, abs=0.5) == right / per_mm
    assert pytest.approx(image.height / per_mm - 7 - 2.4, abs=0.5) == bottom / per_mm
    assert pytest.approx(33 * 0.6, abs=0.5) == (bottom - top) / per_mm
    assert (right - left) / per_mm <= wide
    assert (bottom - top) / per_mm <= high


@pytest.mark.interop
@pytest.mark.parametrize(
    "content",
    [
        b"q 0.1 0 0 0.1 300 300 cm 1 0 0 rg",
        b"Q Q q 2 0 0 2 0 0 cm",
        b"BT /F1 9 Tf 100 800 Td (besluit \\( q q q) Tj",
        b"/Span BMC q 100 100 10 10 re W n",
        b"q % Q Q Q\n(Q) pop /Q gs <51> BT (a (Q) \\) Q) Tj ET 3 0 0 3 0 0 cm",
        b"q 1 0 0 1 500 800 cm BI /W 1 /H 1 /BPC 8 /CS /G ID Q EI Q q 0 1 -1 0 0 0 cm",
        b"q 1 0 0 1 500 800 cm BI /W 1 /H 1 /BPC 8 /CS /G ID q",
        b"",
        None,
    ],
)
def test_content_before_it_cannot_move_it(
    make_pdf: MakePDF,
    render: Render,
    content: bytes | None,
    stamped: Stamper,
    spec: StampSpec,
) -> None:
    """A graphics state, text or marked content left open does not reach the stamp."""
    out, done = stamped(make_pdf(content), place=Place(1, 20, 30), lines=())

    image = render(out, 300).crop((0, 2000, 2479, 3508))
    left, _, right, _ = (pixel / 300 * INCH for pixel in box(image))
    assert pytest.approx(20 + 2.4, abs=0.15) == left
    assert pytest.approx(20 + done.size_mm[0] - 2.4, abs=0.15) == right
    assert [spec.symbol_text] == decoded(image)


@given(st.lists(st.sampled_from(["q", "Q", "BT", "ET", "/A BMC", "EMC", "(Q q)"])))
def test_content_is_closed_exactly(operators: list[str]) -> None:
    """What stands around content ends with no state open, and never below none."""
    content = " ".join(operators).encode()
    wrapped = drawing(content)
    depth = 0

    seen = content.replace(b"(Q q)", b"")
    for token in (wrapped.before + seen + wrapped.after).split():
        depth += (token == b"q") - (token == b"Q")
        assert depth >= 0
        assert depth >= 1 or token == b"Q"

    assert 0 == depth


@pytest.mark.interop
def test_nothing_else_changes(
    make_pdf: MakePDF, render: Render, stamped: Stamper
) -> None:
    """Outside the stamp no pixel changes, and under it was nothing."""
    pdf = make_pdf(b"50 300 200 200 re f BT /F1 20 Tf 60 700 Td (Besluit) Tj ET")

    out, done = stamped(pdf, notice=NOTICE)

    before, after = render(pdf), render(out)
    changed = ImageChops.difference(before, after).getbbox()
    assert changed is not None
    x, y = done.place.x_mm, after.height / 150 * INCH - done.place.y_mm
    wide, high = done.size_mm
    left, top, right, bottom = (mm / INCH * 150 for mm in (x, y - high, x + wide, y))
    assert left - 1 <= changed[0] < changed[2] <= right + 1
    assert top - 1 <= changed[1] < changed[3] <= bottom + 1
    assert (255, 255) == before.crop((left, top, right, bottom)).getextrema()


@pytest.mark.interop
def test_full_pages_get_a_page_more(
    make_pdf: MakePDF, render: Render, stamped: Stamper, spec: StampSpec
) -> None:
    """Where nothing is free, a page like page 1 is added at the end."""
    pdf = make_pdf(FULL, page=b"/Rotate 90", tree=b"/Rotate 180 /CropBox [9 9 20 20]")
    pdf = pdf.replace(b"/CropBox [9 9 20 20]", b"                    ")

    out, done = stamped(pdf)

    assert (True, 2) == (done.added_page, done.place.page)
    assert 2 == facts(io.BytesIO(out), LIMITS).pages
    image = render(out, 150, 2)
    assert [spec.symbol_text] == decoded(image)
    assert image.size == render(out, 150, 1).size


def test_added_page_in_a_nested_tree(
    make_pdf: MakePDF, stamped: Stamper, page_of: PageOf
) -> None:
    """Inherited attributes and nested trees do not reach the page that is added."""
    pdf = make_pdf(
        others={
            2: b"<< /Type /Pages /Kids [30 0 R] /Count 1 /Rotate 90"
            b" /MediaBox [0 0 595 842] >>",
            30: b"<< /Type /Pages /Parent 2 0 R /Kids [20 0 R] /Count 1 >>",
            20: b"<< /Type /Page /Parent 30 0 R /Contents [10 0 R 10 0 R] >>",
            10: b"<< /Length 16 >>\nstream\n%s\nendstream" % FULL,
        }
    )

    out, done = stamped(pdf)

    assert done.added_page
    page = page_of(out, 1)
    assert 0 == page["/Rotate"]
    assert [0, 0, 842, 595] == [round(float(side)) for side in page["/MediaBox"]]


def test_shared_resources_stay_shared(
    make_pdf: MakePDF, stamped: Stamper, page_of: PageOf
) -> None:
    """Only the stamped page gets the forms, with names that are free on it."""
    pdf = make_pdf(
        pages=2,
        page=b"/Resources 30 0 R",
        others={
            21: b"<< /Type /Page /Parent 2 0 R /Resources 30 0 R >>",
            30: b"<< /XObject 31 0 R /ExtGState << >> >>",
            31: b"<< /Digivl0 32 0 R >>",
            32: b"<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Length 0 >>"
            b"\nstream\n\nendstream",
        },
    )

    out, _ = stamped(pdf)

    own, other = page_of(out)["/Resources"], page_of(out, 1)["/Resources"]
    assert {"/Digivl0", "/Digivl1", "/Digivl2"} == set(own["/XObject"])
    assert {"/Digivl0"} == set(other["/XObject"])
    assert "/ExtGState" in own


def test_unknown_filters_are_left_alone(
    make_pdf: MakePDF, stamped: Stamper, spec: StampSpec
) -> None:
    """Content in an encoding that is not known to us is wrapped as it is."""
    pdf = make_pdf(
        others={10: b"<< /Length 2 /Filter /LZWDecode >>\nstream\n\x80\x0b\nendstream"}
    )

    out, _ = stamped(pdf)

    assert (spec.link,) == links(io.BytesIO(out), LIMITS)


def test_named_place_stands_without_renderer(
    make_pdf: MakePDF, spec: StampSpec
) -> None:
    """A renderer that fails keeps nobody from naming a place."""
    limits = attrs.evolve(LIMITS, render_seconds=0.001)
    spec = attrs.evolve(spec, place=Place(1, 10, 10))
    target = io.BytesIO()

    done = stamp(io.BytesIO(make_pdf(FULL)), target, spec, limits)

    assert Place(1, 10, 10) == done.place


def test_pages_without_boxes_are_letters(make_pdf: MakePDF, stamped: Stamper) -> None:
    """A page that says no size is shown as letter paper, also by others."""
    tree = b"<< /Type /Pages /Kids [20 0 R] /Count 1 >>"

    _, done = stamped(make_pdf(others={2: tree}))

    assert pytest.approx(612 / 72 * INCH - 7) == done.place.x_mm + done.size_mm[0]


def test_object_numbers_never_collide(
    make_pdf: MakePDF, stamped: Stamper, page_of: PageOf
) -> None:
    """A size that the trailer states too small does not overwrite objects."""
    pdf = make_pdf(b"BT ET").replace(b"/Size 21", b"/Size 4 ")

    out, _ = stamped(pdf)

    assert b"BT ET" == page_of(out)["/Contents"][1].data


@pytest.mark.interop
def test_corpus_input_is_stamped(
    corpus: Path,
    render: Render,
    needs_program: Program,
    tmp_path: Path,
    stamped: Stamper,
    spec: StampSpec,
) -> None:
    """Documents by Word, LibreOffice and Adobe are stamped, and stay sound."""
    for path in sorted((corpus / "input").glob("*.pdf")):
        pdf = path.read_bytes()

        out, done = stamped(pdf, notice=NOTICE)

        assert pdf == out[: len(pdf)]
        assert not done.added_page
        assert spec.link in links(io.BytesIO(out), LIMITS)
        assert spec.symbol_text in decoded(render(out, 150, done.place.page))
        (tmp_path / "out.pdf").write_bytes(out)
        command = [needs_program("qpdf"), "--check", str(tmp_path / "out.pdf")]
        assert 0 == subprocess.run(command, capture_output=True, check=False).returncode
