"""Who may move what another has: who has a dossier can read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from digivl.access.model import DENIAL
from digivl.advice.body import AdviceOutcome
from digivl.advice.request import ADVICE
from digivl.dossiers.model import DOSSIER
from digivl.errors import NotAllowedError, NotFoundError
from digivl.kernel.parties import Party, Role
from digivl.records.port import Query
from digivl.testing import route
from digivl.testing.route import Scene

At = Callable[..., Scene]
SUBJECT = DOSSIER.ref("dossier-1")
STRANGER = Party(
    "kabinet-9", "Ander kabinet", Role.DOSSIER_MANAGER, entity="OVO000009", minister="9"
)
COLLEAGUE = Party("collega", "Collega", Role.CABINET_STAFF, entity="OVO000001")
ACTS: dict[str, Callable[[Any, Party], object]] = {
    "hand over": lambda vl, by: vl.custody.hand_over(SUBJECT, by, by=by),
    "take over": lambda vl, by: vl.custody.take_over(SUBJECT, by=by, reason="haast"),
    "escalate": lambda vl, by: vl.custody.escalate(SUBJECT, by, by=by, reason="haast"),
    "recall": lambda vl, by: vl.custody.recall(SUBJECT, by=by),
    "extend": lambda vl, by: vl.custody.extend(
        SUBJECT, vl.clock() + timedelta(days=90), by=by, reason="haast"
    ),
    "label": lambda vl, by: vl.labels.make(SUBJECT, by=by),
    "stand in": lambda vl, by: vl.absences.delegate(
        route.CABINET, by, start=vl.clock(), until=vl.clock() + timedelta(9), by=by
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_a_stranger_moves_nothing(name: str, scene_at: At) -> None:
    """Refused, recorded, and no document opened by it."""
    scene = scene_at("opened")
    with pytest.raises(NotAllowedError):
        ACTS[name](scene.vl, STRANGER)

    assert route.CABINET == scene.vl.custody.of(SUBJECT).record.holder
    assert 1 == len(scene.vl.book.rows(Query(kind=DENIAL.name)))
    with pytest.raises(NotFoundError):
        scene.vl.reading.read(scene.document, by=STRANGER)


@pytest.mark.parametrize("by", [route.CABINET, COLLEAGUE, route.SECRETARIAT])
def test_who_may(by: Party, scene_at: At) -> None:
    """The holder, who works with it, and who manages all."""
    vl = scene_at("opened").vl

    given = vl.custody.hand_over(SUBJECT, route.BUDGET, by=by)

    assert (route.BUDGET, by) == (given.record.holder, given.actor)


def test_for_the_own_minister(scene_at: At) -> None:
    """Who works for the minister of the holder, and for no other one."""
    vl = scene_at("opened").vl
    holder = attrs.evolve(route.MINISTER, minister="9")
    vl.custody.hand_over(SUBJECT, holder, by=route.CABINET)
    with pytest.raises(NotAllowedError):
        vl.custody.take_over(
            SUBJECT, by=attrs.evolve(STRANGER, minister="8"), reason="x"
        )

    taken = vl.custody.take_over(SUBJECT, by=STRANGER, reason="minister afwezig")

    assert STRANGER == taken.record.holder


def test_who_stands_in(scene_at: At) -> None:
    """During the absence only."""
    vl = scene_at("opened").vl
    now = vl.clock()
    given = vl.absences.delegate(
        route.CABINET,
        STRANGER,
        start=now - timedelta(days=1),
        until=now + timedelta(days=5),
        by=route.CABINET,
    )
    extend, due = vl.custody.extend, now + timedelta(days=90)
    extend(SUBJECT, due, by=STRANGER, reason="verlof")
    vl.absences.end(given.id, by=COLLEAGUE)

    with pytest.raises(NotAllowedError):
        extend(SUBJECT, due + timedelta(days=1), by=STRANGER, reason="verlof")


def test_who_had_it_before(scene_at: At) -> None:
    """May take it back with a reason, or let it go up; not hand it to anybody."""
    vl = scene_at("opened").vl
    vl.custody.hand_over(SUBJECT, route.BUDGET, by=route.CABINET)
    vl.custody.hand_over(SUBJECT, route.PRESIDENT, by=route.BUDGET)
    with pytest.raises(NotAllowedError):
        vl.custody.hand_over(SUBJECT, STRANGER, by=route.CABINET)

    back = vl.custody.take_over(SUBJECT, by=route.CABINET, reason="blijft liggen")

    assert route.CABINET == back.record.holder


def test_only_who_is_asked_answers(scene_at: At) -> None:
    """Advice of who was not asked is none; who has the question by now gives it."""
    scene = scene_at("opened")
    advices, custody = scene.vl.advices, scene.vl.custody
    asked = advices.ask(
        scene.dossier,
        documents=[scene.document, scene.nota],
        adviser=route.INSPECTOR,
        by=route.CABINET,
    )
    second = Party("if-2", "Tweede inspecteur", Role.FINANCE_INSPECTOR)
    for other in (route.CABINET, second, STRANGER):
        with pytest.raises(NotAllowedError):
            advices.receive(asked.id, by=other)
    custody.hand_over(ADVICE.ref(asked.id), second, by=route.INSPECTOR)
    advices.receive(asked.id, by=second)

    given = advices.advise(asked.id, AdviceOutcome.FAVOURABLE, by=second)

    assert second == given.actor
