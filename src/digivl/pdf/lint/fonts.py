"""Fonts with which text is shown, and whether they are in the file.

Source:
    ISO 32000-2, 9.6.2.2 (standard fonts), 9.6.4 (Type 3), 9.9 (embedded programs).
"""

from __future__ import annotations

from typing import Any, Final

from digivl.pdf.lint.rule import Hit, Hits, Level, Rule
from digivl.pdf.lint.walk import Page, array, dictionary, held_by
from digivl.pdf.reading import entry

RULES: Final = (
    Rule(
        code="font-not-embedded",
        level=Level.WARN,
        english="Text is shown in a font that is not in the file; which glyphs a "
        "reader sees depends on the reader, and can be defined later.",
        dutch="Een lettertype zit niet in het document; een andere lezer kan andere "
        "tekens zien.",
        advice="Sla het document op als PDF/A, of met ingesloten lettertypes.",
    ),
    Rule(
        code="standard-font",
        level=Level.WARN,
        english="As font-not-embedded, for one of the fourteen fonts that every "
        "viewer brings along.",
        dutch="Een standaardlettertype zit niet in het document; de PDF-lezer gebruikt "
        "zijn eigen versie.",
        advice="Sla het document bij voorkeur op als PDF/A.",
    ),
    Rule(
        code="type3-font",
        level=Level.ACCEPT,
        english="The glyphs of a Type 3 font are small drawings of any kind.",
        dutch="Letters zijn als tekening opgenomen, zoals het bijschrift van de "
        "QR-code.",
        advice="U ondertekent wat u ziet; wat u eruit kopieert, kan anders zijn.",
    ),
)

_STYLES: Final = ("", "-Bold", "-Oblique", "-BoldOblique")
_STANDARD: Final = {
    *(f"Helvetica{style}" for style in _STYLES),
    *(f"Courier{style}" for style in _STYLES),
    *(f"Times-{style}" for style in ("Roman", "Bold", "Italic", "BoldItalic")),
    "Symbol",
    "ZapfDingbats",
}
_PROGRAMS: Final = ("/FontFile", "/FontFile2", "/FontFile3")


def of_shown(page: Page, fonts: list[Any]) -> Hits:
    """What there is to say about the fonts that show text on a page."""
    for font in fonts:
        code = _code(dictionary(font))
        if code:
            name = str(entry(font, "/BaseFont", ""))
            yield Hit(code, page.number, held_by(font), name)


def _code(font: Any) -> str:
    kind = entry(font, "/Subtype")
    if kind == "/Type3":
        return "type3-font"
    described = font
    if kind == "/Type0":
        described = dictionary(next(iter(array(entry(font, "/DescendantFonts"))), None))
    descriptor = dictionary(entry(described, "/FontDescriptor"))
    if any(entry(descriptor, program) is not None for program in _PROGRAMS):
        return ""
    name = str(entry(font, "/BaseFont", ""))[1:]
    return "standard-font" if name in _STANDARD else "font-not-embedded"
