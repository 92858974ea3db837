"""A decree from its opening to the Belgisch Staatsblad, act by act: for tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import attrs

from digivl.access.model import AccessLevel
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.budget import BudgetLine, StaffImpact
from digivl.advice.proposal import Act, Proposal, Spending
from digivl.app import Digivl
from digivl.documents.model import (
    BUDGET_AGREEMENT,
    DECISION_REPORT,
    IF_ADVICE,
    NOTA,
    most_open,
)
from digivl.dossiers.agenda import FormalCheck
from digivl.dossiers.consultation import Opinion, Silence
from digivl.dossiers.meeting import MeetingKind
from digivl.dossiers.model import DecisionResult, StepKind
from digivl.dossiers.publication import RegulationType
from digivl.dossiers.readiness import ADVICE, DECREE, MEMORANDUM
from digivl.dossiers.retrieval import Incoming, IncomingKind
from digivl.kernel.identifiers import URI, new_id
from digivl.kernel.money import Euro
from digivl.kernel.parties import SYSTEM, Party, Role
from digivl.records.entries import first
from digivl.signing.model import FLOW, Signatory, SigningFlow
from digivl.testing.council import (
    ADMIN,
    CABINET,
    INSPECTOR,
    OTHER_CABINET,
    SECRETARIAT,
    Council,
)
from digivl.testing.papers import paper

BUDGET: Final = Party("begroting", "Minister van Begroting", Role.BUDGET_MINISTER)
STAFF: Final = Party("bestuurszaken", "Minister van Bestuurszaken", Role.MINISTER)
PUBLISHER: Final = Party("ovrb", "OVRB", Role.PUBLICATIONS)
ADVISERS: Final = {
    Body.IF: INSPECTOR,
    Body.WT: Party("wt", "Cel wetskwaliteit", Role.GOVERNMENT_BODY),
    Body.SAR: Party("sar", "Jeugdraad", Role.GOVERNMENT_BODY),
    Body.VTC: Party("vtc", "Vlaamse Toezichtcommissie", Role.GOVERNMENT_BODY),
    Body.RVS: Party("rvs", "Raad van State", Role.GOVERNMENT_BODY),
}
_LINE: Final = BudgetLine(
    year=2026,
    article="HB0-1HDJ2HB-WT",
    vak=Euro("156000.00"),
    vek=Euro("109200.00"),
)


@attrs.define
class Decree:
    """One decree; every act moves time on."""

    council: Council
    dossier: str
    documents: dict[str, str] = attrs.field(factory=dict[str, str])
    inspected: str = ""
    steps: list[str] = attrs.field(factory=list[str])

    @property
    def vl(self) -> Digivl:
        """The office."""
        return self.council.vl

    def played(self) -> Iterator[str]:
        """Do one act after the other; tells each when it was done."""
        yield from self._prepared()
        yield from self._advised(Body.IF, "IF")
        yield from self._advised(Body.WT, "WT")
        yield from self._aligned()
        yield from self._agreed(BUDGET, Body.BA)
        yield from self._agreed(STAFF, Body.BZ)
        yield from self._approved(StepKind.PRINCIPLE_APPROVAL, "eerste")
        yield from self._advised(Body.SAR, "SAR")
        yield from self._advised(Body.VTC, "VTC")
        yield from self._approved(StepKind.PRINCIPLE_APPROVAL, "tweede")
        yield from self._advised(Body.RVS, "RvS")
        yield from self._approved(StepKind.FINAL_APPROVAL, "definitieve")
        yield from self._signed()
        yield from self._in_parliament()
        yield from self._ratified()
        yield from self._published()

    def _prepared(self) -> Iterator[str]:
        yield "geopend"
        proposal = Proposal(
            dossier=self.dossier,
            act=Act.DECREE,
            budget_impact=True,
            lines=(_LINE,),
            spending=Spending.OTHER,
            amount=_LINE.vak,
            esr_impact=True,
            staff=(StaffImpact(function="adviseur", fte=Decimal(2), statutory=True),),
            more_staff=True,
            agency_matters=False,
            staff_policy=False,
            staff_statute=False,
            recurring=False,
            strategic=True,
            personal_data=True,
            impact_analysis=False,
        )
        self.vl.proposals.describe(proposal, by=CABINET)
        for name, of_type in (
            ("nota", NOTA),
            ("decreet", DECREE),
            ("memorie", MEMORANDUM),
        ):
            self._document(name, of_type)
        yield "beschreven"

    def _advised(self, body: Body, name: str) -> Iterator[str]:
        adviser, advices = ADVISERS[body], self.vl.advices
        texts = [self.documents[one] for one in ("nota", "decreet", "memorie")]
        asked = advices.ask(
            self.dossier, documents=texts, adviser=adviser, by=CABINET, body=body
        ).id
        yield f"{name} gevraagd"
        self.wait(1)
        advices.receive(asked, by=adviser)
        yield f"{name} ontvangen"
        self.wait(3)
        advices.advise(asked, AdviceOutcome.FAVOURABLE, by=adviser)
        self._document(name, IF_ADVICE if body is Body.IF else ADVICE)
        if body is Body.IF:
            self.inspected = asked
        yield f"{name} gegeven"

    def _aligned(self) -> Iterator[str]:
        rounds = self.vl.consultations
        asked = rounds.start(
            self.dossier,
            documents=[self.documents["nota"]],
            obligatory=[OTHER_CABINET],
            others=[],
            due=self.council.now + timedelta(days=4),
            silence=Silence.NO_ANSWER,
            by=CABINET,
        ).id
        yield "overlegronde gestart"
        self.wait(1)
        rounds.answer(asked, Opinion.AGREE, by=OTHER_CABINET)
        rounds.close(asked, by=CABINET)
        yield "overlegronde gesloten"

    def _agreed(self, minister: Party, body: Body) -> Iterator[str]:
        agreements = self.vl.agreements
        asked = agreements.ask(
            self.inspected, minister=minister, by=CABINET, body=body
        ).id
        yield f"{body.value} gevraagd"
        self.wait(1)
        agreements.receive(asked, by=minister)
        self.wait(2)
        agreements.agree(asked, by=minister)
        if body is Body.BA:
            self._document("BA", BUDGET_AGREEMENT)
        yield f"{body.value} gegeven"

    def _approved(self, kind: StepKind, name: str) -> Iterator[str]:
        vl, signed = self.vl, kind is StepKind.FINAL_APPROVAL
        if signed:
            for text, of_type in (("decreet", DECREE), ("memorie", MEMORANDUM)):
                self._document(text, of_type, signed=True, word=True)
        step = vl.dossiers.submit(
            self.dossier, kind, documents=list(self.documents.values()), by=CABINET
        ).id
        self.steps.append(step)
        yield f"{name} goedkeuring ingediend"
        meeting = self._placed(step)
        yield f"{name} goedkeuring op de ontwerpagenda"
        vl.approving.close(meeting, by=SECRETARIAT)
        yield f"{name} goedkeuring geagendeerd"
        self._decided(step, meeting)
        yield f"{name} goedkeuring beslist"

    def _placed(self, step: str) -> str:
        start = self.council.now + timedelta(days=4)
        meeting = self.vl.meetings.plan(MeetingKind.COUNCIL, start, by=SECRETARIAT).id
        item = self.vl.agendas.put(step, meeting, by=SECRETARIAT)
        self.vl.agendas.check([item.id], FormalCheck.OK, by=SECRETARIAT)
        return meeting

    def _decided(self, step: str, meeting: str) -> None:
        self.wait(4.2)
        self.vl.deciding.decide(step, DecisionResult.APPROVED, by=SECRETARIAT)
        report = self.council.document(
            self.dossier,
            f"Beslissingsfiche {len(self.steps)}",
            AccessLevel.INTERNAL_ADMINISTRATION,
            DECISION_REPORT,
            signed=True,
        )
        self.vl.secretary.attach(step, report, by=SECRETARIAT)
        self.vl.releases.decisions(meeting, by=SECRETARIAT)

    def _signed(self) -> Iterator[str]:
        # Keys and bytes have tests of their own: here it matters that it was signed.
        document = self.documents["decreet"]
        flow = SigningFlow(
            dossier=self.dossier,
            document=document,
            title="Decreet",
            base="0" * 64,
            current="0" * 64,
            started_by=SECRETARIAT,
            signatories=(Signatory(party=STAFF, means="minister"),),
        )
        draft = first(FLOW, new_id(), flow, "start", SECRETARIAT, self.council.now)
        (started,) = self.vl.book.write(draft)
        yield "ter ondertekening"
        self.wait(2)
        signatory = attrs.evolve(flow.signatories[0], signed_at=self.council.now)
        done = flow.signed(signatory, "1" * 64)
        self.vl.book.write(started.next(done, "sign", STAFF, self.council.now))
        yield "ondertekend"

    def _in_parliament(self) -> Iterator[str]:
        vl = self.vl.parliament
        ready = vl.readiness(self.dossier).ready
        rest = list(dict.fromkeys(file.document for file in ready))
        for number, documents in enumerate((rest[:2], rest[2:]), 1):
            flow = vl.start(self.dossier, documents, by=CABINET).record
            key = flow.sendings[-1].key
            vl.acknowledged(self.dossier, key, "pobj-1", {}, by=SYSTEM)
            self.wait(1)
            yield f"verzonden ({number})"
        self.wait(20)
        vl.told("pobj-1", "te behandelen in commissie", self.council.now, by=SYSTEM)
        yield "in behandeling"
        self.wait(60)
        content = BytesIO(paper("Perkament"))
        kind = IncomingKind.DECREE
        parchment = Incoming(file_id="1", kind=kind, title="Perkament", content=content)
        day = date(2027, 5, 5)
        self.vl.retrieval.retrieve(
            "pobj-1", [parchment], subject="jeugd", adopted=day, by=SECRETARIAT
        )
        yield "aangenomen"

    def _ratified(self) -> Iterator[str]:
        (step,) = [
            entry
            for entry in self.vl.dossiers.steps(self.dossier)
            if entry.record.kind is StepKind.RATIFICATION
        ]
        self.steps.append(step.id)
        reason = "wordt op de vergadering voorgelegd"
        self.vl.readiness.loosen(step.id, "Bekrachtiging", reason=reason, by=ADMIN)
        meeting = self._placed(step.id)
        yield "bekrachtiging op de ontwerpagenda"
        self.vl.approving.close(meeting, by=SECRETARIAT)
        self._decided(step.id, meeting)
        yield "bekrachtigd"

    def _published(self) -> Iterator[str]:
        vl = self.vl.publications
        asked = vl.start(
            self.dossier,
            "Decreet over jeugdwerk",
            RegulationType.DECREE,
            step=self.steps[-1],
            by=PUBLISHER,
        ).id
        yield "publicatie gestart"
        due = self.council.now + timedelta(days=10)
        vl.advance(asked, "ask translation", due=due, by=PUBLISHER)
        self.wait(12)
        yield "vertaling te laat"
        vl.advance(asked, "receive translation", by=PUBLISHER)
        vl.name_numac(asked, "2027041469", by=PUBLISHER)
        self.wait(8)
        vl.appeared("2027041469", None, self.council.now, by=SYSTEM)
        yield "gepubliceerd"

    def wait(self, days: float) -> None:
        """Let days pass."""
        self.council.now += timedelta(days=days)

    def _document(self, name: str, of_type: URI, **how: Any) -> None:
        administration = AccessLevel.INTERNAL_ADMINISTRATION
        level = administration.stricter_of(most_open(of_type))
        title = name.capitalize()
        made = self.council.document(self.dossier, title, level, of_type, **how)
        self.documents[name] = made


def opened(council: Council) -> Decree:
    """A decree that is about to begin."""
    dossier = council.vl.dossiers.open("Decreet over jeugdwerk", by=CABINET).id
    return Decree(council, dossier)
