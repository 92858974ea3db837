"""What a proposal costs, as it stands on a form: budget, staff, local governments.

What is not known is said to be so; it is never a zero, also not in a total.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import product
from typing import Final

from digivl.advice.budget import AmountKind, BudgetLine, LocalImpact, StaffImpact
from digivl.advice.forms.layout import Cell, Column, Row, Section, Table
from digivl.advice.proposal import Proposal
from digivl.kernel.money import Euro
from digivl.pdf.typeset import paragraphs

UNKNOWN: Final = "nog niet gekend"
_MINUS: Final = "\N{MINUS SIGN}"
_BUDGET: Final = "Weerslag op de begroting"
_STAFF: Final = "Weerslag op het personeel"
_LOCAL: Final = "Weerslag op de lokale besturen"


def budget(lines: Sequence[BudgetLine], impact: bool | None = None) -> Section:  # noqa: FBT001
    """The budget lines, and what they come to in each year, by kind.

    Args:
        lines: Those that were put forward.
        impact: Whether there is any, for when no line says so.
    """
    if not lines:
        return Section(title=_BUDGET, text=(_NO_LINES[impact],))
    rows: list[Row] = []
    for year in sorted({line.year for line in lines}):
        mine = [line for line in lines if line.year == year]
        rows += [*map(_line, mine), *_totals(year, mine)]
    table = Table(
        columns=(
            ("Jaar", Column.SHORT),
            ("Begrotingsartikel", Column.TEXT),
            ("Soort", Column.SHORT),
            ("VAK (euro)", Column.AMOUNT),
            ("VEK (euro)", Column.AMOUNT),
        ),
        rows=tuple(rows),
    )
    return Section(title=_BUDGET, table=table)


_NO_LINES: Final = {
    None: "De weerslag op de begroting is nog niet gekend.",
    True: "Het voorstel heeft een weerslag op de begroting; de bedragen zijn nog niet "
    "gekend.",
    False: "Het voorstel heeft geen weerslag op de begroting.",
}


def staff(proposal: Proposal | None) -> Section:
    """The effect on the number of staff."""
    impacts = proposal.staff if proposal else ()
    if impacts:
        return Section(title=_STAFF, table=_staff_table(impacts))
    more = proposal.more_staff if proposal else None
    said = {
        None: "De weerslag op het personeel is nog niet gekend.",
        True: "Het voorstel vraagt meer personeel; hoeveel is nog niet gekend.",
        False: "Het voorstel vraagt geen bijkomend personeel.",
    }
    return Section(title=_STAFF, text=(said[more],))


def local(proposal: Proposal | None) -> Section:
    """The effect on local governments, each year."""
    impact = proposal.local if proposal else None
    if impact is None:
        unknown = "De weerslag op de lokale besturen is nog niet gekend."
        return Section(title=_LOCAL, text=(unknown,))
    return Section(
        title=_LOCAL, text=tuple(paragraphs(impact.remark)), table=_local_table(impact)
    )


def _line(line: BudgetLine) -> Row:
    named = {
        "entiteit": line.entity,
        "basisallocatie": line.allocation,
        "ISE": line.ise,
        "ESR": line.esr,
    }
    of = ", ".join(f"{name} {code}" for name, code in named.items() if code)
    return Row(
        (
            (str(line.year),),
            (line.article, of) if of else (line.article,),
            _sort(line.kind, recurrent=line.recurrent, compensates=line.compensates),
            (_amount(line.vak),),
            (_amount(line.vek),),
        )
    )


def _totals(year: int, lines: Sequence[BudgetLine]) -> Iterator[Row]:
    """One for each kind; what pays for the others is counted apart."""
    for kind, compensates in product(AmountKind, (False, True)):
        counted = [
            one for one in lines if (one.kind, one.compensates) == (kind, compensates)
        ]
        if counted:
            cells = (
                (str(year),),
                ("Totaal",),
                _sort(kind, compensates=compensates),
                _total(one.vak for one in counted),
                _total(one.vek for one in counted),
            )
            yield Row(cells, total=True)


def _sort(
    kind: AmountKind, *, recurrent: bool = False, compensates: bool = False
) -> Cell:
    more = {"recurrent": recurrent, "compensatie": compensates}
    said = ", ".join(word for word, holds in more.items() if holds)
    return (kind.value, said) if said else (kind.value,)


def _total(amounts: Iterable[Euro | None]) -> Cell:
    """What amounts come to; that is not known where one of them is not."""
    listed = list(amounts)
    known = [amount for amount in listed if amount is not None]
    total = _amount(_sum(known))
    if len(known) == len(listed):
        return (total,)
    return (UNKNOWN, f"wat gekend is: {total}") if known else (UNKNOWN,)


def _sum(amounts: Iterable[Euro]) -> Euro:
    total = Euro(0)
    for amount in amounts:
        total += amount
    return total


def _amount(amount: Euro | None) -> str:
    if amount is None:
        return UNKNOWN
    return str(amount).removesuffix(" euro").replace("-", _MINUS)


def _staff_table(impacts: Sequence[StaffImpact]) -> Table:
    rows = [
        Row(((one.function,), (_statute(one),), (_full_time(one.fte),)))
        for one in impacts
    ]
    total = sum((one.fte for one in impacts), Decimal(0))
    return Table(
        columns=(
            ("Rang, graad of functie", Column.TEXT),
            ("Verband", Column.SHORT),
            ("VTE", Column.AMOUNT),
        ),
        rows=(*rows, Row((("Totaal",), ("",), (_full_time(total),)), total=True)),
    )


def _statute(impact: StaffImpact) -> str:
    return "statutair" if impact.statutory else "contractueel"


def _full_time(amount: Decimal) -> str:
    said = f"{amount:+f}".replace(".", ",").replace("-", _MINUS)
    return said if amount else "0"


def _local_table(impact: LocalImpact) -> Table:
    named = {
        "Personeelsuitgaven": impact.staff,
        "Werkingsuitgaven": impact.working,
        "Investeringsuitgaven": impact.investment,
        "Ontvangsten": impact.revenue,
    }
    return Table(
        columns=(("Soort", Column.TEXT), ("Euro per jaar", Column.AMOUNT)),
        rows=tuple(
            Row(((label,), (_amount(amount),))) for label, amount in named.items()
        ),
    )
