"""The record book in SQL: one implementation for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from typing import Any, Self, TypeVar

import attrs
from sqlalchemy import Connection, Engine, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from digivl.errors import DigivlError, NotFoundError
from digivl.kernel.kinds import Kind, Ref
from digivl.records import current, outbox, schema
from digivl.records.codec import (
    PersonalValue,
    Sealed,
    holds_personal,
    seal,
    unseal,
)
from digivl.records.engine import (
    WRITING,
    begin_on_sqlite,
    connect,
    refuse_missing,
    translated,
    write_rows,
)
from digivl.records.entries import AnyDraft, AnyEntry, Entry
from digivl.records.port import Query, Row
from digivl.records.schema import CURRENT, ENTRY, PERSONAL
from digivl.records.sqlindex import SQLIndex
from digivl.records.sqltallies import SQLTallies
from digivl.records.tasks import NewTask, Task
from digivl.settings import Limits

R = TypeVar("R", bound=attrs.AttrsInstance)

_SHORTEST_PREFIX = 6
_CHUNK = 500

# Made once: SQLAlchemy then finds what it compiled for them without looking twice.
_NEW_ENTRY = insert(ENTRY).returning(ENTRY.c.number, sort_by_parameter_order=True)
_MORE_ENTRIES = insert(ENTRY)
_ENTRY_NAMES = ("kind", "id", "version", "at", "actor", "action", "canonical", "leaf")
_READ = (ENTRY.c.id, ENTRY.c.number, ENTRY.c.canonical, ENTRY.c.leaf)
_NEW_PERSONAL = {
    "sqlite": sqlite.insert(PERSONAL).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(PERSONAL).on_conflict_do_nothing(),
}


@attrs.frozen
class SQLBook:
    """A record book in a SQL database; see `digivl.records.port.RecordBook`."""

    _engine: Engine
    _limits: Limits = Limits()
    _told: Callable[[AnyEntry], None] | None = None
    _joined: Connection | None = None

    @classmethod
    def create(cls, url: str, limits: Limits = Limits()) -> Self:
        """Open a book, making its tables when the database is empty."""
        book = cls(connect(url, wait_seconds=limits.book_wait_seconds), limits)
        book._prepare(schema.create, schema.migrate)
        return book

    @classmethod
    def open(cls, url: str, limits: Limits = Limits()) -> Self:
        """Open a book that is there.

        Args:
            url: SQLAlchemy URL.
            limits: How long to wait for other writers, and how often to try a task.

        Raises:
            DamagedOfficeError: There is none, or not all of one.
            NewerOfficeError: A newer digivl made it.
        """
        book = cls(connect(url, wait_seconds=limits.book_wait_seconds), limits)
        refuse_missing(book._engine)
        book._prepare(schema.migrate)
        return book

    def joining(self, connection: Connection) -> Self:
        """The same book, writing in a transaction that the application has open.

        What is written counts once the application commits.
        """
        return attrs.evolve(self, joined=connection)

    def write(
        self,
        *drafts: AnyDraft,
        tasks: Sequence[NewTask] = (),
        done: Task | None = None,
    ) -> tuple[AnyEntry, ...]:
        """Write all or nothing; see the port."""
        sealed = [seal(draft) for draft in drafts]
        with self._writing() as connection:
            current.move(connection, drafts)
            numbers = _insert_entries(connection, drafts, sealed)
            _insert_personal(connection, drafts, sealed)
            for task in tasks:
                outbox.add(connection, task)
            if done is not None:
                outbox.finish(connection, done)
        written = tuple(
            _written(draft, number, made)
            for draft, number, made in zip(drafts, numbers, sealed, strict=True)
        )
        self._tell(written)
        return written

    def read(self, kind: Kind[R], id: str) -> Entry[R]:
        """The latest entry of a record; see the port."""
        latest = _entries(kind, id).order_by(ENTRY.c.version.desc()).limit(1)
        with self._reading() as connection:
            rows = connection.execute(latest).all()
            personal = _personal(connection, kind, rows)
        if not rows:
            raise NotFoundError(f"there is no {kind.name} {id}")
        return _entry(kind, rows[0], personal)

    def read_all(self, kind: Kind[R], ids: Iterable[str]) -> dict[str, Entry[R]]:
        """The latest entries of many records; see the port."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Entry[R]] = {}
        with self._reading() as connection:
            for start in range(0, len(wanted), _CHUNK):
                chunk = wanted[start : start + _CHUNK]
                rows = connection.execute(_latest(kind, chunk)).all()
                personal = _personal(connection, kind, rows)
                for row in rows:
                    found[row[0]] = _entry(kind, row, personal)
        return found

    def history(self, kind: Kind[R], id: str) -> Iterator[Entry[R]]:
        """All entries of a record, oldest first; see the port."""
        with self._reading() as connection:
            wanted = _entries(kind, id).order_by(ENTRY.c.version)
            rows = connection.execute(wanted).all()
            personal = _personal(connection, kind, rows)
        for row in rows:
            yield _entry(kind, row, personal)

    def rows(
        self, query: Query, *, limit: int | None = None, after: Row | None = None
    ) -> Sequence[Row]:
        """Current rows; see the port."""
        with self._reading() as connection:
            return current.rows(connection, query, limit, after)

    def acts(
        self, dossiers: Iterable[str], kinds: Collection[str]
    ) -> Mapping[str, int]:
        """How many acts there were, for each dossier; see the port."""
        with self._reading() as connection:
            return current.acts(connection, dossiers, kinds)

    def find(self, id: str) -> Sequence[Ref]:
        """The records whose id is `id` or starts with it; see the port."""
        matches = CURRENT.c.id == id
        if len(id) >= _SHORTEST_PREFIX:
            matches |= CURRENT.c.id.startswith(id, autoescape=True)
        found = select(CURRENT.c.kind, CURRENT.c.id).where(matches).limit(100)
        with self._reading() as connection:
            return [Ref(row.kind, row.id) for row in connection.execute(found)]

    def erase(self, draft: AnyDraft) -> AnyEntry:
        """Write an act of erasure and delete what it erases; see the port."""
        made = seal(draft)
        with self._writing() as connection:
            current.move(connection, [draft])
            (number,) = _insert_entries(connection, [draft], [made])
            connection.execute(
                delete(PERSONAL).where(
                    PERSONAL.c.kind == draft.kind.name, PERSONAL.c.id == draft.id
                )
            )
        erased = unseal(draft.kind, number, made.canonical, {})
        self._wipe()
        self._tell((erased,))
        return erased

    def lease(
        self,
        worker: str,
        now: datetime,
        seconds: float,
        kinds: Collection[str] | None = None,
    ) -> Task | None:
        """Take the task that is due longest; see the port."""
        most = self._limits.task_attempts
        with self._writing() as connection:
            return outbox.lease(
                connection, worker, now, seconds, kinds=kinds, most=most
            )

    def postpone(self, task: Task, *, until: datetime | None, error: str) -> None:
        """Give a task back; see the port."""
        with self._writing() as connection:
            outbox.postpone(connection, task, until, error)

    def again(self, task: Task, *, until: datetime, error: str = "") -> None:
        """Give back a task that is done again and again; see the port."""
        with self._writing() as connection:
            outbox.again(connection, task, until, error)

    def tasks(self, *, state: str | None = None) -> Sequence[Task]:
        """Tasks, oldest first; see the port."""
        with self._reading() as connection:
            return outbox.listed(connection, state)

    def hasten(self, key: str, now: datetime) -> None:
        """Make a waiting task due now; see the port."""
        with self._writing() as connection:
            outbox.hasten(connection, key, now)

    def retry(self, key: str, now: datetime) -> None:
        """Make a stuck task due again; see the port."""
        with self._writing() as connection:
            outbox.retry(connection, key, now)

    @property
    def index(self) -> SQLIndex:
        """The full-text index beside the book; see the port."""
        return SQLIndex(self._engine.dialect.name, self._reading, self._writing)

    @property
    def tallies(self) -> SQLTallies:
        """The tallies beside the book; see the port."""
        return SQLTallies(self._engine.dialect.name, self._reading, self._writing)

    def telling(self, told: Callable[[AnyEntry], None]) -> Self:
        """The same book with somebody who is told; see the port."""
        return attrs.evolve(self, told=told)

    def close(self) -> None:
        """Let go of the connections; see the port."""
        self._engine.dispose()

    def _prepare(self, *steps: Callable[[Connection], None]) -> None:
        try:
            with self._writing() as connection:
                for step in steps:
                    step(connection)
        except DigivlError:
            self.close()
            raise

    def _tell(self, written: Sequence[AnyEntry]) -> None:
        if self._told is not None and self._joined is None:
            for entry in written:
                self._told(entry)

    def _wipe(self) -> None:
        # SQLite keeps what it overwrote in its log until that starts anew; a reader
        # can hold that up, not undo the erasure.
        if self._joined is not None or self._engine.dialect.name != "sqlite":
            return
        with translated(), closing(self._engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._transaction(writing=False)

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._transaction(writing=True)

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Connection]:
        with translated():
            if self._joined is not None:
                begin_on_sqlite(self._joined)
                with self._joined.begin_nested():
                    yield self._joined
                return
            with self._engine.connect() as connection:
                options = {WRITING: writing}
                with connection.execution_options(**options).begin():
                    yield connection


