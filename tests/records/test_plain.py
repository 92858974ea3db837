"""What is written without being read back can be read back, and is canonical."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any, Generic, TypeVar

import attrs
import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl.documents.model import NOTA, Document, DocumentVersion, Origin
from digivl.dossiers.agenda import AgendaItem, Piece
from digivl.dossiers.model import ItemKind, ProcedureStep, StepKind
from digivl.errors import MalformedError
from digivl.kernel.identifiers import INSZ, URI, EnterpriseNumber, OVOCode
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.moments import BRUSSELS
from digivl.kernel.money import Euro
from digivl.kernel.parties import SYSTEM, Party, Role
from digivl.kernel.personal import Personal
from digivl.kernel.vrnumber import VRKind, VRNumber
from digivl.records.codec import seal, unseal
from digivl.records.entries import first
from digivl.records.plain import plain_json

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
T = TypeVar("T")


class Colour(Enum):
    """A state, as lifecycles have them."""

    RED = "rood"
    BLUE = "blauw"


class Size(IntEnum):
    """Members that are numbers."""

    SMALL = 1


class Loud(str):
    """A text that says something else than it holds."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.upper()


@attrs.frozen
class Leg:
    """A record in a record."""

    name: str
    until: date | None = None


@attrs.frozen
class LongLeg(Leg):
    """A record of another class with the same fields."""


@attrs.frozen(kw_only=True)
class Everything:
    """A record with each type that a plain one can have."""

    text: str = ""
    count: int = 0
    open: bool = True
    colour: Colour = Colour.RED
    at: datetime = AT
    day: date = date(2026, 11, 24)
    rate: Decimal = Decimal(1)
    amount: Euro = attrs.field(factory=lambda: Euro(0))
    raw: bytes = b""
    leg: Leg | None = None
    legs: tuple[Leg, ...] = ()
    names: tuple[str, ...] | None = None
    uri: URI | None = None
    ovo: OVOCode | None = None
    enterprise: EnterpriseNumber | None = None


EVERYTHING = Kind("everything", Everything, lambda r: Standing(state="", title=r.text))
FIELDS = [field.name for field in attrs.fields(Everything)]

texts = st.text(max_size=3)
#: Of each type many values, right in one place and wrong in all others.
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    texts,
    st.integers(),
    st.floats(),
    st.decimals(),
    st.binary(max_size=8),
    st.dates(),
    st.datetimes(timezones=st.sampled_from([None, UTC, BRUSSELS])),
    st.sampled_from([*Colour, *Size, "rood", Loud("stil"), "2026-11-24", INSZ]),
    st.builds(Leg, texts, st.none() | st.dates()),
    st.builds(Leg, st.integers(), texts),
    st.builds(LongLeg, texts),
    st.builds(Euro, st.decimals(-(10**12), 10**12, places=2)),
    st.sampled_from([NOTA, OVOCode("OVO002949"), EnterpriseNumber("0406798006")]),
    st.just(Personal("iemand")),
)
ANYTHING = st.one_of(
    VALUES,
    st.lists(VALUES, max_size=3),
    st.lists(VALUES, max_size=3).map(tuple),
    st.lists(texts, max_size=3).map(tuple),
    st.lists(st.builds(Leg, texts), max_size=3).map(tuple),
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first value of all
@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=4))
def test_what_is_written_reads_back(values: dict[str, Any]) -> None:
    """Whatever stands in a record: it is refused, or it reads back as it was.

    What is written is canonical by the library for RFC 8785.
    """
    record = Everything(**values)
    draft = first(EVERYTHING, "one", record, "make", SYSTEM, AT)
    try:
        made = seal(draft)
    except MalformedError:
        return

    personal = {value.commitment: value for value in made.personal}
    back = unseal(EVERYTHING, 1, made.canonical, personal)
    assert (record, SYSTEM) == (back.record, back.actor)
    assert rfc8785.dumps(json.loads(made.canonical)).decode() == made.canonical


@given(st.sampled_from(FIELDS), ANYTHING)
def test_only_what_has_the_declared_types_is_plain(name: str, value: Any) -> None:
    """What is plain reads back with the very types that it had, down to its parts."""
    record = Everything(**{name: value})
    written = plain_json(record)
    if written is None:
        return

    tree = {"id": "one", "version": 1, "at": "2026-11-24T09:00:00.000000Z"}
    actor = {"id": "digivl", "label": "digivl", "role": "systeem"}
    entry = {**tree, "action": "", "reason": "", "actor": actor, "body": "{}"}
    text = json.dumps(entry).replace('"{}"', written)
    try:
        text.encode()
    except UnicodeEncodeError:
        return  # half a character: refused when the whole entry is hashed
    back = getattr(unseal(EVERYTHING, 1, text, {}).record, name)

    assert (value, type(value)) == (back, type(back))
    if isinstance(value, tuple):
        assert list(map(type, value)) == list(map(type, back))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_as_the_standard_says(text: str) -> None:
    """Whatever stands in a text, its bytes are those of the library for RFC 8785."""
    line = f'{text}"\\\n\x1f\x7f'

    assert rfc8785.dumps(line).decode() == plain_json(line)


