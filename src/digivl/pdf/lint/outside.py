"""Content that does not stand in the file, so that no signature covers it.

Source:
    ISO 32000-2, 7.3.8 (external streams), 8.10.4 (reference XObjects), 8.9.5.4
    (alternate images), 7.11 (file specifications); ISO 32000-1, 14.11.7 (OPI).
"""

from __future__ import annotations

from typing import Final

from pyhanko.pdf_utils import generic

from digivl.pdf.lint.rule import Hits, Level, Rule
from digivl.pdf.lint.walk import Document, Node
from digivl.pdf.reading import entry

RULES: Final = (
    Rule(
        code="external-content",
        level=Level.REFUSE,
        english="A stream, font, image or form whose data stand in another file.",
        dutch="Een deel van wat u ziet, staat niet in het document zelf maar in een "
        "ander bestand, en kan dus nog veranderen.",
        advice="Vraag een document waarin alles is opgenomen.",
    ),
    Rule(
        code="print-substitute",
        level=Level.REFUSE,
        english="Another image is used when printing: OPI, or an alternate image.",
        dutch="Bij het afdrukken komt er een andere afbeelding dan op het scherm.",
        advice="Vraag een document met één versie van elke afbeelding.",
    ),
    Rule(
        code="external-file",
        level=Level.WARN,
        english="Names a file that is not embedded, outside of any link.",
        dutch="Het document verwijst naar een bestand dat er niet bij zit.",
        advice="Ga na of dat bestand nodig is; voeg het dan als stuk toe.",
    ),
)


def of_node(_: Document, node: Node) -> Hits:
    """What one dictionary takes from outside the file."""
    value = node.value
    if isinstance(value, generic.StreamObject) and entry(value, "/F") is not None:
        yield node.hit("external-content", "stream with /F")
    if entry(value, "/Subtype") == "/Form" and entry(value, "/Ref") is not None:
        yield node.hit("external-content", "reference XObject")
    for name in ("/OPI", "/Alternates"):
        if entry(value, name) is not None and "/Subtype" in value:
            yield node.hit("print-substitute", name)
    if entry(value, "/Type") in {"/Filespec", "/F"}:
        names_a_file = any(key in value for key in ("/F", "/UF", "/DOS", "/Unix"))
        if names_a_file and entry(value, "/EF") is None and node.key != "/F":
            yield node.hit("external-file")
