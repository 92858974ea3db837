"""Validators that many records share; each raises `MalformedError`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sized
from typing import Any, Final

import attrs

from digivl.errors import LimitExceededError, MalformedError
from digivl.kernel.redaction import holds_national_number

_LONGEST: Final = 500
_LONGEST_REMARK: Final = 5_000
_LONGEST_TEXT: Final = 100_000
_LAYOUT: Final = str.maketrans("", "", "\n\r\t")
_OUTSIDE: Final = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def public_line(_: object, attribute: attrs.Attribute[Any], text: object) -> None:
    """One line that everybody may read: filled, printable, without an INSZ."""
    name = attribute.name.replace("_", " ")
    if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST:
        raise MalformedError(f"the {name} is one line of 1 to {_LONGEST} characters")
    if not text.isprintable():
        raise MalformedError(
            f"the {name} holds what cannot be printed",
            hint="It is one line; take out line breaks and control characters.",
        )
    _no_national_number(name, text)


def free_text(_: object, attribute: attrs.Attribute[Any], text: object) -> None:
    """A remark of somebody, or nothing: of some lines, without an INSZ."""
    _check_text(attribute.name, text, _LONGEST_REMARK)


def long_text(_: object, attribute: attrs.Attribute[Any], text: object) -> None:
    """A text of some pages, or nothing; without an INSZ."""
    _check_text(attribute.name, text, _LONGEST_TEXT)


def _check_text(field: str, text: object, longest: int) -> None:
    name = field.replace("_", " ")
    if not isinstance(text, str) or len(text) > longest:
        raise MalformedError(f"the {name} is a text of at most {longest} characters")
    if not text.translate(_LAYOUT).isprintable():
        raise MalformedError(
            f"the {name} holds what cannot be printed",
            hint="Take out the control characters.",
        )
    _no_national_number(name, text)


def _no_national_number(name: str, text: str) -> None:
    if holds_national_number(text):
        raise MalformedError(
            f"the {name} holds a national number (INSZ)",
            hint="It stands in the book for ever and everybody reads it: leave it out.",
        )


def named_outside(_: object, attribute: attrs.Attribute[Any], name: str) -> None:
    """A name that somebody else gave: it becomes part of ids of ours."""
    check_named_outside(attribute.name, name)


def check_named_outside(what: str, name: str) -> None:
    """Refuse what is no name as other systems give them.

    Raises:
        MalformedError: It is not 1 to 100 letters, digits, or ``._:-``.
    """
    if not _OUTSIDE.fullmatch(name):
        raise MalformedError(
            f"{what.replace('_', ' ')} is no name of another system: {name[:40]!r}",
            hint="It has 1 to 100 letters, digits, or one of . _ : -",
        )


def at_least_one(_: object, attribute: attrs.Attribute[Any], values: Sized) -> None:
    """A collection that is not empty."""
    if not len(values):
        raise MalformedError(f"there is no one of {attribute.name.replace('_', ' ')}")


def at_most(most: int) -> Callable[[object, attrs.Attribute[Any], Sized], None]:
    """A collection of no more than `most`: what comes from outside has a bound."""

    def check(_: object, attribute: attrs.Attribute[Any], values: Sized) -> None:
        if len(values) > most:
            name = attribute.name.replace("_", " ")
            raise LimitExceededError(
                f"there are {len(values)} of {name}, more than {most}",
                hint="Take them together, or leave some out.",
            )

    return check


def counted_from_one(_: object, attribute: attrs.Attribute[Any], number: int) -> None:
    """A number that counts from one."""
    if number < 1:
        raise MalformedError(f"{attribute.name} counts from 1, not from {number}")


def digest(_: object, attribute: attrs.Attribute[Any], text: str) -> None:
    """A SHA-256 as 64 hexadecimal digits in lower case."""
    if not _DIGEST.fullmatch(text):
        raise MalformedError(
            f"{attribute.name} is no SHA-256 of 64 hexadecimal digits: {text[:20]!r}"
        )
