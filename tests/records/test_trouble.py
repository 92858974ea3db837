"""What a book says when the disk, the file, the server or the address is wrong."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import traceback
from collections.abc import Callable
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from digivl.errors import (
    BookBusyError,
    BookUnreachableError,
    ConfigurationError,
    DamagedOfficeError,
    DigivlError,
    NewerOfficeError,
    OfficeError,
    StorageError,
    StorageFullError,
)
from digivl.kernel.identifiers import INSZ
from digivl.kernel.personal import Personal
from digivl.records import schema
from digivl.records.engine import file_url, translated
from digivl.records.port import Query
from digivl.records.sqlbook import SQLBook
from digivl.settings import Limits
from digivl.testing.book_contract import MATTER, NUMBER, changed, opened

OpenedBook = Callable[..., SQLBook]
TABLES = sorted(schema.METADATA.tables)


def execute(url: str, statement: str) -> None:
    """Do something to the database behind the back of the book."""
    engine = create_engine(make_url(url))
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "book.sqlite",
        "oracle://server/book",
        "nosuch:///file",
        "postgresql+nosuch://server/book",
        "postgresql+pg8000://server/book",
        "sqlite://server/file",
        "postgresql+psycopg://server:port/book",
    ],
)
def test_wrong_address(url: str) -> None:
    """An address that no driver serves is a fault of the settings."""
    with pytest.raises(ConfigurationError) as refused:
        SQLBook.open(url)

    assert "sqlite:///" in refused.value.hint


def test_address_is_not_repeated() -> None:
    """An address can hold a password: what goes wrong does not show it."""
    for url in (
        "nosuch://digivl:geheim@server/book",
        "postgresql+psycopg://digivl:geheim@127.0.0.1:1/book",
    ):
        with pytest.raises(DigivlError) as refused:
            SQLBook.open(url)

        assert "geheim" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("name", ["a b", "a?b", "a#b", "a%20b", "é", "a;b=c"])
def test_any_path(quick_folder: Path, name: str) -> None:
    """A file can stand in any folder."""
    folder = quick_folder / name
    folder.mkdir()

    SQLBook.create(file_url(folder / "book.sqlite")).close()

    assert ["book.sqlite"] == [path.name for path in folder.iterdir()]


def test_missing_folder(quick_folder: Path) -> None:
    """Where there is no folder, no book is made."""
    with pytest.raises(StorageError) as refused:
        SQLBook.create(file_url(quick_folder / "nowhere" / "book.sqlite"))

    assert "folder exists" in refused.value.hint
    assert [] == list(quick_folder.iterdir())


def test_folder_in_place_of_the_file(quick_folder: Path) -> None:
    """A folder is no book."""
    with pytest.raises(StorageError, match="unable to open"):
        SQLBook.open(file_url(quick_folder))


def test_empty_database(url: str) -> None:
    """A database without a book is not taken for an empty one, nor made."""
    with pytest.raises(DamagedOfficeError, match=r"no digivl book|no record book"):
        SQLBook.open(url)
    assert not Path(make_url(url).database or "").is_file()


def test_database_that_is_away() -> None:
    """A database that does not answer is no damage: it can be tried again."""
    url = "postgresql+psycopg://127.0.0.1:1/none?connect_timeout=2"

    with pytest.raises(BookUnreachableError) as away:
        SQLBook.open(url)

    assert away.value.retryable


def test_making_twice(url: str, opened_book: OpenedBook) -> None:
    """A book that is there stays as it is when it is made again."""
    (entry,) = opened_book(url).write(opened())

    assert entry == opened_book(url).read(MATTER, "matter-1")


def test_newer_book(url: str, book: SQLBook) -> None:
    """A book of a newer digivl is not touched."""
    newer = schema.VERSION + 1
    execute(url, f"UPDATE meta SET value = '{newer}'")

    for enter in (SQLBook.open, SQLBook.create):
        with pytest.raises(NewerOfficeError, match=f"version {newer}") as refused:
            enter(url)
        assert "Install" in refused.value.hint


def test_newer_book_without_a_table(url: str, book: SQLBook) -> None:
    """A newer book may have other tables: it is newer, not damaged."""
    execute(url, f"UPDATE meta SET value = '{schema.VERSION + 1}'")
    execute(url, "DROP TABLE task")

    with pytest.raises(NewerOfficeError):
        SQLBook.open(url)


@pytest.mark.parametrize("table", TABLES)
def test_missing_table(url: str, book: SQLBook, table: str) -> None:
    """A book without one of its tables is damaged."""
    execute(url, f"DROP TABLE {table}")

    with pytest.raises(DamagedOfficeError):
        SQLBook.open(url)


def test_table_that_went_missing(url: str, book: SQLBook) -> None:
    """A table that disappears under an open book is told of, too."""
    execute(url, "DROP TABLE personal")

    with pytest.raises(DamagedOfficeError, match="damaged"):
        book.write(opened(owner=Personal(INSZ(NUMBER))))
    assert [] == list(book.rows(Query()))


@pytest.mark.parametrize("statement", ["DELETE FROM meta", "UPDATE meta SET value='x'"])
def test_book_without_version(url: str, book: SQLBook, statement: str) -> None:
    """A book that does not say its version is damaged."""
    execute(url, statement)

    with pytest.raises(DamagedOfficeError, match="which version"):
        SQLBook.open(url)


def test_older_book(url: str, book: SQLBook, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book of an older digivl is brought to this version, one step at a time."""
    steps: list[str] = []
    migrations = [lambda _, name=name: steps.append(name) for name in ("one", "two")]
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, *migrations))
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 2)

    SQLBook.open(url).close()
    SQLBook.open(url).close()

    assert ["one", "two"] == steps


