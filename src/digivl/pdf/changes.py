"""The kinds of differences between two revisions of a document.

Source:
    ISO 32000-2, 12.8.2.2 (what a certification can allow).
"""

from __future__ import annotations

from enum import Enum

import attrs


class Kind(Enum):
    """What sort of change it is."""

    STORE = "certificates, revocation data"
    METADATA = "metadata"
    TIMESTAMP = "a timestamp over the document"
    SIGNATURE = "a signature or its field"
    FILLED = "a form field"
    ANNOTATION = "an annotation"
    PAGES = "pages"
    UNDEFINED = "something else"


@attrs.frozen
class Change:
    """One difference.

    Attributes:
        kind: What sort of change it is.
        where: The part of the document, in English, without words of its own.
        field: Full name of the form field that changed; empty when none did.
        placed: True for a new signature field that shows on a page.
    """

    kind: Kind
    where: str
    field: str = ""
    placed: bool = False


def undefined(where: str) -> Change:
    """A difference that nothing allows."""
    return Change(Kind.UNDEFINED, where)
