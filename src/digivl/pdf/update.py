"""One incremental update of a PDF."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, BinaryIO, Final, Self

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from digivl.errors import SigningError
from digivl.pdf.reading import certification, signature_count

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

#: Copy and hash in pieces of this size.
CHUNK_BYTES: Final = 1 << 20


class Increment(IncrementalPdfFileWriter):
    """pyHanko's update, which leaves metadata and version of the document alone."""

    output_version = (1, 4)

    @classmethod
    def over(cls, reader: PdfFileReader) -> Self:
        """An update whose new objects never take a number that is in use."""
        writer = cls(reader.stream, prev=reader)
        revisions = range(reader.xrefs.total_revisions)
        used = (reader.xrefs.explicit_refs_in_revision(number) for number in revisions)
        highest = max(reference.idnum for refs in used for reference in refs)
        writer._lastobj_id = max(writer._lastobj_id, highest)
        return writer

    def _update_meta(self) -> None:
        """Nothing: the document says what it said."""

    def _copy(self, source: BinaryIO, stream: BinaryIO) -> None:
        """Bring over what was there; nothing to do where it is added to in place."""
        if stream is not source:
            shutil.copyfileobj(source, stream, CHUNK_BYTES)

    def _write_header(self, stream: BinaryIO) -> None:
        source = self.input_stream
        source.seek(0)
        self._copy(source, stream)
        source.seek(-1, os.SEEK_END)
        if source.read(1) not in b"\r\n":
            stream.write(b"\n")


def refuse_signed(reader: PdfFileReader) -> None:
    """See that nothing in the file would break by an update.

    Raises:
        SigningError: It is signed, or certified against any change.
    """
    if certification(reader) == 1:
        raise SigningError(
            "the PDF is certified by its author, who allows no change",
            hint="Ask the author for a copy without that certification.",
        )
    count = signature_count(reader)
    if count:
        raise SigningError(
            f"the PDF carries {count} signature(s) already: a stamp would break them",
            hint="Stamp the document before the first signature.",
        )
