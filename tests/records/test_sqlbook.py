"""The book in SQL beyond its contract: what stands in the tables, and who joins."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import create_engine, make_url, text

from digivl.errors import MalformedError, NotFoundError, StaleRecordError
from digivl.kernel.identifiers import INSZ
from digivl.kernel.personal import Personal
from digivl.records.engine import connect
from digivl.records.entries import AnyEntry
from digivl.records.port import Query
from digivl.records.sqlbook import SQLBook
from digivl.settings import Limits
from digivl.testing.book_contract import AT, MATTER, NUMBER, changed, opened
from digivl.testing.outbox_contract import task

OpenedBook = Callable[..., SQLBook]
WORDS = ["", "one", "two", "Ünï"]


def standings(book: SQLBook) -> dict[str, Any]:
    """What the current rows say."""
    return {
        row.ref.id: (row.version, row.standing)
        for row in book.rows(Query(), limit=10_000)
    }


def replayed(book: SQLBook, names: list[str]) -> dict[str, Any]:
    """What the last entries say."""
    last = {name: list(book.history(MATTER, name))[-1:] for name in names}
    return {
        name: (entry.version, MATTER.standing(entry.record))
        for name, entries in last.items()
        for entry in entries
    }


class Walk(RuleBasedStateMachine):
    """Anything that can be done to a book, in any order, also what is refused."""

    book: SQLBook

    def __init__(self) -> None:
        super().__init__()
        self.walk = Walk.count = Walk.count + 1
        self.read: dict[str, AnyEntry] = {}

    count = 0

    def name(self, number: int) -> str:
        """An id of this walk."""
        return f"{self.walk}-{number}"

    @property
    def names(self) -> list[str]:
        """All ids of this walk."""
        return [self.name(number) for number in range(3)]

    @rule(number=st.integers(0, 2), title=st.sampled_from(WORDS), person=st.booleans())
    def open(self, number: int, title: str, *, person: bool) -> None:
        """Make a record, which may be there already."""
        name = self.name(number)
        owner = Personal(INSZ(NUMBER)) if person else None
        try:
            (self.read[name],) = self.book.write(opened(name, title=title, owner=owner))
        except StaleRecordError:
            self.read[name] = self.book.read(MATTER, name)

    @rule(number=st.integers(0, 2), title=st.sampled_from(WORDS), fresh=st.booleans())
    def change(self, number: int, title: str, *, fresh: bool) -> None:
        """Act on what was read, now or long ago."""
        if not (known := self.read.get(self.name(number))):
            return
        now = self.book.read(MATTER, known.id)
        entry = now if fresh else known
        try:
            self.book.write(changed(entry, title=title, due=AT))
        except StaleRecordError:
            assert entry.version < now.version

    @rule(number=st.integers(0, 2))
    def erase(self, number: int) -> None:
        """Erase what is there."""
        if known := self.read.get(self.name(number)):
            now = self.book.read(MATTER, known.id)
            self.book.erase(changed(now, state="closed"))

    @invariant()
    def rows_say_what_entries_say(self) -> None:
        """Nothing is stored twice that could drift."""
        rows = standings(self.book)
        ours = {name: rows[name] for name in self.names if name in rows}
        assert replayed(self.book, self.names) == ours

    @invariant()
    def versions_have_no_gap(self) -> None:
        """Each version follows on the one before."""
        for name in self.names:
            versions = [entry.version for entry in self.book.history(MATTER, name)]
            assert list(range(1, len(versions) + 1)) == versions


def test_rows_never_drift(sqlite_book: SQLBook) -> None:
    """After any acts the current rows are what replaying the entries gives."""
    walk = type("WalkHere", (Walk,), {"book": sqlite_book})

    run_state_machine_as_test(
        walk, settings=settings(max_examples=25, stateful_step_count=12, deadline=None)
    )


@pytest.fixture(name="application")
def _application(url: str, book: SQLBook) -> Any:
    """The engine of an application, as SQLAlchemy makes it, beside the book."""
    engine = create_engine(make_url(url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE own (name VARCHAR(20))"))
    yield engine
    engine.dispose()


INSERT = text("INSERT INTO own VALUES ('mine')")


@pytest.mark.parametrize("own_first", [True, False])
def test_joining_and_committing(
    book: SQLBook, application: Any, *, own_first: bool
) -> None:
    """What the book writes on an application's connection counts at its commit."""
    with application.connect() as connection:
        if own_first:
            connection.execute(INSERT)
        joined = book.joining(connection)
        joined.write(opened(), tasks=[task("one")])
        assert "A matter" == joined.read(MATTER, "matter-1").record.title
        assert [] == list(book.rows(Query()))
        connection.commit()

    assert ["one"] == [task.key for task in book.tasks()]
    assert 1 == len(book.rows(Query()))


@pytest.mark.parametrize("own_first", [True, False])
def test_joining_and_rolling_back(
    book: SQLBook, application: Any, *, own_first: bool
) -> None:
    """When the application rolls back, nothing was written."""
    with application.connect() as connection:
        if own_first:
            connection.execute(INSERT)
        book.joining(connection).write(opened(), tasks=[task("one")])
        connection.rollback()

    assert [] == list(book.tasks())
    with pytest.raises(NotFoundError):
        book.read(MATTER, "matter-1")


def test_joining_and_failing(book: SQLBook, application: Any) -> None:
    """An act that is refused does not spoil the transaction it joined."""
    (entry,) = book.write(opened())
    book.write(changed(entry, title="Meanwhile"))

    with application.begin() as connection:
        connection.execute(INSERT)
        joined = book.joining(connection)
        with pytest.raises(StaleRecordError):
            joined.write(opened("matter-2"), changed(entry, title="Late"))
        joined.write(opened("matter-3"))

    assert {"matter-1", "matter-3"} == standings(book).keys()
    with application.connect() as connection:
        assert ["mine"] == list(connection.scalars(text("SELECT name FROM own")))


