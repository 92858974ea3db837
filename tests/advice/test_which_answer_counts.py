"""Which answer counts at the gate, and for which question."""

from __future__ import annotations

import attrs
import pytest

from digivl.advice.agreement import AgreementState
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.judging import outcome_of
from digivl.dossiers.gate import Requirement
from digivl.dossiers.model import StepKind
from digivl.errors import NotFoundError, NotReadyError
from digivl.kernel.money import Euro
from digivl.testing.council import CABINET, INSPECTOR
from digivl.testing.matter import BUDGET, BVR, Matter

FAVOURABLE = AdviceOutcome.FAVOURABLE
UNFAVOURABLE = AdviceOutcome.UNFAVOURABLE


def found(matter: Matter, name: str, step: str | None = None) -> Requirement:
    """One requirement."""
    all_of_them = matter.vl.readiness.requirements(matter.dossier, step)
    return next(one for one in all_of_them if one.name == name)


def appealed(matter: Matter) -> str:
    """Id of a request whose advice the minister of budget has to rule on."""
    matter.propose(for_government=False)
    it = matter.received()
    matter.vl.advices.advise(it, UNFAVOURABLE, by=INSPECTOR)
    return matter.vl.appeals.lodge(it, minister=BUDGET, reason="x", by=CABINET).id


def test_what_was_asked_last_counts(matter: Matter) -> None:
    """By when it was submitted, not by when it was drafted."""
    prepared, advices = matter.ask(submit=False).id, matter.vl.advices
    matter.wait(hours=1)
    advices.advise(matter.received(), FAVOURABLE, by=INSPECTOR)
    matter.wait(hours=1)
    advices.submit(prepared, by=CABINET)
    assert "PENDING" == matter.gate()["IF"]

    advices.receive(prepared, by=INSPECTOR)
    advices.advise(prepared, UNFAVOURABLE, by=INSPECTOR)

    assert "MISSING" == matter.gate()["IF"]


def test_an_agreement_rests_on_advice_of_the_inspectie(matter: Matter) -> None:
    """Another advice does not stand for it."""
    other = matter.received(body=Body.WT)
    matter.vl.advices.advise(other, FAVOURABLE, by=INSPECTOR)

    with pytest.raises(NotReadyError, match="IF: het advies van de Inspectie"):
        matter.vl.agreements.ask(other, minister=BUDGET, by=CABINET)


def test_an_appeal_waits_for_the_minister(matter: Matter) -> None:
    """Not for the inspector, who has answered; no agreement is asked meanwhile."""
    it = appealed(matter)

    waiting = found(matter, "IF")

    assert ("PENDING", BUDGET.label) == (waiting.status.name, waiting.whom)
    assert waiting.explanation.startswith(f"in beroep bij {BUDGET}, tot ")
    with pytest.raises(NotReadyError, match="Beroep"):
        matter.vl.agreements.ask(it, minister=BUDGET, by=CABINET)


@pytest.mark.parametrize("ruling", ["join", "confirm"])
def test_an_appeal_stands_for_the_reply(ruling: str, matter: Matter) -> None:
    """Once it is ruled on the budget agreement can be asked, as the gate asks it."""
    it = appealed(matter)

    getattr(matter.vl.appeals, ruling)(it, by=BUDGET)

    matter.propose(for_government=True)
    asked = matter.vl.agreements.ask(it, minister=BUDGET, by=CABINET)
    assert AgreementState.SUBMITTED is asked.record.state


def test_what_is_not_required_any_more_keeps_nothing_waiting(matter: Matter) -> None:
    """An agreement on an advice that another took the place of, which asks none."""
    first = matter.received()
    matter.vl.advices.advise(first, FAVOURABLE, by=INSPECTOR)
    agreement = matter.vl.agreements.ask(first, minister=BUDGET, by=CABINET).id
    matter.vl.agreements.receive(agreement, by=BUDGET)
    matter.vl.agreements.agree(agreement, by=BUDGET)
    (line,) = matter.vl.proposals.read(matter.dossier).record.lines
    matter.propose(lines=(attrs.evolve(line, vak=Euro(1)),))
    assert found(matter, "BA").blocking
    matter.wait(hours=1)

    again = matter.received(renews=first)
    matter.vl.advices.advise(again, FAVOURABLE, agreement_needed=False, by=INSPECTOR)

    stale = found(matter, "BA")
    assert ("STALE", False) == (stale.status.name, stale.blocking)
    assert stale.explanation.endswith("; niet vereist")


def test_what_is_renewed_is_of_the_same_dossier(matter: Matter) -> None:
    """And to the same body; what is elsewhere is told as what is not there."""
    elsewhere = Matter.opened(matter.council).ask().id
    other = matter.ask(body=Body.WT).id
    for name in (elsewhere, other, "bestaat-niet", "x" * 100_000):
        with pytest.raises(NotFoundError, match="to renew"):
            matter.ask(renews=name)
    own = matter.received()
    matter.vl.advices.advise(own, FAVOURABLE, by=INSPECTOR)

    with pytest.raises(NotFoundError, match="to renew"):
        matter.vl.agreements.ask(own, minister=BUDGET, renews=own, by=CABINET)

    assert own == matter.ask(renews=own).record.renews


def test_silence_takes_the_place_of_what_was_concluded(matter: Matter) -> None:
    """An earlier conclusion exempts of nothing once the inspector was asked anew."""
    first = matter.received()
    matter.vl.advices.advise(first, FAVOURABLE, by=INSPECTOR)
    assert FAVOURABLE is outcome_of(matter.vl.advices.of(matter.dossier))
    matter.wait(hours=1)
    matter.received(renews=first)
    matter.wait(days=30)

    matter.vl.silences.establish()

    assert outcome_of(matter.vl.advices.of(matter.dossier)) is None


def test_another_draft_was_not_advised_on(matter: Matter) -> None:
    """A text that nobody saw opens no gate, though another one was advised on."""
    it = matter.received()
    matter.vl.advices.advise(it, FAVOURABLE, by=INSPECTOR)
    other = matter.council.document(matter.dossier, "Ander besluit", type=BVR)
    submit, kind = matter.vl.dossiers.submit, StepKind.FINAL_APPROVAL

    step = submit(matter.dossier, kind, documents=[matter.nota, other], by=CABINET).id

    stale = found(matter, "IF", step)
    assert ("STALE", True) == (stale.status.name, stale.blocking)
    assert stale.explanation.endswith("Ander besluit, niet voorgelegd")
