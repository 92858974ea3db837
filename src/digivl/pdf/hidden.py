"""Objects that stand in a file and that no cross-reference points at.

A viewer that repairs files finds them; one that reads the cross-references does not.
Appending them behind a signature shows two people two documents (incremental saving
attack); pyHanko, which believes the cross-references, sees no change at all. Naming the
number is not enough: a cross-reference can point at the object that was signed, while
another of that number stands behind it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyhanko.pdf_utils.reader import PdfFileReader

_CHUNK_BYTES: Final = 1 << 20
_OVERLAP: Final = 64
_BLANKS: Final = 16
_OBJECT: Final = re.compile(rb"(?<![0-9])\d{1,10}\s{1,3}\d{1,5}\s{1,3}obj\b")


def hidden_objects(
    source: BinaryIO, reader: PdfFileReader, *, signed: int, revision: int
) -> bool:
    """True when an object stands behind a signature that nothing there points at.

    Args:
        source: The file.
        reader: The same file, opened.
        signed: How many bytes from the start the signature covers.
        revision: The one it covers; only later cross-references count.
    """
    places = sorted(set(_places(reader, revision + 1)))
    for blank, start in _objects(source, signed):
        index = bisect_left(places, blank)
        # A cross-reference may point at the white space before an object.
        if index == len(places) or places[index] > start:
            return True
    return False


def _places(reader: PdfFileReader, first: int) -> Iterator[int]:
    """Where the later cross-references say that objects begin."""
    sections: Any = reader.xrefs
    for revision in range(first, sections.total_revisions):
        yield sections.get_startxref_for_revision(revision)
        data = sections.get_xref_data(revision)
        while data is not None:
            for _, place in data.standard_xrefs.values():
                yield place
            hybrid = data.hybrid
            if hybrid is not None:
                yield hybrid.meta_info.start_location
            data = None if hybrid is None else hybrid.xref_data


def _objects(source: BinaryIO, start: int) -> Iterator[tuple[int, int]]:
    """Where objects begin, with and without the white space before them."""
    source.seek(start)
    pending, base = b"", start
    while chunk := source.read(_CHUNK_BYTES):
        pending += chunk
        for match in _OBJECT.finditer(pending):
            at = match.start()
            if not at and base != start:
                # The rest of a number; the chunk before it had it whole.
                continue
            before = pending[max(0, at - _BLANKS) : at]
            blanks = len(before) - len(before.rstrip(b"\0\t\n\f\r "))
            yield base + at - blanks, base + at
        base += max(0, len(pending) - _OVERLAP)
        pending = pending[-_OVERLAP:]
