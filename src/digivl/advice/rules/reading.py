"""Rules out of the tables of a file, and the names by which files write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypedDict

import attrs

from digivl.advice.body import Body, SilenceEffect
from digivl.advice.rules.conditions import Comparison, Condition, Value
from digivl.advice.rules.delegation import DelegationRule
from digivl.advice.rules.facts import FACTS, Described, FactKind
from digivl.advice.rules.grounds import Confidence, Period, Regime, Source
from digivl.advice.rules.ruleset import DeadlineRule, Purpose, Rule, TermRule
from digivl.advice.rules.tables import MOST_VALUES, Table, not_known
from digivl.errors import MalformedError
from digivl.kernel.calendar import LEGAL
from digivl.kernel.checks import public_line
from digivl.kernel.money import Euro
from digivl.kernel.terms import Counted

#: What stands in the place of an amount or a list that no source gives.
UNKNOWN: Final = "unknown"
#: The fact on which the limit of a delegation is.
_DECIDED: Final = "decision_amount"
_MOST_CONDITIONS: Final = 20
#: A single value, written without the brackets of a list.
_IS: Final = "is"
_LISTED: Final = {_IS: Comparison.ONE_OF, "one_of": Comparison.ONE_OF}
_MEASURED: Final = {
    one.value: one for one in Comparison if one is not Comparison.ONE_OF
}
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_OF_AMOUNTS: Final = (FactKind.AMOUNT, FactKind.PERCENTAGE)

Regimes = Mapping[str, Regime]


class _Grounds(TypedDict):
    """What rules of every kind rest on."""

    period: Period
    legal_basis: str
    source: str
    confidence: Confidence
    note: str


@attrs.frozen(kw_only=True)
class Fill:
    """An amount or a list for a rule that lacks it (invulling).

    Attributes:
        rule: Id of the rule.
        condition: What it asks now.
        source: Where that was read.
    """

    rule: str
    condition: Condition
    source: str = attrs.field(validator=public_line)


def rule(table: Table, regimes: Regimes) -> Rule:
    """A rule on who has to be heard."""
    with table.read():
        return Rule(
            id=table.text("id"),
            body=table.choice("body", Body),
            required=table.flag("required"),
            subject=table.text("subject"),
            when=_conditions(table),
            **_grounds(table, regimes),
        )


def term_rule(table: Table, regimes: Regimes) -> TermRule:
    """A rule on how long a body has."""
    with table.read():
        return TermRule(
            id=table.text("id"),
            body=table.choice("body", Body),
            purpose=table.choice("purpose", Purpose, Purpose.ANSWER),
            days=table.number("days"),
            urgent_days=table.number_or_none("urgent_days"),
            counted=table.choice("counted", Counted, Counted.WORKING_DAYS),
            urgent_counted=table.choice_or_none("urgent_counted", Counted),
            rolls=table.flag("rolls", default=False),
            calendar=table.text("calendar", LEGAL.name),
            suspends=table.flag("suspends", default=False),
            urgent_suspends=table.flag("urgent_suspends", default=False),
            extends=table.flag("extends", default=False),
            silence=table.choice("silence", SilenceEffect, SilenceEffect.UNKNOWN),
            **_grounds(table, regimes),
        )


def deadline_rule(table: Table, regimes: Regimes) -> DeadlineRule:
    """A rule on until when a step can be put forward."""
    with table.read():
        return DeadlineRule(
            id=table.text("id"),
            working_days=table.number("working_days"),
            at=table.hour("at"),
            calendar=table.text("calendar", LEGAL.name),
            **_grounds(table, regimes),
        )


def delegation_rule(table: Table, regimes: Regimes) -> DelegationRule:
    """A rule on what an official decides alone."""
    with table.read():
        is_limited = any(table.has(name) for name in _MEASURED)
        return DelegationRule(
            id=table.text("id"),
            holder=table.text("holder"),
            subject=table.text("subject"),
            when=_conditions(table),
            limit=_compared(table, _DECIDED) if is_limited else None,
            **_grounds(table, regimes),
        )


def regime(table: Table) -> Regime:
    """A stretch of time that rules can name."""
    with table.read():
        return Regime(
            id=table.text("id"),
            subject=table.text("subject"),
            period=_period(table),
            legal_basis=table.text("legal_basis"),
            note=table.text("note", ""),
        )


def source(table: Table) -> Source:
    """A title behind a key."""
    with table.read():
        return Source(key=table.text("key"), title=table.text("title"))


def fill(table: Table) -> Fill:
    """An amount or a list that a rule lacks."""
    with table.read():
        return Fill(
            rule=table.text("rule"),
            condition=_compared(table, table.text("fact")),
            source=table.text("source"),
        )


def _grounds(table: Table, regimes: Regimes) -> _Grounds:
    known = None
    if table.has("regime"):
        name = table.text("regime")
        if name not in regimes:
            raise not_known("regime", name, list(regimes))
        known = regimes[name]
    elif not table.has("valid_from"):
        raise MalformedError(
            "valid_from lacks", hint="Say from which day the rule holds."
        )
    return {
        "period": known.period if known else _period(table),
        "legal_basis": table.text("legal_basis", known.legal_basis if known else None),
        "source": table.text("source"),
        "confidence": table.choice("confidence", Confidence, Confidence.OWN),
        "note": table.text("note", ""),
    }


def _period(table: Table) -> Period:
    return Period(
        start=table.day_or_none("valid_from"),
        end=table.day_or_none("valid_to"),
        inferred=table.flag("inferred", default=False),
    )


def _conditions(table: Table) -> tuple[Condition, ...]:
    return tuple(map(_condition, table.tables("when", _MOST_CONDITIONS)))


def _condition(table: Table) -> Condition:
    with table.read():
        return _compared(table, table.text("fact"))


def _compared(table: Table, fact: str) -> Condition:
    """What a table asks of a fact: one comparison, with what fits the fact."""
    if fact not in FACTS:
        raise not_known("fact", fact, list(FACTS))
    described = FACTS[fact]
    fit = _MEASURED if described.kind in _OF_AMOUNTS else _LISTED
    found = [name for name in (*_LISTED, *_MEASURED) if table.has(name)]
    if len(found) != 1 or found[0] not in fit:
        asked = " and ".join(found) or "nothing"
        raise MalformedError(
            f"{fact} is {described.kind.value}: it cannot be compared by {asked}",
            hint=f"Write one of: {', '.join(fit)}.",
        )
    (name,) = found
    values = _values(name, table.anything(name), described)
    return Condition(fact=fact, comparison=fit[name], values=values)


def _values(name: str, raw: object, described: Described) -> tuple[Value, ...]:
    """What a fact is compared with; nothing where the file says that it is unknown."""
    if raw == UNKNOWN and name != _IS:
        return ()
    if described.kind is FactKind.AMOUNT:
        return (Euro(_exact(name, raw)),)
    if described.kind is FactKind.PERCENTAGE:
        return (_exact(name, raw),)
    members = [raw] if name == _IS else raw
    if not isinstance(members, list) or not 0 < len(members) <= MOST_VALUES:
        raise MalformedError(
            f"{name} is not a list of 1 to {MOST_VALUES} values",
            hint=f'Or write {name} = "{UNKNOWN}": then the answer is undetermined.',
        )
    return tuple(_member(name, one, described) for one in members)


def _exact(name: str, raw: object) -> Decimal:
    said = str(raw) if type(raw) in (int, str) else ""
    if not _NUMBER.fullmatch(said):
        raise MalformedError(
            f"{name} is not a number", hint=f'Write it as a text: {name} = "30000.00".'
        )
    return Decimal(said)


def _member(name: str, raw: object, described: Described) -> bool | str:
    if described.kind is FactKind.FLAG:
        if isinstance(raw, bool):
            return raw
        raise MalformedError(f"{name} is not true or false", hint="Without quotes.")
    if not isinstance(raw, str):
        raise MalformedError(f"{name} is not a text", hint="Put it between quotes.")
    if described.choices and raw not in described.choices:
        raise not_known(name, raw, described.choices)
    return raw
