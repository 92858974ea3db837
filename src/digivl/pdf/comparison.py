"""What a document says otherwise than it did in an earlier revision.

The document of then and the document of now are followed side by side, from the
catalog; each difference is given its kind. What may differ after a signature has a rule
of its own here; all else is told as undefined. Nothing is judged: `additions` and
`growth` do that.

Source:
    ISO 32000-2, 12.8.4.3 (DSS); ETSI EN 319 142-1, 5.4 (DSS and VRI).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
from pyhanko.pdf_utils import generic

from digivl.errors import LimitExceededError
from digivl.pdf.changes import Change, Kind, undefined
from digivl.pdf.formchanges import Form
from digivl.pdf.sameness import Sameness, is_plain, raw_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyhanko.pdf_utils.reader import PdfFileReader

#: Entries of a trailer about the file, not about the document.
_OF_FILE: Final = frozenset(
    "/Size /Prev /XRefStm /ID /Info /Root /Type /W /Index /Length /Filter"
    " /DecodeParms".split()
)
_DESCRIPTIVE: Final = frozenset(
    "/Metadata /Extensions /Version /MarkInfo /PieceInfo".split()
)
_OF_STORE: Final = frozenset({"/Type", "/Certs", "/OCSPs", "/CRLs", "/VRI"})
_OF_VRI: Final = frozenset({"/Type", "/Cert", "/OCSP", "/CRL", "/TU", "/TS"})
_ARRAYS: Final = ("/Certs", "/OCSPs", "/CRLs", "/Cert", "/OCSP", "/CRL")
#: Private data of programs, and when they wrote them.
_PRIVATE: Final = frozenset({"/PieceInfo", "/LastModified", "/Metadata"})
_ON_PAGES: Final = frozenset({"/Annots", "/Parent"}) | _PRIVATE
#: iText marks the trees that it wrote.
_IN_TREE: Final = frozenset({"/Kids", "/Parent", "/ITXT"})
_OF_ANNOTATIONS: Final = frozenset(
    "/Type /Subtype /Rect /Contents /P /NM /M /F /AP /AS /Border /C /StructParent /OC"
    " /ca /CA /BM /Lang /T /Popup /RC /CreationDate /IRT /Subj /RT /IT /A /PA /Dest /H"
    " /QuadPoints /BS /IC /BE /L /LE /LL /LLE /LLO /Cap /CP /CO /Vertices /InkList"
    " /Name /Open /Parent /DA /Q /DS /CL /RD /FS /State /StateModel /Rotate".split()
)
_MOST_NODES: Final = 1_000_000


@attrs.frozen
class _PagePair:
    """A page then and now, from 1."""

    number: int
    old: Any
    new: Any


@attrs.define
class _Pages:
    """The page tree, then and now."""

    pages: list[_PagePair] = attrs.field(factory=list[_PagePair])
    nodes: list[tuple[Any, Any]] = attrs.field(factory=list[tuple[Any, Any]])
    differ: bool = False

    @classmethod
    def of(cls, pair: Sameness, old: Any, new: Any) -> _Pages:
        """Follow both trees as far as they have the same shape."""
        found, waiting, steps = cls(), [(old, new)], 0
        while waiting and not found.differ:
            steps += 1
            if steps > _MOST_NODES:
                raise LimitExceededError("the page tree is larger than is let in")
            raw_old, raw_new = waiting.pop()
            then, now = pair.old.value(raw_old), pair.new.value(raw_new)
            if raw_of(then, "/Kids") is None:
                found.differ = raw_of(now, "/Kids") is not None
                number = len(found.pages) + 1
                found.pages.append(_PagePair(number, raw_old, raw_new))
                continue
            kids = pair.old.members(raw_of(then, "/Kids"))
            others = pair.new.members(raw_of(now, "/Kids"))
            found.differ = len(kids) != len(others)
            found.nodes.append((then, now))
            waiting += reversed(list(zip(kids, others, strict=False)))
        return found


def changes_since(reader: PdfFileReader, revision: int) -> tuple[Change, ...]:
    """What the last revision of a document says otherwise than an earlier one.

    Args:
        reader: The file, opened.
        revision: The earlier one, from 0.

    Raises:
        LimitExceededError: More than can be compared.
    """
    pair = Sameness.between(reader, revision)
    if pair.rests_on_replaced:
        return (undefined("a stream of objects was replaced"),)
    return tuple(_Comparison.of(pair).changes())


@attrs.define(eq=False)
class _Comparison:
    pair: Sameness
    old: Any
    new: Any
    pages: _Pages
    form: Form

    @classmethod
    def of(cls, pair: Sameness) -> _Comparison:
        roots = (raw_of(pair.old.trailer, "/Root"), raw_of(pair.new.trailer, "/Root"))
        old, new = pair.old.value(roots[0]), pair.new.value(roots[1])
        pages = _Pages.of(pair, raw_of(old, "/Pages"), raw_of(new, "/Pages"))
        form = Form.of(
            pair, pair.old.get(old, "/AcroForm"), pair.new.get(new, "/AcroForm")
        )
        found = cls(pair, old, new, pages, form)
        found._know(*roots)
        return found

    def _know(self, old: Any, new: Any) -> None:
        """What has a rule of its own is not compared wherever it is named."""
        pair = self.pair
        pair.places |= self.form.places
        for page in self.pages.pages:
            for raw in pair.old.members(raw_of(pair.old.value(page.old), "/Annots")):
                if isinstance(raw, generic.IndirectObject):
                    pair.places.add(raw.idnum)
        pairs = [(old, new), *((page.old, page.new) for page in self.pages.pages)]
        for then, now in pairs:
            if isinstance(then, generic.IndirectObject):
                pair.pages[then.idnum] = getattr(now, "idnum", 0)

    def changes(self) -> Iterator[Change]:
        if self.pages.differ or self._count(self.old) != self._count(self.new):
            yield Change(Kind.PAGES, "pages were added or removed")
            return
        yield from self._of_trailer()
        yield from self._of_catalog()
        for old, new in self.pages.nodes:
            yield from self._strictly(old, new, "the page tree's", _IN_TREE)
        for page in self.pages.pages:
            yield from self._of_page(page)
        yield from self.form.changes()

    def _count(self, root: Any) -> Any:
        view = self.pair.old if root is self.old else self.pair.new
        return view.get(view.get(root, "/Pages"), "/Count")

    def _strictly(
        self, old: Any, new: Any, whose: str, without: frozenset[str]
    ) -> Iterator[Change]:
        if not (is_plain(old) and is_plain(new)) and not self.pair.same(old, new):
            yield undefined(f"{whose} place holds something else")
            return
        for key in self.pair.keys(old, new, without):
            if not self.pair.same(raw_of(old, key), raw_of(new, key), key):
                yield undefined(f"{whose} {key}")

    def _of_trailer(self) -> Iterator[Change]:
        old, new = self.pair.old.trailer, self.pair.new.trailer
        yield from self._strictly(old, new, "the trailer's", _OF_FILE)
        if not self.pair.same(raw_of(old, "/Info"), raw_of(new, "/Info"), anew=True):
            yield Change(Kind.METADATA, "the document information")

    def _of_catalog(self) -> Iterator[Change]:
        own = _DESCRIPTIVE | {"/DSS", "/AcroForm", "/Pages"}
        yield from self._strictly(self.old, self.new, "the catalog's", own)
        for key in _DESCRIPTIVE | {"/DSS"}:
            old, new = raw_of(self.old, key), raw_of(self.new, key)
            if self.pair.same(old, new, anew=True):
                continue
            if key != "/DSS":
                yield Change(Kind.METADATA, f"the catalog's {key}")
            elif self._is_store(new):
                yield Change(Kind.STORE, "the security store")
            else:
                yield undefined("the security store holds something else, or is gone")

    def _is_store(self, raw: Any) -> bool:
        """True for a dictionary of certificates and revocation data, and no more."""
        view = self.pair.new
        store = view.value(raw)
        if not _has_only(store, _OF_STORE) or not self._holds_data(store):
            return False
        known = view.get(store, "/VRI")
        if known is None:
            return True
        if not isinstance(known, generic.DictionaryObject):
            return False
        entries = [view.get(known, key) for key in known if key != "/Type"]
        return all(_has_only(one, _OF_VRI) and self._holds_data(one) for one in entries)

    def _holds_data(self, holder: Any) -> bool:
        view = self.pair.new
        for key in _ARRAYS:
            for raw in view.members(raw_of(holder, key)):
                found = view.value(raw)
                if found is not None and not isinstance(found, generic.StreamObject):
                    return False
        return True

    def _of_page(self, page: _PagePair) -> Iterator[Change]:
        pair = self.pair
        old, new = pair.old.value(page.old), pair.new.value(page.new)
        yield from self._strictly(old, new, f"page {page.number}'s", _ON_PAGES)
        yield from self._of_annotations(page.number, old, new)

    def _of_annotations(self, number: int, old: Any, new: Any) -> Iterator[Change]:
        where = f"page {number}'s annotations"
        then = _by_number(self.pair.old.members(raw_of(old, "/Annots")))
        now = _by_number(self.pair.new.members(raw_of(new, "/Annots")))
        for name in now.keys() - then.keys() - self.form.new_places:
            yield from self._of_annotation(where, None, now[name])
        for name in then.keys() - self.form.places:
            yield from self._of_annotation(where, then[name], now.get(name))
        for name in then.keys() & self.form.places - now.keys():
            yield from self._of_annotation(where, then[name], None)
        kept = [name for name in now if name in then]
        if kept != [name for name in then if name in now]:
            yield Change(Kind.ANNOTATION, f"{where}, in another order")

    def _of_annotation(self, where: str, old: Any, new: Any) -> Iterator[Change]:
        pair = self.pair
        then, now = pair.old.value(old), pair.new.value(new)
        changed = pair.changed_keys(then, now)
        kinds = {raw_of(then, "/Subtype"), raw_of(now, "/Subtype")}
        if "/Widget" in kinds:
            if changed - {"/Parent"}:
                yield undefined(f"{where}: a form field outside the form")
        elif not all(one is None or is_plain(one) for one in (then, now)):
            if not pair.same(old, new, anew=True):
                yield undefined(f"{where}: something else")
        elif changed - _OF_ANNOTATIONS:
            yield undefined(f"{where}: something else")
        elif changed:
            yield Change(Kind.ANNOTATION, where)


def _by_number(listed: list[Any]) -> dict[Any, Any]:
    """Annotations by their numbers; those without one by how many come before."""
    return {
        raw.idnum if isinstance(raw, generic.IndirectObject) else (place,): raw
        for place, raw in enumerate(listed)
    }


def _has_only(value: Any, keys: frozenset[str]) -> bool:
    return is_plain(value) and set(value) <= keys
