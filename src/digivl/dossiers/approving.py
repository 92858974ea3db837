"""Approve, close and reopen the agenda of a meeting; numbers are given here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.custody.model import of_dossier
from digivl.custody.moves import Moves, moved_once
from digivl.dossiers.admission import Admission
from digivl.dossiers.agenda import (
    AGENDA,
    Agenda,
    AgendaItem,
    FormalCheck,
    Line,
    agenda_id,
)
from digivl.dossiers.agendas import Agendas, design_draft
from digivl.dossiers.deciding import AFTER_DECISION, FOLLOW_UP_DAYS
from digivl.dossiers.meeting import MEETING, Meeting
from digivl.dossiers.model import (
    DOSSIER,
    STEP,
    DecisionResult,
    ItemKind,
    ProcedureStep,
    StepState,
)
from digivl.dossiers.naming import Naming
from digivl.dossiers.newsroom import announced
from digivl.kernel.parties import Party, Role
from digivl.kernel.vrnumber import VRNumber
from digivl.records.entries import AnyDraft, Entry
from digivl.records.port import RecordBook

GOVERNMENT: Final = Party(
    "http://themis.vlaanderen.be/id/bestuursorgaan/7f2c82aa-75ac-40f8-a6c3-9fe539163025",
    "Vlaamse Regering",
    Role.GOVERNMENT,
)

_UNDECIDED: Final = (StepState.PROPOSED, StepState.ON_AGENDA)
#: Nothing has to be decided on it.
_TOLD: Final = ItemKind.ANNOUNCEMENT
_NOT_OK: Final = "niet formeel in orde bij het afsluiten van de agenda"
_NOT_ON_LAST: Final = "niet op de laatste goedgekeurde agenda"


@attrs.frozen(kw_only=True)
class Approval:
    """What the approval of an agenda did.

    Attributes:
        agenda: The approved version.
        held_back: Ids of new items that were not formally OK: they stay on the design,
            or went off the agenda where there is no next one.
        rolled_back: Ids of items that stand there as on the version before, since
            their changes were not formally OK.
        numbered: Number of each step that got one, by its id.
    """

    agenda: Entry[Agenda]
    held_back: tuple[str, ...]
    rolled_back: tuple[str, ...]
    numbered: Mapping[str, VRNumber]


@attrs.frozen(kw_only=True)
class _Chosen:
    """Which items stand on the version, in their order, and which do not."""

    lines: tuple[Line, ...]
    items: Mapping[str, Entry[AgendaItem]]
    fresh: tuple[Entry[AgendaItem], ...]
    held_back: tuple[Entry[AgendaItem], ...]
    rolled_back: tuple[str, ...]


@attrs.frozen(kw_only=True)
class _Act:
    """An approval under way: what everything that follows from it needs."""

    meeting: Meeting
    steps: Mapping[str, Entry[ProcedureStep]]
    numbers: Mapping[str, VRNumber]
    items: Mapping[str, Entry[AgendaItem]]
    by: Party
    at: datetime


@attrs.frozen
class Approving:
    """Approves agendas: one transaction, or nothing."""

    _book: RecordBook
    _moves: Moves
    _guard: Guard
    _agendas: Agendas
    _naming: Naming
    _admission: Admission
    _clock: Callable[[], datetime]

    def approve(self, meeting: str, *, by: Party) -> Approval:
        """Approve the design; the next one opens with the same items.

        Items that are formally OK stand on it, get their number, and their documents
        their names. New items that are not stay on the next design; items of the last
        version with changes that are not OK stand on it as they were there.

        Raises:
            StepNotAllowedError: There is no design.
            NotReadyError: Something of a dossier changed since the formal check, and
                now something is missing; nothing was done.
            StaleRecordError: Somebody else changed the agenda first; nothing was done.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=MEETING.ref(meeting))
        found, now = self._agendas.read(meeting), self._clock()
        record = found.record.approve()
        return self._approved(found, record, by, now, "approve")

    def close(self, meeting: str, *, by: Party) -> Approval:
        """Approve the design as the final agenda; no next one opens.

        New items that are not formally OK go off the agenda. Announcements were taken
        note of, unless a minister evoked them: those are decided like the others.

        Raises:
            StepNotAllowedError: There is no design.
            NotReadyError: As `approve`.
            StaleRecordError: Somebody else changed the agenda first; nothing was done.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=MEETING.ref(meeting))
        found, now = self._agendas.read(meeting), self._clock()
        record = found.record.close(approving=True)
        return self._approved(found, record, by, now, "close")

    def adjourn(self, meeting: str, *, by: Party, reason: str = "") -> Entry[Meeting]:
        """Close without the design: the last approved agenda is final.

        What stood only on the design goes off the agenda.

        Raises:
            StepNotAllowedError: No agenda was approved, or the meeting is closed.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=MEETING.ref(meeting))
        found, now = self._agendas.read(meeting), self._clock()
        record = found.record.close(approving=False)
        before = {line.item for line in self._last_lines(found)}
        items = self._agendas.items(meeting)
        fresh = [entry for entry in items if entry.id not in before]
        return self._book.write(
            found.next(record, "close", by, now, reason),
            *self._agendas.off(fresh, by, now, reason or _NOT_ON_LAST),
        )[0]

    def reopen(self, meeting: str, *, by: Party, reason: str) -> Entry[Meeting]:
        """Open a closed meeting again, with a design made from its final agenda.

        Raises:
            StepNotAllowedError: It is not closed.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=MEETING.ref(meeting))
        found, now = self._agendas.read(meeting), self._clock()
        record = found.record.reopen()
        design = self._design(found.id, record, by, now)
        reopened = found.next(record, "reopen", by, now, reason)
        return self._book.write(reopened, design)[0]

    def reopen_agenda(self, meeting: str, *, by: Party, reason: str) -> Entry[Meeting]:
        """The last approved agenda becomes the design again, instead of the next one.

        Numbers and names that its approval gave stay: they may have been read.

        Raises:
            NotAllowedError: Only who may override the rules can.
            MalformedError: There is no reason.
            StepNotAllowedError: None is approved, or it is final.
        """
        self._guard.check_override(by, MEETING.ref(meeting), reason)
        found, now = self._agendas.read(meeting), self._clock()
        record = found.record.reopen_agenda()
        agenda = self._agendas.agenda(meeting, record.design)
        return self._book.write(
            found.next(record, "reopen agenda", by, now, reason),
            agenda.next(agenda.record.reopen(), "reopen", by, now, reason),
        )[0]

    def _design(
        self, meeting: str, record: Meeting, by: Party, now: datetime
    ) -> AnyDraft:
        number = record.design or 1
        name = agenda_id(meeting, number)
        # It was there before when the version before it was reopened.
        there = self._book.read_all(AGENDA, [name]).get(name)
        if there is None:
            return design_draft(record, meeting, number, by, now)
        return there.next(there.record, "design", by, now)

    def _approved(
        self,
        found: Entry[Meeting],
        record: Meeting,
        by: Party,
        now: datetime,
        action: str,
    ) -> Approval:
        chosen = self._chosen(found)
        steps = self._book.read_all(STEP, [line.step for line in chosen.lines])
        self._check_ready(found.record, chosen, steps)
        numbers, counted = self._naming.numbers(
            found.record, chosen.lines, steps, by, now
        )
        act = _Act(
            meeting=record,
            steps=steps,
            numbers=numbers,
            items=chosen.items,
            by=by,
            at=now,
        )
        agenda = self._agendas.agenda(found.id, record.approved)
        drafts: list[AnyDraft] = [
            agenda.next(agenda.record.approve(chosen.lines), "approve", by, now),
            found.next(record, action, by, now),
            *counted,
            *(e.next(e.record.approve(), "approve", by, now) for e in chosen.fresh),
            *self._moved(act, chosen.lines),
            *self._naming.named(chosen.fresh, steps, numbers, by, now),
        ]
        if record.design is not None:
            drafts.append(self._design(found.id, record, by, now))
        else:
            drafts += self._agendas.off(chosen.held_back, by, now, _NOT_OK)
        return Approval(
            agenda=self._book.write(*moved_once(drafts))[0],
            held_back=tuple(entry.id for entry in chosen.held_back),
            rolled_back=chosen.rolled_back,
            numbered=numbers,
        )

    def _check_ready(
        self,
        meeting: Meeting,
        chosen: _Chosen,
        steps: Mapping[str, Entry[ProcedureStep]],
    ) -> None:
        """Ask the gate about what stands there as it is now, and is to be decided."""
        standing = [
            chosen.items[line.item].record
            for line in chosen.lines
            if line.item not in chosen.rolled_back
            and steps[line.step].record.stands_as(line.item)
        ]
        title = meeting.agenda_title(meeting.design or 1)
        self._admission.recheck(title, standing)

    def _last_lines(self, meeting: Entry[Meeting]) -> Sequence[Line]:
        if not meeting.record.approved:
            return ()
        return self._agendas.agenda(meeting.id).record.lines

    def _chosen(self, meeting: Entry[Meeting]) -> _Chosen:
        before = {line.item: line for line in self._last_lines(meeting)}
        items = self._agendas.items(meeting.id)
        ok = {e.id: e for e in items if e.record.formal is FormalCheck.OK}
        again = {e.id: e for e in items if e.id in before and e.id not in ok}
        standing = sorted(
            [*ok.values(), *again.values()], key=lambda e: _order(e, before)
        )
        fresh = {name: e for name, e in ok.items() if e.record.approve() != e.record}
        versions = {e.id: e.version + (e.id in fresh) for e in standing}
        versions |= {name: before[name].version for name in again}
        return _Chosen(
            lines=tuple(_lines(standing, versions)),
            items={entry.id: entry for entry in standing},
            fresh=tuple(e for e in standing if e.id in fresh),
            held_back=tuple(e for e in items if e.id not in ok and e.id not in before),
            rolled_back=tuple(again),
        )

    def _moved(self, act: _Act, lines: Sequence[Line]) -> Iterator[AnyDraft]:
        """What the approval does to the steps: an announcement needs no decision.

        What was postponed, and stands on another agenda now, waits for that one.
        """
        told: list[Line] = []
        rest: list[Line] = []
        for line in lines:
            if act.steps[line.step].record.stands_elsewhere(line.item):
                continue
            item = act.items[line.item].record
            is_told = act.meeting.is_final and item.decided_as is _TOLD
            (told if is_told else rest).append(line)
        yield from self._scheduled(act, rest)
        yield from self._noted(act, told)
        items = [act.items[line.item] for line in told]
        yield from announced(self._book, items, act.by, act.at)

    def _scheduled(self, act: _Act, lines: Sequence[Line]) -> Iterator[AnyDraft]:
        """Steps that come onto an approved agenda: the government holds them now."""
        fresh = [act.steps[line.step] for line in lines]
        fresh = [e for e in fresh if e.record.state is StepState.PROPOSED]
        held = self._moves.all_of(of_dossier(e.record.dossier) for e in fresh)
        for entry in fresh:
            record = entry.record.schedule(act.numbers.get(entry.id))
            yield entry.next(record, "schedule", act.by, act.at)
            yield self._moves.passed(
                held[of_dossier(record.dossier)],
                GOVERNMENT,
                "beslissen",
                by=act.by,
                at=act.at,
                due=act.meeting.planned_start,
            )

    def _noted(self, act: _Act, lines: Sequence[Line]) -> Iterator[AnyDraft]:
        """Announcements on the final agenda: the government took note of them."""
        told = [act.steps[line.step] for line in lines]
        told = [e for e in told if e.record.state in _UNDECIDED]
        names = [e.record.dossier for e in told]
        held = self._moves.all_of(map(of_dossier, names))
        dossiers = self._book.read_all(DOSSIER, names)
        for entry in told:
            record = entry.record
            if record.state is StepState.PROPOSED:
                record = record.schedule(act.numbers.get(entry.id))
            noted = record.decide(DecisionResult.NOTED, act.at)
            yield entry.next(noted, "take note", act.by, act.at)
            yield self._moves.passed(
                held[of_dossier(record.dossier)],
                dossiers[record.dossier].record.opened_by,
                AFTER_DECISION[DecisionResult.NOTED],
                by=act.by,
                at=act.at,
                days=FOLLOW_UP_DAYS,
            )


def _order(
    entry: Entry[AgendaItem], before: Mapping[str, Line]
) -> tuple[bool, bool, int, int]:
    # What stood on the last version keeps its place; the others come behind it, by
    # the rank of their minister.
    item, line = entry.record, before.get(entry.id)
    is_announcement = item.kind is ItemKind.ANNOUNCEMENT
    if line is not None:
        return is_announcement, False, line.number, 0
    return is_announcement, True, item.rank, item.order


def _lines(
    standing: Sequence[Entry[AgendaItem]], versions: Mapping[str, int]
) -> Iterator[Line]:
    count = dict.fromkeys(ItemKind, 0)
    for entry in standing:
        kind = entry.record.kind
        count[kind] += 1
        yield Line(
            item=entry.id,
            version=versions[entry.id],
            step=entry.record.step,
            kind=kind,
            number=count[kind],
        )