def test_migration_that_fails(
    url: str, book: SQLBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that fails leaves the book as it was."""

    def fail(connection: Any) -> None:
        connection.execute(text("CREATE TABLE half (name VARCHAR(9))"))
        connection.execute(text("SELECT nonsense FROM nowhere"))

    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, fail))
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    with pytest.raises(DigivlError):
        SQLBook.open(url)
    monkeypatch.undo()

    SQLBook.open(url).close()
    with pytest.raises(DBAPIError):
        execute(url, "SELECT * FROM half")


@pytest.mark.parametrize("content", [b"garbage\n" * 600, b"%PDF-1.7\n" + b"\0" * 9_000])
def test_garbage(quick_folder: Path, content: bytes) -> None:
    """A file of something else is no book, and stays as it is."""
    path = quick_folder / "book.sqlite"
    path.write_bytes(content)

    with pytest.raises(OfficeError):
        SQLBook.open(file_url(path))

    assert content == path.read_bytes()


def read_all(url: str) -> None:
    """Open a book and read what was written."""
    with closing(SQLBook.open(url)) as book:
        for number in range(300):
            book.read(MATTER, f"matter-{number}")


@pytest.mark.parametrize("part", [0.0, 0.001, 0.1, 0.5, 0.9])
def test_truncated(sqlite_book: SQLBook, quick_folder: Path, part: float) -> None:
    """A book that was cut short is damaged: at the latest where that is noticed."""
    sqlite_book.write(*(opened(f"matter-{n}", title="t" * 90) for n in range(300)))
    sqlite_book.close()
    path = quick_folder / "book.sqlite"
    os.truncate(path, int(part * path.stat().st_size))

    with pytest.raises(DamagedOfficeError):
        read_all(file_url(path))


@contextmanager
def immutable(path: Path) -> Any:
    """Nobody may write that file, root neither."""
    mount = ["mount", "--bind", "-o", "ro", str(path), str(path)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root can make a folder read-only for root")
    yield
    subprocess.run(["umount", "--lazy", str(path)], check=True)


def test_read_only(sqlite_book: SQLBook, quick_folder: Path) -> None:
    """A book that may not be written says so, and which right is missing."""
    sqlite_book.write(opened())
    sqlite_book.close()

    with immutable(quick_folder), pytest.raises(StorageError) as refused:
        SQLBook.open(file_url(quick_folder / "book.sqlite"))

    assert "may write" in refused.value.hint


def test_read_only_file(sqlite_book: SQLBook, quick_folder: Path) -> None:
    """A file that is opened for reading can be read; to write is refused."""
    sqlite_book.write(opened())
    path = quick_folder / "book.sqlite"

    book = SQLBook.open(f"sqlite:///file:{path}?mode=ro&uri=true")
    entry = book.read(MATTER, "matter-1")
    with pytest.raises(StorageError, match="readonly") as refused:
        book.write(changed(entry, title="Another title"))
    book.close()

    assert "may write" in refused.value.hint


def test_full_disk(small_disk: Path, opened_book: OpenedBook) -> None:
    """On a full disk nothing is half-written; the book is read, and goes on later."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(500_000))
    book = opened_book(file_url(small_disk / "book.sqlite"))
    owner, written = Personal(INSZ(NUMBER)), 0
    try:
        while written < 30_000:
            names = [f"matter-{written}-{part}" for part in range(3)]
            book.write(*(opened(name, title="t" * 999, owner=owner) for name in names))
            written += 3
        pytest.fail("the disk takes anything")
    except StorageFullError:
        pass

    assert written == len(book.rows(Query(), limit=99_999))
    with pytest.raises(StorageFullError):
        book.write(opened("matter-more", title="t" * 9_999))
    ballast.unlink()
    book.write(opened("matter-more", title="t" * 9_999))
    assert written + 1 == len(book.rows(Query(), limit=99_999))
    with closing(sqlite3.connect(small_disk / "book.sqlite")) as other:
        (count,) = other.execute("SELECT count(*) FROM entry").fetchone()
        assert written + 1 == count
        assert [("ok",)] == other.execute("PRAGMA integrity_check").fetchall()


def test_new_book_on_a_full_disk(small_disk: Path) -> None:
    """No book can be made on a full disk, and the error says so."""
    with suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as file:
        while file.write(bytes(4_096)):
            pass

    with pytest.raises(StorageFullError):
        SQLBook.create(file_url(small_disk / "book.sqlite"))


class DriverError(Exception):
    """What a driver would raise."""


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("database is locked", BookBusyError),
        ("database table is locked: entry", BookBusyError),
        ("canceling statement due to lock timeout", BookBusyError),
        ("deadlock detected\nDETAIL:  Process 7 waits", BookBusyError),
        ("FATAL:  sorry, too many clients already", BookBusyError),
        ("database or disk is full", StorageFullError),
        ("could not extend file: No space left on device", StorageFullError),
        ("database disk image is malformed", DamagedOfficeError),
        ("file is not a database", DamagedOfficeError),
        ('relation "entry" does not exist', DamagedOfficeError),
        ("disk I/O error", StorageError),
        ("server closed the connection unexpectedly", StorageError),
    ],
)
def test_words_of_the_drivers(said: str, error: type[DigivlError]) -> None:
    """What a driver says becomes an error of digivl, without what it was told."""
    detail = f"{said}\nDETAIL:  Failing row contains ({NUMBER})."
    parameters = {"value": NUMBER}

    with pytest.raises(error) as refused, translated():
        raise OperationalError("INSERT …", parameters, DriverError(detail))

    assert error is type(refused.value)
    assert NUMBER not in refused.value.diagnostics()


