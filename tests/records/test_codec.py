"""Records to canonical JSON and back, judged by other implementations."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import DamagedOfficeError, ErasedError, MalformedError
from digivl.kernel.identifiers import INSZ, URI, EnterpriseNumber, OVOCode
from digivl.kernel.kinds import Kind, Ref, Standing
from digivl.kernel.money import Euro
from digivl.kernel.parties import SYSTEM, Party, Role
from digivl.kernel.personal import Personal
from digivl.records.codec import PersonalValue, Sealed, leaf_hash, seal, unseal
from digivl.records.entries import Entry, first

NUMBERS = ("85073003328", "94022722580", "17073003384", "98472899765")
AT = datetime(2026, 11, 23, tzinfo=UTC)


class Colour(Enum):
    """A state, as lifecycles have them."""

    RED = "rood"
    BLUE = "blauw"


@attrs.frozen
class Leg:
    """A record in a record."""

    name: str
    until: date | None = None


@attrs.frozen(kw_only=True)
class Everything:
    """A record with each type that models use."""

    text: str = ""
    count: int = 0
    share: float = 0.5
    open: bool = True
    colour: Colour = Colour.RED
    at: datetime = AT
    until: datetime | None = None
    amount: Euro = attrs.field(factory=lambda: Euro(0))
    rate: Decimal = Decimal(1)
    raw: bytes = b""
    leg: Leg | None = None
    legs: tuple[Leg, ...] = ()
    listed: Sequence[str] = ()
    named: Mapping[str, str] = attrs.field(factory=dict[str, str])
    ref: Ref | None = None
    party: Party = SYSTEM
    uri: URI | None = None
    ovo: OVOCode | None = None
    enterprise: EnterpriseNumber | None = None
    number: Personal[INSZ] | None = None
    people: tuple[Personal[str], ...] = ()
    home: Personal[Leg] | None = None
    seen: Personal[datetime] | None = None


EVERYTHING = Kind("everything", Everything, lambda r: Standing(state="", title=r.text))

# What JSON can say: no half characters.
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
moments = st.datetimes(
    timezones=st.integers(-14 * 60, 14 * 60).map(
        lambda m: timezone(timedelta(minutes=m))
    ),
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 (Hypothesis adds the zone)
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
)
whole = st.integers(-(2**53) + 1, 2**53 - 1)
legs = st.builds(Leg, name=words, until=st.none() | st.dates())
names = st.builds(Personal[str], words)
labels = st.sampled_from(["Kanselarij", "Inspectie van Financiën", "Ω & “co”"])
everything = st.builds(
    Everything,
    text=words,
    count=whole,
    share=st.floats(allow_nan=False, allow_infinity=False),
    open=st.booleans(),
    colour=st.sampled_from(Colour),
    at=moments,
    until=st.none() | moments,
    amount=st.builds(Euro, st.decimals(-(10**12), 10**12, places=2)),
    rate=st.decimals(allow_nan=False, allow_infinity=False),
    raw=st.binary(max_size=20),
    leg=st.none() | legs,
    legs=st.lists(legs, max_size=3).map(tuple),
    listed=st.lists(words, max_size=3).map(tuple),
    named=st.dictionaries(words, words, max_size=3),
    ref=st.none() | st.builds(Ref, words, words),
    party=st.builds(
        Party, st.uuids().map(str), labels, st.sampled_from(Role), st.none() | names
    ),
    uri=st.none() | st.just(URI("http://themis.vlaanderen.be/id/dossier/1")),
    ovo=st.none() | st.integers(0, 999_999).map(lambda n: OVOCode(f"OVO{n:06}")),
    enterprise=st.none() | st.just(EnterpriseNumber("0406798006")),
    number=st.none() | st.sampled_from(NUMBERS).map(lambda n: Personal(INSZ(n))),
    people=st.lists(names, max_size=3).map(tuple),
    home=st.none() | legs.map(Personal),
    seen=st.none() | moments.map(Personal),
)


def sealed(record: Any, kind: Any = EVERYTHING, actor: Party = SYSTEM) -> Sealed:
    """A record, sealed as the first version."""
    return seal(first(kind, "id-1", record, "make", actor, AT))


def opened(made: Sealed, *, erased: bool = False) -> Entry[Everything]:
    """What is read of it, with its personal values or without."""
    values = {} if erased else {value.commitment: value for value in made.personal}
    return unseal(EVERYTHING, 1, made.canonical, values)


@given(everything)
def test_round_trip(record: Everything) -> None:
    """Whatever a record holds is read as it was written."""
    assert record == opened(sealed(record)).record


@given(everything)
def test_canonical_is_canonical(record: Everything) -> None:
    """Writing what was read gives the same entry, to the byte."""
    made = sealed(record)

    assert made == sealed(opened(made).record)


@given(everything.filter(lambda record: all(map(str.isascii, record.named))))
def test_canonical_json_as_others_write_it(record: Everything) -> None:
    """Python's own JSON with sorted keys gives the same text.

    Keys that are not ASCII and floats are left to RFC 8785: there they differ.
    """
    made = sealed(attrs.evolve(record, share=1))

    written = json.dumps(
        json.loads(made.canonical),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    assert written == made.canonical


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_leaf_hash(canonical: str) -> None:
    """A leaf is SHA-256 over 0x00 and the bytes (RFC 9162, 2.1.1)."""
    assert hashlib.sha256(b"\x00" + canonical.encode()).digest() == leaf_hash(canonical)


@given(everything)
def test_commitments_can_be_verified(record: Everything) -> None:
    """Each personal value with its salt gives the commitment that the entry holds."""
    made = sealed(record)

    for value in made.personal:
        assert value.commitment in made.canonical
        assert 32 == len(value.salt)
        own = hmac.digest(value.salt, value.value.encode(), "sha256").hex()
        assert own == value.commitment


@given(everything)
def test_no_number_in_an_entry(record: Everything) -> None:
    """However a record is filled, its national number does not stand in the entry."""
    made = sealed(attrs.evolve(record, number=Personal(INSZ(NUMBERS[0]))))

    assert NUMBERS[0] not in made.canonical


@given(everything)
def test_erased_reads_as_erased(record: Everything) -> None:
    """Without the values all else is read, and the entry can still be written."""
    made = sealed(record)

    left = opened(made, erased=True).record

    assert (record.text, record.legs, record.at) == (left.text, left.legs, left.at)
    assert all(person.is_erased for person in left.people)
    if left.home is not None:
        with pytest.raises(ErasedError):
            left.home.reveal()
    assert made.canonical == sealed(left).canonical


def test_values_of_the_actor_stand_apart() -> None:
    """The person behind an actor is as personal as one in the record."""
    actor = Party("OVO002949", "Kanselarij", Role.MINISTER, Personal("Test Persoon"))

    made = sealed(Everything(), actor=actor)

    assert ['"Test Persoon"'] == [value.value for value in made.personal]
    assert "Persoon" not in made.canonical
    assert actor == opened(made).actor


def test_the_shape_of_an_entry() -> None:
    """What is proven is this, byte by byte; a change of it is a new format."""
    tiny = Kind("leg", Leg, lambda r: Standing(state="", title=r.name))

    made = sealed(Leg("één", date(2026, 11, 23)), tiny)

    assert (
        '{"action":"make","actor":{"entity":null,"id":"digivl","label":"digivl",'
        '"minister":null,"person":null,"role":"systeem"},"at":"2026-11-23T00:00:00.000000Z",'
        '"body":{"name":"één","until":"2026-11-23"},"format":1,"id":"id-1",'
        '"kind":"leg","reason":"","version":1}'
    ) == made.canonical


@attrs.frozen
class Holder:
    """A record that holds whatever it is given."""

    value: Any


HOLDER = Kind("holder", Holder, lambda _: Standing(state="", title=""))


@pytest.mark.parametrize(
    "value",
    [
        INSZ(NUMBERS[0]),
        {"in": [INSZ(NUMBERS[0])]},
        {"$personal": "what looks like a commitment"},
        2**53,
        float("nan"),
        float("inf"),
        "half a character: \ud800",
        {1: "a key that is no text"},
        frozenset({1}),
        object(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_unfit_for_the_journal(value: Any) -> None:
    """What cannot be proven, or must not be, is refused before it is written."""
    with pytest.raises(MalformedError) as refused:
        sealed(Holder(value), HOLDER)

    assert NUMBERS[0] not in refused.value.diagnostics()


@pytest.mark.parametrize(
    "change",
    [
        {"body": {}},
        {"body": {"name": 1, "until": "yesterday"}},
        {"body": {"name": "", "until": None, "later": 1}},
        {"actor": None},
        {"at": "2026-11-23"},
        {"at": 5},
        {"id": None, "gone": True},
    ],
    ids=lambda change: str(sorted(change.items()))[:40],
)
def test_entry_that_does_not_fit(change: dict[str, Any]) -> None:
    """An entry that this digivl cannot read is told apart by its number."""
    leg = Kind("leg", Leg, lambda r: Standing(state="", title=r.name))
    tree = json.loads(sealed(Leg("one"), leg).canonical) | change
    if "gone" in change:
        del tree["id"]

    with pytest.raises(MalformedError, match="entry 7 is no"):
        unseal(leg, 7, json.dumps(tree), {})


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"', "7"])
def test_no_entry_at_all(text: str) -> None:
    """What is no entry gives the same error as one that does not fit."""
    with pytest.raises(MalformedError, match="entry 7 is no entry"):
        unseal(EVERYTHING, 7, text, {})


def test_personal_value_of_another_type() -> None:
    """A value that was tampered with does not pass for another type."""
    made = sealed(Everything(number=Personal(INSZ(NUMBERS[0]))))
    (value,) = made.personal
    other = PersonalValue(value.commitment, value.salt, '"12345678901"')

    with pytest.raises(DamagedOfficeError) as refused:
        unseal(EVERYTHING, 7, made.canonical, {value.commitment: other})

    assert "12345678901" not in refused.value.diagnostics()


def test_what_cannot_be_read_back_is_not_written() -> None:
    """A record that would read back as something else is refused: it would be lost."""
    wrong = Ref("note", 5)  # type: ignore[arg-type]
    kind = Kind("pointer", Ref, lambda ref: Standing(state="open", title=ref.kind))
    draft = first(kind, "one", wrong, "write", SYSTEM, AT)

    with pytest.raises(MalformedError, match=r"read back|no pointer"):
        seal(draft)
