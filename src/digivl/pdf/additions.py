"""What was added to a document after a signature, and whether that may be.

pyHanko compares the revisions; what it cannot see is looked for here: pages that came
or went, and objects that no cross-reference names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final

from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature, SignatureCoverageLevel

from digivl.pdf.findings import Problem, failed, unclear
from digivl.pdf.hidden import hidden_objects

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

Additions = tuple[Problem | None, tuple[str, ...]]

_UNDEFINED: Final = ("UNDEFINED",)
_CHANGES: Final = {
    ModificationLevel.NONE: (),
    ModificationLevel.LTA_UPDATES: ("LTA",),
    ModificationLevel.FORM_FILLING: ("FORM",),
    ModificationLevel.ANNOTATIONS: ("ANNOT",),
    ModificationLevel.OTHER: _UNDEFINED,
}


def later_additions(source: BinaryIO, embedded: EmbeddedPdfSignature) -> Additions:
    """Why what was added after a signature may not be, and of what kinds it is.

    Args:
        source: The file.
        embedded: The signature; its coverage was computed before.
    """
    if embedded.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return None, ()
    if embedded.coverage is not SignatureCoverageLevel.ENTIRE_REVISION:
        return _failure("it does not cover the revision it stands in"), _UNDEFINED
    reader, revision = embedded.reader, embedded.signed_revision
    if _pages(reader, revision) != _pages(reader):
        return _failure("pages were added or removed after it"), ("PAGES",)
    _, _, start, length = byte_range(embedded)
    if hidden_objects(source, reader, signed=start + length, revision=revision):
        return _failure("objects were hidden in the file after it"), _UNDEFINED
    return _compared(embedded)


def byte_range(embedded: EmbeddedPdfSignature) -> Any:
    """The four numbers that say which bytes are signed."""
    return embedded.byte_range


def _failure(reason: str) -> Problem:
    return failed("FORMAT_FAILURE", reason)


def _pages(reader: PdfFileReader, revision: int | None = None) -> Any:
    root: Any = reader.root
    if revision is not None:
        root = reader.get_historical_root(revision)
    return root["/Pages"]["/Count"]


def _compared(embedded: EmbeddedPdfSignature) -> Additions:
    try:
        embedded.compute_integrity_info()
    # The comparison walks through all revisions and trips over whatever is broken.
    except Exception as cause:  # noqa: BLE001
        text = f"what was added after it cannot be compared: {cause}"
        return unclear("SIG_CONSTRAINTS_FAILURE", text), _UNDEFINED
    found: Any = embedded.diff_result
    if not isinstance(found, DiffResult):
        text = f"what was added after it is not what signing adds: {found}"
        return unclear("SIG_CONSTRAINTS_FAILURE", text), _UNDEFINED
    changes = _CHANGES[found.modification_level]
    if not embedded.summarise_integrity_info()["docmdp_ok"]:
        text = "it certified the document and forbids what was added after it"
        return unclear("SIG_CONSTRAINTS_FAILURE", text), changes
    return None, changes
