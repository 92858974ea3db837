"""Objects that stand in a file and in no cross-reference.

A viewer that repairs files finds them; one that reads the cross-references does not.
Appending them behind a signature shows two people two documents (incremental saving
attack); pyHanko, which believes the cross-references, sees no change at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyhanko.pdf_utils.reader import PdfFileReader

_CHUNK_BYTES: Final = 1 << 20
_OVERLAP: Final = 32
_OBJECT: Final = re.compile(rb"(?:^|[\s>])(\d{1,10})\s{1,3}(\d{1,5})\s{1,3}obj\b")


def hidden_objects(
    source: BinaryIO, reader: PdfFileReader, *, signed: int, revision: int
) -> bool:
    """True when an object stands behind a signature that nothing there names.

    Args:
        source: The file.
        reader: The same file, opened.
        signed: How many bytes from the start the signature covers.
        revision: The one it covers; only later cross-references count.
    """
    named = {(ref.idnum, ref.generation) for ref in _named(reader, revision + 1)}
    return any(found not in named for found in _objects(source, signed))


def _named(reader: PdfFileReader, first: int) -> Iterator[Any]:
    for revision in range(first, reader.xrefs.total_revisions):
        resolver = reader.get_historical_resolver(revision)
        yield from resolver.explicit_refs_in_revision()
        yield from resolver.object_streams_used()
    yield from reader.xrefs.xref_stream_refs


def _objects(source: BinaryIO, start: int) -> Iterator[tuple[int, int]]:
    source.seek(start)
    pending = b""
    while chunk := source.read(_CHUNK_BYTES):
        pending += chunk
        for match in _OBJECT.finditer(pending):
            yield int(match[1]), int(match[2])
        pending = pending[-_OVERLAP:]
