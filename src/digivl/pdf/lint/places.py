"""Where the objects of a file stand, by all of its cross-references.

Source:
    ISO 32000-2, 7.5.4 (tables), 7.5.8 (streams), 7.5.8.4 (hybrid references).
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

import attrs
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import ObjStreamRef

from digivl.errors import LimitExceededError
from digivl.pdf.lint.tokens import operators

#: Bytes of one object without its stream, or of a stream of objects; every number in it
#: takes a hundred in memory.
_LARGEST: Final = 1 << 23
_ENDS: Final = frozenset({b"stream", b"endobj"})


@attrs.define(eq=False)
class Places:
    """The cross-references of a file."""

    source: BinaryIO
    reader: PdfFileReader
    _starts: list[int] = attrs.field(factory=list[int])

    def sections(self) -> Iterator[Any]:
        """Those of each revision, hybrid ones too; oldest first."""
        xrefs = self.reader.xrefs
        for revision in range(xrefs.total_revisions):
            data: Any = xrefs.get_xref_data(revision)
            yield data
            if data.hybrid is not None:
                yield data.hybrid.xref_data

    @property
    def starts(self) -> list[int]:
        """Where objects start by any revision, in order; cross-references too."""
        if not self._starts:
            self._starts = sorted({*self._objects(), *self._tables()})
        return self._starts

    def _objects(self) -> Iterator[int]:
        for section in self.sections():
            for _, offset in section.standard_xrefs.values():
                yield offset

    def _tables(self) -> Iterator[int]:
        xrefs = self.reader.xrefs
        for revision in range(xrefs.total_revisions):
            yield xrefs.get_xref_container_info(revision).start_location
            hybrid = xrefs.get_xref_data(revision).hybrid
            if hybrid is not None:
                yield hybrid.meta_info.start_location

    def check_size(self, place: Any, tick: Callable[[], None]) -> None:
        """See that an object is not so large that reading it takes all memory.

        Streams may be large, since they are not unpacked with their object.

        Args:
            place: Its offset, or its place in a stream of objects.
            tick: Raises when there is no more time.

        Raises:
            LimitExceededError: It is.
        """
        if isinstance(place, ObjStreamRef):
            holder = generic.Reference(place.obj_stream_id, 0, self.reader)
            held = holder.get_object()
            if isinstance(held, generic.StreamObject):
                _check_few(len(held.read_data(DecodePurpose.OBJECT_STREAM)))
            return
        after = bisect_right(self.starts, place)
        end = self.source.seek(0, os.SEEK_END)
        if after < len(self.starts):
            end = self.starts[after]
        if end - place > _LARGEST:
            self.source.seek(place)
            head = operators(self.source.read(_LARGEST), tick)
            if not any(word in _ENDS for word, _ in head):
                _check_few(end - place)


def _check_few(size: int) -> None:
    if size > _LARGEST:
        raise LimitExceededError(
            f"one object of the PDF has {size} bytes, more than can be checked",
            hint="Print the document to PDF anew.",
        )
