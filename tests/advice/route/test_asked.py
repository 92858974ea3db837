"""What questions for advice and agreement say of the steps of a route."""

from __future__ import annotations

from datetime import UTC, datetime

from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.proposal import Act
from digivl.advice.route.route import StepStatus
from digivl.dossiers.model import StepKind
from digivl.kernel.parties import Party, Role
from digivl.testing.council import CABINET, INSPECTOR
from digivl.testing.decree import ADVISERS
from digivl.testing.matter import BUDGET, MINISTER, Matter
from digivl.testing.watched import Watched

S = StepStatus
FAVOURABLE, UNFAVOURABLE = AdviceOutcome.FAVOURABLE, AdviceOutcome.UNFAVOURABLE
WT = Party("wt", "Cel wetskwaliteit", Role.GOVERNMENT_BODY)


def test_a_draft_is_not_asked_yet(watched: Watched, matter: Matter) -> None:
    """A question that is being written can begin, and says that it is written."""
    matter.ask(submit=False)
    found = watched.step("if")

    assert S.NEXT is found.status
    assert "de vraag is in opmaak" in found.explanation
    assert S.RUNNING is watched.step("prepare").status


def test_a_question_that_was_not_received(watched: Watched, matter: Matter) -> None:
    """No term runs; the answer is expected as if it is received now."""
    matter.ask()
    found = watched.step("if")

    assert (S.RUNNING, None) == (found.status, found.due)
    assert datetime(2026, 12, 9, 22, 59, 59, 999_999, UTC) == found.end
    assert "nog niet ontvangen, zodat geen termijn loopt" in found.explanation


def test_a_term_runs(watched: Watched, matter: Matter) -> None:
    """From receipt, until the end of the term, by whom and by which rule."""
    matter.received()
    found = watched.step("if")

    assert (found.due, S.RUNNING) == (found.end, found.status)
    assert "Inspectie van Financiën" == found.by
    assert "12 werkdagen (IF-T); tot en met 9 december 2026" in found.explanation


def test_a_question_stops_the_term(watched: Watched, matter: Matter) -> None:
    """The asker has to answer; it is expected as if that is done now."""
    asked = matter.received()
    matter.wait(days=2)
    matter.vl.advices.inquire(asked, "Welk artikel?", by=INSPECTOR)
    matter.wait(days=7)
    found = watched.step("if")

    assert (S.RUNNING, None, CABINET.label) == (found.status, found.due, found.by)
    assert "de termijn staat stil" in found.explanation
    assert found.end is not None
    assert found.end > datetime(2026, 12, 10, tzinfo=UTC)


def test_urgency_shortens_the_term(watched: Watched, matter: Matter) -> None:
    """The step says so, and the shorter term counts."""
    asked = matter.received()
    matter.vl.advices.urge(asked, reason="Dringend", by=MINISTER)
    found = watched.step("if")

    assert "hoogdringend: 4 werkdagen (IF-T)" in found.explanation
    assert datetime(2026, 11, 27, 22, 59, 59, 999_999, UTC) == found.due


def test_a_body_without_a_term(watched: Watched, matter: Matter) -> None:
    """No rule gives the VTC a term: it runs, and nobody knows until when."""
    vtc = ADVISERS[Body.VTC]
    matter.propose(act=Act.REGULATORY_DECISION, personal_data=True)
    watched.approved(StepKind.PRINCIPLE_APPROVAL)
    matter.received(body=Body.VTC, adviser=vtc)
    found = watched.step("vtc")

    assert (S.RUNNING, None, None) == (found.status, found.end, found.due)
    assert "termijn niet gekend" in found.explanation


def test_a_question_that_came_back(watched: Watched, matter: Matter) -> None:
    """What lacks is said; the asker has it."""
    asked = matter.received()
    matter.vl.advices.send_back(asked, lacks=["de nota ontbreekt"], by=INSPECTOR)
    found = watched.step("if")

    assert (S.RUNNING, CABINET.label) == (found.status, found.by)
    assert "teruggezonden: de nota ontbreekt" in found.explanation


def test_a_question_that_was_withdrawn_is_gone(
    watched: Watched, matter: Matter
) -> None:
    """It can be asked anew, as if it never was."""
    asked = matter.received()
    matter.vl.advices.withdraw(asked, by=CABINET)

    assert S.NEXT is watched.step("if").status
    assert S.RUNNING is watched.step("prepare").status


