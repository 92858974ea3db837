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
from digivl.dossiers.agenda import ITEM, AgendaItem
from digivl.dossiers.agendas import Agendas
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
    OBJECTION = "bezwaar"


def _objection_has_reason(position: Position, _: object, reason: str) -> None:
    if position.stand is Stand.OBJECTION and not reason.strip():
        raise MalformedError(
            "an objection has a reason", hint="Say what has to change, in `reason`."
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
        reason: Obligatory for an objection.
    """

    meeting: str
    item: str
    minister: str
    stand: Stand
    content: str
    reason: str = attrs.field(default="", validator=(free_text, _objection_has_reason))


@attrs.frozen(kw_only=True)
class Division:
    """How an agenda is divided before the meeting.

    Attributes:
        consent: Ids of items that nobody objects to or wants to speak about, and on
            which everybody answered, or silence counts.
        debate: The positions for which each other item is debated, by its id; none
            where somebody did not answer and silence does not count.
        silent: Ids of the ministers who have not answered, by item.
    """

    consent: tuple[str, ...]
    debate: Mapping[str, tuple[Position, ...]]
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
    for name in items:
        mine = [one for one in fresh if one.item == name]
        wanting = tuple(one for one in mine if one.stand is not Stand.NO_OBJECTION)
        answered = {one.minister for one in mine}
        quiet = tuple(one for one in ministers if one not in answered)
        if wanting or (quiet and not silence_agrees):
            debate[name] = wanting
        else:
            consent.append(name)
        if quiet:
            silent[name] = quiet
    return Division(consent=tuple(consent), debate=debate, silent=silent)


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
            MalformedError: An objection without a reason.
            StepNotAllowedError: The meeting has started.
        """
        self._guard.check(
            by, Permission.TAKE_POSITION, ministers=[minister], subject=ITEM.ref(item)
        )
        found, now = self._agendas.item(item).record, self._clock()
        if self._agendas.read(found.meeting).record.planned_start <= now:
            raise StepNotAllowedError("meeting", "begonnen", "take a position", ())
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

    def division(
        self,
        meeting: str,
        ministers: Sequence[str],
        *,
        silence_after: datetime | None = None,
    ) -> Division:
        """How the agenda is divided now.

        Args:
            meeting: Id of the meeting.
            ministers: Ids of the ministers who were asked.
            silence_after: Moment from which who did not answer has no objection; None
                if silence never counts.
        """
        rows = self._book.rows(Query(kind=POSITION.name, part_of=meeting))
        found = self._book.read_all(POSITION, [row.ref.id for row in rows])
        return divide(
            {entry.id: entry.record for entry in self._agendas.items(meeting)},
            [entry.record for entry in found.values()],
            ministers,
            silence_agrees=silence_after is not None and silence_after <= self._clock(),
        )
