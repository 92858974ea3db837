"""Rules as data: who has to be heard, within which term, since when.

A rule says of some proposals that a body has to be heard, or that it has not. A fact
that is not known, and an amount that no source gives, make a rule undecided: then the
answer is that it is undetermined, never that nothing is needed. So it is also where no
rule of a day asks anything of a body: nobody read the rules of that day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from enum import Enum
from typing import Final, Protocol

import attrs
from attrs.validators import optional

from digivl.advice.body import Body, SilenceEffect
from digivl.advice.rules.conditions import Condition, Fact, all_hold
from digivl.advice.rules.delegation import Delegation, DelegationRule, delegation
from digivl.advice.rules.facts import Lacking
from digivl.advice.rules.grounds import Confidence, Period, Regime, Source
from digivl.errors import MalformedError
from digivl.kernel.calendar import LEGAL, Calendar, calendar_named
from digivl.kernel.checks import counted_from_one, digest, free_text, public_line
from digivl.kernel.moments import date_in_dutch, day_of
from digivl.kernel.terms import Counted, Deadline, Term


class Need(Enum):
    """Whether a body has to be heard (noodzaak)."""

    REQUIRED = "vereist"
    NOT_REQUIRED = "niet vereist"
    UNDETERMINED = "onbepaald"


#: As the fact ``if_required``, which rules on the budget agreement name.
_AS_FACT: Final = {
    Need.REQUIRED: True,
    Need.NOT_REQUIRED: False,
    Need.UNDETERMINED: None,
}


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
        note: What is not known of it, or was chosen; in Dutch.
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
    note: str = attrs.field(default="", validator=free_text)

    def matches(self, facts: Mapping[str, Fact]) -> bool | None:
        """Whether it is about a proposal; None when that is not known."""
        return all_hold(self.when, facts)


def _known_calendar(_: object, __: object, name: str) -> None:
    calendar_named(name)


class Purpose(Enum):
    """What a term is for (soort termijn)."""

    ANSWER = "antwoord"
    APPEAL = "beroep"


@attrs.frozen(kw_only=True)
class TermRule:
    """How long a body has (termijn), and what it means when it does not answer.

    Attributes:
        id: E.g. ``IF-T``; this and what is not here as for rules.
        body: Who.
        purpose: To answer, or to rule on an appeal against its answer.
        days: How many days.
        urgent_days: The fewest days in urgency; None where there is no urgency.
        counted: Which days count.
        urgent_counted: Which days count in urgency; None for the same ones.
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
    urgent_counted: Counted | None = None
    rolls: bool = False
    calendar: str = attrs.field(default=LEGAL.name, validator=_known_calendar)
    suspends: bool = False
    urgent_suspends: bool = False
    extends: bool = False
    silence: SilenceEffect = SilenceEffect.UNKNOWN
    period: Period
    legal_basis: str = attrs.field(validator=public_line)
    source: str = attrs.field(validator=public_line)
    confidence: Confidence
    note: str = attrs.field(default="", validator=free_text)

    def __attrs_post_init__(self) -> None:
        for days in filter(None, (self.days, self.urgent_days)):
            Term(days=days)  # has bounds of its own

    @property
    def length(self) -> str:
        """How long, in Dutch."""
        said = self.counted.length(self.days)
        if self.urgent_days is None:
            return said
        urgent = (self.urgent_counted or self.counted).length(self.urgent_days)
        return f"{said}, hoogdringend minstens {urgent}"