def test_no_connection_left() -> None:
    """Threads that wait in vain for a connection are told to come again."""
    with pytest.raises(BookBusyError), translated():
        raise NoConnectionError("QueuePool limit of size 5 overflow 10 reached")


def test_other_trouble() -> None:
    """Whatever else goes wrong below is a storage error; our own errors pass."""
    with pytest.raises(StorageError), translated():
        raise StatementError("no such type", "INSERT …", None, DriverError("x"))
    with pytest.raises(StorageError, match="cannot be reached"), translated():
        raise ConnectionResetError
    with pytest.raises(StorageFullError), translated():
        raise StorageFullError("full")


def test_errors_hold_no_parameters(
    url: str, book: SQLBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No trace of a failing statement shows the personal value it was to write."""
    execute(url, "ALTER TABLE personal RENAME COLUMN salt TO pepper")

    with pytest.raises(DigivlError) as refused:
        book.write(opened(owner=Personal(INSZ(NUMBER))))

    shown = "".join(traceback.format_exception(refused.value))
    assert NUMBER not in shown
    assert "INSERT INTO personal" in shown


@pytest.mark.interop
def test_server_that_went_away(postgresql_url: str, opened_book: OpenedBook) -> None:
    """A connection that was cut is made anew; the next act just works."""
    book = opened_book(postgresql_url, Limits(book_wait_seconds=5))
    (entry,) = book.write(opened())
    with suppress(DBAPIError):
        execute(
            postgresql_url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()",
        )

    book.write(changed(entry, title="Another title"))
