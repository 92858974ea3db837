"""PDF documents put together from their objects, to try one construct at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

Body = str | bytes

#: Text in a font of the file, which is empty: only that it is there counts.
LINE: Final = "BT /F 12 Tf 72 720 Td (Besluit) Tj ET"
_FONT: Final = (
    "<< /Type /Font /Subtype /TrueType /BaseFont /Sample /FirstChar 32 /LastChar 32 "
    "/Widths [500] /FontDescriptor "
    "<< /Type /FontDescriptor /FontName /Sample /Flags 32 "
    "/FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 "
    "/StemV 80 /FontFile2 6 0 R >> >>"
)


@attrs.frozen(kw_only=True)
class Sample:
    """A rule, a document that meets it, and a twin that does not.

    Attributes:
        code: Of the rule; see `digivl.pdf.lint.rules.RULES`.
        name: Of the sample, where a rule has several.
        bad: The document.
        twin: The same in a harmless form.
        proof: What an independent reader finds in `bad` and not in `twin`; empty when
            such a reader does not show it.
    """

    code: str
    name: str = ""
    bad: bytes = attrs.field(repr=False)
    twin: bytes = attrs.field(repr=False)
    proof: str = ""


def stream(content: Body, entries: str = "") -> bytes:
    """A stream object with its length."""
    data = _bytes(content)
    head = f"<< /Length {len(data)} {entries} >>\nstream\n"
    return head.encode() + data + b"\nendstream"


def crafted(
    objects: Mapping[int, Body | None] | None = None,
    *,
    catalog: str = "",
    page: str = "",
    resources: str = "",
    content: str = LINE,
    header: str = "%PDF-1.7",
    trailer: str = "",
) -> bytes:
    """A PDF of one page: catalog 1, pages 2, page 3, content 4, font 5 and 6.

    Args:
        objects: Further objects, or others under a number in use; None leaves out the
            object, and its cross-reference too.
        catalog: Further entries of the catalog.
        page: Further entries of the page.
        resources: Further entries of its resources.
        content: What it draws.
        header: The first line.
        trailer: Further entries of the trailer.
    """
    box = "" if "/MediaBox" in page else "/MediaBox [0 0 595 842]"
    parts: dict[int, Body | None] = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        2: "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        3: f"<< /Type /Page /Parent 2 0 R /Contents 4 0 R {box} "
        f"/Resources << /Font << /F 5 0 R >> {resources} >> {page} >>",
        4: stream(content),
        5: _FONT,
        6: stream(""),
    }
    parts |= objects or {}
    written = {number: body for number, body in parts.items() if body is not None}
    return written_out(header.encode() + b"\n%\xe2\xe3\xcf\xd3\n", written, trailer)


def written_out(start: bytes, objects: Mapping[int, Body], trailer: str = "") -> bytes:
    """Objects behind `start`, with a table of cross-references and a trailer."""
    done, rows = start, dict[int, int]()
    for number, body in objects.items():
        rows[number] = len(done)
        done += b"%d 0 obj\n%b\nendobj\n" % (number, _bytes(body))
    table = "".join(
        f"{run[0]} {len(run)}\n" + "".join(f"{rows[n]:010} 00000 n \n" for n in run)
        for run in _runs(sorted(rows))
    )
    root = "" if "/Root" in trailer else "/Root 1 0 R"
    end = (
        f"xref\n0 1\n0000000000 65535 f \n{table}trailer\n"
        f"<< /Size {max(rows) + 1} {root} {trailer} >>\nstartxref\n{len(done)}\n%%EOF\n"
    )
    return done + end.encode()


def updated(pdf: bytes, objects: Mapping[int, Body], trailer: str = "") -> bytes:
    """An incremental update behind a PDF."""
    previous = pdf.rpartition(b"startxref")[2].split()[0].decode()
    return written_out(pdf, objects, f"/Prev {previous} {trailer}")


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] + 1 == number:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _bytes(body: Body) -> bytes:
    return body.encode("latin-1") if isinstance(body, str) else body
