"""Files that others made: what is read of them, and how they are refused."""

from __future__ import annotations

import errno
import io
import struct
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.crypt import StandardSecurityHandler
from pyhanko.pdf_utils.misc import PdfStrictReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from digivl.errors import (
    DigivlError,
    EncryptedPDFError,
    LimitExceededError,
    StorageError,
    StorageFullError,
    UnreadablePDFError,
)
from digivl.pdf.reading import PDFFacts, facts, opened, readable
from digivl.settings import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakePDF = Callable[..., bytes]

LIMITS = Limits()


def compressed(stream: bytes, *, widths: str = "1 2 2", size: int = 6) -> bytes:
    """A PDF with objects in a stream: number 4 is what `stream` says."""
    head = b"%PDF-1.5\n"
    bodies = {
        1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R >>",
        2: b"<< /Type /Pages /Kids [6 0 R] /Count 1 /MediaBox [0 0 100 100] >>",
        3: b"<< /Type /ObjStm /N 1 /First 2 /Length %d >>\nstream\n%s\nendstream"
        % (len(stream), stream),
        6: b"<< /Type /Page /Parent 2 0 R >>",
    }
    offsets, out = {}, head
    for number, body in bodies.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(
        struct.pack(">BHH", 2, 3, 0)
        if number == 4
        else struct.pack(
            ">BHH", number in {*offsets, 5}, offsets.get(number, len(out)), 0
        )
        for number in range(7)
    )
    said = b"<< /Type /XRef /Size %d /W [%s] /Root 1 0 R /Length %d >>" % (
        size,
        widths.encode(),
        len(table),
    )
    at = len(out)
    out += b"5 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (said, table)
    return out + b"startxref\n%d\n%%%%EOF\n" % at


def test_facts_of_a_small_file(make_pdf: MakePDF) -> None:
    """Size, pages, version, signatures and structure are told."""
    pdf = make_pdf(pages=3)

    expected = PDFFacts(
        size=len(pdf),
        pages=3,
        version="1.7",
        signatures=0,
        certification=None,
        tagged=False,
    )
    assert expected == facts(io.BytesIO(pdf), LIMITS)


def test_facts_of_a_tagged_certified_file(make_pdf: MakePDF) -> None:
    """Filled signature fields count once, also nested ones; DocMDP is read."""
    transform = b"<< /TransformMethod /DocMDP /TransformParams << /P 1 >> >>"
    pdf = make_pdf(
        catalog=b"/StructTreeRoot 30 0 R /Perms << /DocMDP 31 0 R >>"
        b" /AcroForm << /Fields [32 0 R 33 0 R 33 0 R] >>",
        others={
            30: b"<< /Type /StructTreeRoot >>",
            31: b"<< /Type /Sig /Reference [%s] >>" % transform,
            32: b"<< /FT /Sig /Kids [34 0 R 35 0 R] >>",
            33: b"<< /FT /Sig /V 31 0 R >>",
            34: b"<< /V 31 0 R >>",
            35: b"<< /T (empty) >>",
        },
    )

    found = facts(io.BytesIO(pdf), LIMITS)

    assert (2, 1, True) == (found.signatures, found.certification, found.tagged)


@pytest.mark.parametrize(
    ("reference", "level"),
    [
        (b"", 2),
        (b"<< /TransformMethod /UR >>", 2),
        (b"<< /TransformMethod /DocMDP >>", 2),
    ],
)
def test_certification_without_level(
    make_pdf: MakePDF, reference: bytes, level: int
) -> None:
    """A certification that names no level allows forms and signatures."""
    signature = b"<< /Type /Sig /Reference [%s] >>" % reference
    pdf = make_pdf(catalog=b"/Perms << /DocMDP 31 0 R >>", others={31: signature})

    assert level == facts(io.BytesIO(pdf), LIMITS).certification


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 and so on", "Word, Excel or OpenDocument"),
        (b"<html><body></body></html>", "web page"),
        (b"Geachte heer, mevrouw", "starts with"),
        (b"%PDF-1.7\nand nothing more", "truncated"),
        (b"%PDF-1.7\nstartxref\n0\n%%EOF\n", "damaged"),
    ],
)
def test_what_is_no_pdf_is_told(data: bytes, said: str) -> None:
    """The error says what is wrong with the file, and what to do."""
    with pytest.raises(UnreadablePDFError, match=said) as refused:
        opened(io.BytesIO(data), LIMITS)

    assert refused.value.hint


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_truncated_files_are_typed_errors(
    make_pdf: MakePDF, data: st.DataObject
) -> None:
    """A file cut off anywhere is either read whole or refused with our error."""
    pdf = make_pdf(b"BT ET", pages=2)
    cut = data.draw(st.integers(0, len(pdf)))

    try:
        facts(io.BytesIO(pdf[:cut]), LIMITS)
    except DigivlError:
        pass
    else:
        assert b"%%EOF" in pdf[cut - 8 : cut]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_changed_bytes_are_typed_errors(make_pdf: MakePDF, data: st.DataObject) -> None:
    """Whatever bytes stand in the file, no other error than ours comes out."""
    pdf = bytearray(make_pdf(b"BT ET", catalog=b"/AcroForm << /Fields [] >>"))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(9, len(pdf) - 1))
        pdf[at : at + 1] = data.draw(st.binary(max_size=4))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("logging.Logger.warning", lambda *_: None)
        with suppress(DigivlError):
            facts(io.BytesIO(pdf), LIMITS)


