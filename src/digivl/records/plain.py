"""Plain records: written in one pass, and known to read back as they were.

Each value of a plain record has exactly the type that its class declares, and that
type is one of a few whose way to JSON and back loses nothing. So there is no need to
read back what was written to know that it can be. A record that is not plain may be
as good: it is written by the library for RFC 8785 and read back, and then one knows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache, partial
from json.encoder import encode_basestring
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

import attrs

from digivl.kernel.identifiers import URI, EnterpriseNumber, OVOCode
from digivl.kernel.kinds import Ref
from digivl.kernel.moments import to_wire
from digivl.kernel.money import Euro

#: Writes a value of one type, or gives None when that one is not plain.
_Write = Callable[[Any], str | None]

#: A double holds whole numbers up to here; RFC 8785 writes no others.
_LARGEST: Final = 2**53 - 1
_NULL: Final = "null"


def plain_json(value: object) -> str | None:
    """The canonical JSON of a plain record or value; None of what is not plain.

    The types of all values of a record are looked up at once: how records like it are
    written was found out when the first of them was.
    """
    cls: Any = type(value)
    if cls in _BY_TYPE:
        return _BY_TYPE[cls](value)
    values = _reader(cls)(value)
    shape = _shape(cls, (*map(type, values),))
    if shape is None:
        return None
    template, writes = shape
    texts = [write(values[place]) for place, write in writes]
    return None if None in texts else template % tuple(texts)


@cache
def _reader(cls: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    names = _names(cls)
    if len(names) > 1:
        return attrgetter(*names)
    return lambda record: tuple(getattr(record, name) for name in names)


def _names(cls: type[Any]) -> list[str]:
    """The names of the fields, in the order of canonical JSON."""
    return sorted(attrs.fields_dict(cls)) if attrs.has(cls) else []


@lru_cache(maxsize=5000)
def _shape(
    cls: type[Any], found: tuple[type[Any], ...]
) -> tuple[str, list[tuple[int, _Write]]] | None:
    """How a record with values of these types is written: a template, and its gaps."""
    if not _says_all(cls):
        return None
    fields = attrs.fields_dict(attrs.resolve_types(cls))
    members: list[str] = []
    writes: list[tuple[int, _Write]] = []
    for place, (name, actual) in enumerate(zip(_names(cls), found, strict=True)):
        write = _writer(fields[name].type, actual)
        members.append(f'"{name}":{_NULL if write is _null else "%s"}')
        if write is not _null:
            writes.append((place, write))
    return f"{{{','.join(members)}}}", writes


def _says_all(cls: type[Any]) -> bool:
    """True when a record of this class is its values, and stays what they made it.

    Its validators saw these values, and nothing is changed, made up or left out between
    what `__init__` gets and what the record holds. (attrs gives all frozen classes the
    same `__setattr__`.)
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


def _writer(declared: Any, actual: type[Any]) -> _Write:
    """What writes a value of a type in the place of what was declared."""
    origin = get_origin(declared)
    if origin is Union or origin is UnionType:
        return _optional_writer(declared, actual)
    if origin is tuple:
        item, *rest = get_args(declared)
        return _row_writer(item) if actual is tuple and rest == [...] else _refused
    if declared is not actual:
        return _refused
    if issubclass(actual, Enum):
        return _member_writer(actual)
    return _BY_TYPE.get(actual, plain_json)


def _optional_writer(declared: Any, actual: type[Any]) -> _Write:
    options = [option for option in get_args(declared) if option is not NoneType]
    if len(options) > 1:
        return _refused
    return _null if actual is NoneType else _writer(options[0], actual)


def _row_writer(item: Any) -> _Write:
    writer_of: Callable[[Any], _Write] = cache(partial(_writer, item))

    def write(values: tuple[Any, ...]) -> str | None:
        texts: list[Any] = [writer_of(type(value))(value) for value in values]
        return None if None in texts else f"[{','.join(texts)}]"

    return write


def _member_writer(cls: type[Enum]) -> _Write:
    texts = {
        one.name: encode_basestring(one.value)
        for one in cls
        if type(one.value) is str and cls(one.value) is one
    }
    return lambda one: texts.get(one._name_)  # without the detour of a property


def _null(_: None) -> str:
    return _NULL


def _refused(_: object) -> None:
    return None


def _whole(number: int) -> str | None:
    return str(number) if -_LARGEST <= number <= _LARGEST else None


def _moment(moment: datetime) -> str | None:
    # In other zones an hour can exist twice: such a moment equals none in UTC.
    return f'"{to_wire(moment)}"' if moment.tzinfo is UTC else None


_BY_TYPE: Final[dict[type[Any], _Write]] = {
    str: encode_basestring,
    bool: lambda value: "true" if value else "false",
    int: _whole,
    bytes: lambda value: f'"{value.hex()}"',
    date: lambda day: f'"{day.isoformat()}"',
    datetime: _moment,
    Decimal: lambda number: f'"{number}"' if number.is_finite() else None,
    # Those of the kernel that stand as text, or change what they are made of: of what
    # they made themselves they change nothing.
    URI: lambda uri: plain_json(uri.text),
    OVOCode: lambda code: plain_json(code.code),
    EnterpriseNumber: lambda number: plain_json(number.wire),
    Euro: lambda euro: f'{{"amount":"{euro.amount}"}}',
}
