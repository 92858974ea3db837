"""The agenda of a meeting: put items on it, check them, take them off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.custody.model import of_dossier
from digivl.custody.moves import Moves, moved_once
from digivl.dossiers.admission import Admission, Admitted
from digivl.dossiers.agenda import (
    AGENDA,
    ITEM,
    Agenda,
    AgendaItem,
    FormalCheck,
    agenda_id,
)
from digivl.dossiers.gate import Asked
from digivl.dossiers.mandates import Government
from digivl.dossiers.meeting import MEETING, Meeting
from digivl.dossiers.model import DOSSIER, STEP, ItemKind, Placement, ProcedureStep
from digivl.dossiers.pieces import pinned
from digivl.errors import NotFoundError, StepNotAllowedError
from digivl.kernel.identifiers import new_id
from digivl.kernel.moments import day_of
from digivl.kernel.parties import Party, Role
from digivl.records.entries import AnyDraft, Draft, Entry, first
from digivl.records.port import Query, RecordBook

SECRETARIAT: Final = Party(
    "secretarie-vlaamse-regering", "Secretarie van de regering", Role.SECRETARIAT
)

#: Term in working days to prepare a matter that came off the agenda again.
PREPARE_AGAIN_DAYS: Final = 5

_UNASKED: Final = Admitted(acts=0, without="")


@attrs.frozen
class Agendas:
    """What stands on the agendas of the government."""

    _book: RecordBook
    _moves: Moves
    _guard: Guard
    _admission: Admission
    _government: Government
    _clock: Callable[[], datetime]

    def read(self, meeting: str) -> Entry[Meeting]:
        """The meeting as it is now.

        Raises:
            NotFoundError: No such meeting.
        """
        return self._book.read(MEETING, meeting)

    def agenda(self, meeting: str, number: int | None = None) -> Entry[Agenda]:
        """A version of the agenda; the last approved one if no number is named.

        Raises:
            NotFoundError: There is none.
        """
        wanted = self.read(meeting).record.approved if number is None else number
        return self._book.read(AGENDA, agenda_id(meeting, wanted))

    def item(self, id: str) -> Entry[AgendaItem]:
        """The item as it is now.

        Raises:
            NotFoundError: No such item.
        """
        return self._book.read(ITEM, id)

    def items(self, meeting: str) -> Sequence[Entry[AgendaItem]]:
        """What stands on the agenda of a meeting now, approved or not, in its order."""
        rows = self._book.rows(Query(kind=ITEM.name, part_of=meeting, open=True))
        found = self._book.read_all(ITEM, [row.ref.id for row in rows])
        return sorted(found.values(), key=_place)

    def history(self, item: str) -> Sequence[Entry[AgendaItem]]:
        """Every version of an item, the oldest first: a line of an agenda names one."""
        return list(self._book.history(ITEM, item))

    def put(
        self,
        step: str,
        meeting: str,
        *,
        kind: ItemKind = ItemKind.NOTA,
        by: Party,
    ) -> Entry[AgendaItem]:
        """Put a step on the design agenda; the secretariat holds the dossier then.

        Raises:
            NotReadyError: Something is missing; it says what, and from whom.
            StepNotAllowedError: It is on an agenda already, was decided, or the
                meeting has no design agenda any more.
            StaleRecordError: Somebody else changed the agenda first.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=STEP.ref(step))
        found, planned = self._book.read(STEP, step), self.read(meeting)
        asked = Asked(
            dossier=found.record.dossier, step=step, meeting=meeting, kind=kind
        )
        without = self._admission.admit(found.record.title, asked).without
        now, name = self._clock(), new_id()
        placed = found.record.put_on_agenda(
            Placement(meeting=meeting, item=name, kind=kind)
        )
        item = self._made(placed, step, meeting, kind, planned)
        held = self._moves.moved(
            of_dossier(placed.dossier),
            SECRETARIAT,
            "formeel controleren en agenderen",
            by=by,
            at=now,
            due=planned.record.planned_start,
        )
        written = self._book.write(
            first(ITEM, name, item, "put on agenda", by, now, without),
            found.next(placed, "put on agenda", by, now),
            touched(planned, by, now),
            held,
        )
        return written[0]

    def edit(
        self,
        item: str,
        *,
        by: Party,
        title: str | None = None,
        ministers: Sequence[str] | None = None,
        documents: Sequence[str] | None = None,
        linked: Sequence[str] | None = None,
        comment: str | None = None,
        for_press: bool | None = None,
    ) -> Entry[AgendaItem]:
        """Change an item; what is None stays. It has to be checked formally again.

        A comment, or that it is for the press, asks no new check.

        Args:
            item: Id of the item.
            by: The secretariat.
            title: A new title.
            ministers: Ids of the competent ministers.
            documents: Ids of all documents, in their order; each with its last
                version, so that this is also how a BIS comes onto the agenda.
            linked: Ids of documents of any dossier that the government had before, each
                with the version it has now.
            comment: A new comment.
            for_press: It is told to the press.

        Raises:
            NotFoundError: One of the documents is not there, or not of the dossier.
            StepNotAllowedError: It was taken off the agenda, or the meeting is closed.
            StaleRecordError: Somebody else changed the agenda first.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=ITEM.ref(item))
        found, now = self.item(item), self._clock()
        pieces = None
        if documents is not None:
            pieces = pinned(self._book, found.record.dossier, documents)
        record = found.record.edit(
            title=title,
            ministers=None if ministers is None else tuple(ministers),
            pieces=pieces,
            linked=None if linked is None else pinned(self._book, None, linked),
            comment=comment,
            for_press=for_press,
        )
        return self._book.write(
            found.next(record, "edit", by, now),
            touched(self.read(record.meeting), by, now),
            *self._submitted(record, by, now),
        )[0]

    def _submitted(
        self, item: AgendaItem, by: Party, now: datetime
    ) -> Iterator[AnyDraft]:
        # A document on an item is of its step: who may read it depends on that.
        found = self._book.read(STEP, item.step)
        added = found.record.with_documents(piece.document for piece in item.pieces)
        record = attrs.evolve(added, title=item.title)
        if record != found.record:
            yield found.next(record, "edit", by, now)

    def check(
        self, items: Iterable[str], formal: FormalCheck, *, by: Party, reason: str = ""
    ) -> Sequence[Entry[AgendaItem]]:
        """Record the formal check of items, all in one act.

        What is to be formally OK has to be ready too: documents, advice, agreements.
        What was loosened for an item stands in the reason of its check.

        Raises:
            NotFoundError: One of them does not exist; nothing was recorded.
            NotReadyError: To be OK something is missing; it says what, of each item.
            StepNotAllowedError: One of them was taken off, or the meeting is closed.
            StaleRecordError: Somebody else changed the agenda first.
        """
        self._guard.check(by, Permission.CHECK_FORMALLY)
        found, now = self._found(items), self._clock()
        admitted: Mapping[str, Admitted] = {}
        if formal is FormalCheck.OK:
            records = {name: entry.record for name, entry in found.items()}
            admitted = self._admission.check(records)
        drafts = [
            _checked(entry, formal, admitted.get(name, _UNASKED), by, now, reason)
            for name, entry in found.items()
        ]
        meetings = self._book.read_all(MEETING, (d.record.meeting for d in drafts))
        changed = [touched(one, by, now) for one in meetings.values()]
        return self._book.write(*drafts, *changed)[: len(drafts)]

    def _found(self, items: Iterable[str]) -> Mapping[str, Entry[AgendaItem]]:
        wanted = list(dict.fromkeys(items))
        found = self._book.read_all(ITEM, wanted)
        for name in wanted:
            if name not in found:
                raise NotFoundError(f"there is no {ITEM.name} {name}")
        return {name: found[name] for name in wanted}

    def take_off(self, item: str, *, by: Party, reason: str) -> Entry[AgendaItem]:
        """Take an item off the agenda; who opened the dossier holds it again.

        Raises:
            StepNotAllowedError: It does not stand on it, or was decided.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=ITEM.ref(item))
        found, now = self.item(item), self._clock()
        planned = self.read(found.record.meeting)
        step = self._book.read(STEP, found.record.step).record
        if step.stands_elsewhere(item):
            raise StepNotAllowedError(
                "agenda item", "elders geagendeerd", "take off", ()
            )
        return self._book.write(
            *self.off([found], by, now, reason), touched(planned, by, now, reason)
        )[0]

    def off(
        self, items: Sequence[Entry[AgendaItem]], by: Party, at: datetime, reason: str
    ) -> Sequence[AnyDraft]:
        """The drafts that take items off the agenda, with their steps and dossiers."""
        return moved_once(self._off(items, by, at, reason))

    def _off(
        self, items: Sequence[Entry[AgendaItem]], by: Party, at: datetime, reason: str
    ) -> Iterator[AnyDraft]:
        steps = self._book.read_all(STEP, [entry.record.step for entry in items])
        names = [entry.record.dossier for entry in items]
        dossiers = self._book.read_all(DOSSIER, names)
        held = self._moves.all_of(map(of_dossier, names))
        for entry in items:
            step, ref = steps[entry.record.step], of_dossier(entry.record.dossier)
            yield entry.next(entry.record.take_off(), "take off", by, at, reason)
            if step.record.stands_elsewhere(entry.id):
                continue
            yield step.next(step.record.after("take off"), "take off", by, at, reason)
            yield self._moves.passed(
                held[ref],
                dossiers[entry.record.dossier].record.opened_by,
                "opnieuw voorbereiden",
                by=by,
                at=at,
                days=PREPARE_AGAIN_DAYS,
                reason=reason,
            )

    def _made(
        self,
        step: ProcedureStep,
        id: str,
        meeting: str,
        kind: ItemKind,
        planned: Entry[Meeting],
    ) -> AgendaItem:
        day = day_of(planned.record.planned_start)
        return AgendaItem(
            meeting=meeting,
            step=id,
            dossier=step.dossier,
            title=step.title,
            kind=kind,
            rank=self._government.rank(step.ministers, day),
            order=planned.version,
            ministers=step.ministers,
            pieces=pinned(self._book, step.dossier, step.documents),
        )


def _checked(
    found: Entry[AgendaItem],
    formal: FormalCheck,
    admitted: Admitted,
    by: Party,
    at: datetime,
    reason: str,
) -> Draft[AgendaItem]:
    record = found.record.check(formal, ready=admitted.acts)
    said = "; ".join(filter(None, (reason, admitted.without)))
    return found.next(record, "check", by, at, said)


def touched(
    meeting: Entry[Meeting], by: Party, at: datetime, reason: str = ""
) -> Draft[Meeting]:
    """The draft for which all contend who change an agenda.

    Raises:
        StepNotAllowedError: The meeting is closed or cancelled.
    """
    record = meeting.record.after("change agenda")
    return meeting.next(record, "change agenda", by, at, reason)


def design_draft(
    meeting: Meeting, id: str, number: int, by: Party, at: datetime
) -> AnyDraft:
    """The draft of a new design agenda."""
    agenda = Agenda(meeting=id, number=number, title=meeting.agenda_title(number))
    return first(AGENDA, agenda_id(id, number), agenda, "design", by, at)


def _place(entry: Entry[AgendaItem]) -> tuple[bool, int, int]:
    item = entry.record
    return item.kind is ItemKind.ANNOUNCEMENT, item.rank, item.order