def test_encrypted_files_are_refused(make_pdf: MakePDF) -> None:
    """A protected file is refused as such, whether or not a password is needed."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(make_pdf())))
    writer._assign_security_handler(  # noqa: SLF001
        StandardSecurityHandler.build_from_pw("eigenaar", "")
    )
    out = io.BytesIO()
    writer.write(out)

    with pytest.raises(EncryptedPDFError, match="protected"):
        opened(out, LIMITS)


def test_broken_encryption_is_still_protection(make_pdf: MakePDF) -> None:
    """A file that claims protection and does not say which is not opened either."""
    pdf = make_pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 3 0 R /X [3]")
    pdf = pdf.replace(b"/Encrypt 3 0 R", b"/Encrypt (none)")

    with pytest.raises(EncryptedPDFError):
        opened(io.BytesIO(pdf), LIMITS)


@pytest.mark.parametrize("change", [{"pdf_bytes": 100}, {"pdf_pages": 2}])
def test_limits_are_kept(make_pdf: MakePDF, change: dict[str, int]) -> None:
    """Files with more bytes or pages than let in are refused before they are read."""
    limits = attrs.evolve(LIMITS, **change)

    with pytest.raises(LimitExceededError, match="more than the") as refused:
        opened(io.BytesIO(make_pdf(pages=3)), limits)

    assert next(iter(change)) in refused.value.hint


@pytest.mark.parametrize(
    "broken",
    [
        {2: b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"},
        {2: b"<< /Type /Pages /Kids [] /Count 0 >>"},
        {2: b"<< /Type /Pages /Kids [20 0 R] /Count (one) >>"},
        {2: b"[1 2 3]"},
        {20: b"42"},
        {20: b"[ " * 5_000},
    ],
    ids=["circular", "no pages", "no count", "no tree", "no page", "deep"],
)
def test_impossible_trees_are_refused(
    make_pdf: MakePDF, broken: dict[int, bytes]
) -> None:
    """A page tree that cannot be walked is a typed error."""
    with pytest.raises((UnreadablePDFError, LimitExceededError)):
        opened(io.BytesIO(make_pdf(others=broken)), LIMITS)


def test_missing_objects_read_as_null(make_pdf: MakePDF) -> None:
    """A reference to nothing is null, unless strictness is asked: then an error."""
    pdf = make_pdf(catalog=b"/AcroForm 99 0 R")

    assert 0 == facts(io.BytesIO(pdf), LIMITS).signatures
    reader = opened(io.BytesIO(pdf), LIMITS, strict=True)
    with pytest.raises(PdfStrictReadError):
        reader.root["/AcroForm"]


def test_odd_cross_references_are_read_leniently(make_pdf: MakePDF) -> None:
    """A table with an unknown kind of entry is read, unless strictness is asked."""
    pdf = make_pdf().replace(b"0000000000 00001 f ", b"0000000000 00001 z ", 1)

    assert 1 == facts(io.BytesIO(pdf), LIMITS).pages
    with pytest.raises(UnreadablePDFError):
        opened(io.BytesIO(pdf), LIMITS, strict=True)


@pytest.mark.parametrize(
    "pdf",
    [
        compressed(b"4 4 1 %no end", size=7),
        compressed(b"4 2 << >>", size=10**12),
        compressed(b"4 2 << >>", size=10**12, widths="0 0 0"),
    ],
    ids=["comment without end", "endless table", "table of nothing"],
)
def test_no_file_keeps_the_reader_for_ever(pdf: bytes) -> None:
    """A few hundred bytes cost a moment, whatever they ask for."""
    start = time.monotonic()

    with suppress(DigivlError):
        facts(io.BytesIO(pdf), LIMITS)

    assert time.monotonic() - start < 2


def test_honest_compressed_objects_are_read() -> None:
    """Objects in streams are read, with or without a last line end."""
    for stream in (b"4 2 << >>", b"4 2 << >>\n"):
        assert 0 == facts(io.BytesIO(compressed(stream, size=7)), LIMITS).signatures


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, StorageFullError),
        (errno.EIO, StorageError),
        (errno.EINVAL, UnreadablePDFError),
    ],
)
def test_disk_and_file_are_told_apart(number: int, expected: type[DigivlError]) -> None:
    """A full or failing disk is not blamed on the file."""
    with pytest.raises(DigivlError) as refused, readable():
        raise OSError(number, "so it goes")

    assert expected is type(refused.value)


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (KeyError("/Root"), UnreadablePDFError),
        (AssertionError(), UnreadablePDFError),
        (RecursionError(), LimitExceededError),
        (MemoryError(), LimitExceededError),
        (UnreadablePDFError("ours"), UnreadablePDFError),
    ],
)
def test_every_exception_becomes_ours(
    cause: BaseException, expected: type[DigivlError]
) -> None:
    """Whatever a parser raises leaves as a typed error."""
    with pytest.raises(expected), readable():
        raise cause


def test_corpus_of_others(corpus: Path) -> None:
    """Signed, changed, broken and hostile files: read or refused, in little time."""
    for path in sorted(corpus.glob("*/*.pdf")):
        start = time.monotonic()
        with path.open("rb") as source, suppress(DigivlError):
            facts(source, LIMITS)
        assert time.monotonic() - start < 3, path.name
