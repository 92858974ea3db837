"""Advice of the Inspectie van Financien and budget agreements; the gate they form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from digivl.advice.model import (
    ADVICE,
    AGREEMENT,
    AdviceOutcome,
    AdviceState,
    AgreementState,
    BudgetLine,
)
from digivl.dossiers.model import DOSSIER, StepKind
from digivl.errors import NotFoundError, NotReadyError, StepNotAllowedError
from digivl.kernel.money import Euro
from digivl.testing import route
from digivl.testing.route import Scene

At = Callable[..., Scene]
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
FAVOURABLE = AdviceOutcome.FAVOURABLE


def holder(scene: Scene) -> tuple[str, str]:
    """Who has the dossier, and what has to be done."""
    custody = scene.vl.custody.of(DOSSIER.ref(scene.dossier)).record
    return custody.holder.id, custody.next_step


def asked(scene: Scene) -> str:
    """Id of a new request for advice."""
    request = scene.vl.advices.ask(
        scene.dossier,
        documents=[scene.document],
        adviser=route.INSPECTOR,
        by=route.CABINET,
    )
    return request.id


def gate(scene: Scene) -> list[tuple[str, bool, str]]:
    """What the agenda needs: name, met, explanation."""
    requirements = scene.vl.advices.requirements(scene.dossier)
    return [(r.name, r.met, r.explanation) for r in requirements]


def test_asking_gives_the_dossier_to_the_inspector(scene_at: At) -> None:
    """Who is asked has the dossier from that moment, not from receipt."""
    scene = scene_at("opened")
    request = asked(scene)

    assert AdviceState.SUBMITTED is scene.vl.book.read(ADVICE, request).record.state
    assert (route.INSPECTOR.id, "advies geven") == holder(scene)


def test_lines_are_kept(scene_at: At) -> None:
    """The effect on the budget stands in the request, in whole cents."""
    scene = scene_at("opened")
    line = BudgetLine(
        year=2027,
        article="HB0-1HDJ2HB-WT",
        vak=Euro("10.50"),
        vek=Euro("-3"),
        recurrent=True,
    )
    request = scene.vl.advices.ask(
        scene.dossier,
        documents=[scene.document],
        lines=[line],
        adviser=route.INSPECTOR,
        by=route.CABINET,
    )

    assert (line,) == scene.vl.book.read(ADVICE, request.id).record.lines


def test_request_names_a_document(scene_at: At) -> None:
    """There is nothing to advise on without a document."""
    scene = scene_at("opened")

    with pytest.raises(ValueError, match="versions"):
        scene.vl.advices.ask(
            scene.dossier, documents=[], adviser=route.INSPECTOR, by=route.CABINET
        )
    assert (route.CABINET.id, "het dossier voorbereiden") == holder(scene)


@pytest.mark.parametrize("name", ["onzin", "0" * 64])
def test_request_names_documents_that_are_there(name: str, scene_at: At) -> None:
    """Advice rests on documents of the dossier, and on their versions of that day."""
    scene = scene_at("opened")

    with pytest.raises(NotFoundError, match="no document"):
        scene.vl.advices.ask(
            scene.dossier, documents=[name], adviser=route.INSPECTOR, by=route.CABINET
        )

    request = scene.vl.book.read(ADVICE, asked(scene)).record
    latest = scene.vl.documents.read(scene.document).record.latest
    assert (latest.sha256,) == request.versions


def test_documents_of_another_dossier_do_not_count(scene_at: At) -> None:
    """A document of one dossier cannot carry the advice or the step of another."""
    scene = scene_at("opened")
    other = scene.vl.dossiers.open("Een ander dossier", by=route.CABINET).id
    inspector, cabinet = route.INSPECTOR, route.CABINET

    with pytest.raises(NotFoundError, match="is not of dossier"):
        scene.vl.advices.ask(
            other, documents=[scene.document], adviser=inspector, by=cabinet
        )
    with pytest.raises(NotFoundError, match="is not of dossier"):
        scene.vl.dossiers.submit(
            other, StepKind.RATIFICATION, documents=[scene.document], by=cabinet
        )


def test_term_starts_on_receipt(scene_at: At) -> None:
    """Twelve working days after receipt, to the end of the last one in Brussels."""
    scene = scene_at("opened", clock=lambda: MONDAY)
    received = scene.vl.advices.receive(asked(scene), by=route.INSPECTOR).record

    due = datetime(2026, 12, 9, 22, 59, 59, 999_999, tzinfo=UTC)
    custody = scene.vl.custody.of(DOSSIER.ref(scene.dossier)).record
    assert (MONDAY, due, due) == (received.received_at, received.due, custody.due)


def test_advice_gives_it_back_to_who_asked(scene_at: At) -> None:
    """The asker has to ask the agreement that the advice calls for."""
    scene = scene_at("asked")
    request = next(scene.all(ADVICE)).id

    advised = scene.vl.advices.advise(
        request,
        AdviceOutcome.FAVOURABLE_ON_CONDITIONS,
        conditions=["eerst de nota aanpassen"],
        by=route.INSPECTOR,
    )

    assert AdviceState.ADVISED is advised.record.state
    assert ("eerst de nota aanpassen",) == advised.record.conditions
    assert (route.CABINET.id, "begrotingsakkoord vragen") == holder(scene)


def test_without_agreement_it_can_go_on_the_agenda(scene_at: At) -> None:
    """When the inspector says that no agreement is needed, the gate is open."""
    scene = scene_at("advised")

    assert (route.CABINET.id, "agenderen") == holder(scene)
    assert [
        ("IF", True, "gunstig"),
        ("BA", True, "niet vereist volgens IF"),
    ] == gate(scene)


def test_gate_says_what_lacks_at_each_step(scene_at: At) -> None:
    """From nothing asked to agreed: each time it says what is missing, in Dutch."""
    scene = scene_at("opened", clock=lambda: MONDAY)
    advices = scene.vl.advices
    seen = [gate(scene)]
    request = asked(scene)
    seen.append(gate(scene))
    advices.receive(request, by=route.INSPECTOR)
    seen.append(gate(scene))
    advices.advise(request, FAVOURABLE, by=route.INSPECTOR)
    seen.append(gate(scene))
    agreement = advices.ask_agreement(
        request, minister=route.BUDGET, by=route.CABINET
    ).id
    seen.append(gate(scene))
    advices.receive_agreement(agreement, by=route.BUDGET)
    advices.agree(agreement, by=route.BUDGET)
    seen.append(gate(scene))

    given = ("IF", True, "gunstig")
    assert [
        [("IF", False, "advies niet gevraagd")],
        [("IF", False, "adviesvraag is ingediend")],
        [("IF", False, "wacht op Inspectie van Financiën tot 9 dec 2026 23:59")],
        [given, ("BA", False, "akkoord niet gevraagd")],
        [given, ("BA", False, "akkoord gevraagd, nog niet gegeven")],
        [given, ("BA", True, "akkoord")],
    ] == seen


def test_last_advice_counts(scene_at: At) -> None:
    """A later advice on the same dossier takes the place of the earlier one."""
    now = [MONDAY]
    scene = scene_at("opened", clock=lambda: now[0])
    advices = scene.vl.advices
    for outcome in (FAVOURABLE, AdviceOutcome.UNFAVOURABLE):
        request = asked(scene)
        advices.receive(request, by=route.INSPECTOR)
        advices.advise(request, outcome, agreement_needed=False, by=route.INSPECTOR)
        now[0] += timedelta(days=1)

    assert ("IF", True, "ongunstig") == gate(scene)[0]


@pytest.mark.parametrize(
    ("verb", "state", "step", "explanation"),
    [
        ("agree", AgreementState.AGREED, "agenderen", "akkoord"),
        (
            "refuse",
            AgreementState.REFUSED,
            "voorleggen aan de Vlaamse Regering",
            "geweigerd, voorgelegd aan de regering",
        ),
    ],
)
def test_minister_decides(
    verb: str, state: AgreementState, step: str, explanation: str, scene_at: At
) -> None:
    """Agreed or refused: the asker has it again; a refusal does not close the gate."""
    scene = scene_at("asked")
    advices, request = scene.vl.advices, next(scene.all(ADVICE)).id
    advices.advise(request, FAVOURABLE, by=route.INSPECTOR)
    agreement = advices.ask_agreement(
        request, minister=route.BUDGET, by=route.CABINET
    ).id
    assert (route.BUDGET.id, "begrotingsakkoord geven") == holder(scene)
    advices.receive_agreement(agreement, by=route.BUDGET)

    getattr(advices, verb)(agreement, by=route.BUDGET)

    assert state is scene.vl.book.read(AGREEMENT, agreement).record.state
    assert (route.CABINET.id, step) == holder(scene)
    assert ("BA", True, explanation) == gate(scene)[1]


def test_no_agreement_without_advice(scene_at: At) -> None:
    """The minister is not asked before the inspector has answered."""
    scene = scene_at("asked")
    request = next(scene.all(ADVICE)).id

    with pytest.raises(NotReadyError, match="IF: advies nog niet gegeven"):
        scene.vl.advices.ask_agreement(request, minister=route.BUDGET, by=route.CABINET)
    assert (route.INSPECTOR.id, "advies geven") == holder(scene)


def test_order_of_the_acts(scene_at: At) -> None:
    """Received once, advised once, and not advised before it was received."""
    scene = scene_at("opened")
    advices, request = scene.vl.advices, asked(scene)

    with pytest.raises(StepNotAllowedError, match="advise"):
        advices.advise(request, FAVOURABLE, by=route.INSPECTOR)
    advices.receive(request, by=route.INSPECTOR)
    with pytest.raises(StepNotAllowedError, match="receive"):
        advices.receive(request, by=route.INSPECTOR)
    advices.advise(request, FAVOURABLE, by=route.INSPECTOR)
    with pytest.raises(StepNotAllowedError, match="advise"):
        advices.advise(request, FAVOURABLE, by=route.INSPECTOR)


def test_agreement_is_decided_once(scene_at: At) -> None:
    """Not before it was received, and not twice."""
    scene = scene_at("asked")
    advices, request = scene.vl.advices, next(scene.all(ADVICE)).id
    advices.advise(request, FAVOURABLE, by=route.INSPECTOR)
    agreement = advices.ask_agreement(
        request, minister=route.BUDGET, by=route.CABINET
    ).id

    with pytest.raises(StepNotAllowedError, match="agree"):
        advices.agree(agreement, by=route.BUDGET)
    advices.receive_agreement(agreement, by=route.BUDGET)
    advices.refuse(agreement, by=route.BUDGET)
    with pytest.raises(StepNotAllowedError, match="agree"):
        advices.agree(agreement, by=route.BUDGET)


def test_advice_on_nothing(scene_at: At) -> None:
    """A dossier that is not there cannot be asked about."""
    scene = scene_at("opened")

    with pytest.raises(NotFoundError, match="no dossier none"):
        scene.vl.advices.ask(
            "none",
            documents=[scene.document],
            adviser=route.INSPECTOR,
            by=route.SECRETARIAT,
        )
