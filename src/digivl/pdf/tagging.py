"""Gives the stamp its place in the structure of a tagged document.

Somebody who hears the document read aloud gets the alternative text of the code, the
link and the lines beside it, after everything else.

Source:
    ISO 32000-2, 14.7.5 (marked content and objects in the structure tree, parent
    tree); ISO 14289-1, 7.3 (figures) and 7.18.5 (links).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
from pyhanko.pdf_utils import generic

from digivl.errors import LimitExceededError
from digivl.pdf.operands import dictionary
from digivl.pdf.reading import entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

_MOST_NODES: Final = 200_000


@attrs.frozen
class Marks:
    """Numbers of the marked content on the page: of the symbol and of the lines."""

    symbol: int
    lines: int


def structure_tree(writer: IncrementalPdfFileWriter) -> Any:
    """The root of the structure tree; None in a document that is not tagged."""
    tree = entry(writer.root, "/StructTreeRoot")
    return tree if isinstance(tree, generic.DictionaryObject) else None


def tag(
    writer: IncrementalPdfFileWriter,
    page: Any,
    link: Any,
    *,
    alt: str,
    area: generic.ArrayObject,
    first_mark: int,
) -> Marks:
    """Add the stamp to the structure tree: a figure inside a link, and a paragraph.

    Args:
        writer: The update in the making; the document is tagged.
        page: Reference of the page.
        link: Reference of the link annotation.
        alt: What the figure shows, in words.
        area: Rectangle of the symbol on the page.
        first_mark: First marked-content number that the page does not use.

    Returns:
        The numbers for the marked content.
    """
    tree = structure_tree(writer)
    parents = _ParentTree.of(writer, tree)
    on_page = parents.of_page(page.get_object())
    on_page.extend([generic.NullObject()] * (first_mark - len(on_page)))
    marks = Marks(len(on_page), len(on_page) + 1)
    branch = _branch(tree)
    wrapper = _element("/Link", branch)
    wrapper_ref = writer.add_object(wrapper)
    figure = _element("/Figure", wrapper_ref, page=page, kids=marks.symbol)
    figure["/Alt"] = generic.pdf_string(alt)
    figure["/A"] = dictionary({"/O": "/Layout", "/Placement": "/Block"}, BBox=area)
    figure_ref = writer.add_object(figure)
    wrapper["/K"] = generic.ArrayObject(
        [figure_ref, dictionary({"/Type": "/OBJR"}, Obj=link, Pg=page)]
    )
    lines = _element("/P", branch, page=page, kids=marks.lines)
    lines_ref = writer.add_object(lines)
    _append_kids(writer, branch.get_object(), [wrapper_ref, lines_ref])
    on_page.extend([figure_ref, lines_ref])
    writer.update_container(on_page)
    key = parents.add(wrapper_ref)
    link.get_object()["/StructParent"] = generic.NumberObject(key)
    return marks


def tag_field(writer: IncrementalPdfFileWriter, page: Any, widget: Any) -> None:
    """Add a visible field to the structure tree, after everything else.

    Args:
        writer: The update in the making; the document is tagged.
        page: Reference of the page.
        widget: Reference of the annotation; it becomes part of the tree.

    Source:
        ISO 14289-1, 7.18.4 (a widget stands within a Form element).
    """
    tree = structure_tree(writer)
    branch = _branch(tree)
    element = _element("/Form", branch, page=page)
    element["/K"] = dictionary({"/Type": "/OBJR"}, Obj=widget, Pg=page)
    reference = writer.add_object(element)
    _append_kids(writer, branch.get_object(), [reference])
    key = _ParentTree.of(writer, tree).add(reference)
    widget.get_object()["/StructParent"] = generic.NumberObject(key)
    page.get_object()["/Tabs"] = generic.NameObject("/S")
    writer.update_container(page.get_object())


def _element(
    kind: str, parent: Any, *, page: Any = None, kids: int | None = None
) -> Any:
    element = dictionary({"/Type": "/StructElem", "/S": kind}, P=parent)
    if page is not None:
        element["/Pg"] = page
    if kids is not None:
        element["/K"] = generic.NumberObject(kids)
    return element


def _branch(tree: Any) -> Any:
    """Where a new element belongs: the one element under the root, else the root."""
    kids = entry(tree, "/K")
    only: Any = None if kids is None else tree.raw_get("/K")
    if isinstance(kids, generic.ArrayObject) and len(kids) == 1:
        only = kids.raw_get(0)
    if isinstance(only, generic.IndirectObject) and entry(only.get_object(), "/S"):
        return only
    reference: Any = tree.container_ref
    return generic.IndirectObject(reference.idnum, reference.generation, reference.pdf)


def _append_kids(
    writer: IncrementalPdfFileWriter, element: Any, added: list[Any]
) -> None:
    kids = entry(element, "/K")
    if isinstance(kids, generic.ArrayObject):
        kids.extend(added)
        writer.update_container(kids)
        return
    before = [] if kids is None else [element.raw_get("/K")]
    element["/K"] = generic.ArrayObject([*before, *added])
    writer.update_container(element)


@attrs.define
class _ParentTree:
    """The number tree from pages and annotations to their elements."""

    writer: IncrementalPdfFileWriter
    tree: Any
    values: dict[int, Any]
    next_key: int

    @classmethod
    def of(cls, writer: IncrementalPdfFileWriter, tree: Any) -> _ParentTree:
        values = dict(_numbers(entry(tree, "/ParentTree", dictionary({}))))
        said: Any = entry(tree, "/ParentTreeNextKey", 0)
        return cls(writer, tree, values, max(int(said), max(values, default=-1) + 1))

    def of_page(self, page: Any) -> Any:
        """The elements of the page by marked-content number; made where missing."""
        found = self.values.get(entry(page, "/StructParents", -1))
        known = None if found is None else found.get_object()
        if isinstance(known, generic.ArrayObject):
            return known
        made = generic.ArrayObject()
        page["/StructParents"] = generic.NumberObject(
            self.add(self.writer.add_object(made))
        )
        return made

    def add(self, value: Any) -> int:
        """Add under the next key, which is the highest."""
        key, self.next_key = self.next_key, self.next_key + 1
        self.tree["/ParentTreeNextKey"] = generic.NumberObject(self.next_key)
        self.writer.update_container(self.tree)
        root = entry(self.tree, "/ParentTree")
        if root is None:
            root = generic.DictionaryObject({"/Nums": generic.ArrayObject()})
            self.tree["/ParentTree"] = root
        pair = [generic.NumberObject(key), value]
        kids, numbers = entry(root, "/Kids"), entry(root, "/Nums")
        if kids is not None:
            # A leaf of its own: the leaves that are there keep their limits.
            limits = generic.ArrayObject([generic.NumberObject(key)] * 2)
            leaf = dictionary({}, Nums=generic.ArrayObject(pair), Limits=limits)
            kids.append(self.writer.add_object(leaf))
            self.writer.update_container(kids)
        elif numbers is not None:
            numbers.extend(pair)
            self.writer.update_container(numbers)
        else:
            root["/Nums"] = generic.ArrayObject(pair)
            self.writer.update_container(root)
        return key


def _numbers(root: Any) -> Iterator[tuple[int, Any]]:
    waiting, left = [root], _MOST_NODES
    while waiting:
        node: Any = waiting.pop().get_object()
        waiting += entry(node, "/Kids", ())
        pairs = list(entry(node, "/Nums", ()))
        left -= 1 + len(pairs)
        if left < 0:
            raise LimitExceededError("the structure tree is larger than is let in")
        yield from (
            (int(key.get_object()), value)
            for key, value in zip(pairs[::2], pairs[1::2], strict=False)
        )
