"""The stroke font of the stamp."""

from __future__ import annotations

import io
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

from digivl.errors import MalformedError
from digivl.pdf import lettering

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINES = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789 .,:;-\N{EN DASH}/()'\N{RIGHT SINGLE QUOTATION MARK}&+=%?!_",
    "éèêëïîöüáàâçñ ÉÈËÏÖÜÇ",
    "Echt? Controleer op verifieer.vlaanderen.be",
)
letters = st.sampled_from("".join(LINES))


@pytest.fixture(name="specimen")
def _specimen(tmp_path: Path) -> Path:
    """A page with every letter there is."""
    writer = PdfFileWriter()
    font = lettering.font(writer, frozenset("".join(LINES)))
    shown = " ".join(
        f"1 0 0 1 20 {800 - 20 * n} Tm {lettering.encoded(line)} Tj"
        for n, line in enumerate(LINES)
    )
    fonts = generic.DictionaryObject({"/F": font})
    content = generic.StreamObject(stream_data=f"BT /F 7 Tf {shown} ET".encode())
    writer.insert_page(
        PageObject(
            contents=writer.add_object(content),
            media_box=(0, 0, 595, 842),
            resources=generic.DictionaryObject({"/Font": fonts}),
        )
    )
    out = io.BytesIO()
    writer.write(out)
    path = tmp_path / "specimen.pdf"
    path.write_bytes(out.getvalue())
    return path


@pytest.mark.interop
def test_text_can_be_selected(
    specimen: Path, needs_program: Callable[[str], str]
) -> None:
    """Another program reads every letter back from the page."""
    command = [needs_program("pdftotext"), str(specimen), "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert list(LINES) == [line for line in said.splitlines() if line.strip()][:5]


@pytest.mark.interop
def test_font_is_embedded(specimen: Path, needs_program: Callable[[str], str]) -> None:
    """The font needs nothing from outside the file, and maps to Unicode."""
    command = [needs_program("pdffonts"), str(specimen)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    _, _, font = said.strip().splitlines()
    assert "Type 3" in font
    assert ["yes", "no", "yes"] == font.split()[-5:-2]


@given(st.text(letters), st.text(letters))
def test_widths_add_up(one: str, other: str) -> None:
    """A line is as wide as its parts: letters do not move each other."""
    together = lettering.width(one + other)

    assert pytest.approx(lettering.width(one) + lettering.width(other)) == together


@pytest.mark.parametrize("character", ["€", "語", "\n", "ø", "e\u0304"])
def test_unknown_letters_are_refused(character: str) -> None:
    """A letter that is not drawn is an error, never a blank on an official document."""
    with pytest.raises(MalformedError, match="no letter") as refused:
        lettering.width(character)

    assert refused.value.hint


def test_digits_are_equally_wide() -> None:
    """Digits stand in columns."""
    assert 1 == len({lettering.width(digit) for digit in "0123456789"})
