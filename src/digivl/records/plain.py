"""Plain records: those that need not be read back to know that they can be.

Each value of a plain record has exactly the type that its class declares, and that
type is one of a few whose way to JSON and back is known to lose nothing. So the record
reads back equal, and Python's own encoder, which is far quicker than that of RFC 8785,
writes the same bytes. What is not plain may be as good: it is tried, not trusted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache, lru_cache, partial
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

import attrs

from digivl.kernel.kinds import Ref

_Check = Callable[[Any], bool]

#: A double holds whole numbers up to here; RFC 8785 writes no others.
_LARGEST: Final = 2**53 - 1


def is_plain(record: object) -> bool:
    """True when the record is plain; False says nothing against it.

    Only the types of its values are looked at, all at once, and what a type alone does
    not tell: how large a number is, which zone a moment has, what a part holds.
    """
    cls = type(record)
    values = _reader(cls)(record)
    checks = _checks(cls, tuple(map(type, values)))
    if checks is None:
        return False
    for place, check in checks:
        if not check(values[place]):
            return False
    return True


@cache
def _reader(cls: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    names = [field.name for field in attrs.fields(cls)] if attrs.has(cls) else []
    if len(names) > 1:
        return attrgetter(*names)
    return lambda record: tuple(getattr(record, name) for name in names)


@lru_cache(maxsize=5000)
def _checks(
    cls: type[Any], found: tuple[type[Any], ...]
) -> tuple[tuple[int, _Check], ...] | None:
    """What is left to look at when a record has values of these types.

    None when it is not plain, whatever the values are.
    """
    if not _says_all(cls):
        return None
    fields = attrs.fields(attrs.resolve_types(cls))
    checks = [
        _check(field.type, actual) for field, actual in zip(fields, found, strict=True)
    ]
    if None in checks:
        return None
    return tuple((n, c) for n, c in enumerate(checks) if c is not None and c is not _any)


def _says_all(cls: type[Any]) -> bool:
    """True when records of this class with equal values are equal, and stay so.

    Nothing is changed, made up or left out between what `__init__` gets and what the
    record holds. (attrs gives all frozen classes the same `__setattr__`.)
    """
    return (
        attrs.has(cls)
        and cls.__setattr__ is Ref.__setattr__
        and cls.__eq__ is not object.__eq__
        and not hasattr(cls, "__attrs_init__")
        and not hasattr(cls, "__attrs_post_init__")
        and all(
            field.init and field.converter is None and field.name.isascii()
            for field in attrs.fields(cls)
        )
    )


def _check(declared: Any, actual: type[Any]) -> _Check | None:
    """How a value of one type is checked in the place of another; None if it is wrong."""
    origin = get_origin(declared)
    if origin is Union or origin is UnionType:
        return _check_optional(declared, actual)
    if origin is tuple:
        item, *rest = get_args(declared)
        return _each(item) if actual is tuple and rest == [...] else None
    if declared is not actual:
        return None
    if issubclass(actual, Enum):
        return _any if all(map(_is_read_back, actual)) else None
    return _BY_TYPE.get(actual, is_plain if attrs.has(actual) else None)


def _check_optional(declared: Any, actual: type[Any]) -> _Check | None:
    options = [option for option in get_args(declared) if option is not NoneType]
    if len(options) > 1:
        return None
    return _any if actual is NoneType else _check(options[0], actual)


def _is_read_back(one: Enum) -> bool:
    return type(one.value) is str and type(one)(one.value) is one


def _each(item: Any) -> _Check:
    check_of = cache(partial(_check, item))

    def check(values: tuple[Any, ...]) -> bool:
        for value in values:
            one = check_of(type(value))
            if one is None or not one(value):
                return False
        return True

    return check


def _any(_: object) -> bool:
    return True


_BY_TYPE: Final[dict[type[Any], _Check]] = {
    str: _any,
    bool: _any,
    bytes: _any,
    date: _any,
    int: lambda number: -_LARGEST <= number <= _LARGEST,
    # In other zones an hour can exist twice: such a moment equals none in UTC.
    datetime: lambda moment: moment.tzinfo is UTC,
}
