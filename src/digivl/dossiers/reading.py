"""What somebody may read: the one function that every way to a document goes by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import BinaryIO, NoReturn, TypeVar

import attrs

from digivl.access.guard import Guard
from digivl.access.model import AccessLevel, Gates, Permission, effective_level
from digivl.documents.model import DOCUMENT, Document
from digivl.documents.service import Documents
from digivl.dossiers.agenda import ITEM, AgendaItem
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
    """

    opened_by: Party
    steps: Sequence[ProcedureStep]
    items: Mapping[str, AgendaItem]
    gates: Mapping[str, Gates]

    def steps_of(self, document: str) -> Sequence[ProcedureStep]:
        """The steps that the document was submitted for."""
        return [step for step in self.steps if document in step.documents]

    def ministers(self, steps: Sequence[ProcedureStep]) -> Collection[str]:
        """Whose matter these steps are: their ministers, and that of the opener."""
        named = {minister for step in steps for minister in step.ministers}
        opener = self.opened_by.minister
        return {*named, opener} if opener else named


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
    placed, delivered_as = around.items[item], found.record.delivered_as
    mine = [p.sha256 for p in placed.approved if p.document == found.id]
    if delivered not in map(delivered_as, mine):
        return Gates()
    # A release opens what the government decided, also when the item came later.
    if not step.decided_on(item):
        return Gates(agenda_approved=True)
    return around.gates[placed.meeting]


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

    def _may(self, by: Party, found: Entry[Document], sha256: str) -> bool:
        return self._allows(by, found, sha256, self._around(found.record.dossier))

    def _allows(
        self, by: Party, found: Entry[Document], sha256: str, around: Surroundings
    ) -> bool:
        how = readable(found, sha256, around)
        # Who submitted it reads it also before the others may.
        mine = by.id == around.opened_by.id or by.minister in how.ministers
        level = how.wish if mine else how.level
        policy = self._guard.policy
        return policy.reads(by, level, how.ministers) and all(
            policy.allows(by, one, how.ministers) for one in how.needs
        )

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
        return Surroundings(
            opened_by=self._book.read(DOSSIER, dossier).record.opened_by,
            steps=[entry.record for entry in steps],
            items={entry.id: entry.record for entry in items},
            gates=self._releases.gates(meetings),
        )

    def _all(self, kind: Kind[R], dossier: str) -> Sequence[Entry[R]]:
        rows = self._book.rows(Query(kind=kind.name, dossier=dossier))
        return list(self._book.read_all(kind, [row.ref.id for row in rows]).values())
