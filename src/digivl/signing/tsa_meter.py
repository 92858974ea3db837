"""Keeps the account of a timestamp authority, shared by all who share the book.

An authority with a budget is written down before and after each request. One without is
written down when something changes, and now and then: to sign fast is worth more than a
count that is right to the second.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, TypeVar

import attrs

from digivl.errors import DigivlError, MalformedError
from digivl.kernel.moments import from_wire, to_wire
from digivl.records.tallies import Tallies
from digivl.signing.tsa_account import Account, Budget, Use

T = TypeVar("T")

_LOG = logging.getLogger("digivl.timestamps")
_PREFIX: Final = "authority/"
#: How long what was read of an authority without a budget is believed.
_BELIEVED: Final = timedelta(seconds=10)
_MOMENTS: Final = ("since", "failed_at", "last_answer", "waits_until", "trial")


def accounts(tallies: Tallies) -> Mapping[str, Account]:
    """The accounts that are kept, by name of the authority."""
    found = {
        name.removeprefix(_PREFIX): _read(text)
        for name, text in tallies.read(_PREFIX).items()
    }
    return {name: account for name, account in found.items() if account is not None}


@attrs.define(eq=False)
class Meter:
    """Keeps the account of one authority; thread-safe.

    Attributes:
        name: Of the authority in the settings.
        budget: How often it may be asked.
        tallies: Where the account is kept.
        clock: The present moment, with a zone.
        longest: How long one request can last, whatever happens.
    """

    name: str
    budget: Budget
    tallies: Tallies
    clock: Callable[[], datetime]
    longest: timedelta
    _lock: Lock = attrs.field(factory=Lock, init=False)
    _known: Account | None = attrs.field(default=None, init=False)
    _read_at: datetime | None = attrs.field(default=None, init=False)
    _unwritten: int = attrs.field(default=0, init=False)

    def admit(self) -> tuple[datetime, datetime]:
        """Count a request that is about to be sent, if there is room for it.

        Returns:
            The present moment, and when the authority may be asked: now, or later. If
            later, nothing was counted but that it was put off.
        """
        if not self.budget.windows and self._is_well():
            now = self.clock()
            return now, now
        return self._change(self._admitted)

    def answered(self, asked: datetime) -> None:
        """The request that was sent then gave a token that holds."""
        if self.budget.windows:
            self._told(lambda now, account: account.answering(now, asked=asked))
            return
        with self._lock:
            self._unwritten += 1
            if self._fresh():
                return
        self.flush()

    def ended(self, step: Callable[[datetime, Account], Account]) -> Account | None:
        """A request did not give one; `step` says what follows from it.

        Returns:
            The account after it; None when it could not be written.
        """
        return self._told(step)

    def account(self) -> Account:
        """The account as it is now."""
        self.flush()
        return self._change(lambda _, account: (account, account))

    def flush(self) -> None:
        """Write down what was not written yet; a book that is busy is let be."""
        if self._unwritten:
            self._told(lambda _, account: account)

    def _is_well(self) -> bool:
        with self._lock:
            if self._fresh() and self._known is not None:
                return not self._known.in_a_row
        found = self._told(lambda _, account: account)
        return found is None or not found.in_a_row

    def _fresh(self) -> bool:
        read_at = self._read_at
        return read_at is not None and abs(self.clock() - read_at) < _BELIEVED

    def _admitted(
        self, now: datetime, account: Account
    ) -> tuple[Account, tuple[datetime, datetime]]:
        free = account.free_at(self.budget, now)
        if free > now:
            return account.putting_off(), (now, free)
        return account.asking(self.budget, now, now + self.longest), (now, now)

    def _told(self, step: Callable[[datetime, Account], Account]) -> Account | None:
        """Change what nobody waits for: a token is worth more than its count."""

        def both(now: datetime, account: Account) -> tuple[Account, Account]:
            after = step(now, account)
            return after, after

        try:
            return self._change(both)
        except DigivlError as error:
            _LOG.warning("%s: its account was not written: %s", self.name, error)
            return None

    def _change(self, step: Callable[[datetime, Account], tuple[Account, T]]) -> T:
        with self._lock:
            counted = self._unwritten

            def written(text: str | None) -> tuple[str, tuple[Account, T]]:
                now = self.clock()
                account = (_read(text) if text else None) or Account(since=now)
                if counted:
                    account = account.answered_more(counted, now)
                account, told = step(now, account.believed(now, self.longest))
                return _text(account), (account, told)

            self._known, told = self.tallies.change(_PREFIX + self.name, written)
            self._read_at, self._unwritten = self.clock(), self._unwritten - counted
        return told


def _text(account: Account) -> str:
    fields = attrs.asdict(account, recurse=False)
    fields["uses"] = [
        [to_wire(use.at), use.count, use.until and to_wire(use.until)]
        for use in account.uses
    ]
    return json.dumps(
        {
            name: to_wire(value) if isinstance(value, datetime) else value
            for name, value in fields.items()
        }
    )


def _read(text: str) -> Account | None:
    """The account; None when another program made something else of it."""
    known = {field.name for field in attrs.fields(Account)}
    with suppress(ValueError, TypeError, KeyError, AttributeError, MalformedError):
        fields: dict[str, Any] = json.loads(text)
        fields = {name: value for name, value in fields.items() if name in known}
        for name in _MOMENTS:
            fields[name] = fields[name] and from_wire(fields[name])
        fields["uses"] = tuple(
            Use(from_wire(at), count, until and from_wire(until))
            for at, count, until in fields["uses"]
        )
        return Account(**fields)
    return None
