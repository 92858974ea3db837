"""Tables of a rule file, taken field by field: whatever is wrong is named.

Every table and every value is checked for its type, and a name that is not known is an
error, never ignored: a misspelt condition would make a rule wider.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, time
from enum import Enum
from typing import Any, Final, TypeVar

import attrs

from digivl.errors import LimitExceededError, MalformedError

#: How many tables of one kind a file can hold, and how many values a list.
MOST_TABLES: Final = 1_000
MOST_VALUES: Final = 100
_SHOWN: Final = 40

E = TypeVar("E", bound=Enum)

#: What a value is called, and how one is written.
_KINDS: Final[Mapping[type, tuple[str, str]]] = {
    bool: ("true or false", "true"),
    int: ("a whole number", "12"),
    str: ("a text", '"…"'),
    date: ("a day", "2023-01-01"),
    time: ("an hour", "15:00:00"),
    list: ("a list", "[…]"),
    dict: ("a table", "{ … }"),
}


@attrs.frozen
class Table:
    """One table of a file; each field is taken out once, and none may be left.

    Attributes:
        called: Which table it is, for errors.
    """

    called: str
    _left: dict[str, Any]

    @classmethod
    def of(cls, called: str, value: object) -> Table:
        """What has to be a table; the caller keeps its own.

        Raises:
            MalformedError: It is something else.
        """
        return cls(called, dict(_typed(called, value, dict)))

    @contextmanager
    def read(self) -> Iterator[None]:
        """Around what is made of it: errors say where, and nothing may be left.

        Raises:
            MalformedError: A field is wrong, lacks or is not known.
        """
        try:
            yield
            self._check_nothing_left()
        except MalformedError as error:
            raise type(error)(f"{self.called}: {error}", hint=error.hint) from error

    def has(self, name: str) -> bool:
        """Whether a field is still there."""
        return name in self._left

    def text(self, name: str, default: str | None = None) -> str:
        """A text."""
        return str(self._take(name, str, default))

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        """True or false."""
        return bool(self._take(name, bool, default))

    def number(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        return int(self._take(name, int, default))

    def number_or_none(self, name: str) -> int | None:
        """A whole number; None where there is none."""
        return self.number(name) if self.has(name) else None

    def day_or_none(self, name: str) -> date | None:
        """A day; None where there is none."""
        day: date | None = self._take(name, date) if self.has(name) else None
        return day

    def hour(self, name: str) -> time:
        """An hour of the day."""
        hour: time = self._take(name, time)
        return hour

    def choice(self, name: str, values: type[E], default: E | None = None) -> E:
        """One of an enumeration, by its value."""
        said = self.text(name, default.value if default else None)
        for one in values:
            if one.value == said:
                return one
        raise not_known(name, said, [str(one.value) for one in values])

    def choice_or_none(self, name: str, values: type[E]) -> E | None:
        """One of an enumeration; None where there is none."""
        return self.choice(name, values) if self.has(name) else None

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, or none."""
        found = self.entries(name, MOST_VALUES)
        return tuple(str(_typed(name, one, str)) for one in found)

    def tables(self, name: str, most: int = MOST_TABLES) -> Iterator[Table]:
        """The tables under one name; each is called by its id, or by its number."""
        for number, value in enumerate(self.entries(name, most), start=1):
            fields = _typed(f"{name} {number}", value, dict)
            called = fields.get("id")
            called = called[:_SHOWN] if isinstance(called, str) else number
            yield Table.of(f"{name} {called}", fields)

    def entries(self, name: str, most: int = MOST_VALUES) -> Sequence[Any]:
        """A list of anything, or an empty one.

        Raises:
            LimitExceededError: It is too long.
        """
        found: Sequence[Any] = self._take(name, list, [])
        if len(found) > most:
            raise LimitExceededError(
                f"{name} has {len(found)} entries; {most} at the most",
                hint="Divide them over several rules.",
            )
        return found

    def anything(self, name: str) -> Any:
        """A field of any type, which is there."""
        return self._left.pop(name)

    def _take(self, name: str, kind: type, default: Any = None) -> Any:
        if name in self._left:
            return _typed(name, self._left.pop(name), kind)
        if default is None:
            raise MalformedError(
                f"{name} lacks", hint=f"Add: {name} = {_KINDS[kind][1]}"
            )
        return default

    def _check_nothing_left(self) -> None:
        if self._left:
            unknown = ", ".join(name[:_SHOWN] for name in sorted(self._left)[:5])
            raise MalformedError(
                f"{unknown} is not known here",
                hint="Mend the spelling or take it out: nothing is ignored.",
            )


def not_known(name: str, said: str, known: Sequence[str]) -> MalformedError:
    """An error about a value that is not one of those there are."""
    choices = ", ".join(f'"{one}"' for one in known)
    return MalformedError(
        f"{name}: {said[:_SHOWN]!r} is not known", hint=f"Known: {choices}."
    )


def _typed(name: str, value: object, kind: type) -> Any:
    # Of exactly this type: true is no number, and a moment is no day.
    if type(value) is not kind:
        words, example = _KINDS[kind]
        raise MalformedError(f"{name} is not {words}", hint=f"Such as: {example}")
    return value
