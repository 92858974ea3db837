"""Certification, locks, and fields that are there already."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedValFlags,
    SigSeedValueSpec,
    append_signature_field,
)
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from digivl.errors import SigningError
from digivl.pdf.reading import facts
from digivl.pdf.signer import SignatureSpec, sign
from digivl.pdf.spec import Certification, FieldLock, Lock, Visible
from digivl.settings import Limits
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.signing.softkey import SoftKey

NOW = datetime.now(UTC)


def signed(content: bytes, key: SoftKey, field: str = "S", **options: Any) -> bytes:
    """The document with one more signature."""
    target = io.BytesIO()
    sign(
        io.BytesIO(content),
        target,
        SignatureSpec(field=field, **options),
        key.identity(),
        key.sign,
        at=NOW,
        limits=Limits(),
    )
    return target.getvalue()


def form(*fields: SigFieldSpec) -> bytes:
    """A paper with empty signature fields, made by pyHanko."""
    writer = IncrementalPdfFileWriter(io.BytesIO(paper(pages=2)))
    for one in fields:
        append_signature_field(writer, one)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def judged(content: bytes) -> list[Any]:
    """What pyHanko says of each signature, its analysis of later changes included."""
    reader = PdfFileReader(io.BytesIO(content))
    return [
        validate_pdf_signature(one, ValidationContext(trust_roots=[]))
        for one in reader.embedded_signatures
    ]


@pytest.mark.interop
@pytest.mark.parametrize("allowed", Certification)
def test_the_first_signature_certifies(
    minister: SoftKey, allowed: Certification, pdfsig: Callable[..., str]
) -> None:
    """The author says what may still be done; programs by others read it so."""
    content = signed(paper(), minister, certify=allowed)
    (status,) = judged(content)

    assert allowed.value == facts(io.BytesIO(content), Limits()).certification
    assert (
        MDPPerm(allowed.value)
        is PdfFileReader(io.BytesIO(content)).embedded_signatures[0].docmdp_level
    )
    assert status.docmdp_ok
    assert "Signature is Valid." in pdfsig(content)


@pytest.mark.parametrize("allowed", [Certification.FORMS, Certification.NOTES])
def test_who_certifies_can_let_others_sign(
    minister: SoftKey, secretary: SoftKey, allowed: Certification
) -> None:
    """A second signature is a form that is filled."""
    content = signed(paper(), minister, certify=allowed)
    twice = signed(content, secretary, "T")

    assert [True, True] == [one.docmdp_ok for one in judged(twice)]


def test_nothing_may_be_nothing(minister: SoftKey, secretary: SoftKey) -> None:
    """Level 1 lets no further signature in."""
    content = signed(paper(), minister, certify=Certification.NOTHING)

    with pytest.raises(SigningError, match="no further signature"):
        signed(content, secretary, "T")


def test_only_the_first_certifies(minister: SoftKey, secretary: SoftKey) -> None:
    """A document that has a signature cannot be certified any more."""
    content = signed(paper(), minister)

    with pytest.raises(SigningError, match="its first signature"):
        signed(content, secretary, "T", certify=Certification.FORMS)


@pytest.mark.parametrize(
    ("lock", "open_field"),
    [
        (FieldLock(), None),
        (FieldLock(Lock.ONLY, ("A", "Groep")), "B"),
        (FieldLock(Lock.ALL_BUT, ("B",)), "B"),
    ],
)
def test_a_signature_locks_fields(
    minister: SoftKey, secretary: SoftKey, lock: FieldLock, open_field: str | None
) -> None:
    """What is locked stays empty; what is not can be signed, and all of it holds."""
    fields = [SigFieldSpec(name) for name in ("S", "A", "B", "Groep.C")]
    content = signed(form(*fields), minister, lock=lock)

    for name in ("A", "Groep.C", "D")[: 2 if lock.lock is Lock.ONLY else 3]:
        with pytest.raises(SigningError, match="locked"):
            signed(content, secretary, name)
    if open_field is not None:
        twice = signed(content, secretary, open_field)
        assert [True, True] == [one.docmdp_ok for one in judged(twice)]


def test_a_new_field_locks_too(minister: SoftKey, secretary: SoftKey) -> None:
    """Without any form: nobody signs after this."""
    content = signed(paper(), minister, lock=FieldLock())

    with pytest.raises(SigningError, match="locked"):
        signed(content, secretary, "T")
    (status,) = judged(content)
    assert status.docmdp_ok


def test_a_lock_names_what_it_locks() -> None:
    """All fields need no names; some fields do."""
    with pytest.raises(ValueError, match="which"):
        FieldLock(Lock.ONLY)
    with pytest.raises(ValueError, match="which"):
        FieldLock(Lock.ALL, ("A",))
    with pytest.raises(ValueError, match="no name"):
        FieldLock(Lock.ONLY, ("A..B",))


@pytest.mark.interop
def test_an_empty_field_is_signed(
    minister: SoftKey, secretary: SoftKey, pdfsig: Callable[..., str]
) -> None:
    """Fields that are there are used, also within a group; no other is added."""
    empty = form(SigFieldSpec("S"), SigFieldSpec("Groep.Minister"))
    once = signed(empty, minister, "Groep.Minister")
    twice = signed(once, secretary, "S")

    assert 2 == pdfsig(twice).count("Signature is Valid.")
    assert 2 == len(PdfFileReader(io.BytesIO(twice)).root["/AcroForm"]["/Fields"])
    assert [True, True] == [one.docmdp_ok for one in judged(twice)]


def test_a_field_brings_its_own_lock(minister: SoftKey, secretary: SoftKey) -> None:
    """What the field says that it locks, the signature locks."""
    lock = FieldMDPSpec(FieldMDPAction.INCLUDE, ["T"])
    fields = (
        SigFieldSpec("S", field_mdp_spec=lock),
        SigFieldSpec("T"),
    )
    content = signed(form(*fields), minister)

    with pytest.raises(SigningError, match="locked"):
        signed(content, secretary, "T")
    with pytest.raises(SigningError, match="says itself what it locks"):
        signed(form(*fields), minister, lock=FieldLock())


def test_a_field_that_locks_the_document(minister: SoftKey, secretary: SoftKey) -> None:
    """An approval can close the document as a certification does (PDF 2.0)."""
    fields = SigFieldSpec(
        "S",
        field_mdp_spec=FieldMDPSpec(FieldMDPAction.INCLUDE, ["S"]),
        doc_mdp_update_value=MDPPerm.NO_CHANGES,
    )
    content = signed(form(fields), minister)

    with pytest.raises(SigningError, match="locked"):
        signed(content, secretary, "T")
    (status,) = judged(content)
    assert status.docmdp_ok


def test_demands_are_refused(minister: SoftKey) -> None:
    """A field that demands what is not checked is not signed."""
    seed = SigSeedValueSpec(flags=SigSeedValFlags.REASONS, reasons=["Gezien"])
    content = form(SigFieldSpec("S", seed_value_dict=seed))

    with pytest.raises(SigningError, match="demands"):
        signed(content, minister)


def with_text_field() -> bytes:
    """A paper with a text field `Tekst`, and a signature field in `Groep`."""
    content = form(SigFieldSpec("Tekst"), SigFieldSpec("Groep.S"))
    return content.replace(b"/FT /Sig", b"/FT /Tx ", 1)


@pytest.mark.parametrize("name", ["Tekst", "Groep", "Tekst.S"])
def test_other_fields_are_left_alone(minister: SoftKey, name: str) -> None:
    """A name that is taken by another field, or by a group, is refused."""
    with pytest.raises(SigningError, match="another field"):
        signed(with_text_field(), minister, name)


def test_a_new_field_can_join_a_group(minister: SoftKey) -> None:
    """A name of its own within a group is free."""
    content = signed(with_text_field(), minister, "Groep.T")

    assert ["Groep.T"] == [
        one.field_name for one in PdfFileReader(io.BytesIO(content)).embedded_signatures
    ]


def test_a_name_can_be_numbered(minister: SoftKey, secretary: SoftKey) -> None:
    """The first number that no signature has; an empty field of that name is used."""
    content = signed(form(SigFieldSpec("S2")), minister, "S#")
    content = signed(content, secretary, "S#")
    content = signed(content, secretary, "S#")

    assert ["S1", "S2", "S3"] == [
        one.field_name for one in PdfFileReader(io.BytesIO(content)).embedded_signatures
    ]


def test_a_place_needs_a_field(minister: SoftKey) -> None:
    """Lines without a place go into a field that is there."""
    with pytest.raises(SigningError, match="no signature field"):
        signed(paper(), minister, visible=Visible(("Getekend",)))
