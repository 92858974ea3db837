"""Money: euro in whole cents, never a float."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import attrs

from digivl.errors import MalformedError

_CENT = Decimal("0.01")


def _whole_cents(amount: Any) -> Decimal:
    if isinstance(amount, float):
        raise MalformedError(
            f"{amount!r} is a float: an amount in euro is exact",
            hint="Write it as text or Decimal: Euro('156000.00').",
        )
    try:
        exact = Decimal(amount)
        cents = exact.quantize(_CENT)
    except (InvalidOperation, TypeError, ValueError) as cause:
        said = repr(str(amount)[:40])
        raise MalformedError(f"{said} is not an amount in euro") from cause
    if cents != exact:
        raise MalformedError(f"{amount} is not in whole cents")
    return cents


@attrs.frozen(order=True)
class Euro:
    """An amount in euro, whole cents; negative is revenue or a saving.

    Raises:
        MalformedError: A float, a part of a cent, or no number at all.
    """

    amount: Decimal = attrs.field(converter=_whole_cents)

    def __add__(self, other: Euro) -> Euro:
        return Euro(self.amount + other.amount)

    def __neg__(self) -> Euro:
        return Euro(-self.amount)

    def __str__(self) -> str:
        whole, cents = f"{self.amount:,.2f}".split(".")
        return f"{whole.replace(',', '.')},{cents} euro"
