"""The term that runs for a question, and the inquiries that can stop it."""

from __future__ import annotations

from datetime import datetime

import attrs
from attrs.validators import optional

from digivl.kernel.checks import counted_from_one, free_text
from digivl.kernel.moments import aware
from digivl.kernel.terms import Counted


@attrs.frozen(kw_only=True)
class Inquiry:
    """A question for information, or to complete the file (vraag om inlichtingen).

    Attributes:
        text: What was asked.
        asked_at: When.
        suspends: It stops the term.
        answer: What was answered.
        answered_at: When; None while it is open.
    """

    text: str = attrs.field(validator=free_text)
    asked_at: datetime = attrs.field(validator=aware)
    suspends: bool
    answer: str = attrs.field(default="", validator=free_text)
    answered_at: datetime | None = attrs.field(default=None, validator=optional(aware))


@attrs.frozen(kw_only=True)
class Clock:
    """The term of one question, by the rule that was in force at receipt (termijn).

    Attributes:
        rule: Id of the rule that set it.
        rules: SHA-256 of the set of rules that the rule came from.
        days: How many days.
        counted: Which days count.
        calendar: Name of the calendar that says so.
        received: When the term started.
        urgent: The minister invoked urgency.
        due: The last instant, in UTC; None while an inquiry stops it.
    """

    rule: str
    rules: str
    days: int = attrs.field(validator=counted_from_one)
    counted: Counted
    calendar: str
    received: datetime = attrs.field(validator=aware)
    urgent: bool = False
    due: datetime | None = attrs.field(default=None, validator=optional(aware))


def with_answer(
    inquiries: tuple[Inquiry, ...], answer: str, at: datetime
) -> tuple[Inquiry, ...]:
    """The inquiries once the last one is answered."""
    last = attrs.evolve(inquiries[-1], answer=answer, answered_at=at)
    return (*inquiries[:-1], last)
