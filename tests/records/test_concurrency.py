"""Many processes on one book: nothing lost, nothing twice, no lock in sight."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from digivl.errors import BookBusyError, StaleRecordError
from digivl.records.port import Query
from digivl.records.sqlbook import SQLBook
from digivl.records.tasks import TaskState
from digivl.records.workers import this_worker
from digivl.settings import Limits
from digivl.testing.book_contract import AT, MATTER, changed, opened
from digivl.testing.outbox_contract import task

HAMMER = Path(__file__).parent / "hammer.py"
OpenedBook = Callable[..., SQLBook]


def start(url: str, *act: str) -> subprocess.Popen[str]:
    """Start one process on the book."""
    command = [sys.executable, str(HAMMER), url, *act]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)


def outcomes(url: str, count: int, *act: str) -> list[list[Any]]:
    """What each of several processes did at the same time."""
    done: list[list[Any]] = []
    running = [start(url, *act) for _ in range(count)]
    for process in running:
        said, complaint = process.communicate(timeout=60)
        assert "" == complaint
        done.append(json.loads(said))
    return done


def test_hammering(url: str, book: SQLBook) -> None:
    """Of processes that act on one record for seconds, exactly one wins each version.

    The losers are told that the record is stale, and nothing else: no lock.
    """
    book.write(opened(title="0"))

    wins = outcomes(url, 4, "bump", "2")

    entry = book.read(MATTER, "matter-1")
    counts = sorted(count for won in wins for count in won)
    assert list(range(1, int(entry.record.title) + 1)) == counts
    assert len(counts) + 1 == entry.version
    assert [won for won in wins if won][1:], "one kept all others out"


def test_opening_at_once(url: str, book: SQLBook) -> None:
    """Of processes that make the same records at once, one makes each of them."""
    wins = outcomes(url, 3, "open", "60")

    assert list(range(60)) == sorted(number for won in wins for number in won)
    assert 60 == len(book.rows(Query()))


def test_sharing_the_work(url: str, book: SQLBook) -> None:
    """Each task goes to one process."""
    keys = [f"task-{number:03}" for number in range(120)]
    book.write(tasks=[task(key) for key in keys])

    parts = outcomes(url, 3, "lease")

    assert keys == sorted(key for part in parts for key in part)


def test_killed_worker(url: str, book: SQLBook) -> None:
    """The lease of a process that was killed is free at once, and not before."""
    book.write(tasks=[task("one")])
    with start(url, "hold") as process:
        assert process.stdout is not None
        assert "one" == json.loads(process.stdout.readline())
        assert book.lease(this_worker(), AT, 60) is None
        process.send_signal(signal.SIGKILL)
    assert -signal.SIGKILL == process.returncode

    found = book.lease(this_worker(), AT, 60)

    assert found is not None
    assert ("one", 2) == (found.key, found.attempts)


def test_killed_again_and_again(url: str, opened_book: OpenedBook) -> None:
    """A task that kills its workers becomes stuck after the attempts of the limits."""
    book = opened_book(url, Limits(task_attempts=2))
    book.write(tasks=[task("poison")])
    for _ in range(2):
        with start(url, "hold") as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.kill()

    assert book.lease(this_worker(), AT, 60) is None
    (stuck,) = book.tasks()
    assert (TaskState.STUCK, 2) == (stuck.state, stuck.attempts)
    assert "the worker died at every attempt" == stuck.error


@pytest.mark.interop
def test_locked_tasks_are_passed_over(
    postgresql_url: str, opened_book: OpenedBook
) -> None:
    """On PostgreSQL a worker does not wait for a task that another one is taking."""
    book = opened_book(postgresql_url, Limits(book_wait_seconds=5))
    book.write(tasks=[task("one"), task("two")])
    engine = create_engine(make_url(postgresql_url))

    with engine.begin() as connection:
        connection.execute(text("SELECT * FROM task WHERE key = 'one' FOR UPDATE"))
        found = book.lease("worker-1", AT, 60)
    engine.dispose()

    assert found is not None
    assert "two" == found.key


def held(url: str) -> Any:
    """A connection of somebody who writes to the record of the tests."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(
            str(make_url(url).database), isolation_level=None, check_same_thread=False
        )
        connection.execute("BEGIN IMMEDIATE")
        return connection
    import psycopg

    plain = make_url(url).set(drivername="postgresql")
    other = psycopg.connect(plain.render_as_string(hide_password=False))
    other.execute("UPDATE current SET title = 'held'")
    return other


def test_waiting_has_an_end(url: str, opened_book: OpenedBook) -> None:
    """Who holds the book too long is told of; the act can be repeated."""
    opened_book(url).write(opened())
    book = opened_book(url, Limits(book_wait_seconds=0.2))
    entry = book.read(MATTER, "matter-1")

    with closing(held(url)), pytest.raises(BookBusyError) as refused:
        book.write(changed(entry, title="Another title"))

    assert refused.value.retryable
    book.write(changed(entry, title="Another title"))


def test_waiting_is_worth_it(url: str, opened_book: OpenedBook) -> None:
    """Who is held up for a moment gets through."""
    opened_book(url).write(opened())
    book = opened_book(url, Limits(book_wait_seconds=20))
    entry = book.read(MATTER, "matter-1")
    other = held(url)
    leaving = threading.Timer(0.3, other.rollback)

    leaving.start()
    (written,) = book.write(changed(entry, title="Another title"))
    leaving.join()
    other.close()

    assert 2 == written.version


@pytest.mark.interop
def test_crossed_acts(postgresql_url: str, opened_book: OpenedBook) -> None:
    """Acts that would wait for each other for ever: one is done, one is told."""
    book = opened_book(postgresql_url, Limits(book_wait_seconds=10))
    one, two = book.write(opened("matter-1"), opened("matter-2"))
    crossing = threading.Barrier(2, timeout=10)
    results: list[str] = []

    def act(engine: Any, drafts: list[Any]) -> None:
        with engine.connect() as connection:
            joined = book.joining(connection)
            try:
                joined.write(drafts[0])
                crossing.wait()
                joined.write(drafts[1])
                connection.commit()
            except (BookBusyError, StaleRecordError) as error:
                results.append(error.code)
            else:
                results.append("done")

    engine = create_engine(make_url(postgresql_url))
    drafts = [changed(one, title="Crossed"), changed(two, title="Crossed")]
    threads = [
        threading.Thread(target=act, args=(engine, order))
        for order in (drafts, drafts[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()

    assert ["book-busy", "done"] == sorted(results)
    assert "Crossed" == book.read(MATTER, "matter-1").record.title
