"""Requests for advice: from draft to answer, and what stops the term."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from digivl.advice.body import AdviceAspect, AdviceOutcome, Body
from digivl.advice.clock import Clock
from digivl.advice.request import ADVICE, AdviceState, AspectRemark
from digivl.custody.model import CUSTODY, CustodyState
from digivl.errors import (
    MalformedError,
    NotAllowedError,
    NotFoundError,
    NotReadyError,
    StepNotAllowedError,
)
from digivl.kernel.parties import Party, Role
from digivl.testing.council import CABINET, INSPECTOR, OTHER_CABINET, SECRETARIAT
from digivl.testing.matter import MINISTER, Matter

FAVOURABLE = AdviceOutcome.FAVOURABLE
#: Twelve working days after Monday 23 November 2026.
DUE = datetime(2026, 12, 9, 22, 59, 59, 999_999, tzinfo=UTC)


def clock(matter: Matter, it: str) -> Clock:
    """The clock of a request."""
    found = matter.vl.advices.read(it).record.clock
    assert found is not None
    return found


def test_asking_gives_the_dossier_to_the_adviser(matter: Matter) -> None:
    """From the moment it is asked, not from receipt."""
    asked = matter.ask()

    assert AdviceState.SUBMITTED is asked.record.state
    assert (INSPECTOR.id, "advies geven") == matter.holder()


def test_it_rests_on_versions_and_lines(matter: Matter) -> None:
    """On the documents as they are now, by hash, and on the lines of the proposal."""
    asked = matter.ask().record
    latest = [matter.vl.documents.read(d).record.latest for d in matter.documents]

    assert [v.sha256 for v in latest] == [p.sha256 for p in asked.basis.pieces]
    assert matter.vl.proposals.read(matter.dossier).record.lines == asked.basis.lines


def test_the_term_starts_on_receipt(matter: Matter) -> None:
    """Twelve working days, to the end of the last one in Brussels; its rule stays."""
    it = matter.received()

    custody = matter.vl.custody.of(ADVICE.ref(it)).record
    found = matter.vl.advices.read(it).record
    assert (DUE, DUE) == (found.due, custody.due)
    assert matter.vl.rules.sha256 == clock(matter, it).rules
    assert clock(matter, it).term.legal_basis


@pytest.mark.parametrize(
    ("facts", "documents", "lacking"),
    [
        ({}, ["nota"], "Ontwerp"),
        ({}, ["draft"], "Nota"),
        ({"lines": ()}, ["nota", "draft"], "Begrotingslijnen"),
        ({"lines": (), "budget_impact": None}, ["nota", "draft"], "Weerslag"),
    ],
)
def test_what_is_not_complete_is_not_submitted(
    facts: dict[str, Any], documents: list[str], lacking: str, matter: Matter
) -> None:
    """What an inspector would send back is said before; a draft may lack it."""
    matter.propose(**facts)
    how: dict[str, Any] = {
        "documents": [getattr(matter, name) for name in documents],
        "adviser": INSPECTOR,
        "by": CABINET,
    }

    with pytest.raises(NotReadyError) as refused:
        matter.vl.advices.ask(matter.dossier, **how)

    assert [lacking] == [name for name, _ in refused.value.missing]
    draft = matter.vl.advices.ask(matter.dossier, submit=False, **how)
    assert [lacking] == [lack.name for lack in matter.vl.advices.lacks(draft.id)]
    with pytest.raises(NotReadyError):
        matter.vl.advices.submit(draft.id, by=CABINET)


def test_a_draft_waits_for_its_maker(matter: Matter) -> None:
    """Nobody else has it, until it is completed and submitted."""
    advices = matter.vl.advices
    draft = advices.ask(
        matter.dossier,
        documents=[matter.nota],
        adviser=INSPECTOR,
        by=CABINET,
        submit=False,
    )
    assert CABINET.id == matter.holder()[0]
    with pytest.raises(NotAllowedError):
        advices.receive(draft.id, by=INSPECTOR)

    advices.edit(draft.id, documents=matter.documents, by=CABINET)
    submitted = advices.submit(draft.id, by=CABINET).record

    assert (1, AdviceState.SUBMITTED) == (submitted.submission, submitted.state)
    assert INSPECTOR.id == matter.holder()[0]


def test_what_nobody_described_is_not_asked(matter: Matter) -> None:
    """Without a proposal nobody can say what has to be advised on."""
    other = matter.vl.dossiers.open("Iets anders", by=CABINET).id
    document = matter.council.document(other)

    with pytest.raises(NotReadyError, match="Voorstel"):
        matter.vl.advices.ask(
            other, documents=[document], adviser=INSPECTOR, by=CABINET
        )


def test_sent_back_and_submitted_again(matter: Matter) -> None:
    """The term is void; the next submission has one of its own, from its receipt."""
    it, advices = matter.received(), matter.vl.advices
    back = advices.send_back(it, lacks=["de memorie"], by=INSPECTOR)
    assert (("de memorie",), None) == (back.record.lacks, back.record.due)
    assert (CABINET.id, "aanvullen en opnieuw indienen") == matter.holder()

    matter.wait(days=7)
    advices.edit(it, documents=matter.documents, by=CABINET)
    again = advices.submit(it, by=CABINET).record
    advices.receive(it, by=INSPECTOR)

    assert (2, ()) == (again.submission, again.lacks)
    assert datetime(2026, 12, 16, 22, 59, 59, 999_999, tzinfo=UTC) == (
        advices.read(it).record.due
    )
    with pytest.raises(MalformedError, match="say what"):
        advices.send_back(it, lacks=[], by=INSPECTOR)


def test_a_question_stops_the_term(matter: Matter) -> None:
    """Day 3 is used, the day of the answer is not: nine working days are left."""
    it, advices = matter.received(), matter.vl.advices
    matter.wait(days=3)  # Thursday 26 November, day 3
    asked = advices.inquire(it, "Hoeveel kost het in 2028?", by=INSPECTOR)
    assert asked.record.due is None
    assert (CABINET.id, "inlichtingen geven") == matter.holder()

    matter.wait(days=5)  # Tuesday 1 December
    answered = advices.answer(it, "Evenveel.", by=CABINET).record

    assert datetime(2026, 12, 14, 22, 59, 59, 999_999, tzinfo=UTC) == answered.due
    assert "Evenveel." == answered.inquiries[0].answer
    assert (INSPECTOR.id, "advies geven") == matter.holder()


def test_urgency_is_for_the_minister(matter: Matter) -> None:
    """Four working days from the same receipt; nobody else can invoke it."""
    it, urge = matter.received(), matter.vl.advices.urge
    for other in (CABINET, OTHER_CABINET, INSPECTOR, SECRETARIAT):
        with pytest.raises(NotAllowedError):
            urge(it, reason="brand", by=other)
    with pytest.raises(MalformedError, match="reason"):
        urge(it, reason=" ", by=MINISTER)
    with pytest.raises(MalformedError, match="4 to 12 days"):
        urge(it, reason="brand", days=3, by=MINISTER)

    urgent = urge(it, reason="De school opent maandag.", by=MINISTER)

    assert datetime(2026, 11, 27, 22, 59, 59, 999_999, tzinfo=UTC) == (
        urgent.record.due
    )
    assert (INSPECTOR.id, "advies geven") == matter.holder()
    assert matter.vl.custody.of(ADVICE.ref(it)).record.due == urgent.record.due


def test_urgency_leaves_time_to_answer(matter: Matter) -> None:
    """Also when it is invoked late: four working days from then on."""
    it = matter.received()
    matter.wait(days=8)  # Tuesday 1 December

    urgent = matter.vl.advices.urge(it, reason="brand", by=MINISTER).record

    assert datetime(2026, 12, 7, 22, 59, 59, 999_999, tzinfo=UTC) == urgent.due


def test_a_longer_term_by_consent(matter: Matter) -> None:
    """Only where the rule knows it: for the advice on language and technique."""
    service = Party("wt", "Wetgevingstechniek", Role.GOVERNMENT_BODY)
    longer = matter.received(body=Body.WT, adviser=service)
    extend = matter.vl.advices.extend

    extended = extend(longer, days=3, reason="omvangrijk", by=CABINET)

    assert datetime(2026, 12, 14, 22, 59, 59, 999_999, tzinfo=UTC) == (
        extended.record.due
    )
    with pytest.raises(MalformedError, match="one day more"):
        extend(longer, days=0, reason="x", by=CABINET)
    with pytest.raises(MalformedError, match="knows no longer term"):
        extend(matter.received(), days=3, reason="x", by=CABINET)


def test_advice_gives_it_back_to_who_asked(matter: Matter) -> None:
    """With its aspects, conditions and what it says of the budget agreement."""
    it = matter.received()
    remark = AspectRemark(aspect=AdviceAspect.LEGALITY, text="In orde.")

    given = matter.vl.advices.advise(
        it,
        AdviceOutcome.FAVOURABLE_ON_CONDITIONS,
        aspects=[remark],
        conditions=["eerst de nota aanpassen"],
        document=matter.nota,
        by=INSPECTOR,
    ).record.advice

    assert given is not None
    assert ((remark,), True) == (given.aspects, given.agreement_needed)
    assert ["eerst de nota aanpassen"] == [one.text for one in given.conditions]
    assert (CABINET.id, "begrotingsakkoord vragen") == matter.holder()
    assert CustodyState.CLOSED is matter.vl.custody.of(ADVICE.ref(it)).record.state


def test_a_condition_is_met_by_a_document(matter: Matter) -> None:
    """Which one, stays with the condition."""
    it, advices = matter.received(), matter.vl.advices
    on_conditions = AdviceOutcome.FAVOURABLE_ON_CONDITIONS
    advices.advise(it, on_conditions, conditions=["a", "b"], by=INSPECTOR)

    met = advices.meet(it, 2, matter.draft, by=CABINET).record.advice

    assert met is not None
    assert [None, matter.draft] == [one.met_by for one in met.conditions]
    with pytest.raises(MalformedError, match="no condition 3"):
        advices.meet(it, 3, matter.draft, by=CABINET)
    with pytest.raises(NotFoundError):
        advices.meet(it, 1, "elders", by=CABINET)


@pytest.mark.parametrize("outcome", AdviceOutcome)
def test_conditions_go_with_their_outcome(
    outcome: AdviceOutcome, matter: Matter
) -> None:
    """Conditions without that outcome, or that outcome without, is refused."""
    it = matter.received()
    conditional = outcome is AdviceOutcome.FAVOURABLE_ON_CONDITIONS
    conditions = [] if conditional else ["x"]

    with pytest.raises(MalformedError, match="conditions go with"):
        matter.vl.advices.advise(it, outcome, conditions=conditions, by=INSPECTOR)


def test_the_order_of_the_acts(matter: Matter) -> None:
    """Received once, advised once, and not advised before it was received."""
    it, advices = matter.ask().id, matter.vl.advices

    with pytest.raises(StepNotAllowedError, match="advise"):
        advices.advise(it, FAVOURABLE, by=INSPECTOR)
    advices.receive(it, by=INSPECTOR)
    with pytest.raises(StepNotAllowedError, match="receive"):
        advices.receive(it, by=INSPECTOR)
    advices.advise(it, FAVOURABLE, by=INSPECTOR)
    with pytest.raises(StepNotAllowedError, match="advise"):
        advices.advise(it, FAVOURABLE, by=INSPECTOR)


def test_withdrawn(matter: Matter) -> None:
    """The asker has it again, and the adviser has nothing to do."""
    it = matter.received()

    matter.vl.advices.withdraw(it, by=CABINET, reason="niet meer nodig")

    assert CABINET.id == matter.holder()[0]
    assert [] == list(matter.vl.custody.worklist(holder=INSPECTOR.id))


ACTS: dict[str, Callable[[Matter, str, Party], object]] = {
    "ask": lambda m, _, by: m.ask(by=by),
    "edit": lambda m, it, by: m.vl.advices.edit(it, documents=m.documents, by=by),
    "withdraw": lambda m, it, by: m.vl.advices.withdraw(it, by=by),
    "receive": lambda m, it, by: m.vl.advices.receive(it, by=by),
    "advise": lambda m, it, by: m.vl.advices.advise(it, FAVOURABLE, by=by),
    "ask information": lambda m, it, by: m.vl.advices.inquire(it, "?", by=by),
    "send back": lambda m, it, by: m.vl.advices.send_back(it, lacks=["x"], by=by),
    "describe": lambda m, _, by: m.vl.proposals.describe(
        m.vl.proposals.read(m.dossier).record, by=by
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_who_may(act: str, matter: Matter) -> None:
    """A stranger may nothing, and is not told whether there is such a request."""
    it = matter.ask().id
    before = matter.vl.advices.read(it)

    for name in (it, "bestaat-niet"):
        with pytest.raises(NotAllowedError):
            ACTS[act](matter, name, OTHER_CABINET)

    assert before == matter.vl.advices.read(it)
    held = matter.vl.book.read(CUSTODY, f"advice:{it}").record
    assert INSPECTOR == held.holder


def test_a_body_of_the_administration_asks_for_its_minister(matter: Matter) -> None:
    """Whom the head of an agency authorised may ask advice, and no agreement."""
    agency = Party(
        "OVO000002", "Agentschap", Role.GOVERNMENT_BODY, minister="minister-1"
    )
    it = matter.ask(by=agency).id
    matter.vl.advices.receive(it, by=INSPECTOR)
    matter.vl.advices.advise(it, FAVOURABLE, by=INSPECTOR)

    with pytest.raises(NotAllowedError):
        matter.vl.agreements.ask(it, minister=MINISTER, by=agency)


def test_the_end_of_a_term_is_explained(matter: Matter) -> None:
    """Step by step, with the rule that set it; nothing where no term runs."""
    it, advices = matter.received(), matter.vl.advices
    matter.wait(days=1)
    advices.inquire(it, "?", by=INSPECTOR)
    matter.wait(days=3)
    due = advices.answer(it, "x", by=CABINET).record.due

    explained = advices.explain(it)

    assert explained is not None
    assert due == explained.due
    assert clock(matter, it).term.id in explained.text
    advices.withdraw(it, by=CABINET)
    assert advices.explain(matter.ask().id) is None
