"""Who stands in for whom during an absence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.custody.model import DELEGATION, Delegation
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import Party
from digivl.records.entries import Entry, first
from digivl.records.port import Query, RecordBook


@attrs.frozen
class Absences:
    """The delegations of an office."""

    _book: RecordBook
    _guard: Guard
    _clock: Callable[[], datetime]

    def delegate(
        self,
        holder: Party,
        to: Party,
        *,
        start: datetime,
        until: datetime,
        by: Party,
        reason: str = "",
    ) -> Entry[Delegation]:
        """Let `to` act for `holder` during an absence; custody stays with the holder.

        Args:
            holder: Who is absent.
            to: Who acts; its work list shows what the holder has.
            start: From when, with a zone.
            until: Up to when; it ends by itself.
            by: Who arranges it.
            reason: Why, without personal values.

        Raises:
            NotAllowedError: `by` does not work with the holder, and may not arrange it.
            MalformedError: It ends before it starts.
        """
        self._check(holder, by)
        record = Delegation(holder=holder, to=to, start=start, until=until)
        now = self._clock()
        draft = first(DELEGATION, new_id(), record, "delegate", by, now, reason)
        return self._book.write(draft)[0]

    def end(self, id: str, *, by: Party, reason: str = "") -> Entry[Delegation]:
        """The holder is back earlier.

        Raises:
            NotAllowedError: As `delegate`.
            NotFoundError: No such delegation.
            StepNotAllowedError: It was ended already.
        """
        with self._guard.hiding(by, Permission.MOVE_CUSTODY, DELEGATION.ref(id)):
            found = self._book.read(DELEGATION, id)
        self._check(found.record.holder, by)
        draft = found.next(found.record.end(), "end", by, self._clock(), reason)
        return self._book.write(draft)[0]

    def in_force(self, moment: datetime) -> Mapping[str, Party]:
        """Who acts for each absent holder at that moment; the last arranged counts."""
        return {e.record.holder.id: e.record.to for e in self._given(moment)}

    def acts_for(self, one: Party, holder: Party, moment: datetime) -> bool:
        """Whether a party does what waits for `holder` at that moment.

        It is the holder, works with it, or stands in for it.
        """
        if works_with(one, holder):
            return True
        acting = self.in_force(moment).get(holder.id)
        return acting is not None and acting.id == one.id

    def sign_for(self, moment: datetime) -> Mapping[str, Party]:
        """Who signs for each absent party at that moment; the last arranged counts.

        A signature asks more than work does: the absent party arranged it itself, or
        who records the government did. A colleague cannot make itself signatory.
        """
        allows, may = self._guard.policy.allows, Permission.MANAGE_GOVERNMENT
        return {
            entry.record.holder.id: entry.record.to
            for entry in self._given(moment)
            if entry.actor.id == entry.record.holder.id or allows(entry.actor, may)
        }

    def _given(self, moment: datetime) -> Sequence[Entry[Delegation]]:
        """The absences in force at that moment, in the order they were arranged."""
        rows = self._book.rows(Query(kind=DELEGATION.name, open=True))
        found = self._book.read_all(DELEGATION, [row.ref.id for row in rows])
        given = sorted(found.values(), key=lambda entry: entry.number)
        return [entry for entry in given if entry.record.holds_at(moment)]

    def _check(self, holder: Party, by: Party) -> None:
        if not works_with(by, holder):
            whose = [holder.minister or holder.id]
            self._guard.check(by, Permission.MOVE_CUSTODY, ministers=whose)


def works_with(one: Party, other: Party) -> bool:
    """Whether they are the same, or of the same organisation."""
    return one.id == other.id or (one.entity is not None and one.entity == other.entity)
