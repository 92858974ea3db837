"""Money: euro in whole cents, never a float."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

import attrs

from digivl.errors import MalformedError
from digivl.kernel.redaction import on_one_line

_CENT = Decimal("0.01")
# Of our own: an application may have set its context to round.
_EXACT = Context(prec=28, traps=[Inexact, InvalidOperation])
_BOUND = Decimal(10) ** 18


def _whole_cents(amount: Any) -> Decimal:
    if isinstance(amount, float | bool):
        raise MalformedError(
            f"{amount!r} is a {type(amount).__name__}: an amount in euro is exact",
            hint="Write it as text or Decimal: Euro('156000.00').",
        )
    said = on_one_line(str(amount), 40)
    try:
        cents = Decimal(amount, _EXACT).quantize(_CENT, context=_EXACT)
    except Inexact as cause:
        raise MalformedError(f"{said} is not in whole cents") from cause
    except (InvalidOperation, TypeError, ValueError) as cause:
        raise MalformedError(f"{said!r} is not an amount in euro") from cause
    if cents.is_nan() or cents.copy_abs() >= _BOUND:
        raise MalformedError(f"{said!r} is not an amount in euro")
    return _EXACT.plus(cents)  # there is no negative zero


@attrs.frozen(order=True)
class Euro:
    """An amount in euro, whole cents; negative is revenue or a saving.

    Raises:
        MalformedError: A float, a part of a cent, no number, or one of 19 digits.
    """

    amount: Decimal = attrs.field(converter=_whole_cents)

    def __add__(self, other: Euro) -> Euro:
        return Euro(_EXACT.add(self.amount, other.amount))

    def __neg__(self) -> Euro:
        return Euro(_EXACT.minus(self.amount))

    def __str__(self) -> str:
        whole, cents = f"{self.amount:,.2f}".split(".")
        return f"{whole.replace(',', '.')},{cents} euro"
