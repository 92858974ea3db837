"""Who holds what, since when, until when, and what is next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from digivl.custody.model import Custody, CustodyState, of_dossier
from digivl.custody.moves import Moves
from digivl.dossiers.agendas import SECRETARIAT
from digivl.dossiers.approving import GOVERNMENT
from digivl.dossiers.model import DOSSIER
from digivl.errors import NotAllowedError, NotFoundError, StepNotAllowedError
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Role
from digivl.testing import route
from digivl.testing.route import Scene

At = Callable[..., Scene]
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
SUBJECT = Ref("dossier", "dossier-1")


def held(**changes: Any) -> Custody:
    """A dossier in the hands of the cabinet, until Tuesday."""
    custody = Custody(
        subject=SUBJECT,
        dossier="dossier-1",
        title="Subsidie",
        holder=route.CABINET,
        next_step="voorbereiden",
        since=MONDAY,
        due=MONDAY + timedelta(days=1),
    )
    return attrs.evolve(custody, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"next_step": ""},
        {"due": MONDAY - timedelta(seconds=1)},
        {"due": datetime(2026, 11, 24)},  # noqa: DTZ001 - that is the point
        {"since": datetime(2026, 11, 22)},  # noqa: DTZ001 - idem
    ],
    ids=["no-step", "due-before-since", "due-without-zone", "since-without-zone"],
)
def test_black_hole_cannot_be_written_down(changes: dict[str, Any]) -> None:
    """There is no custody without a next step and a due moment after its start."""
    with pytest.raises(ValueError, match=r"next step|due|zone"):
        held(**changes)


def test_hand_over_replaces_holder_step_and_term() -> None:
    """After a hand-over the new holder has the new step, from that moment on."""
    later = MONDAY + timedelta(days=2)

    after = held().hand_over(route.BUDGET, "akkoord geven", at=MONDAY, due=later)

    expected = (route.BUDGET, "akkoord geven", MONDAY, later)
    assert expected == (after.holder, after.next_step, after.since, after.due)


def test_closed_is_final() -> None:
    """What is closed cannot be handed over or closed again."""
    closed = held().close()
    assert CustodyState.CLOSED is closed.state

    with pytest.raises(StepNotAllowedError, match="close"):
        closed.close()
    with pytest.raises(StepNotAllowedError, match="hand over"):
        closed.hand_over(route.BUDGET, "iets", at=MONDAY, due=MONDAY)


def test_first_holder_is_who_opened(scene_at: At) -> None:
    """A new dossier is held by who opened it, with a term of twenty working days."""
    vl = scene_at("opened", clock=lambda: MONDAY).vl
    opened = vl.dossiers.open("Nog een", by=route.CABINET)

    custody = vl.custody.of(DOSSIER.ref(opened.id)).record

    # To the end of Monday 21 December, in Brussels.
    due = datetime(2026, 12, 21, 22, 59, 59, 999_999, tzinfo=UTC)
    assert (route.CABINET, MONDAY, due) == (custody.holder, custody.since, custody.due)


def test_hand_over_keeps_step_and_term(scene_at: At) -> None:
    """Who only passes a dossier on changes neither what has to be done nor when."""
    custodian = scene_at("opened").vl.custody
    before = custodian.of(SUBJECT).record

    entry = custodian.hand_over(
        SUBJECT, route.MINISTER, by=route.CABINET, reason="vervanging"
    )

    after = entry.record
    assert (route.MINISTER, "vervanging") == (after.holder, entry.reason)
    assert (before.next_step, before.due) == (after.next_step, after.due)


def test_hand_over_after_its_term_is_due_at_once(scene_at: At) -> None:
    """A term that is over does not make the hand-over impossible: it is due now."""
    scene = scene_at("opened", clock=lambda: MONDAY + timedelta(days=400))

    after = scene.vl.custody.hand_over(SUBJECT, route.MINISTER, by=route.CABINET)

    assert after.record.since == after.record.due == scene.vl.clock()


def test_history_tells_who_held_it(scene_at: At) -> None:
    """The history names every holder with what was asked, the oldest first."""
    custodian = scene_at("registered").vl.custody

    history = custodian.history(SUBJECT)

    holders = [entry.record.holder.id for entry in history]
    assert [
        *(route.CABINET.id, route.INSPECTOR.id, route.INSPECTOR.id, route.CABINET.id),
        *(SECRETARIAT.id, GOVERNMENT.id, route.CABINET.id),
        *(route.MINISTER.id, route.PRESIDENT.id),
        *(route.SECRETARIAT.id, route.SECRETARIAT.id),
    ] == holders
    moments = [entry.record.since for entry in history]
    assert sorted(moments) == moments
    assert list(range(1, len(history) + 1)) == [entry.version for entry in history]


def test_work_list_is_of_one_holder_or_role(scene_at: At) -> None:
    """A work list holds what is open, of the holder or role that is asked for."""
    custodian = scene_at("asked").vl.custody

    assert [1, 1, 1] == [
        len(custodian.worklist()),
        len(custodian.worklist(holder=route.INSPECTOR.id)),
        len(custodian.worklist(role=Role.FINANCE_INSPECTOR)),
    ]
    assert [] == custodian.worklist(holder=route.CABINET.id)
    assert [] == custodian.worklist(role=Role.MINISTER)


def test_work_list_begins_with_what_is_due_first(scene_at: At) -> None:
    """The earliest due stands on top, whatever was opened first."""
    vl = scene_at("asked").vl
    for number in range(3):
        vl.dossiers.open(f"Dossier {number}", by=route.CABINET)

    due = [row.standing.due for row in vl.custody.worklist()]

    assert 4 == len(due)
    assert sorted(str(moment) for moment in due) == [str(moment) for moment in due]


def test_overdue_once_its_term_is_over(scene_at: At) -> None:
    """What should have been done by now is overdue, and not a moment earlier."""
    now = [MONDAY]
    vl = scene_at("opened", clock=lambda: now[0]).vl
    due = vl.custody.of(SUBJECT).record.due

    now[0] = due
    assert [] == vl.custody.overdue()
    now[0] = due + timedelta(microseconds=1)
    assert [SUBJECT.id] == [one.row.standing.dossier for one in vl.custody.overdue()]


def test_closed_dossier_is_on_no_list(scene_at: At) -> None:
    """When a dossier is closed nobody has to do anything, and nothing is overdue."""
    scene = scene_at("opened", clock=lambda: MONDAY + timedelta(days=400))
    scene.vl.dossiers.close(scene.dossier, by=route.CABINET, reason="zonder voorwerp")

    custody = scene.vl.custody.of(DOSSIER.ref(scene.dossier))

    assert ("close", "zonder voorwerp") == (custody.action, custody.reason)
    assert [] == scene.vl.custody.worklist()
    assert [] == scene.vl.custody.overdue()


def test_what_was_never_held(scene_at: At) -> None:
    """Nobody holds what is not there."""
    custodian, nothing = scene_at("opened").vl.custody, Ref("dossier", "none")

    with pytest.raises(NotFoundError):
        custodian.of(nothing)
    with pytest.raises(NotFoundError):
        custodian.hand_over(nothing, route.BUDGET, by=route.SECRETARIAT)
    with pytest.raises(NotAllowedError):
        custodian.hand_over(nothing, route.BUDGET, by=route.CABINET)
    assert [] == custodian.history(nothing)


def test_work_list_leaves_nobody_out(scene_at: At) -> None:
    """However many wait, the list has them all: a cut list would be a black hole."""
    vl = scene_at("opened").vl
    draft = Moves(vl.book).taken
    many = [
        draft(
            of_dossier(f"veel-{number}"),
            route.CABINET,
            "het dossier voorbereiden",
            dossier=f"veel-{number}",
            title="Een van velen",
            by=route.CABINET,
            at=vl.clock(),
            days=1,
        )
        for number in range(1_100)
    ]
    before = len(vl.custody.worklist())
    vl.book.write(*many)

    assert before + 1_100 == len(vl.custody.worklist())
