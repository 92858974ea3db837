"""A book of the first version is brought to this one, with all that is in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, inspect, text

from digivl.errors import StorageError
from digivl.records import schema
from digivl.records.port import Query
from digivl.records.sqlbook import SQLBook
from digivl.testing.book_contract import MATTER, changed, opened

ADDED = ("part_of", "entity", "minister")


def back_to_the_first_version(url: str) -> None:
    """Take away what came after version 1."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX current_part_of"))
        for column in ADDED:
            connection.execute(text(f"ALTER TABLE current DROP COLUMN {column}"))
        connection.execute(text("UPDATE meta SET value = '1'"))
    engine.dispose()


def columns(url: str) -> set[str]:
    """The columns of current rows."""
    engine = create_engine(url)
    found = {column["name"] for column in inspect(engine).get_columns("current")}
    engine.dispose()
    return found


def test_first_version(url: str, opened_book: Callable[..., SQLBook]) -> None:
    """Entries and rows are as they were, and the book goes on."""
    book = opened_book(url)
    before = book.write(*(opened(f"matter-{n}", holder="h") for n in range(3)))
    book.close()
    back_to_the_first_version(url)

    book = opened_book(url)

    assert list(before) == [book.read(MATTER, entry.id) for entry in before]
    rows = book.rows(Query(holder="h"))
    assert [None] * 3 == [row.standing.part_of for row in rows]
    (after,) = book.write(changed(before[0], part_of="meeting"))
    assert ["matter-0"] == [row.ref.id for row in book.rows(Query(part_of="meeting"))]
    assert 2 == after.version


def test_migration_is_all_or_nothing(
    url: str, opened_book: Callable[..., SQLBook], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken off, the book is of the first version still, and opens later."""
    book = opened_book(url)
    (before,) = book.write(opened())
    book.close()
    back_to_the_first_version(url)

    def break_off(_: object) -> None:
        raise StorageError("power is off")

    with monkeypatch.context() as broken:
        broken.setattr(schema, "MIGRATIONS", (schema.MIGRATIONS[0], break_off))
        broken.setattr(schema, "VERSION", 3)
        with pytest.raises(StorageError):
            SQLBook.open(url)

    assert not columns(url) & set(ADDED)
    assert before == opened_book(url).read(MATTER, before.id)
    assert set(ADDED) <= columns(url)
