"""Reads files with personal values: they never stand on a command line, nor in errors.

Each is JSON: one object, or an object on each line.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import attrs

from digivl.cli.files import reading
from digivl.errors import DigivlError, LimitExceededError, MalformedError

T = TypeVar("T")

_LARGEST: Final = 1_000_000


@attrs.frozen(kw_only=True)
class Form(Generic[T]):
    """What an object in such a file says.

    Attributes:
        lacks: What is said of one that does not say it, behind "is".
        fields: What can stand in it; a misspelt field is never passed over.
        hint: How it is written.
        make: Makes it of the object.
    """

    lacks: str
    fields: frozenset[str]
    hint: str
    make: Callable[[dict[str, Any]], T]

    def of(self, text: str, where: str) -> T:
        """What a text says.

        Args:
            text: A JSON object.
            where: It stands, for the error.

        Raises:
            MalformedError: It says something else; nothing of it is repeated.
        """
        try:
            told: dict[str, Any] = json.loads(text)
            if told.keys() - self.fields:
                raise MalformedError("a field that is not known", hint=self.hint)
            return self.make(told)
        except DigivlError as cause:
            hint = cause.hint or self.hint
            raise MalformedError(f"{where}: {cause}", hint=hint) from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise MalformedError(f"{where} is {self.lacks}", hint=self.hint) from None


def read_text(path: Path, largest: int = _LARGEST) -> str:
    """All of a file, as text.

    Raises:
        LimitExceededError: It is larger than `largest` bytes.
        MalformedError: It cannot be read, or is no text in UTF-8.
    """
    with reading(path) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise LimitExceededError(
            f"{path} is larger than {largest} bytes",
            hint="Look whether it is the right file; spread what is in it over more.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise MalformedError(
            f"{path} is no text in UTF-8", hint="Save it as UTF-8."
        ) from cause


def read_lines(path: Path, form: Form[T], largest: int = _LARGEST) -> list[T]:
    """What the objects in a file say; empty lines count for nothing."""
    lines = read_text(path, largest).splitlines()
    return [
        form.of(line, f"{path}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def read_one(path: Path, form: Form[T]) -> T:
    """What the one object in a file says."""
    return form.of(read_text(path), str(path))
