"""What a document still allows, and what a signature allows after it.

Source:
    ISO 32000-2, 12.8.2.2 (DocMDP), 12.8.2.4 (FieldMDP), 12.7.5.5 (locks and seed
    values of signature fields).
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final

import attrs
from pyhanko.pdf_utils import generic
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    enumerate_sig_fields,
)
from pyhanko.sign.signers.cms_embedder import SigMDPSetup

from digivl.errors import SigningError
from digivl.pdf.demands import refuse_unmet
from digivl.pdf.reading import certification, entry
from digivl.pdf.spec import Lock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader

    from digivl.pdf.digests import Digest
    from digivl.pdf.spec import FieldLock, SignatureSpec

_ACTIONS: Final = {
    Lock.ALL: FieldMDPAction.ALL,
    Lock.ONLY: FieldMDPAction.INCLUDE,
    Lock.ALL_BUT: FieldMDPAction.EXCLUDE,
}
_MOST_FIELDS: Final = 20_000
_FREE: Final = "#"


def numbered(reader: PdfFileReader, spec: SignatureSpec) -> SignatureSpec:
    """The spec with the name of its field, where that ends in a ``#``."""
    if not spec.field.endswith(_FREE):
        return spec
    signed = {name for name, value, _ in enumerate_sig_fields(reader) if value}
    names = (f"{spec.field.removesuffix(_FREE)}{number}" for number in count(1))
    return attrs.evolve(spec, field=next(name for name in names if name not in signed))


def check_signable(reader: PdfFileReader, spec: SignatureSpec, digest: Digest) -> None:
    """See that the document lets this signature in.

    Raises:
        SigningError: The field is used already, no signature field or locked, or it
            demands something else (seed values); the
            document forbids a further signature; or it has one already and should be
            certified.
    """
    if certification(reader) == MDPPerm.NO_CHANGES.value:
        raise SigningError(
            "the document was certified and allows no further signature",
            hint="Ask its author for a copy that may be signed.",
        )
    for name, value, holder in enumerate_sig_fields(reader):
        if value is None:
            continue
        if name == spec.field:
            raise SigningError(
                f"the signature field {spec.field!r} is already signed",
                hint="Choose another field name.",
            )
        if spec.certify is not None:
            raise SigningError(
                "a document is certified by its first signature, and this one has one",
                hint="Sign it without certification.",
            )
        if any(_closes(lock, spec.field) for lock in _locks(value, holder)):
            raise SigningError(
                f"the signature in {name!r} locked the document",
                hint="Ask that signatory to sign a copy without locking it.",
            )
    _check_field(reader, spec, digest)


def _locks(value: Any, holder: Any) -> Iterator[Any]:
    """What a signature locks: by its field, and by its own word."""
    yield entry(holder.get_object(), "/Lock", {})
    for reference in entry(value.get_object(), "/Reference", ()):
        transform = reference.get_object()
        if entry(transform, "/TransformMethod") == "/FieldMDP":
            yield entry(transform, "/TransformParams", {})


def _closes(lock: Any, field: str) -> bool:
    if entry(lock, "/P") == MDPPerm.NO_CHANGES.value:
        return True
    return "/Action" in lock and FieldMDPSpec.from_pdf_object(lock).is_locked(field)


def _check_field(reader: PdfFileReader, spec: SignatureSpec, digest: Digest) -> None:
    """See that the name is free, or that of an empty signature field."""
    form = entry(reader.root, "/AcroForm", {})
    fields, parts = entry(form, "/Fields", ()), spec.field.split(".")
    found: Any = None
    for depth, part in enumerate(parts):
        found = _named(fields, part)
        if found is None:
            break
        last = depth == len(parts) - 1
        fields = entry(found, "/Kids", ())
        inner = any("/T" in kid.get_object() for kid in fields)
        if last != (not inner) or (last and not _is_signature(found)):
            raise SigningError(
                f"{spec.field!r} is the name of another field of the form",
                hint="Choose another field name.",
            )
    if found is not None:
        _check_existing(found, spec, digest)
    elif spec.visible is not None and spec.visible.box is None:
        raise SigningError(
            f"there is no signature field {spec.field!r}, so it has no place",
            hint="Name a field that is there, or where the signature should stand.",
        )
    elif spec.visible is not None and certification(reader) is not None:
        raise SigningError(
            "the document was certified: a signature drawn on a page would break that",
            hint="Sign it without a place on a page, or in a field that is there.",
        )


def _named(fields: Any, part: str) -> Any:
    for number, reference in enumerate(fields):
        if number > _MOST_FIELDS:
            break
        field = reference.get_object()
        if isinstance(field, generic.DictionaryObject) and entry(field, "/T") == part:
            return field
    return None


def _is_signature(field: Any) -> bool:
    for _ in range(64):
        kind = entry(field, "/FT")
        if kind is not None:
            return bool(kind == "/Sig")
        field = entry(field, "/Parent", {})
    return False


def _check_existing(field: Any, spec: SignatureSpec, digest: Digest) -> None:
    if spec.visible is not None and spec.visible.box is not None:
        raise SigningError(
            f"the signature field {spec.field!r} has its place already",
            hint="Leave the place out, or choose another field name.",
        )
    if spec.lock is not None and "/Lock" in field:
        raise SigningError(
            f"the signature field {spec.field!r} says itself what it locks",
            hint="Leave the lock out, or choose another field name.",
        )
    refuse_unmet(field, spec, digest)


def permissions(
    writer: IncrementalPdfFileWriter, field: Any, spec: SignatureSpec, digest: Digest
) -> SigMDPSetup | None:
    """What the signature in `field` says of later changes; None when nothing."""
    wanted = _as_lock(spec.lock)
    if wanted is not None and "/Lock" not in field:
        field["/Lock"] = writer.add_object(wanted.as_sig_field_lock())
        writer.update_container(field)
    lock = entry(field, "/Lock")
    if spec.certify is None and lock is None:
        return None
    level = spec.certify.value if spec.certify else entry(lock, "/P")
    return SigMDPSetup(
        md_algorithm=digest.value,
        certify=spec.certify is not None,
        field_lock=None if lock is None else FieldMDPSpec.from_pdf_object(lock),
        docmdp_perms=None if level is None else MDPPerm(level),
    )


def _as_lock(lock: FieldLock | None) -> FieldMDPSpec | None:
    """A lock as pyHanko writes it."""
    if lock is None:
        return None
    return FieldMDPSpec(_ACTIONS[lock.lock], list(lock.fields) or None)
