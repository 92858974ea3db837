"""JavaScript, and actions that do more than go to another place in the document.

Source:
    ISO 32000-2, 12.6 (actions), 12.6.3 (trigger events), 7.7.4 (name dictionary).
"""

from __future__ import annotations

from typing import Any, Final

from pyhanko.pdf_utils import generic

from digivl.pdf.lint.rule import Hits, Level, Rule
from digivl.pdf.lint.walk import Document, Node, dictionary
from digivl.pdf.reading import entry

RULES: Final = (
    Rule(
        code="javascript",
        level=Level.REFUSE,
        english="A script that a viewer may run; it can change what is shown.",
        dutch="Het document bevat een programma (JavaScript), dat kan veranderen wat "
        "u ziet.",
        advice="Vraag een document zonder JavaScript, of druk het opnieuw af naar PDF.",
    ),
    Rule(
        code="automatic-action",
        level=Level.REFUSE,
        english="Something happens by itself, on opening, printing, typing or closing.",
        dutch="Het document doet iets uit zichzelf, bijvoorbeeld bij het openen of "
        "afdrukken.",
        advice="Vraag een document zonder automatische acties.",
    ),
    Rule(
        code="launch-action",
        level=Level.REFUSE,
        english="Starts a program or opens a file of the reader.",
        dutch="Het document kan een programma starten of een bestand openen op de "
        "computer van de lezer.",
        advice="Onderteken het niet en meld het aan de dienst informatieveiligheid.",
    ),
    Rule(
        code="send-action",
        level=Level.REFUSE,
        english="Sends form data away, or fetches them from elsewhere.",
        dutch="Het document kan ingevulde gegevens versturen of ze elders ophalen.",
        advice="Vraag een document zonder knoppen die gegevens versturen of ophalen.",
    ),
    Rule(
        code="look-action",
        level=Level.REFUSE,
        english="Shows, hides or empties parts: Hide, SetOCGState, ResetForm.",
        dutch="Een knop of link kan delen van het document tonen, verbergen of "
        "leegmaken.",
        advice="Vraag een document zonder zulke knoppen.",
    ),
    Rule(
        code="media-action",
        level=Level.REFUSE,
        english="Plays sound or video, or drives a 3D or rich media annotation.",
        dutch="Een link of knop speelt geluid of beeld af.",
        advice="Vraag een document met alleen tekst en afbeeldingen.",
    ),
    Rule(
        code="other-document-action",
        level=Level.WARN,
        english="Goes to another document: GoToR, GoToE, Thread in a file.",
        dutch="Een link leidt naar een ander document, dat u niet mee ondertekent.",
        advice="Ga na of dat andere document nodig is om dit te begrijpen; voeg het "
        "dan als stuk toe.",
    ),
    Rule(
        code="odd-link",
        level=Level.WARN,
        english="A link that is not http, https, mailto or tel, e.g. file:.",
        dutch="Een link leidt naar iets anders dan een webpagina of een "
        "e-mailadres, bijvoorbeeld een netwerkschijf.",
        advice="Laat die link verwijderen; een lezer buiten uw organisatie kan er "
        "niets mee.",
    ),
    Rule(
        code="link",
        level=Level.ACCEPT,
        english="A link to the web or to a mail address, followed by a click.",
        dutch="Het document bevat links naar webpagina's of e-mailadressen.",
        advice="Wat daar staat, hoort niet bij wat u ondertekent.",
    ),
    Rule(
        code="menu-action",
        level=Level.WARN,
        english="Asks the viewer for a command of its menu, such as Print or SaveAs.",
        dutch="Een link of knop geeft de PDF-lezer een opdracht, zoals afdrukken.",
        advice="Vraag een document zonder zulke knoppen.",
    ),
    Rule(
        code="unknown-action",
        level=Level.REFUSE,
        english="An action of a type that no edition of the standard names.",
        dutch="Het document bevat een actie die niemand kent.",
        advice="Druk het document opnieuw af naar PDF en bied dat aan.",
    ),
)

_CODES: Final = {
    "/JavaScript": "javascript",
    "/ECMAScript": "javascript",
    "/Launch": "launch-action",
    "/SubmitForm": "send-action",
    "/ImportData": "send-action",
    "/Hide": "look-action",
    "/SetOCGState": "look-action",
    "/ResetForm": "look-action",
    "/SetState": "look-action",
    "/NOP": "look-action",
    "/Rendition": "media-action",
    "/Sound": "media-action",
    "/Movie": "media-action",
    "/GoTo3DView": "media-action",
    "/RichMediaExecute": "media-action",
    "/GoToR": "other-document-action",
    "/GoToE": "other-document-action",
}
_HARMLESS: Final = {"/GoTo", "/Trans", "/GoToDp", "/Thread", "/URI", "/Named"}
_PAGES: Final = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage", "/GoBack"}
_SCHEMES: Final = ("http:", "https:", "mailto:", "tel:")
#: Where an action stands, so that a type nobody knows is an action too.
_PLACES: Final = {"/OpenAction", "/AA"}


def of_node(_: Document, node: Node) -> Hits:
    """Scripts and actions in one dictionary."""
    if node.structure:
        return
    value = node.value
    if "/JS" in value and entry(value, "/S") not in _CODES:
        yield node.hit("javascript", "JS without an action")
    if "/AA" in value:
        for trigger, raw in dictionary(entry(value, "/AA")).items():
            yield node.hit("automatic-action", f"{trigger} {_type(raw)}")
    if node.key == "/Root" and _acts(entry(value, "/OpenAction")):
        yield node.hit("automatic-action", f"OpenAction {_type(value['/OpenAction'])}")
    kind = entry(value, "/S")
    if isinstance(kind, generic.NameObject):
        yield from _action(node, str(kind))


def _action(node: Node, kind: str) -> Hits:
    value = node.value
    if kind in _CODES:
        yield node.hit(_CODES[kind], kind)
    elif kind == "/URI":
        yield _link(node)
    elif kind == "/Named" and entry(value, "/N") not in _PAGES:
        yield node.hit("menu-action", str(entry(value, "/N")))
    elif kind == "/Thread" and "/F" in value:
        yield node.hit("other-document-action", kind)
    elif kind not in _HARMLESS and _is_action(node):
        yield node.hit("unknown-action", kind)


def _is_action(node: Node) -> bool:
    said = entry(node.value, "/Type") == "/Action"
    # A structure element has attributes under /A, without any /S.
    return said or node.key in _PLACES or node.key == "/A"


def _link(node: Node) -> Any:
    address = _bytes(entry(node.value, "/URI")).strip().lower()
    scheme, colon, _ = address.partition(b":")
    if scheme == b"javascript":
        return node.hit("javascript", "URI")
    if not colon or address.startswith(tuple(s.encode() for s in _SCHEMES)):
        return node.hit("link")
    return node.hit("odd-link", scheme[:20].decode("ascii", "replace"))


def _bytes(value: Any) -> bytes:
    if isinstance(value, generic.TextStringObject):
        return str(value).encode(errors="replace")
    return bytes(value) if isinstance(value, bytes) else b""


def _acts(opened: Any) -> bool:
    """True when opening does more than show a place: arrays and GoTo are places."""
    is_action = isinstance(opened, generic.DictionaryObject)
    return is_action and (entry(opened, "/S") != "/GoTo" or "/Next" in opened)


def _type(raw: Any) -> str:
    return str(entry(dictionary(raw.get_object()), "/S", "?"))
