"""Tells what word processor a file is of, by how it begins; it is never opened."""

from __future__ import annotations

from typing import Final

from digivl.documents.model import WordProcessor
from digivl.errors import MalformedError

#: So many bytes tell it.
HEAD: Final = 4_096

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: The first part of an ODT is its media type, as it is.
_ODT: Final = b"mimetype" + WordProcessor.ODT.value.encode()
#: One of these stands in front in what word processors write.
_DOCX: Final = (b"[Content_Types].xml", b"_rels/.rels", b"word/", b"docProps/")


def word_processor(head: bytes) -> WordProcessor:
    """Of which word processor a file is that begins so.

    Raises:
        MalformedError: It is of no word processor.
    """
    if head.startswith(_OLE):
        return WordProcessor.DOC
    if head.startswith(_ZIP) and head[30:].startswith(_ODT):
        return WordProcessor.ODT
    if head.startswith(_ZIP) and head[30:].startswith(_DOCX):
        return WordProcessor.DOCX
    raise MalformedError(
        "the original is no file of a word processor",
        hint="It is a .docx, .odt or .doc file; deliver others as PDF only.",
    )
