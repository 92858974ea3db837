"""Files with rules: those that are shipped, and those of an entity.

Both have one form. A file adds rules; it names in `replaces` the ids that it takes out,
with all their periods; and it fills in amounts and lists that earlier files leave open.

A file comes from outside: its size, its lines and the number of its rules are bounded,
and all that is wrong with it is said by file, rule and field.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, time
from decimal import Decimal
from enum import Enum
from functools import cache
from importlib.resources import files
from pathlib import Path
from stat import S_ISREG
from typing import Any, Final, TypeVar

import attrs

from digivl.advice.rules.conditions import Condition
from digivl.advice.rules.delegation import DelegationRule
from digivl.advice.rules.grounds import Confidence, Regime
from digivl.advice.rules.reading import (
    Fill,
    deadline_rule,
    delegation_rule,
    fill,
    regime,
    rule,
    source,
    term_rule,
)
from digivl.advice.rules.ruleset import DeadlineRule, Edition, Rule, RuleSet, TermRule
from digivl.advice.rules.tables import Table
from digivl.errors import ConfigurationError, LimitExceededError, MalformedError

_NAMED: Final = "Name a file of rules in [advice] rules of digivl.toml."
#: Version of the form of a file.
FORMAT: Final = 1
_DATA: Final = "rules.toml"
_MOST_BYTES: Final = 262_144
# A key with many dots costs its parser the square of their number.
_LONGEST_LINE: Final = 1_000
_MOST_FILLS: Final = 100
_NOTHING: Final = RuleSet(rules=(), terms=(), sha256="0" * 64)

R = TypeVar("R", Rule, TermRule, DeadlineRule, DelegationRule)


@cache
def shipped() -> RuleSet:
    """The rules that come with digivl."""
    content = files("digivl.advice.rules").joinpath(_DATA).read_bytes()
    return with_file(_NOTHING, _DATA, content)


def load(paths: Iterable[Path]) -> RuleSet:
    """The shipped rules with those of an entity.

    Args:
        paths: Its files; each can replace what stands in those before it.

    Raises:
        ConfigurationError: A file cannot be read.
        MalformedError: A file is not as it has to be; it says where and how to mend.
    """
    rules = shipped()
    for path in paths:
        rules = with_file(rules, path.name, _content(path))
    return rules


def with_file(rules: RuleSet, name: str, content: bytes) -> RuleSet:
    """The rules with those of one file.

    Args:
        rules: What the file adds to.
        name: What it is called in errors.
        content: What stands in it.

    Raises:
        MalformedError: As `load`.
    """
    table = Table.of(name, _parsed(name, content))
    with table.read():
        edition = _edition(table)
        replaced = _replaced(table, rules)
        added = _added(table, rules.regimes)
        fills = [fill(one) for one in table.tables("fill", _MOST_FILLS)]
        base = _filled(_without(rules, replaced), fills)
        return _sealed(_joined(base, added, edition))


def _content(path: Path) -> bytes:
    try:
        # A pipe or a device may never end: look before opening.
        if not S_ISREG(path.stat().st_mode):
            raise ConfigurationError(
                f"{path} cannot be read: it is not a file", hint=_NAMED
            )
        with path.open("rb") as file:
            return file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as cause:
        said = getattr(cause, "strerror", None) or "it is no path"
        raise ConfigurationError(
            f"{path} cannot be read: {said}", hint=_NAMED
        ) from cause


def _parsed(name: str, content: bytes) -> dict[str, Any]:
    if len(content) > _MOST_BYTES:
        raise LimitExceededError(
            f"{name} is larger than {_MOST_BYTES} bytes",
            hint="Divide it over several files.",
        )
    if any(len(line) > _LONGEST_LINE for line in content.split(b"\n")):
        raise LimitExceededError(
            f"{name} has a line of more than {_LONGEST_LINE} bytes",
            hint="Write a list over several lines.",
        )
    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError as cause:
        raise MalformedError(
            f"{name} is not UTF-8", hint="Save it as UTF-8."
        ) from cause
    except RecursionError as cause:
        raise LimitExceededError(
            f"{name} is nested too deeply",
            hint="Rules need tables and lists of one level.",
        ) from cause
    except ValueError as cause:  # also of numbers that Python will not read
        raise MalformedError(
            f"{name} is not TOML: {cause}",
            hint="Mend that line; `digivl rules` looks again.",
        ) from cause


def _edition(table: Table) -> Edition:
    if (found := table.number("format")) != FORMAT:
        raise MalformedError(
            f"format {found} is not known", hint=f"This digivl reads format {FORMAT}."
        )
    return Edition(name=table.text("name"), version=table.text("version"))


def _replaced(table: Table, rules: RuleSet) -> frozenset[str]:
    """The ids of the rules that a file takes out."""
    named = frozenset(table.texts("replaces"))
    families = (rules.rules, rules.terms, rules.deadlines, rules.delegations)
    known = {rule.id for family in families for rule in family}
    for name in sorted(named - known):
        raise MalformedError(
            f"replaces: there is no rule {name[:40]!r}",
            hint="`digivl rules` lists the ids; a new rule needs not be named.",
        )
    return named


def _added(table: Table, known: Iterable[Regime]) -> RuleSet:
    """What stands in a file, without anything else."""
    own = tuple(map(regime, table.tables("regime")))
    regimes = {one.id: one for one in (*known, *own)}
    return RuleSet(
        rules=tuple(rule(one, regimes) for one in table.tables("rule")),
        terms=tuple(term_rule(one, regimes) for one in table.tables("term")),
        deadlines=tuple(
            deadline_rule(one, regimes) for one in table.tables("deadline")
        ),
        delegations=tuple(
            delegation_rule(one, regimes) for one in table.tables("delegation")
        ),
        regimes=own,
        sources=tuple(map(source, table.tables("source"))),
        sha256=_NOTHING.sha256,
    )


def _without(rules: RuleSet, ids: frozenset[str]) -> RuleSet:
    def kept(family: Iterable[R]) -> tuple[R, ...]:
        return tuple(rule for rule in family if rule.id not in ids)

    return attrs.evolve(
        rules,
        rules=kept(rules.rules),
        terms=kept(rules.terms),
        deadlines=kept(rules.deadlines),
        delegations=kept(rules.delegations),
    )


def _filled(rules: RuleSet, fills: Iterable[Fill]) -> RuleSet:
    """The rules with what they left open; what fills nothing is a mistake."""
    for one in fills:
        filled = attrs.evolve(
            rules,
            rules=tuple(_rule_filled(rule, one) for rule in rules.rules),
            delegations=tuple(_limit_filled(rule, one) for rule in rules.delegations),
        )
        if filled == rules:
            asked = one.condition
            raise MalformedError(
                f"fill {one.rule[:40]}: no rule of that id leaves open what"
                f" {asked.fact} is compared with by {asked.comparison.value}",
                hint="`digivl rules` shows what is not known.",
            )
        rules = filled
    return rules


def _rule_filled(rule: Rule, fill: Fill) -> Rule:
    when = tuple(_answered(condition, fill) for condition in rule.when)
    if rule.id != fill.rule or when == rule.when:
        return rule
    own = Confidence.OWN
    return attrs.evolve(rule, when=when, source=fill.source, confidence=own, note="")


def _limit_filled(rule: DelegationRule, fill: Fill) -> DelegationRule:
    limit = None if rule.limit is None else _answered(rule.limit, fill)
    if rule.id != fill.rule or limit == rule.limit:
        return rule
    own = Confidence.OWN
    return attrs.evolve(rule, limit=limit, source=fill.source, confidence=own, note="")


def _answered(condition: Condition, fill: Fill) -> Condition:
    asked = fill.condition
    is_same = (condition.fact, condition.comparison) == (asked.fact, asked.comparison)
    return asked if is_same and not condition.is_known else condition


def _joined(base: RuleSet, added: RuleSet, edition: Edition) -> RuleSet:
    regimes, sources = base.regimes + added.regimes, base.sources + added.sources
    _check_once("regime", [one.id for one in regimes])
    _check_once("source", [one.key for one in sources])
    return RuleSet(
        rules=base.rules + added.rules,
        terms=base.terms + added.terms,
        deadlines=base.deadlines + added.deadlines,
        delegations=base.delegations + added.delegations,
        regimes=regimes,
        sources=sources,
        editions=(*base.editions, edition),
        sha256=_NOTHING.sha256,
    )


def _check_once(what: str, names: Sequence[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise MalformedError(
                f"{what} {name[:40]!r} is there twice", hint="Give it another name."
            )


def _sealed(rules: RuleSet) -> RuleSet:
    """With its hash: SHA-256 over canonical JSON of what decides.

    It covers the name and version of each file, and every rule, term, deadline and
    delegation with all of its fields. It does not cover comments, layout, the order of
    rules, nor regimes and sources as such: these only explain.
    """
    families = (rules.rules, rules.terms, rules.deadlines, rules.delegations)
    tree = [[_plain(one) for one in rules.editions]]
    tree += [sorted(map(_plain, family)) for family in families]
    return attrs.evolve(rules, sha256=hashlib.sha256(_json(tree).encode()).hexdigest())


def _plain(record: attrs.AttrsInstance) -> str:
    return _json(attrs.asdict(record, value_serializer=_written))


def _json(tree: object) -> str:
    return json.dumps(tree, sort_keys=True, separators=(",", ":"))


def _written(_: object, __: object, value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date | time) else value
