"""What covers what, and what does not: the odd ends of painting."""

from __future__ import annotations

import io

import pytest

from digivl.pdf.lint.linter import lint
from digivl.settings import Limits
from digivl.testing.crafted import LINE, crafted, stream

HIDDEN = LINE.replace("BT", "BT 3 Tr")
DOT = "q 1 0 0 20 {} 710 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q "


def codes(content: str, resources: str = "") -> set[str]:
    """What is found in a page with this content."""
    return set(
        lint(io.BytesIO(crafted(content=content, resources=resources)), Limits()).codes
    )


def test_scan_in_strips() -> None:
    """A scan in hundreds of strips is one scan."""
    strips = "".join(DOT.format(60 + number / 10) for number in range(300))
    strips += "q 1 0 0 50 400 700 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q "

    assert "scan-text" in codes(strips + HIDDEN)
    assert "invisible-text" in codes(DOT.format(60) + HIDDEN)


@pytest.mark.parametrize(
    "content",
    [
        f"{LINE} 1 g 700 700 50 50 re f",
        f"{LINE} 1 g 60 100 200 50 re f",
        f"{LINE} 1 g 60 700 0 0 re f",
        f"{LINE} q 0.7 0.7 -0.7 0.7 0 0 cm 1 g -900 -900 3000 3000 re f Q",
        f"{LINE} 1 g 60 700 m 300 800 400 900 60 900 c f",
        f"/OC /L BDC {LINE} EMC 1 g 0 0 595 842 re f",
        f"{LINE} /OC /L BDC 1 g 0 0 595 842 re f EMC",
        f"{LINE} /Pattern cs /P scn 0 0 595 842 re f",
        f"{LINE} 0 0 9 9 re 20 20 9 9 re W n 1 g 0 0 595 842 re f",
    ],
)
def test_not_covered(content: str) -> None:
    """Beside it, empty, slanted, curved, in a layer, patterned: it covers nothing."""
    assert "covered-text" not in codes(content)


def test_many_small_boxes() -> None:
    """A page full of text and of boxes: only what is below one is covered."""
    lines = "".join(
        f"BT /F 9 Tf {x} {y} Td (a) Tj ET "
        for x in range(50, 500, 30)
        for y in range(50, 800, 30)
    )
    boxes = "1 g 49 49 8 8 re f 48 648 9 9 re f"
    report = lint(io.BytesIO(crafted(content=lines + boxes)), Limits())

    assert ["2 pieces of text"] == [
        one.detail for one in report.findings if one.code == "covered-text"
    ]


def test_places_without_number() -> None:
    """Text that starts nowhere is passed over."""
    assert set() == codes(f"BT /F 12 Tf {'9' * 400} 0 Td (a) Tj ET")


def test_font_of_a_state() -> None:
    """A graphics state can choose the font, and so hide or shrink text."""
    state = "/ExtGState << /G << /Font [5 0 R 0.3] >> >>"

    assert {"tiny-text"} == codes("/G gs BT 72 720 Td (a) Tj ET", resources=state)


def test_lines_of_text() -> None:
    """Each way to place the next line is followed."""
    text = "BT /F 9 Tf 12 TL 72 720 Td (a) Tj T* (b) Tj (c) ' 1 2 (d) \" "
    text += "0 -9 TD [(e)] TJ ET"
    report = lint(io.BytesIO(crafted(content=f"{text} 1 g 0 0 595 842 re f")), Limits())

    assert ["5 pieces of text"] == [one.detail for one in report.findings]


def test_transparent_form() -> None:
    """What a faint form shows, is not shown; what a pale one covers, is not covered."""
    form = "/Type /XObject /Subtype /Form /BBox [0 0 595 842] "
    fonts = "/Resources << /Font << /F 5 0 R >> >>"
    state = "/ExtGState << /A << /ca 0 >> /B << /ca 0.5 >> >> /XObject << /X 7 0 R >>"

    def found(inside: str, content: str) -> set[str]:
        inner = {7: stream(inside, form + fonts)}
        pdf = crafted(inner, content=content, resources=state)
        return set(lint(io.BytesIO(pdf), Limits()).codes)

    assert {"invisible-text"} == found(LINE, "/A gs /X Do")
    assert set() == found("1 g 0 0 595 842 re f", f"{LINE} /B gs /X Do")


def test_white_among_much() -> None:
    """Behind thousands of areas it is not told what is white on white."""
    boxes = "0 g 300 300 1 1 re f " * 6_000

    assert set() == codes(f"{boxes} 1 g {LINE}")


def test_strings_as_they_are_written() -> None:
    """Escapes, octal codes, nested and broken strings are read as one piece of text."""
    for text in (
        r"(\(a\) \101\
b \n)",
        "(a (b) c)",
        "<4>",
        "(",
        r"(\9)",
    ):
        assert set() <= codes(f"BT /F 9 Tf 72 720 Td {text} Tj ET")
