"""Numbers of the government: counters as a ledger, and who got which number.

There is one series a year for each kind of number. Each entry of a series says which
numbers were given by that act, and to what: its history is the ledger, and the next
number follows from the last entry, never from a search for the highest.

Source:
    Kaleidos, document-naming-service: six series a year, {regular, Plan Vlaamse
    Veerkracht} x {DOC, MED, DEC}; meetings are numbered by year too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from digivl.errors import MalformedError
from digivl.kernel.checks import at_least_one, counted_from_one
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.vrnumber import VRKind

#: The series of meeting numbers.
MEETINGS: Final = "PV"


@attrs.frozen
class Given:
    """One number that was given out.

    Attributes:
        number: The number.
        to: Id of the step or meeting that has it from then on.
    """

    number: int = attrs.field(validator=counted_from_one)
    to: str


def _contiguous(series: Series, _: object, given: Sequence[Given]) -> None:
    first = series.last - len(given) + 1
    if [one.number for one in given] != list(range(first, series.last + 1)):
        raise MalformedError("the numbers of an act follow on the last one before it")


@attrs.frozen(kw_only=True)
class Series:
    """A series of numbers (nummerreeks).

    Attributes:
        year: Year of the meeting.
        name: ``DOC``, ``MED``, ``DEC``, with ``VV-`` before it for the Plan Vlaamse
            Veerkracht, or ``PV`` for meetings.
        last: The last number that was given.
        given: What this act gave.
    """

    year: int
    name: str
    last: int
    given: tuple[Given, ...] = attrs.field(validator=(at_least_one, _contiguous))

    def after(self, receivers: Iterable[str]) -> Series:
        """The series after giving each of these the next number."""
        return series_after(self, self.year, self.name, receivers)


def series_after(
    series: Series | None, year: int, name: str, receivers: Iterable[str]
) -> Series:
    """A series after giving numbers; one that does not exist yet starts at 1."""
    last = series.last if series else 0
    given = tuple(Given(last + n, to) for n, to in enumerate(receivers, start=1))
    return Series(year=year, name=name, last=last + len(given), given=given)


def series_name(kind: VRKind, *, vv: bool) -> str:
    """The name of a series of documents."""
    return f"VV-{kind.value}" if vv else kind.value


def series_id(year: int, name: str) -> str:
    """The id of a series; there is one in a year."""
    return f"{year}-{name}"


@attrs.frozen(kw_only=True)
class Gap:
    """A number that no decision has (gat in de nummering).

    Attributes:
        series: Id of the series.
        number: The number.
        to: Id of the step that has it.
        why: State of that step, in Dutch.
    """

    series: str
    number: int
    to: str
    why: str


def _standing(series: Series) -> Standing:
    title = f"{series.name} {series.year}: {series.last}"
    return Standing(state="loopt", title=title, open=False)


SERIES: Final = Kind("series", Series, _standing)
