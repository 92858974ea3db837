"""The way of a dossier to a decision: steps, agenda, decisions, closing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum

import pytest

from digivl.dossiers.agenda import FormalCheck
from digivl.dossiers.meeting import MeetingKind
from digivl.dossiers.model import (
    DOSSIER,
    STEP,
    STEP_OF_RESULT,
    DecisionResult,
    DossierState,
    ItemKind,
    Placement,
    ProcedureStep,
    StepKind,
    StepState,
)
from digivl.errors import (
    NotFoundError,
    NotReadyError,
    StaleRecordError,
    StepNotAllowedError,
)
from digivl.testing import route
from digivl.testing.route import Scene

At = Callable[..., Scene]
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HELD_AFTER = {
    DecisionResult.APPROVED: "de beslissing laten ondertekenen",
    DecisionResult.NOTED: "het dossier afsluiten",
    DecisionResult.POSTPONED: "opnieuw agenderen",
    DecisionResult.WITHDRAWN: "het dossier afsluiten",
}
STATE_AFTER = {
    DecisionResult.APPROVED: StepState.APPROVED,
    DecisionResult.NOTED: StepState.NOTED,
    DecisionResult.POSTPONED: StepState.POSTPONED,
    DecisionResult.WITHDRAWN: StepState.WITHDRAWN,
}


def only_step(scene: Scene) -> str:
    """Id of the one step in the dossier."""
    return next(scene.all(STEP)).id


def meeting(scene: Scene, *, days: int = 1) -> str:
    """Id of a new meeting."""
    start = scene.vl.clock() + timedelta(days=days)
    return scene.vl.meetings.plan(MeetingKind.COUNCIL, start, by=route.SECRETARIAT).id


def on_agenda(scene: Scene, step: str, *, days: int = 1) -> str:
    """Put a step on the final agenda of a new meeting; its id."""
    vl, by, council = scene.vl, route.SECRETARIAT, meeting(scene, days=days)
    item = vl.agendas.put(step, council, by=by)
    vl.agendas.check([item.id], FormalCheck.OK, by=by)
    vl.approving.close(council, by=by)
    return council


@pytest.mark.parametrize("kind", [StepKind, DecisionResult, MeetingKind, ItemKind])
def test_codes_are_official_uris(kind: type[Enum]) -> None:
    """What goes to others is the URI of the concept, each once."""
    values = [member.value for member in kind]

    assert all(v.startswith("http://themis.vlaanderen.be/id/concept/") for v in values)
    assert len(values) == len(set(values))


def test_open_twice_is_refused(scene_at: At) -> None:
    """An id that the application chose opens one dossier, however often it tries."""
    scene = scene_at("opened")

    with pytest.raises(StaleRecordError):
        scene.vl.dossiers.open("Nog eens", by=route.CABINET, id=scene.dossier)

    assert "Subsidie" in scene.vl.dossiers.read(scene.dossier).record.title


def test_steps_of_one_kind_are_numbered(scene_at: At) -> None:
    """The second principle approval of a dossier is number two; other kinds are one."""
    scene = scene_at("opened")
    kinds = (
        *(StepKind.PRINCIPLE_APPROVAL, StepKind.PRINCIPLE_APPROVAL),
        *(StepKind.FINAL_APPROVAL, StepKind.PRINCIPLE_APPROVAL),
    )
    submit = scene.vl.dossiers.submit

    steps = [
        submit(scene.dossier, kind, documents=[], by=route.CABINET) for kind in kinds
    ]

    assert [1, 2, 1, 3] == [step.record.ordinal for step in steps]


def test_agenda_asks_for_advice(scene_at: At) -> None:
    """Without advice a step does not go on the agenda; the error says what lacks."""
    scene = scene_at("asked")
    step = scene.vl.dossiers.submit(
        scene.dossier,
        StepKind.FINAL_APPROVAL,
        documents=[scene.document, scene.nota],
        by=route.CABINET,
    )
    before = scene.vl.custody.of(DOSSIER.ref(scene.dossier))

    with pytest.raises(NotReadyError, match="IF: gevraagd aan") as refused:
        scene.vl.agendas.put(step.id, meeting(scene), by=route.SECRETARIAT)

    # Until the inspector said it, nobody knows whether an agreement is needed.
    missing = ["IF", "BA"]
    assert missing == [name for name, _ in refused.value.missing]
    ready = scene.vl.readiness.of(scene.dossier, by=route.CABINET)
    assert missing == [r.name for r in ready.blocking]
    assert before == scene.vl.custody.of(DOSSIER.ref(scene.dossier))


@pytest.mark.parametrize("result", DecisionResult)
def test_decision_gives_it_back_to_the_submitter(
    result: DecisionResult, scene_at: At
) -> None:
    """Each result has its own next step, and the submitter has to do it."""
    scene = scene_at("advised")
    step = only_step(scene)
    on_agenda(scene, step)

    decided = scene.vl.deciding.decide(step, result, by=route.SECRETARIAT)

    custody = scene.vl.custody.of(DOSSIER.ref(scene.dossier)).record
    assert (STATE_AFTER[result], STEP_OF_RESULT[result]) == (
        decided.record.state,
        decided.action,
    )
    assert (route.CABINET, HELD_AFTER[result]) == (custody.holder, custody.next_step)
    assert [result] == [decision.result for decision in decided.record.decisions]


def test_postponed_returns_to_the_agenda(scene_at: At) -> None:
    """A postponed step goes on a later agenda; both items and decisions stay."""
    scene = scene_at("advised")
    step, decide, by = only_step(scene), scene.vl.deciding.decide, route.SECRETARIAT
    on_agenda(scene, step)
    decide(step, DecisionResult.POSTPONED, by=by)
    later = on_agenda(scene, step, days=8)

    record = decide(step, DecisionResult.APPROVED, by=by).record

    assert [DecisionResult.POSTPONED, DecisionResult.APPROVED] == [
        decision.result for decision in record.decisions
    ]
    assert later == record.decisions[-1].meeting == record.placements[-1].meeting


@pytest.mark.parametrize("stage", ["advised", "decided"])
def test_decide_only_what_is_on_the_agenda(stage: str, scene_at: At) -> None:
    """What is not on an agenda, or was decided, cannot be decided."""
    scene = scene_at(stage)

    with pytest.raises(StepNotAllowedError, match="approve"):
        scene.vl.deciding.decide(
            only_step(scene), DecisionResult.APPROVED, by=route.SECRETARIAT
        )


def test_on_the_agenda_once(scene_at: At) -> None:
    """A step that stands on an agenda does not go on another."""
    scene = scene_at("advised")
    put, step = scene.vl.agendas.put, only_step(scene)
    put(step, meeting(scene), by=route.SECRETARIAT)

    with pytest.raises(StepNotAllowedError, match="put on agenda"):
        put(step, meeting(scene), by=route.SECRETARIAT)


def test_closed_is_closed(scene_at: At) -> None:
    """A closed dossier takes no step, no advice, no second closing."""
    scene = scene_at("opened")
    vl, dossier = scene.vl, scene.dossier
    closed = vl.dossiers.close(dossier, by=route.CABINET, reason="zonder voorwerp")
    assert DossierState.CLOSED is closed.record.state

    with pytest.raises(StepNotAllowedError):
        vl.dossiers.close(dossier, by=route.CABINET)
    with pytest.raises(StepNotAllowedError):
        vl.dossiers.submit(
            dossier, StepKind.RATIFICATION, documents=[], by=route.CABINET
        )
    with pytest.raises(StepNotAllowedError):
        vl.advices.ask(
            dossier,
            documents=[scene.document, scene.nota],
            adviser=route.INSPECTOR,
            by=route.CABINET,
        )


def test_unknown_names(scene_at: At) -> None:
    """What is not there is said by its name."""
    dossiers = scene_at("opened").vl.dossiers

    with pytest.raises(NotFoundError, match="no dossier none"):
        dossiers.submit(
            "none", StepKind.RATIFICATION, documents=[], by=route.SECRETARIAT
        )
    with pytest.raises(NotFoundError, match="no step none"):
        dossiers.step("none")


def test_withdrawn_before_the_agenda() -> None:
    """A step can be withdrawn before any agenda; only an override brings it back."""
    step = ProcedureStep(
        dossier="d", title="t", kind=StepKind.FINAL_APPROVAL, ordinal=1
    )

    withdrawn = step.decide(DecisionResult.WITHDRAWN, NOW)

    assert "" == withdrawn.decisions[-1].meeting
    with pytest.raises(StepNotAllowedError, match="propose again"):
        withdrawn.decide(DecisionResult.APPROVED, NOW)


def test_only_a_decision_of_the_government_is_corrected() -> None:
    """What was withdrawn before any approved agenda does not become approved."""
    step = ProcedureStep(
        dossier="d", title="t", kind=StepKind.FINAL_APPROVAL, ordinal=1
    )
    placed = step.put_on_agenda(Placement(meeting="m", item="i", kind=ItemKind.NOTA))

    for withdrawn in (
        one.decide(DecisionResult.WITHDRAWN, NOW) for one in (step, placed)
    ):
        with pytest.raises(StepNotAllowedError, match="correct"):
            withdrawn.correct(DecisionResult.APPROVED)
