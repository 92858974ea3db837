"""Mandates of the government, with their dates (mandatarissen).

A change of competence or of person is a new mandate: what was decided under the old one
keeps it. So people are compared by person, never by mandate.

Source:
    OSLO Mandatendatabank; Kaleidos, mandatee domain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

import attrs
from attrs.validators import optional

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.errors import MalformedError, StepNotAllowedError
from digivl.kernel.changes import changed
from digivl.kernel.checks import counted_from_one, public_line
from digivl.kernel.identifiers import URI, new_id
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.parties import Party
from digivl.records.entries import Draft, Entry, first
from digivl.records.port import RecordBook

_ROLE: Final = "http://themis.vlaanderen.be/id/bestuursfunctie/"
#: Where somebody without a mandate stands: behind everybody.
LAST_RANK: Final = 99


class Office(Enum):
    """Function in the government (bestuursfunctie)."""

    MINISTER_PRESIDENT = _ROLE + "5fed907ce6670526694a03de"
    VICE_MINISTER_PRESIDENT = _ROLE + "5fed907ce6670526694a03df"
    MINISTER = _ROLE + "5fed907ce6670526694a03e0"
    COMMUNITY_MINISTER = _ROLE + "60d0dc2ab1838d01fca7db67"
    CHAIR = _ROLE + "60d0dc2ab1838d01fca7db65"
    SECRETARY = _ROLE + "9d5ebfb9-3829-4b1f-a2a8-15033f7e2097"
    ACTING_SECRETARY = _ROLE + "cfa6ed74-bb6f-4d4c-b905-9a205be135d7"


def _after_start(mandate: Mandate, _: object, end: Any) -> None:
    if end is not None and end <= mandate.start:
        raise MalformedError("a mandate ends after the day it starts")


@attrs.frozen(kw_only=True)
class Mandate:
    """What one person does in the government, from a day to a day (mandataris).

    Attributes:
        person: Opaque id of the person; `Party.minister` names it.
        office: Function.
        title: As people know it: ``Vlaams minister van Jeugd``; public.
        rank: Order in the government; no two have the same on one day.
        start: First day.
        end: First day on which it is over; None while it runs.
        competences: Policy fields it is about.
        before: Id of the mandate that it follows on.
    """

    person: str = attrs.field(validator=public_line)
    office: Office
    title: str = attrs.field(validator=public_line)
    rank: int = attrs.field(validator=counted_from_one)
    start: date
    end: date | None = attrs.field(default=None, validator=optional(_after_start))
    competences: tuple[URI, ...] = ()
    before: str | None = None

    def runs_on(self, day: date) -> bool:
        """True from its first day until the day before its end."""
        return self.start <= day and (self.end is None or day < self.end)

    def meets(self, other: Mandate) -> bool:
        """True when both run on some day."""
        ends_first = self.end is not None and self.end <= other.start
        starts_late = other.end is not None and other.end <= self.start
        return not (ends_first or starts_late)


def check_together(mandate: Mandate, others: Iterable[Mandate]) -> None:
    """Whether a mandate can stand beside others.

    Raises:
        MalformedError: On some day two would have the same rank, one person two
            mandates, or the government two ministers-president.
    """
    for other in others:
        if not mandate.meets(other):
            continue
        both = {mandate.office, other.office}
        if mandate.rank == other.rank:
            raise MalformedError(f"{other.title!r} has rank {other.rank} in that time")
        if mandate.person == other.person:
            raise MalformedError(
                f"that person is {other.title!r} in that time",
                hint="End that mandate first, or use `change`.",
            )
        if both == {Office.MINISTER_PRESIDENT}:
            raise MalformedError("there is one minister-president at a time")


def _standing(mandate: Mandate) -> Standing:
    return Standing(
        state="loopt" if mandate.end is None else "beëindigd",
        title=mandate.title,
        minister=mandate.person,
        open=mandate.end is None,
    )


@attrs.frozen(kw_only=True)
class Composition:
    """Who ever was in the government (samenstelling), as one record.

    A mandate has to fit beside all others, so every act on one writes the next version
    of this: who acts on what changed in the meantime is told so.

    Attributes:
        mandates: Ids of all mandates there ever were, the first appointed first.
    """

    mandates: tuple[str, ...] = ()


def _composition_standing(composition: Composition) -> Standing:
    title = f"{len(composition.mandates)} mandaten"
    return Standing(state="loopt", title=title, open=False)


MANDATE: Final = Kind("mandate", Mandate, _standing)
COMPOSITION: Final = Kind("government", Composition, _composition_standing)
_CHANGED: Final = ("person", "office", "title", "rank", "competences")
#: There is one government.
_GOVERNMENT: Final = "vlaamse-regering"


@attrs.frozen
class Government:
    """Who is in the government, and since when."""

    _book: RecordBook
    _guard: Guard
    _clock: Callable[[], datetime]

    def appoint(self, mandate: Mandate, *, by: Party) -> Entry[Mandate]:
        """Somebody gets a mandate.

        Raises:
            MalformedError: It cannot stand beside the others; it says which.
            StaleRecordError: Somebody else changed the government first.
        """
        self._guard.check(by, Permission.MANAGE_GOVERNMENT)
        composed, now, name = self._composed(), self._clock(), new_id()
        check_together(mandate, [entry.record for entry in self._all(composed)])
        return self._book.write(
            first(MANDATE, name, mandate, "appoint", by, now),
            _recomposed(composed, (name,), by, now),
        )[0]

    def end(self, id: str, day: date, *, by: Party, reason: str = "") -> Entry[Mandate]:
        """A mandate is over from `day` on; what was decided under it keeps it.

        Raises:
            NotFoundError: No such mandate.
            StepNotAllowedError: It was ended already.
            MalformedError: The day lies before it started.
            StaleRecordError: Somebody else changed the government first.
        """
        self._guard.check(by, Permission.MANAGE_GOVERNMENT, subject=MANDATE.ref(id))
        composed, found, now = self._composed(), self._running(id), self._clock()
        record = attrs.evolve(found.record, end=day)
        return self._book.write(
            found.next(record, "end", by, now, reason),
            _recomposed(composed, (), by, now),
        )[0]

    def change(
        self, id: str, day: date, *, by: Party, reason: str = "", **new: Any
    ) -> Entry[Mandate]:
        """Another person, title or competence from `day` on: a new mandate.

        Args:
            id: The mandate that ends.
            day: First day of the new one.
            by: Who records it.
            reason: Why.
            new: What is different: ``person``, ``office``, ``title``, ``rank``,
                ``competences``.

        Raises:
            StepNotAllowedError: It was ended already.
            MalformedError: The new one cannot stand beside the others, or another field
                is named.
            StaleRecordError: Somebody else changed the government first.
        """
        self._guard.check(by, Permission.MANAGE_GOVERNMENT, subject=MANDATE.ref(id))
        composed, found, now = self._composed(), self._running(id), self._clock()
        name = new_id()
        ended = attrs.evolve(found.record, end=day)
        made = changed(found.record, _CHANGED, new)
        made = attrs.evolve(made, start=day, before=id)
        others = [e.record for e in self._all(composed) if e.id != id]
        check_together(made, [*others, ended])
        return self._book.write(
            first(MANDATE, name, made, "appoint", by, now, reason),
            found.next(ended, "end", by, now, reason),
            _recomposed(composed, (name,), by, now),
        )[0]

    def mandates(self) -> Sequence[Entry[Mandate]]:
        """All that there ever were, in no order."""
        return self._all(self._composed())

    def on(self, day: date) -> Sequence[Entry[Mandate]]:
        """Who is in the government on that day, in order of rank."""
        running = [entry for entry in self.mandates() if entry.record.runs_on(day)]
        return sorted(running, key=lambda entry: entry.record.rank)

    def rank(self, persons: Sequence[str], day: date) -> int:
        """The best rank of these persons on that day: where their item stands."""
        ranks = [e.record.rank for e in self.on(day) if e.record.person in persons]
        return min(ranks, default=LAST_RANK)

    def _composed(self) -> Entry[Composition] | None:
        return self._book.read_all(COMPOSITION, [_GOVERNMENT]).get(_GOVERNMENT)

    def _all(self, composed: Entry[Composition] | None) -> Sequence[Entry[Mandate]]:
        if composed is None:
            return ()
        return list(self._book.read_all(MANDATE, composed.record.mandates).values())

    def _running(self, id: str) -> Entry[Mandate]:
        found = self._book.read(MANDATE, id)
        if found.record.end is not None:
            raise StepNotAllowedError("mandate", "beëindigd", "end", ())
        return found


def _recomposed(
    found: Entry[Composition] | None, more: tuple[str, ...], by: Party, at: datetime
) -> Draft[Composition]:
    if found is None:
        record = Composition(mandates=more)
        return first(COMPOSITION, _GOVERNMENT, record, "compose", by, at)
    record = Composition(mandates=(*found.record.mandates, *more))
    return found.next(record, "compose", by, at)
