"""The revisions of a PDF file: the prefixes that were once the whole file.

Each increment ends in `startxref`, the place of its cross-references, and `%%EOF`.
What was sent to a signatory must come back as such a prefix, byte for byte.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, BinaryIO, Final

import attrs

from digivl.errors import LimitExceededError

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK_BYTES: Final = 1 << 20
_MOST: Final = 10_000
_END: Final = re.compile(rb"startxref\s{1,8}(\d{1,12})\s{1,8}%%EOF(?:\r\n|\r|\n)?")
_LONGEST: Final = 64
_XREF: Final = re.compile(rb"\s{0,4}(?:xref\b|\d{1,10}\s+\d{1,5}\s+obj\b)")


@attrs.frozen
class Revision:
    """The first `length` bytes of the file, and their SHA-256 in hexadecimal."""

    length: int
    sha256: str


@attrs.frozen
class _End:
    """Where a revision seems to end, and where it says its cross-references are."""

    revision: Revision
    xref: int


def revisions(source: BinaryIO) -> tuple[Revision, ...]:
    """The revisions in a file, oldest first; read once, in constant memory.

    An end counts when cross-references stand where it says: an uncompressed PDF
    inside an attachment makes no revision. Bytes behind the last end belong to none.

    Raises:
        LimitExceededError: More ends than any document has.

    Source:
        ISO 32000-2, 7.5.6 (incremental updates).
    """
    ends = list(_ends(source))
    return tuple(end.revision for end in ends if _is_xref(source, end))


def _ends(source: BinaryIO) -> Iterator[_End]:
    digest, hashed = hashlib.sha256(), 0
    source.seek(0)
    pending, last, found = b"", False, 0
    while not last:
        chunk = source.read(_CHUNK_BYTES)
        last = not chunk
        pending += chunk
        # An end that touches the edge may go on in the next chunk.
        settled = len(pending) if last else max(len(pending) - _LONGEST, 0)
        used = 0
        for match in _END.finditer(pending):
            if match.start() >= settled:
                break
            found += 1
            if found > _MOST:
                raise LimitExceededError(f"more than {_MOST} revisions")
            digest.update(pending[used : match.end()])
            hashed, used = hashed + match.end() - used, match.end()
            yield _End(Revision(hashed, digest.copy().hexdigest()), int(match[1]))
        kept = max(settled, used)
        digest.update(pending[used:kept])
        hashed, pending = hashed + kept - used, pending[kept:]


def _is_xref(source: BinaryIO, end: _End) -> bool:
    if end.xref >= end.revision.length:
        return False
    source.seek(end.xref)
    return _XREF.match(source.read(_LONGEST)) is not None
