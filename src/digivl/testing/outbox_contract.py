"""What every record book must do as an outbox; see `digivl.testing.contracts`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

import pytest

from digivl.errors import DigivlError, NotFoundError, StaleRecordError
from digivl.kernel.kinds import Ref
from digivl.records.port import Query, RecordBook
from digivl.records.tasks import NewTask, Task, TaskState
from digivl.testing.book_contract import AT, MATTER, changed, opened

_HOUR: Final = timedelta(hours=1)
_SUBJECT: Final = Ref("matter", "matter-1")


def task(key: str, **fields: Any) -> NewTask:
    """A task that is due."""
    values: dict[str, Any] = {"kind": "send", "subject": _SUBJECT, "due": AT}
    return NewTask(key=key, **(values | fields))


def leased(book: RecordBook, worker: str = "worker-1", *, seconds: float = 60) -> Task:
    """The task that is due longest, leased at `AT`."""
    found = book.lease(worker, AT, seconds)
    assert found is not None
    return found


def states(book: RecordBook) -> dict[str, str]:
    """Where each task stands, by its key."""
    return {task.key: task.state.value for task in book.tasks()}


class OutboxContract:
    """The rules of the outbox of `digivl.records.port.RecordBook`.

    Derive a class whose name starts with `Test`, and give it a fixture `book`: an
    empty book, a new one for each test.
    """

    @pytest.fixture
    def book(self) -> RecordBook:
        """The book that is tried; to be overridden."""
        raise NotImplementedError

    def test_task_comes_with_the_act(self, book: RecordBook) -> None:
        """A task is leased as it was written."""
        book.write(opened(), tasks=[task("one", payload={"to": "Ünï"})])

        found = leased(book)

        assert ("send", _SUBJECT, AT, "one") == (
            *(found.kind, found.subject, found.due, found.key),
        )
        assert {"to": "Ünï"} == found.payload
        assert (TaskState.LEASED, 1) == (found.state, found.attempts)
        assert [found] == list(book.tasks())

    def test_task_goes_with_the_act(self, book: RecordBook) -> None:
        """An act that fails leaves no task; a task that fails leaves no act."""
        book.write(opened(), tasks=[task("one")])

        with pytest.raises(StaleRecordError):
            book.write(opened(), tasks=[task("two")])
        with pytest.raises(DigivlError):
            book.write(opened("matter-2"), tasks=[task("three"), task("one")])

        assert ["one"] == list(states(book))
        assert 1 == len(book.rows(Query()))

    def test_nothing_is_due(self, book: RecordBook) -> None:
        """What is due later is not leased now."""
        assert book.lease("worker-1", AT, 60) is None

        book.write(tasks=[task("later", due=AT + _HOUR)])

        assert book.lease("worker-1", AT, 60) is None
        assert book.lease("worker-1", AT + _HOUR, 60) is not None

    def test_longest_due_first(self, book: RecordBook) -> None:
        """Tasks are leased by their moment, then in the order in which they came."""
        book.write(
            tasks=[
                task("c"),
                task("b", due=AT - _HOUR),
                task("d"),
                task("a", due=AT - 2 * _HOUR),
            ]
        )

        assert list("abcd") == [leased(book).key for _ in range(4)]

    def test_a_lease_is_exclusive(self, book: RecordBook) -> None:
        """Many workers at once get all tasks, each of them once."""
        keys = [f"task-{number:02}" for number in range(40)]
        book.write(tasks=[task(key) for key in keys])

        def work(name: str) -> list[str]:
            done: list[str] = []
            while found := book.lease(name, AT, 60):
                done.append(found.key)
            return done

        with ThreadPoolExecutor(8) as pool:
            parts = list(pool.map(work, [f"worker-{number}" for number in range(8)]))

        assert keys == sorted(key for part in parts for key in part)

    def test_done_with_its_outcome(self, book: RecordBook) -> None:
        """A task ends in one act with what came of it."""
        (entry,) = book.write(opened(), tasks=[task("one")])
        found = leased(book)

        book.write(changed(entry, title="Sent"), done=found)

        assert {"one": "done"} == states(book)
        assert book.lease("worker-1", AT + 9 * _HOUR, 60) is None

    def test_failed_outcome_keeps_the_task(self, book: RecordBook) -> None:
        """When the outcome cannot be written, the task is not done."""
        (entry,) = book.write(opened(), tasks=[task("one")])
        book.write(changed(entry, title="Meanwhile"))
        found = leased(book)

        with pytest.raises(StaleRecordError):
            book.write(changed(entry, title="Sent"), done=found)

        assert {"one": "leased"} == states(book)

    def test_a_lease_ends(self, book: RecordBook) -> None:
        """What a worker does not finish in time goes to another."""
        book.write(tasks=[task("one")])
        leased(book, seconds=60)
        minute = timedelta(seconds=60)

        assert book.lease("worker-2", AT + minute, 60) is None
        again = book.lease("worker-2", AT + minute + timedelta(milliseconds=1), 60)

        assert again is not None
        assert ("one", 2) == (again.key, again.attempts)

    def test_a_lost_lease_writes_nothing(self, book: RecordBook) -> None:
        """Who lost the task can neither finish it nor give it back."""
        (entry,) = book.write(opened(), tasks=[task("one")])
        lost = leased(book)
        held = book.lease("worker-2", AT + _HOUR, 60)

        with pytest.raises(StaleRecordError):
            book.write(changed(entry, title="Sent"), done=lost)
        with pytest.raises(StaleRecordError):
            book.postpone(lost, until=AT, error="no answer")

        assert [entry] == list(book.history(MATTER, "matter-1"))
        assert [held] == list(book.tasks())

    def test_done_is_done(self, book: RecordBook) -> None:
        """A task ends once."""
        book.write(tasks=[task("one")])
        found = leased(book)
        book.write(done=found)

        with pytest.raises(StaleRecordError):
            book.write(done=found)

    def test_postponed(self, book: RecordBook) -> None:
        """A task that was given back waits for its moment, and says why."""
        book.write(tasks=[task("one")])
        book.postpone(leased(book), until=AT + _HOUR, error="no answer")

        (waiting,) = book.tasks(state="waiting")
        assert (AT + _HOUR, "no answer", None) == (
            *(waiting.due, waiting.error, waiting.lease),
        )
        assert book.lease("worker-1", AT, 60) is None
        assert book.lease("worker-1", AT + _HOUR, 60) is not None

    def test_again_and_again(self, book: RecordBook) -> None:
        """What is done again and again is never stuck, and waits for its moment."""
        book.write(tasks=[task("one")])

        for number in range(40):
            found = book.lease("worker-1", AT + number * _HOUR, 60)
            assert found is not None
            assert 1 == found.attempts
            book.again(found, until=AT + (number + 1) * _HOUR)
            with pytest.raises(StaleRecordError):
                book.again(found, until=AT)

        (waiting,) = book.tasks(state="waiting")
        assert (AT + 40 * _HOUR, None) == (waiting.due, waiting.error)

    def test_hastened(self, book: RecordBook) -> None:
        """What waits is due now; what is done stays done."""
        book.write(tasks=[task("one", due=AT + _HOUR), task("two")])
        book.write(done=leased(book))

        for key in ("one", "two", "three"):
            book.hasten(key, AT)

        assert "one" == leased(book).key
        assert {"one": "leased", "two": "done"} == states(book)

    def test_stuck(self, book: RecordBook) -> None:
        """A task without another moment stays in sight until a person retries it."""
        book.write(tasks=[task("one"), task("two", due=AT + _HOUR)])
        book.postpone(leased(book), until=None, error="refused")

        assert ["one"] == [task.key for task in book.tasks(state="stuck")]
        assert book.lease("worker-1", AT, 60) is None
        book.retry("one", AT)

        again = leased(book)
        assert ("one", 1) == (again.key, again.attempts)

    @pytest.mark.parametrize("key", ["waiting", "leased", "done", "unknown"])
    def test_only_the_stuck_are_retried(self, book: RecordBook, key: str) -> None:
        """A task that is not stuck has nothing to be retried."""
        book.write(
            tasks=[task("done"), task("leased"), task("waiting", due=AT + _HOUR)]
        )
        book.write(done=leased(book))
        leased(book)
        before = book.tasks()

        with pytest.raises(NotFoundError):
            book.retry(key, AT)

        assert before == book.tasks()

    def test_poison(self, book: RecordBook) -> None:
        """A task whose every worker dies becomes stuck; the next one gets its turn."""
        book.write(tasks=[task("poison"), task("next", due=AT + timedelta(seconds=1))])

        keys = [""]
        while keys[-1] != "next" and len(keys) < 100:
            found = book.lease("worker-1", AT + len(keys) * _HOUR, 60)
            assert found is not None
            keys.append(found.key)

        assert ["", *["poison"] * (len(keys) - 2), "next"] == keys
        assert {"poison": "stuck", "next": "leased"} == states(book)
        (stuck,) = book.tasks(state="stuck")
        assert stuck.error

    def test_long_errors_fit(self, book: RecordBook) -> None:
        """However much went wrong, the task is given back."""
        book.write(tasks=[task("one")])

        book.postpone(leased(book), until=AT, error="Ünï " * 100_000)

        assert "one" == leased(book).key
