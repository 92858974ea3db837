from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import MalformedError
from digivl.kernel.money import Euro

amounts = st.decimals(-(10**15), 10**15, places=2)


@given(amounts)
def test_amount_is_exact(amount: Decimal) -> None:
    """An amount keeps its two decimals, whether it comes as Decimal or as text."""
    assert amount == Euro(amount).amount
    assert Euro(amount) == Euro(str(amount))
    assert -2 == Euro(amount).amount.as_tuple().exponent


@given(amounts, amounts)
def test_sums_are_exact(one: Decimal, two: Decimal) -> None:
    """Adding loses no cent; what is added can be taken away again."""
    assert Euro(one) + Euro(two) == Euro(two) + Euro(one)
    assert Euro(one) == Euro(one) + Euro(two) + -Euro(two)


@given(amounts, amounts)
def test_the_application_rounds_on_its_own(one: Decimal, two: Decimal) -> None:
    """The decimal context of an application does not reach our amounts."""
    expected = Euro(one) + Euro(two)

    with decimal.localcontext(decimal.Context(prec=3, traps=[])):
        assert expected == Euro(one) + Euro(two)
        assert Euro(one.copy_negate()) == -Euro(one)
        with pytest.raises(MalformedError):
            Euro("one hundred")


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0,00 euro"),
        ("-0.00", "0,00 euro"),
        ("999.9", "999,90 euro"),
        ("1234567.89", "1.234.567,89 euro"),
        ("-156000", "-156.000,00 euro"),
        (12, "12,00 euro"),
        ("1e3", "1.000,00 euro"),
    ],
)
def test_amount_as_people_read_it(amount: Any, shown: str) -> None:
    """Dots between thousands, a comma before the cents."""
    assert shown == str(Euro(amount))


@pytest.mark.parametrize("amount", ["0.001", "-12.345", Decimal("1e-9"), "0.010000001"])
def test_parts_of_a_cent(amount: Any) -> None:
    """No amount is rounded in silence."""
    with pytest.raises(MalformedError, match="whole cents"):
        Euro(amount)


@pytest.mark.parametrize("amount", [1.5, 0.0, True])
def test_inexact_types(amount: Any) -> None:
    """A float is never money; the hint says how to write it."""
    with pytest.raises(MalformedError, match="exact") as refused:
        Euro(amount)

    assert "Euro('156000.00')" in refused.value.hint


@pytest.mark.parametrize(
    "amount",
    [
        *("", "x", "12,50", "1.000,00", "nan", "sNaN", "inf", "-Infinity", None, b"1"),
        *([], (0, (1,)), 10**18, "-1e18", "1e999999", "9" * 5_000),
    ],
    ids=lambda amount: str(amount)[:12],
)
def test_no_amount(amount: Any) -> None:
    """What is no number of euro is refused with a short text."""
    with pytest.raises(MalformedError, match="is not an amount") as refused:
        Euro(amount)

    assert len(str(refused.value)) < 100


def test_sums_have_an_end() -> None:
    """A sum that no government has is refused rather than rounded."""
    most = Euro("999999999999999999.99")

    with pytest.raises(MalformedError):
        most + most


def test_refused_amount_shows_no_number_of_a_person() -> None:
    """Who mistook a field does not leak what stood in it."""
    with pytest.raises(MalformedError) as refused:
        Euro("85.07.30-033.28")

    assert "033" not in str(refused.value)


@given(amounts, amounts)
def test_amounts_have_an_order(one: Decimal, two: Decimal) -> None:
    """Amounts compare as their numbers do."""
    assert (one < two) == (Euro(one) < Euro(two))
