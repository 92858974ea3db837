"""What a rule asks of one fact of a proposal, answered in three values.

Yes, no, or not known. It is not known where the proposal does not tell the fact, and
where no source gives the amount or the list that the rule compares it with.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import attrs

from digivl.errors import MalformedError
from digivl.kernel.checks import public_line
from digivl.kernel.money import Euro

#: What a rule compares a fact with; a decimal number is a percentage.
Value = bool | str | Euro | Decimal
#: What a fact about a proposal can be; None is not known.
Fact = Value | tuple[str, ...] | None


class Comparison(Enum):
    """How a fact is compared; values as rule files write them."""

    ONE_OF = "one_of"
    OVER = "over"
    AT_LEAST = "at_least"
    UPTO = "upto"
    UNDER = "under"


_HOLDS: Final[Mapping[Comparison, Callable[[Any, Any], bool]]] = {
    Comparison.OVER: operator.gt,
    Comparison.AT_LEAST: operator.ge,
    Comparison.UPTO: operator.le,
    Comparison.UNDER: operator.lt,
}
_WORDS: Final = {
    Comparison.OVER: "meer dan",
    Comparison.AT_LEAST: "minstens",
    Comparison.UPTO: "hoogstens",
    Comparison.UNDER: "minder dan",
}
_NO_AMOUNT: Final = "een bedrag dat geen bron geeft"


@attrs.frozen(kw_only=True)
class Condition:
    """What a rule asks of one fact (voorwaarde).

    Attributes:
        fact: Name of the fact.
        comparison: How it is compared; of a list, one member that fits is enough.
        values: With what; empty where no source gives the amount or the list.

    Raises:
        MalformedError: An amount is compared with more than one.
    """

    fact: str = attrs.field(validator=public_line)
    comparison: Comparison = Comparison.ONE_OF
    values: tuple[Value, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.comparison is not Comparison.ONE_OF and len(self.values) > 1:
            raise MalformedError(
                f"{self.fact} is compared with one amount, not more",
                hint="Give one amount; for a choice use one_of.",
            )

    @property
    def is_known(self) -> bool:
        """False where no source gives what the fact is compared with."""
        return bool(self.values)

    def holds(self, facts: Mapping[str, Fact]) -> bool | None:
        """Whether it does; None when that is not known."""
        fact = facts.get(self.fact)
        if fact == ():
            return False  # nothing is in no list, also not in one that is not known
        if fact is None or not self.is_known:
            return None
        if self.comparison is Comparison.ONE_OF:
            members = fact if isinstance(fact, tuple) else (fact,)
            return any(one in self.values for one in members)
        (limit,) = self.values
        if type(fact) is not type(limit):
            return None  # an amount says nothing of a percentage
        return _HOLDS[self.comparison](fact, limit)

    def told(self, label: str) -> str:
        """In Dutch, with the label of its fact."""
        if self.comparison is not Comparison.ONE_OF:
            limit = _said(self.values[0]) if self.is_known else _NO_AMOUNT
            return f"{label}: {_WORDS[self.comparison]} {limit}"
        if not self.is_known:
            return f"{label}: op een lijst die geen bron geeft"
        return f"{label}: {' of '.join(map(_said, self.values))}"


def all_hold(conditions: Iterable[Condition], facts: Mapping[str, Fact]) -> bool | None:
    """Whether all of them hold; one that does not is enough to know it."""
    answers = {condition.holds(facts) for condition in conditions}
    if False in answers:
        return False
    return None if None in answers else True


def _said(value: Value) -> str:
    if isinstance(value, bool):
        return "ja" if value else "neen"
    if isinstance(value, Decimal):
        return f"{value} %".replace(".", ",")
    return f"“{value}”" if isinstance(value, str) else str(value)
