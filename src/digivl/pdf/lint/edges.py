"""The file around the document: its edges, its version, how it is written.

Source:
    ISO 32000-2, 7.5 (file structure), 7.5.8.4 (hybrid references), 7.7.2 (catalog).
"""

from __future__ import annotations

import os
from typing import Any, Final

from digivl.pdf.lint.rule import Hit, Hits, Level, Rule
from digivl.pdf.lint.walk import Document, dictionary
from digivl.pdf.reading import entry

RULES: Final = (
    Rule(
        code="bytes-after-end",
        level=Level.REFUSE,
        english="Something stands behind the last end mark.",
        dutch="Achter het einde van het document staat nog iets in het bestand.",
        advice="Druk het document opnieuw af naar PDF.",
    ),
    Rule(
        code="hybrid-conflict",
        level=Level.REFUSE,
        english="Two kinds of cross-references name different objects by one number.",
        dutch="Oude en nieuwe PDF-lezers zien in dit bestand niet hetzelfde document.",
        advice="Druk het document opnieuw af naar PDF.",
    ),
    Rule(
        code="hybrid-references",
        level=Level.ACCEPT,
        english="Written for old viewers too, as Microsoft Word does.",
        dutch="Het bestand is ook voor heel oude PDF-lezers geschreven, zoals Word "
        "doet.",
        advice="Daar is niets mis mee.",
    ),
    Rule(
        code="odd-version",
        level=Level.WARN,
        english="The file claims a version of PDF that does not exist, or two "
        "different ones.",
        dutch="Het bestand noemt een versie van PDF die niet bestaat.",
        advice="Druk het document opnieuw af naar PDF.",
    ),
    Rule(
        code="page-tree",
        level=Level.REFUSE,
        english="The page tree counts another number of pages than it has, or has a "
        "page twice.",
        dutch="Het bestand noemt een ander aantal bladzijden dan het heeft.",
        advice="Druk het document opnieuw af naar PDF.",
    ),
    Rule(
        code="loosely-written",
        level=Level.WARN,
        english="An object breaks the rules of PDF, and was read leniently.",
        dutch="Het bestand volgt de regels van PDF niet helemaal; een andere PDF-lezer "
        "kan iets anders tonen.",
        advice="Druk het document bij voorkeur opnieuw af naar PDF.",
    ),
    Rule(
        code="duplicate-key",
        level=Level.REFUSE,
        english="A dictionary says something twice; programs differ in what counts.",
        dutch="Het bestand zegt over hetzelfde twee dingen; een andere PDF-lezer kan "
        "iets anders tonen.",
        advice="Druk het document opnieuw af naar PDF.",
    ),
    Rule(
        code="unreadable-object",
        level=Level.REFUSE,
        english="A part could not be made sense of, so it was not checked.",
        dutch="Een deel van het document kon niet worden nagekeken.",
        advice="Druk het document opnieuw af naar PDF.",
    ),
    Rule(
        code="viewer-requirement",
        level=Level.WARN,
        english="The document asks for a viewer with special abilities.",
        dutch="Het document vraagt een bijzondere PDF-lezer, en ziet er in een andere "
        "misschien anders uit.",
        advice="Druk het document opnieuw af naar PDF.",
    ),
    Rule(
        code="usage-rights",
        level=Level.WARN,
        english="Usage rights of Adobe Reader: changes are foreseen.",
        dutch="Het document is klaargemaakt om in Adobe Reader te worden gewijzigd.",
        advice="Druk het document af naar PDF; onderteken dat.",
    ),
)

_END: Final = b"%%EOF"
_TAIL_BYTES: Final = 2048
_VERSIONS: Final = {*((1, minor) for minor in range(8)), (2, 0)}


def of_document(document: Document) -> Hits:
    """The file as a whole."""
    yield from _tail(document)
    yield from _versions(document)
    yield from _hybrid(document)
    root = document.root
    counted = sum(1 for _ in document.pages())
    said: Any = entry(entry(root, "/Pages"), "/Count")
    if said != counted:
        yield Hit("page-tree", None, "", f"{counted} pages")
    if entry(root, "/Requirements") is not None:
        yield Hit("viewer-requirement")
    rights = dictionary(entry(root, "/Perms"))
    if any(entry(rights, key) is not None for key in ("/UR", "/UR3")):
        yield Hit("usage-rights")


def _tail(document: Document) -> Hits:
    source = document.source
    size = source.seek(0, os.SEEK_END)
    source.seek(max(0, size - _TAIL_BYTES))
    behind = source.read().rpartition(_END)[2]
    if behind.strip(b"\0 \t\r\n\f\x1a"):
        yield Hit("bytes-after-end", None, "", f"{len(behind)} bytes")


def _versions(document: Document) -> Hits:
    source = document.source
    source.seek(0)
    head = source.read(8)
    header = (head[5:6], head[7:8])
    if header not in {(b"%d" % major, b"%d" % minor) for major, minor in _VERSIONS}:
        yield Hit("odd-version", None, "", "header")
    version = document.reader.input_version
    if version not in _VERSIONS:
        yield Hit("odd-version", None, "", "catalog")


def _hybrid(document: Document) -> Hits:
    xrefs = document.reader.xrefs
    if not xrefs.hybrid_xrefs_present:
        return
    yield Hit("hybrid-references")
    for revision in range(xrefs.total_revisions):
        main = xrefs.get_xref_data(revision)
        if main.hybrid is None:
            continue
        other = main.hybrid.xref_data
        # Who knows hybrids looks here before looking back; what the table itself
        # names, comes first for everybody.
        back = _offsets(xrefs, revision - 1)
        for number, place in {**other.standard_xrefs, **other.xrefs_in_objstm}.items():
            if number not in main.standard_xrefs and back.get(number, place) != place:
                yield Hit("hybrid-conflict", None, f"{number} 0")


def _offsets(xrefs: Any, last: int) -> dict[int, Any]:
    known: dict[int, Any] = {}
    for revision in range(last + 1):
        known |= xrefs.get_xref_data(revision).standard_xrefs
    return known