def test_a_late_answer(watched: Watched, matter: Matter) -> None:
    """Late, and the route can go on by what the rule says of silence."""
    matter.received()
    matter.wait(days=30)
    found, later = watched.step("if"), watched.step("agenda")

    assert S.LATE is found.status
    assert "geen antwoord: geacht gunstig" in found.explanation
    assert later.end is not None


def test_silence_has_its_effect_at_the_end_of_the_term(
    watched: Watched, matter: Matter
) -> None:
    """Whenever it was established: the step was done when the term was over."""
    matter.received()
    matter.wait(days=30)
    matter.vl.silences.establish()
    found = watched.step("if")

    assert (S.DONE, datetime(2026, 12, 9, 22, 59, 59, 999_999, UTC)) == (
        found.status,
        found.end,
    )
    assert "geen antwoord binnen de termijn: geacht gunstig" == found.explanation


def test_what_the_inspector_says_of_the_agreement(
    watched: Watched, matter: Matter
) -> None:
    """Not needed leaves the agreement out; silence on it asks it."""
    asked = matter.received()
    matter.vl.advices.advise(asked, FAVOURABLE, agreement_needed=False, by=INSPECTOR)
    without = watched.step("ba").status
    matter.wait(hours=1)
    again = matter.received(renews=asked)
    matter.vl.advices.advise(again, FAVOURABLE, by=INSPECTOR)

    assert (S.SKIPPED, S.NEXT) == (without, watched.step("ba").status)
    assert S.DONE is watched.step("if.2").status


def test_an_unfavourable_advice_asks_a_reply(watched: Watched, matter: Matter) -> None:
    """It is given; the reply is named as what lacks, then as given."""
    asked = matter.received()
    matter.vl.advices.advise(asked, UNFAVOURABLE, by=INSPECTOR)
    before = watched.step("if").explanation
    matter.vl.appeals.reply(asked, "De kost is gedekt.", by=CABINET)

    assert "ongunstig, op 23 november 2026; een repliek is nodig" == before
    assert "repliek gegeven" in watched.step("if").explanation


def test_an_appeal_is_a_step_of_its_own(watched: Watched, matter: Matter) -> None:
    """The advice stays given while the minister looks at it, and after."""
    matter.propose(act=Act.INDIVIDUAL_MINISTERIAL, for_government=False)
    asked = matter.received()
    matter.vl.advices.advise(asked, UNFAVOURABLE, by=INSPECTOR)
    matter.wait(days=1)
    matter.vl.appeals.lodge(
        asked, minister=BUDGET, reason="De kost is klein", by=CABINET
    )
    running = watched.step("if.2")
    matter.wait(days=1)
    matter.vl.appeals.join(asked, by=BUDGET)
    joined = watched.step("if.2")

    assert (S.RUNNING, BUDGET.label) == (running.status, running.by)
    assert "Beroep tegen het advies" in running.label
    assert S.DONE is watched.step("if").status is joined.status


def test_a_refused_agreement_does_not_hold_up(watched: Watched, matter: Matter) -> None:
    """The minister may put to the government what was refused."""
    asked = matter.received()
    matter.vl.advices.advise(asked, FAVOURABLE, by=INSPECTOR)
    agreement = matter.vl.agreements.ask(asked, minister=BUDGET, by=CABINET).id
    matter.vl.agreements.receive(agreement, by=BUDGET)
    matter.vl.agreements.refuse(agreement, reason="Geen krediet", by=BUDGET)
    found = watched.step("ba")

    assert S.DONE is found.status
    assert "geweigerd; de minister kan het aan de regering voorleggen" in (
        found.explanation
    )


def test_language_again_after_the_first_approval(
    watched: Watched, matter: Matter
) -> None:
    """The same question belongs to the later stage once the government approved."""
    matter.propose(act=Act.REGULATORY_DECISION)
    asked = {"body": Body.WT, "adviser": WT}
    first_time = matter.received(**asked)
    matter.vl.advices.advise(first_time, FAVOURABLE, by=WT)
    watched.approved(StepKind.PRINCIPLE_APPROVAL)
    matter.wait(days=1)
    matter.ask(**asked)

    assert S.DONE is watched.step("wt").status
    assert S.RUNNING is watched.step("wt-again").status
