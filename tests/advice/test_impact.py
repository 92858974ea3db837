"""What a proposal costs, as forms say it."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from digivl.advice.budget import AmountKind, BudgetLine
from digivl.advice.forms.impact import UNKNOWN, budget, local, staff
from digivl.advice.forms.layout import Row
from digivl.kernel.money import Euro

AMOUNTS = st.none() | st.integers(-(10**9), 10**9).map(lambda n: Euro(Decimal(n) / 100))
LINES = st.lists(
    st.builds(
        BudgetLine,
        year=st.integers(2026, 2028),
        article=st.just("HB0"),
        vak=AMOUNTS,
        vek=AMOUNTS,
        kind=st.sampled_from(AmountKind),
        compensates=st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@given(LINES)
def test_what_is_not_known_is_never_a_number(lines: list[BudgetLine]) -> None:
    """Not in a line, and not in a total of which a part is not known."""
    table = budget(lines).table
    assert table is not None
    totals = [row for row in table.rows if row.total]

    assert len(lines) == len(table.rows) - len(totals)
    for total in totals:
        counted = [one for one in lines if _key(one) == _key_of(total)]
        for column, name in ((3, "vak"), (4, "vek")):
            amounts = [getattr(one, name) for one in counted]
            known = sum((a.amount for a in amounts if a is not None), Decimal(0))
            said = total.cells[column][0]
            exact = str(Euro(known)).removesuffix(" euro")
            exact = exact.replace("-", "\N{MINUS SIGN}")
            assert said == (UNKNOWN if None in amounts else exact)


def _key(line: BudgetLine) -> tuple[str, str, bool]:
    return str(line.year), line.kind.value, line.compensates


def _key_of(row: Row) -> tuple[str, str, bool]:
    return row.cells[0][0], row.cells[2][0], "compensatie" in row.cells[2]


def test_no_lines() -> None:
    """That there is no effect is said only where somebody said so."""
    said = [budget((), impact).text[0] for impact in (None, True, False)]

    assert [
        "De weerslag op de begroting is nog niet gekend.",
        (
            "Het voorstel heeft een weerslag op de begroting; de bedragen zijn nog "
            "niet gekend."
        ),
        "Het voorstel heeft geen weerslag op de begroting.",
    ] == said


def test_nobody_described_it() -> None:
    """Then nothing is known of staff and local governments either."""
    for section in (staff(None), local(None)):
        assert section.table is None
        assert UNKNOWN in section.text[0]
