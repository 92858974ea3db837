"""The term that runs for a question, and the inquiries that can stop it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs
from attrs.validators import optional

from digivl.advice.rules.ruleset import TermRule
from digivl.errors import MalformedError
from digivl.kernel.calendar import CALENDARS, Calendar
from digivl.kernel.checks import counted_from_one, digest, free_text
from digivl.kernel.moments import aware, day_of, in_dutch
from digivl.kernel.parties import Party
from digivl.kernel.reckoning import Reckoning, StepKind, TermStep
from digivl.kernel.terms import Suspension, Term, Urgency


@attrs.frozen(kw_only=True)
class Inquiry:
    """A question for information, or to complete the file (vraag om inlichtingen).

    Attributes:
        text: What was asked.
        by: Who asked, and has it again once it is answered.
        asked_at: When.
        suspends: It stops the term.
        answer: What was answered.
        answered_at: When; None while it is open.
    """

    text: str = attrs.field(validator=free_text)
    by: Party
    asked_at: datetime = attrs.field(validator=aware)
    suspends: bool
    answer: str = attrs.field(default="", validator=free_text)
    answered_at: datetime | None = attrs.field(default=None, validator=optional(aware))


def with_answer(
    inquiries: tuple[Inquiry, ...], answer: str, at: datetime
) -> tuple[Inquiry, ...]:
    """The inquiries once the last one is answered."""
    last = attrs.evolve(inquiries[-1], answer=answer, answered_at=at)
    return (*inquiries[:-1], last)


@attrs.frozen(kw_only=True)
class Urged:
    """That a minister invoked urgency (hoogdringendheid).

    Attributes:
        at: When.
        days: How many days the adviser has, counted from receipt.
    """

    at: datetime = attrs.field(validator=aware)
    days: int = attrs.field(validator=counted_from_one)


@attrs.frozen(kw_only=True)
class Clock:
    """The term of one question, by the rule that was in force at receipt (termijn).

    The rule stands here whole: it stays what it was when rules change.

    Attributes:
        term: The rule.
        rules: SHA-256 of the set of rules that it came from.
        received: When the term started.
        source: Who told when that was, in Dutch; empty where it was registered here.
        extension: Days more that the asker agreed to.
        urged: A shorter term that was declared meanwhile.
        due: The last instant, in UTC; None while an inquiry stops it.
    """

    term: TermRule
    rules: str = attrs.field(validator=digest)
    received: datetime = attrs.field(validator=aware)
    source: str = attrs.field(default="", validator=free_text)
    extension: int = 0
    urged: Urged | None = None
    due: datetime | None = attrs.field(default=None, validator=optional(aware))

    def suspends(self, at: datetime) -> bool:
        """Whether an inquiry at that moment stops the term."""
        if self.due is not None and self.due < at:
            return False
        return self.term.urgent_suspends if self.urged else self.term.suspends

    def urge(self, days: int | None, at: datetime) -> Clock:
        """The minister invokes urgency; the shortest term if no days are named.

        Raises:
            MalformedError: There is no urgency by the rule, or not with so few days,
                or it would make the term longer.
        """
        least = self.term.urgent_days
        if least is None:
            raise MalformedError(
                f"rule {self.term.id} knows no urgency",
                hint="Ask the adviser to answer early.",
            )
        wanted = least if days is None else days
        if not least <= wanted <= self.term.days:
            raise MalformedError(
                f"an urgent term has {least} to {self.term.days} days, not {wanted}",
                hint=f"Rule {self.term.id}: {self.term.legal_basis}.",
            )
        return attrs.evolve(self, urged=Urged(at=at, days=wanted))

    def extend(self, days: int) -> Clock:
        """The asker agrees to more days.

        Raises:
            MalformedError: The rule knows no longer term, or it is no more days.
        """
        if not self.term.extends:
            raise MalformedError(
                f"rule {self.term.id} knows no longer term",
                hint="Renew the question: the new one has a term of its own.",
            )
        if days < 1:
            raise MalformedError(
                "a longer term has at least one day more",
                hint="Say how many days more, e.g. days=3.",
            )
        return attrs.evolve(self, extension=self.extension + days)

    def wound(
        self,
        inquiries: Sequence[Inquiry] = (),
        calendars: Mapping[str, Calendar] = CALENDARS,
    ) -> Clock:
        """The clock with its end as it follows from the inquiries.

        Args:
            inquiries: What was asked since receipt, the oldest first.
            calendars: By name, with the bridging days of the office.

        Raises:
            MalformedError: There is no calendar of the name in the rule.
        """
        due = self._term().due(*self._counted(inquiries, calendars))
        return attrs.evolve(self, due=due)

    def reckoned(
        self,
        inquiries: Sequence[Inquiry] = (),
        calendars: Mapping[str, Calendar] = CALENDARS,
    ) -> Reckoning:
        """How the end is reached, step by step with the source of each.

        Raises:
            MalformedError: As `wound`.
        """
        found = self._term().reckon(*self._counted(inquiries, calendars))
        if not self.source or self._anew():
            return found
        first, *others = found.steps
        return attrs.evolve(found, steps=(first, self._told(), *others))

    def _told(self) -> TermStep:
        day = day_of(self.received)
        text = f"ontvangst gemeld door wie antwoordt: {in_dutch(self.received)}"
        return TermStep(StepKind.START, day, day, text, self.source)

    def _term(self) -> Term:
        return self._anew() or Term(
            days=self.term.days,
            counted=self.term.counted,
            rolls=self.term.rolls,
            extension=self.extension,
            rule=f"{self.term.id}: {self.term.legal_basis}",
        )

    def _anew(self) -> Term | None:
        """In urgency, where it is counted in other days: from when it was declared."""
        counted = self.term.urgent_counted
        if self.urged is None or counted is None:
            return None
        rule = f"{self.term.id}: {self.term.legal_basis}"
        return Term(days=self.urged.days, counted=counted, rule=rule)

    def _counted(
        self, inquiries: Sequence[Inquiry], calendars: Mapping[str, Calendar]
    ) -> tuple[datetime, Calendar, Sequence[Suspension], Urgency | None]:
        try:
            calendar = calendars[self.term.calendar]
        except KeyError:
            raise MalformedError(
                f"rule {self.term.id} names no known calendar: {self.term.calendar!r}",
                hint=f"Known: {', '.join(calendars)}.",
            ) from None
        anew = self.urged.at if self.urged and self._anew() else None
        start = anew or self.received
        asked = [
            Suspension(i.asked_at, i.answered_at)
            for i in inquiries
            if i.suspends and start <= i.asked_at
        ]
        return start, calendar, asked, None if anew else self._urgency()

    def _urgency(self) -> Urgency | None:
        if self.urged is None:
            return None
        return Urgency(
            at=self.urged.at,
            days=self.urged.days,
            least=self.term.urgent_days or self.urged.days,
            stops=self.term.urgent_suspends,
            rule=f"{self.term.id}: {self.term.legal_basis}",
        )
