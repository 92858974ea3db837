"""Opens PDF files that others made, and tells what is wrong with them.

A PDF that comes in is hostile until it is read. pyHanko raises whatever its parsers
run into; here that becomes a typed error, in one place.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import attrs
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodeContext, DecodePurpose
from pyhanko.pdf_utils.misc import PdfDecodeLimitError, PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader

from digivl.errors import (
    DigivlError,
    EncryptedPDFError,
    LimitExceededError,
    StorageError,
    StorageFullError,
    UnreadablePDFError,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from digivl.settings import Limits

#: Depth of page and form trees; honest ones stay under ten.
_DEEPEST: Final = 64
_END_MARK: Final = b"%%EOF"
_TAIL_BYTES: Final = 1024
#: An entry of a cross-reference stream costs its width and one; no honest file
#: spends more on them than it has bytes.
_ENTRY_BYTES: Final = 32_000_000

_GUESSES: Final = (
    (b"PK\x03\x04", "a Word, Excel or OpenDocument file"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"<", "a web page or XML"),
    (b"{\\rtf", "an RTF text"),
)


@attrs.frozen(kw_only=True)
class PDFFacts:
    """What is worth knowing of a PDF before something is done with it.

    Attributes:
        size: Bytes.
        pages: Number of pages.
        version: As the file declares it, e.g. ``1.7``.
        signatures: Filled signature fields, timestamps of the document included.
        certification: What the author allows later (DocMDP, 1 = nothing), if stated.
        tagged: True when it has a structure tree.
        encrypted: Always False: a protected file is refused before.
    """

    size: int
    pages: int
    version: str
    signatures: int
    certification: int | None
    tagged: bool
    encrypted: bool = False


class _BoundedDecoding(DecodeContext):
    """Stops cross-reference streams that declare more entries than the file holds."""

    _entries: int = 0

    def stream_output_cap(
        self,
        encoded_size: int,
        purpose: DecodePurpose = DecodePurpose.GENERIC,
        expected_size: int | None = None,
    ) -> int | None:
        if purpose is DecodePurpose.XREF_STREAM:
            self._entries += expected_size or 0
            if self._entries > min(4096 + 2 * (self.input_size or 0), _ENTRY_BYTES):
                raise PdfDecodeLimitError("more cross references than bytes")
        return super().stream_output_cap(encoded_size, purpose, expected_size)


#: A PDF; or one that was opened before, whose parts are not read again.
Source = BinaryIO | PdfFileReader


class _Reader(PdfFileReader):
    """pyHanko's reader, with an end to what pyHanko 0.38 would do for ever."""

    #: Whether some of it could only be read leniently.
    lenient: bool = False
    _bounded: _BoundedDecoding | None = None

    @property
    def decode_context(self) -> DecodeContext:
        if self._bounded is None:
            given = self._decode_context
            self._bounded = _BoundedDecoding(given.limits, given.input_size)
        return self._bounded

    def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> Any:
        self._end_with_line(stmnum)
        pyhanko: Any = super()
        return pyhanko._get_object_from_stream(idnum, stmnum, idx)  # noqa: SLF001

    def _end_with_line(self, number: int) -> None:
        # A comment at the very end of an object stream has no end for pyHanko.
        container: Any = generic.Reference(number, 0, self).get_object()
        data = container.read_data(DecodePurpose.OBJECT_STREAM)
        if not data.endswith(b"\n"):
            ended = generic.StreamObject(dict(container), stream_data=data + b"\n")
            ended.container_ref = container.container_ref
            self.resolved_objects[0, number] = ended


@contextmanager
def readable() -> Generator[None]:
    """Turn whatever the parsers raise about a hostile file into a typed error.

    Raises:
        UnreadablePDFError: The file is damaged.
        LimitExceededError: It unpacks to more, or nests deeper, than is let in.
        StorageError: The disk failed, not the file.
    """
    try:
        yield
    except DigivlError:
        raise
    except PdfDecodeLimitError as cause:
        raise LimitExceededError(
            f"the PDF unpacks to more than is let in: {cause}",
            hint="A file that grows this much is made to do harm; do not use it.",
        ) from cause
    except (RecursionError, MemoryError) as cause:
        raise LimitExceededError("the PDF nests deeper than can be read") from cause
    except OSError as cause:
        raise _of_the_disk(cause) from cause
    except Exception as cause:
        raise _damaged(str(cause) or type(cause).__name__) from cause


