"""The command `digivl rules`: who has to be heard, by which rule; checks a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from digivl.advice.body import Body
from digivl.advice.rules.conditions import Condition
from digivl.advice.rules.delegation import DelegationRule
from digivl.advice.rules.facts import told
from digivl.advice.rules.files import load
from digivl.advice.rules.ruleset import DeadlineRule, Rule, RuleSet, TermRule
from digivl.cli.files import is_there
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import print_json, print_table, reported, say
from digivl.kernel.moments import day_of, utc_now
from digivl.office import SETTINGS
from digivl.settings import Settings

_GROUNDS: Final = ("Geldig", "Grondslag (bron)", "Zekerheid")

AnyRule = Rule | TermRule | DeadlineRule | DelegationRule


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as cause:
        raise typer.BadParameter(f"{text!r} is no day such as 2026-11-23") from cause


def rules(
    *,
    body: Annotated[
        Body | None, typer.Option(case_sensitive=False, help="Who is heard.")
    ] = None,
    on: Annotated[
        date | None,
        typer.Option(parser=_day, metavar="DAY", help="The rules of that day; today."),
    ] = None,
    file: Annotated[
        list[Path] | None, typer.Option(help="Also the rules in this file; repeat.")
    ] = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Who has to be heard, within which term, by which rule; a wrong file is told.

    It needs no office; in one, the files that its settings name are read.
    """
    with reported(as_json=as_json):
        found = load([*_files(office), *(file or ())])
    day = on or day_of(utc_now())
    (_print_json if as_json else _print)(found, body, day)


def _files(office: Path) -> list[Path]:
    settings = office / SETTINGS
    if not is_there(settings):
        return []
    return [office / name for name in Settings.from_toml(settings).advice.rules]


def _holding(family: Iterable[Any], body: Body | None, day: date) -> Iterator[Any]:
    """The rules of a day; of one body if one is named."""
    for rule in family:
        if rule.period.holds_on(day) and body in (None, getattr(rule, "body", None)):
            yield rule


def _print(found: RuleSet, body: Body | None, day: date) -> None:
    print_table(
        f"Wie gehoord wordt, {day}",
        ("Regel", "Wie", "Nodig", "Voorstel", *_GROUNDS),
        [_rule_line(one) for one in _holding(found.rules, body, day)],
    )
    print_table(
        "Termijnen",
        ("Regel", "Wie", "Termijn", "Na stilzwijgen", *_GROUNDS),
        [_term_line(one) for one in _holding(found.terms, body, day)],
    )
    if body is None:
        rows = [_deadline_line(one) for one in _holding(found.deadlines, body, day)]
        print_table("Indienen voor de agenda", ("Regel", "Tot", *_GROUNDS), rows)
        rows = [_delegation_line(one) for one in _holding(found.delegations, body, day)]
        print_table("Wie alleen beslist", ("Regel", "Wat", *_GROUNDS), rows)
    editions = ", ".join(f"{one.name} {one.version}" for one in found.editions)
    say(f"{editions}; SHA-256 {found.sha256}")
    say("Wat een regel precies vraagt en wat niet gekend is: --json")


def _rule_line(rule: Rule) -> tuple[str, ...]:
    needed = "ja" if rule.required else "neen"
    return rule.id, rule.body.value, needed, rule.subject, *_grounds(rule)


def _term_line(term: TermRule) -> tuple[str, ...]:
    whom = f"{term.body.value}, {term.purpose.value}"
    return term.id, whom, term.length, term.silence.label, *_grounds(term)


def _deadline_line(rule: DeadlineRule) -> tuple[str, ...]:
    until = f"{rule.working_days}e werkdag voor de vergadering, {rule.at:%H:%M}"
    return rule.id, until, *_grounds(rule)


def _delegation_line(rule: DelegationRule) -> tuple[str, ...]:
    limit = rule.limit.told("bedrag") if rule.limit else "elk bedrag"
    return rule.id, f"{rule.holder}: {rule.subject}; {limit}", *_grounds(rule)


def _grounds(rule: AnyRule) -> tuple[str, ...]:
    basis = f"{rule.legal_basis} ({rule.source})"
    return str(rule.period), basis, rule.confidence.value


def _print_json(found: RuleSet, body: Body | None, day: date) -> None:
    for rule in _holding(found.rules, body, day):
        who = {"body": rule.body.value, "required": rule.required}
        print_json(_json("rule", rule) | who | _asked(rule.subject, rule.when))
    for term in _holding(found.terms, body, day):
        print_json(_json("term", term) | _term_json(term))
    for deadline in _holding(found.deadlines, body, day):
        when = {"working_days": deadline.working_days, "at": f"{deadline.at:%H:%M}"}
        print_json(_json("deadline", deadline) | when)
    for one in _holding(found.delegations, body, day):
        who = {"holder": one.holder}
        print_json(_json("delegation", one) | who | _asked(one.subject, one.conditions))
    editions = [{"name": one.name, "version": one.version} for one in found.editions]
    print_json({"kind": "file", "sha256": found.sha256, "editions": editions})


def _json(kind: str, rule: AnyRule) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": rule.id,
        "valid_from": rule.period.start,
        "valid_to": rule.period.end,
        "inferred": rule.period.inferred,
        "legal_basis": rule.legal_basis,
        "source": rule.source,
        "confidence": rule.confidence.value,
        "note": rule.note,
    }


def _asked(subject: str, when: Sequence[Condition]) -> dict[str, Any]:
    known = all(condition.is_known for condition in when)
    return {"subject": subject, "when": told(when), "known": known}


def _term_json(term: TermRule) -> dict[str, Any]:
    urgent = term.urgent_counted or term.counted
    return {
        "body": term.body.value,
        "purpose": term.purpose.value,
        "days": term.days,
        "counted": term.counted.value,
        "urgent_days": term.urgent_days,
        "urgent_counted": urgent.value if term.urgent_days else None,
        "silence": term.silence.value,
    }
