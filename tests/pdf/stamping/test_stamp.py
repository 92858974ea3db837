"""The stamp on the page: exact, readable by machine and ear, harmless to the rest."""

from __future__ import annotations

import io
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from digivl.errors import (
    ConfigurationError,
    DigivlError,
    LimitExceededError,
    MalformedError,
    NoRoomForCodeError,
    SigningError,
    UnreadablePDFError,
)
from digivl.pdf.content import drawing
from digivl.pdf.paper import Paper
from digivl.pdf.reading import entry, facts, opened
from digivl.pdf.stamp import Place, Stamped, StampSpec, links, stamp
from digivl.settings import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakePDF = Callable[..., bytes]
    Program = Callable[[str], str]
    Render = Callable[..., Image.Image]

LIMITS = Limits()
TEXT = "HTTPS://VERIFIEER.VLAANDEREN.BE/D/0123456789ABCDEFGHJKMNPQRS"
LINK = "https://verifieer.vlaanderen.be/d/0123456789ABCDEFGHJKMNPQRS"
ALT = "QR-code: controleer dit document op verifieer.vlaanderen.be"
SPEC = StampSpec(
    symbol_text=TEXT,
    link=LINK,
    lines=("verifieer.vlaanderen.be", "0123-4567-89AB-CDEF"),
    alt=ALT,
    module_mm=0.6,
    margin_mm=7.0,
)
NOTICE = "ONTWIKKELING - GEEN RECHTSWAARDE"
FULL = b"0 0 595 842 re f"
INCH = 25.4


def stamped(pdf: bytes, spec: StampSpec = SPEC, **change: Any) -> tuple[bytes, Stamped]:
    """The stamped file, and what was done."""
    target = io.BytesIO()
    done = stamp(io.BytesIO(pdf), target, attrs.evolve(spec, **change), LIMITS)
    return target.getvalue(), done


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


@pytest.fixture(name="tagged")
def _tagged(tmp_path: Path) -> bytes:
    """A tagged document made by typst, with a heading and two pages."""
    typst = pytest.importorskip("typst")
    source = tmp_path / "tagged.typ"
    source.write_text(
        '#set document(title: "Besluit")\n#set text(lang: "nl")\n= Besluit\n'
        '#link("https://vlaanderen.be")[Vlaanderen]\n#pagebreak()\nArtikel 1.'
    )
    return bytes(typst.compile(str(source)))


def box(image: Image.Image, level: int = 128) -> tuple[int, int, int, int]:
    """The part of a page that holds ink."""
    found = image.point(lambda value: 255 if value < level else 0).getbbox()
    assert found is not None
    return found


def decoded(image: Image.Image) -> list[str]:
    """What zxing-cpp reads from a page."""
    return [found.text for found in zxingcpp.read_barcodes(image)]


