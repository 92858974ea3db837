"""What is not stamped: a stamp or a file that is impossible, hostile or signed."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

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


FULL = b"0 0 595 842 re f"


def test_hostile_depth_is_refused() -> None:
    """Content that opens states without end is not closed at any price."""
    with pytest.raises(LimitExceededError, match="deeper"):
        drawing(b"q " * 20_000)


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
    make_pdf: MakePDF,
    change: dict[str, Any],
    error: type[DigivlError],
    said: str,
    spec: StampSpec,
) -> None:
    """What cannot be stamped is told, and nothing is written."""
    target = io.BytesIO()
    spec = attrs.evolve(spec, **change)

    with pytest.raises(error, match=said):
        stamp(io.BytesIO(make_pdf(FULL)), target, spec, LIMITS)

    assert b"" == target.getvalue()


@pytest.mark.parametrize(
    ("catalog", "said"),
    [
        (b"/AcroForm << /Fields [30 0 R] >>", "1 signature"),
        (b"/Perms << /DocMDP 31 0 R >>", "allows no change"),
    ],
)
def test_signed_files_are_refused(
    make_pdf: MakePDF, catalog: bytes, said: str, stamped: Stamper
) -> None:
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
    make_pdf: MakePDF, page: bytes, said: str, stamped: Stamper
) -> None:
    """A page without surface, or with nonsense in it, is a typed error."""
    with pytest.raises(UnreadablePDFError, match=said):
        stamped(make_pdf(page=page), place=Place(1, 10, 10))


def test_endless_inheritance_is_refused(make_pdf: MakePDF, stamped: Stamper) -> None:
    """A page that is its own parent inherits nothing, for ever."""
    pdf = make_pdf(others={20: b"<< /Type /Page /Parent 20 0 R >>"})

    with pytest.raises(UnreadablePDFError, match="no end"):
        stamped(pdf)


def test_endless_structure_is_refused(make_pdf: MakePDF, stamped: Stamper) -> None:
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
@given(data=st.data())
def test_hostile_files_are_typed_errors(
    make_pdf: MakePDF, data: st.DataObject, stamped: Stamper
) -> None:
    """A file with changed bytes is stamped or refused with our error."""
    pdf = bytearray(make_pdf(b"BT ET", page=b"/Annots []"))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(9, len(pdf) - 1))
        pdf[at : at + 1] = data.draw(st.binary(max_size=3))

    with suppress(DigivlError):
        stamped(bytes(pdf), place=Place(1, 10, 10))


def test_corpus_of_others_is_stamped_or_refused(corpus: Path, stamped: Stamper) -> None:
    """Signed, changed, broken and hostile files give a stamp or our error."""
    for path in sorted((corpus / "pdf").glob("*.pdf")):
        with suppress(DigivlError):
            stamped(path.read_bytes(), place=Place(1, 10, 10))
