"""What stands behind a file that was sent out: signatures, or more."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from digivl.pdf.growth import begins_with, only_signed_since
from digivl.pdf.signer import SignatureSpec, sign
from digivl.settings import Limits
from digivl.signing.softkey import SoftKey
from digivl.testing.papers import paper
from digivl.testing.signinghub_spoilt import changed_page

Change = Callable[[IncrementalPdfFileWriter], None]
SENT = paper()
name = generic.pdf_name


def signed(pdf: bytes, key: SoftKey, field: str = "S1") -> bytes:
    """The file with one more signature."""
    target = io.BytesIO()
    sign(
        io.BytesIO(pdf),
        target,
        SignatureSpec(field=field),
        key.identity(),
        key.sign,
        at=datetime.now(UTC),
        limits=Limits(),
    )
    return target.getvalue()


def updated(pdf: bytes, change: Change) -> bytes:
    """The file with one more revision."""
    writer, target = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    change(writer)
    writer.write(target)
    return target.getvalue()


def why(pdf: bytes, sent: bytes = SENT) -> str:
    """What is said of it."""
    return only_signed_since(io.BytesIO(pdf), len(sent), Limits())


def page(writer: Any) -> Any:
    """The first page, marked as changed."""
    kids = writer.root["/Pages"]["/Kids"]
    writer.mark_update(kids.raw_get(0))
    return kids[0]


def turned(writer: Any) -> None:
    """The page stands on its head."""
    page(writer)[name("/Rotate")] = generic.NumberObject(180)


def redrawn(writer: Any) -> None:
    """Other words stand on it."""
    drawing = generic.StreamObject(stream_data=b"0 0 m 9 9 l S")
    page(writer)[name("/Contents")] = writer.add_object(drawing)


def noted(writer: Any) -> None:
    """A note is stuck on it."""
    box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 99, 99)))
    note = generic.DictionaryObject(
        {
            name("/Type"): name("/Annot"),
            name("/Subtype"): name("/FreeText"),
            name("/Rect"): box,
            name("/Contents"): generic.pdf_string("Neen"),
        }
    )
    page(writer)[name("/Annots")] = generic.ArrayObject([writer.add_object(note)])


def added(writer: Any) -> None:
    """A page more."""
    pages = writer.root["/Pages"]
    pages["/Kids"].append(pages["/Kids"].raw_get(0))
    pages[name("/Count")] = generic.NumberObject(2)
    writer.mark_update(writer.root.raw_get("/Pages"))


def filled(writer: Any) -> None:
    """A form with a text field."""
    field = generic.DictionaryObject(
        {
            name("/FT"): name("/Tx"),
            name("/T"): generic.pdf_string("bedrag"),
            name("/V"): generic.pdf_string("1000"),
        }
    )
    fields = generic.ArrayObject([writer.add_object(field)])
    form = generic.DictionaryObject({name("/Fields"): fields})
    writer.root[name("/AcroForm")] = writer.add_object(form)
    writer.update_root()


CHANGES: list[Change] = [turned, redrawn, noted, added, filled]


def test_signatures_only(minister: SoftKey, secretary: SoftKey) -> None:
    """One, two, and a third on what was signed before it was sent."""
    one = signed(SENT, minister)
    two = signed(one, secretary, "S2")

    assert ("", "", "") == (why(one), why(two), why(two, one))


def test_a_visible_field(minister: SoftKey) -> None:
    """A platform places fields first, which show the signature on a page."""

    def placed(writer: IncrementalPdfFileWriter) -> None:
        append_signature_field(writer, SigFieldSpec("S1", box=(10, 10, 200, 60)))

    assert "" == why(signed(updated(SENT, placed), minister))


@pytest.mark.parametrize("change", CHANGES)
def test_changed_before_the_signature(change: Change, minister: SoftKey) -> None:
    """What the first signature covers and was not sent is found."""
    assert why(signed(updated(SENT, change), minister))


@pytest.mark.parametrize("change", CHANGES[:-1])
def test_changed_behind_the_signature(change: Change, minister: SoftKey) -> None:
    """So is what came after it."""
    assert why(updated(signed(SENT, minister), change))


def test_another_value_in_a_form(minister: SoftKey) -> None:
    """What a form says is a part of what was sent."""
    form = updated(SENT, filled)

    def refilled(writer: Any) -> None:
        fields = writer.root["/AcroForm"]["/Fields"]
        fields[0][name("/V")] = generic.pdf_string("9000")
        writer.mark_update(fields.raw_get(0))

    assert "" == why(signed(form, minister), form)
    assert why(signed(updated(form, refilled), minister), form)


def test_a_page_behind_in_a_small_file(minister: SoftKey) -> None:
    """As the simulator does it."""
    assert why(changed_page(signed(SENT, minister)))
    assert why(signed(changed_page(SENT), minister))


def test_an_update_before_the_form(minister: SoftKey) -> None:
    """Metadata that a platform adds first changes nothing that is read."""

    def described(writer: Any) -> None:
        writer.set_info(generic.DictionaryObject())

    assert "" == why(signed(updated(SENT, described), minister))


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7", SENT, SENT + b"x" * 2_000])
def test_nothing_behind(pdf: bytes) -> None:
    """Nothing was signed, or what stands there is no PDF."""
    assert why(pdf)


def test_objects_nobody_names(minister: SoftKey) -> None:
    """What only a repairing viewer finds is more than a signature."""
    file = signed(SENT, minister)
    hidden = b"\n4 0 obj\n<< /Type /Page >>\nendobj\n"
    end = file.rindex(b"xref")

    assert why(file + hidden + file[end:])


@pytest.mark.parametrize("size", [1, 40, 63, 64, 65, 500])
def test_objects_are_found_in_pieces(
    monkeypatch: pytest.MonkeyPatch, minister: SoftKey, size: int
) -> None:
    """However the file is read, what stands there is where it stands."""
    file = signed(SENT, minister)
    end = file.rindex(b"xref")
    monkeypatch.setattr("digivl.pdf.hidden._CHUNK_BYTES", size)

    assert "" == why(file)
    assert why(file[:end] + b" 4 0 obj\n<< >>\nendobj\n" + file[end:])


def test_sent_in_the_middle_of_a_revision(minister: SoftKey) -> None:
    """A length that is no end of the file that was sent."""
    assert why(signed(SENT, minister), SENT + b"x" * 10_000_000)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_begins_with(start: bytes, rest: bytes) -> None:
    """A file begins with each of its prefixes, and with nothing else."""
    whole = start + rest

    assert begins_with(io.BytesIO(whole), io.BytesIO(start))
    assert begins_with(io.BytesIO(rest), io.BytesIO(start)) is rest.startswith(start)
