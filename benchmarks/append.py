"""Entries per second through the record book, against plain `sqlite3`.

The peer executes the very statements that the book sent, with the same parameters, in
the same transactions, on the same tables with the same PRAGMAs. What the book adds is
what is measured: canonical JSON, leaf hash, version check and SQLAlchemy.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
from sqlalchemy import Connection, Engine, event

from benchmarks.harness import Contest
from benchmarks.harness import run as measure
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.parties import Party, Role
from digivl.records.entries import AnyDraft, first
from digivl.records.sqlbook import SQLBook
from digivl.settings import Limits

ENTRIES = 300
ROUNDS = 9
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PRAGMAS = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
TABLES = """
    SELECT sql FROM sqlite_master
    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
"""


@attrs.frozen
class Note:
    """A record of usual size."""

    title: str
    text: str


NOTE = Kind("note", Note, lambda note: Standing(state="open", title=note.title))
ACTOR = Party("OVO000001", "dossierbeheerder", Role.DOSSIER_MANAGER)


def run() -> Iterator[dict[str, Any]]:
    """The measurement."""
    yield measure(
        Contest(
            name="append",
            unit="entries/s",
            ours=ours,
            peer=Replay.recorded().run,
            peer_name="sqlite3, same statements",
            more_is_better=True,
            rounds=ROUNDS,
        )
    )


def ours() -> float:
    """Entries per second through a new book."""
    with TemporaryDirectory() as folder, closing(new_book(Path(folder))) as book:
        return fill(book)


def new_book(folder: Path) -> SQLBook:
    """An empty book in a folder."""
    return SQLBook.create(f"sqlite:///{folder / 'book.db'}", Limits())


def fill(book: SQLBook) -> float:
    """Write the entries, one a transaction; entries per second."""
    wanted = [draft(number) for number in range(ENTRIES)]
    begin = time.perf_counter()
    for each in wanted:
        book.write(each)
    return ENTRIES / (time.perf_counter() - begin)


def draft(number: int) -> AnyDraft:
    """One entry to write."""
    record = Note(f"note {number}", "what was said, in a few lines. " * 8)
    moment = START + timedelta(seconds=number)
    return first(NOTE, f"note-{number:06}", record, "write", ACTOR, moment)


@attrs.frozen
class Replay:
    """What the book says to its database, to be said again without the book.

    Attributes:
        tables: The statements that make the tables and indexes.
        pragmas: The settings of the book's connection.
        statements: What was sent to write the entries, with its parameters.
    """

    tables: list[str]
    pragmas: dict[str, Any]
    statements: list[tuple[str, Any]]

    @classmethod
    def recorded(cls) -> Replay:
        """Fill a book and note what it says."""
        replay = cls([], {}, [])
        with TemporaryDirectory() as folder, closing(new_book(Path(folder))) as book:
            event.listen(Engine, "begin", replay.note_setting)
            event.listen(Engine, "before_cursor_execute", replay.note_statement)
            try:
                fill(book)
            finally:
                event.remove(Engine, "begin", replay.note_setting)
                event.remove(Engine, "before_cursor_execute", replay.note_statement)
        return replay

    def note_setting(self, connection: Connection) -> None:
        """Note tables and PRAGMAs, at the first transaction."""
        if not self.tables:
            driver: Any = connection.connection.dbapi_connection
            self.tables.extend(sql for (sql,) in driver.execute(TABLES))
            for name in PRAGMAS:
                self.pragmas[name] = driver.execute(f"PRAGMA {name}").fetchone()[0]

    def note_statement(self, *call: Any) -> None:
        """Note one statement and its parameters."""
        self.statements.append((call[2], call[3]))

    def run(self) -> float:
        """Say it all again with plain `sqlite3`; entries per second."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / "plain.db"
            with closing(sqlite3.connect(file, isolation_level=None)) as connection:
                for name, value in self.pragmas.items():
                    connection.execute(f"PRAGMA {name}={value}")
                for sql in self.tables:
                    connection.execute(sql)
                begin = time.perf_counter()
                self.write(connection)
                return ENTRIES / (time.perf_counter() - begin)

    def write(self, connection: sqlite3.Connection) -> None:
        """The transactions, each from its BEGIN to a COMMIT."""
        for sql, parameters in self.statements:
            if sql.startswith("BEGIN") and connection.in_transaction:
                connection.execute("COMMIT")
            connection.execute(sql, parameters).fetchall()
        connection.execute("COMMIT")