def test_base_is_the_prefix(make_pdf: MakePDF) -> None:
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
    make_pdf: MakePDF, render: Render, module: float
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
    make_pdf: MakePDF, render: Render, needs_program: Program, tmp_path: Path, dpi: int
) -> None:
    """Independent decoders read the code from the rendered page."""
    out, _ = stamped(make_pdf(), notice=NOTICE)

    image = render(out, dpi)

    image.save(tmp_path / "page.png")
    command = [needs_program("zbarimg"), "-q", "--raw", str(tmp_path / "page.png")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert TEXT == said.strip()
    assert [TEXT] == decoded(image)


@pytest.mark.interop
def test_structure_is_clean(
    make_pdf: MakePDF, tagged: bytes, needs_program: Program, tmp_path: Path
) -> None:
    """`qpdf --check` finds nothing, in plain, tagged and enlarged files."""
    for pdf in (make_pdf(), make_pdf(end=b""), make_pdf(FULL), tagged):
        path = tmp_path / "stamped.pdf"
        path.write_bytes(stamped(pdf, notice=NOTICE)[0])

        done = subprocess.run(
            [needs_program("qpdf"), "--check", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )

        assert 0 == done.returncode, done.stdout + done.stderr
        assert "No syntax or stream encoding errors" in done.stdout


@pytest.mark.interop
def test_lines_can_be_selected(
    make_pdf: MakePDF, needs_program: Program, tmp_path: Path
) -> None:
    """Host, code and notice are text for other programs."""
    path = tmp_path / "stamped.pdf"
    path.write_bytes(stamped(make_pdf(), notice=NOTICE)[0])

    command = [needs_program("pdftotext"), str(path), "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    shown = [line for line in said.splitlines() if line.strip()]
    assert [*SPEC.lines, NOTICE] == shown


def test_code_can_be_read_back_as_link(make_pdf: MakePDF) -> None:
    """The symbol is a link that prints, and says in words where it leads."""
    before = b"<< /Subtype /Link /Rect [0 700 9 709] /A << /URI (x:y) >> >>"
    pdf = make_pdf(page=b"/Annots [%s 42 null]" % before)

    out, done = stamped(pdf)

    assert ("x:y", LINK) == links(io.BytesIO(out), LIMITS)
    annotation: Any = page_of(out)["/Annots"][3]
    assert (ALT, 4) == (annotation["/Contents"], annotation["/F"])
    assert [0, 0, 0] == list(annotation["/Border"])
    side = 41 * 0.6 / INCH * 72
    left, bottom, right, top = (float(number) for number in annotation["/Rect"])
    assert pytest.approx(side) == right - left
    assert pytest.approx(side) == top - bottom
    assert pytest.approx(595 - 7 / INCH * 72, abs=0.01) == right
    assert pytest.approx(done.place.y_mm / INCH * 72) == bottom


def page_of(pdf: bytes, index: int = 0) -> Any:
    """A page as pyHanko reads it."""
    reader = opened(io.BytesIO(pdf), LIMITS)
    page, _ = reader.find_page_for_modification(index)
    return page.get_object()


def test_words_for_who_cannot_see_untagged(make_pdf: MakePDF) -> None:
    """Without a structure tree the marked content carries the alternative text."""
    out, _ = stamped(make_pdf())

    drawn = page_of(out)["/Contents"][-1].data
    assert f"/Span <</Alt <FEFF{ALT.encode('utf-16-be').hex()}>>> BDC".encode() in drawn


def test_words_for_who_cannot_see_tagged(tagged: bytes) -> None:
    """A tagged document gets a figure with its words, a link and a paragraph."""
    before: Any = opened(io.BytesIO(tagged), LIMITS).root["/StructTreeRoot"]
    keys = before["/ParentTree"]

    out, done = stamped(tagged)

    page = page_of(out, done.place.page - 1)
    tree: Any = opened(io.BytesIO(out), LIMITS).root["/StructTreeRoot"]
    (document,) = [kid.get_object() for kid in kids(tree)]
    link, lines = [kid.get_object() for kid in kids(document)][-2:]
    figure, reference = (kid.get_object() for kid in link["/K"])
    assert ("/Link", "/Figure", "/P") == (link["/S"], figure["/S"], lines["/S"])
    assert ALT == figure["/Alt"]
    assert reference["/Obj"]["/StructParent"] in numbers(tree["/ParentTree"])
    on_page = numbers(tree["/ParentTree"])[page["/StructParents"]].get_object()
    assert figure == on_page[figure["/K"]]
    assert lines == on_page[lines["/K"]]
    assert "/S" == page["/Tabs"]
    assert len(numbers(tree["/ParentTree"])) > len(numbers(keys))
    drawn = page["/Contents"][-1].data.decode()
    assert f"/Figure <</MCID {figure['/K']}>> BDC" in drawn


def kids(element: Any) -> list[Any]:
    """The children of an element of the structure tree."""
    found = element["/K"]
    return list(found) if isinstance(found, list) else [found]


def numbers(node: Any) -> dict[int, Any]:
    """A number tree as a dictionary."""
    pairs = list(entry(node, "/Nums", ()))
    found = dict(zip(pairs[::2], pairs[1::2], strict=True))
    for kid in entry(node, "/Kids", ()):
        found |= numbers(kid.get_object())
    return found


@pytest.mark.parametrize(
    ("tree", "page", "others"),
    [
        (b"/K 31 0 R /ParentTree << /Nums [0 32 0 R] >>", b"/StructParents 0", {}),
        (b"/K [31 0 R] /ParentTree 33 0 R", b"/StructParents 0", {}),
        (b"/K [31 0 R 31 0 R] /ParentTreeNextKey 7", b"/StructParents 3", {}),
        (b"/ParentTree << >>", b"", {}),
        (b"/K [31 0 R]", b"", {31: b"<< /S /Document /P 30 0 R >>"}),
    ],
    ids=["flat", "leaves", "two branches", "empty", "no tree"],
)
def test_every_structure_tree_is_extended(
    make_pdf: MakePDF, tree: bytes, page: bytes, others: dict[int, bytes]
) -> None:
    """Whatever shape the trees have, figure, link and lines are found through them."""
    pdf = make_pdf(
        b"/P <</MCID 4>> BDC EMC",
        page=page,
        catalog=b"/MarkInfo << /Marked true >> /StructTreeRoot 30 0 R",
        others={
            30: b"<< /Type /StructTreeRoot %s >>" % tree,
            31: b"<< /S /Document /P 30 0 R /K 9 >>",
            32: b"[31 0 R]",
            33: b"<< /Kids [34 0 R] >>",
            34: b"<< /Limits [0 0] /Nums [0 32 0 R] >>",
        }
        | others,
    )

    out, _ = stamped(pdf)

    root: Any = opened(io.BytesIO(out), LIMITS).root["/StructTreeRoot"]
    found = numbers(root["/ParentTree"])
    on_page = found[page_of(out)["/StructParents"]].get_object()
    figure, lines = (element.get_object() for element in list(on_page)[-2:])
    link = found[max(found)].get_object()
    # The content uses number 4 already.
    assert (5, 6) == (figure["/K"], lines["/K"])
    assert figure == link["/K"][0]
    assert max(found) < root["/ParentTreeNextKey"]
    assert link in [kid.get_object() for kid in kids(link["/P"])]


@pytest.mark.interop
@pytest.mark.parametrize("turned", [0, 90, 180, 270, -90])
@pytest.mark.parametrize(
    "page",
    [b"", b"/CropBox [100 50 500 700]", b"/UserUnit 2", b"/CropBox [-50 -50 900 900]"],
    ids=["plain", "cropped", "unit", "crop larger"],
)
def test_stamp_is_upright_on_every_page(
    make_pdf: MakePDF, render: Render, turned: int, page: bytes
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
    assert [TEXT] == decoded(image.resize((image.width * unit, image.height * unit)))
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
    make_pdf: MakePDF, render: Render, content: bytes | None
) -> None:
    """A graphics state, text or marked content left open does not reach the stamp."""
    out, done = stamped(make_pdf(content), place=Place(1, 20, 30), lines=())

    image = render(out, 300).crop((0, 2000, 2479, 3508))
    left, _, right, _ = (pixel / 300 * INCH for pixel in box(image))
    assert pytest.approx(20 + 2.4, abs=0.15) == left
    assert pytest.approx(20 + done.size_mm[0] - 2.4, abs=0.15) == right
    assert [TEXT] == decoded(image)


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


def test_hostile_depth_is_refused() -> None:
    """Content that opens states without end is not closed at any price."""
    with pytest.raises(LimitExceededError, match="deeper"):
        drawing(b"q " * 20_000)


@pytest.mark.interop
def test_nothing_else_changes(make_pdf: MakePDF, render: Render) -> None:
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
def test_full_pages_get_a_page_more(make_pdf: MakePDF, render: Render) -> None:
    """Where nothing is free, a page like page 1 is added at the end."""
    pdf = make_pdf(FULL, page=b"/Rotate 90", tree=b"/Rotate 180 /CropBox [9 9 20 20]")
    pdf = pdf.replace(b"/CropBox [9 9 20 20]", b"                    ")

    out, done = stamped(pdf)

    assert (True, 2) == (done.added_page, done.place.page)
    assert 2 == facts(io.BytesIO(out), LIMITS).pages
    image = render(out, 150, 2)
    assert [TEXT] == decoded(image)
    assert image.size == render(out, 150, 1).size


def test_added_page_in_a_nested_tree(make_pdf: MakePDF) -> None:
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


def test_shared_resources_stay_shared(make_pdf: MakePDF) -> None:
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


def test_unknown_filters_are_left_alone(make_pdf: MakePDF) -> None:
    """Content in an encoding that is not known to us is wrapped as it is."""
    pdf = make_pdf(
        others={10: b"<< /Length 2 /Filter /LZWDecode >>\nstream\n\x80\x0b\nendstream"}
    )

    out, _ = stamped(pdf)

    assert (LINK,) == links(io.BytesIO(out), LIMITS)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"module_mm": 0.39}, ConfigurationError, "0.39 mm"),
        ({"link": "https://één.be"}, MalformedError, "ASCII"),
        ({"lines": ("100 €",)}, MalformedError, "no letter"),
        ({"symbol_text": "A" * 3000}, MalformedError, "does not fit"),
        ({"place": Place(2, 0, 0)}, NoRoomForCodeError, "no page 2"),
        ({"place": Place(0, 0, 0)}, NoRoomForCodeError, "no page 0"),
        ({"place": Place(1, 200, 0)}, NoRoomForCodeError, "leaves page"),
        ({"place": Place(1, 0, 0)}, NoRoomForCodeError, "would cover"),
        ({"module_mm": 9.0}, NoRoomForCodeError, "larger than a page"),
    ],
)
def test_impossible_stamps_are_refused(
    make_pdf: MakePDF, change: dict[str, Any], error: type[DigivlError], said: str
) -> None:
    """What cannot be stamped is told, and nothing is written."""
    target = io.BytesIO()
    spec = attrs.evolve(SPEC, **change)

    with pytest.raises(error, match=said):
        stamp(io.BytesIO(make_pdf(FULL)), target, spec, LIMITS)

    assert b"" == target.getvalue()


