"""Positions that ministers take before a meeting, and how they divide its agenda.

Items without objection pass without debate: the consent list (hamerstukken).

Source:
    The Estonian e-Cabinet, where members of the government mark each item beforehand;
    Kaleidos has nothing of the kind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Final

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.dossiers.agenda import ITEM, AgendaItem, ItemState
from digivl.dossiers.agendas import Agendas, touched
from digivl.dossiers.meeting import MEETING
from digivl.errors import MalformedError, StepNotAllowedError
from digivl.kernel.checks import free_text
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.parties import Party
from digivl.records.entries import Entry, first
from digivl.records.port import Query, RecordBook


class Stand(Enum):
    """Position of a minister on an agenda item (standpunt)."""

    NO_OBJECTION = "geen bezwaar"
    WISH_TO_SPEAK = "wenst het woord"
    DEFERRAL = "vraagt uitstel"
    OBJECTION = "bezwaar"


_REASONED: Final = (Stand.OBJECTION, Stand.DEFERRAL)


def _has_reason(position: Position, _: object, reason: str) -> None:
    if position.stand in _REASONED and not reason.strip():
        raise MalformedError(
            "an objection has a reason, and so has a deferral",
            hint="Say what has to change, or be waited for, in `reason`.",
        )


@attrs.frozen(kw_only=True)
class Position:
    """What one minister says of one item before the meeting (standpunt).

    Attributes:
        meeting: Id of the meeting.
        item: Id of the agenda item.
        minister: Id of the minister.
        stand: The position.
        content: Digest of the documents it is about; when the item gets others, the
            minister has not answered any more.
        reason: Obligatory for an objection and a deferral.
    """

    meeting: str
    item: str
    minister: str
    stand: Stand
    content: str
    reason: str = attrs.field(default="", validator=(free_text, _has_reason))


@attrs.frozen(kw_only=True)
class Division:
    """How an agenda is divided before the meeting.

    Attributes:
        consent: Ids of items that nobody evoked, objects to, or wants to defer or speak
            about, and on which everybody answered, or silence counts.
        debate: The positions for which each other item is debated, by its id; none
            where it was evoked, or somebody did not answer and silence does not count.
        deferrals: Ids of the items that somebody wants to defer: the chair decides on
            that first.
        silent: Ids of the ministers who have not answered, by item.
    """

    consent: tuple[str, ...]
    debate: Mapping[str, tuple[Position, ...]]
    deferrals: tuple[str, ...]
    silent: Mapping[str, tuple[str, ...]]


def content_of(item: AgendaItem) -> str:
    """Digest of the title and the documents of an item, each by its bytes."""
    parts = [item.title, *(f"{p.document} {p.sha256}" for p in item.pieces)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def divide(
    items: Mapping[str, AgendaItem],
    positions: Collection[Position],
    ministers: Sequence[str],
    *,
    silence_agrees: bool = False,
) -> Division:
    """Divide an agenda into what passes and what is debated; pure.

    Args:
        items: The items, by id, in their order.
        positions: What was answered; positions on other documents do not count.
        ministers: Ids of the ministers who were asked.
        silence_agrees: Who did not answer has no objection; only once the term for
            answering is over.
    """
    known = {name: content_of(item) for name, item in items.items()}
    fresh = [one for one in positions if known.get(one.item) == one.content]
    consent: list[str] = []
    debate: dict[str, tuple[Position, ...]] = {}
    silent: dict[str, tuple[str, ...]] = {}
    for name, item in items.items():
        mine = [one for one in fresh if one.item == name]
        wanting = tuple(one for one in mine if one.stand is not Stand.NO_OBJECTION)
        answered = {one.minister for one in mine}
        quiet = tuple(one for one in ministers if one not in answered)
        if wanting or item.evoked or (quiet and not silence_agrees):
            debate[name] = wanting
        else:
            consent.append(name)
        if quiet:
            silent[name] = quiet
    deferrals = tuple(
        name
        for name, wanting in debate.items()
        if any(one.stand is Stand.DEFERRAL for one in wanting)
    )
    return Division(
        consent=tuple(consent), debate=debate, deferrals=deferrals, silent=silent
    )


def _standing(position: Position) -> Standing:
    return Standing(
        state=position.stand.value,
        title=f"{position.stand.value}: {position.minister}",
        part_of=position.meeting,
        minister=position.minister,
        open=False,
    )


POSITION: Final = Kind("position", Position, _standing)


@attrs.frozen
class Positions:
    """The positions of ministers on the agendas of an office."""

    _book: RecordBook
    _guard: Guard
    _agendas: Agendas
    _clock: Callable[[], datetime]

    def mark(
        self, item: str, minister: str, stand: Stand, *, by: Party, reason: str = ""
    ) -> Entry[Position]:
        """Take a position, or change it; the history keeps the earlier ones.

        Raises:
            NotAllowedError: `by` is not, and does not work for, that minister.
            NotFoundError: No such item, or one of a design that `by` may not know.
            MalformedError: An objection or deferral without a reason.
            StepNotAllowedError: The meeting has started.
        """
        found, now = self._before_meeting(item, minister, by).record, self._clock()
        position = Position(
            meeting=found.meeting,
            item=item,
            minister=minister,
            stand=stand,
            content=content_of(found),
            reason=reason,
        )
        name = f"{item}.{minister}"
        before = self._book.read_all(POSITION, [name]).get(name)
        if before is None:
            draft = first(POSITION, name, position, "mark", by, now, reason)
        else:
            draft = before.next(position, "mark", by, now, reason)
        return self._book.write(draft)[0]

    def evoke(
        self, item: str, minister: str, *, by: Party, reason: str
    ) -> Entry[AgendaItem]:
        """A minister wants the government to decide (evocatie): no announcement then.

        Any minister may, on any item; nobody can take it back for the minister.

        Raises:
            NotAllowedError: `by` is not, and does not work for, that minister.
            NotFoundError: As `mark`.
            StepNotAllowedError: The meeting has started, or the item was taken off.
            StaleRecordError: Somebody else changed the agenda first.
        """
        found, now = self._before_meeting(item, minister, by), self._clock()
        meeting = self._agendas.read(found.record.meeting)
        draft = found.next(found.record.evoke(minister), "evoke", by, now, reason)
        return self._book.write(draft, touched(meeting, by, now, reason))[0]

    def _before_meeting(self, item: str, minister: str, by: Party) -> Entry[AgendaItem]:
        self._guard.check(
            by, Permission.TAKE_POSITION, ministers=[minister], subject=ITEM.ref(item)
        )
        found = self._book.read_all(ITEM, [item]).get(item)
        if found is None or not self._knows(by, found.record):
            self._guard.hide(by, Permission.TAKE_POSITION, ITEM.ref(item))
        held = self._agendas.read(found.record.meeting).record
        if held.planned_start <= self._clock():
            raise StepNotAllowedError("meeting", "begonnen", "take a position", ())
        return found

    def _knows(self, by: Party, item: AgendaItem) -> bool:
        """A design is for the secretariat, and for whose item it is."""
        own = by.minister in item.ministers
        approved = item.state is ItemState.APPROVED
        return approved or own or self._manages(by)

    def _manages(self, by: Party) -> bool:
        return self._guard.policy.allows(by, Permission.MANAGE_AGENDA)

    def _check_sees(self, meeting: str, by: Party) -> None:
        found = self._book.read_all(MEETING, [meeting]).get(meeting)
        takes = found is not None and found.record.approved > 0
        takes = takes and self._guard.policy.allows(by, Permission.TAKE_POSITION)
        if found is None or not (takes or self._manages(by)):
            self._guard.hide(by, Permission.TAKE_POSITION, MEETING.ref(meeting))

    def division(
        self,
        meeting: str,
        ministers: Sequence[str],
        *,
        by: Party,
        silence_after: datetime | None = None,
    ) -> Division:
        """How the agenda is divided now.

        The secretariat sees it; of an approved agenda also who takes a position, for a
        minister, on any item of it.

        Args:
            meeting: Id of the meeting.
            ministers: Ids of the ministers who were asked.
            by: Who wants to know.
            silence_after: Moment from which who did not answer has no objection; None
                if silence never counts.

        Raises:
            NotFoundError: No such meeting, or none of which `by` may know this; which
                of the two is not told.
        """
        self._check_sees(meeting, by)
        rows = self._book.rows(Query(kind=POSITION.name, part_of=meeting))
        found = self._book.read_all(POSITION, [row.ref.id for row in rows])
        return divide(
            {entry.id: entry.record for entry in self._agendas.items(meeting)},
            [entry.record for entry in found.values()],
            ministers,
            silence_agrees=silence_after is not None and silence_after <= self._clock(),
        )
