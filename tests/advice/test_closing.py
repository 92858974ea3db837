"""A dossier that is closed has no question that is open."""

from __future__ import annotations

import pytest

from digivl.advice.agreement import AGREEMENT
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.request import ADVICE, AdviceState
from digivl.dossiers.model import DossierState
from digivl.errors import StepNotAllowedError
from digivl.records.port import Query
from digivl.testing.council import CABINET, INSPECTOR, SECRETARIAT
from digivl.testing.matter import BUDGET, Matter


def still_open(matter: Matter) -> list[str]:
    """Questions of the dossier that are open."""
    rows = matter.vl.book.rows(Query(dossier=matter.dossier, open=True))
    return [row.ref.id for row in rows if row.ref.kind in {ADVICE.name, AGREEMENT.name}]


def test_drafts_end_with_their_dossier(matter: Matter) -> None:
    """Nobody was asked yet: who closes takes them back, and the book says why."""
    drafts = [matter.ask(submit=False, body=body).id for body in (Body.IF, Body.WT)]
    elsewhere = Matter.opened(matter.council).ask(submit=False).id

    matter.vl.dossiers.close(matter.dossier, by=SECRETARIAT, reason="zonder voorwerp")

    for it in drafts:
        entry = matter.vl.advices.read(it)
        assert AdviceState.WITHDRAWN is entry.record.state
        assert (SECRETARIAT, "het dossier is afgesloten") == (entry.actor, entry.reason)
    assert [] == still_open(matter)
    assert AdviceState.CONCEPT is matter.vl.advices.read(elsewhere).record.state
    with pytest.raises(StepNotAllowedError):
        matter.vl.advices.submit(drafts[0], by=CABINET)


def test_what_was_asked_keeps_a_dossier_open(matter: Matter) -> None:
    """Whoever has it: the adviser, or who asked and has to complete it."""
    it, close = matter.ask().id, matter.vl.dossiers.close
    draft = matter.ask(submit=False, body=Body.WT).id
    with pytest.raises(StepNotAllowedError, match=f"nog bij {INSPECTOR}"):
        close(matter.dossier, by=CABINET)
    matter.vl.advices.send_back(it, lacks=["x"], by=INSPECTOR)
    matter.vl.advices.edit(it, documents=matter.documents, by=CABINET)
    with pytest.raises(StepNotAllowedError, match=f"nog bij {CABINET}"):
        close(matter.dossier, by=CABINET)
    assert AdviceState.CONCEPT is matter.vl.advices.read(draft).record.state

    matter.vl.advices.withdraw(it, by=CABINET)
    closed = close(matter.dossier, by=CABINET).record

    assert DossierState.CLOSED is closed.state
    assert [] == still_open(matter)


def test_so_does_an_agreement(matter: Matter) -> None:
    """It has no draft: it is asked, or it is not there."""
    it = matter.received()
    matter.vl.advices.advise(it, AdviceOutcome.FAVOURABLE, by=INSPECTOR)
    asked = matter.vl.agreements.ask(it, minister=BUDGET, by=CABINET)
    with pytest.raises(StepNotAllowedError, match=f"nog bij {BUDGET}"):
        matter.vl.dossiers.close(matter.dossier, by=CABINET)

    matter.vl.agreements.withdraw(asked.id, by=CABINET)
    matter.vl.dossiers.close(matter.dossier, by=CABINET)

    assert [] == still_open(matter)