def test_named_place_stands_without_renderer(make_pdf: MakePDF) -> None:
    """A renderer that fails keeps nobody from naming a place."""
    limits = attrs.evolve(LIMITS, render_seconds=0.001)
    spec = attrs.evolve(SPEC, place=Place(1, 10, 10))
    target = io.BytesIO()

    done = stamp(io.BytesIO(make_pdf(FULL)), target, spec, limits)

    assert Place(1, 10, 10) == done.place


@pytest.mark.parametrize(
    ("catalog", "said"),
    [
        (b"/AcroForm << /Fields [30 0 R] >>", "1 signature"),
        (b"/Perms << /DocMDP 31 0 R >>", "allows no change"),
    ],
)
def test_signed_files_are_refused(make_pdf: MakePDF, catalog: bytes, said: str) -> None:
    """A stamp comes before the first signature, never after it."""
    transform = b"<< /TransformMethod /DocMDP /TransformParams << /P 1 >> >>"
    others = {
        30: b"<< /FT /Sig /V 31 0 R >>",
        31: b"<< /Type /Sig /Reference [%s] >>" % transform,
    }
    if b"AcroForm" in catalog:
        others[31] = b"<< /Type /Sig >>"

    with pytest.raises(SigningError, match=said) as refused:
        stamped(make_pdf(catalog=catalog, others=others))

    assert refused.value.hint


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (b"/MediaBox [0 0 0 0]", "no surface"),
        (b"/CropBox [900 900 950 950]", "no surface"),
        (b"/UserUnit 0", "no surface"),
        (b"/MediaBox [0 0]", "damaged"),
        (b"/MediaBox (A4)", "damaged"),
        (b"/Annots 42", "damaged"),
        (b"/Resources [1]", "damaged"),
    ],
)
def test_impossible_pages_are_refused(
    make_pdf: MakePDF, page: bytes, said: str
) -> None:
    """A page without surface, or with nonsense in it, is a typed error."""
    with pytest.raises(UnreadablePDFError, match=said):
        stamped(make_pdf(page=page), place=Place(1, 10, 10))


