"""What is on a page and cannot be seen: hidden, white, tiny, covered, left out.

Source:
    ISO 32000-2, 9.3.6 (text rendering mode), 11 (transparency), 14.11.2 (page boxes).
"""

from __future__ import annotations

from typing import Any, Final

from pyhanko.pdf_utils import generic

from digivl.pdf.lint import fonts
from digivl.pdf.lint.geometry import IDENTITY, Box, Plane, overlap, straight
from digivl.pdf.lint.looks import Look, looks_of
from digivl.pdf.lint.painting import Painter
from digivl.pdf.lint.rule import Hits, Level, Rule
from digivl.pdf.lint.walk import Document, Page, array, dictionary, references
from digivl.pdf.reading import entry, inherited

RULES: Final = (
    Rule(
        code="covered-text",
        level=Level.REFUSE,
        english="Text is painted over by an opaque image or area of the page itself.",
        dutch="Onder een afbeelding of vlak staat tekst die u niet ziet, maar die "
        "later zichtbaar kan worden.",
        advice="Vraag een document zonder bedekte tekst. Moest ze weggelakt worden: "
        "laat ze echt verwijderen.",
    ),
    Rule(
        code="covering-annotation",
        level=Level.REFUSE,
        english="An annotation or form field lies, opaque, over text.",
        dutch="Een invulveld of opmerking ligt over tekst heen; die kan later "
        "verdwijnen, en dan komt de tekst eronder tevoorschijn.",
        advice="Laat het veld of de opmerking weghalen, of de tekst eronder.",
    ),
    Rule(
        code="invisible-text",
        level=Level.REFUSE,
        english="Text in rendering mode 3, or fully transparent, and not on a scan.",
        dutch="Op de bladzijde staat onzichtbare tekst.",
        advice="Vraag een document zonder onzichtbare tekst.",
    ),
    Rule(
        code="scan-text",
        level=Level.ACCEPT,
        english="Invisible text on an image: what text recognition made of a scan.",
        dutch="Dit is een ingescande bladzijde, met daarachter de tekst die de "
        "computer eruit heeft gelezen.",
        advice="U ondertekent de afbeelding; de tekst erachter kan fouten bevatten.",
    ),
    Rule(
        code="white-text",
        level=Level.WARN,
        english="White text with nothing but paper below it.",
        dutch="Op de bladzijde staat witte tekst op een witte achtergrond.",
        advice="Selecteer alle tekst op de bladzijde om te zien wat er staat.",
    ),
    Rule(
        code="tiny-text",
        level=Level.WARN,
        english="Text smaller than one point.",
        dutch="Op de bladzijde staat tekst die te klein is om te lezen.",
        advice="Vergroot de bladzijde om te zien wat er staat.",
    ),
    Rule(
        code="text-off-page",
        level=Level.WARN,
        english="Text that starts outside the visible part of the page.",
        dutch="Buiten de zichtbare rand van de bladzijde staat nog tekst.",
        advice="Laat het document opnieuw afdrukken naar PDF.",
    ),
    Rule(
        code="odd-content",
        level=Level.WARN,
        english="Content with operators that the standard does not know, or in nested "
        "arrays: some viewers make something of it.",
        dutch="Een bladzijde bevat opdrachten die niet elke PDF-lezer kent; een andere "
        "lezer kan iets anders tonen.",
        advice="Laat het document opnieuw afdrukken naar PDF.",
    ),
    Rule(
        code="unused-drawing",
        level=Level.WARN,
        english="An image or form that no content of the document draws, kept among "
        "the resources of a page.",
        dutch="Het document bevat een afbeelding die nergens te zien is, klaar om "
        "later een andere te vervangen.",
        advice="Laat het document opnieuw afdrukken naar PDF.",
    ),
)

_LARGEST: Final = 14_400.0
_LETTER: Final[Box] = (0.0, 0.0, 612.0, 792.0)


def of_page(document: Document, page: Page) -> Hits:
    """What cannot be seen on a page."""
    plane = Plane(_visible(page.value))
    painter = Painter(document, plane)
    resources = dictionary(inherited(page.value, "/Resources"))
    for one in references(entry(resources, "/XObject")):
        document.offered.setdefault(one.idnum, page)
    painter.paint(_content(page.value), resources, IDENTITY, plane.page)
    yield from _of_plane(page, plane)
    if painter.odd:
        yield page.hit("odd-content", f"{painter.odd} operators")
    if any(isinstance(one, generic.ArrayObject) for one in _streams(page.value)):
        yield page.hit("odd-content", "nested array")
    yield from fonts.of_shown(page, list(painter.fonts.values()))
    for look in looks_of(document, page):
        yield from _of_look(document, page, plane, look)


def _of_plane(page: Page, plane: Plane) -> Hits:
    unseen, scanned = plane.unseen()
    counts = {
        "covered-text": plane.covered,
        "invisible-text": unseen,
        "scan-text": scanned,
        "white-text": plane.white,
        "tiny-text": plane.tiny,
        "text-off-page": plane.outside,
    }
    for code, count in counts.items():
        if count:
            yield page.hit(code, f"{count} pieces of text")


def _of_look(document: Document, page: Page, plane: Plane, look: Look) -> Hits:
    before = plane.covered
    painter = Painter(document, plane)
    painter.paint(
        look.form.data, entry(look.form, "/Resources"), look.matrix, look.clip
    )
    if plane.covered > before:
        hidden = plane.covered - before
        yield page.hit("covering-annotation", f"{hidden} pieces of text", look.object)
    yield from fonts.of_shown(page, list(painter.fonts.values()))


def _visible(page: Any) -> Box:
    media = _page_box(inherited(page, "/MediaBox"), _LETTER)
    crop = _page_box(inherited(page, "/CropBox"), media)
    shown = overlap(media, crop)
    return shown if shown[0] < shown[2] and shown[1] < shown[3] else media


def _page_box(value: Any, default: Box) -> Box:
    sides = array(value)
    if len(sides) != 4:
        return default
    a, b, c, d = (max(-_LARGEST, min(_LARGEST, float(side))) for side in sides)
    return straight((a, b, c, d))


def _streams(page: Any) -> list[Any]:
    content = entry(page, "/Contents")
    return array(content) if isinstance(content, generic.ArrayObject) else [content]


def _content(page: Any) -> bytes:
    parts = _streams(page)
    return b"\n".join(
        one.data for one in parts if isinstance(one, generic.StreamObject)
    )


def of_document(document: Document) -> Hits:
    """Images and forms that are there and that nothing draws."""
    if document.opaque:
        return
    for number, page in sorted(document.offered.items()):
        if number not in document.drawn:
            yield page.hit("unused-drawing", object=f"{number} 0")
