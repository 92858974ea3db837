"""Moves custody by hand; answers who has what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

import attrs

from digivl.custody.absence import Absences
from digivl.custody.holders import Holders
from digivl.custody.late import EARLY, Overdue, reminder_of
from digivl.custody.listing import earliest_due, shown
from digivl.custody.model import CUSTODY, Custody, custody_id
from digivl.custody.moves import Moves, handed_back
from digivl.custody.rights import Rights
from digivl.errors import MalformedError, StaleRecordError, StepNotAllowedError
from digivl.kernel.calendar import LEGAL, Calendar
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import SYSTEM, Party, Role
from digivl.records.entries import Entry
from digivl.records.port import Query, RecordBook, Row

_HANDED: Final = ("hand over", "take over", "escalate")
_NO_ACTS: Final = ("remind", EARLY, "extend")


@attrs.frozen
class Custodian:
    """Knows who holds what, and lets those move it by hand who may."""

    _book: RecordBook
    _moves: Moves
    _rights: Rights
    _absences: Absences
    _holders: Holders
    _clock: Callable[[], datetime]
    _calendar: Calendar = LEGAL

    def hand_over(
        self, subject: Ref, to: Party, *, by: Party, reason: str = ""
    ) -> Entry[Custody]:
        """Give a subject to somebody else, with the same step and due moment.

        What the holder has of the same dossier goes with it: a dossier and the question
        for which the holder has it.

        Raises:
            NotAllowedError: `by` does not hold it, nor stands in for the holder, nor
                works with it, nor may by its role.
            MalformedError: A question goes with it that `to` can do nothing with: it
                cannot answer, is not of the side that asks, nor above them.
            StepNotAllowedError: Its custody is closed.
        """
        return self._given(self._rights.held(subject, by), to, by, "hand over", reason)

    def take_over(self, subject: Ref, *, by: Party, reason: str) -> Entry[Custody]:
        """Take a subject from who holds it; the reason stands in the book.

        Raises:
            NotAllowedError: As `hand_over`; but who had it before may, and who asked.
            MalformedError: There is no reason.
            StepNotAllowedError: Its custody is closed.
        """
        if not reason.strip():
            raise MalformedError(
                "taking over asks a reason", hint="Say why the holder does not do it."
            )
        return self._given(
            self._rights.held(subject, by, had=True), by, by, "take over", reason
        )

    def escalate(
        self, subject: Ref, to: Party, *, by: Party, reason: str
    ) -> Entry[Custody]:
        """Give a subject to who is responsible above the holder.

        Raises:
            NotAllowedError: As `take_over`.
            MalformedError: As `hand_over`.
            StepNotAllowedError: Its custody is closed.
        """
        found = self._rights.held(subject, by, had=True)
        return self._given(found, to, by, "escalate", reason)

    def recall(self, subject: Ref, *, by: Party, reason: str = "") -> Entry[Custody]:
        """Take back what was just handed over, as it was before.

        What moved with an act (a question, an agenda) goes back with the act that
        undoes that one, not so.

        Raises:
            NotAllowedError: As `take_over`.
            StepNotAllowedError: `by` did not hand it over last, or the holder has done
                something since.
        """
        last = self._rights.held(subject, by, had=True)
        acts = self._acts(last)
        handed = len(acts) > 1 and acts[-1].action in _HANDED
        if not handed or acts[-2].record.holder.id != by.id:
            raise StepNotAllowedError(
                "custody", "niet door u overgedragen", "recall", ("take over",)
            )
        now = self._clock()
        return self._book.write(
            *(
                handed_back(one, self._before(one), by, now, reason)
                for one in self._moves.held_with(last)
                if self._went_with(one, acts[-1])
            )
        )[0]

    def extend(
        self, subject: Ref, due: datetime, *, by: Party, reason: str
    ) -> Entry[Custody]:
        """Give the holder until another moment.

        Raises:
            NotAllowedError: As `take_over`.
            MalformedError: It lies before the holder got it.
            StepNotAllowedError: Its custody is closed.
        """
        found = self._rights.held(subject, by, had=True)
        record = found.record.extend(due)
        draft = found.next(record, "extend", by, self._clock(), reason)
        return self._book.write(draft)[0]

    def _given(
        self, found: Entry[Custody], to: Party, by: Party, action: str, reason: str
    ) -> Entry[Custody]:
        if to.id != by.id:
            for one in self._moves.held_with(found):
                self._holders.check(one.record, to)
        drafts = self._moves.given(found, to, by, action, self._clock(), reason)
        return self._book.write(*drafts)[0]

    def _acts(self, found: Entry[Custody]) -> Sequence[Entry[Custody]]:
        # A reminder, or more time, is no act of the holder.
        history = self._book.history(CUSTODY, found.id)
        return [entry for entry in history if entry.action not in _NO_ACTS]

    def _before(self, found: Entry[Custody]) -> Custody:
        return self._acts(found)[-2].record

    def _went_with(self, found: Entry[Custody], handed: Entry[Custody]) -> bool:
        last = self._acts(found)[-1]
        same = last.action == handed.action and last.at == handed.at
        return same and last.actor == handed.actor

    def of(self, subject: Ref) -> Entry[Custody]:
        """Who holds it now.

        Raises:
            NotFoundError: Nobody ever held it.
        """
        return self._moves.of(subject)

    def history(self, subject: Ref) -> Sequence[Entry[Custody]]:
        """Who held it, the oldest first."""
        return list(self._book.history(CUSTODY, custody_id(subject)))

    def worklist(
        self,
        *,
        holder: str | None = None,
        role: Role | None = None,
        entity: str | None = None,
        minister: str | None = None,
    ) -> Sequence[Row]:
        """What waits for somebody, the earliest due first.

        Args:
            holder: Id of a party; what it does for who is absent comes with it.
            role: In which role it is held.
            entity: Organisation of the holder, as OVO code or URI.
            minister: Id of the minister the holder works for, or is.
        """
        query = Query(
            open=True,
            held=True,
            holder=holder,
            role=role.value if role else None,
            entity=entity,
            minister=minister,
        )
        rows = list(self._book.rows(query))
        if holder is not None:
            for absent, acting in self._absences.in_force(self._clock()).items():
                if acting.id == holder:
                    rows += self._book.rows(attrs.evolve(query, holder=absent))
        return sorted(shown(self._book, rows), key=earliest_due)

    def overdue(self) -> Sequence[Overdue]:
        """What should have been done by now, the longest overdue first."""
        now = self._clock()
        late = self._book.rows(Query(open=True, held=True, due_before=now))
        rows = shown(self._book, late)
        acting = self._absences.in_force(now)
        names = [row.ref.id for row in rows if row.ref.kind == CUSTODY.name]
        held = self._book.read_all(CUSTODY, names)
        return [
            Overdue.of(row, held.get(row.ref.id), acting, now, self._calendar)
            for row in rows
        ]

    def remind(self, *, most: int = 500) -> Sequence[Entry[Custody]]:
        """Record a reminder of each due moment, before and when it passed, once each.

        Listeners hear it: ``remind early`` on the working day before, for a term of
        more than two of them, and ``remind`` once it passed.

        Args:
            most: Leave the rest for the next time.
        """
        now = self._clock()
        soon = self._calendar.due(now, 1)
        query = Query(kind=CUSTODY.name, open=True, due_before=soon)
        # Who has a dossier for a question is reminded of the question.
        names = [row.ref.id for row in shown(self._book, self._book.rows(query))]
        found = self._book.read_all(CUSTODY, names).values()
        due = [
            (entry, action)
            for entry in found
            if (action := reminder_of(entry.record, now, self._calendar))
        ]
        reminded = []
        for entry, action in due[:most]:
            record = entry.record.remind(early=action == EARLY)
            draft = entry.next(record, action, SYSTEM, now)
            # Who moved it on, or reminded first, was quicker.
            with suppress(StaleRecordError):
                reminded.append(self._book.write(draft)[0])
        return reminded
