"""Layers (optional content), which a viewer shows, hides or only prints.

Source:
    ISO 32000-2, 8.11 (optional content), 8.11.4.4 (usage), 8.11.2.2 (membership).
"""

from __future__ import annotations

from typing import Any, Final

import attrs
from pyhanko.pdf_utils import generic

from digivl.pdf.lint.rule import Hit, Hits, Level, Rule
from digivl.pdf.lint.walk import Document, Node, array, dictionary, named, references
from digivl.pdf.reading import entry

RULES: Final = (
    Rule(
        code="hidden-layer",
        level=Level.REFUSE,
        english="A layer, or what depends on layers, is off when the file opens.",
        dutch="Het document heeft een laag die verborgen is, maar die iemand later "
        "kan tonen.",
        advice="Vraag een document waarin alle lagen zijn samengevoegd.",
    ),
    Rule(
        code="changing-layer",
        level=Level.REFUSE,
        english="A layer differs by use: screen, print, export, zoom, language, user.",
        dutch="Een laag is anders op het scherm dan op papier, of hangt af van wie "
        "leest en hoe.",
        advice="Vraag een document waarin alle lagen zijn samengevoegd.",
    ),
    Rule(
        code="layer",
        level=Level.WARN,
        english="A reader can switch layers off and on; all are on now.",
        dutch="Het document heeft lagen die een lezer kan uitzetten.",
        advice="Laat de lagen samenvoegen als wat erop staat van belang is.",
    ),
)

_DEPTH: Final = 20
_BY_READER: Final = {"/Zoom", "/Language", "/User"}
_STATES: Final = (("/Print", "/PrintState"), ("/View", "/ViewState"))


def of_document(document: Document) -> Hits:
    """What the layers of a document, together, can do."""
    told = entry(document.root, "/OCProperties")
    if told is None:
        return
    groups = references(entry(told, "/OCGs"))
    default = dictionary(entry(told, "/D"))
    for raw in groups:
        if raw.idnum in document.hidden_layers:
            yield Hit("hidden-layer", None, named(raw), "off by default")
        yield from _usage(raw)
    yield from _automatic(default)
    for other in array(entry(told, "/Configs")):
        if entry(other, "/OFF") or entry(other, "/BaseState", "/ON") != "/ON":
            yield Hit("hidden-layer", None, "", "other configuration")
    if groups:
        yield Hit("layer", None, named(groups[0]), f"{len(groups)} layers")


def _usage(raw: Any) -> Hits:
    usage = dictionary(entry(dictionary(raw.get_object()), "/Usage"))
    states = {
        str(entry(dictionary(entry(usage, use)), state, "/ON"))
        for use, state in _STATES
    }
    if len(states) > 1:
        yield Hit("changing-layer", None, named(raw), "print differs from view")


def _automatic(default: Any) -> Hits:
    for rule in array(entry(default, "/AS")):
        for category in array(entry(rule, "/Category")):
            if category in _BY_READER:
                yield Hit("changing-layer", None, "", f"by {category}")


def of_node(document: Document, node: Node) -> Hits:
    """Content that is shown when layers are off, or hidden now."""
    value = node.value
    if entry(value, "/Type") != "/OCMD":
        return
    if not _Layers(document).shows(value):
        yield node.hit("hidden-layer", "membership")
    elif entry(value, "/P") in {"/AllOff", "/AnyOff"}:
        yield node.hit("changing-layer", "shown while layers are off")


@attrs.frozen
class _Layers:
    document: Document

    def shows(self, membership: Any) -> bool:
        expression = entry(membership, "/VE")
        if isinstance(expression, generic.ArrayObject):
            return self._holds(expression, _DEPTH)
        states = [self._on(raw) for raw in _members(membership)]
        policy = str(entry(membership, "/P", "/AnyOn"))
        answers = {
            "/AllOn": all(states),
            "/AnyOff": not all(states),
            "/AllOff": not any(states),
        }
        return not states or answers.get(policy, any(states))

    def _on(self, raw: Any) -> bool:
        return raw.idnum not in self.document.hidden_layers

    def _holds(self, expression: Any, depth: int) -> bool:
        self.document.budget.spend(1)
        word, *parts = expression.iterate()
        values = [self._part(part, depth) for part in parts]
        if word == "/Not":
            return not any(values)
        return all(values) if word == "/And" else any(values)

    def _part(self, part: Any, depth: int) -> bool:
        inner = part.get_object()
        if isinstance(inner, generic.ArrayObject):
            # Deeper than any program writes, it counts as hidden.
            return depth > 0 and self._holds(inner, depth - 1)
        return self._on(part)


def _members(membership: Any) -> list[Any]:
    raw = membership.raw_get("/OCGs") if "/OCGs" in membership else None
    if isinstance(raw, generic.IndirectObject):
        one = raw.get_object()
        return [raw] if isinstance(one, generic.DictionaryObject) else references(one)
    return references(raw)
