"""Small PDF files, written by hand so that every oddity can be had; a stamp."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl.pdf.reading import opened
from digivl.pdf.stamp import Stamped, StampSpec, stamp
from digivl.settings import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    MakePDF = Callable[..., bytes]
    PageOf = Callable[..., Any]
    Stamper = Callable[..., tuple[bytes, Stamped]]


def stream(data: bytes) -> bytes:
    """The body of a stream object."""
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def written(objects: Mapping[int, bytes]) -> bytes:
    """Objects with a cross-reference table; number 1 is the catalog."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    rows = [b"0000000000 65535 f \n"]
    for number in range(1, max(objects) + 1):
        if number in objects:
            rows.append(b"%010d 00000 n \n" % len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
        else:
            rows.append(b"0000000000 00001 f \n")
    at = len(out)
    out += b"xref\n0 %d\n" % len(rows) + b"".join(rows)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % len(rows)
    return bytes(out) + b"startxref\n%d\n%%%%EOF" % at


@pytest.fixture(name="make_pdf", scope="session")
def _make_pdf() -> MakePDF:
    """Makes a PDF: content of page 1, and what its page, tree and catalog also say.

    Objects 1 to 3 are catalog, tree and font, 10 is the content, 20 and on the pages;
    the other numbers are free for `others`.
    """

    def make(
        content: bytes | None = b"",
        *,
        page: bytes = b"",
        pages: int = 1,
        tree: bytes = b"",
        catalog: bytes = b"",
        media_box: bytes = b"0 0 595 842",
        others: Mapping[int, bytes] | None = None,
        end: bytes = b"\n",
    ) -> bytes:
        kids = b" ".join(b"%d 0 R" % (20 + index) for index in range(pages))
        own = (b"/Contents 10 0 R " if content is not None else b"") + page
        said = [own] + [b""] * (pages - 1)
        objects = {
            1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
            2: b"<< /Type /Pages /Kids [%s] /Count %d /MediaBox [%s]"
            b" /Resources << /Font << /F1 3 0 R >> >> %s >>"
            % (kids, pages, media_box, tree),
            3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            10: stream(content or b""),
        } | {
            20 + index: b"<< /Type /Page /Parent 2 0 R %s >>" % words
            for index, words in enumerate(said)
        }
        return written({**objects, **(others or {})}) + end

    return make


@pytest.fixture(name="spec", scope="session")
def _spec() -> StampSpec:
    """A stamp as a decision gets it."""
    return StampSpec(
        symbol_text="HTTPS://VERIFIEER.VLAANDEREN.BE/D/0123456789ABCDEFGHJKMNPQRS",
        link="https://verifieer.vlaanderen.be/d/0123456789ABCDEFGHJKMNPQRS",
        lines=("verifieer.vlaanderen.be", "0123-4567-89AB-CDEF"),
        alt="QR-code: controleer dit document op verifieer.vlaanderen.be",
        module_mm=0.6,
        margin_mm=7.0,
    )


@pytest.fixture(name="stamped", scope="session")
def _stamped(spec: StampSpec) -> Stamper:
    """Stamps a file; gives it, and what was done."""

    def work(pdf: bytes, **change: Any) -> tuple[bytes, Stamped]:
        target = io.BytesIO()
        done = stamp(io.BytesIO(pdf), target, attrs.evolve(spec, **change), Limits())
        return target.getvalue(), done

    return work


@pytest.fixture(name="page_of", scope="session")
def _page_of() -> PageOf:
    """A page as pyHanko reads it."""

    def work(pdf: bytes, index: int = 0) -> Any:
        reader = opened(io.BytesIO(pdf), Limits())
        page, _ = reader.find_page_for_modification(index)
        return page.get_object()

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
