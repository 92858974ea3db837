"""Rules as data: who has to be heard on a proposal, within which term, since when.

A rule says of some proposals that a body has to be heard, or that it has not. A fact
that is not known, and an amount that no source gives, make a rule undecided: then the
answer is that it is undetermined, never that nothing is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum

import attrs
from attrs.validators import optional

from digivl.advice.body import Body, SilenceEffect
from digivl.errors import MalformedError
from digivl.kernel.calendar import Calendar
from digivl.kernel.checks import counted_from_one, digest, public_line
from digivl.kernel.money import Euro
from digivl.kernel.terms import Counted, Deadline

#: What a fact about a proposal can be; None is not known.
Fact = bool | str | Euro | tuple[str, ...] | None


class Need(Enum):
    """Whether a body has to be heard (noodzaak)."""

    REQUIRED = "vereist"
    NOT_REQUIRED = "niet vereist"
    UNDETERMINED = "onbepaald"


class Confidence(Enum):
    """How sure it is that a rule reads so (zekerheid)."""

    READ = "gelezen in de bron"
    PARTLY_READ = "bron onvolledig gelezen"
    INFERRED = "afgeleid"
    ASSUMED = "aangenomen"
    OWN = "regel van de entiteit"


@attrs.frozen(kw_only=True)
class Period:
    """From when until when a rule holds; both days included.

    Attributes:
        start: First day; None where it always did.
        end: Last day; None while it does.
    """

    start: date | None = None
    end: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.start and self.end and self.end < self.start:
            raise MalformedError(f"a rule cannot hold from {self.start} to {self.end}")

    def holds_on(self, day: date) -> bool:
        """Whether the rule holds on that day."""
        begun = self.start is None or self.start <= day
        return begun and (self.end is None or day <= self.end)

    def overlaps(self, other: Period) -> bool:
        """Whether there is a day on which both hold."""
        return _before(self.start, other.end) and _before(other.start, self.end)


def _before(start: date | None, end: date | None) -> bool:
    return start is None or end is None or start <= end


@attrs.frozen(kw_only=True)
class Condition:
    """What a rule asks of one fact.

    Attributes:
        fact: Name of the fact.
        one_of: It is, or holds, one of these.
        over: It is more than this amount.
        upto: It is this amount or less.
        amount_known: False for an amount that no source gives.
    """

    fact: str
    one_of: tuple[bool | str, ...] = ()
    over: Euro | None = None
    upto: Euro | None = None
    amount_known: bool = True

    def holds(self, facts: Mapping[str, Fact]) -> bool | None:
        """Whether it does; None when that is not known."""
        fact = facts.get(self.fact)
        if fact is None or not self.amount_known:
            return None
        if isinstance(fact, Euro):
            over = self.over is None or self.over < fact
            return over and (self.upto is None or fact <= self.upto)
        if isinstance(fact, tuple):
            return any(one in self.one_of for one in fact)
        return fact in self.one_of


@attrs.frozen(kw_only=True)
class Rule:
    """Of some proposals: a body has to be heard, or it has not (regel).

    Attributes:
        id: E.g. ``IF-01``; several rules have one id when it changed over time.
        body: Who.
        required: False for an exemption, which goes before every duty.
        subject: Which proposals, in Dutch.
        when: What has to hold of the proposal, all of it.
        period: When the rule holds.
        legal_basis: The provision it rests on.
        source: Where it was read.
        confidence: How sure it is.
    """

    id: str = attrs.field(validator=public_line)
    body: Body
    required: bool
    subject: str = attrs.field(validator=public_line)
    when: tuple[Condition, ...] = ()
    period: Period
    legal_basis: str = attrs.field(validator=public_line)
    source: str = attrs.field(validator=public_line)
    confidence: Confidence

    def matches(self, facts: Mapping[str, Fact]) -> bool | None:
        """Whether it is about a proposal; None when that is not known."""
        answers = [condition.holds(facts) for condition in self.when]
        if False in answers:
            return False
        return None if None in answers else True

    def unknown(self, facts: Mapping[str, Fact]) -> Iterator[str]:
        """Names of the facts, or amounts, that lack to say whether it is about it."""
        for condition in self.when:
            if condition.holds(facts) is None:
                yield condition.fact


class Purpose(Enum):
    """What a term is for (soort termijn)."""

    ANSWER = "antwoord"
    APPEAL = "beroep"


@attrs.frozen(kw_only=True)
class TermRule:
    """How long a body has (termijn), and what it means when it does not answer.

    Attributes:
        id: E.g. ``IF-T``; as for rules.
        body: Who.
        purpose: To answer, or to rule on an appeal against its answer.
        days: How many days.
        urgent_days: The fewest days in urgency; None where there is no urgency.
        counted: Which days count.
        rolls: What ends on a day off ends on the next working day.
        calendar: Name of the calendar.
        suspends: An inquiry stops it.
        urgent_suspends: So it does in urgency.
        extends: The asker can agree to a longer one.
        silence: What it means when it passes.
    """

    id: str = attrs.field(validator=public_line)
    body: Body
    purpose: Purpose = Purpose.ANSWER
    days: int = attrs.field(validator=counted_from_one)
    urgent_days: int | None = attrs.field(
        default=None, validator=optional(counted_from_one)
    )
    counted: Counted = Counted.WORKING_DAYS
    rolls: bool = False
    calendar: str = "legal"
    suspends: bool = False
    urgent_suspends: bool = False
    extends: bool = False
    silence: SilenceEffect = SilenceEffect.UNKNOWN
    period: Period
    legal_basis: str = attrs.field(validator=public_line)
    source: str = attrs.field(validator=public_line)
    confidence: Confidence


@attrs.frozen(kw_only=True)
class Assessment:
    """Whether a body has to be heard on a proposal, and why (beoordeling).

    Attributes:
        body: Who.
        need: Whether.
        rules: Ids of the rules that decided, or that could not.
        explanation: In Dutch.
        unknown: Names of the facts that lack.
    """

    body: Body
    need: Need
    rules: tuple[str, ...] = ()
    explanation: str
    unknown: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class RuleSet:
    """All rules of an office (regels).

    Attributes:
        rules: Who has to be heard.
        terms: How long they have.
        sha256: Over what the rules were read from; recorded with each outcome.

    Raises:
        MalformedError: Two rules of one id hold on one day.
    """

    rules: tuple[Rule, ...]
    terms: tuple[TermRule, ...]
    sha256: str = attrs.field(validator=digest)

    def __attrs_post_init__(self) -> None:
        _check_disjoint(self.rules)
        _check_disjoint(self.terms)

    def assess(self, body: Body, facts: Mapping[str, Fact], day: date) -> Assessment:
        """Whether a body has to be heard on a proposal, by the rules of that day."""
        mine = [r for r in self.rules if r.body is body and r.period.holds_on(day)]
        exemptions = [r for r in mine if not r.required]
        duties = [r for r in mine if r.required]
        if sure := _matching(exemptions, facts, answer=True):
            return _assessed(body, Need.NOT_REQUIRED, sure[:1])
        due = _matching(duties, facts, answer=True)
        unsure = _matching(exemptions, facts, answer=None)
        if due and not unsure:
            return _assessed(body, Need.REQUIRED, due)
        if maybe := _matching(duties, facts, answer=None):
            return _undetermined(body, [*due, *maybe], facts)
        if due:
            return _undetermined(body, unsure, facts)
        return Assessment(
            body=body,
            need=Need.NOT_REQUIRED,
            explanation="geen regel vraagt het van dit voorstel",
        )

    def term(
        self, body: Body, day: date, purpose: Purpose = Purpose.ANSWER
    ) -> TermRule | None:
        """The term of a body on that day; None where no rule gives one."""
        for term in self.terms:
            if (term.body, term.purpose) == (body, purpose):
                if term.period.holds_on(day):
                    return term
        return None


    def agenda_deadline(
        self, meeting: datetime, calendars: Mapping[str, Calendar]
    ) -> datetime | None:
        """The last moment to submit for a meeting; None where no rule gives one."""
        return Deadline(days=4).due(meeting, calendars["legal"])


def _check_disjoint(rules: Sequence[Rule] | Sequence[TermRule]) -> None:
    for number, rule in enumerate(rules):
        for other in rules[:number]:
            if other.id == rule.id and other.period.overlaps(rule.period):
                raise MalformedError(
                    f"two rules {rule.id} hold on one day",
                    hint="End the one on the day before the other starts.",
                )


def _matching(
    rules: Sequence[Rule], facts: Mapping[str, Fact], *, answer: bool | None
) -> list[Rule]:
    return [rule for rule in rules if rule.matches(facts) is answer]


def _assessed(body: Body, need: Need, rules: Sequence[Rule]) -> Assessment:
    said = "; ".join(f"{rule.id}: {rule.subject}" for rule in rules)
    names = tuple(rule.id for rule in rules)
    return Assessment(body=body, need=need, rules=names, explanation=said)


def _undetermined(
    body: Body, rules: Sequence[Rule], facts: Mapping[str, Fact]
) -> Assessment:
    assessed = _assessed(body, Need.UNDETERMINED, rules)
    unknown = dict.fromkeys(name for rule in rules for name in rule.unknown(facts))
    return attrs.evolve(assessed, unknown=tuple(unknown))
