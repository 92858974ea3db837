"""Free places on a page, found by a renderer in a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import NoRoomForCodeError, RenderingFailedError
from digivl.pdf.renderer import Page, find
from digivl.pdf.whitespace import Place, Sheet, check_place, free_place
from digivl.settings import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakePDF = Callable[..., bytes]
    Found = Callable[..., Place | None]

LIMITS = Limits()
A4 = (595 / 72 * 25.4, 842 / 72 * 25.4)
WIDE, HIGH, MARGIN = 60.0, 24.6, 7.0
LEFT, RIGHT = MARGIN, A4[0] - MARGIN - WIDE
BOTTOM, TOP = MARGIN, A4[1] - MARGIN - HIGH
BLOCKS = {
    "bottom right": b"400 0 195 200 re f ",
    "bottom left": b"0 0 200 200 re f ",
    "top right": b"400 700 195 142 re f ",
    "top left": b"0 700 200 142 re f ",
}


@pytest.fixture(name="found")
def _found(make_pdf: MakePDF, tmp_path: Path) -> Found:
    """Looks for a place on page 1 with that content, then on page 2."""

    def look(content: bytes, limits: Limits = LIMITS, **said: bytes) -> Place | None:
        path = tmp_path / "page.pdf"
        path.write_bytes(make_pdf(content, pages=2, **said))
        return free_place(
            path,
            WIDE,
            HIGH,
            margin_mm=MARGIN,
            sheets=[Sheet(1, *A4), Sheet(2, *A4)],
            limits=limits,
        )

    return look


def spot(place: Place | None) -> tuple[int, float, float]:
    """A place as something that can be compared approximately."""
    assert place is not None
    return place.page, place.x_mm, place.y_mm


@pytest.mark.parametrize(
    ("full", "expected"),
    [
        (0, (1, RIGHT, BOTTOM)),
        (1, (1, LEFT, BOTTOM)),
        (2, (1, RIGHT, TOP)),
        (3, (1, LEFT, TOP)),
    ],
)
def test_corners_come_first(
    found: Found, full: int, expected: tuple[int, float, float]
) -> None:
    """Bottom right, bottom left, top right, top left: the first that is free."""
    content = b"".join(list(BLOCKS.values())[:full])

    assert pytest.approx(expected) == spot(found(content))


def test_lowest_then_rightmost_place_follows(found: Found) -> None:
    """With every corner taken, the place is the lowest, and there the rightmost."""
    # Between the lower blocks, 200 points apart; a millimetre stays free beside it.
    rightmost = 400 / 72 * 25.4 - 1 - WIDE

    page, x, y = spot(found(b"".join(BLOCKS.values())))

    assert 1 == page
    assert pytest.approx(BOTTOM, abs=0.3) == y
    assert pytest.approx(rightmost, abs=0.6) == x
    assert x <= rightmost


def test_last_page_follows_the_first(found: Found) -> None:
    """A full page 1 leads to the last page, and to its corners in the same order."""
    assert pytest.approx((2, RIGHT, BOTTOM)) == spot(found(b"0 0 595 842 re f"))


def test_full_pages_give_none(make_pdf: MakePDF, tmp_path: Path) -> None:
    """Where nothing is free, nothing is found."""
    path = tmp_path / "full.pdf"
    path.write_bytes(make_pdf(b"0 0 595 842 re f"))
    sheet = Sheet(1, *A4)

    def look(wide: float, high: float) -> Place | None:
        return free_place(
            path, wide, high, margin_mm=MARGIN, sheets=[sheet], limits=LIMITS
        )

    assert None is look(WIDE, HIGH)
    assert None is look(300, HIGH)
    assert None is look(WIDE, 400)


@pytest.mark.parametrize(
    "ink",
    [
        b"0.97 g 0 0 595 300 re f",
        b"1 1 0.8 rg 0 0 595 300 re f",
        b"0.3 w 0 50 m 595 50 l S",
        b"BT /F1 8 Tf 450 40 Td (12) Tj ET 0 0 200 200 re f",
    ],
    ids=["light grey", "light yellow", "hairline", "page number"],
)
def test_little_ink_is_ink(found: Found, ink: bytes) -> None:
    """Pale grounds, hairlines and page numbers are not covered."""
    assert pytest.approx((1, RIGHT, TOP)) == spot(found(ink))


def test_annotations_and_fields_are_ink(found: Found) -> None:
    """What stands in an annotation or a form field is not covered either."""
    appearance = b"<< /Type /XObject /Subtype /Form /BBox [0 0 90 90] /Length 15 >>"
    said = {
        "page": b"/Annots [30 0 R]",
        "others": {
            30: b"<< /Type /Annot /Subtype /Square /Rect [450 30 540 120] /F 4"
            b" /AP << /N 31 0 R >> >>",
            31: appearance + b"\nstream\n0 0 90 90 re f\n\nendstream",
        },
    }

    assert pytest.approx((1, LEFT, BOTTOM)) == spot(found(b"", **said))


def test_named_place_is_checked(make_pdf: MakePDF, tmp_path: Path) -> None:
    """A named place is taken when it is free, and refused with the reason if not."""
    path = tmp_path / "page.pdf"
    path.write_bytes(make_pdf(BLOCKS["bottom right"]))

    def check(x: float, y: float) -> None:
        place = Place(1, x, y)
        check_place(path, place, WIDE, HIGH, sheet=Sheet(1, *A4), limits=LIMITS)

    check(10, 10)
    check(0, 0)
    with pytest.raises(NoRoomForCodeError, match="would cover"):
        check(RIGHT, BOTTOM)
    for x, y in ((-1, 10), (10, -1), (A4[0] - 10, 10), (10, A4[1] - 10)):
        with pytest.raises(NoRoomForCodeError, match="leaves page"):
            check(x, y)


def test_renderer_is_limited_in_time(found: Found) -> None:
    """A renderer that takes too long is an error that says what to do."""
    limits = attrs.evolve(LIMITS, render_seconds=0.01)

    with pytest.raises(RenderingFailedError, match="took more") as refused:
        found(b"", limits)

    assert "Name a place" in refused.value.hint


def test_renderer_is_limited_in_memory(make_pdf: MakePDF, tmp_path: Path) -> None:
    """A renderer that wants too much memory ends, and the application does not."""
    path = tmp_path / "huge.pdf"
    path.write_bytes(make_pdf(media_box=b"0 0 14400 14400"))
    limits = attrs.evolve(LIMITS, render_memory_bytes=60_000_000)

    with pytest.raises(RenderingFailedError):
        free_place(
            path, 10, 10, margin_mm=5, sheets=[Sheet(1, 5080, 5080)], limits=limits
        )


def test_unreadable_file_is_told(tmp_path: Path) -> None:
    """What the renderer cannot read does not look like a full page."""
    path = tmp_path / "no.pdf"
    path.write_bytes(b"%PDF-1.7 no")
    sheets = [Sheet(1, *A4)]

    with pytest.raises(RenderingFailedError, match="PdfiumError"):
        free_place(path, 10, 10, margin_mm=5, sheets=sheets, limits=LIMITS)


def test_two_readings_of_one_page_are_told(make_pdf: MakePDF, tmp_path: Path) -> None:
    """Nothing is placed on a page that two programs see in different shapes."""
    path = tmp_path / "page.pdf"
    path.write_bytes(make_pdf())
    sheets = [Sheet(1, A4[1], A4[0])]

    with pytest.raises(RenderingFailedError, match="different size"):
        free_place(path, 10, 10, margin_mm=5, sheets=sheets, limits=LIMITS)


def test_no_interpreter_is_told(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    """An application without a Python program of its own gets a clear error."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    with pytest.raises(RenderingFailedError, match="did not start"):
        found(b"")


