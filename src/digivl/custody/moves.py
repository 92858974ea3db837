"""Moves custody, in the transaction of the act that causes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import attrs

from digivl.custody.model import CUSTODY, Custody, custody_id, of_dossier
from digivl.kernel.calendar import LEGAL, Calendar
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Draft, Entry, first
from digivl.records.port import Query, RecordBook


@attrs.frozen
class Moves:
    """Makes the drafts of custody that an act of another room brings with it."""

    _book: RecordBook
    _calendar: Calendar = LEGAL

    def taken(
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
    ) -> Draft[Custody]:
        """The draft that puts something new in the hands of `to`.

        Args:
            subject: What is held from now on.
            to: The first holder.
            step: What has to be done, in Dutch.
            dossier: Id of the dossier it belongs to, or is.
            title: One line for people.
            by: Who acts.
            at: Moment of the act that causes it.
            days: Term in working days.
        """
        custody = Custody(
            subject=subject,
            dossier=dossier,
            title=title,
            holder=to,
            next_step=step,
            since=at,
            due=self._calendar.due(at, days),
            handed_by=by if by.id != to.id else None,
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

        But it stays with who has it for another question. Arguments as `taken`.
        """
        question = self.taken(
            subject, to, step, dossier=dossier, title=title, by=by, at=at, days=days
        )
        return self.asked_instead(question)

    def asked_instead(
        self, question: Draft[Custody], *ended: Ref
    ) -> Iterator[Draft[Custody]]:
        """The drafts that ask something in the place of what ends with it.

        Args:
            question: The draft of `taken`.
            ended: Questions that nobody has to answer any more; those that nobody
                held are left alone.
        """
        asked, by, at = question.record, question.actor, question.at
        yield question
        over = self.all_of(ended).values()
        for one in over:
            yield one.next(one.record.close(), "close", by, at)
        found = self.of(of_dossier(asked.dossier))
        others = {one.id for one in self.held_with(found)[1:]}
        if others <= {one.id for one in over}:
            to, step = asked.holder, asked.next_step
            yield self.passed(found, to, step, by=by, at=at, due=asked.due)

    def answered(
        self,
        subject: Ref,
        to: Party,
        step: str,
        *,
        by: Party,
        at: datetime,
        ends: bool,
        days: int | None = None,
        due: datetime | None = None,
    ) -> Iterator[Draft[Custody]]:
        """The drafts that move a question on, or end it; the dossier goes with it.

        Who has the dossier by now for something else keeps it.

        Args:
            subject: The question.
            to: Who has something to do next.
            step: What, in Dutch.
            by: Who acts.
            at: Moment of the act.
            ends: The question is answered: nobody holds it any more.
            days: Term in working days.
            due: Or the moment itself.
        """
        found = self.of(subject)
        own = self.of(of_dossier(found.record.dossier))
        if ends:
            yield found.next(found.record.close(), "close", by, at)
        else:
            yield self.passed(found, to, step, by=by, at=at, days=days, due=due)
        is_open = CUSTODY.standing(own.record).open
        if is_open and own.record.holder.id == found.record.holder.id:
            yield self.passed(own, to, step, by=by, at=at, days=days, due=due)

    def closed(
        self, subject: Ref, *, by: Party, at: datetime, reason: str = ""
    ) -> Draft[Custody]:
        """The draft that ends custody: nothing is left to do."""
        found = self.of(subject)
        return found.next(found.record.close(), "close", by, at, reason)

    def again(
        self,
        found: Entry[Custody],
        to: Party,
        step: str,
        *,
        by: Party,
        at: datetime,
        days: int,
    ) -> Draft[Custody]:
        """The draft for what was done, and has to be done again.

        Raises:
            StepNotAllowedError: Somebody holds it.
        """
        due = self._calendar.due(at, days)
        record = found.record.take_again(to, step, at=at, due=due)
        return found.next(record, "take again", by, at)

    def given(
        self,
        found: Entry[Custody],
        to: Party,
        by: Party,
        action: str,
        at: datetime,
        reason: str,
    ) -> Iterator[Draft[Custody]]:
        """The drafts that give it to `to`, with the same step and due moment.

        What the holder has of the same dossier goes with it.
        """
        for one in self.held_with(found):
            had = one.record
            record = had.hand_over(to, had.next_step, at=at, due=max(had.due, at))
            yield one.next(record, action, by, at, reason)

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

    def held_with(self, found: Entry[Custody]) -> Sequence[Entry[Custody]]:
        """This custody first, and what its holder has of the same dossier."""
        held = found.record
        query = Query(
            kind=CUSTODY.name, dossier=held.dossier, holder=held.holder.id, open=True
        )
        names = [row.ref.id for row in self._book.rows(query)]
        others = self._book.read_all(CUSTODY, [n for n in names if n != found.id])
        return [found, *others.values()]


def moved_once(drafts: Iterable[AnyDraft]) -> Sequence[AnyDraft]:
    """The drafts of an act that may move one subject more than once.

    It moves to the first of its holders: two steps of a dossier are on one agenda, and
    the dossier can be with one party only.
    """
    moved: set[str] = set()
    kept = []
    for draft in drafts:
        if draft.kind is CUSTODY and draft.id in moved:
            continue
        if draft.kind is CUSTODY:
            moved.add(draft.id)
        kept.append(draft)
    return kept


def handed_back(
    found: Entry[Custody], was: Custody, by: Party, at: datetime, reason: str
) -> Draft[Custody]:
    """The draft that gives it back, as it was before."""
    due = max(was.due, at)
    record = found.record.hand_over(was.holder, was.next_step, at=at, due=due)
    return found.next(record, "recall", by, at, reason)
