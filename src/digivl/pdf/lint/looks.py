"""How annotations and form fields look, and where on the page that look falls.

Source:
    ISO 32000-2, 12.5.5 (appearance streams, algorithm 8), 12.5.3 (flags).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs
from pyhanko.pdf_utils import generic

from digivl.pdf.lint.geometry import IDENTITY, Box, Matrix, multiplied, placed, straight
from digivl.pdf.lint.walk import Document, Page, array, dictionary, named
from digivl.pdf.reading import entry

#: Flags that keep a look from the screen: Hidden and NoView.
UNSEEN: Final = 0b0010_0010
_MOST: Final = 10_000


@attrs.frozen
class Look:
    """The look of one annotation.

    Attributes:
        form: The appearance stream.
        matrix: From its coordinates to those of the page.
        clip: Where on the page it can be.
        object: Number and generation of the annotation.
    """

    form: Any
    matrix: Matrix
    clip: Box
    object: str


def annotations_of(document: Document, page: Page) -> Iterator[tuple[Any, str]]:
    """The annotations of a page, in the order in which they are painted."""
    listed = entry(page.value, "/Annots")
    if not isinstance(listed, generic.ArrayObject):
        return
    for count, raw in enumerate(listed.iterate()):
        if count > _MOST:
            document.budget.spend(1)
        annotation = raw.get_object()
        if isinstance(annotation, generic.DictionaryObject):
            yield annotation, named(raw)


def looks_of(document: Document, page: Page) -> Iterator[Look]:
    """The looks that the screen shows, in order."""
    for annotation, at in annotations_of(document, page):
        flags = entry(annotation, "/F", 0)
        form = look_of(annotation)
        if form is None or (isinstance(flags, int) and flags & UNSEEN):
            continue
        rectangle, box = array(entry(annotation, "/Rect")), array(entry(form, "/BBox"))
        if len(rectangle) == 4 and len(box) == 4:
            yield _look(form, straight(rectangle), straight(box), at)


def look_of(annotation: Any, which: str = "/N") -> Any:
    """The appearance stream of an annotation in its present state; None for none."""
    found = entry(dictionary(entry(annotation, "/AP")), which)
    if isinstance(found, generic.StreamObject):
        return found
    state = entry(annotation, "/AS")
    chosen = entry(dictionary(found), str(state)) if state is not None else None
    return chosen if isinstance(chosen, generic.StreamObject) else None


def _look(form: Any, rectangle: Box, box: Box, at: str) -> Look:
    said = array(entry(form, "/Matrix"))
    own: Matrix = IDENTITY
    if len(said) == 6:
        a, b, c, d, e, f = (float(part) for part in said)
        own = a, b, c, d, e, f
    left, bottom, right, top = placed(box, own)
    wide, high = right - left, top - bottom
    across = (rectangle[2] - rectangle[0]) / wide if wide else 1.0
    up = (rectangle[3] - rectangle[1]) / high if high else 1.0
    fit = (
        across,
        0.0,
        0.0,
        up,
        rectangle[0] - left * across,
        rectangle[1] - bottom * up,
    )
    return Look(form, multiplied(own, fit), rectangle, at)
