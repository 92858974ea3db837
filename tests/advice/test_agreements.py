"""Agreements of ministers: on the budget, and on staff."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest

from digivl.advice.agreement import AGREEMENT, AgreementState
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.budget import StaffImpact
from digivl.errors import (
    MalformedError,
    NotAllowedError,
    NotReadyError,
    StepNotAllowedError,
)
from digivl.kernel.money import Euro
from digivl.testing.council import CABINET, INSPECTOR, OTHER_CABINET
from digivl.testing.matter import BUDGET, Matter

FAVOURABLE = AdviceOutcome.FAVOURABLE


def advised(matter: Matter, outcome: AdviceOutcome = FAVOURABLE) -> str:
    """Id of a request that was answered."""
    it = matter.received()
    return matter.vl.advices.advise(it, outcome, by=INSPECTOR).id


def asked(matter: Matter, **how: Any) -> str:
    """Id of an agreement that was asked after a favourable advice."""
    usual: dict[str, Any] = {"minister": BUDGET, "by": CABINET}
    return matter.vl.agreements.ask(advised(matter), **(usual | how)).id


def received(matter: Matter) -> str:
    """Id of an agreement that the minister has received."""
    return matter.vl.agreements.receive(asked(matter), by=BUDGET).id


def test_the_minister_has_it(matter: Matter) -> None:
    """From asking on; the term of twelve working days starts on receipt."""
    it = asked(matter)
    assert (BUDGET.id, "begrotingsakkoord geven") == matter.holder()

    got = matter.vl.agreements.receive(it, by=BUDGET).record

    due = datetime(2026, 12, 9, 22, 59, 59, 999_999, tzinfo=UTC)
    assert (AgreementState.RECEIVED, due) == (got.state, got.due)


def test_granted(matter: Matter) -> None:
    """The asker has it again; conditions can be met later."""
    it = received(matter)
    grant = matter.vl.agreements.agree

    granted = grant(it, conditions=["binnen de kredieten"], by=BUDGET).record
    met = matter.vl.agreements.meet(it, 1, matter.nota, by=CABINET).record

    assert AgreementState.AGREED is granted.state
    assert (CABINET.id, "agenderen") == matter.holder()
    assert met.ruling is not None
    assert [matter.nota] == [one.met_by for one in met.ruling.conditions]


def test_refused(matter: Matter) -> None:
    """With a reason; the proposal can still go to the government."""
    it = received(matter)
    with pytest.raises(MalformedError, match="has a reason"):
        matter.vl.agreements.refuse(it, reason=" ", by=BUDGET)

    refused = matter.vl.agreements.refuse(it, reason="geen krediet", by=BUDGET)

    assert AgreementState.REFUSED is refused.record.state
    assert (CABINET.id, "voorleggen aan de Vlaamse Regering") == matter.holder()


def test_completing_stops_the_term(matter: Matter) -> None:
    """What is added belongs to what the agreement rests on from then on."""
    it, agreements = received(matter), matter.vl.agreements
    matter.wait(days=1)
    assert agreements.inquire(it, "Waar is 2027?", by=BUDGET).record.due is None
    assert (CABINET.id, "het dossier vervolledigen") == matter.holder()
    (line,) = matter.vl.proposals.read(matter.dossier).record.lines
    more = (line, attrs.evolve(line, year=2027))
    matter.propose(lines=more)

    matter.wait(days=1)
    completed = agreements.answer(it, "Bijgevoegd.", by=CABINET).record

    assert more == completed.basis.lines
    due = datetime(2026, 12, 10, 22, 59, 59, 999_999, tzinfo=UTC)
    assert due == completed.due
    assert BUDGET.id == matter.holder()[0]


def test_not_before_the_advice(matter: Matter) -> None:
    """The minister is not asked before the inspector has answered."""
    it = matter.received()

    with pytest.raises(NotReadyError, match="IF: het advies"):
        matter.vl.agreements.ask(it, minister=BUDGET, by=CABINET)
    assert INSPECTOR.id == matter.holder()[0]


def test_an_unfavourable_advice_is_replied_to_first(matter: Matter) -> None:
    """The request carries the reply."""
    it = advised(matter, AdviceOutcome.UNFAVOURABLE)
    with pytest.raises(NotReadyError, match="Repliek"):
        matter.vl.agreements.ask(it, minister=BUDGET, by=CABINET)

    matter.vl.appeals.reply(it, "De raming is gehalveerd.", by=CABINET)

    asked = matter.vl.agreements.ask(it, minister=BUDGET, by=CABINET)
    assert AgreementState.SUBMITTED is asked.record.state


def test_following_years_are_told(matter: Matter) -> None:
    """What comes back every year says what it costs the next one, to the budget."""
    (line,) = matter.vl.proposals.read(matter.dossier).record.lines
    matter.propose(lines=(attrs.evolve(line, recurrent=True),))
    it = advised(matter)
    with pytest.raises(NotReadyError, match="Volgende jaren"):
        matter.vl.agreements.ask(it, minister=BUDGET, by=CABINET)

    more = attrs.evolve(line, recurrent=True)
    matter.propose(lines=(more, attrs.evolve(more, year=2027, vak=Euro(1))))

    asked = matter.vl.agreements.ask(it, minister=BUDGET, by=CABINET)
    assert AgreementState.SUBMITTED is asked.record.state


def test_staff_is_told_to_bestuurszaken(matter: Matter) -> None:
    """More staff is split by function, statutory or contractual."""
    matter.propose(more_staff=True)
    it, ask = advised(matter), matter.vl.agreements.ask
    minister = attrs.evolve(BUDGET, id="bestuurszaken")
    with pytest.raises(NotReadyError, match="Personeel"):
        ask(it, minister=minister, body=Body.BZ, by=CABINET)

    staff = StaffImpact(fte=Decimal("1.5"), function="adviseur", statutory=True)
    matter.propose(staff=(staff,))

    given = ask(it, minister=minister, body=Body.BZ, by=CABINET).record
    assert Body.BZ is given.body


def test_advice_is_not_agreed_to(matter: Matter) -> None:
    """Who advises is asked an advice, and who agrees an agreement."""
    it = advised(matter)

    with pytest.raises(MalformedError, match="is advised, not agreed to"):
        matter.vl.agreements.ask(it, minister=BUDGET, body=Body.WT, by=CABINET)
    with pytest.raises(MalformedError, match="is agreed to, not advised"):
        matter.ask(body=Body.BA)


def test_decided_once(matter: Matter) -> None:
    """Not before it was received, and not twice."""
    it, agreements = asked(matter), matter.vl.agreements

    with pytest.raises(StepNotAllowedError, match="agree"):
        agreements.agree(it, by=BUDGET)
    agreements.receive(it, by=BUDGET)
    agreements.refuse(it, reason="neen", by=BUDGET)
    with pytest.raises(StepNotAllowedError, match="agree"):
        agreements.agree(it, by=BUDGET)


def test_who_may(matter: Matter) -> None:
    """Who has it decides; who asked withdraws; a stranger is told nothing."""
    it, agreements = received(matter), matter.vl.agreements

    for name in (it, "bestaat-niet"):
        for stranger in (OTHER_CABINET, CABINET):
            with pytest.raises(NotAllowedError):
                agreements.agree(name, by=stranger)
        with pytest.raises(NotAllowedError):
            agreements.withdraw(name, by=OTHER_CABINET)
    agreements.withdraw(it, by=CABINET)

    assert AgreementState.WITHDRAWN is agreements.read(it).record.state
    assert not matter.vl.book.read(AGREEMENT, it).record.is_open
    assert CABINET.id == matter.holder()[0]