def _insert_entries(
    connection: Connection, drafts: Sequence[AnyDraft], sealed: Sequence[Sealed]
) -> Sequence[int]:
    if not drafts:
        return ()
    rows = [
        (
            draft.kind.name,
            draft.id,
            draft.version,
            made.at,
            draft.actor.id,
            draft.action,
            made.canonical,
            made.leaf,
        )
        for draft, made in zip(drafts, sealed, strict=True)
    ]
    if len(rows) > 1 and connection.dialect.name == "sqlite":
        # The only writer there is: the numbers follow on the last one.
        last = connection.scalar(select(func.max(ENTRY.c.number))) or 0
        write_rows(connection, _MORE_ENTRIES, _ENTRY_NAMES, rows)
        return range(last + 1, last + 1 + len(rows))
    named: list[dict[str, Any]] = [
        dict(zip(_ENTRY_NAMES, row, strict=True)) for row in rows
    ]
    return connection.execute(_NEW_ENTRY, named).scalars().all()


def _insert_personal(
    connection: Connection, drafts: Sequence[AnyDraft], sealed: Sequence[Sealed]
) -> None:
    rows = [
        {"kind": draft.kind.name, "id": draft.id, **attrs.asdict(value)}
        for draft, made in zip(drafts, sealed, strict=True)
        for value in made.personal
    ]
    if not rows:
        return
    # A value that an earlier version already committed to is not kept twice.
    connection.execute(_NEW_PERSONAL[connection.dialect.name], rows)


