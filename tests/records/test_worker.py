"""Works through the outbox; and who works."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from digivl.errors import BackendUnavailableError, DigivlError, MalformedError
from digivl.records import workers
from digivl.records.sqlbook import SQLBook
from digivl.records.tasks import Task
from digivl.records.worker import Handler, Worker, WorkReport
from digivl.records.workers import is_gone, this_worker
from digivl.settings import Limits
from digivl.testing.book_contract import AT, MATTER, NUMBER, changed, opened
from digivl.testing.outbox_contract import task

LIMITS = Limits(task_attempts=4)


@attrs.define
class Clock:
    """A clock that a test moves."""

    now: datetime = AT

    def __call__(self) -> datetime:
        """The moment that a test set."""
        return self.now


@pytest.fixture(name="clock")
def _clock() -> Clock:
    """A clock that a test moves."""
    return Clock()


@pytest.fixture(name="book")
def _book(sqlite_url: str, opened_book: Callable[..., SQLBook]) -> SQLBook:
    """An empty book, with four attempts for a task."""
    return opened_book(sqlite_url, LIMITS)


@pytest.fixture(name="working")
def _working(book: SQLBook, clock: Clock) -> Callable[..., Worker]:
    """A worker with those handlers."""

    def make(**handlers: Handler) -> Worker:
        return Worker(book=book, handlers=handlers, clock=clock, limits=LIMITS)

    return make


def raising(error: Exception) -> Handler:
    """A handler that fails in that way."""

    def handle(_: Task) -> None:
        raise error

    return handle


def test_does_what_is_due(
    book: SQLBook, clock: Clock, working: Callable[..., Worker]
) -> None:
    """Each task goes to the handler of its kind; what is due later stays."""
    later = AT + timedelta(hours=1)
    book.write(tasks=[task("b"), task("a", kind="print"), task("c", due=later)])
    seen: list[tuple[str, str]] = []

    def handler(kind: str) -> Handler:
        def handle(found: Task) -> None:
            seen.append((kind, found.key))
            book.write(done=found)

        return handle

    worker = working(send=handler("send"), print=handler("print"))
    assert WorkReport(done=2) == worker.run()
    clock.now = later
    assert WorkReport(done=1) == worker.run()

    assert [("send", "b"), ("print", "a"), ("send", "c")] == seen
    assert WorkReport() == worker.run()


def test_tells_its_progress(book: SQLBook, working: Callable[..., Worker]) -> None:
    """Who waits hears of each task, and of what went wrong."""
    book.write(tasks=[task("one"), task("two", kind="print")])
    heard: list[tuple[str, DigivlError | None]] = []
    error = MalformedError("no such address")

    working(send=lambda found: book.write(done=found), print=raising(error)).run(
        lambda found, problem: heard.append((found.key, problem))
    )

    assert [("one", None), ("two", error)] == heard


def test_what_can_be_repeated_is(
    book: SQLBook, clock: Clock, working: Callable[..., Worker]
) -> None:
    """A task waits twice as long after each failure, until its attempts are used up."""
    book.write(tasks=[task("one")])
    worker = working(send=raising(BackendUnavailableError("magda", "no answer")))
    pauses: list[float] = []

    for _ in range(LIMITS.task_attempts - 1):
        assert WorkReport(postponed=1) == worker.run()
        (waiting,) = book.tasks(state="waiting")
        pauses.append((waiting.due - clock.now).total_seconds())
        assert WorkReport() == worker.run()
        clock.now = waiting.due

    assert [5, 10, 20] == pauses
    assert WorkReport(stuck=1) == worker.run()
    (stuck,) = book.tasks(state="stuck")
    assert "[magda] no answer" == stuck.error


def test_pauses_have_an_end(
    book: SQLBook, clock: Clock, working: Callable[..., Worker]
) -> None:
    """However often a task failed, it waits an hour at most."""
    many = attrs.evolve(LIMITS, task_attempts=100_000)
    worker = attrs.evolve(
        working(send=raising(BackendUnavailableError("magda", "no answer"))),
        limits=many,
        book=attrs.evolve(book, limits=many),
    )
    book.write(tasks=[task("one")])

    pauses: list[timedelta] = []
    for _ in range(60):
        worker.run()
        (waiting,) = book.tasks()
        pauses.append(waiting.due - clock.now)
        clock.now = waiting.due

    assert timedelta(hours=1) == pauses[-1] == max(pauses)


@pytest.mark.parametrize(
    ("told", "hours"), [(None, 0.0014), (7_200.0, 2), (9e9, 24), (1.0, 0.0014)]
)
def test_comes_back_when_it_is_told(
    book: SQLBook,
    working: Callable[..., Worker],
    clock: Clock,
    told: float | None,
    hours: float,
) -> None:
    """Who says when to come back is not asked before; a day at most."""

    def busy(_: Task) -> None:
        error = BackendUnavailableError("tsa", "busy")
        error.retry_after_seconds = told
        raise error

    book.write(opened(), tasks=[task("one")])
    working(send=busy).run()

    (waiting,) = book.tasks()
    assert hours == pytest.approx((waiting.due - clock()).total_seconds() / 3600, 0.01)


def test_what_was_refused_needs_a_person(
    book: SQLBook, working: Callable[..., Worker]
) -> None:
    """A failure that time does not mend is stuck at once; a retry is a new start."""
    book.write(tasks=[task("one")])

    refused = working(send=raising(MalformedError("no such address"))).run()
    book.retry("one", AT)
    done = working(send=lambda found: book.write(done=found)).run()

    assert (WorkReport(stuck=1), WorkReport(done=1)) == (refused, done)


def test_nobody_does_it(book: SQLBook, working: Callable[..., Worker]) -> None:
    """A task of a kind that nobody here does is left to the worker that does it."""
    book.write(tasks=[task("one", kind="teleport")])

    assert WorkReport() == working().run()
    (waiting,) = book.tasks(state="waiting")
    assert ("teleport", 0) == (waiting.kind, waiting.attempts)

    done = working(teleport=lambda found: book.write(done=found)).run()
    assert WorkReport(done=1) == done


def test_a_fault_ends_nothing(
    book: SQLBook, working: Callable[..., Worker], caplog: pytest.LogCaptureFixture
) -> None:
    """A handler with a fault is logged; its text, perhaps personal, is not kept."""
    book.write(tasks=[task("one"), task("two", kind="print")])

    report = working(
        send=raising(RuntimeError(NUMBER)), print=lambda found: book.write(done=found)
    ).run()

    assert WorkReport(done=1, stuck=1) == report
    (stuck,) = book.tasks(state="stuck")
    assert "RuntimeError in a task 'send'" == stuck.error
    assert [("digivl.work", logging.ERROR)] == [
        (record.name, record.levelno) for record in caplog.records
    ]


def test_lost_lease(
    book: SQLBook, clock: Clock, working: Callable[..., Worker]
) -> None:
    """A worker that was too slow writes nothing, and goes on with the next task."""
    (entry,) = book.write(opened(), tasks=[task("slow"), task("next", kind="print")])

    def handle_slowly(found: Task) -> None:
        clock.now = AT + timedelta(hours=1)
        other = book.lease("another|machine", clock.now, 9_999)
        assert other is not None
        assert "slow" == other.key
        book.write(changed(entry, title="Sent"), done=found)

    def handle(found: Task) -> None:
        book.write(done=found)

    report = working(send=handle_slowly, print=handle).run()

    assert 1 == report.done
    states = {found.key: found.state.value for found in book.tasks()}
    assert {"slow": "leased", "next": "done"} == states
    assert entry == book.read(MATTER, "matter-1")


def test_a_lease_that_nobody_ended(
    book: SQLBook, clock: Clock, working: Callable[..., Worker]
) -> None:
    """A handler that forgets to end its task is called again after the lease."""
    book.write(tasks=[task("one")])
    worker = working(send=lambda _: None)

    worker.run()
    assert WorkReport() == worker.run()
    clock.now += timedelta(seconds=LIMITS.lease_seconds + 1)

    assert WorkReport(done=1) == worker.run()
    assert [2] == [found.attempts for found in book.tasks()]


def test_this_process_is_not_gone() -> None:
    """A worker does not take its own lease for that of a dead one."""
    assert not is_gone(this_worker())
    assert len(this_worker()) <= 200


def test_other_process_is_gone_once_it_ended() -> None:
    """A process counts as long as it runs; as a zombie it runs no more."""
    code = "from digivl.records.workers import this_worker as w; print(w()); input()"
    pipes: Mapping[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], text=True, **pipes) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert not is_gone(name)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert is_gone(name), "a zombie"
    assert is_gone(name)


def test_process_id_that_is_used_again() -> None:
    """Another process under the same id does not keep the lease alive."""
    name, _, _ = this_worker().rpartition("|")

    assert is_gone(f"{name}|1")


@pytest.mark.parametrize("name", ["", "worker-1", "else|1|2", "|||", "é|-1|x"])
def test_names_that_tell_nothing(name: str) -> None:
    """Of a worker elsewhere nothing is known: its lease runs out by itself."""
    assert not is_gone(name)


def test_odd_process_id() -> None:
    """A process id that is no number is judged by nobody."""
    machine = this_worker().partition("|")[0]

    assert not is_gone(f"{machine}|one|2")


def test_process_of_another_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that may not be signalled runs."""

    def refuse(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)

    assert not is_gone(this_worker())


def test_without_proc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where there is no /proc, host and process id have to do."""
    monkeypatch.setattr(workers, "_PROC", tmp_path)

    assert f"{socket.gethostname()}|{os.getpid()}|" == this_worker()
    assert not is_gone(this_worker())
