"""Form fields: what may still be filled in, computed, or drawn anew.

Source:
    ISO 32000-2, 12.7 (forms), 12.7.3 (NeedAppearances, CO), 12.7.8 (XFA).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import attrs
from pyhanko.pdf_utils import generic

from digivl.errors import LimitExceededError
from digivl.pdf.lint.looks import annotations_of, look_of
from digivl.pdf.lint.rule import Hit, Hits, Level, Rule
from digivl.pdf.lint.tokens import operators
from digivl.pdf.lint.walk import Document, array, dictionary, named
from digivl.pdf.reading import entry, inherited

RULES: Final = (
    Rule(
        code="fillable-field",
        level=Level.REFUSE,
        english="A field that may still be filled in; that breaks no signature.",
        dutch="Het document heeft een invulveld dat na de handtekening nog kan "
        "worden ingevuld of gewijzigd.",
        advice="Vul het in en druk het document af naar PDF; onderteken dat.",
    ),
    Rule(
        code="filled-field",
        level=Level.WARN,
        english="A read-only field with a value: not text, and programs can change it.",
        dutch="Een deel van de tekst staat in een vergrendeld invulveld.",
        advice="Druk het document bij voorkeur opnieuw af naar PDF.",
    ),
    Rule(
        code="field-look",
        level=Level.REFUSE,
        english="The look of a field shows another text than its value.",
        dutch="Een invulveld toont iets anders dan wat erin staat.",
        advice="Onderteken het niet; vraag de opsteller hoe dat komt.",
    ),
    Rule(
        code="missing-look",
        level=Level.REFUSE,
        english="A field with a value and no appearance: each viewer draws its own.",
        dutch="Een ingevuld veld heeft geen vaste vorm; elke PDF-lezer toont het "
        "anders.",
        advice="Druk het document af naar PDF; onderteken dat.",
    ),
    Rule(
        code="recomputed-looks",
        level=Level.REFUSE,
        english="NeedAppearances: a viewer draws all fields anew.",
        dutch="De PDF-lezer tekent de invulvelden telkens opnieuw; wat u ziet, ligt "
        "niet vast.",
        advice="Druk het document af naar PDF; onderteken dat.",
    ),
    Rule(
        code="calculated-field",
        level=Level.REFUSE,
        english="The form has a calculation order: values follow from others.",
        dutch="Een invulveld wordt berekend uit andere velden.",
        advice="Druk het document af naar PDF; onderteken dat.",
    ),
    Rule(
        code="xfa-form",
        level=Level.REFUSE,
        english="An XFA form, which some viewers show in the place of the pages.",
        dutch="Het document heeft een tweede vorm (XFA), die sommige PDF-lezers tonen "
        "in de plaats van de bladzijden.",
        advice="Druk het document af naar PDF; onderteken dat.",
    ),
)

_MOST: Final = 20_000
_DEEPEST: Final = 64
_READ_ONLY: Final = 0b1
_PASSWORD: Final = 1 << 13
_PUSH_BUTTON: Final = 1 << 16
_FILLED: Final = {"/Tx", "/Btn", "/Ch"}
_LETTERS: Final = re.compile(r"[^0-9A-Za-z]+")


@attrs.frozen
class Field:
    """A field at the end of the tree.

    Attributes:
        value: The dictionary.
        kind: Of the field, e.g. ``/Tx``, inherited or its own; so are the next two.
        flags: As a number.
        says: What is filled in.
        at: Number and generation; those of its parent when it has none.
        depth: In the tree.
    """

    value: Any
    kind: str
    flags: int
    says: Any
    at: str
    depth: int


def of_document(document: Document) -> Hits:
    """The form of a document."""
    form = dictionary(entry(document.root, "/AcroForm"))
    if entry(form, "/NeedAppearances"):
        yield Hit("recomputed-looks")
    if array(entry(form, "/CO")):
        yield Hit("calculated-field")
    if entry(form, "/XFA") is not None:
        yield Hit("xfa-form")
    widgets = list(_widgets(document))
    pages = {field.at: page for page, field in widgets if field.at}
    listed = set[str]()
    for field in fields(document, entry(form, "/Fields")):
        listed.add(field.at)
        for code in _codes(field):
            yield Hit(code, pages.get(field.at), field.at, field.kind)
    for page, field in widgets:
        # A widget that no form names still shows, and viewers let it be filled in.
        if field.at not in listed:
            for code in _codes(field):
                yield Hit(code, page, field.at, f"{field.kind} outside the form")


def _widgets(document: Document) -> Iterator[tuple[int, Field]]:
    for page in document.pages():
        for value, at in annotations_of(document, page):
            if entry(value, "/Subtype") == "/Widget":
                flags = inherited(value, "/Ff")
                yield (
                    page.number,
                    Field(
                        value=value,
                        kind=str(inherited(value, "/FT")),
                        flags=flags if isinstance(flags, int) else 0,
                        says=inherited(value, "/V"),
                        at=at,
                        depth=0,
                    ),
                )


def fields(document: Document, listed: Any) -> Iterator[Field]:
    """The fields at the ends of a tree, with what they inherit.

    Args:
        document: The document it is part of.
        listed: The array under /Fields.

    Raises:
        LimitExceededError: More fields than any form has, or a tree without end.
    """
    start = Field(None, "", 0, None, "", 0)
    waiting = [(raw, start) for raw in _raw(listed)]
    visited = 0
    while waiting:
        raw, parent = waiting.pop()
        visited += 1
        if visited > _MOST or parent.depth > _DEEPEST:
            raise LimitExceededError("a form with more fields than can be checked")
        document.budget.spend()
        value = raw.get_object()
        if not isinstance(value, generic.DictionaryObject):
            continue
        flags = entry(value, "/Ff", parent.flags)
        field = Field(
            value=value,
            kind=str(entry(value, "/FT", parent.kind)),
            flags=flags if isinstance(flags, int) else 0,
            says=entry(value, "/V", parent.says),
            at=named(raw) or parent.at,
            depth=parent.depth + 1,
        )
        kids = _raw(entry(value, "/Kids"))
        waiting += [(kid, field) for kid in kids]
        if not kids:
            yield field


def _raw(listed: Any) -> list[Any]:
    is_array = isinstance(listed, generic.ArrayObject)
    return list(listed.iterate()) if is_array else []


def _codes(field: Field) -> Iterator[str]:
    is_push = field.kind == "/Btn" and field.flags & _PUSH_BUTTON
    if field.kind not in _FILLED or is_push:
        return
    if not field.flags & _READ_ONLY:
        yield "fillable-field"
    elif field.says is not None:
        yield "filled-field"
    if field.kind == "/Btn" or not str(field.says or ""):
        return
    look = look_of(field.value)
    if look is None:
        yield "missing-look"
    elif not field.flags & _PASSWORD and not _shows(look, field):
        yield "field-look"


def _shows(look: Any, field: Field) -> bool:
    """False when it is certain that the look shows something else than the value."""
    shown = _letters(_text_in(look))
    if not shown:
        return True
    said = field.says
    values = array(said) if isinstance(said, generic.ArrayObject) else [said]
    named_so = [_letters(str(value)) for value in values]
    for option in array(entry(field.value, "/Opt")):
        pair = [_letters(str(part)) for part in array(option)]
        if len(pair) == 2 and pair[0] in named_so:
            named_so.append(pair[1])
    # A look can show a part of a long value, or a list that holds the value.
    return any(one in shown or shown in one for one in named_so if one)


def _text_in(look: Any) -> str:
    """Its text, as far as simple fonts write it in ASCII; else nothing."""
    fonts = dictionary(entry(dictionary(entry(look, "/Resources")), "/Font"))
    kinds = [entry(dictionary(entry(fonts, name)), "/Subtype") for name in fonts]
    if "/Type0" in kinds or "/Type3" in kinds:
        return ""
    parts = [
        one
        for operator, operands in operators(look.data, lambda: None)
        if operator in {b"Tj", b"TJ", b"'", b'"'}
        for one in operands
        if type(one) is bytes
    ]
    return b"".join(parts).decode("latin-1")


def _letters(text: str) -> str:
    return _LETTERS.sub("", text).lower()
