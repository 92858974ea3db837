"""Two revisions of one file, and whether what they hold is the same.

A file that was added to holds each object as it was and as it is. What counts is what a
document says, not under which number it stands or how often it was written: objects are
followed from both sides at once, and compared by value.

Source:
    ISO 32000-2, 7.3.9 (null is the same as missing), 7.5.6 (incremental updates).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfDecodeLimitError

from digivl.errors import DigivlError, LimitExceededError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pyhanko.pdf_utils.reader import PdfFileReader

#: Values that are compared for one signature; a book of a thousand pages has fewer.
_MOST_STEPS: Final = 2_000_000
_DANGEROUS: Final = (DigivlError, PdfDecodeLimitError, RecursionError, MemoryError)
_STRINGS: Final = (generic.TextStringObject, generic.ByteStringObject)
_NUMBERS: Final = (int, Decimal)
_REFERENCE: Final = generic.IndirectObject
_FOLLOWED: Final = (_REFERENCE, generic.DictionaryObject, generic.ArrayObject)
#: Keys under which fields and annotations are named as what they are.
_NAMING: Final = frozenset(
    "/Annots /Fields /Kids /Parent /Popup /IRT /Obj /T /CO".split()
)
#: Resources by name, and where they stand.
_RESOURCES: Final = frozenset(
    "/Font /XObject /ExtGState /ColorSpace /Pattern /Shading /Properties".split()
)
#: What was compared with what, and whether as resources.
_Pair = tuple[Any, Any, bool]


@attrs.frozen
class _Unreadable:
    """What cannot be read, at this place in the file; it is the same as itself."""

    place: Any


@attrs.define(eq=False)
class View:
    """The objects of a file as they were in one revision."""

    reader: PdfFileReader
    revision: int
    changed: frozenset[int]
    _kept: dict[tuple[int, int], Any] = attrs.field(
        factory=dict[tuple[int, int], Any], repr=False
    )

    @property
    def trailer(self) -> Any:
        """Its trailer, with what it takes over from earlier ones."""
        trailer: Any = self.reader.trailer
        return trailer.flatten(self.revision)

    def value(self, raw: Any) -> Any:
        """What a value is, when references are followed; None for null and nothing."""
        for _ in range(8):
            if not isinstance(raw, _REFERENCE):
                return None if isinstance(raw, generic.NullObject) else raw
            raw = self._read(raw.reference)
        return None

    def get(self, holder: Any, key: str) -> Any:
        """What a dictionary says under a key; None for nothing, or no dictionary."""
        return self.value(raw_of(holder, key))

    def members(self, value: Any) -> list[Any]:
        """The members of an array, not followed; none for what is no array."""
        found = self.value(value)
        is_array = isinstance(found, generic.ArrayObject)
        return list(found.iterate()) if is_array else []

    def _read(self, reference: Any) -> Any:
        reader: Any = self.reader
        sections = reader.xrefs
        changed = reference.idnum in self.changed
        place = sections[reference]
        if changed:
            place = sections.get_historical_ref(reference, self.revision)
        if place is None:
            return None
        key = (reference.idnum, reference.generation)
        if key in self._kept:
            return self._kept[key]
        try:
            found = reader.get_object(reference, self.revision if changed else None)
        except _DANGEROUS:
            raise
        # What parsers trip over, they trip over in both revisions.
        except Exception:  # noqa: BLE001
            found = _Unreadable(place)
        if changed or isinstance(found, _Unreadable):
            self._kept[key] = found
        return found


@attrs.define(eq=False)
class Sameness:
    """Compares what two revisions hold.

    Attributes:
        old: The earlier revision.
        new: The later one.
        pages: Pages and catalogs by number, with what stands in the place of each in
            the later revision. They are compared elsewhere.
        places: Numbers of fields and annotations, compared elsewhere too: where they
            are named as such. One can pose as a resource of a page, and is followed.
    """

    old: View
    new: View
    pages: dict[int, int] = attrs.field(factory=dict[int, int])
    places: set[int] = attrs.field(factory=set[int])
    _seen: set[_Pair] = attrs.field(factory=set[_Pair])
    _steps: int = 0

    @classmethod
    def between(cls, reader: PdfFileReader, revision: int) -> Sameness:
        """Of a revision, and the last one.

        Args:
            reader: The file, opened.
            revision: The earlier one, from 0.
        """
        last = reader.xrefs.total_revisions - 1
        changed = frozenset(_defined_after(reader, revision))
        return cls(View(reader, revision, changed), View(reader, last, frozenset()))

    @property
    def rests_on_replaced(self) -> bool:
        """True when a stream that holds old objects was replaced later.

        Nobody can tell any more what those objects were.
        """
        sections: Any = self.old.reader.xrefs
        revision = self.old.revision
        used = {
            number
            for earlier in range(revision + 1)
            for number in sections.get_xref_data(earlier).obj_streams_used
        }
        streams = [generic.Reference(one, 0) for one in used & self.old.changed]
        return any(
            sections.get_historical_ref(stream, revision) != sections[stream]
            for stream in streams
        )

    def keys(
        self, old: Any, new: Any, without: Collection[str] = frozenset()
    ) -> Iterator[str]:
        """Under which keys two dictionaries say something; none for other values."""
        said = [one for one in (old, new) if isinstance(one, generic.DictionaryObject)]
        for key in dict.fromkeys(key for one in said for key in one):
            if key not in without:
                yield key

    def same(self, old: Any, new: Any, key: str = "", *, anew: bool = False) -> bool:
        """True when two values are the same, as deep as they go.

        Args:
            old: A value of the earlier revision, or a reference.
            new: Of the later one.
            key: Under which key both stand.
            anew: Also look at what was compared before, and remember nothing: for a
                place that may change where others may not.
        """
        seen = set[_Pair]() if anew else self._seen
        waiting = [(old, new, key)]
        while waiting:
            self._count()
            first, second, key = waiting.pop()
            if self._is_known(first, second, key):
                continue
            if isinstance(first, _REFERENCE) or isinstance(second, _REFERENCE):
                pair = _named(first), _named(second), key in _RESOURCES
                if pair in seen:
                    continue
                seen.add(pair)
            inner = _inner(self.old.value(first), self.new.value(second), key)
            if inner is None:
                return False
            waiting += inner
        return True

    def _count(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise LimitExceededError(
                "the PDF has more than can be compared with what was signed",
                hint="Split the document, and have each part signed.",
            )

    def was_met(self, old: Any) -> bool:
        """True when a reference of the earlier revision was compared, not anew."""
        if not isinstance(old, _REFERENCE):
            return False
        return any(first == _named(old) for first, *_ in self._seen)

    def changed_keys(
        self, old: Any, new: Any, without: Collection[str] = frozenset()
    ) -> set[str]:
        """The keys under which two dictionaries say different things."""
        return {
            key
            for key in self.keys(old, new, without)
            if not self.same(raw_of(old, key), raw_of(new, key), key, anew=True)
        }

    def _is_known(self, old: Any, new: Any, key: str) -> bool:
        if not isinstance(old, _REFERENCE) or not isinstance(new, _REFERENCE):
            return False
        if old.idnum in self.pages:
            return self.pages[old.idnum] == new.idnum
        named_so = key in _NAMING and old.idnum in self.places
        return named_so and old.idnum == new.idnum


def _inner(old: Any, new: Any, key: str) -> list[tuple[Any, Any, str]] | None:
    """The pairs that have to be the same in their turn; None when these are not."""
    if isinstance(old, generic.DictionaryObject):
        if not isinstance(new, generic.DictionaryObject) or not _same_bytes(old, new):
            return None
        keys = dict.fromkeys([*old, *new])
        if isinstance(old, generic.StreamObject):
            keys.pop("/Length", None)
        # Resources have names that the file chose: these are no keys.
        above = key if key in _RESOURCES else ""
        return _undecided(
            (raw_of(old, name), raw_of(new, name), above or name) for name in keys
        )
    if isinstance(old, generic.ArrayObject):
        if not isinstance(new, generic.ArrayObject) or len(old) != len(new):
            return None
        members = zip(old.iterate(), new.iterate(), strict=True)
        return _undecided((first, second, key) for first, second in members)
    return [] if _same_leaf(old, new) else None


def is_plain(value: Any) -> bool:
    """True for a dictionary that is no stream."""
    is_dictionary = isinstance(value, generic.DictionaryObject)
    return is_dictionary and not isinstance(value, generic.StreamObject)


def raw_of(holder: Any, key: str) -> Any:
    """What a dictionary says under a key, not followed; None for nothing."""
    if not isinstance(holder, generic.DictionaryObject) or key not in holder:
        return None
    return holder.raw_get(key)


def _defined_after(reader: PdfFileReader, revision: int) -> Iterator[int]:
    sections: Any = reader.xrefs
    for number in range(revision + 1, sections.total_revisions):
        for reference in sections.explicit_refs_in_revision(number):
            yield reference.idnum
        yield from sections.get_xref_data(number).freed


def _undecided(pairs: Iterable[tuple[Any, Any, str]]) -> list[tuple[Any, Any, str]]:
    """The pairs that are not one and the same number, name or text."""
    return [
        pair
        for pair in pairs
        if pair[0] is not pair[1] or isinstance(pair[0], _FOLLOWED)
    ]


def _named(value: Any) -> Any:
    """A reference by its number, anything else by what it is."""
    if isinstance(value, _REFERENCE):
        return value.idnum, value.generation
    return id(value)


def _same_bytes(old: Any, new: Any) -> bool:
    """True for two streams with the same data, and for what are no streams."""
    if not isinstance(old, generic.StreamObject):
        return not isinstance(new, generic.StreamObject)
    is_stream = isinstance(new, generic.StreamObject)
    return is_stream and (old is new or old.encoded_data == new.encoded_data)


def _same_leaf(old: Any, new: Any) -> bool:
    if isinstance(old, _STRINGS):
        return isinstance(new, _STRINGS) and old.original_bytes == new.original_bytes
    if isinstance(old, _NUMBERS):
        return isinstance(new, _NUMBERS) and Decimal(old) == Decimal(new)
    return type(old) is type(new) and bool(old == new)
