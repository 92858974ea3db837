"""Delivering: exactly once, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from digivl.dispatch.model import DISPATCH, Channel, DispatchState
from digivl.dispatch.service import DELIVER
from digivl.errors import (
    AlreadySentError,
    BackendRefusedError,
    BackendUnavailableError,
    MalformedError,
    OutcomeUnknownError,
    UntrustworthyAnswerError,
)
from digivl.records.tasks import NewTask, TaskState
from digivl.records.worker import WorkReport
from digivl.testing import route

if TYPE_CHECKING:
    from tests.dispatch.conftest import Counter


class PowerCut(BaseException):
    """The process ends here."""


def raising(error: BaseException) -> Callable[[], object]:
    """An event that raises."""

    def event() -> None:
        raise error

    return event


def test_died_after_acceptance(counter: Counter) -> None:
    """The provider had it and we died: it is looked up, and not sent again."""
    counter.send()
    counter.post.after = [raising(PowerCut())]
    with pytest.raises(PowerCut):
        counter.vl.work()
    assert [DispatchState.SUBMITTING] == counter.states()

    # This process lives, so its lease has to run out.
    assert WorkReport() == counter.vl.work()
    counter.pass_time(minutes=3)
    assert WorkReport(done=1) == counter.vl.work()
    assert [DispatchState.ACCEPTED] == counter.states()
    assert 1 == len(counter.post.accepted)


def test_died_before_acceptance(counter: Counter) -> None:
    """The provider never had it: it is looked up, then sent under the same key."""
    (entry,) = counter.send()
    counter.post.before = [raising(PowerCut())]
    with pytest.raises(PowerCut):
        counter.vl.work()

    counter.pass_time(minutes=3)
    assert WorkReport(done=1) == counter.vl.work()
    assert [entry.id] == [dispatch.key for dispatch in counter.post.accepted]
    actions = [e.action for e in counter.vl.book.history(DISPATCH, entry.id)]
    assert ["draft", "submit", "submit again", "accept"] == actions


def test_reply_was_lost(counter: Counter) -> None:
    """An unknown outcome is on record as unknown until it is looked up."""
    counter.send()
    lost = OutcomeUnknownError("post", "no reply", correlation_id="abc")
    counter.post.after = [raising(lost)]

    assert WorkReport(postponed=1) == counter.vl.work()
    assert [DispatchState.UNKNOWN] == counter.states()
    counter.pass_time(seconds=10)
    assert WorkReport(done=1) == counter.vl.work()
    (dispatch,) = [entry.record for entry in counter.scene.all(DISPATCH)]
    assert (DispatchState.ACCEPTED, ("abc",)) == (
        dispatch.state,
        dispatch.correlation_ids,
    )
    assert 1 == len(counter.post.accepted)


def test_refused(counter: Counter) -> None:
    """A refusal is final for this dispatch; after mending, it can be sent anew."""
    counter.send()
    no = BackendRefusedError("post", "no eBox", reason="NO_EBOX", status=400)
    counter.post.before = [raising(no)]

    assert WorkReport(done=1) == counter.vl.work()
    (dispatch,) = [entry.record for entry in counter.scene.all(DISPATCH)]
    assert (DispatchState.REJECTED, "[post] no eBox") == (
        dispatch.state,
        dispatch.error,
    )
    (entry,) = counter.scene.all(DISPATCH)
    custody, held = counter.vl.custody, counter.vl.custody.of(entry.ref).record
    assert (route.SECRETARIAT, "dossier-1") == (held.holder, held.dossier)
    waiting = [row.standing.next_step for row in custody.worklist()]
    assert ["verzending nakijken en zo nodig opnieuw verzenden"] == waiting

    (again,) = counter.send()
    assert WorkReport(done=1) == counter.vl.work()
    assert 1 == len(counter.post.accepted)
    assert (entry.id, DispatchState.SUPERSEDED) == (
        again.record.follows,
        counter.vl.dispatches.read(entry.id).record.state,
    )
    waiting = [row.standing.next_step for row in custody.worklist()]
    assert ["verzending opvolgen en het dossier afsluiten"] == waiting


def test_too_large(counter: Counter) -> None:
    """What the channel cannot carry is rejected, not tried for ever."""
    counter.send()
    counter.post.before = [raising(MalformedError("larger than 30 MB"))]

    assert WorkReport(done=1) == counter.vl.work()
    assert [DispatchState.REJECTED] == counter.states()


@pytest.mark.parametrize(
    ("error", "report"),
    [
        (BackendUnavailableError("post", "closed"), WorkReport(postponed=1)),
        (UntrustworthyAnswerError("post", "nonsense"), WorkReport(stuck=1)),
        (ZeroDivisionError(), WorkReport(stuck=1)),
    ],
    ids=["away", "nonsense", "fault-of-ours"],
)
def test_other_failures_stay_visible(
    error: Exception, report: WorkReport, counter: Counter
) -> None:
    """Nothing is rejected that was not refused; the task says what happened."""
    counter.send()
    counter.post.before = [raising(error)]

    assert report == counter.vl.work()
    assert [DispatchState.SUBMITTING] == counter.states()
    (task,) = counter.vl.book.tasks()
    assert type(error).__name__ in str(task.error) or str(error) in str(task.error)
    with pytest.raises(AlreadySentError):
        counter.send()


def test_slow_worker_loses_its_lease(counter: Counter) -> None:
    """A second worker that takes over an attempt finds it, and sends nothing again."""
    counter.send()
    other: list[WorkReport] = []

    def meanwhile() -> None:
        counter.pass_time(minutes=3)
        other.append(counter.vl.work())

    counter.post.after = [meanwhile]
    mine = counter.vl.work()

    assert [WorkReport(done=1)] == other
    assert 0 == mine.done
    assert [DispatchState.ACCEPTED] == counter.states()
    assert 1 == len(counter.post.accepted)
    assert [TaskState.DONE] == [task.state for task in counter.vl.book.tasks()]


def test_task_of_a_finished_dispatch(counter: Counter) -> None:
    """A second task for what was delivered ends without sending anything."""
    (entry,) = counter.send()
    counter.vl.work()
    again = NewTask(kind=DELIVER, subject=DISPATCH.ref(entry.id), due=counter.clock[0])
    counter.vl.book.write(tasks=[again])

    assert WorkReport(done=1) == counter.vl.work()
    assert 1 == len(counter.post.accepted)


def test_nobody_delivers(counter: Counter) -> None:
    """Without a provider for a channel the task is stuck, and says what to add."""
    counter.post.channels = frozenset({Channel.PAPER})
    counter.send()

    assert WorkReport(stuck=1) == counter.vl.work()
    (task,) = counter.vl.book.tasks()
    assert "nobody delivers over eBox" in str(task.error)
    assert [DispatchState.DRAFT] == counter.states()
