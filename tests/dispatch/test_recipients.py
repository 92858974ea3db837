"""Recipients and their addresses."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.dispatch.countries import COUNTRIES
from digivl.dispatch.model import PostalAddress, Recipient
from digivl.errors import DigivlError, MalformedError
from digivl.kernel.identifiers import INSZ, EnterpriseNumber
from digivl.kernel.personal import Personal

WORDS = st.text(
    st.characters(categories=["L", "N", "P"], exclude_characters="/#"),
    min_size=1,
    max_size=50,
)
ADDRESSES = st.one_of(
    st.builds(
        PostalAddress,
        street=WORDS,
        house_number=st.from_regex(r"[1-9][0-9]{0,3}[A-Z]?", fullmatch=True),
        box_number=st.from_regex(r"[0-9]{0,4}", fullmatch=True),
        attention=WORDS | st.just(""),
        postal_code=st.from_regex(r"[1-9][0-9]{3}", fullmatch=True),
        municipality=WORDS,
    ),
    st.builds(
        PostalAddress,
        po_box=WORDS,
        postal_code=WORDS | st.just(""),
        municipality=WORDS,
        country=st.sampled_from(sorted(set(COUNTRIES) - {"BE"})),
    ),
)


def test_belgian_address_as_printed(address: PostalAddress) -> None:
    """Two lines: street, number and box; then postcode and municipality."""
    assert (
        "Koning Albert II-laan 15 bus 101",
        "1210 Sint-Joost-ten-Node",
    ) == address.lines()


def test_foreign_address_ends_with_the_country() -> None:
    """Abroad the country is the last line, in full, never before the postcode."""
    address = PostalAddress(
        attention="Afdeling Onthaal",
        po_box="7",
        postal_code="4380 AA",
        municipality="Vlissingen",
        country="NL",
    )

    assert (
        "Afdeling Onthaal",
        "postbus 7",
        "4380 AA Vlissingen",
        "NEDERLAND",
    ) == address.lines()


@given(ADDRESSES)
def test_every_address_can_be_printed(address: PostalAddress) -> None:
    """An address that could be made fits: few lines, none empty, no line breaks."""
    lines = address.lines()

    assert 2 <= len(lines) <= 4
    assert all(line and line.isprintable() for line in lines)


@pytest.mark.parametrize(
    "change",
    [
        {"postal_code": "B-1210"},
        {"postal_code": "0210"},
        {"postal_code": ""},
        {"postal_code": "121\u0660"},
        {"municipality": ""},
        {"house_number": ""},
        {"street": ""},
        {"street": "x" * 51},
        {"street": "Laan\nTweede regel"},
        {"street": " Laan"},
        {"po_box": "7"},
        {"box_number": "bus 3"},
        {"box_number": "/3"},
        {"country": "XX"},
        {"country": "be"},
    ],
    ids=repr,
)
def test_impossible_addresses(address: PostalAddress, change: dict[str, Any]) -> None:
    """Every rule holds from the first moment; the error never tells the value."""
    with pytest.raises(MalformedError) as refusal:
        attrs.evolve(address, **change)

    assert not any(len(v) > 3 and v in str(refusal.value) for v in change.values())


@given(
    st.dictionaries(
        st.sampled_from([f.name for f in attrs.fields(PostalAddress)]),
        st.text(max_size=60),
    )
)
def test_whatever_comes_in_is_an_address_or_a_typed_error(
    parts: dict[str, str],
) -> None:
    """No text in a field breaks the address itself."""
    try:
        lines = PostalAddress(**({"municipality": "Gent"} | parts)).lines()
    except DigivlError:
        return

    assert all("\n" not in line for line in lines)


def test_countries_are_those_of_the_standard() -> None:
    """ISO 3166-1 names 249 countries and territories, by two capitals."""
    assert 249 == len(COUNTRIES)
    assert all(code.isalpha() and code.isupper() for code in COUNTRIES)
    assert all(COUNTRIES.values())


def test_citizen(citizen: Recipient, address: PostalAddress) -> None:
    """A citizen has a number that an eBox is found by; nothing personal shows."""
    assert ("Test Persoon", *address.lines()) == citizen.lines()
    assert citizen.has_number
    for secret in ("85073003328", "Test Persoon", "Koning"):
        assert secret not in repr(citizen)


def test_enterprise_needs_no_address() -> None:
    """An enterprise can be reached by its number alone."""
    number = EnterpriseNumber("0406798006")
    recipient = Recipient.enterprise(number, name="Voorbeeld nv")

    assert (number, ("Voorbeeld nv",)) == (recipient.kbo, recipient.lines())
    assert recipient.has_number


def test_letter_needs_no_number(address: PostalAddress) -> None:
    """Of whom only the address is known gets a letter."""
    assert not Recipient.by_letter("Test Burger", address).has_number


def test_recipient_that_cannot_be_reached() -> None:
    """A name alone reaches nobody."""
    with pytest.raises(MalformedError, match="cannot be reached"):
        Recipient(name=Personal("Test Burger"))


def test_recipient_is_one_of_both() -> None:
    """Nobody is a citizen and an enterprise at once."""
    with pytest.raises(MalformedError, match="not both"):
        Recipient(
            name=Personal("Jan"),
            insz=Personal(INSZ("85073003328")),
            kbo=EnterpriseNumber("0406798006"),
        )


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101])
def test_impossible_names(name: str) -> None:
    """A name is one line."""
    with pytest.raises(MalformedError):
        Recipient.enterprise(EnterpriseNumber("0406798006"), name=name)


def test_long_name_is_for_the_ebox_only(address: PostalAddress) -> None:
    """Above an address a name is no longer than the line it is printed on."""
    number = EnterpriseNumber("0406798006")

    assert "x" * 51 == Recipient.enterprise(number, name="x" * 51).name.reveal()
    with pytest.raises(MalformedError, match="50"):
        Recipient.enterprise(number, name="x" * 51, address=address)


def test_erased_recipient_is_still_a_recipient() -> None:
    """After erasure the record can be read; its values are gone."""
    erased = Recipient(
        name=Personal.erased("0" * 64), address=Personal.erased("1" * 64)
    )

    assert not erased.has_number
