"""Records to canonical JSON and back; personal values leave on the way.

A sealed entry holds, for each personal value, ``{"$personal": commitment}``. The values
themselves come out apart, each with its salt, for the table that can be erased.

Source:
    RFC 8785 (canonical JSON); RFC 9162, section 2.1.1 (leaf hash).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from typing import Any, Final, TypeVar, get_args, get_origin

import attrs
import rfc8785
from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError

from digivl.errors import DamagedOfficeError, DigivlError, MalformedError
from digivl.kernel.identifiers import INSZ, URI, EnterpriseNumber, OVOCode
from digivl.kernel.kinds import Kind
from digivl.kernel.moments import from_wire, to_wire
from digivl.kernel.parties import Party
from digivl.kernel.personal import Personal, commitment
from digivl.records.entries import AnyDraft, Entry
from digivl.records.plain import plain_json

R = TypeVar("R", bound=attrs.AttrsInstance)

#: Version of the entry format; part of what is proven.
FORMAT: Final = 1
_VEIL: Final = "$personal"
_VEILED: Final = f'"{_VEIL}"'
_LEAF_PREFIX: Final = b"\x00"
#: An entry as canonical JSON.
_ENTRY: Final = (
    '{"action":%s,"actor":%s,"at":%s,"body":%s,"format":%s,"id":%s,"kind":%s,'
    '"reason":%s,"version":%s}'
)


@attrs.frozen
class PersonalValue:
    """One personal value on its way to, or from, the table that can be erased."""

    commitment: str
    salt: bytes
    value: str


@attrs.frozen
class Sealed:
    """An entry ready to be written, and its moment as it stands there."""

    at: str
    canonical: str
    leaf: bytes
    personal: tuple[PersonalValue, ...]


def leaf_hash(canonical: str) -> bytes:
    """The leaf hash of an entry: SHA-256 over 0x00 and its canonical bytes."""
    return hashlib.sha256(_LEAF_PREFIX + canonical.encode()).digest()


def holds_personal(canonical: str) -> bool:
    """True when an entry commits to personal values."""
    return _VEILED in canonical


def seal(draft: AnyDraft) -> Sealed:
    """Make the canonical entry of a draft.

    Raises:
        MalformedError: The record holds what canonical JSON cannot hold.
    """
    at = to_wire(draft.at)
    canonical = _plain_entry(draft, at)
    if canonical is not None:
        return _sealed(at, canonical)
    values: list[PersonalValue] = []
    canonical = _canonical(_veil(_tree(draft, at), values))
    sealed = _sealed(at, canonical, values)
    _check_readable(draft, sealed)
    return sealed


def _sealed(at: str, canonical: str, values: Iterable[PersonalValue] = ()) -> Sealed:
    try:
        return Sealed(at, canonical, leaf_hash(canonical), tuple(values))
    except UnicodeEncodeError as cause:  # half a surrogate pair has no UTF-8
        raise MalformedError(f"not fit for canonical JSON: {cause}") from cause


def _plain_entry(draft: AnyDraft, at: str) -> str | None:
    """What `_tree` gives as canonical JSON; None unless all of it is plain."""
    kind, actor, record = draft.kind, draft.actor, draft.record
    if type(record) is not kind.record or type(actor) is not Party:
        return None
    members = (
        *(draft.action, actor, at, record, FORMAT),
        *(draft.id, kind.name, draft.reason, draft.version),
    )
    texts = [plain_json(member) for member in members]
    return None if None in texts else _ENTRY % tuple(texts)


def _tree(draft: AnyDraft, at: str) -> dict[str, Any]:
    return {
        "action": draft.action,
        "actor": _plain_tree(draft.actor, draft.kind.name),
        "at": at,
        "body": _plain_tree(draft.record, draft.kind.name),
        "format": FORMAT,
        "id": draft.id,
        "kind": draft.kind.name,
        "reason": draft.reason,
        "version": draft.version,
    }


def unseal(
    kind: Kind[R],
    number: int,
    canonical: str,
    personal: Mapping[str, PersonalValue],
    leaf: bytes | None = None,
) -> Entry[R]:
    """Read a written entry; what was erased reads as erased.

    Args:
        kind: Of which kind it has to be.
        number: Its place in the book.
        canonical: As it was written.
        personal: The personal values that are left, by their commitment.
        leaf: Its leaf hash as the book keeps it; made from `canonical` if None.

    Raises:
        MalformedError: The entry does not fit the record; it names every wrong field.
    """
    try:
        tree = json.loads(canonical)
        if holds_personal(canonical):
            tree = _unveil(tree, personal)
        return Entry(
            kind=kind,
            id=tree["id"],
            version=tree["version"],
            at=from_wire(tree["at"]),
            actor=_structured(tree["actor"], Party),
            action=tree["action"],
            reason=tree["reason"],
            record=_structured(tree["body"], kind.record),
            number=number,
            canonical=canonical,
            leaf=leaf_hash(canonical) if leaf is None else leaf,
        )
    except BaseValidationError as cause:
        wrong = "; ".join(transform_error(cause))
        raise MalformedError(f"entry {number} is no {kind.name}: {wrong}") from cause
    except (KeyError, TypeError, ValueError) as cause:
        what = type(cause).__name__
        raise MalformedError(f"entry {number} is no entry: {what}") from cause


def _plain_tree(record: object, kind: str) -> Any:
    try:
        return _converter().unstructure(record)
    except (AttributeError, TypeError, ValueError) as cause:
        if isinstance(cause, DigivlError):
            raise
        raise MalformedError(
            f"a {kind} cannot be written: {cause}",
            hint="A field holds a value of another type than it declares.",
        ) from cause


def _check_readable(draft: AnyDraft, sealed: Sealed) -> None:
    # What cannot be read back is lost for ever: better refused than written.
    personal = {value.commitment: value for value in sealed.personal}
    entry = unseal(draft.kind, 0, sealed.canonical, personal)
    if (entry.actor, entry.record) != (draft.actor, draft.record):
        raise MalformedError(
            f"{draft.kind.name} {draft.id} would read back as something else",
            hint="A field holds a value of another type than it declares.",
        )


def _canonical(tree: Any) -> str:
    try:
        return rfc8785.dumps(tree).decode()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as cause:
        raise MalformedError(f"not fit for canonical JSON: {cause}") from cause


def _veil(tree: Any, values: list[PersonalValue]) -> Any:
    if isinstance(tree, Personal):
        return {_VEIL: _commit(tree, values)}
    if isinstance(tree, Mapping):
        if _VEIL in tree:
            raise MalformedError(f"no record may have a key {_VEIL!r}")
        return {key: _veil(value, values) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_veil(value, values) for value in tree]
    return tree


def _commit(personal: Personal[Any], values: list[PersonalValue]) -> str:
    if personal.erased_commitment is not None:
        return personal.erased_commitment
    text = _canonical(_plain().unstructure(personal.reveal()))
    salt = personal.salt
    value = PersonalValue(commitment(salt, text.encode()), salt, text)
    values.append(value)
    return value.commitment


def _unveil(tree: Any, personal: Mapping[str, PersonalValue]) -> Any:
    if isinstance(tree, dict):
        if tree.keys() == {_VEIL}:
            return _opened(tree[_VEIL], personal)
        return {key: _unveil(value, personal) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_unveil(value, personal) for value in tree]
    return tree


def _opened(name: str, personal: Mapping[str, PersonalValue]) -> PersonalValue | str:
    value = personal.get(name)
    if value is not None and commitment(value.salt, value.value.encode()) != name:
        raise DamagedOfficeError(
            "a personal value is not the one that the entry commits to",
            hint="Somebody changed the table of personal values; restore it.",
        )
    return name if value is None else value


def _structured(tree: Any, cls: type[R]) -> R:
    try:
        found: R = _quick_hook(cls)(tree, cls)
    except Exception:  # noqa: BLE001 - whatever it is, the other one says where
        return _converter().structure(tree, cls)
    return found


@cache
def _plain(*, detailed: bool = True) -> Converter:
    """Writes and reads values of the kernel; whole numbers of persons included."""
    converter = Converter(forbid_extra_keys=True, detailed_validation=detailed)
    for cls, write, read in (
        (datetime, to_wire, lambda text, _: from_wire(text)),
        (date, date.isoformat, lambda text, _: date.fromisoformat(text)),
        (Decimal, str, lambda text, _: Decimal(text)),
        (bytes, bytes.hex, lambda text, _: bytes.fromhex(text)),
        (INSZ, lambda number: number.wire, lambda text, _: INSZ(text)),
        (EnterpriseNumber, lambda n: n.wire, lambda text, _: EnterpriseNumber(text)),
        (OVOCode, str, lambda text, _: OVOCode(text)),
        (URI, str, lambda text, _: URI(text)),
    ):
        converter.register_unstructure_hook(cls, write)
        converter.register_structure_hook(cls, read)
    converter.register_structure_hook(Sequence, converter.get_structure_hook(tuple))
    return converter


@cache
def _quick() -> Converter:
    """As `_converter`, but it does not say which field is wrong, and is far quicker.

    The same few parties and concepts stand in all entries: they are made once.
    """
    converter = _converter(detailed=False)
    structure = converter.get_structure_hook(Party)
    concept = lru_cache(maxsize=1000)(URI)

    @lru_cache(maxsize=1000)
    def known(**fields: str | None) -> Party:
        party: Party = structure(fields, Party)
        return party

    def party(fields: Any, _: Any) -> Party:
        # Those with a person are not kept.
        if type(fields) is dict and fields.get("person", "") is None:
            return known(**fields)
        found: Party = structure(fields, Party)
        return found

    converter.register_structure_hook(Party, party)
    converter.register_structure_hook(URI, lambda text, _: concept(text))
    converter.register_structure_hook_factory(_is_enum, _quick_enum)
    converter.register_structure_hook_factory(_is_row, _quick_row)
    return converter


@cache
def _quick_hook(cls: Any) -> Callable[[Any, Any], Any]:
    return _quick().get_structure_hook(cls)


def _is_enum(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, Enum)


def _quick_enum(cls: type[Enum]) -> Callable[[Any, Any], Enum]:
    members = {one.value: one for one in cls}
    return lambda value, _: members[value]


def _is_row(cls: Any) -> bool:
    return get_origin(cls) is tuple and get_args(cls)[1:] == (...,)


def _quick_row(cls: Any, converter: Converter) -> Callable[[Any, Any], tuple[Any, ...]]:
    item = get_args(cls)[0]
    structure = converter.get_structure_hook(item)
    return lambda values, _: tuple([structure(value, item) for value in values])


@cache
def _converter(*, detailed: bool = True) -> Converter:
    """As `_plain`, but personal values stay whole for the veil, and only there."""
    converter = _plain(detailed=detailed).copy()
    converter.register_unstructure_hook(INSZ, _refuse_bare)
    converter.register_unstructure_hook(Personal, lambda personal: personal)
    converter.register_unstructure_hook_func(_is_personal, lambda personal: personal)
    converter.register_structure_hook_func(_is_personal, _structure_personal)
    return converter


def _is_personal(cls: Any) -> bool:
    origin: Any = get_origin(cls)
    return origin is Personal


def _refuse_bare(_: INSZ) -> None:
    raise MalformedError(
        "a national number (INSZ) would stand bare in the journal",
        hint="Declare the field as Personal[INSZ].",
    )


def _structure_personal(value: PersonalValue | str, cls: Any) -> Personal[Any]:
    if isinstance(value, str):
        return Personal.erased(value)
    (inner,) = get_args(cls)
    return Personal(_plain().structure(json.loads(value.value), inner), value.salt)
