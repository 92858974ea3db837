"""Follow texts to the Belgisch Staatsblad."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.custody.model import CUSTODY, Custody
from digivl.custody.moves import Moves
from digivl.dossiers.naming import series_draft
from digivl.dossiers.numbering import SERIES, series_after, series_id
from digivl.dossiers.pieces import belonging
from digivl.dossiers.publication import (
    NEXT_STEP,
    PUBLICATION,
    Publication,
    PublicationMode,
    PublicationStatus,
    RegulationType,
    Urgency,
)
from digivl.dossiers.service import Dossiers
from digivl.errors import NotFoundError
from digivl.kernel.identifiers import URI, new_id
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Draft, Entry, first
from digivl.records.port import Query, RecordBook

#: Term in working days for what has no due moment of its own; no rule gives one.
FOLLOW_DAYS: Final = 5
#: The series of publication numbers; it runs on over the years.
_SERIES: Final = "BS"
_ALL_YEARS: Final = 0


@attrs.frozen
class Publications:
    """The publications of an office; who publishes holds each until it is done."""

    _book: RecordBook
    _moves: Moves
    _guard: Guard
    _dossiers: Dossiers
    _clock: Callable[[], datetime]

    def start(
        self,
        dossier: str,
        title: str,
        regulation: RegulationType,
        *,
        by: Party,
        step: str | None = None,
        ministers: Sequence[str] = (),
        mode: PublicationMode | None = None,
        urgency: Urgency = Urgency.STANDARD,
    ) -> Entry[Publication]:
        """Start the publication of a text; it gets the next number.

        Args:
            dossier: Id of the dossier.
            title: One line, public.
            regulation: What kind of text it is.
            by: Who publishes (OVRB).
            step: Id of the step that decided it.
            ministers: Ids of the competent ministers.
            mode: In full or as an extract; None while that is not chosen.
            urgency: How quickly it has to appear.

        Raises:
            NotFoundError: No such dossier.
            StepNotAllowedError: The dossier is closed.
        """
        self._dossiers.admit_open(dossier, Permission.MANAGE_PUBLICATION, by)
        now, made = self._clock(), new_id()
        name = series_id(_ALL_YEARS, _SERIES)
        last = self._book.read_all(SERIES, [name]).get(name)
        series = series_after(
            last.record if last else None, _ALL_YEARS, _SERIES, [made]
        )
        record = Publication(
            dossier=dossier,
            title=title,
            number=series.last,
            regulation=regulation,
            step=step,
            ministers=tuple(ministers),
            mode=mode,
            urgency=urgency,
        )
        return self._book.write(
            first(PUBLICATION, made, record, "start", by, now),
            series_draft(last, series, name, by, now),
            self._waits(made, record, by, now),
        )[0]

    def read(self, id: str) -> Entry[Publication]:
        """The publication as it is now; its history has every status.

        Raises:
            NotFoundError: No such publication.
        """
        return self._book.read(PUBLICATION, id)

    def edit(self, id: str, *, by: Party, **changes: Any) -> Entry[Publication]:
        """Change what is known of a publication; how far it is stays.

        Args:
            id: Id of the publication.
            by: Who publishes.
            changes: ``title``, ``regulation``, ``ministers``, ``mode``, ``urgency``,
                ``extracts``, ``pages``, ``remark``.

        Raises:
            MalformedError: Another field is named, or a value does not fit.
            StepNotAllowedError: It is published or cancelled.
        """
        found = self._allowed(id, by)
        record = found.record.edit(changes)
        return self._book.write(found.next(record, "edit", by, self._clock()))[0]

    def advance(
        self,
        id: str,
        step: str,
        *,
        by: Party,
        due: datetime | None = None,
        documents: Sequence[str] = (),
    ) -> Entry[Publication]:
        """Record an activity: a step of the lifecycle of publications.

        Args:
            id: Id of the publication.
            step: E.g. ``ask translation``, ``receive proof``, ``pause``.
            by: Who did it.
            due: When what was asked has to be there.
            documents: Ids of the documents that went, or came, with it.

        Raises:
            NotFoundError: One of the documents is not of its dossier.
            StepNotAllowedError: There is no such step from here; it names the others.
        """
        found = self._allowed(id, by)
        belonging(self._book, found.record.dossier, documents)
        record = found.record.after(step, due=due, documents=tuple(documents))
        return self._moved(found, record, step, by)

    def resume(self, id: str, *, by: Party) -> Entry[Publication]:
        """Go on where it was paused.

        Raises:
            MalformedError: It is not paused.
        """
        found = self._allowed(id, by)
        return self._moved(found, found.record.resume(), "resume", by)

    def override(
        self, id: str, state: PublicationStatus, *, by: Party, reason: str
    ) -> Entry[Publication]:
        """Set a status by hand, against the table.

        Raises:
            NotAllowedError: Only who may override the rules can.
            MalformedError: There is no reason.
        """
        self._guard.check_override(by, PUBLICATION.ref(id), reason)
        found = self.read(id)
        return self._moved(found, found.record.forced(state), "override", by, reason)

    def name_numac(self, id: str, numac: str, *, by: Party) -> Entry[Publication]:
        """Record the number under which the Staatsblad will publish it.

        Raises:
            MalformedError: It is no numac number.
        """
        found = self._allowed(id, by)
        record = attrs.evolve(found.record, numac=numac)
        return self._book.write(found.next(record, "numac", by, self._clock()))[0]

    def appeared(
        self, numac: str, eli: URI | None, at: datetime, *, by: Party
    ) -> Entry[Publication]:
        """The Staatsblad published a text; told twice, it is recorded once.

        Args:
            numac: Its number there.
            eli: Where it stands there.
            at: When it was published, with a zone.
            by: Who saw it: who publishes, or the system.

        Raises:
            NotAllowedError: `by` does not publish.
            NotFoundError: No publication has that number.
        """
        self._guard.check(by, Permission.MANAGE_PUBLICATION)
        rows = self._book.rows(Query(kind=PUBLICATION.name))
        found = self._book.read_all(PUBLICATION, [row.ref.id for row in rows])
        for entry in found.values():
            if numac and entry.record.numac == numac:
                record = entry.record.published(numac, eli, at)
                if record == entry.record:
                    return entry
                return self._moved(entry, record, "publish", by)
        raise NotFoundError(
            f"no publication has the numac number {numac[:20]!r}",
            hint="Record the number with `name_numac` first.",
        )

    def _moved(
        self,
        found: Entry[Publication],
        record: Publication,
        action: str,
        by: Party,
        reason: str = "",
    ) -> Entry[Publication]:
        now = self._clock()
        draft = found.next(record, action, by, now, reason)
        held = self._moves.all_of([found.ref]).get(found.ref)
        return self._book.write(draft, *self._held_next(held, draft))[0]

    def _held_next(
        self, held: Entry[Custody] | None, draft: Draft[Publication]
    ) -> Iterator[AnyDraft]:
        """Who has it keeps it, and has something else to do; or nothing any more."""
        record, by, now = draft.record, draft.actor, draft.at
        is_held = held is not None and CUSTODY.standing(held.record).open
        if record.is_done:
            if held is not None and is_held:
                yield self._moves.closed(held.record.subject, by=by, at=now)
            return
        step = NEXT_STEP[record.state]
        if held is None:
            yield self._waits(draft.id, record, by, now)
        elif is_held:
            to, due = held.record.holder, record.due
            yield self._moves.passed(
                held, to, step, by=by, at=now, days=FOLLOW_DAYS, due=due
            )
        else:
            yield self._moves.again(held, by, step, by=by, at=now, days=FOLLOW_DAYS)

    def _waits(self, id: str, record: Publication, by: Party, at: datetime) -> AnyDraft:
        return self._moves.taken(
            PUBLICATION.ref(id),
            by,
            NEXT_STEP[record.state],
            dossier=record.dossier,
            title=record.title,
            by=by,
            at=at,
            days=FOLLOW_DAYS,
        )

    def _allowed(self, id: str, by: Party) -> Entry[Publication]:
        subject = PUBLICATION.ref(id)
        self._guard.check(by, Permission.MANAGE_PUBLICATION, subject=subject)
        return self.read(id)
