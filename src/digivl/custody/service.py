"""Moves custody, in the transaction of the act that causes it; answers who has what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

import attrs

from digivl.custody.absence import Absences
from digivl.custody.late import EARLY, Overdue, reminder_of
from digivl.custody.listing import earliest_due, shown
from digivl.custody.model import CUSTODY, Custody, custody_id, of_dossier
from digivl.custody.moves import handed_back, handed_on
from digivl.errors import MalformedError, StaleRecordError, StepNotAllowedError
from digivl.kernel.calendar import LEGAL, Calendar
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import SYSTEM, Party, Role
from digivl.records.entries import Draft, Entry, first
from digivl.records.port import Query, RecordBook, Row

_HANDED: Final = ("hand over", "take over", "escalate")
_NO_ACTS: Final = ("remind", EARLY, "extend")


@attrs.frozen
class Custodian:
    """Knows who holds what; every act that moves a file on asks it for a draft."""

    _book: RecordBook
    _clock: Callable[[], datetime]
    _calendar: Calendar = LEGAL

    @property
    def _absences(self) -> Absences:
        return Absences(self._book, self._clock)

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
        return first(CUSTODY, custody_id(subject), custody, "take", by, at)

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
        return found.next(record, "move", by, at, reason)

    def asked(
        self,
        subject: Ref,
        to: Party,
        step: str,
        *,
        dossier: str,
        title: str,
        by: Party,
        at: datetime,
        days: int,
    ) -> Iterator[Draft[Custody]]:
        """The drafts that ask somebody something; the dossier goes with the question.

        But it stays with who has it for another question.

        Args:
            subject: The question: an advice request, a signing flow.
            to: Who is asked.
            step: What has to be done, in Dutch.
            dossier: Id of the dossier.
            title: One line for people.
            by: Who asks.
            at: Moment of the act.
            days: Term in working days.
        """
        until = self._calendar.due(at, days)
        custody = Custody(
            subject=subject,
            dossier=dossier,
            title=title,
            holder=to,
            next_step=step,
            since=at,
            due=until,
            handed_by=by,
        )
        yield first(CUSTODY, custody_id(subject), custody, "take", by, at)
        found = self.of(of_dossier(dossier))
        if len(self._held_with(found)) == 1:
            yield self.passed(found, to, step, by=by, at=at, due=until)

    def answered(
        self,
        subject: Ref,
        to: Party,
        step: str,
        *,
        by: Party,
        at: datetime,
        days: int,
        ends: bool,
    ) -> Iterator[Draft[Custody]]:
        """The drafts that move a question on, or end it; the dossier goes with it.

        Who has the dossier by now for something else keeps it.

        Args:
            subject: The question.
            to: Who has something to do next.
            step: What, in Dutch.
            by: Who acts.
            at: Moment of the act.
            days: Term in working days.
            ends: The question is answered: nobody holds it any more.
        """
        found = self.of(subject)
        own = self.of(of_dossier(found.record.dossier))
        if ends:
            yield found.next(found.record.close(), "close", by, at)
        else:
            yield self.passed(found, to, step, by=by, at=at, days=days)
        is_open = CUSTODY.standing(own.record).open
        if is_open and own.record.holder.id == found.record.holder.id:
            yield self.passed(own, to, step, by=by, at=at, days=days)

    def closed(
        self, subject: Ref, *, by: Party, at: datetime, reason: str = ""
    ) -> Draft[Custody]:
        """The draft that ends custody: nothing is left to do."""
        found = self._book.read(CUSTODY, custody_id(subject))
        return found.next(found.record.close(), "close", by, at, reason)

    def hand_over(
        self, subject: Ref, to: Party, *, by: Party, reason: str = ""
    ) -> Entry[Custody]:
        """Give a subject to somebody else, with the same step and due moment.

        What the holder has of the same dossier goes with it: a dossier and the question
        for which the holder has it.

        Raises:
            StepNotAllowedError: Its custody is closed.
        """
        return self._given(self.of(subject), to, by, "hand over", reason)

    def take_over(self, subject: Ref, *, by: Party, reason: str) -> Entry[Custody]:
        """Take a subject from who holds it; the reason stands in the book.

        Raises:
            MalformedError: There is no reason.
            StepNotAllowedError: Its custody is closed.
        """
        if not reason.strip():
            raise MalformedError(
                "taking over asks a reason", hint="Say why the holder does not do it."
            )
        return self._given(self.of(subject), by, by, "take over", reason)

    def escalate(
        self, subject: Ref, to: Party, *, by: Party, reason: str
    ) -> Entry[Custody]:
        """Give a subject to who is responsible above the holder.

        Raises:
            StepNotAllowedError: Its custody is closed.
        """
        return self._given(self.of(subject), to, by, "escalate", reason)

    def recall(self, subject: Ref, *, by: Party, reason: str = "") -> Entry[Custody]:
        """Take back what was just handed over, as it was before.

        What moved with an act (a question, an agenda) goes back with the act that
        undoes that one, not so.

        Raises:
            StepNotAllowedError: `by` did not hand it over last, or the holder has done
                something since.
        """
        last = self.of(subject)
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
                for one in self._held_with(last)
                if self._went_with(one, acts[-1])
            )
        )[0]

    def extend(
        self, subject: Ref, due: datetime, *, by: Party, reason: str
    ) -> Entry[Custody]:
        """Give the holder until another moment.

        Raises:
            MalformedError: It lies before the holder got it.
            StepNotAllowedError: Its custody is closed.
        """
        found = self.of(subject)
        record = found.record.extend(due)
        draft = found.next(record, "extend", by, self._clock(), reason)
        return self._book.write(draft)[0]

    def _given(
        self, found: Entry[Custody], to: Party, by: Party, action: str, reason: str
    ) -> Entry[Custody]:
        now = self._clock()
        return self._book.write(
            *(
                handed_on(one, to, by, action, now, reason)
                for one in self._held_with(found)
            )
        )[0]

    def _held_with(self, found: Entry[Custody]) -> Sequence[Entry[Custody]]:
        """This custody first, and what its holder has of the same dossier."""
        held = found.record
        query = Query(
            kind=CUSTODY.name, dossier=held.dossier, holder=held.holder.id, open=True
        )
        names = [row.ref.id for row in self._book.rows(query)]
        others = self._book.read_all(CUSTODY, [n for n in names if n != found.id])
        return [found, *others.values()]

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
        return self._book.read(CUSTODY, custody_id(subject))

    def all_of(self, subjects: Iterable[Ref]) -> Mapping[Ref, Entry[Custody]]:
        """Who holds each of these now; those that nobody ever held lack."""
        names = {custody_id(subject): subject for subject in subjects}
        found = self._book.read_all(CUSTODY, names)
        return {names[name]: entry for name, entry in found.items()}

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
        names = [row.ref.id for row in self._book.rows(query)]
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
