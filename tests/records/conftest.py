"""Books in SQLite, and in a real PostgreSQL that the tests start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from digivl.records.sqlbook import SQLBook
from digivl.settings import Limits

#: A number of nobody that passes the check; kept apart from the one of the contracts.
NUMBER = "94022722580"


@pytest.fixture(name="opened_book")
def _opened_book() -> Iterator[Callable[..., SQLBook]]:
    """Makes a book, or opens it once more; all are closed afterwards."""
    books: list[SQLBook] = []

    def make(url: str, limits: Limits = Limits(), **options: Any) -> SQLBook:
        SQLBook.create(url, limits).close()
        books.append(SQLBook.open(url, limits, **options))
        return books[-1]

    yield make
    for book in books:
        book.close()


@pytest.fixture(name="book")
def _book(url: str, opened_book: Callable[..., SQLBook]) -> SQLBook:
    """An empty book of each kind."""
    return opened_book(url)


@pytest.fixture(name="sqlite_book")
def _sqlite_book(sqlite_url: str, opened_book: Callable[..., SQLBook]) -> SQLBook:
    """An empty book in a file."""
    return opened_book(sqlite_url)
