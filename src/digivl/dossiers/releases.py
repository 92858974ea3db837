"""Plan, confirm and carry out releases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Gates, Permission
from digivl.dossiers.meeting import MEETING, Meeting
from digivl.dossiers.release import (
    RELEASE,
    Release,
    Released,
    Scope,
    default_plan,
    release_id,
    release_of,
)
from digivl.errors import MalformedError, StepNotAllowedError
from digivl.kernel.parties import SYSTEM, Party
from digivl.records.entries import Entry, first
from digivl.records.port import RecordBook
from digivl.records.tasks import NewTask, Task

#: Kind of the task that carries out a planned release.
TASK: Final = "release"


@attrs.frozen
class Releases:
    """The releases of an office."""

    _book: RecordBook
    _guard: Guard
    _clock: Callable[[], datetime]

    def decisions(self, meeting: str, *, by: Party) -> Entry[Release]:
        """Release the decisions of a meeting, now.

        Raises:
            StepNotAllowedError: Its agenda is not final, or they are released.
        """
        self._guard.check(by, Permission.RELEASE, subject=MEETING.ref(meeting))
        self._final(meeting)
        found, now = release_of(self._book, meeting, Released.DECISIONS), self._clock()
        if found is not None:
            draft = found.next(found.record.release(now), "release", by, now)
            return self._book.write(draft)[0]
        record = Release(meeting=meeting, what=Released.DECISIONS, planned=now)
        name = release_id(meeting, Released.DECISIONS)
        draft = first(RELEASE, name, record.release(now), "release", by, now)
        return self._book.write(draft)[0]

    def plan(
        self,
        meeting: str,
        what: Released,
        *,
        by: Party,
        at: datetime | None = None,
        scope: Sequence[Scope] = (),
    ) -> Entry[Release]:
        """Plan a release, or plan it anew; `work` carries it out at its moment.

        Args:
            meeting: Id of the meeting.
            what: Documents within the administration, or all of it to the public.
            by: The secretariat.
            at: When, with a zone; if None the next working day at 14:00 in Brussels.
            scope: What becomes public.

        Raises:
            StepNotAllowedError: The agenda is not final, or it is released.
        """
        needed = Permission.PUBLISH if what is Released.PUBLIC else Permission.RELEASE
        self._guard.check(by, needed, subject=MEETING.ref(meeting))
        _check_scope(what, scope)
        record, now = self._final(meeting), self._clock()
        planned = at if at is not None else default_plan(record.planned_start)
        found = release_of(self._book, meeting, what)
        if found is not None:
            again = attrs.evolve(found.record.plan_again(planned), scope=tuple(scope))
            draft = found.next(again, "plan again", by, now)
        else:
            new = Release(
                meeting=meeting, what=what, planned=planned, scope=tuple(scope)
            )
            draft = first(RELEASE, release_id(meeting, what), new, "plan", by, now)
        task = NewTask(kind=TASK, subject=RELEASE.ref(draft.id), due=planned)
        return self._book.write(draft, tasks=[task])[0]

    def confirm(self, meeting: str, what: Released, *, by: Party) -> Entry[Release]:
        """The planned moment stands.

        Raises:
            NotFoundError: Nothing is planned.
            StepNotAllowedError: It is confirmed, or happened.
        """
        self._guard.check(by, Permission.RELEASE, subject=MEETING.ref(meeting))
        found = self._book.read(RELEASE, release_id(meeting, what))
        record = found.record.confirm()
        return self._book.write(found.next(record, "confirm", by, self._clock()))[0]

    def rescope(
        self, meeting: str, scope: Sequence[Scope], *, by: Party, reason: str
    ) -> Entry[Release]:
        """Make more or less of a meeting public; nothing undoes the release.

        Raises:
            NotFoundError: It was never planned to be public.
            StepNotAllowedError: It is not public yet.
        """
        self._guard.check(by, Permission.PUBLISH, subject=MEETING.ref(meeting))
        _check_scope(Released.PUBLIC, scope)
        found = self._book.read(RELEASE, release_id(meeting, Released.PUBLIC))
        record = found.record.rescope(tuple(scope))
        draft = found.next(record, "change scope", by, self._clock(), reason)
        return self._book.write(draft)[0]

    def carry_out(self, task: Task) -> None:
        """Release what is due; a plan that was moved or done since ends the task.

        Raises:
            StepNotAllowedError: The agenda is not final any more: the task is stuck
                until it is, and is tried again.
        """
        found, now = self._book.read(RELEASE, task.subject.id), self._clock()
        if found.record.is_released or found.record.planned > now:
            self._book.write(done=task)
            return
        self._final(found.record.meeting)
        draft = found.next(found.record.release(now), "release", SYSTEM, now)
        self._book.write(draft, done=task)

    def gates(self, meetings: Iterable[str]) -> Mapping[str, Gates]:
        """Which gates are open for what an approved agenda of each meeting holds."""
        wanted = list(dict.fromkeys(meetings))
        names = {
            release_id(meeting, what): (meeting, what)
            for meeting in wanted
            for what in Released
        }
        found = self._book.read_all(RELEASE, names)
        done = {
            names[name]: entry.record
            for name, entry in found.items()
            if entry.record.is_released
        }
        return {
            meeting: Gates(
                agenda_approved=True,
                decisions_released=(meeting, Released.DECISIONS) in done,
                documents_released=(meeting, Released.DOCUMENTS) in done,
                published=_shows_documents(done.get((meeting, Released.PUBLIC))),
            )
            for meeting in wanted
        }

    def _final(self, meeting: str) -> Meeting:
        record = self._book.read(MEETING, meeting).record
        if not record.is_final:
            raise StepNotAllowedError(
                "meeting", record.state.value, "release", ("close",)
            )
        return record


def _shows_documents(release: Release | None) -> bool:
    return release is not None and Scope.DOCUMENTS in release.scope


def _check_scope(what: Released, scope: Sequence[Scope]) -> None:
    if what is Released.DECISIONS:
        raise MalformedError(
            "decisions are released at once", hint="Use `decisions` for them."
        )
    if Scope.DOCUMENTS in scope and Scope.NEWS not in scope:
        raise MalformedError(
            "documents become public with the news items of the meeting",
            hint="Add Scope.NEWS.",
        )
