"""Numbers for steps and names for documents, when an agenda is approved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import attrs

from digivl.access.model import AccessLevel
from digivl.documents.model import DOCUMENT, RATIFICATION, Document
from digivl.dossiers.agenda import ITEM, AgendaItem, Line
from digivl.dossiers.meeting import Meeting, MeetingKind
from digivl.dossiers.model import STEP, ItemKind, ProcedureStep, StepKind
from digivl.dossiers.numbering import (
    SERIES,
    Series,
    series_after,
    series_id,
    series_name,
)
from digivl.errors import MalformedError
from digivl.kernel.moments import day_of
from digivl.kernel.parties import Party
from digivl.kernel.vrnumber import VRKind, VRNumber
from digivl.records.entries import AnyDraft, Entry, first
from digivl.records.port import Query, RecordBook

Steps = Mapping[str, Entry[ProcedureStep]]


@attrs.frozen
class Naming:
    """Gives numbers and names; each only once.

    A step keeps its number and the day of the meeting that gave it, also when it is
    postponed over New Year: a document that comes later gets that day in its name too,
    so that no number of one year ever meets the same one of the next.
    """

    _book: RecordBook

    def numbers(
        self,
        meeting: Meeting,
        lines: Sequence[Line],
        steps: Steps,
        by: Party,
        now: datetime,
    ) -> tuple[dict[str, VRNumber], list[AnyDraft]]:
        """The numbers of steps that have none, and the entries of their series."""
        day = _day(meeting)
        vv = meeting.kind is MeetingKind.RECOVERY_PLAN
        wanted: dict[VRKind, list[str]] = {}
        for line in lines:
            step = steps[line.step].record
            if step.number is None:
                wanted.setdefault(_kind(step, line.kind), []).append(line.step)
        series = self._series(day.year, wanted, vv=vv, by=by, now=now)
        numbers = {
            given.to: VRNumber(date=day, kind=kind, number=given.number, vv=vv)
            for kind, draft in series.items()
            for given in draft.record.given
        }
        return numbers, list(series.values())

    def _series(
        self,
        year: int,
        wanted: Mapping[VRKind, Sequence[str]],
        *,
        vv: bool,
        by: Party,
        now: datetime,
    ) -> dict[VRKind, AnyDraft]:
        names = {kind: series_name(kind, vv=vv) for kind in wanted}
        ids = {kind: series_id(year, name) for kind, name in names.items()}
        found = self._book.read_all(SERIES, ids.values())
        drafts = {}
        for kind, to in wanted.items():
            last = found.get(ids[kind])
            series = series_after(last.record if last else None, year, names[kind], to)
            drafts[kind] = series_draft(last, series, ids[kind], by, now)
        return drafts

    def named(
        self,
        fresh: Sequence[Entry[AgendaItem]],
        steps: Steps,
        numbers: Mapping[str, VRNumber],
        by: Party,
        now: datetime,
    ) -> Iterator[AnyDraft]:
        """Documents that get their name; one that has a name keeps it."""
        wanted = [piece.document for e in fresh for piece in e.record.pieces]
        found = self._book.read_all(DOCUMENT, wanted)
        done: set[str] = set()
        for entry in fresh:
            step = steps[entry.record.step]
            number = step.record.number or numbers[step.id]
            mine = [found[piece.document] for piece in entry.record.pieces]
            for document, given in _positions(mine, number, step.record.kind):
                if document.id not in done:
                    done.add(document.id)
                    record = document.record.numbered(given)
                    yield document.next(record, "number", by, now)

    def moved(
        self, meeting: str, before: Meeting, after: Meeting, by: Party, at: datetime
    ) -> Iterator[AnyDraft]:
        """Steps and documents that were numbered for a meeting that moves.

        Raises:
            MalformedError: It moves to another year: its numbers are of this one.
        """
        old, new = _day(before), _day(after)
        rows = self._book.rows(Query(kind=ITEM.name, part_of=meeting, open=True))
        items = self._book.read_all(ITEM, [row.ref.id for row in rows]).values()
        steps = self._book.read_all(STEP, [entry.record.step for entry in items])
        numbered = [
            e for e in steps.values() if e.record.number and e.record.number.date == old
        ]
        if numbered and old.year != new.year:
            raise MalformedError(
                f"{before.number} has numbers of {old.year}: it cannot move out of it",
                hint="Plan a meeting in the new year and postpone the items to it.",
            )
        names = [d for e in numbered for d in e.record.documents]
        documents = self._book.read_all(DOCUMENT, names)
        for step in numbered:
            yield _on_day(step, new, by, at)
        for document in documents.values():
            number = document.record.number
            if number is not None and number.date == old:
                yield _on_day(document, new, by, at)


def series_draft(
    found: Entry[Series] | None, series: Series, id: str, by: Party, at: datetime
) -> AnyDraft:
    """The draft of an act that gives numbers of a series."""
    if found is None:
        return first(SERIES, id, series, "give", by, at)
    return found.next(series, "give", by, at)


def _kind(step: ProcedureStep, kind: ItemKind) -> VRKind:
    if kind is ItemKind.ANNOUNCEMENT:
        return VRKind.MED
    return VRKind.DEC if step.kind is StepKind.RATIFICATION else VRKind.DOC


def _positions(
    documents: Sequence[Entry[Document]], number: VRNumber, kind: StepKind
) -> Iterator[tuple[Entry[Document], VRNumber]]:
    """The documents without a number, each with its place within the step."""
    taken = [
        e.record.number.position or 0
        for e in documents
        if e.record.number and e.record.number.same_step(number)
    ]
    nameless = [e for e in documents if _gets_number(e.record)]
    # The document of ratification stands behind what it ratifies.
    if kind is StepKind.RATIFICATION:
        nameless.sort(key=lambda e: e.record.type == RATIFICATION)
    for place, entry in enumerate(nameless, start=max(taken, default=0) + 1):
        yield entry, number.at(position=place)


def _gets_number(document: Document) -> bool:
    is_hidden = document.latest.level is AccessLevel.INTERNAL_SECRETARIAT
    return document.number is None and not is_hidden


def _day(meeting: Meeting) -> date:
    return day_of(meeting.planned_start)


def _on_day(
    entry: Entry[ProcedureStep] | Entry[Document], day: date, by: Party, at: datetime
) -> AnyDraft:
    record: Any = entry.record
    again = attrs.evolve(record.number, date=day)
    draft: AnyDraft = entry.next(attrs.evolve(record, number=again), "move", by, at)
    return draft