def _of_the_disk(cause: OSError) -> DigivlError:
    # The parser seeks to places that do not exist; that is the file's fault.
    if cause.errno in (None, errno.EINVAL):
        return _damaged(str(cause))
    if cause.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageFullError(f"no room left: {cause.strerror}")
    return StorageError(f"the file could not be read or written: {cause.strerror}")


def _damaged(what: str) -> UnreadablePDFError:
    return UnreadablePDFError(
        f"the PDF is damaged: {what[:200]}",
        hint="Open it in a PDF program, save it as a new file and try that one.",
    )


def opened(source: Source, limits: Limits, *, strict: bool = False) -> PdfFileReader:
    """Open a PDF and make sure that its catalog, first and last page can be read.

    Cross references are read strictly first and leniently after that, since honest
    programs err in them. Unless `strict`, a reference to an object that is not there
    then reads as null.

    Args:
        source: The file, seekable; what was opened before comes back as it is.
        limits: `pdf_bytes` and `pdf_pages` count here.
        strict: Refuse what has to be read leniently.

    Raises:
        UnreadablePDFError: Not a PDF, empty, truncated or damaged.
        EncryptedPDFError: It is protected.
        LimitExceededError: Too large, too many pages.

    Source:
        ISO 32000-2, 7.3.10 (missing objects are null), 7.5.8.4 (hybrid files).
    """
    if isinstance(source, PdfFileReader):
        return source
    with readable():
        _check_outside(source, limits)
        try:
            reader = _checked_reader(source, limits, strict=True)
        except UnreadablePDFError:
            if strict:
                raise
            reader = _checked_reader(source, limits, strict=False)
            reader.lenient = True
        reader.strict = strict
        return reader


def read_leniently(reader: PdfFileReader) -> bool:
    """Whether what was read to open a file broke the rules."""
    return isinstance(reader, _Reader) and reader.lenient


def reopened(stream: BinaryIO) -> PdfFileReader:
    """Open what was opened before and got an update of ours since; no page is read.

    Args:
        stream: The file; seekable.
    """
    with readable():
        try:
            reader = _Reader(stream, strict=True)
        except PdfReadError:
            return _Reader(stream, strict=False)
        reader.strict = False
        return reader


def _check_outside(stream: BinaryIO, limits: Limits) -> None:
    size = stream.seek(0, os.SEEK_END)
    if size > limits.pdf_bytes:
        raise LimitExceededError(
            f"the file has {size} bytes, more than the {limits.pdf_bytes} let in",
            hint="Make it smaller, or raise pdf_bytes under [limits].",
        )
    stream.seek(0)
    head = stream.read(8)
    if not head.startswith(b"%PDF-"):
        raise _not_a_pdf(head)
    stream.seek(max(0, size - _TAIL_BYTES))
    if _END_MARK not in stream.read(_TAIL_BYTES):
        raise UnreadablePDFError(
            "the PDF is truncated: its end mark is missing",
            hint="Probably a broken download or upload; fetch it again.",
        )


def _not_a_pdf(head: bytes) -> UnreadablePDFError:
    if not head:
        hint = "Probably a broken upload; send it again."
        return UnreadablePDFError("the file is empty", hint=hint)
    looks = next((guess for mark, guess in _GUESSES if head.startswith(mark)), "")
    return UnreadablePDFError(
        f"not a PDF: the file starts with {head!r}"
        + (f", it looks like {looks}" if looks else ""),
        hint="Export or print the document to PDF first.",
    )


def _checked_reader(stream: BinaryIO, limits: Limits, *, strict: bool) -> _Reader:
    with readable():
        reader = _Reader(stream, strict=strict)
        _refuse_encrypted(reader)
        count = _page_count(reader, limits)
        page_at(reader, 0)
        page_at(reader, count - 1)
        return reader


def _refuse_encrypted(reader: PdfFileReader) -> None:
    try:
        protected = reader.encrypt_dict is not None
    except PdfReadError:
        # Stated, yet unreadable: still not a file that may be changed.
        protected = True
    if protected:
        raise EncryptedPDFError(
            "the PDF is protected with a password or with permissions",
            hint="Remove the protection in the program that made it, and try again.",
        )


