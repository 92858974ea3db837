"""A council that can be played: for tests and benchmarks of what decides."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from digivl.access.model import AccessLevel
from digivl.advice.proposal import PROPOSAL, Act, Proposal, Spending, proposal_id
from digivl.app import Digivl
from digivl.documents.model import (
    DOCUMENT,
    NOTA,
    Document,
    DocumentVersion,
    Origin,
    Original,
    WordProcessor,
)
from digivl.dossiers.agenda import AgendaItem, FormalCheck
from digivl.dossiers.meeting import Meeting, MeetingKind
from digivl.dossiers.model import DecisionResult, ItemKind, ProcedureStep, StepKind
from digivl.kernel.identifiers import URI, new_id
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Draft, Entry, first

ADMIN = Party("beheer", "Beheerder", Role.ADMIN)
SECRETARIAT = Party("secretarie", "Secretarie", Role.SECRETARIAT)
CABINET = Party(
    "kabinet-1", "Kabinet jeugd", Role.DOSSIER_MANAGER, minister="minister-1"
)
OTHER_CABINET = Party(
    "kabinet-2", "Kabinet cultuur", Role.DOSSIER_MANAGER, minister="minister-2"
)
INSPECTOR = Party("if", "Inspectie van Financiën", Role.FINANCE_INSPECTOR)
_WORD = WordProcessor.DOCX
TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)


@attrs.define
class Council:
    """An office with a book and no documents on disk; time stands until it is moved."""

    vl: Digivl
    now: datetime = TUESDAY
    made: int = 0

    def clock(self) -> datetime:
        """The moment it is."""
        return self.now

    def meeting(
        self, *, days: int = 1, kind: MeetingKind = MeetingKind.COUNCIL
    ) -> Entry[Meeting]:
        """Plan a meeting some days from now."""
        start = self.now + timedelta(days=days)
        return self.vl.meetings.plan(kind, start, by=SECRETARIAT)

    def document(
        self,
        dossier: str,
        title: str = "Ontwerp van besluit",
        level: AccessLevel = AccessLevel.INTERNAL_GOVERNMENT,
        type: URI = NOTA,
        *,
        signed: bool = False,
        word: bool = False,
    ) -> str:
        """A document in the book; its bytes are nowhere.

        Args:
            dossier: Id of the dossier.
            title: One line.
            level: Access level of its versions.
            type: Concept of the document type.
            signed: It has a signed version too.
            word: It was made from a Word file.
        """
        original = Original(sha256=self._sha256(), size=1, media_type=_WORD)
        received = DocumentVersion(
            sha256=self._sha256(),
            size=1000,
            origin=Origin.RECEIVED,
            at=self.now,
            level=level,
            original=original if word else None,
        )
        record = Document(dossier=dossier, title=title, type=type, versions=(received,))
        if signed:
            version = attrs.evolve(
                received,
                sha256=self._sha256(),
                origin=Origin.SIGNED,
                source=received.sha256,
                original=None,
            )
            record = record.with_version(version)
        draft = first(DOCUMENT, new_id(), record, "receive", CABINET, self.now)
        return self.vl.book.write(draft)[0].id

    def _sha256(self) -> str:
        """The digest of some bytes that were never there."""
        self.made += 1
        return hashlib.sha256(str(self.made).encode()).hexdigest()

    def matter(
        self,
        title: str = "Subsidie voor jeugdwerk",
        *,
        documents: int = 1,
        kind: StepKind = StepKind.FINAL_APPROVAL,
        by: Party = CABINET,
        level: AccessLevel = AccessLevel.INTERNAL_GOVERNMENT,
    ) -> Entry[ProcedureStep]:
        """A step that is ready for the agenda."""
        dossier = self.vl.dossiers.open(title, by=by).id
        self.vl.book.write(self.described(dossier))
        names = [self.document(dossier, level=level) for _ in range(documents)]
        return self.vl.dossiers.submit(dossier, kind, documents=names, by=by)

    def decided(
        self, *documents: tuple[URI, dict[str, Any]], released: bool = True
    ) -> tuple[str, list[str]]:
        """A dossier whose definitive approval has these documents; its id and theirs.

        Args:
            documents: The type of each, and what else `document` takes.
            released: The decision is.
        """
        vl, title = self.vl, "Decreet over jeugdwerk"
        dossier = vl.dossiers.open(title, by=CABINET).id
        vl.book.write(self.described(dossier))
        usual: dict[str, Any] = {"level": AccessLevel.INTERNAL_ADMINISTRATION}
        names = [
            self.document(dossier, type=of, **(usual | how)) for of, how in documents
        ]
        step = vl.dossiers.submit(
            dossier, StepKind.FINAL_APPROVAL, documents=names, by=CABINET
        ).id
        meeting = self.meeting().id
        self.item(meeting, step)
        vl.approving.close(meeting, by=SECRETARIAT)
        vl.deciding.decide(step, DecisionResult.APPROVED, by=SECRETARIAT)
        if released:
            vl.releases.decisions(meeting, by=SECRETARIAT)
        return dossier, names

    def described(self, dossier: str) -> Draft[Proposal]:
        """A proposal on which nobody has to be heard."""
        proposal = Proposal(
            dossier=dossier,
            act=Act.NOTE,
            budget_impact=False,
            spending=Spending.NONE,
            esr_impact=False,
            more_staff=False,
            agency_matters=False,
            staff_policy=False,
            staff_statute=False,
            recurring=False,
            strategic=False,
            personal_data=False,
            impact_analysis=False,
        )
        name = proposal_id(dossier)
        return first(PROPOSAL, name, proposal, "describe", CABINET, self.now)

    def item(
        self,
        meeting: str,
        step: str | None = None,
        *,
        kind: ItemKind = ItemKind.NOTA,
        formal: FormalCheck = FormalCheck.OK,
    ) -> Entry[AgendaItem]:
        """Put a step on the agenda, checked."""
        found = step or self.matter().id
        put = self.vl.agendas.put(found, meeting, kind=kind, by=SECRETARIAT)
        return self.vl.agendas.check([put.id], formal, by=SECRETARIAT)[0]

    def step_of(self, item: Entry[AgendaItem]) -> ProcedureStep:
        """The step behind an item, as it is now."""
        return self.vl.dossiers.step(item.record.step).record

    def names(self, item: Entry[AgendaItem]) -> list[str]:
        """The names of its documents."""
        pieces = item.record.pieces
        return [self.vl.documents.read(p.document).record.name for p in pieces]
