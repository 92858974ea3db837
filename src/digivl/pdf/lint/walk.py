"""Everything in a document, once, with the page and the object it stands in.

Pages come first, then the catalog, then the structure tree: what several of them use
is told with the first page that does. Objects are fetched one by one, strictly and, if
that fails, leniently; what cannot be fetched is a finding.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO, Final

import attrs
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfDecodeLimitError
from pyhanko.pdf_utils.reader import PdfFileReader

from digivl.errors import DigivlError, LimitExceededError
from digivl.pdf.lint.places import Places
from digivl.pdf.lint.rule import Hit, Hits
from digivl.pdf.reading import Source, entry, opened, read_leniently
from digivl.settings import Limits

#: Arrays and dictionaries inside each other, without a reference between them.
_DEEPEST: Final = 200
#: Objects that are kept in memory; they are read again when they are needed again.
_MOST_KEPT: Final = 50_000
#: Keys that lead back up, or to another page.
_UPWARDS: Final = frozenset({"/Parent", "/P", "/IRT", "/B"})
_NOT_OF_A_PAGE: Final = frozenset({"/Page", "/Pages", "/Template"})
_DANGEROUS: Final = (DigivlError, PdfDecodeLimitError, RecursionError, MemoryError)


@attrs.define
class Budget:
    """How much may still be looked at; raises when it is used up."""

    objects: int
    ends: float

    @classmethod
    def of(cls, limits: Limits) -> Budget:
        """What the settings give to one document."""
        return cls(limits.lint_objects, time.monotonic() + limits.lint_seconds)

    def spend(self, objects: int = 0) -> None:
        """Count objects, and look at the clock.

        Raises:
            LimitExceededError: More objects, or more time, than is given to a document.
        """
        self.objects -= objects
        if self.objects < 0:
            raise LimitExceededError(
                "the PDF has more objects than can be checked before signing",
                hint="Raise lint_objects under [limits], or make the document smaller.",
            )
        if time.monotonic() > self.ends:
            raise LimitExceededError(
                "checking the PDF before signing takes too long",
                hint="Raise lint_seconds under [limits], or make the document smaller.",
            )


@attrs.frozen
class Node:
    """A dictionary or stream of the document.

    Attributes:
        value: The dictionary.
        key: Under which key it stands, or the array it stands in.
        page: From 1; None outside pages.
        object: Number and generation of the object it stands in.
        structure: True inside the structure tree, where names mean other things.
    """

    value: Any
    key: str
    page: int | None
    object: str
    structure: bool = False

    def hit(self, code: str, detail: str = "") -> Hit:
        """A finding at this place."""
        return Hit(code, self.page, self.object, detail)


@attrs.frozen
class Page:
    """A page of the document, from 1."""

    number: int
    value: Any
    object: str

    def hit(self, code: str, detail: str = "", object: str = "") -> Hit:
        """A finding on this page."""
        return Hit(code, self.number, object or self.object, detail)


@attrs.define(eq=False)
class Document:
    """What the checks look at.

    Attributes:
        places: Where its objects stand.
        reached: Numbers of the objects that were reached from the catalog.
        drawn: Numbers of the images and forms that some content draws.
        offered: Those that the resources of a page name, with the first such page.
        opaque: True when the content of some page could not be followed.
    """

    source: BinaryIO
    reader: PdfFileReader
    limits: Limits
    budget: Budget
    places: Places
    reached: set[int] = attrs.field(factory=set[int])
    drawn: set[int] = attrs.field(factory=set[int])
    offered: dict[int, Page] = attrs.field(factory=dict[int, Page])
    opaque: bool = False
    _hidden: set[int] | None = None
    _pages: list[tuple[Any, str]] = attrs.field(factory=list[tuple[Any, str]])
    _found: list[Hit] = attrs.field(factory=list[Hit])

    @classmethod
    def opened(cls, source: Source, limits: Limits) -> Document:
        """Open a file; see `digivl.pdf.reading.opened` for what it raises."""
        reader = opened(source, limits)
        places = Places(reader.stream, reader)
        return cls(reader.stream, reader, limits, Budget.of(limits), places)

    @property
    def root(self) -> Any:
        """The catalog."""
        return self.reader.root

    @property
    def roots(self) -> set[int]:
        """Numbers of the catalogs from which the revisions start."""
        found = set[int]()
        for revision in range(self.reader.xrefs.total_revisions):
            self.budget.spend()
            # The first part of a linearized file names none.
            with suppress(KeyError):
                root = self.reader.trailer.raw_get("/Root", revision=revision)
                found.add(getattr(root, "idnum", 0))
        return found

    @property
    def _root(self) -> tuple[int, int]:
        reference = self.reader.root_ref
        return reference.idnum, reference.generation

    @property
    def hidden_layers(self) -> set[int]:
        """Numbers of the layers that are off when the document opens."""
        if self._hidden is None:
            told = dictionary(entry(self.root, "/OCProperties"))
            default = dictionary(entry(told, "/D"))
            self._hidden = {raw.idnum for raw in references(entry(default, "/OFF"))}
            if entry(default, "/BaseState", "/ON") != "/ON":
                on = {raw.idnum for raw in references(entry(default, "/ON"))}
                every = {raw.idnum for raw in references(entry(told, "/OCGs"))}
                self._hidden |= every - on
        return self._hidden

    def fetched(self, reference: Any, page: int | None = None) -> Any:
        """The object that a reference names; None, and a finding, when there is none.

        Args:
            reference: An indirect object.
            page: Where it is used.
        """
        self.budget.spend(1)
        reader, at = self.reader, named(reference)
        if len(reader.resolved_objects) > _MOST_KEPT:
            reader.resolved_objects.clear()
        place = reader.xrefs[reference.reference]
        if place is None:
            self._found.append(Hit("missing-object", page, at))
            return None
        self.places.check_size(place, self.budget.spend)
        reader.strict = True
        try:
            return reader.get_object(reference.reference)
        except _DANGEROUS:
            raise
        except Exception as cause:  # noqa: BLE001 - parsers raise anything
            twice = str(cause).startswith("Multiple definitions")
            code = "duplicate-key" if twice else "loosely-written"
            self._found.append(Hit(code, page, at))
        finally:
            reader.strict = False
        try:
            return reader.get_object(reference.reference)
        except _DANGEROUS:
            raise
        except Exception as cause:  # noqa: BLE001
            self._found.append(Hit("unreadable-object", page, at, kind_of(cause)))
            return None

    def guarded(self, check: Callable[..., Hits], *of: Any) -> Hits:
        """What a check finds; a part that it cannot make sense of is a finding too."""
        try:
            yield from check(self, *of)
        except _DANGEROUS:
            raise
        except Exception as cause:  # noqa: BLE001 - a hostile value has any type
            self.opaque = True
            place = of[0] if of else None
            page = getattr(place, "page", getattr(place, "number", None))
            detail = f"{check.__module__.rpartition('.')[2]}: {kind_of(cause)}"
            yield Hit("unreadable-object", page, getattr(place, "object", ""), detail)

    def met(self) -> Hits:
        """What was found while fetching, since this was asked last."""
        found, self._found = self._found, []
        yield from found

    def pages(self) -> Iterator[Page]:
        """The pages in order, each once; the tree is marked as reached."""
        if not self._pages:
            if read_leniently(self.reader):
                self.reader.resolved_objects.clear()
            self.fetched(generic.IndirectObject(*self._root, self.reader))
            self._pages = list(self._leaves())
        for number, (value, at) in enumerate(self._pages, 1):
            yield Page(number, value, at)

    def _leaves(self) -> Iterator[tuple[Any, str]]:
        waiting: list[Any] = [self.root.raw_get("/Pages")]
        left = 2 * self.limits.pdf_pages
        while waiting:
            raw = waiting.pop()
            left -= 1
            if left < 0:
                raise LimitExceededError("the page tree is larger than is let in")
            if isinstance(raw, generic.IndirectObject):
                if raw.idnum in self.reached:
                    self._found.append(Hit("page-tree", None, named(raw), "twice"))
                    continue
                self.reached.add(raw.idnum)
            node = self.fetched(raw) if isinstance(raw, generic.IndirectObject) else raw
            if not isinstance(node, generic.DictionaryObject):
                continue
            kids = entry(node, "/Kids")
            if kids is None:
                yield node, named(raw)
            else:
                waiting += reversed(list(kids.iterate()))

    def nodes_of(self, page: Page) -> Iterator[Node]:
        """Everything that a page uses and no earlier page did."""
        walk = _Walk(self, page.number)
        yield from walk.through([(page.value, "", 0)], page.object)

    def other_nodes(self) -> Iterator[Node]:
        """Everything that hangs on the catalog and on no page."""
        number, generation = self._root
        self.reached.add(number)
        at = f"{number} {generation}"
        yield Node(self.root, "/Root", None, at)
        parts: dict[str, Any] = dict(self.root)
        parts.pop("/Pages", None)
        structure = parts.pop("/StructTreeRoot", None)
        walk = _Walk(self, None)
        yield from walk.through([(raw, key, 1) for key, raw in parts.items()], at)
        trailer = [(raw, key, 1) for key, raw in self.reader.trailer.items()]
        yield from walk.through(trailer, "")
        if structure is not None:
            tree = _Walk(self, None, structure=True)
            yield from tree.through([(structure, "/StructTreeRoot", 1)], at)


@attrs.frozen
class _Walk:
    document: Document
    page: int | None
    structure: bool = False

    def through(
        self, start: Iterable[tuple[Any, str, int]], object: str
    ) -> Iterator[Node]:
        waiting = [(raw, key, depth, object) for raw, key, depth in start]
        while waiting:
            raw, key, depth, at = waiting.pop()
            if isinstance(raw, generic.IndirectObject):
                if raw.idnum in self.document.reached:
                    continue
                value, depth, at = self._followed(raw), 0, named(raw)
            else:
                value = raw
            if depth > _DEEPEST:
                raise LimitExceededError("the PDF nests deeper than can be checked")
            if isinstance(value, generic.IndirectObject):
                waiting.append((value, key, depth, at))
            elif isinstance(value, generic.DictionaryObject):
                if depth == 0 and key and self._is_page(value):
                    continue
                yield Node(value, key, self.page, at, self.structure)
                waiting += [
                    (inner, name, depth + 1, at)
                    for name, inner in reversed(value.items())
                    if not (self.page and name in _UPWARDS) and _branches(inner)
                ]
            elif isinstance(value, generic.ArrayObject):
                waiting += [
                    (inner, key, depth + 1, at)
                    for inner in reversed(list(value.iterate()))
                    if _branches(inner)
                ]

    def _followed(self, raw: Any) -> Any:
        value = self.document.fetched(raw, self.page)
        if not self._is_page(value):
            self.document.reached.add(raw.idnum)
        return value

    def _is_page(self, value: Any) -> bool:
        is_dictionary = isinstance(value, generic.DictionaryObject)
        return is_dictionary and entry(value, "/Type") in _NOT_OF_A_PAGE


def _branches(raw: Any) -> bool:
    return isinstance(
        raw, (generic.IndirectObject, generic.DictionaryObject, generic.ArrayObject)
    )


def named(raw: Any) -> str:
    """Number and generation of a reference; empty for what is no reference."""
    if isinstance(raw, generic.IndirectObject):
        return f"{raw.idnum} {raw.generation}"
    return ""


def held_by(value: Any) -> str:
    """Number and generation of the object in which a value stands."""
    holder: Any = getattr(value, "container_ref", None)
    if isinstance(holder, generic.Reference):
        return f"{holder.idnum} {holder.generation}"
    return ""


def kind_of(cause: Exception) -> str:
    """What went wrong, without the words of the file."""
    return type(cause).__name__


def dictionary(value: Any) -> Any:
    """The value when it is a dictionary, else an empty one."""
    is_one = isinstance(value, generic.DictionaryObject)
    return value if is_one else generic.DictionaryObject()


def array(value: Any) -> list[Any]:
    """The members of an array, looked up; none for what is no array."""
    if not isinstance(value, generic.ArrayObject):
        return []
    return [member.get_object() for member in value.iterate()]


def references(value: Any) -> list[Any]:
    """The members of an array or dictionary that are references, not looked up."""
    members: list[Any] = []
    if isinstance(value, generic.ArrayObject):
        members = list(value.iterate())
    elif isinstance(value, generic.DictionaryObject):
        members = list(value.values())
    return [one for one in members if isinstance(one, generic.IndirectObject)]
