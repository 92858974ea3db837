"""The signature fields of a document, in its last revision and in those before.

pyHanko lists what it supports in the last revision; a verdict must also name what it
does not support, and what a later revision took away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
from pyhanko.pdf_utils import generic

from digivl.errors import LimitExceededError, UnreadablePDFError
from digivl.pdf.reading import entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyhanko.pdf_utils.reader import PdfFileReader

_DEEPEST: Final = 64
_MOST_FIELDS: Final = 20_000
_MOST_REVISIONS: Final = 200


@attrs.frozen
class SignatureField:
    """A filled signature field.

    Attributes:
        name: Fully qualified: the names from the root of the form, with dots.
        field: The field dictionary.
        value: The signature dictionary.
        reference: Object number and generation of the value; None when it is direct.
    """

    name: str
    field: Any
    value: Any
    reference: tuple[int, int] | None

    @property
    def subfilter(self) -> str:
        """How the signature is encoded, e.g. ``/ETSI.CAdES.detached``."""
        return str(entry(self.value, "/SubFilter", ""))

    @property
    def is_timestamp(self) -> bool:
        """True for a document timestamp, also when its Type is wrong or missing."""
        return self.subfilter == "/ETSI.RFC3161"


def filled_fields(root: Any) -> list[SignatureField]:
    """The filled signature fields under a catalog; each signature value once.

    Raises:
        UnreadablePDFError: The form is no form, or a tree without end.
        LimitExceededError: More fields than any form has.
    """
    form = entry(root, "/AcroForm")
    if not isinstance(form, generic.DictionaryObject):
        return []
    found: dict[object, SignatureField] = {}
    for field in _walk(entry(form, "/Fields", ())):
        found.setdefault(field.reference or id(field.value), field)
    return list(found.values())


@attrs.frozen
class _Node:
    field: Any
    name: str
    kind: str
    depth: int


def _walk(fields: Any) -> Iterator[SignatureField]:
    waiting = [_Node(field, "", "", 0) for field in reversed(fields)]
    visited = 0
    while waiting:
        node = waiting.pop()
        visited += 1
        if visited > _MOST_FIELDS:
            raise LimitExceededError(f"a form with more than {_MOST_FIELDS} fields")
        if node.depth > _DEEPEST:
            raise UnreadablePDFError(
                "the PDF is damaged: its form has no end",
                hint="Ask the sender for the document as it was signed.",
            )
        field = node.field.get_object()
        if not isinstance(field, generic.DictionaryObject):
            continue
        name = ".".join(filter(None, (node.name, str(entry(field, "/T", "")))))
        kind = str(entry(field, "/FT", node.kind))
        if kind == "/Sig" and isinstance(entry(field, "/V"), generic.DictionaryObject):
            yield _signature_field(name, field)
        kids = entry(field, "/Kids", ())
        waiting += [_Node(kid, name, kind, node.depth + 1) for kid in reversed(kids)]


def _signature_field(name: str, field: Any) -> SignatureField:
    raw = field.raw_get("/V")
    reference = None
    if isinstance(raw, generic.IndirectObject):
        reference = (raw.idnum, raw.generation)
    return SignatureField(name, field, field["/V"], reference)


def removed_fields(reader: PdfFileReader, present: list[SignatureField]) -> list[str]:
    """Names of signatures that an earlier revision holds and the last one does not.

    Raises:
        LimitExceededError: More revisions than can be looked into.
    """
    total = reader.xrefs.total_revisions
    if total > _MOST_REVISIONS:
        raise LimitExceededError(f"more than {_MOST_REVISIONS} revisions")
    names = {field.name for field in present}
    references = {field.reference for field in present}
    gone: dict[str, None] = {}
    for revision in range(total - 1):
        for field in _fields_at(reader, revision):
            if field.name not in names and field.reference not in references:
                gone[field.name] = None
    return list(gone)


def _fields_at(reader: PdfFileReader, revision: int) -> list[SignatureField]:
    try:
        return filled_fields(reader.get_historical_resolver(revision).root)
    # Half of a linearized file is no document by itself, and holds no signature.
    except Exception:  # noqa: BLE001
        return []
