"""What a proposal costs: budget lines, staff, local governments.

Source:
    The headings of the nota aan de Vlaamse Regering; decreet of 29 March 2019
    (Vlaamse Codex Overheidsfinanciën), art. 2. How the effect on local governments is
    divided is assumed.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any, Final

import attrs

from digivl.errors import MalformedError
from digivl.kernel.checks import free_text, public_line
from digivl.kernel.declared import typed
from digivl.kernel.money import Euro

_FIRST_YEAR, _LAST_YEAR = 1990, 2199
_NOTHING: Final = Euro(0)
_FULL_TIME: Final = Decimal(1_000_000)


class AmountKind(Enum):
    """Whether money comes in or goes out (soort krediet)."""

    EXPENDITURE = "uitgave"
    REVENUE = "ontvangst"


def _budget_year(_: object, __: object, year: int) -> None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise MalformedError(
            f"{year} is no budget year", hint="Write it in four digits, e.g. 2027."
        )


def _esr(_: object, __: object, code: str) -> None:
    if code and not (code.isascii() and code.isdigit() and len(code) <= 6):
        raise MalformedError(
            f"{code[:20]!r} is no ESR code", hint="It has one to six digits, e.g. 3132."
        )


@attrs.frozen(kw_only=True, field_transformer=typed)
class BudgetLine:
    """Effect of a proposal on one article of the budget (begrotingslijn).

    Attributes:
        year: Budget year (begrotingsjaar).
        article: Budget article (begrotingsartikel), e.g. ``SJ0-1SMC2GE-WT``.
        vak: Commitment credit (vastleggingskrediet), in euro; None is not known yet.
        vek: Settlement credit (vereffeningskrediet), in euro; None is not known yet.
        kind: Expenditure or revenue.
        recurrent: True when it comes back every year (recurrent).
        compensates: It pays for the other lines (compensatie).
        entity: Entity whose budget it is, by its code there.
        allocation: Basic allocation (basisallocatie).
        ise: Structural element of content (inhoudelijk structuurelement), e.g. ``CB``.
        esr: ESR code; its first digit is the main group.
    """

    year: int = attrs.field(validator=_budget_year)
    article: str = attrs.field(validator=public_line)
    vak: Euro | None = None
    vek: Euro | None = None
    kind: AmountKind = AmountKind.EXPENDITURE
    recurrent: bool = False
    compensates: bool = False
    entity: str = attrs.field(default="", validator=free_text)
    allocation: str = attrs.field(default="", validator=free_text)
    ise: str = attrs.field(default="", validator=free_text)
    esr: str = attrs.field(default="", validator=_esr)

    @property
    def is_known(self) -> bool:
        """True when both amounts are."""
        return self.vak is not None and self.vek is not None


def _full_time(_: object, __: object, amount: Any) -> None:
    if not isinstance(amount, Decimal) or not abs(amount) < _FULL_TIME:
        raise MalformedError(
            f"{amount!r} is no number of full-time equivalents",
            hint="Write it exactly: Decimal('0.8').",
        )


@attrs.frozen(kw_only=True, field_transformer=typed)
class StaffImpact:
    """Effect of a proposal on the number of staff (weerslag op het personeel).

    Attributes:
        fte: Full-time equivalents (VTE) more; negative is fewer.
        function: Rank, grade or function.
        statutory: True for statutory staff, False for contractual.
    """

    fte: Decimal = attrs.field(validator=_full_time)
    function: str = attrs.field(validator=public_line)
    statutory: bool


@attrs.frozen(kw_only=True, field_transformer=typed)
class LocalImpact:
    """Effect on local governments (weerslag op de lokale besturen), in euro a year.

    Attributes:
        staff: On what they spend on staff.
        working: On their other working costs.
        investment: On what they invest.
        revenue: On what they receive.
        remark: Anything else, in words.
    """

    staff: Euro = _NOTHING
    working: Euro = _NOTHING
    investment: Euro = _NOTHING
    revenue: Euro = _NOTHING
    remark: str = attrs.field(default="", validator=free_text)