@pytest.mark.parametrize(
    "record",
    [
        Document(
            dossier="dossier-1",
            title="Nota",
            type=NOTA,
            versions=(
                DocumentVersion(sha256="0" * 64, size=1, origin=Origin.RECEIVED, at=AT),
            ),
            number=VRNumber(date=AT.date(), kind=VRKind.DOC, number=1, position=2),
        ),
        AgendaItem(
            meeting="meeting",
            step="step",
            dossier="dossier-1",
            title="Nota",
            kind=ItemKind.NOTA,
            pieces=(Piece(document="document", sha256="0" * 64),),
        ),
        ProcedureStep(
            dossier="dossier-1", title="Nota", kind=StepKind.RATIFICATION, ordinal=1
        ),
        Party("OVO002949", "Kanselarij", Role.CHANCELLERY),
    ],
    ids=lambda record: type(record).__name__,
)
def test_records_of_an_agenda_are_plain(record: object) -> None:
    """Most records are plain: an agenda of hundreds of items is written quickly."""
    written = plain_json(record)

    assert written is not None
    assert rfc8785.dumps(json.loads(written)).decode() == written


def shouted(text: str) -> str:
    """The text in capitals."""
    return text.upper()


@attrs.frozen
class Shouted:
    """It holds something else than it was made of."""

    text: str = attrs.field(converter=shouted)


@attrs.frozen
class Longer:
    """It makes its text longer each time it is made."""

    text: str

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "text", f"{self.text}!")


@attrs.frozen
class OwnInit:
    """It says itself how it is made."""

    text: str

    def __init__(self, text: str) -> None:
        self.__attrs_init__(f"{text}!")  # type: ignore[attr-defined]


@attrs.define
class Changing:
    """It can be changed after it was checked."""

    text: str


@attrs.frozen
class MadeUp:
    """It holds what it was not given."""

    text: str
    more: str = attrs.field(init=False, default="more")


@attrs.frozen(eq=False)
class Unequal:
    """No two are equal."""

    text: str


@attrs.frozen
class Accented:
    """Its member would sort otherwise in UTF-16."""

    één: str  # noqa: PLC2401


@attrs.frozen
class Box(Generic[T]):
    """It does not say what it holds."""

    value: T


@attrs.frozen
class Whatever:
    """It holds anything."""

    value: Any = "text"


@attrs.frozen
class Either:
    """It may hold one thing or another, and does not say which."""

    value: int | str = 0


@attrs.frozen
class Named:
    """Its keys may be any text."""

    value: Mapping[str, str] = attrs.field(factory=dict[str, str])


@attrs.frozen
class Pair:
    """It is no row of as many as there are."""

    value: tuple[str, str] = ("", "")


@attrs.frozen
class Numbered:
    """Its member is written as a number."""

    value: Size = Size.SMALL


@pytest.mark.parametrize(
    "record",
    [
        Shouted("text"),
        Longer("text"),
        OwnInit("text"),
        Changing("text"),
        MadeUp("text"),
        Unequal("text"),
        Accented("text"),
        Box("text"),
        Whatever(),
        Either(),
        Named(),
        Pair(),
        Numbered(),
        Personal("text"),
        INSZ("85073003328"),
        object(),
        None,
        1.0,
    ],
    ids=lambda record: type(record).__name__,
)
def test_not_plain_by_its_class(record: object) -> None:
    """A class that does not say all of its records is not trusted: it is tried."""
    assert plain_json(record) is None


@pytest.mark.parametrize(
    "values",
    [
        {"text": Loud("stil")},
        {"text": Colour.RED},
        {"count": True},
        {"count": Size.SMALL},
        {"count": 1.0},
        {"open": 1},
        {"colour": "rood"},
        {"day": AT},
        {"rate": Decimal("NaN")},
        {"rate": 1},
        {"raw": bytearray(b"raw")},
        {"leg": LongLeg("left")},
        {"legs": [Leg("left")]},
        {"legs": (Leg("left"), LongLeg("right"))},
        {"legs": (Leg("left"), None)},
        {"names": ("one", 2)},
        {"uri": NOTA.text},
    ],
    ids=str,
)
def test_not_plain_by_a_value(values: dict[str, Any]) -> None:
    """A value of nearly the type that is declared is not trusted either."""
    assert plain_json(Everything(**values)) is None


@pytest.mark.parametrize("number", [2**53, -(2**53)])
def test_not_plain_by_its_size(number: int) -> None:
    """A number that RFC 8785 cannot write is left to the library, which refuses it."""
    assert plain_json(Everything(count=number)) is None


@pytest.mark.parametrize("fold", [0, 1])
def test_an_hour_that_exists_twice(fold: int) -> None:
    """A moment in a zone is not plain: it equals no moment in UTC in that hour."""
    moment = datetime(2026, 10, 25, 2, 30, tzinfo=BRUSSELS, fold=fold)

    assert plain_json(Everything(at=moment)) is None
    assert plain_json(Everything(at=AT + timedelta(hours=1))) is not None


def test_record_of_a_class_below() -> None:
    """A record of a subclass would read back as its base: it is refused."""
    kind = Kind("leg", Leg, lambda leg: Standing(state="", title=leg.name))
    draft = first(kind, "one", LongLeg("left"), "make", SYSTEM, AT)

    with pytest.raises(MalformedError, match="read back"):
        seal(draft)
