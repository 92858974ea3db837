"""Walking the elements of a list: by name and namespace, one level at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from lxml import etree

from digivl.errors import MalformedError

#: An element of a document; lxml has no other name for it.
Element: TypeAlias = etree._Element  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

#: Namespaces, as lxml writes them before a name.
TSL: Final = "{http://uri.etsi.org/02231/v2#}"
SIE: Final = "{http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#}"
EXTRA: Final = "{http://uri.etsi.org/02231/v2/additionaltypes#}"
XADES: Final = "{http://uri.etsi.org/01903/v1.3.2#}"
DSIG: Final = "{http://www.w3.org/2000/09/xmldsig#}"


def breaks_form(text: str) -> MalformedError:
    """The error of a list that is not as TS 119 612 wants it."""
    return MalformedError(
        text, hint="It breaks the form of TS 119 612; ask who publishes it."
    )


def children(element: Element, name: str, namespace: str = TSL) -> Iterator[Element]:
    """The elements of that name directly within."""
    return element.iterchildren(namespace + name)


def within(
    element: Element, name: str, inner: str, namespace: str = TSL
) -> Iterator[Element]:
    """The elements `inner` directly within those named `name`."""
    for one in children(element, name, namespace):
        yield from children(one, inner, namespace)


def needed(element: Element, name: str) -> Element:
    """The one element of that name.

    Raises:
        MalformedError: There is none, or more than one.
    """
    found = list(children(element, name))
    if len(found) != 1:
        where = etree.QName(element).localname
        raise breaks_form(f"{where} has {len(found)} of {name}, and needs one")
    return found[0]


def text(element: Element, name: str) -> str:
    """The text of the first element of that name; empty when there is none."""
    for one in children(element, name):
        return (one.text or "").strip()
    return ""


def text_needed(element: Element, name: str) -> str:
    """The text of the one element of that name.

    Raises:
        MalformedError: There is no such element, or it is empty.
    """
    found = (needed(element, name).text or "").strip()
    if not found:
        raise breaks_form(f"{name} is empty")
    return found