@attrs.frozen(kw_only=True)
class DeadlineRule:
    """Until when a step can be put forward for a meeting (indieningstermijn).

    Attributes:
        id: E.g. ``AGENDA``; this and what is not here as for rules.
        working_days: Which working day before the meeting, counted back from 1.
        at: At which hour, in Brussels.
        calendar: Name of the calendar.
    """

    id: str = attrs.field(validator=public_line)
    working_days: int = attrs.field(validator=counted_from_one)
    at: time
    calendar: str = attrs.field(default=LEGAL.name, validator=_known_calendar)
    period: Period
    legal_basis: str = attrs.field(validator=public_line)
    source: str = attrs.field(validator=public_line)
    confidence: Confidence
    note: str = attrs.field(default="", validator=free_text)

    @property
    def deadline(self) -> Deadline:
        """As it is reckoned."""
        rule = f"{self.id}: {self.legal_basis}"
        return Deadline(days=self.working_days, at=self.at, rule=rule)

    def __attrs_post_init__(self) -> None:
        _ = self.deadline  # has bounds of its own


@attrs.frozen(kw_only=True)
class Assessment:
    """Whether a body has to be heard on a proposal, and why (beoordeling).

    Attributes:
        body: Who.
        need: Whether.
        rules: Ids of the rules that decided, or that could not.
        explanation: In Dutch; it says what lacks, too.
        unknown: Names of the facts that lack.
        unsourced: Names of the facts of which no source tells what a rule compares
            them with; a file of the entity can.
    """

    body: Body
    need: Need
    rules: tuple[str, ...] = ()
    explanation: str
    unknown: tuple[str, ...] = ()
    unsourced: tuple[str, ...] = ()


@attrs.frozen
class Edition:
    """A file that rules came from (uitgave).

    Attributes:
        name: What it calls itself.
        version: Which version it says it is.
    """

    name: str = attrs.field(validator=public_line)
    version: str = attrs.field(validator=public_line)


@attrs.frozen(kw_only=True)
class RuleSet:
    """All rules of an office (regels).

    Attributes:
        rules: Who has to be heard.
        terms: How long they have.
        deadlines: Until when a step can be put forward.
        delegations: What officials decide alone.
        regimes: The stretches of time that rules belong to; for who reads them.
        sources: Where they were read; for who reads them.
        editions: The files they came from, in the order of reading.
        sha256: Over what the rules were read from; recorded with each outcome.

    Raises:
        MalformedError: Two rules of one id, two terms of one body for one purpose, or
            two deadlines hold on one day.
    """

    rules: tuple[Rule, ...]
    terms: tuple[TermRule, ...]
    deadlines: tuple[DeadlineRule, ...] = ()
    delegations: tuple[DelegationRule, ...] = ()
    regimes: tuple[Regime, ...] = ()
    sources: tuple[Source, ...] = ()
    editions: tuple[Edition, ...] = ()
    sha256: str = attrs.field(validator=digest)

    def __attrs_post_init__(self) -> None:
        _check_disjoint((rule.id, rule) for rule in self.rules)
        _check_disjoint(((t.body, t.purpose), t) for t in self.terms)
        _check_disjoint(("", deadline) for deadline in self.deadlines)
        _check_disjoint((rule.id, rule) for rule in self.delegations)

    def assess(self, body: Body, facts: Mapping[str, Fact], day: date) -> Assessment:
        """Whether a body has to be heard on a proposal, by the rules of that day."""
        if body is Body.BA and "if_required" not in facts:
            # The agreement hangs on the advice: whether that is required is a fact.
            need = self.assess(Body.IF, facts, day).need
            facts = {**facts, "if_required": _AS_FACT[need]}
        mine = [r for r in self.rules if r.body is body and r.period.holds_on(day)]
        duties = [rule for rule in mine if rule.required]
        exemptions = [rule for rule in mine if not rule.required]
        if exempting := _matching(exemptions, facts, answer=True):
            return _assessed(body, Need.NOT_REQUIRED, exempting[:1])
        if not duties:
            said = f"geen regels gekend voor {date_in_dutch(day)}"
            return Assessment(body=body, need=Need.UNDETERMINED, explanation=said)
        asking = _matching(duties, facts, answer=True)
        doubts = _matching(exemptions, facts, answer=None)
        if asking and not doubts:
            return _assessed(body, Need.REQUIRED, asking)
        if not asking:
            doubts = [*_matching(duties, facts, answer=None), *doubts]
        if asking or any(rule.required for rule in doubts):
            return _undetermined(body, asking, doubts, facts)
        said = "geen regel vraagt het van dit voorstel"
        return Assessment(body=body, need=Need.NOT_REQUIRED, explanation=said)

    def turns(self, day: date) -> int:
        """How many times a rule started or ended, up to and including a day."""
        dated: tuple[_Dated, ...] = (*self.rules, *self.deadlines)
        periods = [rule.period for rule in dated]
        starts = sum(one.start is not None and one.start <= day for one in periods)
        return starts + sum(one.end is not None and one.end < day for one in periods)

    def decides(self, facts: Mapping[str, Fact], day: date) -> Delegation:
        """Whether an official may decide alone, by the rules of that day."""
        rules = [rule for rule in self.delegations if rule.period.holds_on(day)]
        return delegation(rules, facts)

    def term(
        self, body: Body, day: date, purpose: Purpose = Purpose.ANSWER
    ) -> TermRule | None:
        """The term of a body on that day; None where no rule gives one."""
        for term in self.terms:
            is_asked = (term.body, term.purpose) == (body, purpose)
            if is_asked and term.period.holds_on(day):
                return term
        return None

    def agenda_deadline(
        self, meeting: datetime, calendars: Mapping[str, Calendar]
    ) -> datetime | None:
        """The last moment to submit for a meeting; None where no rule gives one.

        Args:
            meeting: When it starts, with a zone; the rules of its day count.
            calendars: By name, with the bridging days of the office; one that lacks
                has none.
        """
        for rule in self.deadlines:
            if rule.period.holds_on(day_of(meeting)):
                calendar = calendars.get(rule.calendar)
                return rule.deadline.due(
                    meeting, calendar or calendar_named(rule.calendar)
                )
        return None


