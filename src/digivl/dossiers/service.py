"""Dossiers: open one, submit its steps, close it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Final

import attrs

from digivl.access.guard import Guard
from digivl.access.model import AccessLevel, Permission
from digivl.custody.moves import Moves
from digivl.documents.model import DOCUMENT, Document
from digivl.dossiers.closing import DossierCompanion
from digivl.dossiers.consultation import ROUND
from digivl.dossiers.model import (
    DOSSIER,
    STEP,
    Dossier,
    DossierState,
    ProcedureStep,
    StepKind,
)
from digivl.dossiers.numbering import SERIES, Gap, Series, series_id, series_name
from digivl.dossiers.pieces import belonging
from digivl.dossiers.submission import SUBMISSION, SubmissionStatus
from digivl.errors import StepNotAllowedError
from digivl.kernel.identifiers import URI, new_id
from digivl.kernel.parties import Party
from digivl.kernel.vrnumber import VRKind
from digivl.records.entries import Draft, Entry, first
from digivl.records.port import Query, RecordBook, Row

#: Term in working days to prepare a dossier; no rule gives one.
PREPARE_DAYS: Final = 20


@attrs.frozen
class Dossiers:
    """The dossiers of an office and their procedure steps."""

    _book: RecordBook
    _moves: Moves
    _guard: Guard
    _companion: DossierCompanion
    _clock: Callable[[], datetime]

    def open(
        self,
        title: str,
        *,
        by: Party,
        areas: Sequence[URI] = (),
        id: str | None = None,
    ) -> Entry[Dossier]:
        """Open a dossier; `by` holds it and has to prepare it.

        Args:
            title: One line, public, without personal values.
            by: The entity or cabinet that submits it.
            areas: Policy fields and domains it belongs to.
            id: Chosen by the application, so that it cannot be opened twice; a
                random one if None.

        Raises:
            StaleRecordError: A dossier of that id was opened before.
        """
        self._guard.check(by, Permission.OPEN_DOSSIER)
        now, name = self._clock(), id or new_id()
        dossier = Dossier(title=title, opened_by=by, opened_at=now, areas=tuple(areas))
        opened = first(DOSSIER, name, dossier, "open", by, now)
        held = self._moves.taken(
            DOSSIER.ref(name),
            by,
            "het dossier voorbereiden",
            dossier=name,
            title=title,
            by=by,
            at=now,
            days=PREPARE_DAYS,
        )
        entry, _ = self._book.write(opened, held)
        return entry

    def read(self, id: str) -> Entry[Dossier]:
        """The dossier as it is now.

        Raises:
            NotFoundError: No such dossier.
        """
        return self._book.read(DOSSIER, id)

    def submit(
        self,
        dossier: str,
        kind: StepKind,
        *,
        documents: Sequence[str],
        by: Party,
        ministers: Sequence[str] = (),
        ratified_by: Sequence[str] = (),
        confidential: bool = False,
    ) -> Entry[ProcedureStep]:
        """Start a procedure step with the documents that are submitted (indienen).

        Args:
            dossier: Id of the dossier.
            kind: Principle or final approval, or ratification.
            documents: Ids of the documents, in the order of their numbers.
            by: Who submits.
            ministers: Ids of the competent ministers; the minister of `by` if none.
            ratified_by: Ids of the ministers who ratify.
            confidential: Restricted access for all its documents.

        Raises:
            NotAllowedError: `by` works for none of those ministers, or the dossier is
                somebody else's.
            NotFoundError: No such dossier, or no such document in it.
            StepNotAllowedError: The dossier is closed.
        """
        whose = tuple(ministers) or ((by.minister,) if by.minister else ())
        self.check_submits(dossier, whose, by)
        belonging(self._book, dossier, documents)
        draft = self.step_draft(
            dossier,
            kind,
            documents=documents,
            ministers=whose,
            ratified_by=ratified_by,
            confidential=confidential,
            by=by,
            at=self._clock(),
        )
        (entry,) = self._book.write(draft)
        return entry

    def step_draft(
        self,
        dossier: str,
        kind: StepKind,
        *,
        documents: Sequence[str],
        ministers: Sequence[str],
        by: Party,
        at: datetime,
        ratified_by: Sequence[str] = (),
        confidential: bool = False,
    ) -> Draft[ProcedureStep]:
        """The draft of the next step of a dossier; see `submit`."""
        earlier = [entry.record.kind for entry in self.steps(dossier)]
        step = ProcedureStep(
            dossier=dossier,
            title=self.read(dossier).record.title,
            kind=kind,
            ordinal=1 + earlier.count(kind),
            documents=tuple(documents),
            ministers=tuple(ministers),
            ratified_by=tuple(ratified_by),
            confidential=confidential,
        )
        return first(STEP, new_id(), step, "submit", by, at)

    def steps(self, dossier: str) -> Sequence[Entry[ProcedureStep]]:
        """The procedure steps of a dossier, in no order."""
        rows = self._book.rows(Query(kind=STEP.name, dossier=dossier))
        found = self._book.read_all(STEP, [row.ref.id for row in rows])
        return list(found.values())

    def step(self, id: str) -> Entry[ProcedureStep]:
        """The procedure step as it is now.

        Raises:
            NotFoundError: No such step.
        """
        return self._book.read(STEP, id)

    def set_level(
        self, document: str, level: AccessLevel, *, by: Party, reason: str = ""
    ) -> Entry[Document]:
        """Set the access level of the last version (toegangsniveau).

        Earlier versions are never looser than it, nor than they were.

        Raises:
            NotFoundError: No such document.
            TooOpenError: A document of its type is never that open.
        """
        self._guard.check(by, Permission.MANAGE_AGENDA, subject=DOCUMENT.ref(document))
        found = self._book.read(DOCUMENT, document)
        record = found.record.levelled(level)
        draft = found.next(record, "level", by, self._clock(), reason)
        return self._book.write(draft)[0]

    def ledger(self, year: int, name: str) -> Iterator[Entry[Series]]:
        """Each act that gave numbers of a series, the oldest first.

        Args:
            year: Year of the meetings.
            name: ``DOC``, ``MED``, ``DEC``, with ``VV-`` before it for the Plan
                Vlaamse Veerkracht, or ``PV`` for meetings.
        """
        return self._book.history(SERIES, series_id(year, name))

    def gaps(self, year: int) -> Iterator[Gap]:
        """The numbers of a year that no decision has (yet), and why."""
        for vv in (False, True):
            for kind in VRKind:
                name = series_name(kind, vv=vv)
                for entry in self.ledger(year, name):
                    yield from self._gaps(entry)

    def _gaps(self, entry: Entry[Series]) -> Iterator[Gap]:
        steps = self._book.read_all(STEP, [given.to for given in entry.record.given])
        for given in entry.record.given:
            step = steps[given.to].record
            if not step.is_settled:
                yield Gap(
                    series=entry.id,
                    number=given.number,
                    to=given.to,
                    why=step.state.value,
                )

    def close(self, id: str, *, by: Party, reason: str = "") -> Entry[Dossier]:
        """Close a dossier: nobody has to do anything any more.

        What was drafted in it and never asked ends with it.

        Raises:
            StepNotAllowedError: It is closed already, stands on an agenda, or somebody
                has something of it to do: a submission to treat, a round to answer.
        """
        self.admit(id, Permission.OPEN_DOSSIER, by)
        found, now = self.read(id), self._clock()
        self._check_done(id)
        draft = found.next(found.record.close(now), "close", by, now, reason)
        ended = self._moves.closed(DOSSIER.ref(id), by=by, at=now, reason=reason)
        unsent = self._companion.closed(id, by, now)
        return self._book.write(draft, ended, *unsent)[0]

    def _check_done(self, id: str) -> None:
        if any(step.record.is_placed for step in self.steps(id)):
            raise StepNotAllowedError("dossier", "geagendeerd", "close", ("take off",))
        own = self._moves.of(DOSSIER.ref(id)).ref
        for row in self._book.rows(Query(dossier=id, open=True)):
            if row.ref != own and (why := _still_runs(row)):
                raise StepNotAllowedError(
                    *("dossier", why, "close", ()),
                    hint="Let it be answered or take it back first.",
                )

    def admit(self, id: str, permission: Permission, by: Party) -> Dossier:
        """Let `by` act on a dossier.

        Who may so for the own matters only may here when it opened it, or works for
        its minister or that of one of its steps.

        Raises:
            NotAllowedError: `by` may not; also where there is no such dossier, for who
                may act on some only.
            NotFoundError: No such dossier.
        """
        subject = DOSSIER.ref(id)
        with self._guard.hiding(by, permission, subject):
            dossier = self.read(id).record
        ministers, opener = self._ministers(id), dossier.opened_by
        self._guard.check_own(
            by, permission, opener, ministers=ministers, subject=subject
        )
        return dossier

    def lets(self, id: str, permission: Permission, party: Party) -> bool:
        """Whether `admit` would let a party act on a dossier; nothing is recorded.

        Raises:
            NotFoundError: No such dossier.
        """
        ministers, opener = self._ministers(id), self.read(id).record.opened_by
        return self._guard.allows_own(party, permission, opener, ministers=ministers)

    def _ministers(self, id: str) -> Sequence[str]:
        """Ids of the ministers whose steps are in a dossier."""
        return [m for step in self.steps(id) for m in step.record.ministers]

    def admit_open(self, id: str, permission: Permission, by: Party) -> Dossier:
        """As `admit`, of a dossier that must be open.

        Raises:
            StepNotAllowedError: It is closed.
        """
        dossier = self.admit(id, permission, by)
        if dossier.state is not DossierState.OPEN:
            raise StepNotAllowedError("dossier", dossier.state.value, "add to it", ())
        return dossier

    def check_submits(self, id: str, ministers: Collection[str], by: Party) -> Dossier:
        """Let `by` submit a dossier in the name of these ministers; see `submit`."""
        subject = DOSSIER.ref(id)
        self._guard.check(by, Permission.SUBMIT, ministers=ministers, subject=subject)
        return self.admit_open(id, Permission.SUBMIT, by)


def _still_runs(row: Row) -> str:
    """What of a dossier has to end before it can be closed; empty when nothing has."""
    standing = row.standing
    if standing.holder is not None:
        return f"nog bij {standing.holder_label}"
    if row.ref.kind == ROUND.name:
        return "in overleg"
    sent_back = standing.state == SubmissionStatus.SENT_BACK.name.lower()
    return "ingediend" if row.ref.kind == SUBMISSION.name and not sent_back else ""
