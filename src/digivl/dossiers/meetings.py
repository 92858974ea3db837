"""Meetings: plan one, move it, cancel it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.custody.model import of_dossier
from digivl.custody.moves import Moves
from digivl.dossiers.agenda import AGENDA, agenda_id
from digivl.dossiers.agendas import Agendas, design_draft
from digivl.dossiers.meeting import MEETING, Meeting, MeetingKind
from digivl.dossiers.model import STEP
from digivl.dossiers.naming import Naming, series_draft
from digivl.dossiers.numbering import MEETINGS, SERIES, series_after, series_id
from digivl.kernel.identifiers import new_id
from digivl.kernel.moments import day_of
from digivl.kernel.parties import Party
from digivl.kernel.vrnumber import MeetingNumber
from digivl.records.entries import AnyDraft, Entry, first
from digivl.records.port import RecordBook


@attrs.frozen
class Meetings:
    """The meetings of the government."""

    _book: RecordBook
    _moves: Moves
    _guard: Guard
    _agendas: Agendas
    _naming: Naming
    _clock: Callable[[], datetime]

    def plan(
        self,
        kind: MeetingKind,
        start: datetime,
        *,
        by: Party,
        number: str | None = None,
        main: str | None = None,
        location: str = "",
        secretary: str = "",
        id: str | None = None,
    ) -> Entry[Meeting]:
        """Plan a meeting; its agenda A is open as a design.

        Args:
            kind: Kind of the meeting.
            start: Planned start, with a zone.
            by: The secretariat.
            number: As it is written, e.g. ``VR PV 2026/41``; the next one of the year
                if None, and that of its main meeting for an annex.
            main: Id of the main meeting of an annex.
            location: Where it is held.
            secretary: Function of who takes the minutes.
            id: Chosen by the application, so that it cannot be planned twice; a
                random one if None.

        Raises:
            StaleRecordError: A meeting of that id was planned before, or somebody
                else got the number first.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA)
        now, name = self._clock(), id or new_id()
        counted: list[AnyDraft] = []
        if number is None:
            number, counted = self._next_number(name, start, main, by, now)
        meeting = Meeting(
            kind=kind,
            planned_start=start,
            number=number,
            main=main,
            location=location,
            secretary=secretary,
        )
        drafts = [
            first(MEETING, name, meeting, "plan", by, now),
            design_draft(meeting, name, 1, by, now),
        ]
        return self._book.write(*drafts, *counted)[0]

    def read(self, meeting: str) -> Entry[Meeting]:
        """The meeting as it is now.

        Raises:
            NotFoundError: No such meeting.
        """
        return self._book.read(MEETING, meeting)

    def move(
        self, meeting: str, start: datetime, *, by: Party, reason: str = ""
    ) -> Entry[Meeting]:
        """The meeting is held at another moment; what waits for it waits until then.

        Numbers stay; the day in them, and in the names of documents, becomes that of
        the meeting.

        Raises:
            StepNotAllowedError: It is closed or cancelled.
            MalformedError: Numbers were given in one year and it moves to another.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=MEETING.ref(meeting))
        found, now = self.read(meeting), self._clock()
        moved = attrs.evolve(found.record.after("move"), planned_start=start)
        drafts = [
            found.next(moved, "move", by, now, reason),
            *self._retitled(meeting, moved, by, now),
            *self._naming.moved(meeting, found.record, moved, by, now),
            *self._waiting_until(meeting, start, by, now, reason),
        ]
        return self._book.write(*drafts)[0]

    def cancel(self, meeting: str, *, by: Party, reason: str) -> Entry[Meeting]:
        """The meeting is not held; who submitted holds what stood on its agenda.

        Raises:
            StepNotAllowedError: It is closed or cancelled.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=MEETING.ref(meeting))
        found, now = self.read(meeting), self._clock()
        undecided = [
            entry
            for entry in self._agendas.items(meeting)
            if self._book.read(STEP, entry.record.step).record.stands_as(entry.id)
        ]
        return self._book.write(
            found.next(found.record.after("cancel"), "cancel", by, now, reason),
            *self._agendas.off(undecided, by, now, reason),
        )[0]

    def hold(
        self, meeting: str, started: datetime, ended: datetime, *, by: Party
    ) -> Entry[Meeting]:
        """Record when the meeting was held in fact.

        Raises:
            MalformedError: It ended before it started.
            StepNotAllowedError: It was cancelled.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=MEETING.ref(meeting))
        found = self.read(meeting)
        record = found.record.hold(started, ended)
        return self._book.write(found.next(record, "hold", by, self._clock()))[0]

    def _retitled(
        self, meeting: str, moved: Meeting, by: Party, now: datetime
    ) -> Iterator[AnyDraft]:
        names = [agenda_id(meeting, moved.design or 1)]
        for entry in self._book.read_all(AGENDA, names).values():
            title = moved.agenda_title(entry.record.number)
            yield entry.next(attrs.evolve(entry.record, title=title), "move", by, now)

    def _waiting_until(
        self, meeting: str, start: datetime, by: Party, now: datetime, reason: str
    ) -> Iterator[AnyDraft]:
        items = self._agendas.items(meeting)
        steps = self._book.read_all(STEP, [entry.record.step for entry in items])
        waiting = [
            entry.record.dossier
            for entry in items
            if steps[entry.record.step].record.stands_as(entry.id)
        ]
        held = self._moves.all_of(map(of_dossier, waiting))
        for entry in held.values():
            custody = entry.record
            yield self._moves.passed(
                entry,
                custody.holder,
                custody.next_step,
                by=by,
                at=now,
                due=start,
                reason=reason,
            )

    def _next_number(
        self, meeting: str, start: datetime, main: str | None, by: Party, now: datetime
    ) -> tuple[str, list[AnyDraft]]:
        if main is not None:
            return f"{self.read(main).record.number}-VV", []
        year = day_of(start).year
        name = series_id(year, MEETINGS)
        found = self._book.read_all(SERIES, [name]).get(name)
        record = found.record if found else None
        series = series_after(record, year, MEETINGS, [meeting])
        number = MeetingNumber(year=year, number=series.last)
        return str(number), [series_draft(found, series, name, by, now)]
