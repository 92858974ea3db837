"""Who has a question to answer is not asked it once more, unless to take its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from digivl.advice.agreement import AgreementState
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.request import ADVICE, AdviceState
from digivl.custody.model import CustodyState
from digivl.errors import AlreadyAskedError
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party, Role
from digivl.testing.council import CABINET, INSPECTOR
from digivl.testing.matter import BUDGET, BVR, MINISTER, Matter

FAVOURABLE = AdviceOutcome.FAVOURABLE
COUNCIL = Party("serv", "SERV", Role.GOVERNMENT_BODY)
OTHER_COUNCIL = Party("minaraad", "Minaraad", Role.GOVERNMENT_BODY)
OTHER_INSPECTOR = attrs.evolve(INSPECTOR, id="if-2")


def held(matter: Matter, subject: Ref) -> tuple[str, CustodyState]:
    """Who has something, and whether it still has to be done."""
    custody = matter.vl.custody.of(subject).record
    return custody.holder.id, custody.state


@pytest.mark.parametrize("how", [{}, {"adviser": OTHER_INSPECTOR}, {"body": Body.WT}])
def test_the_same_is_asked_once(how: dict[str, Any], matter: Matter) -> None:
    """The refusal names the question that waits; also for a draft that is submitted."""
    it = matter.ask(**how)
    drafted = matter.ask(submit=False, **how).id

    acts: tuple[Callable[[], object], ...] = (
        lambda: matter.ask(**how),
        lambda: matter.vl.advices.submit(drafted, by=CABINET),
    )
    for again in acts:
        with pytest.raises(AlreadyAskedError, match=str(it.ref)) as refused:
            again()
        assert str(it.ref) == refused.value.question
        assert "renew" in refused.value.hint
    assert 2 == len(matter.vl.advices.of(matter.dossier))


def test_until_it_is_answered_it_waits(matter: Matter) -> None:
    """What was sent back to be completed does too; what ended does not."""
    it, advices = matter.received(), matter.vl.advices
    advices.inquire(it, "?", by=INSPECTOR)
    with pytest.raises(AlreadyAskedError):
        matter.ask()
    advices.answer(it, "x", by=CABINET)
    advices.send_back(it, lacks=["x"], by=INSPECTOR)
    advices.edit(it, documents=matter.documents, by=CABINET)
    with pytest.raises(AlreadyAskedError):
        matter.ask()

    advices.submit(it, by=CABINET)
    advices.receive(it, by=INSPECTOR)
    advices.advise(it, FAVOURABLE, by=INSPECTOR)

    assert AdviceState.SUBMITTED is matter.ask().record.state


def test_another_text_is_another_question(matter: Matter) -> None:
    """Beside the same nota; one document more of the same is not."""
    other = matter.council.document(matter.dossier, "Ander besluit", type=BVR)
    ask = matter.vl.advices.ask
    usual: dict[str, Any] = {"adviser": INSPECTOR, "by": CABINET}
    matter.ask()

    beside = ask(matter.dossier, documents=[matter.nota, other], **usual).record

    assert AdviceState.SUBMITTED is beside.state
    with pytest.raises(AlreadyAskedError):
        ask(matter.dossier, documents=[*matter.documents, other], **usual)


@pytest.mark.parametrize("body", [Body.SAR, Body.NEGOTIATION, Body.VTC])
def test_each_council_is_asked(body: Body, matter: Matter) -> None:
    """Of some bodies there are several, each with its own field."""
    first = matter.ask(body=body, adviser=COUNCIL)

    matter.ask(body=body, adviser=OTHER_COUNCIL)

    with pytest.raises(AlreadyAskedError, match=first.id):
        matter.ask(body=body, adviser=COUNCIL)


def test_a_renewal_ends_what_waits(matter: Matter) -> None:
    """In one act: its state, who has it, and in the book why."""
    it = matter.received()

    again = matter.ask(renews=it, adviser=OTHER_INSPECTOR)

    ended = matter.vl.advices.read(it)
    assert AdviceState.WITHDRAWN is ended.record.state
    assert (CABINET, again.at) == (ended.actor, ended.at)
    assert str(again.ref) in ended.reason
    assert (INSPECTOR.id, CustodyState.CLOSED) == held(matter, ADVICE.ref(it))
    assert (OTHER_INSPECTOR.id, CustodyState.HELD) == held(matter, again.ref)
    assert (OTHER_INSPECTOR.id, "advies geven") == matter.holder()


def test_the_dossier_stays_where_it_is_for_something_else(matter: Matter) -> None:
    """With who has it for another question; with the adviser that is asked again."""
    it = matter.ask(body=Body.WT, adviser=COUNCIL).id
    matter.ask()
    assert (COUNCIL.id, "advies geven") == matter.holder()

    again = matter.ask(body=Body.WT, adviser=COUNCIL, renews=it).id
    assert (COUNCIL.id, "advies geven") == matter.holder()
    matter.vl.custody.take_over(ADVICE.ref(again), by=CABINET, reason="x")
    matter.ask(body=Body.WT, adviser=OTHER_COUNCIL, renews=again)

    assert (OTHER_COUNCIL.id, "advies geven") == matter.holder()


@pytest.mark.parametrize("sent_back", [True, False])
def test_a_draft_ends_it_once_it_is_submitted(
    *, sent_back: bool, matter: Matter
) -> None:
    """Until then what it renews waits for its answer, or to be completed."""
    it, advices = matter.received(), matter.vl.advices
    if sent_back:
        advices.send_back(it, lacks=["x"], by=INSPECTOR)
    before = advices.read(it)
    draft = matter.ask(renews=it, submit=False).id
    assert before == advices.read(it)

    advices.submit(draft, by=CABINET)

    assert AdviceState.WITHDRAWN is advices.read(it).record.state
    assert (INSPECTOR.id, "advies geven") == matter.holder()


def test_a_draft_is_renewed_too(matter: Matter) -> None:
    """Nobody had it, and nobody has it."""
    draft = matter.ask(submit=False).id

    again = matter.ask(renews=draft)

    assert AdviceState.WITHDRAWN is matter.vl.advices.read(draft).record.state
    assert (INSPECTOR.id, CustodyState.HELD) == held(matter, again.ref)


def test_what_was_answered_stays_what_it_is(matter: Matter) -> None:
    """Also while the minister of budget rules on the appeal against it."""
    matter.propose(for_government=False)
    it = matter.received()
    matter.vl.advices.advise(it, AdviceOutcome.UNFAVOURABLE, by=INSPECTOR)
    matter.vl.appeals.lodge(it, minister=BUDGET, reason="x", by=CABINET)

    matter.ask(renews=it)

    assert AdviceState.APPEALED is matter.vl.advices.read(it).record.state
    matter.vl.appeals.join(it, by=BUDGET)


def test_an_agreement_is_asked_once_too(matter: Matter) -> None:
    """And a renewal ends the one that waits; on staff, two can be asked."""
    it, agreements = matter.received(), matter.vl.agreements
    matter.vl.advices.advise(it, FAVOURABLE, by=INSPECTOR)
    asked = agreements.ask(it, minister=BUDGET, by=CABINET)
    with pytest.raises(AlreadyAskedError, match=asked.id):
        agreements.ask(it, minister=BUDGET, by=CABINET)

    again = agreements.ask(it, minister=BUDGET, renews=asked.id, by=CABINET)

    ended = agreements.read(asked.id)
    assert AgreementState.WITHDRAWN is ended.record.state
    assert str(again.ref) in ended.reason
    assert (BUDGET.id, CustodyState.CLOSED) == held(matter, asked.ref)
    assert (BUDGET.id, "begrotingsakkoord geven") == matter.holder()
    for minister in (attrs.evolve(MINISTER, id="bz", minister=None), COUNCIL):
        agreements.ask(it, minister=minister, body=Body.BZ, by=CABINET)