def _page_count(reader: PdfFileReader, limits: Limits) -> int:
    count: Any = _catalog(reader)["/Pages"]["/Count"]
    if not isinstance(count, int) or count < 1:
        raise _damaged("it has no pages")
    if count > limits.pdf_pages:
        raise LimitExceededError(
            f"the PDF has {count} pages, more than the {limits.pdf_pages} let in",
            hint="Split it, or raise pdf_pages under [limits].",
        )
    return int(count)


def _catalog(reader: PdfFileReader) -> Any:
    return reader.root


def page_at(reader: PdfFileReader, index: int) -> Any:
    """The reference of a page.

    Args:
        reader: An opened file.
        index: Counts from 0.
    """
    with readable():
        return reader.find_page_for_modification(index)[0]


def pages(reader: PdfFileReader, limits: Limits) -> Iterator[Any]:
    """Every page, in order.

    Raises:
        LimitExceededError: More than let in, or a tree without end.
    """
    waiting: list[Any] = [_catalog(reader).raw_get("/Pages")]
    left = 2 * limits.pdf_pages
    while waiting:
        node: Any = waiting.pop().get_object()
        left -= 1
        if left < 0:
            raise LimitExceededError("the page tree is larger than is let in")
        if entry(node, "/Kids") is None:
            yield node
        else:
            waiting += reversed(entry(node, "/Kids"))


def entry(dictionary: Any, key: str, default: Any = None) -> Any:
    """The value under `key`, looked up where it stands; `default` for none or null."""
    try:
        return dictionary[key]
    except KeyError:
        return default


def inherited(page: Any, key: str) -> Any:
    """What a page says under `key`, or what it inherits; None when nobody says it."""
    node = page
    for _ in range(_DEEPEST):
        value = entry(node, key)
        if value is not None:
            return value
        node = entry(node, "/Parent")
        if not isinstance(node, generic.DictionaryObject):
            return None
    raise _damaged("its page tree has no end")


def facts(stream: BinaryIO, limits: Limits) -> PDFFacts:
    """What is worth knowing of a PDF.

    Raises:
        UnreadablePDFError: Not a PDF, empty, truncated or damaged.
        EncryptedPDFError: It is protected.
        LimitExceededError: Too large, too many pages.
    """
    reader = opened(stream, limits)
    with readable():
        root, version = _catalog(reader), reader.input_version or ()
        return PDFFacts(
            size=stream.seek(0, os.SEEK_END),
            pages=_page_count(reader, limits),
            version=".".join(str(part) for part in version),
            signatures=signature_count(reader),
            certification=certification(reader),
            tagged=isinstance(entry(root, "/StructTreeRoot"), generic.DictionaryObject),
        )


def signature_count(reader: PdfFileReader) -> int:
    """How many signature fields are filled; timestamps of the document count too."""
    form = entry(_catalog(reader), "/AcroForm", {})
    return len(list(_filled_signatures(entry(form, "/Fields", ()))))


def _filled_signatures(fields: Any) -> Iterator[Any]:
    waiting: list[tuple[Any, str | None]] = [(field, None) for field in fields]
    seen: set[int] = set()
    while waiting:
        field, inherited_type = waiting.pop()
        node: Any = field.get_object()
        if id(node) in seen or not isinstance(node, generic.DictionaryObject):
            continue
        seen.add(id(node))
        kind = entry(node, "/FT", inherited_type)
        if kind == "/Sig" and entry(node, "/V") is not None:
            yield node
        waiting += [(kid, kind) for kid in entry(node, "/Kids", ())]


def certification(reader: PdfFileReader) -> int | None:
    """The DocMDP level that certifies the document; None when it is not certified.

    Source:
        ISO 32000-2, 12.8.2.2: 1 allows nothing, 2 forms and signatures, 3 notes too.
    """
    certified = entry(entry(_catalog(reader), "/Perms", {}), "/DocMDP")
    if certified is None:
        return None
    references: Any = entry(certified, "/Reference", ())
    for reference in references:
        transform = reference.get_object()
        if entry(transform, "/TransformMethod") == "/DocMDP":
            return int(entry(entry(transform, "/TransformParams", {}), "/P", 2))
    return 2
