"""What is prepared in the file without being part of the document.

A later revision, or a viewer that repairs files, can bring it into sight: a second
object under a number in use, a page outside the page tree, a reference that waits for
its object.

Source:
    Shadow attacks on PDF signatures (NDSS 2021): hide, replace, hide-and-replace.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import attrs
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.xref import read_object_header

from digivl.pdf.lint.rule import Hit, Hits, Level, Rule
from digivl.pdf.lint.walk import Document, Page, array, dictionary
from digivl.pdf.reading import entry

RULES: Final = (
    Rule(
        code="shadow-object",
        level=Level.REFUSE,
        english="An object stands in the file and no cross-reference names it.",
        dutch="In het bestand zit een deel dat nu nergens wordt gebruikt en dat een "
        "ander deel kan vervangen.",
        advice="Onderteken het niet; vraag de opsteller hoe het bestand is gemaakt, of "
        "druk het opnieuw af naar PDF.",
    ),
    Rule(
        code="unused-part",
        level=Level.REFUSE,
        english="A page, page tree, catalog, annotation, field or action that the "
        "document does not use.",
        dutch="In het bestand zit een bladzijde, invulveld of actie die u niet te "
        "zien krijgt.",
        advice="Druk het document opnieuw af naar PDF, zodat er alleen in zit wat u "
        "ziet.",
    ),
    Rule(
        code="unused-content",
        level=Level.WARN,
        english="Content, an image, a form, a font or an empty page that the document "
        "does not use.",
        dutch="In het bestand zit tekst, een afbeelding, een lettertype of een lege "
        "bladzijde die u niet te zien krijgt.",
        advice="Druk het document opnieuw af naar PDF, zodat er alleen in zit wat u "
        "ziet.",
    ),
    Rule(
        code="unused-object",
        level=Level.ACCEPT,
        english="Any other object that the document does not use.",
        dutch="In het bestand zitten ongebruikte resten.",
        advice="Dat is niet ongewoon, en niet te zien.",
    ),
    Rule(
        code="missing-object",
        level=Level.WARN,
        english="A reference to an object that is not there, and can be added later.",
        dutch="Het document verwijst naar een deel dat er niet is en later kan worden "
        "toegevoegd.",
        advice="Druk het document opnieuw af naar PDF.",
    ),
    Rule(
        code="empty-place",
        level=Level.REFUSE,
        english="An object that is null stands where content, a page or an "
        "annotation belongs: a place to fill later.",
        dutch="Op een bladzijde is een lege plaats voorzien, waar later iets kan "
        "verschijnen.",
        advice="Druk het document opnieuw af naar PDF.",
    ),
)

_CHUNK_BYTES: Final = 1 << 20
_OVERLAP: Final = 32
_HEADER: Final = re.compile(rb"(?<![0-9])(\d{1,10})\s{1,3}(\d{1,5})\s{1,3}obj\b")
_MOST_SUSPECTS: Final = 10_000
_PARTS: Final = {"/Page", "/Pages", "/Catalog", "/Annot", "/Template", "/Action"}
_CONTENTS: Final = {"/XObject", "/Font", "/Pattern", "/FontDescriptor"}
_SHOWS: Final = {"/Contents", "/Annots", "/Kids", "/AA"}
_HOUSEKEEPING: Final = {"/ObjStm", "/XRef", "/Metadata", "/EmbeddedFile"}


def of_document(document: Document) -> Hits:
    """What the file holds beside the document."""
    yield from _hidden_in_bytes(document)
    yield from _hidden_in_streams(document)
    yield from _unused(document)


def _hidden_in_bytes(document: Document) -> Hits:
    finder = _Finder(document, document.places.starts)
    suspects = 0
    for at, number, generation in _headers(document.source):
        document.budget.spend()
        if finder.is_known(at) or finder.is_data(at):
            continue
        suspects += 1
        if suspects <= _MOST_SUSPECTS:
            yield Hit("shadow-object", None, f"{number} {generation}", f"byte {at}")


def _headers(source: BinaryIO) -> Iterator[tuple[int, int, int]]:
    source.seek(0)
    before, pending, done = 0, b"", 0
    while chunk := source.read(_CHUNK_BYTES):
        pending += chunk
        for match in _HEADER.finditer(pending):
            at = before + match.start()
            if at >= done:
                done = before + match.end()
                after = source.tell()
                yield at, int(match[1]), int(match[2])
                source.seek(after)
        before += max(0, len(pending) - _OVERLAP)
        pending = pending[-_OVERLAP:]


@attrs.define
class _Finder:
    document: Document
    starts: list[int]
    _ends: dict[int, int] = attrs.field(factory=dict[int, int])

    def is_known(self, at: int) -> bool:
        """True when a cross-reference points here, or at white space before it."""
        index = bisect_right(self.starts, at)
        if not index:
            return False
        start = self.starts[index - 1]
        if start == at:
            return True
        source = self.document.source
        source.seek(start)
        return at - start < _OVERLAP and not source.read(at - start).strip(b"\0 \t\r\n")

    def is_data(self, at: int) -> bool:
        """True when it lies within an object: a stream that looks like objects."""
        index = bisect_right(self.starts, at)
        if not index:
            return False
        start = self.starts[index - 1]
        if start not in self._ends:
            self._ends[start] = self._end(start)
        return at < self._ends[start]

    def _end(self, start: int) -> int:
        source, reader = self.document.source, self.document.reader
        source.seek(start)
        number, generation = read_object_header(source, strict=False)
        generic.read_object(source, generic.Reference(number, generation, reader))
        return source.tell()


def _hidden_in_streams(document: Document) -> Hits:
    """Objects in an object stream that no cross-reference looks for there."""
    expected: dict[int, set[int]] = {}
    for section in document.places.sections():
        for number, where in section.xrefs_in_objstm.items():
            expected.setdefault(where.obj_stream_id, set()).add(number)
    for stream, numbers in sorted(expected.items()):
        document.budget.spend(1)
        held = generic.Reference(stream, 0, document.reader).get_object()
        for number in _numbers(held):
            if number not in numbers:
                yield Hit("shadow-object", None, f"{number} 0", f"in stream {stream}")


def _numbers(stream: Any) -> list[int]:
    first, count = int(stream["/First"]), int(stream["/N"])
    data = stream.read_data(DecodePurpose.OBJECT_STREAM)
    head = data[:first].split()
    return [int(number) for number in head[: 2 * count : 2]]


def _unused(document: Document) -> Hits:
    used_streams = {
        number
        for section in document.places.sections()
        for number in section.obj_streams_used
    }
    own = {reference.idnum for reference in document.reader.xrefs.xref_stream_refs}
    known = document.reached | document.roots | used_streams | own
    for number, generation in _present(document):
        if number in known:
            continue
        reference = generic.IndirectObject(number, generation, document.reader)
        value = document.fetched(reference)
        if value is None:
            continue
        if "/Linearized" in dictionary(value):
            known |= _hints(document, value)
            continue
        code, detail = _sort_of(value)
        yield Hit(code, None, f"{number} {generation}", detail)


def _hints(document: Document, linearized: Any) -> set[int]:
    """The numbers of the streams that a linearized file names by their place."""
    places = {int(place) for place in array(entry(linearized, "/H"))[::2]}
    return {
        number
        for section in document.places.sections()
        for number, (_, offset) in section.standard_xrefs.items()
        if offset in places
    }


def _present(document: Document) -> list[tuple[int, int]]:
    """The objects that the last revision has."""
    known = {
        reference
        for section in document.places.sections()
        for reference in section.explicit_refs_in_revision
    }
    xrefs = document.reader.xrefs
    return sorted(
        (number, generation)
        for number, generation in known
        if generation >= 0
        and xrefs[generic.Reference(number, generation, document.reader)] is not None
    )


def _sort_of(value: Any) -> tuple[str, str]:
    told = dictionary(value)
    kind, sub = str(entry(told, "/Type", "")), entry(told, "/Subtype")
    if kind in _HOUSEKEEPING:
        return (
            ("unused-content", kind) if kind == "/ObjStm" else ("unused-object", kind)
        )
    if kind == "/Page" and not _SHOWS.intersection(told):
        # A leftover of programs that take pages out: putting it back shows nothing.
        return "unused-content", "/Page, empty"
    if kind in _PARTS or entry(told, "/FT") is not None or "/Kids" in told:
        return "unused-part", kind
    if sub == "/Widget" or "/Rect" in told:
        return "unused-part", str(sub)
    if isinstance(value, generic.StreamObject) or kind in _CONTENTS:
        return "unused-content", kind or "stream"
    return "unused-object", kind


def of_page(_: Document, page: Page) -> Hits:
    """Places on a page that are kept free for what may come."""
    for key in ("/Annots", "/Contents"):
        listed = entry(page.value, key)
        if not isinstance(listed, generic.ArrayObject):
            continue
        for raw in listed.iterate():
            if isinstance(raw.get_object(), generic.NullObject):
                yield page.hit("empty-place", key)
    names = dictionary(entry(dictionary(entry(page.value, "/Resources")), "/XObject"))
    for raw in names.values():
        if isinstance(raw.get_object(), generic.NullObject):
            yield page.hit("empty-place", "/XObject")
