"""What a rule rests on: since when it holds, where it was read, how sure that is."""

from __future__ import annotations

from datetime import date
from enum import Enum

import attrs

from digivl.errors import MalformedError
from digivl.kernel.checks import free_text, public_line


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
        inferred: The rule was read without these days: they were chosen for it.
    """

    start: date | None = None
    end: date | None = None
    inferred: bool = False

    def __attrs_post_init__(self) -> None:
        if self.start and self.end and self.end < self.start:
            raise MalformedError(
                f"a rule cannot hold from {self.start} to {self.end}",
                hint="Its last day is not before its first.",
            )

    def holds_on(self, day: date) -> bool:
        """Whether the rule holds on that day."""
        begun = self.start is None or self.start <= day
        return begun and (self.end is None or day <= self.end)

    def overlaps(self, other: Period) -> bool:
        """Whether there is a day on which both hold."""
        return _before(self.start, other.end) and _before(other.start, self.end)

    def __str__(self) -> str:
        # As ISO 8601-2 writes what is open.
        span = f"{self.start or '..'}/{self.end or '..'}"
        return f"{span} (afgeleid)" if self.inferred else span


def _before(start: date | None, end: date | None) -> bool:
    return start is None or end is None or start <= end


@attrs.frozen(kw_only=True)
class Regime:
    """A stretch of time in which rules held together (regeling).

    Attributes:
        id: E.g. ``BVCO-1``; rules in a file name it in the place of their days.
        subject: What it is, in Dutch.
        period: When it held, or holds.
        legal_basis: The act.
        note: What is not known of it.
    """

    id: str = attrs.field(validator=public_line)
    subject: str = attrs.field(validator=public_line)
    period: Period
    legal_basis: str = attrs.field(validator=public_line)
    note: str = attrs.field(default="", validator=free_text)


@attrs.frozen(kw_only=True)
class Source:
    """Where rules were read (bron).

    Attributes:
        key: How rules name it, e.g. ``VL-IF``.
        title: What it is, and where it stands.
    """

    key: str = attrs.field(validator=public_line)
    title: str = attrs.field(validator=public_line)