class _Dated(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def period(self) -> Period: ...


def _check_disjoint(rules: Iterable[tuple[Hashable, _Dated]]) -> None:
    """Refuse two rules about the same that hold on one day."""
    known: defaultdict[Hashable, list[_Dated]] = defaultdict(list)
    for about, rule in rules:
        for other in known[about]:
            if other.period.overlaps(rule.period):
                both = " and ".join(dict.fromkeys((other.id, rule.id)))
                raise MalformedError(
                    f"two rules {both} hold on one day: {other.period}, {rule.period}",
                    hint="End the one on the day before the other starts, or take it"
                    f' out of what is there: replaces = ["{other.id}"].',
                )
        known[about].append(rule)


def _matching(
    rules: Sequence[Rule], facts: Mapping[str, Fact], *, answer: bool | None
) -> list[Rule]:
    return [rule for rule in rules if rule.matches(facts) is answer]


def _assessed(body: Body, need: Need, rules: Sequence[Rule]) -> Assessment:
    said = "; ".join(f"{rule.id}: {rule.subject}" for rule in rules)
    names = tuple(rule.id for rule in rules)
    return Assessment(body=body, need=need, rules=names, explanation=said)


def _undetermined(
    body: Body,
    asking: Sequence[Rule],
    doubts: Sequence[Rule],
    facts: Mapping[str, Fact],
) -> Assessment:
    lacking = Lacking.of([one for rule in doubts for one in rule.when], facts)
    said = [f"{rule.id}: {rule.subject}" for rule in asking]
    said += [
        f"{'misschien' if rule.required else 'tenzij'} {rule.id}: {rule.subject}"
        for rule in doubts
    ]
    return Assessment(
        body=body,
        need=Need.UNDETERMINED,
        rules=tuple(rule.id for rule in (*asking, *doubts)),
        explanation="; ".join([*said, *lacking.told()]),
        unknown=lacking.facts,
        unsourced=lacking.unsourced,
    )
