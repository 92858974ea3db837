"""Annotations: what lies on top of the pages, can be hidden, and can be changed.

Source:
    ISO 32000-2, 12.5 (annotations), 12.5.6 (types), 12.5.3 (flags).
"""

from __future__ import annotations

from typing import Any, Final

from digivl.pdf.lint.looks import UNSEEN, annotations_of, look_of
from digivl.pdf.lint.rule import Hit, Hits, Level, Rule
from digivl.pdf.lint.walk import Document, Page, array, dictionary
from digivl.pdf.reading import entry

RULES: Final = (
    Rule(
        code="hidden-annotation",
        level=Level.REFUSE,
        english="An annotation or field is hidden, or shows on paper only.",
        dutch="Een opmerking of invulveld is verborgen, of verschijnt alleen bij het "
        "afdrukken.",
        advice="Laat het weghalen, of laat het tonen.",
    ),
    Rule(
        code="screen-only-annotation",
        level=Level.WARN,
        english="An annotation or field shows on the screen and is not printed.",
        dutch="Een opmerking of invulveld staat wel op het scherm en niet op papier.",
        advice="Laat het weghalen, of laat het mee afdrukken.",
    ),
    Rule(
        code="changing-annotation",
        level=Level.WARN,
        english="Its look changes under the mouse: a rollover or down appearance, or "
        "the flag ToggleNoView.",
        dutch="Een opmerking of knop ziet er anders uit onder de muis.",
        advice="Laat ze weghalen.",
    ),
    Rule(
        code="remark",
        level=Level.WARN,
        english="A markup annotation: a note, stamp, drawing, highlight.",
        dutch="Op het document staan opmerkingen of markeringen. Ze horen niet bij de "
        "tekst, en kunnen na de handtekening nog veranderen.",
        advice="Verwerk de opmerkingen in de tekst en haal ze weg.",
    ),
    Rule(
        code="redaction-mark",
        level=Level.REFUSE,
        english="A part is marked for redaction, and still there.",
        dutch="Een deel is gemarkeerd om weggelakt te worden, maar staat er nog.",
        advice="Laat het weglakken toepassen, zodat het deel echt verdwijnt.",
    ),
    Rule(
        code="annotation-without-look",
        level=Level.WARN,
        english="An annotation without appearance: each viewer draws its own.",
        dutch="Een opmerking heeft geen vaste vorm; elke PDF-lezer toont ze anders.",
        advice="Verwerk de opmerking in de tekst en haal ze weg.",
    ),
    Rule(
        code="unknown-annotation",
        level=Level.WARN,
        english="An annotation of a type that no edition of the standard names.",
        dutch="Op een bladzijde staat iets dat niet elke PDF-lezer kent.",
        advice="Laat het document opnieuw afdrukken naar PDF.",
    ),
)

_PRINT: Final = 0b0100
_TOGGLES: Final = 0b1_0000_0000
#: Never drawn as such: a border at most, or only while another is open.
_NO_LOOK: Final = {"/Link", "/Popup"}
_OWN_FAMILY: Final = {
    "/Widget",
    "/Screen",
    "/Sound",
    "/Movie",
    "/3D",
    "/RichMedia",
    "/Redact",
}
_MARKUP: Final = {
    "/Text",
    "/FreeText",
    "/Line",
    "/Square",
    "/Circle",
    "/Polygon",
    "/PolyLine",
    "/Highlight",
    "/Underline",
    "/Squiggly",
    "/StrikeOut",
    "/Caret",
    "/Stamp",
    "/Ink",
    "/FileAttachment",
    "/Projection",
    "/Watermark",
    "/PrinterMark",
    "/TrapNet",
}


def of_page(document: Document, page: Page) -> Hits:
    """The annotations of a page."""
    for annotation, at in annotations_of(document, page):
        for code, detail in _codes(annotation):
            yield Hit(code, page.number, at, detail)


def _codes(annotation: Any) -> list[tuple[str, str]]:
    kind = str(entry(annotation, "/Subtype"))
    if kind in _NO_LOOK:
        return []
    found = [(code, f"{kind} {flags}") for code, flags in _flagged(annotation)]
    if kind == "/Redact":
        found.append(("redaction-mark", ""))
    elif kind in _MARKUP:
        found.append(("remark", kind))
        if look_of(annotation) is None:
            found.append(("annotation-without-look", kind))
    elif kind not in _OWN_FAMILY:
        found.append(("unknown-annotation", kind))
    if _is_lively(annotation):
        found.append(("changing-annotation", kind))
    return found


def _flagged(annotation: Any) -> list[tuple[str, str]]:
    said = entry(annotation, "/F", 0)
    flags = said if isinstance(said, int) else 0
    if not _has_room(annotation):
        return []
    if flags & UNSEEN:
        return [("hidden-annotation", f"flags {flags}")]
    if not flags & _PRINT and look_of(annotation) is not None:
        return [("screen-only-annotation", f"flags {flags}")]
    return []


def _is_lively(annotation: Any) -> bool:
    said = entry(annotation, "/F", 0)
    looks = dictionary(entry(annotation, "/AP"))
    own = looks.raw_get("/N") if "/N" in looks else None
    others = [looks.raw_get(key) for key in ("/R", "/D") if key in looks]
    toggles = isinstance(said, int) and bool(said & _TOGGLES)
    return toggles or any(other != own for other in others)


def _has_room(annotation: Any) -> bool:
    """False for what has no place on the page, such as an invisible signature."""
    sides = [float(side) for side in array(entry(annotation, "/Rect"))]
    return len(sides) == 4 and sides[0] != sides[2] and sides[1] != sides[3]
