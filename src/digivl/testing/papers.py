"""Small PDF documents for tests, made without any PDF library."""

from __future__ import annotations

from typing import Final

_CATALOG: Final = "<< /Type /Catalog /Pages 2 0 R >>"
_FONTS: Final = "/Resources << /Font << /F 3 0 R >> >>"
_FONT: Final = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def paper(text: str = "Besluit van de Vlaamse Regering", *, pages: int = 1) -> bytes:
    """A PDF 1.7 with one line of ASCII on each page and a cross-reference table."""
    kids = " ".join(f"{4 + 2 * page} 0 R" for page in range(pages))
    tree = f"<< /Type /Pages /Count {pages} /Kids [{kids}] /MediaBox [0 0 595 842] >>"
    objects = [_CATALOG, tree, _FONT]
    for page in range(pages):
        drawing = f"BT /F 12 Tf 72 720 Td ({text}, {page + 1}) Tj ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /Contents {5 + 2 * page} 0 R {_FONTS} >>",
            f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream",
        ]
    return _file(objects)


def _file(objects: list[str]) -> bytes:
    content = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    rows = ["0000000000 65535 f \n"]
    for number, text in enumerate(objects, 1):
        rows.append(f"{len(content):010} 00000 n \n")
        content += f"{number} 0 obj\n{text}\nendobj\n".encode("ascii")
    trailer = (
        f"xref\n0 {len(rows)}\n{''.join(rows)}"
        f"trailer\n<< /Size {len(rows)} /Root 1 0 R >>\n"
        f"startxref\n{len(content)}\n%%EOF\n"
    )
    return content + trailer.encode("ascii")


def text_in(pdf: bytes) -> str:
    """The text of all pages on one line, as a reader that is not ours finds it."""
    import pypdfium2

    pages = pypdfium2.PdfDocument(pdf)
    found = (page.get_textpage().get_text_bounded() for page in pages)
    return " ".join(" ".join(found).split())
