"""Plays the people of the route: cabinet, inspector, ministers, secretariat.

The play is a task in the outbox. It looks at what the book says and does the next act,
until nothing is left: so it can be killed at any moment, and goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import attrs

from digivl.advice.agreement import AGREEMENT
from digivl.advice.body import AdviceOutcome
from digivl.advice.budget import BudgetLine
from digivl.advice.proposal import PROPOSAL, Act, Proposal, Spending, proposal_id
from digivl.advice.request import ADVICE
from digivl.dispatch.model import DISPATCH, PostalAddress, Recipient
from digivl.documents.model import DOCUMENT, NOTA, Origin
from digivl.dossiers.agenda import FormalCheck
from digivl.dossiers.meeting import MEETING, MeetingKind
from digivl.dossiers.model import (
    DOSSIER,
    STEP,
    DecisionResult,
    StepKind,
    StepState,
)
from digivl.errors import NotFoundError
from digivl.kernel.identifiers import INSZ, URI, OVOCode, new_id
from digivl.kernel.kinds import Kind, Ref
from digivl.kernel.money import Euro
from digivl.kernel.parties import Party, Role
from digivl.records.entries import AnyEntry
from digivl.records.port import Query
from digivl.records.tasks import NewTask, Task
from digivl.signing.model import FLOW, Signatory
from digivl.testing.papers import paper
from digivl.verification.model import AUTHENTIC, RegisterState

if TYPE_CHECKING:
    from digivl.app import Digivl

#: Kind of the task that plays the route.
DEMO: Final = "demo"

CABINET: Final = Party(
    "kabinet-jeugd", "Kabinet jeugd", Role.DOSSIER_MANAGER, entity="OVO000001"
)
INSPECTOR: Final = Party("if", "Inspectie van Financiën", Role.FINANCE_INSPECTOR)
BUDGET: Final = Party(
    "minister-begroting", "Vlaams minister van Begroting", Role.BUDGET_MINISTER
)
SECRETARIAT: Final = Party("secretarie", "Secretarie", Role.SECRETARIAT)
PRESIDENT: Final = Party("minister-president", "Minister-president", Role.MINISTER)
MINISTER: Final = Party("minister-jeugd", "Vlaams minister van Jeugd", Role.MINISTER)
SENDER: Final = OVOCode("OVO002949")

_SIGNATORIES: Final = (
    Signatory(party=MINISTER, means="minister"),
    Signatory(party=PRESIDENT, means="minister-president"),
)
_LINE: Final = BudgetLine(
    year=2026,
    article="HB0-1HDJ2HB-WT",
    vak=Euro("156000.00"),
    vek=Euro("109200.00"),
)
#: Type of the document that is decided on.
DECISION: Final = URI(
    "https://data.vlaanderen.be/id/concept/AardWetgeving/BesluitVanDeVlaamseRegering"
)


def recipients() -> tuple[Recipient, Recipient]:
    """Two people who do not exist: one with an eBox, one with only an address."""
    ebox = Recipient.citizen(INSZ("85073003328"), name="Test Burger")
    address = PostalAddress(
        street="Voorbeeldstraat",
        house_number="1",
        postal_code="1000",
        municipality="Brussel",
    )
    return ebox, Recipient.by_letter("Test Vereniging", address)


def proposal(dossier: str) -> Proposal:
    """A subsidy by an individual decision: it costs money and asks no staff."""
    return Proposal(
        dossier=dossier,
        act=Act.INDIVIDUAL_DECISION,
        budget_impact=True,
        lines=(_LINE,),
        spending=Spending.SUBSIDY,
        amount=_LINE.vak,
        esr_impact=True,
        more_staff=False,
        agency_matters=False,
        staff_policy=False,
        staff_statute=False,
        recurring=True,
        strategic=False,
        personal_data=False,
        impact_analysis=False,
    )


def start(vl: Digivl, content: BinaryIO, title: str) -> Ref:
    """Write the task that plays the route on a document; nothing else happens yet.

    Args:
        vl: A development office.
        content: The PDF.
        title: Title of the dossier.

    Returns:
        The dossier that will be opened.

    Raises:
        UnreadablePDFError: It is not a PDF, or a damaged one.
        EncryptedPDFError: It is protected with a password.
    """
    stored = vl.documents.keep(content)
    dossier = DOSSIER.ref(new_id())
    ids = {"document": new_id(), "meeting": new_id()}
    payload = {"title": title, "sha256": stored.sha256, **ids}
    task = NewTask(kind=DEMO, subject=dossier, due=vl.clock(), payload=payload)
    vl.book.write(tasks=[task])
    return dossier


def play(vl: Digivl, task: Task) -> None:
    """Do what is left of the route, and end the task."""
    scene = Scene(vl, task.subject.id, task.payload["document"])
    if scene.missing(DOSSIER, scene.dossier):
        vl.dossiers.open(task.payload["title"], by=CABINET, id=scene.dossier)
    if scene.missing(PROPOSAL, proposal_id(scene.dossier)):
        vl.proposals.describe(proposal(scene.dossier), by=CABINET)
    if scene.missing(DOCUMENT, scene.document):
        with vl.documents.opened(task.payload["sha256"]) as content:
            vl.documents.add(
                scene.dossier,
                content,
                title=task.payload["title"],
                type=DECISION,
                by=CABINET,
                id=scene.document,
            )
    if scene.missing(DOCUMENT, scene.nota):
        vl.documents.add(
            scene.dossier,
            BytesIO(paper("Nota aan de Vlaamse Regering")),
            title="Nota aan de Vlaamse Regering",
            type=NOTA,
            by=CABINET,
            id=scene.nota,
        )
    _advise(scene)
    _agree(scene)
    _decide(scene, task.payload["meeting"])
    _sign(scene)
    _dispatch(scene)
    vl.book.write(done=task)


@attrs.frozen
class Scene:
    """One dossier on the way, as the book has it."""

    vl: Digivl
    dossier: str
    document: str

    @property
    def nota(self) -> str:
        """Id of the nota that goes with the document."""
        return f"{self.document}.nota"

    def all(self, kind: Kind[Any]) -> Iterator[AnyEntry]:
        """The records of a kind in this dossier, as they are now."""
        for row in self.vl.book.rows(Query(kind=kind.name, dossier=self.dossier)):
            yield self.vl.book.read(kind, row.ref.id)

    def only(self, kind: Kind[Any]) -> AnyEntry | None:
        """The one record of a kind in this dossier, if it is there."""
        return next(self.all(kind), None)

    def missing(self, kind: Kind[Any], id: str) -> bool:
        """True when no record of that id was written yet."""
        try:
            self.vl.book.read(kind, id)
        except NotFoundError:
            return True
        return False


def _advise(scene: Scene) -> None:
    advices = scene.vl.advices
    found = scene.only(ADVICE)
    if found is None:
        found = advices.ask(
            scene.dossier,
            documents=[scene.document, scene.nota],
            adviser=INSPECTOR,
            by=CABINET,
        )
    if found.record.received_at is None:
        found = advices.receive(found.id, by=INSPECTOR)
    if found.record.advice is None:
        advices.advise(found.id, AdviceOutcome.FAVOURABLE, by=INSPECTOR)


def _agree(scene: Scene) -> None:
    agreements, advice = scene.vl.agreements, scene.only(ADVICE)
    found = scene.only(AGREEMENT)
    if found is None and advice is not None:
        found = agreements.ask(advice.id, minister=BUDGET, by=CABINET)
    if found is not None and found.record.received_at is None:
        found = agreements.receive(found.id, by=BUDGET)
    if found is not None and found.record.ruling is None:
        agreements.agree(found.id, by=BUDGET)


def _decide(scene: Scene, meeting: str) -> None:
    dossiers, now = scene.vl.dossiers, scene.vl.clock()
    step = scene.only(STEP) or dossiers.submit(
        scene.dossier,
        StepKind.FINAL_APPROVAL,
        documents=[scene.document, scene.nota],
        by=CABINET,
    )
    if scene.missing(MEETING, meeting):
        scene.vl.meetings.plan(
            MeetingKind.ELECTRONIC_PROCEDURE,
            now + timedelta(seconds=1),
            by=SECRETARIAT,
            id=meeting,
        )
    if step.record.state is StepState.PREPARED:
        scene.vl.agendas.put(step.id, meeting, by=SECRETARIAT)
    if dossiers.step(step.id).record.state is StepState.PROPOSED:
        (item,) = scene.vl.agendas.items(meeting)
        if item.record.formal is not FormalCheck.OK:
            scene.vl.agendas.check([item.id], FormalCheck.OK, by=SECRETARIAT)
        scene.vl.approving.close(meeting, by=SECRETARIAT)
    if dossiers.step(step.id).record.state is StepState.ON_AGENDA:
        scene.vl.deciding.decide(step.id, DecisionResult.APPROVED, by=SECRETARIAT)


def _sign(scene: Scene) -> None:
    vl = scene.vl
    document = vl.documents.read(scene.document).record
    if document.latest.origin is Origin.RECEIVED:
        vl.register.stamp(scene.document, by=SECRETARIAT)
    flow = scene.only(FLOW) or vl.signing.start(
        scene.document, _SIGNATORIES, by=SECRETARIAT
    )
    while waiting := flow.record.next_signatory:
        flow = vl.signing.sign(flow.id, by=waiting.party)
    authentic = scene.only(AUTHENTIC)
    if authentic is None or authentic.record.state is RegisterState.IN_SIGNING:
        vl.register.register(flow.id, by=SECRETARIAT)


def _dispatch(scene: Scene) -> None:
    if scene.only(DISPATCH) is None:
        scene.vl.dispatches.send(
            scene.document, recipients(), sender=SENDER, by=SECRETARIAT
        )
