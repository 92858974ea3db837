"""What somebody may read: the one function that every way to a document goes by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import BinaryIO, NoReturn, TypeVar

import attrs

from digivl.access.guard import Guard
from digivl.access.model import AccessLevel, Gates, Permission, effective_level
from digivl.custody.model import CUSTODY, custody_id, of_dossier
from digivl.documents.model import DOCUMENT, Document
from digivl.documents.service import Documents
from digivl.dossiers.agenda import ITEM, AgendaItem, ItemState
from digivl.dossiers.consultation import ANSWER
from digivl.dossiers.meeting import MEETING
from digivl.dossiers.model import DOSSIER, STEP, ProcedureStep, StepState
from digivl.dossiers.releases import Releases
from digivl.errors import NotFoundError
from digivl.kernel.kinds import Kind
from digivl.kernel.parties import Party
from digivl.records.entries import Entry
from digivl.records.port import Query, RecordBook

R = TypeVar("R", bound=attrs.AttrsInstance)

_UNDECIDED = (StepState.POSTPONED, StepState.WITHDRAWN)


@attrs.frozen(kw_only=True)
class Surroundings:
    """What of a dossier decides who may read its documents.

    Attributes:
        opened_by: The party that opened the dossier.
        steps: Its procedure steps.
        items: Every agenda item they stood on, by id.
        gates: Of the meetings of those items, by id.
        partners: Ids of the parties that hold or held it, or were consulted on it.
    """

    opened_by: Party
    steps: Sequence[ProcedureStep]
    items: Mapping[str, AgendaItem]
    gates: Mapping[str, Gates]
    partners: Collection[str] = ()

    def steps_of(self, document: str) -> Sequence[ProcedureStep]:
        """The steps that the document was submitted for."""
        return [step for step in self.steps if document in step.documents]

    def ministers(self, steps: Sequence[ProcedureStep]) -> Collection[str]:
        """Whose matter these steps are: their ministers, and that of the opener."""
        named = {minister for step in steps for minister in step.ministers}
        opener = self.opened_by.minister
        return {*named, opener} if opener else named

    def is_of(self, party: Party) -> bool:
        """Whether it is the matter of a party, that opened it or of its minister."""
        is_opener = party.id == self.opened_by.id
        return is_opener or party.minister in self.ministers(self.steps)

    def gates_of(self, step: ProcedureStep, item: str) -> Gates:
        """Which gates are open for a step as this item."""
        placed = self.items[item]
        if placed.state is not ItemState.APPROVED:
            return Gates()
        # A release opens what the government decided, also when the item came later.
        if not step.decided_on(item):
            return Gates(agenda_approved=True)
        return self.gates[placed.meeting]

    @property
    def level(self) -> AccessLevel:
        """Who may know of it: of its title, its numbers, and that it is there."""
        reached = [
            agenda_level(self.gates_of(step, placement.item), settled=step.is_settled)
            for step in self.steps
            for placement in step.placements
        ]
        closed = AccessLevel.INTERNAL_SECRETARIAT
        return max(reached, key=lambda level: level.openness, default=closed)


def agenda_level(gates: Gates, *, settled: bool = True) -> AccessLevel:
    """Who may know what stands on an agenda.

    Args:
        gates: Of its meeting.
        settled: Only what was approved or taken note of is told outside the government.
    """
    if not gates.agenda_approved:
        return AccessLevel.INTERNAL_SECRETARIAT
    if not settled or not gates.documents_released:
        return AccessLevel.INTERNAL_GOVERNMENT
    if gates.published:
        return AccessLevel.PUBLIC
    return AccessLevel.INTERNAL_ADMINISTRATION


@attrs.frozen(kw_only=True)
class Readable:
    """How one version can be read.

    Attributes:
        wish: The level that was set.
        level: The level in effect now.
        ministers: Ids of the ministers whose matter it is.
        needs: What a reader must be allowed beside the level.
    """

    wish: AccessLevel
    level: AccessLevel
    ministers: Collection[str]
    needs: Collection[Permission]


def readable(found: Entry[Document], sha256: str, around: Surroundings) -> Readable:
    """The level in effect of a version, and what else it asks; pure.

    Args:
        found: The document.
        sha256: The version.
        around: What its dossier says.
    """
    document = found.record
    steps = around.steps_of(found.id)
    wish = document.version(sha256).level
    if any(step.confidential for step in steps):
        wish = wish.stricter_of(AccessLevel.CONFIDENTIAL)
    delivered = document.delivered_as(sha256)
    gates = [
        _gates(around, step, placement.item, found, delivered)
        for step in steps
        for placement in step.placements
    ]
    most = max(gates, key=lambda one: one.open, default=None)
    needs = set()
    if delivered != document.delivered_as(document.latest.sha256):
        needs.add(Permission.READ_HISTORY)
    if steps and all(step.state in _UNDECIDED for step in steps):
        needs.add(Permission.READ_UNDECIDED)
    return Readable(
        wish=wish,
        level=effective_level(wish, most),
        ministers=around.ministers(steps),
        needs=needs,
    )


def _gates(
    around: Surroundings,
    step: ProcedureStep,
    item: str,
    found: Entry[Document],
    delivered: str,
) -> Gates:
    approved, delivered_as = around.items[item].approved, found.record.delivered_as
    mine = [p.sha256 for p in approved if p.document == found.id]
    if delivered not in map(delivered_as, mine):
        return Gates()
    return around.gates_of(step, item)


@attrs.frozen
class Reading:
    """Reads documents for somebody; who may not is told that there is nothing."""

    _book: RecordBook
    _documents: Documents
    _releases: Releases
    _guard: Guard

    def level(self, document: str, sha256: str | None = None) -> AccessLevel:
        """The level in effect now, of a version or of the last one.

        Raises:
            NotFoundError: No such document, or version.
        """
        found = self._book.read(DOCUMENT, document)
        wanted = sha256 or found.record.latest.sha256
        around = self._around(found.record.dossier)
        return readable(found, wanted, around).level

    def read(self, document: str, *, by: Party) -> Entry[Document]:
        """The document, for who may read its last version.

        Raises:
            NotFoundError: There is none, or none that `by` may read; which of the two
                is not told. Both are recorded.
        """
        found = self._found(document, by)
        if not self._may(by, found, found.record.latest.sha256):
            self._refuse(document, by)
        return found

    @contextmanager
    def opened(
        self, document: str, *, by: Party, sha256: str | None = None
    ) -> Iterator[BinaryIO]:
        """The bytes of a version, or of the last one, for who may read them.

        Raises:
            NotFoundError: As `read`.
            CorruptDocumentError: The bytes no longer match their name.
        """
        found = self._found(document, by)
        wanted = sha256 or found.record.latest.sha256
        known = {version.sha256 for version in found.record.versions}
        if wanted not in known or not self._may(by, found, wanted):
            self._refuse(document, by)
        with self._documents.opened(wanted) as file:
            yield file

    def visible(
        self, documents: Iterable[Entry[Document]], *, by: Party
    ) -> Sequence[Entry[Document]]:
        """Those of which `by` may read the last version, for lists and search."""
        around: dict[str, Surroundings] = {}
        seen = []
        for entry in documents:
            dossier = entry.record.dossier
            if dossier not in around:
                around[dossier] = self._around(dossier)
            if self._allows(by, entry, entry.record.latest.sha256, around[dossier]):
                seen.append(entry)
        return seen

    def of_dossier(self, dossier: str, *, by: Party) -> Sequence[Entry[Document]]:
        """The documents of a dossier that `by` may read."""
        rows = self._book.rows(Query(kind=DOCUMENT.name, dossier=dossier))
        found = self._book.read_all(DOCUMENT, [row.ref.id for row in rows])
        return self.visible(found.values(), by=by)

    def known(self, dossiers: Iterable[str], *, by: Party) -> Collection[str]:
        """Those of these dossiers that `by` may know of: their title and numbers."""
        wanted = dict.fromkeys(dossiers)
        return {name for name in wanted if self._knows(by, self._around(name))}

    def known_meetings(self, meetings: Iterable[str], *, by: Party) -> Collection[str]:
        """Those of these meetings of which `by` may know the approved agenda."""
        found = self._book.read_all(MEETING, meetings)
        gates = self._releases.gates(found)
        reads = self._guard.policy.reads
        return {
            name
            for name, entry in found.items()
            if reads(
                by,
                agenda_level(
                    attrs.evolve(gates[name], agenda_approved=entry.record.approved > 0)
                ),
            )
        }

    def _may(self, by: Party, found: Entry[Document], sha256: str) -> bool:
        return self._allows(by, found, sha256, self._around(found.record.dossier))

    def _allows(
        self, by: Party, found: Entry[Document], sha256: str, around: Surroundings
    ) -> bool:
        how = readable(found, sha256, around)
        # Who submitted it, or was asked about it, reads it before the others may.
        early = around.is_of(by) or by.id in around.partners
        level = how.wish if early else how.level
        policy = self._guard.policy
        return (
            self._knows(by, around)
            and policy.reads(by, level, how.ministers)
            and all(policy.allows(by, one, how.ministers) for one in how.needs)
        )

    def _knows(self, by: Party, around: Surroundings) -> bool:
        if around.is_of(by) or by.id in around.partners:
            return True
        whose = around.ministers(around.steps)
        return self._guard.policy.reads(by, around.level, whose)

    def _found(self, document: str, by: Party) -> Entry[Document]:
        found = self._book.read_all(DOCUMENT, [document]).get(document)
        return found or self._refuse(document, by)

    def _refuse(self, document: str, by: Party) -> NoReturn:
        # The same for what is not there and for what may not be seen.
        self._guard.record(by, Permission.READ_CONFIDENTIAL, DOCUMENT.ref(document))
        raise NotFoundError(f"there is no document {document}")

    def _around(self, dossier: str) -> Surroundings:
        steps = self._all(STEP, dossier)
        items = self._all(ITEM, dossier)
        meetings = (entry.record.meeting for entry in items)
        consulted = self._all(ANSWER, dossier)
        held = self._book.history(CUSTODY, custody_id(of_dossier(dossier)))
        return Surroundings(
            opened_by=self._book.read(DOSSIER, dossier).record.opened_by,
            steps=[entry.record for entry in steps],
            items={entry.id: entry.record for entry in items},
            gates=self._releases.gates(meetings),
            partners={
                *(entry.record.addressee.id for entry in consulted),
                *(entry.record.holder.id for entry in held),
            },
        )

    def _all(self, kind: Kind[R], dossier: str) -> Sequence[Entry[R]]:
        rows = self._book.rows(Query(kind=kind.name, dossier=dossier))
        return list(self._book.read_all(kind, [row.ref.id for row in rows]).values())
