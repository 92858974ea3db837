"""Take in what comes back from the Flemish Parliament."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import Enum
from typing import BinaryIO, Final

import attrs

from digivl.access.guard import Guard
from digivl.access.model import AccessLevel, Permission
from digivl.custody.model import of_dossier
from digivl.custody.moves import Moves
from digivl.documents.model import DOCUMENT, TYPE_BASE
from digivl.documents.service import Documents
from digivl.dossiers.agendas import SECRETARIAT
from digivl.dossiers.mandates import Government, Office
from digivl.dossiers.model import DOSSIER, STEP, ProcedureStep, StepKind
from digivl.dossiers.parliament import (
    ParliamentFlow,
    flow_called,
    flow_draft,
    flow_of,
    flow_to_be,
    name_drafts,
)
from digivl.dossiers.readiness import DECREE
from digivl.dossiers.service import Dossiers
from digivl.errors import MalformedError
from digivl.kernel.checks import check_named_outside, named_outside
from digivl.kernel.identifiers import URI
from digivl.kernel.moments import date_in_dutch
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Entry
from digivl.records.port import Query, RecordBook

_TREAT_DAYS: Final = 2


class IncomingKind(Enum):
    """What comes from the parliament (soort stuk)."""

    DECREE = "perkament decreet"
    RESOLUTION = "perkament resolutie"
    MOTION = "perkament motie"
    REFERENCE = "verwijzingsblad"
    ANNEX = "bijlage"


_TYPES: Final = {
    IncomingKind.DECREE: DECREE,
    IncomingKind.RESOLUTION: URI(TYPE_BASE + "2fef8c6a-ca60-4cd5-97b3-578144aece0a"),
    IncomingKind.MOTION: URI(TYPE_BASE + "7b8cc610-2bcd-4eab-afa2-8cd7adbd4d4f"),
    IncomingKind.REFERENCE: URI(TYPE_BASE + "205bb487-127c-43c6-9a8a-9b397a99f056"),
    IncomingKind.ANNEX: URI(TYPE_BASE + "b3e150d3-eac6-44cf-9e70-dd4d13423631"),
}
_TITLES: Final = {
    IncomingKind.DECREE: "Bekrachtiging en afkondiging van het decreet",
    IncomingKind.RESOLUTION: "Resolutie",
    IncomingKind.MOTION: "Motie",
}


@attrs.frozen(kw_only=True)
class Incoming:
    """One file from the parliament.

    Attributes:
        file_id: What it calls the file (pfls).
        kind: What it is.
        title: One line.
        content: The PDF; read from where the stream stands.
        original: The Word file with it.
    """

    file_id: str = attrs.field(validator=named_outside)
    kind: IncomingKind
    title: str
    content: BinaryIO
    original: BinaryIO | None = None


@attrs.frozen
class Retrieval:
    """What the parliament adopted, on its way to the government."""

    _book: RecordBook
    _moves: Moves
    _guard: Guard
    _dossiers: Dossiers
    _documents: Documents
    _government: Government
    _clock: Callable[[], datetime]

    def retrieve(
        self,
        pobj: str,
        files: Sequence[Incoming],
        *,
        subject: str,
        adopted: date,
        by: Party,
        dossier: str | None = None,
    ) -> Entry[ParliamentFlow]:
        """Take in what the parliament adopted: documents, and the step that follows.

        Each file has an id that follows from what the parliament calls it: interrupted,
        or told twice, nothing is taken in twice.

        Args:
            pobj: What the parliament calls the matter.
            files: What it sent.
            subject: What it is about, one line.
            adopted: When the parliament adopted it.
            by: The secretariat.
            dossier: Id of the dossier it names; a new one is opened if there is none.

        Raises:
            MalformedError: There are no files.
            NotFoundError: No such dossier.
            StepNotAllowedError: The dossier has another name at the parliament.
        """
        self._guard.check(by, Permission.TREAT_SUBMISSION)
        if not files:
            raise MalformedError("nothing came from the parliament")
        check_named_outside("pobj", pobj)
        known = flow_called(self._book, pobj)
        title = _title(files, subject, adopted)
        own = known.record.dossier if known else dossier or self._new(pobj, title, by)
        found = flow_of(self._book, own)
        before = found.record if found else flow_to_be(own, self._title_of(own))
        fresh = [one for one in files if one.file_id not in before.received]
        if not fresh and found is not None:
            return found
        record = before.receive(pobj, tuple(one.file_id for one in fresh))
        earlier = self._waiting(own, before.received, fresh)
        names = tuple(self._taken_in(own, one, by) for one in fresh)
        now = self._clock()
        return self._book.write(
            flow_draft(found, record, "receive", by, now),
            *name_drafts(self._book, record, by, now),
            *self._followed(own, earlier, files, names, adopted, by),
        )[0]

    def _waiting(
        self, dossier: str, received: Sequence[str], fresh: Sequence[Incoming]
    ) -> Entry[ProcedureStep] | None:
        """The step of what came before, while it runs: what comes later goes with it.

        A decree is ratified, so it never joins a step of another kind.
        """
        rows = self._book.rows(Query(kind=STEP.name, dossier=dossier, open=True))
        steps = self._book.read_all(STEP, [row.ref.id for row in rows])
        names = {_document(one) for one in received}
        found = [e for e in steps.values() if names & set(e.record.documents)]
        if any(one.kind in _TITLES for one in fresh):
            found = [e for e in found if e.record.kind is _kind(fresh)]
        return max(found, key=lambda entry: entry.number, default=None)

    def _followed(
        self,
        dossier: str,
        earlier: Entry[ProcedureStep] | None,
        files: Sequence[Incoming],
        documents: tuple[str, ...],
        adopted: date,
        by: Party,
    ) -> Sequence[AnyDraft]:
        now = self._clock()
        if earlier is not None:
            more = earlier.record.with_documents(documents)
            return (earlier.next(more, "edit", by, now),)
        kind = _kind(files)
        is_decree = kind is StepKind.RATIFICATION
        last = self._last_definitive(dossier)
        ministers = last.ministers if last else ()
        step = self._dossiers.step_draft(
            dossier,
            kind,
            documents=documents,
            ministers=ministers,
            ratified_by=self._ratifiers(ministers, adopted) if is_decree else (),
            by=by,
            at=now,
        )
        held = self._moves.moved(
            of_dossier(dossier),
            SECRETARIAT,
            "agenderen",
            by=by,
            at=now,
            days=_TREAT_DAYS,
        )
        return step, held

    def _ratifiers(self, ministers: Sequence[str], day: date) -> tuple[str, ...]:
        """Who signed the decree and is in office, and the minister-president."""
        running = [entry.record for entry in self._government.on(day)]
        president = Office.MINISTER_PRESIDENT
        return tuple(
            one.person
            for one in running
            if one.person in ministers or one.office is president
        )

    def _taken_in(self, dossier: str, one: Incoming, by: Party) -> str:
        name = _document(one.file_id)
        found = self._book.read_all(DOCUMENT, [name]).get(name)
        if found is None:
            found = self._documents.add(
                dossier,
                one.content,
                title=one.title,
                type=_TYPES[one.kind],
                by=by,
                original=one.original,
                id=name,
            )
        secret = one.kind is IncomingKind.REFERENCE
        level = AccessLevel.INTERNAL_SECRETARIAT if secret else AccessLevel.PUBLIC
        # Also of one that was taken in before an interruption.
        if found.record.latest.level is not level:
            self._dossiers.set_level(name, level, by=by)
        return name

    def _new(self, pobj: str, title: str, by: Party) -> str:
        name = f"vp-{pobj}"
        if name not in self._book.read_all(DOSSIER, [name]):
            self._dossiers.open(title, by=by, id=name)
        return name

    def _title_of(self, dossier: str) -> str:
        return self._dossiers.read(dossier).record.title

    def _last_definitive(self, dossier: str) -> ProcedureStep | None:
        kind = StepKind.FINAL_APPROVAL
        found = [e for e in self._dossiers.steps(dossier) if e.record.kind is kind]
        last = max(found, key=lambda entry: entry.number, default=None)
        return last.record if last else None


def _kind(files: Sequence[Incoming]) -> StepKind:
    """Of the step that follows; the parliament prescribes none for annexes alone."""
    is_decree = any(one.kind is IncomingKind.DECREE for one in files)
    return StepKind.RATIFICATION if is_decree else StepKind.FINAL_APPROVAL


def _document(file_id: str) -> str:
    """The id of the document of a file from the parliament."""
    return f"vp-{file_id}"


def _title(files: Sequence[Incoming], subject: str, adopted: date) -> str:
    kind = next((one.kind for one in files if one.kind in _TITLES), None)
    lead = f"{_TITLES[kind]} " if kind else ""
    return f"{lead}{subject}, aangenomen op {date_in_dutch(adopted)}"
