"""What a form says otherwise than it did: fields signed, filled in, added, redrawn.

A value may change, and its look with it. A look that changes alone shows another text
than was signed, for the same value (shadow attack: replace); flags that show or hide a
field uncover what lies below it (hide).

Source:
    ISO 32000-2, 12.7 (forms), 12.5.3 (flags of annotations); Shadow attacks on PDF
    signatures (NDSS 2021).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

import attrs
from pyhanko.pdf_utils import generic

from digivl.errors import LimitExceededError
from digivl.pdf.changes import Change, Kind, undefined
from digivl.pdf.sameness import is_plain, raw_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digivl.pdf.sameness import Sameness, View

_MOST_FIELDS: Final = 100_000
_DEEPEST: Final = 64
_TREE: Final = frozenset({"/Kids", "/Parent"})
#: Some programs write these when they save, and nothing shows them.
_HARMLESS: Final = frozenset({"/Ff", "/Type"})
_LOOKS: Final = frozenset({"/AP", "/AS", "/F", "/DA", "/Q"}) | _HARMLESS
_SIGNED: Final = _LOOKS | {"/V", "/Lock"}
_FILLED: Final = _LOOKS | {"/V", "/RV", "/I", "/TI"}
_NEW_FIELD: Final = _SIGNED | frozenset(
    "/FT /T /TU /TM /SV /DR /Subtype /Rect /P /H /MK /BS /Border /StructParent /NM /M"
    " /Kids /Parent".split()
)
_NEW_BRANCH: Final = frozenset({"/T", "/FT", "/Ff", "/Kids", "/Parent"})
#: Invisible, hidden, print, no view, toggle no view: what shows, and where.
_SHOWING: Final = 0b1_0010_0111
_DEFAULTS: Final = frozenset({"/DA", "/Q"})
#: What default appearances draw with; the rest of /DR is read by nobody.
_FONTS: Final = ("/Font", "/Encoding")
_SHARED: Final = undefined("the look of a form field, which is used elsewhere too")


@attrs.frozen
class Field:
    """A node of the tree of fields: a field, a part of its name, or one of its places.

    Attributes:
        key: Its number; else the names from the root.
        value: The dictionary.
        name: Fully qualified.
        kind: Of the field, e.g. ``/Sig``, inherited or its own.
        says: The value as it stands, inherited or its own; not followed.
        parent: Key of the node above; None at the root.
        names: True when it has a part of a name of its own.
    """

    key: Any
    value: Any
    name: str
    kind: str
    says: Any
    parent: Any
    names: bool


@attrs.define(eq=False)
class Form:
    """The form of a document, then and now.

    Attributes:
        new_places: Numbers of the annotations in which new signature fields show.
    """

    pair: Sameness
    then: Any
    now: Any
    old: dict[Any, Field]
    new: dict[Any, Field]
    _below: dict[Any, list[Field]]

    @classmethod
    def of(cls, pair: Sameness, then: Any, now: Any) -> Self:
        """The form in two revisions.

        Args:
            pair: The two revisions.
            then: The dictionary of the form in the earlier one; None without a form.
            now: In the later one.
        """
        old = {one.key: one for one in _fields(pair.old, then)}
        new = {one.key: one for one in _fields(pair.new, now)}
        below: dict[Any, list[Field]] = {}
        for field in new.values():
            below.setdefault(field.parent, []).append(field)
        return cls(pair, then, now, old, new, below)

    @property
    def places(self) -> set[int]:
        """Numbers of the fields that were there, and still are."""
        return {key for key in self.old.keys() & self.new.keys() if type(key) is int}

    @property
    def new_places(self) -> set[int]:
        """Numbers of new signature fields, and of their places on pages."""
        return {
            key
            for key, field in self.new.items()
            if type(key) is int and key not in self.old and field.kind == "/Sig"
        }

    def changes(self) -> Iterator[Change]:
        """What differs, the entries of the form first."""
        if is_plain(self.then) and not is_plain(self.now):
            yield undefined("the form was removed")
            return
        yield from self._of_form()
        for key, field in self.old.items():
            if key not in self.new:
                yield undefined("a form field was removed")
            else:
                yield from self._of_field(field, self.new[key])
        for key, field in self.new.items():
            if key not in self.old:
                yield from self._of_new(field)

    def _of_form(self) -> Iterator[Change]:
        for key in self.pair.keys(self.then, self.now, {"/Fields", "/SigFlags"}):
            old, new = raw_of(self.then, key), raw_of(self.now, key)
            if self.pair.same(old, new, anew=True):
                continue
            where = f"the form's {key}"
            if key in _DEFAULTS or (key == "/DR" and self._keeps_fonts(old, new)):
                yield Change(Kind.METADATA, where)
            elif key == "/NeedAppearances":
                yield Change(Kind.FILLED, where)
            else:
                yield undefined(where)

    def _keeps_fonts(self, old: Any, new: Any) -> bool:
        """True when fonts were added, and none replaced."""
        pair = self.pair
        before, after = pair.old.value(old), pair.new.value(new)
        for sort in _FONTS:
            then, now = pair.old.get(before, sort), pair.new.get(after, sort)
            for name in then or ():
                if not pair.same(raw_of(then, name), raw_of(now, name), anew=True):
                    return False
        return True

    def _of_field(self, old: Field, new: Field) -> Iterator[Change]:
        changed = self.pair.changed_keys(old.value, new.value, _TREE)
        if (old.parent, old.name, old.kind) != (new.parent, new.name, new.kind):
            yield undefined("a form field was moved or renamed")
        elif old.kind == "/Sig":
            yield from self._of_signature(old, new, changed)
        elif changed:
            yield self._of_filled(old, new, changed)

    def _of_signature(
        self, old: Field, new: Field, changed: set[str]
    ) -> Iterator[Change]:
        pair = self.pair
        was_signed = pair.old.value(old.says) is not None
        is_signed = pair.new.value(new.says) is not None
        if was_signed or not is_signed:
            if changed - _HARMLESS:
                yield undefined("a signature, or its field, was changed")
            return
        if changed - _SIGNED:
            yield undefined("a signature field was changed when it was signed")
            return
        if "/AP" in changed and self._is_shared(old):
            yield _SHARED
            return
        kind = self._kind_of(new, visible=self._shows(new))
        yield Change(kind, "a signature", field=new.name)

    def _of_filled(self, old: Field, new: Field, changed: set[str]) -> Change:
        pair = self.pair
        if changed - _FILLED:
            return undefined("a form field was changed")
        if _flags(pair.old, old) ^ _flags(pair.new, new):
            return undefined("a form field was hidden or shown")
        if "/AP" in changed and pair.same(old.says, new.says, anew=True):
            return undefined("the look of a form field was changed, not its value")
        if "/AP" in changed and self._is_shared(old):
            return _SHARED
        if changed <= _HARMLESS:
            return Change(Kind.METADATA, "flags of a form field", field=new.name)
        return Change(Kind.FILLED, "a form field", field=new.name)

    def _is_shared(self, field: Field) -> bool:
        """True when something outside the form uses the look of a field too."""
        look = raw_of(field.value, "/AP")
        shown = raw_of(self.pair.old.value(look), "/N")
        return self.pair.was_met(look) or self.pair.was_met(shown)

    def _of_new(self, field: Field) -> Iterator[Change]:
        keys = set(field.value)
        if field.kind != "/Sig":
            if not self._holds_only_signatures(field):
                yield undefined("a form field was added")
            elif keys - _NEW_BRANCH:
                yield undefined("a branch of the form was added")
        elif keys - _NEW_FIELD or (not field.names and field.parent in self.old):
            yield undefined("a signature field was added with more than it needs")
        elif field.names:
            visible = self._shows(field)
            kind = self._kind_of(field, visible=visible)
            yield Change(kind, "a signature", field=field.name, placed=visible)

    def _holds_only_signatures(self, branch: Field) -> bool:
        inside, waiting = 0, [branch]
        while waiting:
            below = self._below.get(waiting.pop().key, [])
            if any(one.kind not in {"", "/Sig"} for one in below):
                return False
            inside += sum(one.kind == "/Sig" for one in below)
            waiting += [one for one in below if not one.kind]
        return inside > 0

    def _kind_of(self, field: Field, *, visible: bool) -> Kind:
        """A timestamp shows nothing; what shows is a signature."""
        now = self.pair.new
        signature = now.value(field.says)
        is_stamp = now.get(signature, "/SubFilter") == "/ETSI.RFC3161"
        return Kind.TIMESTAMP if is_stamp and not visible else Kind.SIGNATURE

    def _shows(self, field: Field) -> bool:
        """True when a field, or one of its places, has an area."""
        places = [field, *self._below.get(field.key, [])]
        return any(_has_area(self.pair.new, one.value) for one in places)


def _has_area(view: View, value: Any) -> bool:
    corners = [view.value(corner) for corner in view.members(raw_of(value, "/Rect"))]
    try:
        left, bottom, right, top = (float(corner) for corner in corners)
    except (TypeError, ValueError):
        return bool(corners)
    return left != right and bottom != top


def _flags(view: View, field: Field) -> int:
    flags = view.get(field.value, "/F")
    return (flags if isinstance(flags, int) else 0) & _SHOWING


def _fields(view: View, form: Any) -> Iterator[Field]:
    """All nodes of the tree of fields, those above first."""
    listed = view.members(raw_of(form, "/Fields"))
    waiting: list[tuple[Any, Field | None, int]] = [(raw, None, 0) for raw in listed]
    seen = set[Any]()
    while waiting:
        raw, above, depth = waiting.pop()
        field = _field(view, raw, above)
        if field is None or field.key in seen:
            continue
        seen.add(field.key)
        if len(seen) > _MOST_FIELDS or depth > _DEEPEST:
            raise LimitExceededError("a form with more fields than can be compared")
        yield field
        kids = view.members(raw_of(field.value, "/Kids"))
        waiting += [(kid, field, depth + 1) for kid in kids]


def _field(view: View, raw: Any, above: Field | None) -> Field | None:
    value = view.value(raw)
    if not is_plain(value):
        return None
    part = view.get(value, "/T")
    name, kind, says, parent = ("", "", None, None)
    if above is not None:
        name, kind, says, parent = above.name, above.kind, above.says, above.key
    if part is not None:
        name = f"{name}.{part}" if name else str(part)
    own = view.get(value, "/FT")
    is_reference = isinstance(raw, generic.IndirectObject)
    return Field(
        key=raw.idnum if is_reference else (parent, name),
        value=value,
        name=name,
        kind=kind if own is None else str(own),
        says=raw_of(value, "/V") if "/V" in value else says,
        parent=parent,
        names=part is not None,
    )