def test_crash_is_told(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    """A renderer that ends without an answer takes nothing with it."""
    monkeypatch.setattr(sys, "executable", shutil.which("false"))

    with pytest.raises(RenderingFailedError, match="status 1 and no answer"):
        found(b"")


def test_renderer_starts_with_little() -> None:
    """The child imports nothing that it does not need: it starts in a moment."""
    code = "import sys, digivl.pdf.renderer; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert not {"attr", "attrs", "pyhanko", "numpy", "PIL"} & set(loaded.split())


cells = st.lists(st.integers(0, 2**12 - 1), min_size=12, max_size=12)


@given(cells, st.integers(1, 5), st.integers(1, 5), st.integers(0, 2))
def test_found_places_are_free(
    rows: list[int], wide: int, high: int, near: int
) -> None:
    """Whatever the page, what is found is on it and covers no ink."""
    page = Page(rows, 12, 1.0)

    place = find(page, (12, 12), (wide, high), 1, near)

    if place is not None:
        x, y = (int(part) for part in place)
        assert 1 <= x <= 12 - 1 - wide
        assert 1 <= y <= 12 - 1 - high
        around = {
            (column, row)
            for column in range(max(0, x - near), min(12, x + wide + near))
            for row in range(max(0, y - near), min(12, y + high + near))
        }
        assert not any(rows[row] >> (11 - column) & 1 for column, row in around)