def test_joining_and_erasing(book: SQLBook, application: Any) -> None:
    """An erasure is part of the transaction as any act is."""
    (entry,) = book.write(opened(owner=Personal(INSZ(NUMBER))))

    with application.connect() as connection:
        book.joining(connection).erase(changed(entry))
        connection.rollback()
    assert entry == book.read(MATTER, "matter-1")

    with application.begin() as connection:
        book.joining(connection).erase(changed(entry))
    owner = book.read(MATTER, "matter-1").record.owner
    assert owner is not None
    assert owner.is_erased


def test_tells_what_was_written(url: str, opened_book: OpenedBook) -> None:
    """Listeners hear of each entry once it is there, and of none that is not."""
    heard: list[AnyEntry] = []
    book = opened_book(url).telling(heard.append)

    (one,) = book.write(opened())
    with pytest.raises(StaleRecordError):
        book.write(opened())
    erasure = book.erase(changed(one))

    assert [one, erasure] == heard


def test_says_nothing_before_the_commit(
    url: str, opened_book: OpenedBook, application: Any
) -> None:
    """A joined transaction can still be undone: nobody hears of it."""
    heard: list[AnyEntry] = []
    book = opened_book(url).telling(heard.append)

    with application.begin() as connection:
        book.joining(connection).write(opened())

    assert [] == heard


def bytes_of(folder: Path) -> bytes:
    """All that stands in the files of the book."""
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


@pytest.mark.parametrize("count", [1, 200])
def test_erased_from_the_disk(
    sqlite_book: SQLBook, quick_folder: Path, count: int
) -> None:
    """Once erased, a national number stands in no byte of the book or its log."""
    drafts = [
        opened(f"matter-{number}", owner=Personal(INSZ(NUMBER)), title="t" * 300)
        for number in range(count)
    ]
    written = sqlite_book.write(*drafts)
    assert NUMBER.encode() in bytes_of(quick_folder)

    for entry in written:
        sqlite_book.erase(changed(entry))

    assert NUMBER.encode() not in bytes_of(quick_folder)


def test_erased_under_a_reader(sqlite_url: str, opened_book: OpenedBook) -> None:
    """A long read elsewhere holds up the cleaning of the log, not the erasure."""
    book = opened_book(sqlite_url, Limits(book_wait_seconds=0.1))
    (entry,) = book.write(opened(owner=Personal(INSZ(NUMBER))))
    file = str(make_url(sqlite_url).database)

    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM personal").fetchall()
        book.erase(changed(entry))

    with closing(sqlite3.connect(file)) as reader:
        assert [] == reader.execute("SELECT * FROM personal").fetchall()


def test_a_value_is_kept_once(book: SQLBook, application: Any) -> None:
    """Versions that say the same of a person share one value."""
    (one,) = book.write(opened(owner=Personal(INSZ(NUMBER))))
    book.write(changed(one, title="Another title"))

    with application.connect() as connection:
        count = connection.scalar(text("SELECT count(*) FROM personal"))
    assert 1 == count


def test_file_is_for_a_careful_disk(sqlite_book: SQLBook, sqlite_url: str) -> None:
    """The file has a log that readers and a writer share, and is found whole."""
    sqlite_book.write(opened())

    with closing(sqlite3.connect(str(make_url(sqlite_url).database))) as other:
        assert [("wal",)] == other.execute("PRAGMA journal_mode").fetchall()
        assert [("ok",)] == other.execute("PRAGMA integrity_check").fetchall()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("synchronous", 2),  # a commit survives a power cut
        ("secure_delete", 1),  # what was deleted is overwritten
        ("foreign_keys", 1),
        ("busy_timeout", 1_500),  # milliseconds
    ],
)
def test_connections_are_careful(sqlite_url: str, pragma: str, value: int) -> None:
    """Every connection to a file is set up alike, whatever SQLite was built with."""
    engine = connect(sqlite_url, wait_seconds=1.5)
    with engine.connect() as connection:
        assert value == connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
    engine.dispose()


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"id": "x" * 201},
        {"id": "two\nlines"},
        {"id": "nul\0"},
        {"id": NUMBER},
        {"id": "85.07.30-033.28"},
        {"reason": f"asked by {NUMBER}"},
        {"at": AT.replace(tzinfo=None)},
    ],
    ids=str,
)
def test_drafts_that_cannot_be(change: dict[str, Any]) -> None:
    """What stands in the open for ever is checked first, and not repeated."""
    with pytest.raises(MalformedError) as refused:
        attrs.evolve(opened(), **change)

    assert NUMBER not in refused.value.diagnostics()


def test_history_outlives_the_call(book: SQLBook) -> None:
    """A history that is read slowly holds nothing up, and shows one moment."""
    (one,) = book.write(opened())
    history = book.history(MATTER, "matter-1")

    assert one == next(history)
    book.write(changed(one, title="Meanwhile"))

    assert [] == list(history)


def test_thousands_of_rows(sqlite_book: SQLBook) -> None:
    """Nothing is cut unless it is asked: a silent limit would hide what waits."""
    moments = [AT + timedelta(minutes=number) for number in range(1_100)]
    sqlite_book.write(*(opened(f"matter-{m:%d%H%M}", due=m) for m in moments))

    rows, some = sqlite_book.rows(Query()), sqlite_book.rows(Query(), limit=1_000)

    assert moments == [row.standing.due for row in rows]
    assert moments[:1_000] == [row.standing.due for row in some]
