"""Send dossiers to the Flemish Parliament."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.documents.model import DOCUMENT
from digivl.dossiers.model import DOSSIER, ProcedureStep
from digivl.dossiers.parliament import (
    PARLIAMENT,
    ParliamentFlow,
    ParliamentStatus,
    Sending,
    SentFile,
    flow_called,
    flow_draft,
    flow_id,
    flow_of,
    flow_to_be,
    name_drafts,
)
from digivl.dossiers.readiness import Readiness, ReadyFile, readiness
from digivl.dossiers.release import Released, release_of
from digivl.dossiers.service import Dossiers
from digivl.errors import NotFoundError, NotReadyError
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import Party
from digivl.records.entries import Entry
from digivl.records.port import Query, RecordBook


@attrs.frozen
class Parliament:
    """What goes to the parliament, and what it says of it."""

    _book: RecordBook
    _guard: Guard
    _dossiers: Dossiers
    _clock: Callable[[], datetime]

    def readiness(self, dossier: str) -> Readiness:
        """What of a dossier can go, and what is missing; what went before counts.

        Raises:
            NotFoundError: No such dossier.
            NotReadyError: Nothing was decided on it.
        """
        steps = [entry.record for entry in self._dossiers.steps(dossier)]
        rows = self._book.rows(Query(kind=DOCUMENT.name, dossier=dossier))
        found = self._book.read_all(DOCUMENT, [row.ref.id for row in rows])
        step = self._last(dossier).record
        return readiness(step, steps, sorted(found.values(), key=lambda e: e.number))

    def flow(self, dossier: str) -> Entry[ParliamentFlow]:
        """The flow of a dossier.

        Raises:
            NotFoundError: It was never at the parliament.
        """
        return self._book.read(PARLIAMENT, flow_id(dossier))

    def start(
        self,
        dossier: str,
        documents: Sequence[str],
        *,
        by: Party,
        comment: str = "",
        reason: str = "",
    ) -> Entry[ParliamentFlow]:
        """Record what is going to be sent, before it is; it has a key from then on.

        What the parliament has already does not go again; what takes the place of a
        file names that one.

        Args:
            dossier: Id of the dossier.
            documents: Ids of the documents that go.
            by: Who sends; for a minister whose matter it is.
            comment: For the parliament.
            reason: Why it is sent again while the parliament handles it: an override.

        Raises:
            NotAllowedError: Not the own minister, or an override without the right.
            MalformedError: An override without a reason.
            NotReadyError: A document may not go, or nothing new is left to send.
            StepNotAllowedError: The answer to an earlier sending is not known.
        """
        opened = self._dossiers.admit(dossier, Permission.SEND_TO_PARLIAMENT, by)
        decided = self._last(dossier)
        step, found = decided.record, flow_of(self._book, dossier)
        before = found.record if found else flow_to_be(dossier, opened.title)
        if before.state is ParliamentStatus.BEING_HANDLED:
            self._guard.check_override(by, DOSSIER.ref(dossier), reason)
        there, now = self.readiness(dossier), self._clock()
        files = _files(before, there, documents, opened.title)
        sending = Sending(
            key=new_id(),
            at=now,
            files=files,
            complete=self._is_complete(before, there, files, step),
            comment=comment,
            step=decided.id,
            submitter=next(iter(step.ministers), None),
            contact=by,
        )
        draft = flow_draft(found, before.start(sending), "start", by, now, reason)
        return self._book.write(draft)[0]

    def acknowledged(
        self,
        dossier: str,
        key: str,
        pobj: str,
        file_ids: Mapping[str, str],
        *,
        by: Party,
    ) -> Entry[ParliamentFlow]:
        """The parliament has a sending; told twice, it is recorded once.

        Args:
            dossier: Id of the dossier.
            key: Of the sending.
            pobj: What the parliament calls the matter.
            file_ids: What it calls each file, by its SHA-256.
            by: Who was told: who may send, or the system.

        Raises:
            NotAllowedError: `by` may not send this dossier.
            NotFoundError: There is no such sending.
            StepNotAllowedError: It failed, or the matter has another name.
            MalformedError: Another dossier has that name there.
        """
        self._dossiers.admit(dossier, Permission.SEND_TO_PARLIAMENT, by)
        found = self.flow(dossier)
        record = found.record.acknowledge(key, pobj, file_ids)
        return self._kept(found, record, "send", by)

    def failed(
        self, dossier: str, key: str, *, by: Party, reason: str
    ) -> Entry[ParliamentFlow]:
        """A sending surely did not arrive: it can be sent anew.

        Raises:
            NotAllowedError: `by` may not send this dossier.
            NotFoundError: There is no such sending.
            StepNotAllowedError: The parliament has it.
        """
        self._dossiers.admit(dossier, Permission.SEND_TO_PARLIAMENT, by)
        found = self.flow(dossier)
        return self._kept(found, found.record.fail(key, reason), "fail", by, reason)

    def told(
        self,
        pobj: str,
        said: str,
        at: datetime,
        *,
        by: Party,
        before: str | None = None,
    ) -> Entry[ParliamentFlow]:
        """What the parliament says of a matter; told twice, it is recorded once.

        What it said before its last words changes nothing but its name.

        Args:
            pobj: What it calls the matter.
            said: Its words, e.g. ``niet ingeschreven``.
            at: When it said so, with a zone.
            by: Who was told: who may send, or the system.
            before: What it called the matter before; may be told again once it has
                its new name.

        Raises:
            NotAllowedError: `by` may not send this dossier.
            NotFoundError: No matter is called so.
            StepNotAllowedError: Nothing was sent.
            MalformedError: Another dossier has that name there.
        """
        sends = Permission.SEND_TO_PARLIAMENT
        with self._guard.hiding(by, sends, PARLIAMENT.ref(pobj)):
            found = self._called(before or pobj, pobj)
        dossier = found.record.dossier
        self._dossiers.admit(dossier, sends, by)
        return self._kept(found, found.record.told(said, pobj, at), "tell", by)

    def _called(self, *names: str) -> Entry[ParliamentFlow]:
        for name in names:
            if found := flow_called(self._book, name):
                return found
        raise NotFoundError(f"no dossier is {names[-1][:60]!r} at the parliament")

    def _last(self, dossier: str) -> Entry[ProcedureStep]:
        found = [e for e in self._dossiers.steps(dossier) if e.record.is_settled]
        if not found:
            title = self._dossiers.read(dossier).record.title
            raise NotReadyError(title, [("Beslissing", "nog niet genomen")])
        return max(found, key=lambda entry: entry.number)

    def _is_complete(
        self,
        flow: ParliamentFlow,
        there: Readiness,
        files: Sequence[SentFile],
        step: ProcedureStep,
    ) -> bool:
        decisions = release_of(
            self._book, step.decisions[-1].meeting, Released.DECISIONS
        )
        released = decisions is not None and decisions.record.is_released
        gone = {one.sha256 for one in (*flow.sent(), *files)}
        all_go = all(one.sha256 in gone for one in there.ready)
        return released and not there.missing and all_go

    def _kept(
        self,
        found: Entry[ParliamentFlow],
        record: ParliamentFlow,
        action: str,
        by: Party,
        reason: str = "",
    ) -> Entry[ParliamentFlow]:
        if record == found.record:
            return found
        now = self._clock()
        draft = found.next(record, action, by, now, reason)
        return self._book.write(draft, *name_drafts(self._book, record, by, now))[0]


def _files(
    flow: ParliamentFlow, there: Readiness, documents: Sequence[str], title: str
) -> tuple[SentFile, ...]:
    """What goes of these documents; refused when one of them may not."""
    ready = {one.document for one in there.ready}
    hidden = [name for name in documents if name not in ready]
    if hidden:
        raise NotReadyError(
            title,
            [("Vlaams Parlement", f"document {n} mag niet verstuurd") for n in hidden],
        )
    gone = {(one.document, one.form): one for one in flow.sent()}
    had = {one.sha256 for one in gone.values()}
    files = tuple(
        _sent(one, gone.get((one.document, one.form)))
        for one in there.ready
        if one.document in documents and one.sha256 not in had
    )
    if not files:
        raise NotReadyError(title, [("Vlaams Parlement", "niets nieuws te versturen")])
    return files


def _sent(file: ReadyFile, before: SentFile | None) -> SentFile:
    return SentFile(
        document=file.document,
        sha256=file.sha256,
        form=file.form,
        filename=file.filename,
        replaced=before.sha256 if before else None,
        replaces=before.file_id or before.replaces if before else None,
    )
