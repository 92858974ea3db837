"""A line above page 1: where it stands, and that nothing else changes."""

from __future__ import annotations

import io
import subprocess
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from digivl.errors import MalformedError, SigningError
from digivl.pdf.heading import head
from digivl.settings import Limits
from digivl.testing.papers import text_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakePDF = Callable[..., bytes]
    Program = Callable[[str], str]

NUMBER = "VR 2026 2711 DOC.0123/2BIS"


def headed(pdf: bytes, text: str = NUMBER) -> bytes:
    """The file with a line above its first page."""
    target = io.BytesIO()
    head(io.BytesIO(pdf), target, text, Limits())
    return target.getvalue()


def test_the_document_is_the_prefix(make_pdf: MakePDF) -> None:
    """One update is added; the line is text for other programs."""
    pdf = make_pdf(b"BT /F1 20 Tf 60 700 Td (Besluit) Tj ET")

    out = headed(pdf)

    assert out.startswith(pdf)
    assert NUMBER in text_in(out)
    assert "Besluit" in text_in(out)


@pytest.mark.interop
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_upright_in_the_middle_above(
    make_pdf: MakePDF, needs_program: Program, tmp_path: Path, turned: int
) -> None:
    """On a page that is turned too; as another program shows it."""
    path = tmp_path / "headed.pdf"
    path.write_bytes(headed(make_pdf(page=b"/Rotate %d" % turned)))
    command = ["-r", "72", "-png", "-singlefile", str(path), str(tmp_path / "shown")]
    subprocess.run([needs_program("pdftoppm"), *command], check=True)

    with Image.open(tmp_path / "shown.png") as image:
        ink = image.convert("L").point(lambda value: 255 if value < 128 else 0)
        box = ink.getbbox()
        width = image.width

    assert box is not None
    left, top, right, bottom = box
    assert pytest.approx(width / 2, abs=2) == (left + right) / 2
    assert 14 < top < bottom < 38
    assert right - left > 6 * (bottom - top)


def test_a_long_line_stays_on_the_page(make_pdf: MakePDF) -> None:
    """It gets smaller letters."""
    assert "DOC.0001" in text_in(headed(make_pdf(), "VR 2026 DOC.0001 " + "x" * 150))


@pytest.mark.interop
def test_structure_is_clean(
    make_pdf: MakePDF, tagged: bytes, needs_program: Program, tmp_path: Path
) -> None:
    """`qpdf --check` finds nothing, in plain and in tagged files."""
    for pdf in (make_pdf(), tagged):
        path = tmp_path / "headed.pdf"
        path.write_bytes(headed(pdf))

        done = subprocess.run(
            [needs_program("qpdf"), "--check", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )

        assert 0 == done.returncode, done.stdout + done.stderr


def test_what_is_refused(make_pdf: MakePDF) -> None:
    """A signed file, and a character that has no letter."""
    signed = make_pdf(
        catalog=b"/AcroForm << /Fields [30 0 R] >>",
        others={30: b"<< /FT /Sig /T (S) /V 31 0 R >>", 31: b"<< /Type /Sig >>"},
    )
    with pytest.raises(SigningError, match="signature"):
        headed(signed)
    with pytest.raises(MalformedError, match="no letter"):
        headed(make_pdf(), "VR \N{SNOWMAN}")
