"""What a page already draws, and how something is drawn after it, unharmed."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import attrs
from pyhanko.pdf_utils import generic

from digivl.errors import LimitExceededError
from digivl.pdf.reading import entry, inherited

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyhanko.pdf_utils.writer import BasePdfFileWriter

_DEEPEST_STATE: Final = 10_000

#: Whitespace and delimiters end a token; a slash before it makes it a name.
_EDGES: Final = r"\s\0()<>\[\]{}%"
_ALONE: Final = (rf"(?<![^{_EDGES}])", rf"(?![^{_EDGES}/])")
_TOKEN: Final = re.compile(
    rf"%[^\r\n]*|\(|{_ALONE[0]}(?:[qQ]|BT|ET|BMC|BDC|EMC|BI){_ALONE[1]}".encode()
)
_IN_STRING: Final = re.compile(rb"\\.|[()]", re.DOTALL)
_IMAGE: Final = re.compile(rf"[\s\0]ID[\s\0].*?[\s\0]EI{_ALONE[1]}".encode(), re.DOTALL)
_MCID: Final = re.compile(rb"/MCID\s*(\d{1,5})(?!\d)")


@attrs.frozen
class Drawing:
    """What the content of a page leaves behind.

    Attributes:
        before: Operators that must stand before it, so that it can do no harm.
        after: Operators that end what it leaves open.
        marks: The first marked-content number that it does not use.
    """

    before: bytes
    after: bytes
    marks: int


def drawing(content: bytes) -> Drawing:
    """Read content for what it leaves open: graphics states, text, marked content.

    Raises:
        LimitExceededError: It nests deeper than any honest content.
    """
    depth = lowest = marked = 0
    in_text = False
    for operator in _operators(content):
        depth += (operator == b"q") - (operator == b"Q")
        lowest = min(lowest, depth)
        marked = max(0, marked + (operator in {b"BMC", b"BDC"}) - (operator == b"EMC"))
        in_text = operator == b"BT" or (in_text and operator != b"ET")
    saved = 1 - lowest
    if max(saved, saved + depth, marked) > _DEEPEST_STATE:
        raise LimitExceededError("the content of a page nests deeper than is let in")
    used = [int(number) for number in _MCID.findall(content)]
    return Drawing(
        b"q " * saved,
        b"\nET" * in_text + b"\nEMC" * marked + b"\nQ" * (saved + depth),
        max(used, default=-1) + 1,
    )


def _operators(content: bytes) -> Iterator[bytes]:
    position = 0
    while found := _TOKEN.search(content, position):
        token, position = found[0], found.end()
        if token == b"(":
            position = _string_end(content, position)
        elif token == b"BI":
            image = _IMAGE.search(content, position)
            position = image.end() if image else len(content)
        elif not token.startswith(b"%"):
            yield token


def _string_end(content: bytes, position: int) -> int:
    depth = 1
    while depth and (found := _IN_STRING.search(content, position)):
        depth += (found[0] == b"(") - (found[0] == b")")
        position = found.end()
    return position if not depth else len(content)


def drawn_on(page: Any) -> Drawing:
    """What the content of a page leaves behind."""
    try:
        return drawing(b"\n".join(stream.data for stream in _streams(page)))
    except NotImplementedError:
        # A filter that pyHanko does not know; programs that old balance their content.
        return drawing(b"")


def _streams(page: Any) -> list[Any]:
    content = entry(page, "/Contents", ())
    several = isinstance(content, generic.ArrayObject)
    found = [part.get_object() for part in content] if several else [content]
    return [part for part in found if isinstance(part, generic.StreamObject)]


def draw_after(writer: BasePdfFileWriter, page: Any, was: Drawing, drawn: str) -> None:
    """Draw on a page, after its own content and unharmed by it."""
    content = entry(page, "/Contents", ())
    if isinstance(content, generic.StreamObject):
        content = [page.raw_get("/Contents")]
    before = generic.StreamObject(stream_data=was.before)
    after = generic.StreamObject(stream_data=was.after + b"\n" + drawn.encode())
    page["/Contents"] = generic.ArrayObject(
        [writer.add_object(before), *content, writer.add_object(after)]
    )


def name_forms(page: Any, forms: Iterable[Any]) -> list[str]:
    """Put forms among the resources of a page, and of no other page.

    Returns:
        The name of each on this page.
    """
    shared: Any = inherited(page, "/Resources") or {}
    own = generic.DictionaryObject(dict(shared))
    objects = generic.DictionaryObject(dict(entry(shared, "/XObject", {})))
    names: list[str] = []
    for form in forms:
        name = next(n for i in count() if (n := f"/Digivl{i}") not in objects)
        objects[name] = form
        names.append(name)
    own["/XObject"] = objects
    page["/Resources"] = own
    return names
