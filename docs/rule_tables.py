"""The tables of the reference page on rules, made from the shipped rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digivl.advice.body import Body
from digivl.advice.rules.facts import FACTS, told
from digivl.advice.rules.files import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digivl.advice.rules.delegation import DelegationRule
    from digivl.advice.rules.ruleset import Rule, TermRule

Row = tuple[str, ...]
GROUNDS = "period, legal basis (source), confidence"
INTRO = (
    (
        "Who has to be heard on a proposal, within which term, until when it can be "
        "put forward, and what an official decides alone: as far as public sources "
        "say. Officials read this, so it is in Dutch. [Add your entity's rules]"
        "(../how-to/rules.md) tells how to complete it; `digivl rules --on DAY` shows "
        "what holds on a day."
    ),
    (
        "A rule is about a proposal when all of its conditions hold. One with *needed: "
        "neen* is an exemption, which goes before every duty. Where the proposal does "
        "not tell a fact, or no source gives the amount or the list that it is "
        "compared with, the answer is *onbepaald*, never *niet vereist*. So it is on a "
        "day for which no duty of a body is known."
    ),
    (
        "A period is written `first day/last day`, both included; `..` is open. Days "
        "marked *(afgeleid)* were chosen: the source has none."
    ),
    "## Who has to be heard",
)


def sections() -> Iterator[tuple[str, Row, Sequence[Row]]]:
    """Each table with its title and its head."""
    found = shipped()
    head: Row = ("id", "needed", "what", GROUNDS)
    for body in Body:
        rows: list[Row] = [rule_row(one) for one in found.rules if one.body is body]
        yield f"### {body.value}: {body.label}", head, rows
    head = ("id", "who", "term", "an inquiry stops it", "silence means", GROUNDS)
    yield "## Terms", head, [term_row(one) for one in found.terms]
    rows = [
        (one.id, f"{one.working_days}e werkdag ervoor, {one.at:%H:%M}", grounds(one))
        for one in found.deadlines
    ]
    yield "## Deadlines before a meeting", ("id", "when", GROUNDS), rows
    rows = [delegation_row(one) for one in found.delegations]
    yield "## What an official decides alone", ("id", "what", GROUNDS), rows
    rows = [
        (f"`{one.id}`", said(one.subject, one.note), str(one.period), one.legal_basis)
        for one in found.regimes
    ]
    yield "## Regimes", ("id", "what", "period", "legal basis"), rows
    rows = [
        (f"`{name}`", one.label, one.kind.value, "; ".join(one.choices))
        for name, one in FACTS.items()
    ]
    yield "## Facts", ("name", "what", "kind", "choices"), rows
    rows = [(one.key, one.title) for one in found.sources]
    yield "## Sources", ("key", "title"), rows


def rule_row(rule: Rule) -> Row:
    """A rule with everything it asks."""
    needed = "ja" if rule.required else "neen"
    return rule.id, needed, said(rule.subject, rule.note, rule.when), grounds(rule)


def term_row(term: TermRule) -> Row:
    """A term, and whether it can stand still or last longer."""
    stops = "ja" if term.suspends else "neen"
    more = "; langer in onderling akkoord" if term.extends else ""
    return (
        term.id,
        f"{term.body.value}, {term.purpose.value}",
        said(f"{term.length}{more}", term.note),
        stops,
        term.silence.label,
        grounds(term),
    )


def delegation_row(rule: DelegationRule) -> Row:
    """What may be decided, by whom, up to which amount."""
    subject = f"{rule.holder}: {rule.subject}"
    return rule.id, said(subject, rule.note, rule.conditions), grounds(rule)


def said(subject: str, note: str, when: Sequence[Any] = ()) -> str:
    """In one cell: what it is, then what it asks, then what is to be known of it."""
    asked = "".join(f"<br>- {one}" for one in told(when))
    return f"{subject}{asked}{f'<br>*{note}*' if note else ''}"


def grounds(rule: Any) -> str:
    """In one cell: what every kind of rule rests on."""
    basis = f"{rule.legal_basis} ({rule.source})"
    return f"{rule.period}<br>{basis}<br>{rule.confidence.value}"
