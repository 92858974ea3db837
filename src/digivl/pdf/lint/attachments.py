"""Files and media inside the file, which a reader of the pages does not see.

Source:
    ISO 32000-2, 7.11.4 (embedded files), 12.3.5 (collections), 13 (multimedia).
"""

from __future__ import annotations

from typing import Final

from digivl.pdf.lint.rule import Hits, Level, Rule
from digivl.pdf.lint.walk import Document, Node
from digivl.pdf.reading import entry

RULES: Final = (
    Rule(
        code="embedded-file",
        level=Level.REFUSE,
        english="Another file is embedded; it gets signed along, unseen.",
        dutch="In het document zit een ander bestand, dat u mee ondertekent zonder "
        "het op de bladzijden te zien.",
        advice="Open en lees de bijlage eerst, of laat ze weghalen en als eigen stuk "
        "toevoegen.",
    ),
    Rule(
        code="portfolio",
        level=Level.REFUSE,
        english="A collection: the pages are only the cover of embedded files.",
        dutch="Het document is een map met bestanden; de bladzijden zijn er alleen "
        "de omslag van.",
        advice="Bied elk bestand afzonderlijk ter ondertekening aan.",
    ),
    Rule(
        code="multimedia",
        level=Level.REFUSE,
        english="Sound, video, 3D or rich media stands on a page.",
        dutch="Op een bladzijde staat geluid, video of een 3D-beeld.",
        advice="Vraag een document met alleen tekst en afbeeldingen.",
    ),
)

_MEDIA: Final = {"/Screen", "/Sound", "/Movie", "/3D", "/RichMedia"}


def of_node(_: Document, node: Node) -> Hits:
    """Files and media in one dictionary."""
    value = node.value
    if "/EF" in value:
        yield node.hit("embedded-file", node.key)
    elif entry(value, "/Type") == "/EmbeddedFile" and node.key not in {"/F", "/UF"}:
        # Hangs on something else than a file specification.
        yield node.hit("embedded-file", "stream")
    if node.key == "/Root" and entry(value, "/Collection") is not None:
        yield node.hit("portfolio")
    if node.key == "/Annots" and entry(value, "/Subtype") in _MEDIA:
        yield node.hit("multimedia", str(value["/Subtype"]))
