"""What may be added after a signature, as far as it certified or locked it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
from pyhanko.sign.validation import EmbeddedPdfSignature

from digivl.errors import SigningError
from digivl.pdf.additions import later_additions
from digivl.pdf.fields import filled_fields
from digivl.pdf.reading import opened
from digivl.pdf.signer import sign
from digivl.pdf.spec import (
    Box,
    Certification,
    FieldLock,
    Lock,
    SignatureSpec,
    Visible,
)
from digivl.settings import Limits
from digivl.testing.crafted import crafted, stream, updated

if TYPE_CHECKING:
    from digivl.signing.softkey import SoftKey

FIELD: Final = "<< /FT /Tx /T (bedrag) /V ({}) /Rect [0 0 0 0] >>"
DOCUMENT: Final = crafted(
    {7: FIELD.format("Tien"), 8: "<< /Subtype /Text /Rect [9 9 20 20] >>"},
    catalog="/AcroForm << /Fields [7 0 R] >>",
    page="/Annots [8 0 R]",
)
BOX: Final = Visible(box=Box(page=1, x_mm=20, y_mm=20, width_mm=60, height_mm=20))
FILLED: Final = {7: FIELD.format("Elf")}
NOTED: Final = {8: "<< /Subtype /Text /Rect [9 9 30 30] >>"}
DRAWN: Final = {4: stream("(Anders) Tj")}
DESCRIBED: Final = {20: "<< /Title (Besluit) >>"}


def signed(pdf: bytes, key: SoftKey, field: str, **spec: Any) -> bytes:
    """The document with one signature more."""
    target = io.BytesIO()
    sign(
        io.BytesIO(pdf),
        target,
        SignatureSpec(field=field, **spec),
        key.identity(),
        key.sign,
        at=datetime.now(UTC),
        limits=Limits(),
    )
    return target.getvalue()


def first(pdf: bytes) -> tuple[bool, tuple[str, ...]]:
    """Whether what came after the first signature may be, and of what kinds it is."""
    source = io.BytesIO(pdf)
    reader = opened(source, Limits())
    field = filled_fields(reader.root)[0]
    embedded = EmbeddedPdfSignature(reader, field.field, field.name)
    embedded.compute_integrity_info(skip_diff=True)
    problem, kinds = later_additions(source, embedded)
    return problem is None, kinds


@pytest.mark.parametrize(
    ("certify", "may"),
    [
        (None, [True, True, False, False]),
        (Certification.NOTHING, [True, False, False, False]),
        (Certification.FORMS, [True, True, False, False]),
        (Certification.NOTES, [True, True, True, False]),
    ],
)
def test_certified(
    certify: Certification | None, may: list[bool], minister: SoftKey
) -> None:
    """Metadata always; fields, notes as the author said; the text never."""
    author = signed(DOCUMENT, minister, "Author", certify=certify)
    found = [
        first(updated(author, objects, "/Info 20 0 R"))
        for objects in (DESCRIBED, FILLED | DESCRIBED, NOTED | DESCRIBED, DRAWN)
    ]

    assert may == [allowed for allowed, _ in found]
    assert ["LTA", "FORM", "ANNOT", "UNDEFINED"] == [kinds[-1] for _, kinds in found]


@pytest.mark.parametrize(
    ("lock", "may"),
    [
        (FieldLock(Lock.ONLY, ("bedrag",)), False),
        (FieldLock(Lock.ALL_BUT, ("bedrag",)), True),
        (FieldLock(Lock.ONLY, ("prijs",)), True),
    ],
)
def test_locked(lock: FieldLock, *, may: bool, minister: SoftKey) -> None:
    """A field that a signature locked may not be filled in."""
    locked = signed(DOCUMENT, minister, "Author", lock=lock)

    assert (may, ("FORM",)) == first(updated(locked, FILLED))


def test_a_signature_that_shows(
    minister: SoftKey, secretary: SoftKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be drawn over a page, but not over one that was certified."""
    plain = signed(DOCUMENT, minister, "Author")
    certified = signed(DOCUMENT, minister, "Author", certify=Certification.NOTES)

    assert (True, ("FORM",)) == first(signed(plain, secretary, "S", visible=BOX))
    assert (True, ("FORM",)) == first(signed(certified, secretary, "S"))
    with pytest.raises(SigningError, match="certified"):
        signed(certified, secretary, "S", visible=BOX)
    monkeypatch.setattr("digivl.pdf.locks.certification", lambda _: None)
    drawn_over = signed(certified, secretary, "S", visible=BOX)
    assert (False, ("FORM",)) == first(drawn_over)


def test_what_cannot_be_compared(
    monkeypatch: pytest.MonkeyPatch, minister: SoftKey
) -> None:
    """More than is let in is no pass."""
    changed = updated(signed(DOCUMENT, minister, "Author"), DESCRIBED)
    monkeypatch.setattr("digivl.pdf.sameness._MOST_STEPS", 5)

    assert (False, ("UNDEFINED",)) == first(changed)


def test_pages_and_hidden_objects(minister: SoftKey) -> None:
    """Another number of pages, and what only a repairing viewer finds."""
    author = signed(DOCUMENT, minister, "Author")
    pages = {2: "<< /Type /Pages /Count 2 /Kids [3 0 R 3 0 R] >>"}
    after = updated(author, DESCRIBED)
    end = after.rindex(b"xref\n", 0, after.rindex(b"startxref"))
    hidden = after[:end] + b"4 0 obj\n<< >>\nendobj\n" + after[end:]
    moved = hidden.replace(
        b"startxref\n%d\n" % end, b"startxref\n%d\n" % hidden.rindex(b"xref\n0 1")
    )

    assert (False, ("PAGES",)) == first(updated(author, pages))
    assert (False, ("UNDEFINED",)) == first(moved)
