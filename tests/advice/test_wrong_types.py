"""Whatever is given to a public method, only errors of digivl come out."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl.advice.advices import Advices
from digivl.advice.agreements import Agreements
from digivl.advice.appeals import Appeals
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.budget import BudgetLine, LocalImpact, StaffImpact
from digivl.advice.channels.exchange import Exchange
from digivl.advice.channels.hearing import Hearing
from digivl.advice.forms.service import Forms
from digivl.advice.gate import ReadinessGate
from digivl.advice.messages import message
from digivl.advice.proposal import Contract, Proposal
from digivl.advice.proposals import Proposals
from digivl.advice.registrations import Registrations
from digivl.advice.request import AspectRemark, Condition
from digivl.advice.route.service import Routes
from digivl.advice.silences import Silences
from digivl.errors import DigivlError, MalformedError
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party
from digivl.records.port import Query
from digivl.testing.council import CABINET, INSPECTOR
from digivl.testing.matter import Matter

ROOMS: Mapping[str, type[Any]] = {
    "proposals": Proposals,
    "advices": Advices,
    "agreements": Agreements,
    "appeals": Appeals,
    "registrations": Registrations,
    "silences": Silences,
    "readiness": ReadinessGate,
    "routes": Routes,
    "exchange": Exchange,
    "hearing": Hearing,
    "forms": Forms,
}
RECORDS = (
    *(Proposal, Contract, BudgetLine, StaffImpact, LocalImpact),
    *(AspectRemark, Condition, message.Incoming, message.Outgoing, message.Enclosure),
    *(message.Receipt, message.Asked, message.SentBack, message.Advised),
    *(message.Agreed, message.Refused, message.Unclear),
)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
NAIVE = NOW.replace(tzinfo=None)
#: What is wrong for a declared type; what comes near to it first.
WRONG: Mapping[Any, Sequence[object]] = {
    str: (5, b"x", ["x"], "\ud800", "a\0b"),
    int: ("5", True, 1.5, 10**30),
    bool: (1, "ja"),
    datetime: (NAIVE, NOW.date(), "2026-11-23"),
    Sequence: ("abc", {"x": 1}, iter(["x"]), [object()]),
    tuple: ("abc", ["x"], (object(),)),
}
NEVER: Sequence[object] = (object(), 0.5)


@cache
def declared(of: Any) -> Mapping[str, Any]:
    """The arguments of a method or a record, and the type of each."""
    hints = get_type_hints(of)
    return {
        name: hints[name] for name in inspect.signature(of).parameters if name in hints
    }


def methods() -> list[tuple[str, str]]:
    """Each method that people call: its room, and its name."""
    return [
        (room, name)
        for room, cls in ROOMS.items()
        for name, found in vars(cls).items()
        if not name.startswith("_") and inspect.isfunction(found) and name != "ruled"
    ]


def kinds_of(hint: Any) -> list[Any]:
    """The types that a declared type is made of."""
    if get_origin(hint) in {Union, UnionType}:
        return [kind for one in get_args(hint) for kind in kinds_of(one)]
    return [get_origin(hint) or hint]


def wrong_for(hint: Any) -> list[object]:
    """What is not of a type."""
    kinds = kinds_of(hint)
    if Any in kinds or object in kinds or any(map(is_protocol, kinds)):
        return []
    none = [] if NoneType in kinds else [None]
    near = [one for kind in kinds if kind is not NoneType for one in near_to(kind)]
    fits = tuple(
        k for k in kinds if k not in {int, bool, str, datetime, Sequence, tuple}
    )
    return [*none, *NEVER, *(one for one in near if not isinstance(one, fits))]


def near_to(kind: Any) -> Sequence[object]:
    """What looks like a type, and is not."""
    return WRONG.get(kind, ("x", 5))


def is_protocol(kind: Any) -> bool:
    """Whether only the use of something can tell whether it is one."""
    return getattr(kind, "_is_protocol", False)


def right_for(name: str, hint: Any, matter: Matter | None) -> object:
    """Something of a type; not always what makes sense."""
    kinds = kinds_of(hint)
    if NoneType in kinds:
        return None
    known: dict[str, object] = {}
    if matter is not None:
        proposal = matter.vl.proposals.read(matter.dossier).record
        known = {"documents": matter.documents, "dossier": matter.dossier}
        known["proposal"] = proposal
    if name in known:
        return known[name]
    usual: dict[Any, object] = {
        str: "x",
        int: 1,
        bool: True,
        datetime: NOW,
        Party: INSPECTOR,
        Body: Body.WT,
        AdviceOutcome: AdviceOutcome.FAVOURABLE,
        Ref: Ref("advice", "x"),
        Sequence: [],
        tuple: (),
        Decimal: Decimal(1),
    }
    (kind,) = kinds[:1]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    return usual.get(kind)


def cases() -> list[tuple[str, str, str]]:
    """Each argument of each public method of which something can be wrong."""
    return [
        (room, name, argument)
        for room, name in methods()
        for argument, hint in declared(getattr(ROOMS[room], name)).items()
        if wrong_for(hint)
    ]


def test_there_is_something_to_try() -> None:
    """The walk finds the methods that people call, and their arguments."""
    found = cases()

    assert {
        ("advices", "ask", "adviser"),
        ("advices", "ask", "documents"),
        ("proposals", "describe", "proposal"),
        ("readiness", "of", "at"),
        ("exchange", "arrived", "reason"),
        ("hearing", "settle", "id"),
    } <= set(found)


@pytest.mark.parametrize(("room", "name", "argument"), cases())
def test_a_wrong_argument_is_named(
    room: str, name: str, argument: str, matter: Matter
) -> None:
    """Before anything is done, and whatever the other arguments are."""
    hints = declared(getattr(ROOMS[room], name))
    rights = {one: right_for(one, hint, matter) for one, hint in hints.items()}
    before = list(matter.vl.book.rows(Query()))

    for wrong in wrong_for(hints[argument]):
        with pytest.raises(MalformedError) as refused:
            getattr(getattr(matter.vl, room), name)(**(rights | {argument: wrong}))
        assert f"`{argument}` has to be" in str(refused.value)
        assert refused.value.hint

    assert before == list(matter.vl.book.rows(Query()))


@pytest.mark.parametrize("record", RECORDS)
def test_a_wrong_field_is_named(record: Any) -> None:
    """A record of a wrong type does not exist."""
    fields = declared(record)
    for argument, hint in fields.items():
        others = {
            n: right_for(n, of, None) for n, of in fields.items() if n != argument
        }
        for wrong in wrong_for(hint):
            with pytest.raises(MalformedError):
                record(**others, **{argument: wrong})


JUNK = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary()),
    *(st.datetimes(), st.datetimes(timezones=st.just(UTC)), st.sampled_from(Body)),
    *(st.sampled_from([CABINET, INSPECTOR, Ref("advice", "x")]), st.just({"a": {}})),
    st.lists(st.one_of(st.none(), st.text(), st.integers()), max_size=3),
)


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_anything_at_all(data: st.DataObject, matter: Matter) -> None:
    """Right or wrong, alone or together: what comes out is an error of digivl."""
    # What takes a channel asks one that works: only the use of it can tell.
    room, name = data.draw(st.sampled_from([m for m in methods() if m[1] != "take"]))
    hints = declared(getattr(ROOMS[room], name))
    how = {
        one: right_for(one, hint, matter)
        if data.draw(st.booleans())
        else data.draw(JUNK)
        for one, hint in hints.items()
    }

    with suppress(DigivlError):
        getattr(getattr(matter.vl, room), name)(**how)
