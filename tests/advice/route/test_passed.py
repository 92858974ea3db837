"""What meetings, papers and the parliament say of the steps of a route."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import attrs
import pytest

from digivl.access.model import AccessLevel
from digivl.advice.body import AdviceOutcome
from digivl.advice.proposal import Act
from digivl.advice.route.route import StepStatus
from digivl.documents.model import NOTA
from digivl.dossiers.agenda import FormalCheck
from digivl.dossiers.consultation import Silence
from digivl.dossiers.meeting import MeetingKind
from digivl.dossiers.model import DecisionResult, StepKind
from digivl.dossiers.publication import PublicationStatus, RegulationType
from digivl.dossiers.readiness import DECREE
from digivl.dossiers.retrieval import Incoming, IncomingKind
from digivl.kernel.identifiers import URI, new_id
from digivl.kernel.parties import SYSTEM
from digivl.records.entries import first
from digivl.signing.model import FLOW, Signatory, SigningFlow
from digivl.testing.council import ADMIN, CABINET, INSPECTOR, OTHER_CABINET, SECRETARIAT
from digivl.testing.decree import PUBLISHER
from digivl.testing.matter import MINISTER, Matter
from digivl.testing.papers import paper
from digivl.testing.watched import Watched

S = StepStatus
FAVOURABLE = AdviceOutcome.FAVOURABLE
PROTOCOL = URI("https://data.vlaanderen.be/id/concept/AardWetgeving/Protocol")


def test_from_submission_to_decision(watched: Watched, matter: Matter) -> None:
    """Submitted, on the design, on the approved agenda: with the day of the meeting."""
    vl, asked = matter.vl, matter.received()
    vl.advices.advise(asked, FAVOURABLE, agreement_needed=False, by=INSPECTOR)
    name = vl.dossiers.submit(
        matter.dossier,
        StepKind.FINAL_APPROVAL,
        documents=matter.documents,
        by=CABINET,
    ).id
    submitted = watched.step("agenda"), watched.step("final")
    # Four working days before it, and before three o'clock.
    friday = datetime(2026, 11, 27, 9, tzinfo=UTC)
    start = matter.council.now + timedelta(days=11)
    meeting = vl.meetings.plan(MeetingKind.COUNCIL, start, by=SECRETARIAT).id
    item = vl.agendas.put(name, meeting, by=SECRETARIAT)
    vl.agendas.check([item.id], FormalCheck.OK, by=SECRETARIAT)
    placed = watched.step("agenda"), watched.step("final")
    vl.approving.close(meeting, by=SECRETARIAT)
    scheduled = watched.step("agenda"), watched.step("final")

    assert [S.RUNNING, S.LATER] == [one.status for one in submitted]
    assert friday == submitted[1].end
    assert "ingediend op 23 november 2026" == submitted[0].explanation
    assert [S.RUNNING, S.LATER] == [one.status for one in placed]
    assert start == placed[1].end
    assert "op de ontwerpagenda van VR PV 2026/1" in placed[0].explanation
    assert [S.DONE, S.RUNNING] == [one.status for one in scheduled]
    assert start == scheduled[1].end


def test_a_postponement_waits_for_the_next_meeting(watched: Watched) -> None:
    """It was on an agenda, and is not decided: the next meeting can."""
    watched.decided(StepKind.FINAL_APPROVAL, DecisionResult.POSTPONED)
    found = watched.step("final")

    assert (S.DONE, S.RUNNING) == (watched.step("agenda").status, found.status)
    assert "uitgesteld, vergadering VR PV 2026/1" in found.explanation
    assert "weer te agenderen" in found.explanation
    assert found.end is not None


def test_on_an_agenda_again_after_a_postponement(
    watched: Watched, matter: Matter
) -> None:
    """It goes on where it was: the decision still runs, with its new meeting."""
    name, _ = watched.decided(StepKind.FINAL_APPROVAL, DecisionResult.POSTPONED)
    start = matter.council.now + timedelta(days=9)
    meeting = matter.vl.meetings.plan(MeetingKind.COUNCIL, start, by=SECRETARIAT).id
    matter.vl.agendas.put(name, meeting, by=SECRETARIAT)
    found = watched.step("final")

    assert (S.DONE, S.RUNNING) == (watched.status("agenda"), found.status)
    assert start == found.end
    assert "op de ontwerpagenda van VR PV 2026/2" in found.explanation


def test_taken_off_the_agenda(watched: Watched, matter: Matter) -> None:
    """Before any decision it has to be put on an agenda anew."""
    _, meeting = watched.on_agenda(StepKind.FINAL_APPROVAL)
    matter.vl.approving.approve(meeting, by=SECRETARIAT)
    before = watched.status("agenda")
    (item,) = matter.vl.agendas.items(meeting)
    matter.vl.agendas.take_off(item.id, by=SECRETARIAT, reason="op vraag")

    assert (S.DONE, S.RUNNING) == (before, watched.status("agenda"))


def test_a_withdrawn_step_leaves_its_place(watched: Watched) -> None:
    """The next one of its kind is the first approval, whatever number it has."""
    watched.decided(StepKind.PRINCIPLE_APPROVAL, DecisionResult.WITHDRAWN)
    before = [one.id for one in watched.route().steps if one.id == "principle-1"]
    watched.approved(StepKind.PRINCIPLE_APPROVAL)

    assert [] == before
    assert S.DONE is watched.step("principle-1").status
    assert "principle-2" not in {one.id for one in watched.route().steps}


def test_a_withdrawal_is_told(watched: Watched) -> None:
    """It can be proposed again, and says what became of it."""
    watched.decided(StepKind.FINAL_APPROVAL, DecisionResult.WITHDRAWN)
    found = watched.step("final")

    assert S.LATER is found.status
    assert found.explanation.startswith("ingetrokken, vergadering VR PV 2026/1")


def test_an_approval_too_many_is_told(watched: Watched) -> None:
    """A route knows two approvals in principle; a third one is shown with the last."""
    for _ in range(3):
        watched.approved(StepKind.PRINCIPLE_APPROVAL)

    assert {"principle-1", "principle-2", "principle-2.2"} <= {
        one.id for one in watched.route().with_status(S.DONE)
    }


def test_a_meeting_that_is_over_without_a_decision(
    watched: Watched, matter: Matter
) -> None:
    """On its day it runs; from the next day on it is late."""
    _, meeting = watched.on_agenda(StepKind.FINAL_APPROVAL)
    matter.vl.approving.close(meeting, by=SECRETARIAT)
    matter.wait(days=4, hours=1)
    same_day = watched.step("final")
    matter.wait(days=1)
    after = watched.step("final")

    assert (S.RUNNING, same_day.due) == (same_day.status, same_day.end)
    assert S.LATE is after.status
    assert "nog niet genoteerd of niet vrijgegeven" in after.explanation


def test_a_decision_is_told_after_its_release(watched: Watched, matter: Matter) -> None:
    """To who may know it only then, it is not taken before."""
    _, meeting = watched.decided(StepKind.FINAL_APPROVAL, DecisionResult.APPROVED)
    before = watched.step("final", CABINET).status
    matter.vl.releases.decisions(meeting, by=SECRETARIAT)

    assert (S.RUNNING, S.DONE) == (before, watched.step("final", CABINET).status)
    assert S.DONE is watched.step("final").status


def signed(matter: Matter, document: str, *, done: bool) -> None:
    """A signing flow, in the book only."""
    now = matter.council.now
    flow = SigningFlow(
        dossier=matter.dossier,
        document=document,
        title="Besluit",
        base="0" * 64,
        current="0" * 64,
        started_by=SECRETARIAT,
        signatories=(Signatory(party=MINISTER, means="minister"),),
    )
    if done:
        signatory = attrs.evolve(flow.signatories[0], signed_at=now)
        flow = flow.signed(signatory, "1" * 64)
    matter.vl.book.write(first(FLOW, new_id(), flow, "start", SECRETARIAT, now))


def test_signing_what_was_approved(watched: Watched, matter: Matter) -> None:
    """What was signed of something else, or given up, is no signing of the decision."""
    watched.approved()
    other = matter.council.document(matter.dossier, "Brief", type=NOTA)
    signed(matter, other, done=True)
    before = watched.step("sign").status
    signed(matter, matter.draft, done=False)
    running = watched.step("sign")
    matter.wait(hours=1)
    signed(matter, matter.draft, done=True)

    assert (S.NEXT, S.RUNNING, MINISTER.label) == (before, running.status, running.by)
    assert "0 van 1 getekend" == running.explanation
    assert S.DONE is watched.step("sign.2").status


def test_signing_a_ministerial_decision(watched: Watched, matter: Matter) -> None:
    """It needs no approval: what is signed in its dossier is its signing."""
    matter.propose(act=Act.INDIVIDUAL_MINISTERIAL, for_government=False)
    signed(matter, matter.draft, done=True)

    assert S.DONE is watched.step("sign").status


def test_a_publication(watched: Watched, matter: Matter) -> None:
    """With its status and its due moment; what was cancelled is none."""
    matter.propose(act=Act.REGULATORY_DECISION)
    name, vl = watched.approved(), matter.vl.publications
    gone, kept = (
        vl.start(
            matter.dossier,
            "Besluit",
            RegulationType.GOVERNMENT_DECISION,
            step=name,
            by=PUBLISHER,
        ).id
        for _ in range(2)
    )
    vl.advance(gone, "cancel", by=PUBLISHER)
    due = matter.council.now + timedelta(days=3)
    vl.advance(kept, "ask translation", due=due, by=PUBLISHER)
    running = watched.step("publication")
    vl.override(kept, PublicationStatus.PUBLISHED, by=ADMIN, reason="verschenen")

    assert (S.RUNNING, due) == (running.status, running.due)
    assert "naar vertaaldienst" == running.explanation
    assert S.DONE is watched.step("publication").status


def test_publication_of_something_before_the_approval(
    watched: Watched, matter: Matter
) -> None:
    """What an approval in principle had published is no publication of the act."""
    matter.propose(act=Act.REGULATORY_DECISION)
    name = watched.approved(StepKind.PRINCIPLE_APPROVAL)
    matter.vl.publications.start(
        matter.dossier, "Bericht", RegulationType.NOTICE, step=name, by=PUBLISHER
    )

    assert S.LATER is watched.step("publication").status


def test_a_consultation_round(watched: Watched, matter: Matter) -> None:
    """Nothing asks it; it is shown once it is there, with its term."""
    before = {one.id for one in watched.route().steps}
    due = matter.council.now + timedelta(days=5)
    matter.vl.consultations.start(
        matter.dossier,
        documents=[matter.nota],
        obligatory=[OTHER_CABINET],
        others=[],
        due=due,
        silence=Silence.AGREES,
        by=CABINET,
    )
    found = watched.step("ikw")

    assert "ikw" not in before
    assert (S.RUNNING, due) == (found.status, found.due)


def test_a_protocol_shows_that_there_were_negotiations(
    watched: Watched, matter: Matter
) -> None:
    """Its document does, where nobody recorded the question."""
    matter.propose(act=Act.REGULATORY_DECISION, staff_statute=True)
    watched.approved(StepKind.PRINCIPLE_APPROVAL)
    before = watched.step("negotiation").status
    matter.council.document(matter.dossier, "Protocol", type=PROTOCOL)

    assert (S.NEXT, S.DONE) == (before, watched.step("negotiation").status)


def test_a_decree_ratifies_a_deviation(watched: Watched, matter: Matter) -> None:
    """The decree that does so is filed in the dossier, after the approval."""
    matter.propose(act=Act.REGULATORY_DECISION, deviates=True)
    matter.council.document(matter.dossier, "Decreet van vroeger", type=DECREE)
    watched.approved()
    running = watched.step("decree-in-time")
    matter.wait(days=100)
    matter.council.document(matter.dossier, "Decreet", type=DECREE)
    done = watched.step("decree-in-time")

    assert (S.RUNNING, datetime(2027, 5, 27, 21, 59, 59, 999_999, UTC)) == (
        running.status,
        running.due,
    )
    assert (S.DONE, matter.council.now) == (done.status, done.end)


def test_what_comes_of_a_nota_in_parliament(watched: Watched, matter: Matter) -> None:
    """Nothing asks it; once it was sent it is shown, until something comes back."""
    matter.propose(act=Act.NOTE)
    name, vl = watched.approved(), matter.vl
    meeting = vl.dossiers.step(name).record.decisions[-1].meeting
    vl.releases.decisions(meeting, by=SECRETARIAT)
    level = AccessLevel.INTERNAL_ADMINISTRATION
    for document in matter.documents:
        vl.dossiers.set_level(document, level, by=SECRETARIAT)
    flow = vl.parliament.start(matter.dossier, matter.documents, by=CABINET).record
    asked = {one.id: one.status for one in watched.route().steps}
    key = flow.sendings[0].key
    vl.parliament.acknowledged(matter.dossier, key, "pobj-1", {}, by=SYSTEM)
    sent = {one.id: one.status for one in watched.route().steps}
    motion = Incoming(
        file_id="1",
        kind=IncomingKind.MOTION,
        title="Motie",
        content=BytesIO(paper("Motie")),
    )
    vl.retrieval.retrieve(
        "pobj-1", [motion], subject="jeugd", adopted=date(2026, 12, 1), by=SECRETARIAT
    )

    assert S.RUNNING is asked["parliament-in"]
    assert "parliament" not in asked
    assert (S.DONE, S.RUNNING) == (sent["parliament-in"], sent["parliament"])
    assert S.DONE is watched.step("parliament").status


def test_a_sending_that_failed_is_none(watched: Watched, matter: Matter) -> None:
    """It surely did not arrive: the step runs until one does."""
    matter.propose(act=Act.NOTE)
    watched.approved()
    level = AccessLevel.INTERNAL_ADMINISTRATION
    for document in matter.documents:
        matter.vl.dossiers.set_level(document, level, by=SECRETARIAT)
    flow = matter.vl.parliament.start(matter.dossier, matter.documents, by=CABINET)
    key = flow.record.sendings[0].key
    matter.vl.parliament.failed(matter.dossier, key, by=CABINET, reason="geweigerd")
    found = watched.step("parliament-in")

    assert (S.RUNNING, matter.council.now) == (found.status, found.end)
    assert "niet volledig verzonden" == found.explanation


def test_a_closed_dossier(watched: Watched, matter: Matter) -> None:
    """Its preparation ended when it was closed, and nothing comes."""
    matter.vl.dossiers.close(matter.dossier, by=CABINET)
    found = watched.route()

    assert S.DONE is found.steps[0].status
    assert {S.SKIPPED} == {one.status for one in found.steps[1:]}


@pytest.mark.parametrize("act", Act)
def test_every_act_has_a_route_in_an_office(
    act: Act, watched: Watched, matter: Matter
) -> None:
    """Whatever is proposed, the route of its dossier can be asked."""
    matter.propose(act=act)

    assert act is watched.route().act
