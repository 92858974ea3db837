"""Parties, and the kinds of records that they act on."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import MalformedError
from digivl.kernel.kinds import Kind, Ref, Standing
from digivl.kernel.parties import SYSTEM, Party, Role
from digivl.kernel.personal import Personal

VECTORS = ("85073003328", "94022722580", "17073003384", "98472899765", "01490700185")


@pytest.mark.parametrize(
    "id",
    [
        *("OVO002949", "http://themis.vlaanderen.be/id/mandataris/1", "0406798006"),
        *("x", "é", "a" * 200, "x12345678901", "2026-11-23T10:00", "+3225531234"),
    ],
)
def test_ids(id: str) -> None:
    """An OVO code, a URI or any opaque id will do."""
    assert id == Party(id, "Kanselarij", Role.SECRETARIAT).id


@pytest.mark.parametrize("id", ["", "two words", "a\n", "\u2003", "a" * 201])
def test_ids_that_are_none(id: str) -> None:
    """An id is 1 to 200 characters without blanks."""
    with pytest.raises(MalformedError, match="1 to 200"):
        Party(id, "Kanselarij", Role.SECRETARIAT)


@given(
    st.sampled_from(VECTORS),
    st.sampled_from(["{}", "urn:insz:{}", "http://x.be/{}/y", "p-{}", "{}@x"]),
)
def test_ids_that_are_people(number: str, form: str) -> None:
    """An id stands in every entry for ever: it never holds a national number."""
    dotted = f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"

    for written in (number, dotted):
        with pytest.raises(MalformedError, match="holds a national number") as refused:
            Party(form.format(written), "Test Persoon", Role.SIGNATORY)
        assert written not in refused.value.diagnostics()


@pytest.mark.parametrize("id", ["12345678901", "85.07.30-033.29"])
def test_ids_that_look_like_people(id: str) -> None:
    """A mistyped number is no id either: it still tells who is meant."""
    with pytest.raises(MalformedError, match="national number"):
        Party(id, "Test Persoon", Role.SIGNATORY)


@given(st.uuids())
def test_random_ids(id: object) -> None:
    """No random id is taken for a national number."""
    assert str(id) == Party(str(id), "Kanselarij", Role.SECRETARIAT).id


def test_another_role() -> None:
    """The same party in another role is the same party."""
    one = Party("OVO002949", "Kanselarij", Role.SECRETARIAT, Personal("Test Persoon"))

    other = one.acting_as(Role.SIGNATORY)

    assert attrs.evolve(one, role=Role.SIGNATORY) == other
    assert Role.SECRETARIAT is one.role


def test_party_for_people() -> None:
    """A party is called by its label; who is behind it shows nowhere."""
    party = Party("OVO002949", "Kanselarij", Role.SECRETARIAT, Personal("Test Persoon"))

    assert "Kanselarij" == str(party)
    assert "Persoon" not in repr(party)


def test_the_system() -> None:
    """What nobody did by hand was done by digivl."""
    assert ("digivl", Role.SYSTEM) == (SYSTEM.id, SYSTEM.role)


@attrs.frozen
class Note:
    """A record."""

    text: str


def test_kind() -> None:
    """A kind points at its records and says where one stands."""
    kind = Kind("note", Note, lambda note: Standing(state="new", title=note.text))

    assert Ref("note", "1") == kind.ref("1")
    assert "note/1" == str(kind.ref("1"))
    standing = kind.standing(Note("A note"))
    assert ("A note", True, None) == (standing.title, standing.open, standing.due)