def test_endless_inheritance_is_refused(make_pdf: MakePDF) -> None:
    """A page that is its own parent inherits nothing, for ever."""
    pdf = make_pdf(others={20: b"<< /Type /Page /Parent 20 0 R >>"})

    with pytest.raises(UnreadablePDFError, match="no end"):
        stamped(pdf)


def test_pages_without_boxes_are_letters(make_pdf: MakePDF) -> None:
    """A page that says no size is shown as letter paper, also by others."""
    tree = b"<< /Type /Pages /Kids [20 0 R] /Count 1 >>"

    _, done = stamped(make_pdf(others={2: tree}))

    assert pytest.approx(612 / 72 * INCH - 7) == done.place.x_mm + done.size_mm[0]


def test_endless_structure_is_refused(make_pdf: MakePDF) -> None:
    """A number tree that leads back to itself is not walked for ever."""
    pdf = make_pdf(
        catalog=b"/StructTreeRoot 30 0 R",
        others={
            30: b"<< /Type /StructTreeRoot /ParentTree 31 0 R >>",
            31: b"<< /Kids [31 0 R 31 0 R] >>",
        },
    )

    with pytest.raises(LimitExceededError, match="structure tree"):
        stamped(pdf)


def test_object_numbers_never_collide(make_pdf: MakePDF) -> None:
    """A size that the trailer states too small does not overwrite objects."""
    pdf = make_pdf(b"BT ET").replace(b"/Size 21", b"/Size 4 ")

    out, _ = stamped(pdf)

    assert b"BT ET" == page_of(out)["/Contents"][1].data


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([0, 90, 180, 270]),
    st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
    st.tuples(st.floats(100, 2000), st.floats(100, 2000)),
    st.floats(0.5, 4),
)
def test_page_corners_are_page_corners(
    turned: int,
    corner: tuple[float, float],
    side: tuple[float, float],
    unit: float,
) -> None:
    """The whole page as displayed is the whole box in user space."""
    shown = (corner[0], corner[1], corner[0] + side[0], corner[1] + side[1])
    seen = Paper(shown, turned, unit)

    area = seen.area(0, 0, seen.width_mm, seen.height_mm)

    assert pytest.approx(shown, abs=1e-6) == area