def _written(draft: AnyDraft, number: int, made: Sealed) -> AnyEntry:
    return Entry(
        kind=draft.kind,
        id=draft.id,
        version=draft.version,
        at=draft.at,
        actor=draft.actor,
        action=draft.action,
        reason=draft.reason,
        record=draft.record,
        number=number,
        canonical=made.canonical,
        leaf=made.leaf,
    )


def _entry(kind: Kind[R], row: Any, personal: Mapping[str, PersonalValue]) -> Entry[R]:
    # The leaf as it is kept: whoever doubts hashes `canonical` again, and compares.
    _, number, canonical, leaf = row
    return unseal(kind, number, canonical, personal, leaf)


def _entries(kind: Kind[Any], id: str) -> Any:
    return select(*_READ).where(ENTRY.c.kind == kind.name, ENTRY.c.id == id)


def _latest(kind: Kind[Any], ids: Sequence[str]) -> Any:
    return (
        select(*_READ)
        .join(
            CURRENT,
            (CURRENT.c.kind == ENTRY.c.kind)
            & (CURRENT.c.id == ENTRY.c.id)
            & (CURRENT.c.version == ENTRY.c.version),
        )
        .where(CURRENT.c.kind == kind.name, CURRENT.c.id.in_(ids))
    )


def _personal(
    connection: Connection, kind: Kind[Any], rows: Iterable[Any]
) -> dict[str, PersonalValue]:
    ids = {name for name, _, canonical, _ in rows if holds_personal(canonical)}
    if not ids:
        return {}
    found = select(PERSONAL.c.commitment, PERSONAL.c.salt, PERSONAL.c.value).where(
        PERSONAL.c.kind == kind.name, PERSONAL.c.id.in_(ids)
    )
    return {
        row.commitment: PersonalValue(row.commitment, bytes(row.salt), row.value)
        for row in connection.execute(found)
    }
