"""What the records say of the steps of a route."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.proposal import Act
from digivl.advice.route import Route, RouteStep, StepStatus
from digivl.documents.model import NOTA
from digivl.dossiers.agenda import FormalCheck
from digivl.dossiers.consultation import Silence
from digivl.dossiers.meeting import MeetingKind
from digivl.dossiers.model import DecisionResult, StepKind
from digivl.dossiers.publication import PublicationStatus, RegulationType
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import Party, Role
from digivl.records.entries import first
from digivl.settings import AdviceSettings
from digivl.signing.model import FLOW, Signatory, SigningFlow
from digivl.testing.council import ADMIN, CABINET, INSPECTOR, OTHER_CABINET, SECRETARIAT
from digivl.testing.decree import PUBLISHER
from digivl.testing.matter import BUDGET, MINISTER, Matter

S = StepStatus
FAVOURABLE, UNFAVOURABLE = AdviceOutcome.FAVOURABLE, AdviceOutcome.UNFAVOURABLE
WT = Party("wt", "Cel wetskwaliteit", Role.GOVERNMENT_BODY)


@pytest.fixture(name="settings_of_advice")
def _settings_of_advice() -> AdviceSettings:
    """Nothing blocks: what the agenda asks has tests of its own."""
    names = ("Nota", "Ontwerp", "Toegang", *(body.value for body in Body))
    return AdviceSettings(not_blocking=names)


def route(matter: Matter, by: Party = SECRETARIAT) -> Route:
    """The route as it stands."""
    return matter.vl.routes.of(matter.dossier, by=by)


def step(matter: Matter, id: str, by: Party = SECRETARIAT) -> RouteStep:
    """One step of it."""
    (found,) = [one for one in route(matter, by).steps if one.id == id]
    return found


def test_a_draft_is_not_asked_yet(matter: Matter) -> None:
    """A question that is being written can begin, and says that it is written."""
    matter.ask(submit=False)
    found = step(matter, "if")

    assert S.NEXT is found.status
    assert "de vraag is in opmaak" in found.explanation
    assert S.RUNNING is step(matter, "prepare").status


def test_a_question_that_was_not_received(matter: Matter) -> None:
    """No term runs; the answer is expected as if it is received now."""
    matter.ask()
    found = step(matter, "if")

    assert (S.RUNNING, None) == (found.status, found.due)
    assert datetime(2026, 12, 9, 22, 59, 59, 999_999, UTC) == found.end
    assert "nog niet ontvangen, zodat geen termijn loopt" in found.explanation


def test_a_term_runs(matter: Matter) -> None:
    """From receipt, until the end of the term, by whom and by which rule."""
    matter.received()
    found = step(matter, "if")

    assert (found.due, S.RUNNING) == (found.end, found.status)
    assert "Inspectie van Financiën" == found.by
    assert "12 werkdagen (IF-T); tot en met 9 december 2026" in found.explanation


def test_a_question_stops_the_term(matter: Matter) -> None:
    """The asker has to answer; it is expected as if that is done now."""
    asked = matter.received()
    matter.wait(days=2)
    matter.vl.advices.inquire(asked, "Welk artikel?", by=INSPECTOR)
    matter.wait(days=7)
    found = step(matter, "if")

    assert (S.RUNNING, None, CABINET.label) == (found.status, found.due, found.by)
    assert "de termijn staat stil" in found.explanation
    assert found.end is not None
    assert found.end > datetime(2026, 12, 10, tzinfo=UTC)


def test_a_question_that_came_back(matter: Matter) -> None:
    """What lacks is said; the asker has it."""
    asked = matter.received()
    matter.vl.advices.send_back(asked, lacks=["de nota ontbreekt"], by=INSPECTOR)
    found = step(matter, "if")

    assert (S.RUNNING, CABINET.label) == (found.status, found.by)
    assert "teruggezonden: de nota ontbreekt" in found.explanation


def test_a_question_that_was_withdrawn_is_gone(matter: Matter) -> None:
    """It can be asked anew, as if it never was."""
    asked = matter.received()
    matter.vl.advices.withdraw(asked, by=CABINET)

    assert S.NEXT is step(matter, "if").status
    assert S.RUNNING is step(matter, "prepare").status


def test_a_late_answer(matter: Matter) -> None:
    """Late, and the route can go on by what the rule says of silence."""
    matter.received()
    matter.wait(days=30)
    found, later = step(matter, "if"), step(matter, "agenda")

    assert S.LATE is found.status
    assert "geen antwoord: geacht gunstig" in found.explanation
    assert later.end is not None


def test_silence_has_its_effect_at_the_end_of_the_term(matter: Matter) -> None:
    """Whenever it was established: the step was done when the term was over."""
    matter.received()
    matter.wait(days=30)
    matter.vl.silences.establish()
    found = step(matter, "if")

    assert (S.DONE, datetime(2026, 12, 9, 22, 59, 59, 999_999, UTC)) == (
        found.status,
        found.end,
    )
    assert "geen antwoord binnen de termijn: geacht gunstig" == found.explanation


def test_what_the_inspector_says_of_the_agreement(matter: Matter) -> None:
    """Not needed leaves the agreement out; silence on it asks it."""
    asked = matter.received()
    matter.vl.advices.advise(asked, FAVOURABLE, agreement_needed=False, by=INSPECTOR)
    without = step(matter, "ba").status
    matter.wait(hours=1)
    again = matter.received(renews=asked)
    matter.vl.advices.advise(again, FAVOURABLE, by=INSPECTOR)

    assert (S.SKIPPED, S.NEXT) == (without, step(matter, "ba").status)
    assert S.DONE is step(matter, "if.2").status


def test_an_unfavourable_advice_asks_a_reply(matter: Matter) -> None:
    """It is given; the reply is named as what lacks, then as given."""
    asked = matter.received()
    matter.vl.advices.advise(asked, UNFAVOURABLE, by=INSPECTOR)
    before = step(matter, "if").explanation
    matter.vl.appeals.reply(asked, "De kost is gedekt.", by=CABINET)

    assert "ongunstig, op 23 november 2026; een repliek is nodig" == before
    assert "repliek gegeven" in step(matter, "if").explanation


def test_an_appeal_is_a_step_of_its_own(matter: Matter) -> None:
    """The advice stays given while the minister looks at it, and after."""
    matter.propose(act=Act.INDIVIDUAL_MINISTERIAL, for_government=False)
    asked = matter.received()
    matter.vl.advices.advise(asked, UNFAVOURABLE, by=INSPECTOR)
    matter.wait(days=1)
    matter.vl.appeals.lodge(
        asked, minister=BUDGET, reason="De kost is klein", by=CABINET
    )
    running = step(matter, "if.2")
    matter.wait(days=1)
    matter.vl.appeals.join(asked, by=BUDGET)
    joined = step(matter, "if.2")

    assert (S.RUNNING, BUDGET.label) == (running.status, running.by)
    assert "Beroep tegen het advies" in running.label
    assert S.DONE is step(matter, "if").status is joined.status


def test_a_refused_agreement_does_not_hold_up(matter: Matter) -> None:
    """The minister may put to the government what was refused."""
    asked = matter.received()
    matter.vl.advices.advise(asked, FAVOURABLE, by=INSPECTOR)
    agreement = matter.vl.agreements.ask(asked, minister=BUDGET, by=CABINET).id
    matter.vl.agreements.receive(agreement, by=BUDGET)
    matter.vl.agreements.refuse(agreement, reason="Geen krediet", by=BUDGET)
    found = step(matter, "ba")

    assert S.DONE is found.status
    assert "geweigerd; de minister kan het aan de regering voorleggen" in (
        found.explanation
    )


def test_language_again_after_the_first_approval(matter: Matter) -> None:
    """The same question belongs to the later stage once the government approved."""
    matter.propose(act=Act.REGULATORY_DECISION)
    asked = {"body": Body.WT, "adviser": WT}
    first_time = matter.received(**asked)
    matter.vl.advices.advise(first_time, FAVOURABLE, by=WT)
    approved(matter, StepKind.PRINCIPLE_APPROVAL)
    matter.wait(days=1)
    matter.ask(**asked)

    assert S.DONE is step(matter, "wt").status
    assert S.RUNNING is step(matter, "wt-again").status


def on_agenda(matter: Matter, kind: StepKind, days: int = 4) -> tuple[str, str]:
    """Ids of a step on the design agenda of a meeting, and of that meeting."""
    vl = matter.vl
    name = vl.dossiers.submit(
        matter.dossier, kind, documents=matter.documents, by=CABINET
    ).id
    start = matter.council.now + timedelta(days=days)
    meeting = vl.meetings.plan(MeetingKind.COUNCIL, start, by=SECRETARIAT).id
    item = vl.agendas.put(name, meeting, by=SECRETARIAT)
    vl.agendas.check([item.id], FormalCheck.OK, by=SECRETARIAT)
    return name, meeting


def decided(matter: Matter, kind: StepKind, result: DecisionResult) -> tuple[str, str]:
    """Ids of a step that a meeting decided on, and of that meeting."""
    name, meeting = on_agenda(matter, kind)
    matter.vl.approving.close(meeting, by=SECRETARIAT)
    matter.wait(days=4, hours=2)
    matter.vl.deciding.decide(name, result, by=SECRETARIAT)
    return name, meeting


def approved(matter: Matter, kind: StepKind = StepKind.FINAL_APPROVAL) -> str:
    """Id of a step that was approved."""
    return decided(matter, kind, DecisionResult.APPROVED)[0]


def test_from_submission_to_decision(matter: Matter) -> None:
    """Submitted, on the design, on the approved agenda: with the day of the meeting."""
    vl, asked = matter.vl, matter.received()
    vl.advices.advise(asked, FAVOURABLE, agreement_needed=False, by=INSPECTOR)
    name = vl.dossiers.submit(
        matter.dossier,
        StepKind.FINAL_APPROVAL,
        documents=matter.documents,
        by=CABINET,
    ).id
    submitted = step(matter, "agenda"), step(matter, "final")
    # Four working days before it, and before three o'clock.
    friday = datetime(2026, 11, 27, 9, tzinfo=UTC)
    start = matter.council.now + timedelta(days=11)
    meeting = vl.meetings.plan(MeetingKind.COUNCIL, start, by=SECRETARIAT).id
    item = vl.agendas.put(name, meeting, by=SECRETARIAT)
    vl.agendas.check([item.id], FormalCheck.OK, by=SECRETARIAT)
    placed = step(matter, "agenda"), step(matter, "final")
    vl.approving.close(meeting, by=SECRETARIAT)
    scheduled = step(matter, "agenda"), step(matter, "final")

    assert [S.RUNNING, S.LATER] == [one.status for one in submitted]
    assert friday == submitted[1].end
    assert "ingediend op 23 november 2026" == submitted[0].explanation
    assert [S.RUNNING, S.LATER] == [one.status for one in placed]
    assert start == placed[1].end
    assert "op de ontwerpagenda van VR PV 2026/1" in placed[0].explanation
    assert [S.DONE, S.RUNNING] == [one.status for one in scheduled]
    assert start == scheduled[1].end


def test_a_postponement_waits_for_the_next_meeting(matter: Matter) -> None:
    """It was on an agenda, and is not decided: the next meeting can."""
    decided(matter, StepKind.FINAL_APPROVAL, DecisionResult.POSTPONED)
    found = step(matter, "final")

    assert (S.DONE, S.RUNNING) == (step(matter, "agenda").status, found.status)
    assert "uitgesteld, vergadering VR PV 2026/1" in found.explanation
    assert "weer te agenderen" in found.explanation
    assert found.end is not None


def test_a_withdrawn_step_leaves_its_place(matter: Matter) -> None:
    """The next one of its kind is the first approval, whatever number it has."""
    decided(matter, StepKind.PRINCIPLE_APPROVAL, DecisionResult.WITHDRAWN)
    before = [one.id for one in route(matter).steps if one.id == "principle-1"]
    approved(matter, StepKind.PRINCIPLE_APPROVAL)

    assert [] == before
    assert S.DONE is step(matter, "principle-1").status
    assert "principle-2" not in {one.id for one in route(matter).steps}


def test_an_approval_too_many_is_told(matter: Matter) -> None:
    """A route knows two approvals in principle; a third one is shown with the last."""
    for _ in range(3):
        approved(matter, StepKind.PRINCIPLE_APPROVAL)

    assert {"principle-1", "principle-2", "principle-2.2"} <= {
        one.id for one in route(matter).with_status(S.DONE)
    }


def test_a_meeting_that_is_over_without_a_decision(matter: Matter) -> None:
    """On its day it runs; from the next day on it is late."""
    _, meeting = on_agenda(matter, StepKind.FINAL_APPROVAL)
    matter.vl.approving.close(meeting, by=SECRETARIAT)
    matter.wait(days=4, hours=1)
    same_day = step(matter, "final")
    matter.wait(days=1)
    after = step(matter, "final")

    assert (S.RUNNING, same_day.due) == (same_day.status, same_day.end)
    assert S.LATE is after.status
    assert "nog niet genoteerd of niet vrijgegeven" in after.explanation


def test_a_decision_is_told_after_its_release(matter: Matter) -> None:
    """To who may know it only then, it is not taken before."""
    _, meeting = decided(matter, StepKind.FINAL_APPROVAL, DecisionResult.APPROVED)
    before = step(matter, "final", CABINET).status
    matter.vl.releases.decisions(meeting, by=SECRETARIAT)

    assert (S.RUNNING, S.DONE) == (before, step(matter, "final", CABINET).status)
    assert S.DONE is step(matter, "final").status


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


def test_signing_what_was_approved(matter: Matter) -> None:
    """What was signed of something else, or given up, is no signing of the decision."""
    approved(matter)
    other = matter.council.document(matter.dossier, "Brief", type=NOTA)
    signed(matter, other, done=True)
    before = step(matter, "sign").status
    signed(matter, matter.draft, done=False)
    running = step(matter, "sign")
    matter.wait(hours=1)
    signed(matter, matter.draft, done=True)

    assert (S.NEXT, S.RUNNING, MINISTER.label) == (before, running.status, running.by)
    assert "0 van 1 getekend" == running.explanation
    assert S.DONE is step(matter, "sign.2").status


def test_signing_a_ministerial_decision(matter: Matter) -> None:
    """It needs no approval: what is signed in its dossier is its signing."""
    matter.propose(act=Act.INDIVIDUAL_MINISTERIAL, for_government=False)
    signed(matter, matter.draft, done=True)

    assert S.DONE is step(matter, "sign").status


def test_a_publication(matter: Matter) -> None:
    """With its status and its due moment; what was cancelled is none."""
    matter.propose(act=Act.REGULATORY_DECISION)
    name, vl = approved(matter), matter.vl.publications
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
    running = step(matter, "publication")
    vl.override(kept, PublicationStatus.PUBLISHED, by=ADMIN, reason="verschenen")

    assert (S.RUNNING, due) == (running.status, running.due)
    assert "naar vertaaldienst" == running.explanation
    assert S.DONE is step(matter, "publication").status


def test_publication_of_something_before_the_approval(matter: Matter) -> None:
    """What an approval in principle had published is no publication of the act."""
    matter.propose(act=Act.REGULATORY_DECISION)
    name = approved(matter, StepKind.PRINCIPLE_APPROVAL)
    matter.vl.publications.start(
        matter.dossier, "Bericht", RegulationType.NOTICE, step=name, by=PUBLISHER
    )

    assert S.LATER is step(matter, "publication").status


def test_a_consultation_round(matter: Matter) -> None:
    """Nothing asks it; it is shown once it is there, with its term."""
    before = {one.id for one in route(matter).steps}
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
    found = step(matter, "ikw")

    assert "ikw" not in before
    assert (S.RUNNING, due) == (found.status, found.due)


def test_a_closed_dossier(matter: Matter) -> None:
    """Its preparation ended when it was closed, and nothing comes."""
    matter.vl.dossiers.close(matter.dossier, by=CABINET)
    found = route(matter)

    assert S.DONE is found.steps[0].status
    assert {S.SKIPPED} == {one.status for one in found.steps[1:]}


@pytest.mark.parametrize("act", Act)
def test_every_act_has_a_route_in_an_office(act: Act, matter: Matter) -> None:
    """Whatever is proposed, the route of its dossier can be asked."""
    matter.propose(act=act)

    assert act is route(matter).act
