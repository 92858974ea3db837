"""What was added to a document after a signature, and whether that may be.

The revision that was signed is compared with the last one; objects that no
cross-reference names are looked for beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final

from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import EmbeddedPdfSignature, SignatureCoverageLevel

from digivl.pdf.changes import Change, Kind, undefined
from digivl.pdf.comparison import changes_since
from digivl.pdf.findings import Problem, failed, unclear
from digivl.pdf.hidden import hidden_objects

if TYPE_CHECKING:
    from collections.abc import Iterable

Additions = tuple[Problem | None, tuple[str, ...]]
Found = tuple[Problem | None, tuple[Change, ...]]

#: How each kind is called in a verdict.
_NAMES: Final = {
    Kind.STORE: "LTA",
    Kind.METADATA: "LTA",
    Kind.TIMESTAMP: "LTA",
    Kind.SIGNATURE: "FORM",
    Kind.FILLED: "FORM",
    Kind.ANNOTATION: "ANNOT",
    Kind.PAGES: "PAGES",
    Kind.UNDEFINED: "UNDEFINED",
}
_ORDER: Final = ("FORM", "ANNOT", "PAGES", "UNDEFINED")
#: From which level a certification allows a kind; what is not here, always.
_ALLOWED_FROM: Final = {
    Kind.SIGNATURE: MDPPerm.FILL_FORMS,
    Kind.FILLED: MDPPerm.FILL_FORMS,
    Kind.ANNOTATION: MDPPerm.ANNOTATE,
}
_NEVER: Final = (Kind.UNDEFINED, Kind.PAGES)


def later_additions(source: BinaryIO, embedded: EmbeddedPdfSignature) -> Additions:
    """Why what was added after a signature may not be, and of what kinds it is.

    Args:
        source: The file.
        embedded: The signature; its coverage was computed before.
    """
    problem, found = found_after(source, embedded)
    return problem, names_of(found)


def found_after(source: BinaryIO, embedded: EmbeddedPdfSignature) -> Found:
    """As `later_additions`, with each change.

    Args:
        source: The file.
        embedded: The signature; its coverage was computed before.
    """
    if embedded.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return None, ()
    if embedded.coverage is not SignatureCoverageLevel.ENTIRE_REVISION:
        return _failure("it does not cover the revision it stands in")
    reader, revision = embedded.reader, embedded.signed_revision
    _, _, start, length = byte_range(embedded)
    try:
        found = changes_since(reader, revision)
        hidden = hidden_objects(
            source, reader, signed=start + length, revision=revision
        )
    # The comparison walks through all revisions and trips over whatever is broken.
    except Exception as cause:  # noqa: BLE001
        reason = f"what was added after it cannot be compared: {cause}"
        unknown = (undefined("what cannot be compared"),)
        return unclear("SIG_CONSTRAINTS_FAILURE", reason), unknown
    if any(change.kind is Kind.PAGES for change in found):
        return failed("FORMAT_FAILURE", "pages were added or removed after it"), found
    if hidden:
        return _failure("objects were hidden in the file after it")
    return _judged(embedded, found), found


def names_of(found: Iterable[Change]) -> tuple[str, ...]:
    """The names of kinds of changes, as a verdict tells them.

    Args:
        found: The changes; what every archived document has is left out beside others.
    """
    names = {_NAMES[change.kind] for change in found}
    return tuple(name for name in _ORDER if name in names) or tuple(names)


def byte_range(embedded: EmbeddedPdfSignature) -> Any:
    """The four numbers that say which bytes are signed."""
    return embedded.byte_range


def _failure(reason: str) -> Found:
    return failed("FORMAT_FAILURE", reason), (undefined(reason),)


def _judged(
    embedded: EmbeddedPdfSignature, found: tuple[Change, ...]
) -> Problem | None:
    level, lock = embedded.docmdp_level, embedded.fieldmdp
    for change in found:
        if change.kind in _NEVER:
            text = f"what was added after it is not what signing adds: {change.where}"
        elif level is None and change.kind is Kind.ANNOTATION:
            text = f"annotations were changed after it: {change.where}"
        elif level is not None and not _is_certified_for(change, level):
            text = "it certified the document and forbids what was added after it"
        elif lock is not None and change.field and _is_locked(lock, change):
            text = "it locked a form field that was changed after it"
        else:
            continue
        return unclear("SIG_CONSTRAINTS_FAILURE", text)
    return None


def _is_certified_for(change: Change, level: MDPPerm) -> bool:
    # A new signature that shows can be drawn over what was certified.
    lowest = _ALLOWED_FROM.get(change.kind, MDPPerm.NO_CHANGES)
    return level.value >= lowest.value and not change.placed


def _is_locked(lock: Any, change: Change) -> bool:
    touches = change.kind in {Kind.SIGNATURE, Kind.FILLED}
    # A field that shows nothing and was not there cannot have been locked.
    return touches and bool(lock.is_locked(change.field))
