"""Establishes that the deadline of a signing flow passed: an act by the system."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

import attrs

from digivl.custody.moves import Moves, moved_once
from digivl.errors import StaleRecordError
from digivl.kernel.parties import SYSTEM
from digivl.records.entries import Entry
from digivl.records.port import Query, RecordBook
from digivl.signing.model import FLOW, SigningFlow
from digivl.signing.turns import Turns


@attrs.frozen
class Expiry:
    """Watches the deadlines of an office; needs no means and no authority."""

    _book: RecordBook
    _moves: Moves
    _clock: Callable[[], datetime]

    def establish(self, *, most: int = 500) -> Sequence[Entry[SigningFlow]]:
        """Write down each deadline that passed, once; who started the flow goes on.

        Args:
            most: Leave the rest for the next time.
        """
        now = self._clock()
        rows = self._book.rows(Query(kind=FLOW.name, open=True, due_before=now))
        found = self._book.read_all(FLOW, [row.ref.id for row in rows]).values()
        late = [entry for entry in found if entry.record.is_late(now)]
        expired = []
        for entry in late[:most]:
            # A signature that came at the same moment was quicker.
            with suppress(StaleRecordError):
                expired.append(self._expired(entry, now))
        return expired

    def _expired(self, entry: Entry[SigningFlow], now: datetime) -> Entry[SigningFlow]:
        draft = entry.next(entry.record.expire(), "expire", SYSTEM, now)
        held = Turns(self._moves).moved(draft, entry.record)
        return self._book.write(draft, *moved_once(held))[0]
