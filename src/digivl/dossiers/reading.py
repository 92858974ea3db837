"""What somebody may read: the one function that every way to a document goes by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Final, NoReturn

import attrs

from digivl.access.guard import Guard
from digivl.access.model import AccessLevel, Permission
from digivl.access.policy import TablePolicy
from digivl.custody.model import CUSTODY
from digivl.documents.model import DOCUMENT, Document, most_open
from digivl.documents.service import Documents
from digivl.dossiers.consultation import ANSWER
from digivl.dossiers.meeting import MEETING
from digivl.dossiers.model import DOSSIER, STEP, ProcedureStep
from digivl.dossiers.releases import Releases
from digivl.dossiers.surroundings import (
    Readable,
    Surroundings,
    agenda_level,
    readable,
    surroundings,
)
from digivl.errors import NotFoundError
from digivl.kernel.identifiers import URI
from digivl.kernel.parties import Party
from digivl.records.entries import Entry
from digivl.records.port import Query, RecordBook, Row

#: A policy of one's own can keep back more of what is never published, not less.
_TABLES: Final = TablePolicy()


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

        Args:
            document: Id of the document.
            by: Who reads.
            sha256: A version, or a copy or the original of one, which are read by who
                may read that version.

        Raises:
            NotFoundError: As `read`.
            CorruptDocumentError: The bytes no longer match their name.
        """
        found = self._found(document, by)
        wanted = sha256 or found.record.latest.sha256
        if not self._has(found.record, wanted) or not self._may(by, found, wanted):
            self._refuse(document, by)
        with self._documents.opened(wanted) as file:
            yield file

    def visible(
        self, documents: Iterable[Entry[Document]], *, by: Party
    ) -> Sequence[Entry[Document]]:
        """Those of which `by` may read the last version, for lists and search."""
        listed = list(documents)
        around = self._surroundings(entry.record.dossier for entry in listed)
        return [
            entry
            for entry in listed
            if entry.record.dossier in around
            and self._allows(
                by, entry, entry.record.latest.sha256, around[entry.record.dossier]
            )
        ]

    def of_dossier(self, dossier: str, *, by: Party) -> Sequence[Entry[Document]]:
        """The documents of a dossier that `by` may read."""
        rows = self._book.rows(Query(kind=DOCUMENT.name, dossier=dossier))
        found = self._book.read_all(DOCUMENT, [row.ref.id for row in rows])
        return self.visible(found.values(), by=by)

    def admits(
        self,
        dossier: str,
        type: URI,
        level: AccessLevel,
        *,
        by: Party,
        takes_part: bool = False,
    ) -> bool:
        """Whether `by` reads what a dossier has before any of it is released.

        So does who takes part in it, and who may know of every dossier.

        Args:
            dossier: Id of the dossier.
            type: Concept of the document type.
            level: Who may read it in the end.
            by: Who reads.
            takes_part: It is known that `by` does.
        """
        around = self._surroundings([dossier]).get(dossier)
        if around is None or not _TABLES.reads(by, most_open(type)):
            return False
        reads, whose = self._guard.policy.reads, around.ministers(around.steps)
        knows = takes_part or reads(by, AccessLevel.INTERNAL_SECRETARIAT, whose)
        return reads(by, level, whose) and (knows or self._takes_part(by, around))

    def wish(self, documents: Iterable[str]) -> AccessLevel:
        """The level that was set of the most guarded of these documents."""
        found = self._book.read_all(DOCUMENT, documents).values()
        around = self._surroundings(entry.record.dossier for entry in found)
        strictest = AccessLevel.PUBLIC
        for entry in found:
            if entry.record.dossier in around:
                sha256 = entry.record.latest.sha256
                how = readable(entry, sha256, around[entry.record.dossier])
                strictest = how.wish.stricter_of(strictest)
        return strictest

    def step(self, id: str, *, by: Party) -> ProcedureStep:
        """A procedure step as `by` may know it.

        Before the decisions of a meeting are released only a few know them; to the
        others what was decided there still stands on the agenda.

        Raises:
            NotFoundError: No such step, or `by` may not know of its dossier.
        """
        found = self._book.read_all(STEP, [id]).get(id)
        if found is None or not self._knows(by, self._around(found.record.dossier)):
            self._guard.hide(by, Permission.READ_CONFIDENTIAL, STEP.ref(id))
        return self._told([found.record], by)[0]

    def steps(self, dossier: str, *, by: Party) -> Mapping[str, ProcedureStep]:
        """The procedure steps of a dossier as `by` may know them, by id; see `step`.

        Raises:
            NotFoundError: No such dossier, or `by` may not know of it.
        """
        around = self._surroundings([dossier]).get(dossier)
        if around is None or not self._knows(by, around):
            subject = DOSSIER.ref(dossier)
            self._guard.hide(by, Permission.READ_CONFIDENTIAL, subject)
        rows = self._book.rows(Query(kind=STEP.name, dossier=dossier))
        found = self._book.read_all(STEP, [row.ref.id for row in rows])
        told = self._told([entry.record for entry in found.values()], by)
        return dict(zip(found, told, strict=True))

    def known(self, dossiers: Iterable[str], *, by: Party) -> Collection[str]:
        """Those of these dossiers that `by` may know of: their title and numbers."""
        around = self._surroundings(dossiers)
        return {name for name, one in around.items() if self._knows(by, one)}

    def listed(self, rows: Iterable[Row], *, by: Party) -> Sequence[Row]:
        """Those rows of a list (work list, overdue) that `by` may know of.

        What belongs to no dossier is left out.
        """
        all_rows = list(rows)
        known = self.known((row.standing.dossier or "" for row in all_rows), by=by)
        return [row for row in all_rows if row.standing.dossier in known]

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

    def _told(
        self, steps: Sequence[ProcedureStep], by: Party
    ) -> Sequence[ProcedureStep]:
        before = Permission.READ_DECISIONS_BEFORE_RELEASE
        if self._guard.policy.allows(by, before):
            return steps
        meetings = {
            decision.meeting
            for step in steps
            for decision in step.decisions
            if decision.meeting
        }
        gates = self._releases.gates(meetings)
        released = {name for name in meetings if gates[name].decisions_released}
        return [step.told_of(released) for step in steps]

    def _may(self, by: Party, found: Entry[Document], sha256: str) -> bool:
        return self._allows(by, found, sha256, self._around(found.record.dossier))

    def _allows(
        self, by: Party, found: Entry[Document], sha256: str, around: Surroundings
    ) -> bool:
        if not _TABLES.reads(by, most_open(found.record.type)):
            return False
        how = readable(found, sha256, around)
        may = self._guard.policy.allows
        if not all(may(by, one, how.ministers) for one in how.needs):
            return False
        # Who submitted it, or was asked about it, reads it before the others may.
        released = self._reads(by, how, how.level) and self._knows_by_level(by, around)
        return released or (
            self._reads(by, how, how.wish) and self._takes_part(by, around)
        )

    def _reads(self, by: Party, how: Readable, level: AccessLevel) -> bool:
        return self._guard.policy.reads(by, level, how.ministers)

    def _knows(self, by: Party, around: Surroundings) -> bool:
        return self._knows_by_level(by, around) or self._takes_part(by, around)

    def _knows_by_level(self, by: Party, around: Surroundings) -> bool:
        whose = around.ministers(around.steps)
        return self._guard.policy.reads(by, around.level, whose)

    def _takes_part(self, by: Party, around: Surroundings) -> bool:
        """Whether it is the matter of `by`, or `by` has or had it, or was asked."""
        if around.is_of(by):
            return True
        query = Query(kind=CUSTODY.name, dossier=around.dossier)
        for row in self._book.rows(query):
            held = self._book.history(CUSTODY, row.ref.id)
            if any(entry.record.holder.id == by.id for entry in held):
                return True
        rows = self._book.rows(Query(kind=ANSWER.name, dossier=around.dossier))
        asked = self._book.read_all(ANSWER, [row.ref.id for row in rows])
        return any(entry.record.addressee.id == by.id for entry in asked.values())

    def _has(self, document: Document, sha256: str) -> bool:
        try:
            document.holding(sha256)
        except NotFoundError:
            return False
        return True

    def _found(self, document: str, by: Party) -> Entry[Document]:
        found = self._book.read_all(DOCUMENT, [document]).get(document)
        return found or self._refuse(document, by)

    def _refuse(self, document: str, by: Party) -> NoReturn:
        self._guard.hide(by, Permission.READ_CONFIDENTIAL, DOCUMENT.ref(document))

    def _around(self, dossier: str) -> Surroundings:
        found = self._surroundings([dossier]).get(dossier)
        if found is None:
            raise NotFoundError(f"there is no dossier {dossier}")
        return found

    def _surroundings(self, dossiers: Iterable[str]) -> Mapping[str, Surroundings]:
        return surroundings(self._book, self._releases, dossiers)