def test_links_are_bounded_and_tolerant(make_pdf: MakePDF) -> None:
    """Only addresses of links are told, in page order, whatever else stands there."""
    said = [
        b"<< /Subtype /Link /A << /S /URI /URI (https://a.be) >> >>",
        b"<< /Subtype /Text /A << /S /URI /URI (https://b.be) >> >>",
        b"<< /Subtype /Link /A << /S /GoTo >> >>",
        b"<< /Subtype /Link /A << /URI 42 >> >>",
    ]
    pdf = make_pdf(
        pages=2,
        page=b"/Annots [%s]" % b" ".join(said),
        others={
            21: b"<< /Type /Page /Parent 2 0 R /Annots [<< /Subtype /Link"
            b" /A << /URI (https://c.be) >> >>] >>"
        },
    )

    assert ("https://a.be", "https://c.be") == links(io.BytesIO(pdf), LIMITS)


def test_endless_page_tree_is_refused(make_pdf: MakePDF) -> None:
    """A tree that leads back to itself is not walked for ever."""
    tree = b"<< /Type /Pages /Kids [20 0 R 2 0 R] /Count 1 /MediaBox [0 0 9 9] >>"
    pdf = make_pdf(others={2: tree})

    with pytest.raises(LimitExceededError, match="page tree"):
        links(io.BytesIO(pdf), LIMITS)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_hostile_files_are_typed_errors(make_pdf: MakePDF, data: st.DataObject) -> None:
    """A file with changed bytes is stamped or refused with our error."""
    pdf = bytearray(make_pdf(b"BT ET", page=b"/Annots []"))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(9, len(pdf) - 1))
        pdf[at : at + 1] = data.draw(st.binary(max_size=3))

    with suppress(DigivlError):
        stamped(bytes(pdf), place=Place(1, 10, 10))


@pytest.mark.interop
def test_corpus_input_is_stamped(
    corpus: Path, render: Render, needs_program: Program, tmp_path: Path
) -> None:
    """Documents by Word, LibreOffice and Adobe are stamped, and stay sound."""
    for path in sorted((corpus / "input").glob("*.pdf")):
        pdf = path.read_bytes()

        out, done = stamped(pdf, notice=NOTICE)

        assert pdf == out[: len(pdf)]
        assert not done.added_page
        assert LINK in links(io.BytesIO(out), LIMITS)
        assert TEXT in decoded(render(out, 150, done.place.page))
        (tmp_path / "out.pdf").write_bytes(out)
        command = [needs_program("qpdf"), "--check", str(tmp_path / "out.pdf")]
        assert 0 == subprocess.run(command, capture_output=True, check=False).returncode


def test_corpus_of_others_is_stamped_or_refused(corpus: Path) -> None:
    """Signed, changed, broken and hostile files give a stamp or our error."""
    for path in sorted((corpus / "pdf").glob("*.pdf")):
        with suppress(DigivlError):
            stamped(path.read_bytes(), place=Place(1, 10, 10))
