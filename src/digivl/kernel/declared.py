"""Refuses values of another type than was declared, by the name of the argument.

What is wrong is told where it comes in, in the words of who wrote the call: not as an
AttributeError from deep inside, or, worse, not at all.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import cache, wraps
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs
from attrs.validators import and_

from digivl.errors import MalformedError

#: A double holds whole numbers up to here; the book writes no others.
_LARGEST: Final = 2**53 - 1
_WORDS: Final[dict[Any, str]] = {
    bool: "True or False",
    datetime: "a moment with a zone",
    int: "a whole number",
    str: "a text",
    NoneType: "None",
}
#: Types of which not every value will do.
_LOOKED_AT: Final = {datetime, int, str}
_MANY: Final = {Sequence, Collection, Iterable, tuple}

C = TypeVar("C")


def checked(cls: type[C]) -> type[C]:
    """Let the public methods of a class refuse arguments of a wrong type.

    A decorator, below that of attrs. A method then raises `MalformedError`, with the
    name of the argument, before it does anything.
    """
    for name, method in list(vars(cls).items()):
        if not name.startswith("_") and inspect.isfunction(method):
            setattr(cls, name, _checking(method))
    return cls


def typed(
    _: type[Any], fields: list[attrs.Attribute[Any]]
) -> list[attrs.Attribute[Any]]:
    """Let a record refuse fields of a wrong type: a `field_transformer` of attrs."""
    return [
        field.evolve(
            validator=and_(_declared, field.validator) if field.validator else _declared
        )
        for field in fields
    ]


def check_declared(name: str, hint: Any, value: object) -> None:
    """Refuse a value that is not of the type that a hint declares.

    Args:
        name: Of the argument.
        hint: The declared type, resolved.
        value: What came in.

    Raises:
        MalformedError: It is of another type; it names the argument, and does not say
            the value, which can be personal.
    """
    if expected := _expected(hint, value):
        raise MalformedError(
            f"`{name}` has to be {expected}, not {_kind_of(value)}",
            hint=f"Give {expected} as {name}.",
        )


def _checking(method: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(method)
    several = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    single = {n for n, one in signature.parameters.items() if one.kind not in several}

    @wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        hints = _hints(method)
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            if name in hints and name in single:
                check_declared(name, hints[name], value)
        return method(*args, **kwargs)

    return call


def _declared(record: object, attribute: attrs.Attribute[Any], value: object) -> None:
    made: Any = type(record)
    at_once, hint = _fields(made)[attribute.name]
    # Records are made often, and nearly always rightly.
    if type(value) not in at_once:
        check_declared(attribute.name, hint, value)


@cache
def _fields(record: Any) -> Mapping[str, tuple[Collection[type], Any]]:
    """By field, the types that are right at once, and what it declares."""
    hints = _hints(record)
    return {name: (frozenset(_at_once(hint)), hint) for name, hint in hints.items()}


def _at_once(hint: Any) -> Iterator[type]:
    if get_origin(hint) in {Union, UnionType}:
        for one in get_args(hint):
            yield from _at_once(one)
    elif isinstance(hint, type) and hint not in _LOOKED_AT:
        yield hint


@cache
def _hints(declaring: Any) -> Mapping[str, Any]:
    # They are text until somebody asks, when all modules are there.
    return get_type_hints(declaring)


def _expected(hint: Any, value: object) -> str:
    """What a value has to be; empty where it is that."""
    origin, of = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        found = [_expected(one, value) for one in of]
        return "" if "" in found else " or ".join(found)
    plain = origin or hint
    if origin in _MANY:
        return _expected_many(plain, of[0], value)
    if plain is Any or not isinstance(plain, type) or _is_protocol(plain):
        return ""  # anything goes, or only the use of it can tell
    return "" if _is(plain, value) else _in_words(plain)


def _expected_many(plain: Any, of: Any, value: object) -> str:
    word = "tuple" if plain is tuple else "list"
    if isinstance(value, str | bytes) or not isinstance(value, plain):
        return f"a {word}"
    # What can be gone through once only is left for who asked for it.
    each = value if isinstance(value, Collection) else ()
    found = next(filter(None, (_expected(of, one) for one in each)), "")
    return f"a {word} of which each is {found}" if found else ""


def _is_protocol(plain: type) -> bool:
    return getattr(plain, "_is_protocol", False)


def _is(plain: type, value: object) -> bool:
    if plain is bool:
        return isinstance(value, bool)
    if plain is int:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and -_LARGEST <= value <= _LARGEST  # type: ignore[operator]
    if plain is datetime:
        return isinstance(value, datetime) and value.utcoffset() is not None
    if plain is str:
        return isinstance(value, str) and _is_text(value)
    return isinstance(value, plain)


def _is_text(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


def _in_words(plain: type) -> str:
    if plain in _WORDS:
        return _WORDS[plain]
    if issubclass(plain, Enum):
        return f"one of {plain.__name__}"
    return f"{'an' if plain.__name__[0] in 'AEIOU' else 'a'} {plain.__name__}"


def _kind_of(value: object) -> str:
    if isinstance(value, datetime):
        return "one without"
    if isinstance(value, str):
        return "a text" if _is_text(value) else "one that cannot be written"
    return f"a {type(value).__name__}" if value is not None else "None"
