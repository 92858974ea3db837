"""What is known of a timestamp authority: how often it was asked, and when it may be.

Pure: the present moment and chance come in as arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

import attrs
from attrs.validators import ge, instance_of, le, optional

from digivl.errors import ConfigurationError
from digivl.kernel.moments import aware

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
#: The first wait after a failure; each next one is twice as long, up to the longest.
_FIRST_WAIT: Final = timedelta(seconds=2)
_LONGEST_WAIT: Final = timedelta(minutes=10)
#: How soon to look again whether a trial went well, or an answer came.
_SOON: Final = timedelta(seconds=1)


_KINDS: Final[Mapping[str, Callable[[str], Any]]] = {
    "per_minute": int,
    "per_day": int,
    "pause_seconds": float,
}


@attrs.frozen(kw_only=True)
class Budget:
    """How often an authority may be asked (budget); what is None does not matter.

    Attributes:
        per_minute: Most requests in any 60 seconds.
        per_day: Most requests in any 24 hours.
        pause_seconds: Least time between an answer and the next request; a day at most.
    """

    per_minute: int | None = attrs.field(
        default=None, validator=optional([instance_of(int), ge(1)])
    )
    per_day: int | None = attrs.field(
        default=None, validator=optional([instance_of(int), ge(1)])
    )
    pause_seconds: float = attrs.field(default=0.0, validator=[ge(0), le(86_400)])

    @classmethod
    def from_options(cls, name: str, options: Mapping[str, str]) -> Budget:
        """The budget in the options of an authority; others are left alone.

        Raises:
            ConfigurationError: One of them is no number above zero.
        """
        found = {key: options[key] for key in _KINDS if key in options}
        try:
            return cls(**{key: _KINDS[key](text) for key, text in found.items()})
        except (ValueError, OverflowError) as cause:
            raise ConfigurationError(
                f"authorities.{name}: its budget is not in numbers: {found}",
                hint="per_minute and per_day are whole and above zero; pause_seconds "
                "is from 0 to 86400.",
            ) from cause

    @property
    def windows(self) -> tuple[tuple[int, timedelta], ...]:
        """Most requests in any stretch of time of that length."""
        pause = timedelta(seconds=self.pause_seconds)
        all_of_them = (
            (1 if pause else None, pause),
            (self.per_minute, _MINUTE),
            (self.per_day, _DAY),
        )
        return tuple((most, length) for most, length in all_of_them if most)


@attrs.frozen
class Use:
    """Requests that count for the budget.

    The authority counts a request when it comes in: some time between sending and the
    answer. So it counts here as if it came in last of all: now while it is under way,
    at the answer after that.

    Attributes:
        at: When it was sent, or answered; the last of them when they are several.
        count: How many.
        until: While it is under way: when it will surely be over.
    """

    at: datetime = attrs.field(validator=aware)
    count: int = 1
    until: datetime | None = None

    def counts_at(self, now: datetime) -> datetime:
        """The moment it counts at, as things stand."""
        return self.at if self.until is None else min(now, self.until)


#: What is not the matter with an authority that answered.
_WELL: Final[Mapping[str, Any]] = {
    "in_a_row": 0,
    "failed_at": None,
    "why": "",
    "waits_until": None,
    "trial": None,
}


class Outcome(Enum):
    """How a request ended; the field of the account that counts it."""

    ANSWERED = "answered"
    FAILED = "failed"
    REFUSED = "refused"
    LIED = "lied"


@attrs.frozen(kw_only=True)
class Account:
    """What is known of one authority.

    Attributes:
        since: From when it was counted.
        answered: Tokens that held.
        failed: No answer, or one that said: later.
        refused: It said no.
        lied: It answered what cannot be true.
        put_off: Not asked, for want of budget or while it was left alone.
        in_a_row: Failures since the last answer; those of one moment count once.
        failed_at: When the last of them ended.
        last_answer: When it last gave a token that held.
        why: What went wrong last; empty after an answer.
        waits_until: Not asked before, since it failed.
        trial: Somebody tries whether it works again, until then at the latest.
        uses: What counts for the budget, oldest first.
    """

    since: datetime = attrs.field(validator=aware)
    answered: int = 0
    failed: int = 0
    refused: int = 0
    lied: int = 0
    put_off: int = 0
    in_a_row: int = 0
    failed_at: datetime | None = None
    last_answer: datetime | None = None
    why: str = ""
    waits_until: datetime | None = None
    trial: datetime | None = None
    uses: tuple[Use, ...] = ()

    @property
    def asked(self) -> int:
        """How often it was asked, and it ended."""
        return self.answered + self.failed + self.refused + self.lied

    def free_at(self, budget: Budget, now: datetime) -> datetime:
        """When it may be asked: not after `now` means at once.

        While other requests are under way it is a guess, never too late by their doing.
        """
        return max(now, *self._left_alone(now), *self._full(budget, now))

    def _left_alone(self, now: datetime) -> Iterator[datetime]:
        yield self.waits_until or now
        if self.trial is not None and now < self.trial:
            yield min(now + _SOON, self.trial)

    def _full(self, budget: Budget, now: datetime) -> Iterator[datetime]:
        for most, length in budget.windows:
            left = most
            for use in sorted(self.uses, key=lambda one: one.counts_at(now))[::-1]:
                left -= use.count
                if left <= 0:
                    yield use.counts_at(now) + length
                    break

    def believed(self, now: datetime, longest: timedelta) -> Account:
        """As it is, where a clock that ran ahead was set right since.

        What was done in what is now the future was done by now: it counts as of now.
        So it makes no room, and keeps nobody away until then.

        Args:
            now: The present moment.
            longest: How long a request can last.
        """
        uses = tuple(
            attrs.evolve(
                use,
                at=min(use.at, now),
                until=use.until and min(use.until, now + longest),
            )
            for use in self.uses
        )
        trial = self.trial and min(self.trial, now + longest)
        ahead = max((self.failed_at or now) - now, timedelta())
        return attrs.evolve(
            self,
            uses=uses,
            trial=trial,
            failed_at=self.failed_at and self.failed_at - ahead,
            waits_until=self.waits_until and self.waits_until - ahead,
        )

    def asking(self, budget: Budget, now: datetime, until: datetime) -> Account:
        """It is being asked.

        Args:
            budget: Of the authority.
            now: The present moment.
            until: When the request will surely be over, answered or not.
        """
        asked = attrs.evolve(self, trial=until if self.in_a_row else None)
        if not budget.windows:
            return asked
        return attrs.evolve(asked, uses=_kept((*self.uses, Use(now, 1, until)), now))

    def answering(self, now: datetime, *, asked: datetime) -> Account:
        """It gave a token that holds."""
        ended = self._ended(Outcome.ANSWERED, now, asked)
        return attrs.evolve(ended, last_answer=now)

    def failing(
        self,
        outcome: Outcome,
        now: datetime,
        *,
        asked: datetime,
        why: str,
        chance: float,
        told: timedelta = timedelta(),
    ) -> Account:
        """It did not, and is left alone for a while: longer each time.

        Args:
            outcome: How it ended.
            now: The present moment.
            asked: When the request was sent.
            why: One line for people.
            chance: From 0 to 1: many that failed together do not come back together.
            told: How long it said itself to stay away.
        """
        # What was under way when it failed already says nothing new.
        new = self.failed_at is None or asked > self.failed_at
        row = self.in_a_row + new
        # Past 20 doublings it is the longest wait by far.
        doubled: timedelta = _FIRST_WAIT * 2 ** min(row - 1, 20)
        wait = min(doubled, _LONGEST_WAIT) * (0.5 + chance / 2)
        until = now + max(wait, min(told, _DAY))
        return attrs.evolve(
            self._ended(outcome, now, asked),
            in_a_row=row,
            failed_at=now,
            why=why,
            waits_until=max(until, self.waits_until or until),
        )

    def refusing(self, now: datetime, *, asked: datetime, why: str) -> Account:
        """It refused this request, and may well answer another: it works."""
        return attrs.evolve(self._ended(Outcome.REFUSED, now, asked), why=why)

    def putting_off(self) -> Account:
        """It was passed over, unasked."""
        return attrs.evolve(self, put_off=self.put_off + 1)

    def answered_more(self, count: int, last: datetime) -> Account:
        """It gave so many tokens that were not counted yet; it works."""
        answered = self.answered + count
        return attrs.evolve(self, answered=answered, last_answer=last, **_WELL)

    def _ended(self, outcome: Outcome, now: datetime, asked: datetime) -> Account:
        name = outcome.value
        return attrs.evolve(
            self,
            **{name: getattr(self, name) + 1, **_WELL},
            uses=_kept(_over(self.uses, asked, now), now),
        )


def _over(uses: Iterable[Use], asked: datetime, now: datetime) -> Iterator[Use]:
    """The uses, of which one that was sent then is over."""
    found = False
    for use in uses:
        if not found and use.at == asked and use.until is not None:
            found = True
            # A clock that was set back must not make room.
            yield Use(max(now, use.at))
        else:
            yield use


def _kept(uses: Iterable[Use], now: datetime) -> tuple[Use, ...]:
    """What still counts; of older minutes only how many, as if all came in last."""
    kept: dict[object, Use] = {}
    for number, use in enumerate(sorted(uses, key=lambda one: one.counts_at(now))):
        at = use.counts_at(now)
        if at <= now - _DAY:
            continue
        under_way = use.until is not None and now < use.until
        older = not under_way and at <= now - 2 * _MINUTE
        key = at.replace(second=0, microsecond=0) if older else number
        same = kept.get(key)
        if older:
            kept[key] = Use(at, use.count + (same.count if same else 0))
        else:
            kept[key] = use
    return tuple(kept.values())
