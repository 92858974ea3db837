"""Establishes that a term passed without an answer, and what that means.

Silence is an act with its rule, by the system: never a state that somebody guesses.
Where no rule is known that says what it means, nothing is established: the question
stays open, and is overdue.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import attrs

from digivl.advice.agreement import AGREEMENT, Agreement
from digivl.advice.appeals import Appeals
from digivl.advice.body import SilenceEffect
from digivl.advice.clock import Clock
from digivl.advice.follow_up import Silence
from digivl.advice.questions import Questions
from digivl.advice.request import ADVICE, AdviceRequest, AdviceState
from digivl.errors import StaleRecordError
from digivl.kernel.declared import checked
from digivl.kernel.kinds import Kind
from digivl.kernel.parties import SYSTEM
from digivl.records.entries import AnyEntry
from digivl.records.port import Query, RecordBook

_NEXT: Final = "verder zonder antwoord: de termijn is verstreken"


@attrs.frozen
@checked
class Silences:
    """Watches the terms of everything that was asked."""

    _book: RecordBook
    _questions: Questions
    _appeals: Appeals
    _clock: Callable[[], datetime]

    def establish(
        self, *, most: int = 500, unheard: Collection[str] = ()
    ) -> list[AnyEntry]:
        """Write down each term that passed, once; the asker goes on.

        Args:
            most: Leave the rest for the next time.
            unheard: Channels that could not be read: an answer may be there.
        """
        now, written = self._clock(), []
        late = [*self._late(ADVICE, now), *self._late(AGREEMENT, now)]
        heard = [entry for entry in late if entry.record.channel not in unheard]
        for entry in heard[:most]:
            # An answer that came in at the same moment was quicker.
            with suppress(StaleRecordError):
                written.append(self._establish(entry, now))
        return written

    def _late(self, kind: Kind[Any], now: datetime) -> Iterator[AnyEntry]:
        rows = self._book.rows(Query(kind=kind.name, open=True, due_before=now))
        found = self._book.read_all(kind, [row.ref.id for row in rows])
        for entry in found.values():
            clock = _clock_of(entry.record)
            if clock and clock.term.silence is not SilenceEffect.UNKNOWN:
                yield entry

    def _establish(self, entry: AnyEntry, now: datetime) -> AnyEntry:
        clock = _clock_of(entry.record)
        if clock is None:
            raise AssertionError("only what has a clock is late")
        silence = Silence(
            effect=clock.term.silence,
            rule=clock.term.id,
            rules=clock.rules,
            at=now,
        )
        record = entry.record.lapse(silence)
        draft = entry.next(record, "lapse", SYSTEM, now, clock.term.legal_basis)
        if _is_appealed(entry.record):
            return self._appeals.ruled(draft, "voorleggen aan de Vlaamse Regering")
        return self._questions.moved(draft, record.asker, _NEXT)


def _is_appealed(record: AdviceRequest | Agreement) -> bool:
    return record.state is AdviceState.APPEALED


def _clock_of(record: AdviceRequest | Agreement) -> Clock | None:
    """The clock that runs now."""
    if isinstance(record, AdviceRequest) and _is_appealed(record):
        return record.appeal.clock if record.appeal else None
    return record.clock
