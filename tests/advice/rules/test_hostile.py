"""Whatever stands in a file: it is read, or refused by an error of digivl."""

from __future__ import annotations

import copy
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from digivl.advice.body import Body
from digivl.advice.rules.facts import FACTS
from digivl.advice.rules.files import shipped, with_file
from digivl.errors import DigivlError

GROUNDS = {
    "valid_from": date(2030, 1, 1),
    "legal_basis": "besluit",
    "source": "ENT",
    "note": "",
    "confidence": "afgeleid",
}
#: A file that uses everything there is.
GOOD: dict[str, Any] = {
    "format": 1,
    "name": "Entiteit",
    "version": "1",
    "replaces": ["IF-16"],
    "source": [{"key": "ENT", "title": "Reglement"}],
    "regime": [
        {
            "id": "ENT",
            "subject": "reglement",
            "legal_basis": "besluit",
            "valid_from": date(2030, 1, 1),
            "inferred": True,
        }
    ],
    "rule": [
        {
            "id": "ENT-1",
            "body": "IF",
            "required": True,
            "subject": "iets",
            "when": [
                {"fact": "act", "one_of": ["nota zonder akte", "omzendbrief"]},
                {"fact": "amount", "over": "1000.00"},
                {"fact": "award_excess", "under": 20},
                {"fact": "first", "is": True},
                {"fact": "estimate", "at_least": "unknown"},
            ],
            **GROUNDS,
        },
        {
            "id": "ENT-2",
            "body": "RvS",
            "required": False,
            "subject": "iets anders",
            **(GROUNDS | {"regime": "ENT"}),
        },
    ],
    "term": [
        {
            "id": "ENT-T",
            "body": "VTC",
            "purpose": "antwoord",
            "days": 60,
            "urgent_days": 5,
            "counted": "kalenderdagen",
            "urgent_counted": "werkdagen",
            "rolls": True,
            "calendar": "vo",
            "suspends": True,
            "urgent_suspends": False,
            "extends": True,
            "silence": "GEACHT_GUNSTIG",
            **GROUNDS,
        }
    ],
    "deadline": [],
    "delegation": [
        {
            "id": "ENT-D",
            "holder": "afdelingshoofd",
            "subject": "iets",
            "when": [{"fact": "spending", "is": "subsidie"}],
            "upto": "5000",
            **GROUNDS,
        }
    ],
    "fill": [{"rule": "IF-05", "fact": "amount", "over": 1, "source": "ENT"}],
}
del GOOD["rule"][1]["valid_from"]

scalars = st.one_of(
    st.booleans(),
    st.integers(-(2**80), 2**80),
    st.floats(),
    st.text(max_size=20),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.sampled_from(["unknown", "1e999999", "nan", "-0", "٣", *FACTS]),
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def written(value: Any) -> str:
    """A value as TOML writes it, on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | time | datetime):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, dict):
        pairs = (f"{written(key)} = {written(one)}" for key, one in value.items())
        return "{ " + ", ".join(pairs) + " }"
    return '"' + "".join(map(escaped, value)) + '"'


def escaped(character: str) -> str:
    """A character as it can stand between quotes."""
    plain = character >= " " and character not in '"\\\x7f'
    return character if plain else f"\\U{ord(character):08x}"


def as_file(tree: dict[str, Any]) -> bytes:
    """A file with these tables."""
    lines = [f"{written(key)} = {written(value)}" for key, value in tree.items()]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands."""
    found = [path] if path else []
    if isinstance(tree, dict | list):
        keys = tree if isinstance(tree, dict) else range(len(tree))
        for key in keys:
            found += places(tree[key], (*path, key))
    return found


PLACES = places(GOOD)


def changed(path: tuple[Any, ...], how: str, value: Any) -> dict[str, Any]:
    """The file with one thing gone, doubled, renamed or put in the place of another."""
    tree = copy.deepcopy(GOOD)
    at = tree
    for key in path[:-1]:
        at = at[key]
    last: Any = path[-1]
    if how == "gone":
        del at[last]
    elif how == "doubled" and isinstance(at, list):
        at.append(copy.deepcopy(at[last]))
    elif how == "renamed" and isinstance(at, dict):
        at[str(value)[:20]] = at.pop(last)
    else:
        at[last] = value
    return tree


def ask(content: bytes) -> None:
    """Read a file, and ask of it what can be asked; only our own errors may come."""
    with suppress(DigivlError):
        rules = with_file(shipped(), "regels.toml", content)
        for body in Body:
            rules.assess(body, {"first": True}, date(2031, 1, 1))
            rules.term(body, date(2031, 1, 1))
        rules.decides({}, date(2031, 1, 1))


def test_the_whole_form_is_read() -> None:
    """What is mutated below is a file that is right, and has each part of the form."""
    rules = with_file(shipped(), "regels.toml", as_file(GOOD))

    assert {"ENT-1", "ENT-2"} <= {rule.id for rule in rules.rules}
    assert "ENT-T" == rules.terms[-1].id
    assert "ENT-D" == rules.delegations[-1].id


@given(
    st.sampled_from(PLACES),
    st.sampled_from(["gone", "doubled", "renamed", "other"]),
    anything,
)
def test_any_change(path: tuple[Any, ...], how: str, value: Any) -> None:
    """Something lacks, is there twice, is called otherwise, or is something else."""
    ask(as_file(changed(path, how, value)))


@given(st.data())
def test_any_damage(data: st.DataObject) -> None:
    """Bytes that are cut, changed or put in between."""
    content = as_file(GOOD)
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))

    ask(content[:start] + data.draw(st.binary(max_size=20)) + content[end:])


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes(content: bytes) -> None:
    """Something that is no file with rules at all."""
    ask(content)
