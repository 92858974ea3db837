"""What is of another type than declared is refused by the name of the argument."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import attrs
import pytest

from digivl.errors import MalformedError
from digivl.kernel.declared import check_declared, checked, typed
from digivl.kernel.parties import Party, Role

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
NAIVE = NOW.replace(tzinfo=None)
WHO = Party("if", "Inspectie", Role.FINANCE_INSPECTOR)


class Channel(Protocol):
    """Only the use of it can tell whether something is one."""


@attrs.frozen(field_transformer=typed)
class Line:
    """A record with a rule of its own beside the types."""

    year: int = attrs.field(validator=attrs.validators.ge(1990))
    remark: str | None = None
    recurrent: bool = False
    parts: tuple[Line, ...] = ()


@attrs.frozen
@checked
class Room:
    """A room with one public method, and one that is not."""

    name: str

    def ask(self, id: str, *also: str, by: Party, most: int = 1, **how: Any) -> str:
        """What came in."""
        return f"{self._said(id)} {also} {by} {most} {how}"

    def _said(self, id: Any) -> str:
        return f"{self.name} {id}"

    @property
    def label(self) -> str:
        """No method."""
        return self.name


@pytest.mark.parametrize(
    ("hint", "right"),
    [
        (str, "x"),
        (str | None, None),
        (int, -(2**53) + 1),
        (bool, True),
        (datetime, NOW),
        (Party, WHO),
        (Role, Role.MINISTER),
        (Sequence[str], ["x"]),
        (Sequence[str], ()),
        (Collection[str], {"x"}),
        (Iterable[str], iter(["x"])),
        (tuple[Line, ...], (Line(2027),)),
        (Mapping[str, int], {}),
        (Callable[[], None], print),
        (Any, object()),
        (Channel, object()),
        (object, 1),
    ],
)
def test_right(hint: Any, right: object) -> None:
    """What is of the declared type passes."""
    check_declared("value", hint, right)


@pytest.mark.parametrize(
    ("hint", "wrong", "told"),
    [
        (str, 1, "a text, not a int"),
        (str, None, "a text, not None"),
        (str, "\ud800", "a text, not one that cannot be written"),
        (str, "a\0b", "a text, not one that cannot be written"),
        (str | None, b"x", "a text or None, not a bytes"),
        (int, True, "a whole number, not a bool"),
        (int, 2**53, "a whole number, not a int"),
        (int, 1.0, "a whole number, not a float"),
        (bool, 1, "True or False, not a int"),
        (datetime, NAIVE, "a moment with a zone, not one without"),
        (datetime, "2026", "a moment with a zone, not a text"),
        (Party, "if", "a Party, not a text"),
        (Line, None, "a Line, not None"),
        (Role, "minister", "one of Role, not a text"),
        (Sequence[str], "abc", "a list, not a text"),
        (Sequence[str], {"x"}, "a list, not a set"),
        (Sequence[str], [b"x"], "a list of which each is a text, not a list"),
        (tuple[Line, ...], [Line(2027)], "a tuple, not a list"),
        (tuple[Line, ...], None, "a tuple, not None"),
        (Mapping[str, int], [], "a Mapping, not a list"),
        (Callable[[], None], 1, "a Callable, not a int"),
        (attrs.Attribute, 1, "an Attribute, not a int"),
    ],
)
def test_wrong(hint: Any, wrong: object, told: str) -> None:
    """It is told by name, without its value."""
    with pytest.raises(MalformedError) as refused:
        check_declared("the_one", hint, wrong)

    assert f"`the_one` has to be {told}" == str(refused.value)
    assert refused.value.hint.endswith("as the_one.")


def test_a_record() -> None:
    """Its types first, then its own rules."""
    assert (Line(2027),) == Line(2027, "x", recurrent=True, parts=(Line(2027),)).parts
    wrong: dict[str, Any] = {"year": "2027", "parts": [Line(2027)], "remark": 1}
    for name, value in wrong.items():
        with pytest.raises(MalformedError, match=f"`{name}` has to be "):
            Line(**({"year": 2027} | {name: value}))
    with pytest.raises(ValueError, match="1990"):
        Line(1900)


def test_a_method() -> None:
    """Each argument, however it is given; another signature stays a TypeError."""
    room = Room("kamer")

    assert "kamer a ('b',) Inspectie 1 {'c': 1}" == room.ask("a", "b", by=WHO, c=1)
    assert "kamer" == room.label
    calls: Mapping[str, Callable[[], object]] = {
        "id": lambda: room.ask(1, by=WHO),  # type: ignore[arg-type]
        "by": lambda: room.ask("a", by=None),  # type: ignore[arg-type]
        "most": lambda: room.ask("a", by=WHO, most=None),  # type: ignore[arg-type]
    }
    for name, call in calls.items():
        with pytest.raises(MalformedError, match=f"`{name}` has to be "):
            call()
    with pytest.raises(TypeError, match="by"):
        room.ask("a")  # type: ignore[call-arg]
    assert "What came in." == Room.ask.__doc__
