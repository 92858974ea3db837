"""Timestamps that are had in the end: budgets, back-off, and waiting for one's turn."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import attrs

from digivl.errors import (
    BackendError,
    BackendRefusedError,
    BackendUnavailableError,
    MalformedError,
)
from digivl.kernel.moments import to_wire
from digivl.kernel.redaction import on_one_line
from digivl.pdf.timestamps import Asked, Token, checked_token, timestamp_request
from digivl.records.tallies import Tallies
from digivl.settings import Limits
from digivl.signing.authorities import TimestampAuthority, first_answer
from digivl.signing.tsa_account import Account, Budget, Outcome
from digivl.signing.tsa_meter import Meter

#: What a refusal says of the request, and not of the authority (RFC 3161, 2.4.2).
_OF_THE_REQUEST: Final = frozenset(
    {
        "bad_alg",
        "bad_request",
        "bad_data_format",
        "unaccepted_policy",
        "unaccepted_extension",
    }
)
#: However far off an answer is said to be, somebody looks again after this.
_LOOK_AGAIN_SECONDS: Final = 5.0
_AT_LEAST_SECONDS: Final = 0.05


@attrs.frozen(eq=False)
class MeteredAuthority:
    """An authority that is asked within its budget, and left alone when it fails.

    Its answers are checked: what is no token that holds counts as a failure.
    """

    _authority: TimestampAuthority
    _meter: Meter
    _chance: Callable[[], float] = random.random

    @classmethod
    def over(
        cls,
        authority: TimestampAuthority,
        budget: Budget,
        tallies: Tallies,
        clock: Callable[[], datetime],
        limits: Limits,
        chance: Callable[[], float] = random.random,
    ) -> MeteredAuthority:
        """Watch over an authority.

        Args:
            authority: That is asked.
            budget: How often.
            tallies: Where its account is kept; shared with whoever shares the budget.
            clock: The present moment, with a zone.
            limits: How long a request can last.
            chance: From 0 to 1: spreads those that failed together.
        """
        longest = timedelta(seconds=limits.http_longest_seconds)
        return cls(
            authority, Meter(authority.name, budget, tallies, clock, longest), chance
        )

    @property
    def name(self) -> str:
        """Name in the settings."""
        return self._authority.name

    def answer(self, request: bytes) -> bytes:
        """The answer to a timestamp request, when it holds.

        Raises:
            MalformedError: The request is none.
            BackendUnavailableError: No answer; or it was not asked, for want of budget
                or since it failed shortly before. `retry_after_seconds` says when to
                try again.
            BackendRefusedError: It answered, and the answer was no.
            UntrustworthyAnswerError: It answered what cannot be true.
            StorageError: Its budget could not be read.
        """
        asked = Asked.read(request)
        sent, free = self._meter.admit()
        if free > sent:
            raise self._put_off(free - sent, free)
        try:
            answer = self._authority.answer(request)
            checked_token(answer, asked, backend=self.name, at=self._meter.clock())
        except (BackendError, MalformedError) as failure:
            self._failed(failure, sent)
            raise
        # A plug-in may raise whatever it likes: the next authority is asked too.
        except Exception as cause:
            broken = BackendUnavailableError(
                self.name, f"its plug-in failed with {type(cause).__name__}"
            )
            self._failed(broken, sent)
            raise broken from cause
        self._meter.answered(sent)
        return answer

    def account(self) -> Account:
        """How often it was asked, and what came of it."""
        return self._meter.account()

    def close(self) -> None:
        """Write down what was counted, and let go of the connections."""
        self._meter.flush()
        close = getattr(self._authority, "close", None)
        if callable(close):
            close()

    def _put_off(self, wait: timedelta, free: datetime) -> BackendUnavailableError:
        later = BackendUnavailableError(
            self.name,
            f"not asked: its budget, or what went wrong before, lets it be until "
            f"{to_wire(free)}",
            hint="Try again then, or add another authority under [authorities].",
        )
        later.retry_after_seconds = wait.total_seconds()
        return later

    def _failed(self, failure: BackendError | MalformedError, sent: datetime) -> None:
        why = on_one_line(str(failure))
        if _is_of_the_request(failure):
            self._meter.ended(lambda now, one: one.refusing(now, asked=sent, why=why))
            return
        told = timedelta(seconds=getattr(failure, "retry_after_seconds", None) or 0)
        step = partial(
            Account.failing,
            outcome=_outcome(failure),
            asked=sent,
            why=why,
            chance=self._chance(),
            told=told,
        )
        after = self._meter.ended(lambda now, one: step(one, now=now))
        if after is not None and isinstance(failure, BackendUnavailableError):
            waits = (
                after.waits_until - self._meter.clock() if after.waits_until else told
            )
            failure.retry_after_seconds = max(0.0, waits.total_seconds())


def _outcome(failure: BackendError | MalformedError) -> Outcome:
    if isinstance(failure, BackendRefusedError):
        return Outcome.REFUSED
    return Outcome.FAILED if failure.retryable else Outcome.LIED


def _is_of_the_request(failure: BackendError | MalformedError) -> bool:
    if not isinstance(failure, BackendRefusedError):
        return False
    return bool(_OF_THE_REQUEST & {*failure.reason.split()})


@attrs.frozen(kw_only=True, eq=False)
class Timestamps:
    """The timestamps of an office: asked of its authorities in order; thread-safe.

    Attributes:
        authorities: In order of preference.
        clock: The present moment, with a zone.
        patience_seconds: How long a caller waits who does not say.
        pause: Waits so many seconds.
    """

    authorities: Sequence[TimestampAuthority]
    clock: Callable[[], datetime]
    patience_seconds: float = 0.0
    pause: Callable[[float], None] = time.sleep

    def token(
        self,
        digest: bytes,
        *,
        policy: str | None = None,
        wait_seconds: float | None = None,
    ) -> Token:
        """A checked timestamp over a digest.

        Args:
            digest: SHA-256, SHA-384 or SHA-512 of what is stamped.
            policy: OID of the policy the token has to be under; None takes any.
            wait_seconds: As `answer`.

        Raises:
            MalformedError: It is no digest, or no OID; else as `answer`.
        """
        asked = timestamp_request(digest, policy=policy)
        answer = self.answer(asked.der, wait_seconds=wait_seconds)
        return checked_token(answer, asked)

    def answer(self, request: bytes, *, wait_seconds: float | None = None) -> bytes:
        """The first answer that holds; waits for one, no longer than is said.

        Args:
            request: DER of the timestamp request.
            wait_seconds: How long to wait at most; 0 asks once. None is the patience
                of the office.

        Raises:
            BackendUnavailableError: None answered in that time, or none can;
                `retry_after_seconds` says when the first of them may.
            BackendRefusedError: All of them said no.
            UntrustworthyAnswerError: One of them answered what cannot be true.
            ConfigurationError: There is no authority to ask.
        """
        most = self.patience_seconds if wait_seconds is None else wait_seconds
        started, waited = self.clock(), 0.0
        while True:
            try:
                return first_answer(self.authorities, request)
            except BackendUnavailableError as error:
                gone = (self.clock() - started).total_seconds()
                # By both, so that a clock that is set back does not make it endless.
                left = most - max(gone, waited)
                wait = error.retry_after_seconds
                wait = _LOOK_AGAIN_SECONDS if wait is None else wait
                if wait > left or left <= 0:
                    raise
            step = min(max(wait, _AT_LEAST_SECONDS), _LOOK_AGAIN_SECONDS)
            self.pause(step)
            waited += step

    def accounts(self) -> Mapping[str, Account]:
        """How often each authority was asked, and what came of it, by its name."""
        return {
            one.name: one.account()
            for one in self.authorities
            if isinstance(one, MeteredAuthority)
        }
