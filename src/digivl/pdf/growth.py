"""What was put behind a file that was sent out: signatures and nothing else, or not.

A signature covers the revision it makes: it says nothing of what that revision changed
of the file as it was before. Who sent a file out has that file, and can compare.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final

from digivl.errors import DigivlError
from digivl.pdf.changes import Kind
from digivl.pdf.comparison import changes_since
from digivl.pdf.hidden import hidden_objects
from digivl.pdf.reading import opened, readable

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

    from digivl.settings import Limits

_CHUNK_BYTES: Final = 1 << 20
#: What signing adds, and the programs that do it.
_OF_SIGNING: Final = frozenset(
    {Kind.STORE, Kind.METADATA, Kind.TIMESTAMP, Kind.SIGNATURE}
)


def begins_with(source: BinaryIO, start: BinaryIO) -> bool:
    """True when `source` begins with all the bytes of `start`; read in constant memory.

    Args:
        source: A file; seekable.
        start: The file it has to begin with; seekable.
    """
    source.seek(0)
    start.seek(0)
    while wanted := start.read(_CHUNK_BYTES):
        if source.read(len(wanted)) != wanted:
            return False
    return True


def only_signed_since(source: BinaryIO, length: int, limits: Limits) -> str:
    """Why what stands behind a prefix is more than signatures; empty when it is not.

    New signature fields, their signatures, timestamps of the document and its security
    store (DSS) may follow; no value of another field, no annotation, no page.

    Args:
        source: The PDF; seekable.
        length: How many bytes from its start were sent out: a whole PDF by themselves.
        limits: Largest document.

    Returns:
        In English, for who must mend it; what cannot be read is a reason too.
    """
    try:
        reader = opened(source, limits)
        with readable():
            return _compared(source, reader, length)
    except DigivlError as unreadable:
        return str(unreadable)


def _compared(source: BinaryIO, reader: PdfFileReader, length: int) -> str:
    sent = _revision_at(reader, length)
    if sent is None:
        return "no revision of it ends where what was sent ends"
    if hidden_objects(source, reader, signed=length, revision=sent):
        return "objects are hidden behind what was sent"
    for change in changes_since(reader, sent):
        if change.kind not in _OF_SIGNING:
            return f"it is not what signing adds: {change.where}"
    return ""


def _revision_at(reader: PdfFileReader, length: int) -> int | None:
    """The last revision whose cross-references stand within the first `length` bytes.

    None when the next one does not begin behind them.
    """
    places = [_xref(reader, number) for number in range(reader.xrefs.total_revisions)]
    behind = [place >= length for place in places]
    # Sent first, added later: False, ..., True, ... without a change of mind.
    if behind != sorted(behind) or behind[0] or not behind[-1]:
        return None
    return behind.index(True) - 1


def _xref(reader: PdfFileReader, revision: int) -> int:
    sections: Any = reader.xrefs
    place: int = sections.get_startxref_for_revision(revision)
    return place
