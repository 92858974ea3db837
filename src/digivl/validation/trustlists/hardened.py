"""XML of strangers: no document type, no entities, nothing fetched, all bounded."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from digivl.errors import LimitExceededError, MalformedError
from digivl.kernel.redaction import on_one_line
from digivl.validation.trustlists.nodes import Element

#: Largest list in bytes; the largest of the Union has 3 million.
LARGEST: Final = 20_000_000
#: Ten times what the largest list of the Union has.
_MOST_TAGS: Final = 400_000
_MOST_ATTRIBUTES: Final = 200_000
_MOST_NAMESPACES: Final = 5_000

_FORBIDDEN: Final = re.compile(
    rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE
)
_HINT: Final = "Ask who publishes it for a list by TS 119 612."


def parser() -> etree.XMLParser:
    """A parser that resolves nothing, asks nobody, and keeps the bounds of libxml2."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
    )


def parsed(content: bytes, what: str) -> Element:
    """The root of a document.

    Args:
        content: UTF-8, with or without a byte order mark.
        what: How it is called, for the error.

    Raises:
        LimitExceededError: Larger or longer than any list is.
        MalformedError: No well-formed XML in UTF-8, or with a document type, or with
            more than 256 elements within each other, where libxml2 stops.
    """
    refuse_immense(content, what)
    if _FORBIDDEN.search(content):
        raise MalformedError(
            f"{what} has a document type, which no trusted list has", hint=_HINT
        )
    try:
        return etree.fromstring(content, parser())
    except (etree.XMLSyntaxError, ValueError) as cause:
        raise MalformedError(
            f"{what} is not XML: {on_one_line(str(cause), 200)}", hint=_HINT
        ) from cause


def refuse_immense(content: bytes, what: str) -> None:
    """Refuse what would take long only to be parsed.

    Raises:
        LimitExceededError: It does.
    """
    found = {
        "bytes": (len(content), LARGEST),
        "tags": (content.count(b"<"), _MOST_TAGS),
        "attributes": (content.count(b"="), _MOST_ATTRIBUTES),
        "namespaces": (content.count(b"xmlns"), _MOST_NAMESPACES),
    }
    for name, (number, most) in found.items():
        if number > most:
            raise LimitExceededError(
                f"{what} has {number} {name}, more than the {most} that are read",
                hint=_HINT,
            )
