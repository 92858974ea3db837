"""Moves custody, in the transaction of the act that causes it; answers who has what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import attrs

from digivl.custody.model import CUSTODY, Custody
from digivl.kernel.calendar import LEGAL, Calendar
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Draft, Entry, first
from digivl.records.port import Query, RecordBook, Row


@attrs.frozen
class Custodian:
    """Knows who holds what; every act that moves a file on asks it for a draft."""

    _book: RecordBook
    _clock: Callable[[], datetime]
    _calendar: Calendar = LEGAL

    def taken(
        self,
        subject: Ref,
        *,
        dossier: str,
        title: str,
        by: Party,
        step: str,
        days: int,
        at: datetime,
    ) -> Draft[Custody]:
        """The draft that puts a new subject in the hands of `by`.

        Args:
            subject: What is held from now on.
            dossier: Id of the dossier it belongs to, or is.
            title: One line for people.
            by: The first holder.
            step: What has to be done, in Dutch.
            days: Term in working days.
            at: Moment of the act that causes it.
        """
        custody = Custody(
            subject=subject,
            dossier=dossier,
            title=title,
            holder=by,
            next_step=step,
            since=at,
            due=self._calendar.due(at, days),
        )
        return first(CUSTODY, _id(subject), custody, "take", by, at)

    def moved(
        self,
        subject: Ref,
        to: Party,
        step: str,
        *,
        by: Party,
        at: datetime,
        days: int | None = None,
        due: datetime | None = None,
        reason: str = "",
    ) -> Draft[Custody]:
        """The draft that hands a subject over; the term in working days or a moment.

        Raises:
            StepNotAllowedError: Its custody is closed.
            NotFoundError: Nobody ever held it.
        """
        found = self.of(subject)
        return self.passed(
            found, to, step, by=by, at=at, days=days, due=due, reason=reason
        )

    def passed(
        self,
        found: Entry[Custody],
        to: Party,
        step: str,
        *,
        by: Party,
        at: datetime,
        days: int | None = None,
        due: datetime | None = None,
        reason: str = "",
    ) -> Draft[Custody]:
        """As `moved`, of a custody that was read: for who moves many at once."""
        until = due if due is not None else self._calendar.due(at, days or 1)
        record = found.record.hand_over(to, step, at=at, due=max(until, at))
        return found.next(record, "hand over", by, at, reason)

    def closed(
        self, subject: Ref, *, by: Party, at: datetime, reason: str = ""
    ) -> Draft[Custody]:
        """The draft that ends custody: nothing is left to do."""
        found = self._book.read(CUSTODY, _id(subject))
        return found.next(found.record.close(), "close", by, at, reason)

    def hand_over(
        self, subject: Ref, to: Party, *, by: Party, reason: str = ""
    ) -> Entry[Custody]:
        """Give a subject to somebody else, with the same step and due moment."""
        held = self.of(subject).record
        draft = self.moved(
            subject,
            to,
            held.next_step,
            by=by,
            at=self._clock(),
            due=held.due,
            reason=reason,
        )
        (entry,) = self._book.write(draft)
        return entry

    def of(self, subject: Ref) -> Entry[Custody]:
        """Who holds it now.

        Raises:
            NotFoundError: Nobody ever held it.
        """
        return self._book.read(CUSTODY, _id(subject))

    def all_of(self, subjects: Iterable[Ref]) -> Mapping[Ref, Entry[Custody]]:
        """Who holds each of these now; those that nobody ever held lack."""
        names = {_id(subject): subject for subject in subjects}
        found = self._book.read_all(CUSTODY, names)
        return {names[name]: entry for name, entry in found.items()}

    def history(self, subject: Ref) -> Sequence[Entry[Custody]]:
        """Who held it, the oldest first."""
        return list(self._book.history(CUSTODY, _id(subject)))

    def worklist(
        self, *, holder: str | None = None, role: Role | None = None
    ) -> Sequence[Row]:
        """What waits for somebody, the earliest due first; of one holder or role."""
        wanted = role.value if role else None
        return self._book.rows(Query(open=True, held=True, holder=holder, role=wanted))

    def overdue(self) -> Sequence[Row]:
        """What should have been done by now, the longest overdue first."""
        now = self._clock()
        return self._book.rows(Query(open=True, held=True, due_before=now))


def _id(subject: Ref) -> str:
    return f"{subject.kind}:{subject.id}"
