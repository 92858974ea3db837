"""Connections to the database, and its errors in the words of digivl."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    Insert,
    Update,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from digivl.errors import (
    BookBusyError,
    BookUnreachableError,
    ConfigurationError,
    DamagedOfficeError,
    DigivlError,
    StorageError,
    StorageFullError,
)

#: Execution option of a connection that will write.
WRITING: Final = "digivl_writing"

# FULL: a commit that returned survives a power cut. secure_delete: an erased value
# does not linger in free pages.
_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
)


def file_url(path: Path) -> str:
    """The URL of a SQLite file, whatever signs stand in its path."""
    url = URL.create("sqlite", database=str(path))
    return url.render_as_string(hide_password=False)


def connect(url: str, *, wait_seconds: float) -> Engine:
    """An engine for that database; nothing is opened yet.

    Args:
        url: SQLAlchemy URL, ``sqlite:///…`` or ``postgresql+psycopg://…``.
        wait_seconds: How long a writer waits for the others.

    Raises:
        ConfigurationError: No such kind of database, or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        prepare = _PREPARE[parsed.get_backend_name()]
        engine = create_engine(
            parsed,
            pool_pre_ping=prepare is _prepare_postgresql,
            # Parameters may be personal values: no error and no log shows them.
            hide_parameters=True,
        )
    except (ImportError, KeyError, SQLAlchemyError, ValueError) as cause:
        raise ConfigurationError(
            f"no database at this book URL: {type(cause).__name__}",
            hint="Use sqlite:///file or postgresql+psycopg://…; the latter needs "
            "`pip install digivl[postgres]`.",
        ) from cause
    prepare(engine, wait_seconds)
    return engine


def _prepare_sqlite(engine: Engine, wait_seconds: float) -> None:
    def connected(connection: Any, _: Any) -> None:
        # The driver would open transactions by itself, too late to be exclusive.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={int(wait_seconds * 1000)}")
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    def begun(connection: Connection) -> None:
        # A writer takes the lock at once: it waits its turn, and cannot find out
        # halfway that somebody else wrote first.
        writing = connection.get_execution_options().get(WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)


def begin_on_sqlite(connection: Connection) -> None:
    """Begin the transaction that an application's connection to SQLite seems to have.

    Its driver begins one only at the first change of a row, after the savepoint: to
    release that would then commit, and nothing could be rolled back.
    """
    if connection.dialect.name != "sqlite":
        return
    if not connection.in_transaction():
        connection.begin()
    driver: Any = connection.connection.dbapi_connection
    if not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_postgresql(engine: Engine, wait_seconds: float) -> None:
    def connected(connection: Any, _: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {int(wait_seconds * 1000)}")
        connection.commit()

    event.listen(engine, "connect", connected)


_PREPARE: Final = {
    "sqlite": _prepare_sqlite,
    "postgresql": _prepare_postgresql,
}


def write_rows(
    connection: Connection,
    statement: Insert | Update,
    names: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
) -> int:
    """Execute a statement for rows of values with these names; how many it touched.

    SQLAlchemy makes the statement, once, and the driver gets the values as they are:
    those of our tables need no conversion, and to look for one takes longer than to
    write the row.
    """
    sql, arranged = _prepared(statement, connection.dialect, names)
    values = [arranged(row) for row in rows]
    done = connection.exec_driver_sql(sql, values if len(values) > 1 else values[0])
    return done.rowcount


@lru_cache(maxsize=100)
def _prepared(
    statement: Insert | Update, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, Callable[[tuple[Any, ...]], Any]]:
    """The statement as a driver takes it, and what makes its parameters of a row."""
    made: Any = statement.compile(dialect=dialect, column_keys=list(names))
    if made.positional:
        return str(made), itemgetter(*map(names.index, made.positiontup))
    return str(made), lambda row: dict(zip(names, row, strict=True))


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the database says into an error of digivl."""
    try:
        yield
    except DigivlError:
        raise
    except SQLAlchemyError as cause:
        raise _translated(cause) from cause
    except OSError as cause:
        raise StorageError(f"the record book cannot be reached: {cause}") from cause


_BUSY: Final = (
    "database is locked",
    "table is locked",
    "lock timeout",
    "deadlock",
    "queuepool limit",
    "too many clients",
)
_FULL: Final = ("disk is full", "no space left", "could not extend file")
_DAMAGED: Final = (
    "malformed",
    "not a database",
    "no such table",
    "no such column",
    'relation "',  # … does not exist
)
_AWAY: Final = (
    "connection refused",
    "connection failed",
    "could not connect",
    "could not translate host",
    "failed to resolve host",
    "name or service not known",
    "timeout expired",
)
_UNOPENED: Final = ("unable to open", "readonly database", "disk i/o error")


def refuse_missing(engine: Engine) -> None:
    """Refuse a SQLite file that is not there: opening it would make an empty one.

    Raises:
        DamagedOfficeError: There is no such file.
    """
    file = engine.url.database
    there = engine.dialect.name != "sqlite" or not file or file.startswith("file:")
    if not there and not Path(str(file)).exists():
        raise DamagedOfficeError(
            f"there is no record book {Path(str(file)).name}",
            hint="Make an office with `digivl init DIR`, or a book with "
            "SQLBook.create.",
        )


def _translated(cause: SQLAlchemyError) -> StorageError | DamagedOfficeError:
    # The first line of the driver's text: the statement, its parameters and the
    # details below it may hold personal values.
    text = str(cause.orig) if isinstance(cause, DBAPIError) else str(cause)
    said = text.partition("\n")[0]
    text = said.casefold()
    if any(sign in text for sign in _BUSY):
        return BookBusyError(
            "other writers hold the record book",
            hint="Nothing was written. Try again; see limits.book_wait_seconds.",
        )
    if any(sign in text for sign in _AWAY):
        return BookUnreachableError(
            f"the database of the record book does not answer: {said}",
            hint="Is it running, and is its address in the settings right?",
        )
    if any(sign in text for sign in _FULL):
        return StorageFullError(
            "no room left on the disk of the record book",
            hint="Nothing was written. Make room and repeat the act.",
        )
    if any(sign in text for sign in _DAMAGED):
        return DamagedOfficeError(
            f"the record book is damaged: {said}",
            hint="Restore it from the last back-up; the documents are kept apart.",
        )
    hint = ""
    if any(sign in text for sign in _UNOPENED):
        hint = "Check that the folder exists and that this user may write in it."
    return StorageError(f"the record book did not do it: {said}", hint=hint)
