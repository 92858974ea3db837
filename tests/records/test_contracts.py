"""The built-in book keeps the contracts, in each database."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from digivl.records.port import RecordBook
from digivl.records.sqlbook import SQLBook
from digivl.testing.contracts import (
    ManyRecordsContract,
    OutboxContract,
    RecordBookContract,
    SearchIndexContract,
    TalliesContract,
)

OpenedBook = Callable[..., SQLBook]


class TestSQLite(RecordBookContract, ManyRecordsContract, SearchIndexContract):
    """The book in a file."""

    @pytest.fixture
    def book(self, sqlite_url: str, opened_book: OpenedBook) -> RecordBook:
        """A new file."""
        return opened_book(sqlite_url)


class TestSQLiteOutbox(OutboxContract):
    """The outbox in a file."""

    @pytest.fixture
    def book(self, sqlite_url: str, opened_book: OpenedBook) -> RecordBook:
        """A new file."""
        return opened_book(sqlite_url)


class TestSQLiteTallies(TalliesContract):
    """The tallies in a file."""

    @pytest.fixture
    def book(self, sqlite_url: str, opened_book: OpenedBook) -> RecordBook:
        """A new file."""
        return opened_book(sqlite_url)


@pytest.mark.interop
class TestPostgreSQL(RecordBookContract, ManyRecordsContract, SearchIndexContract):
    """The book on a server."""

    @pytest.fixture
    def book(self, postgresql_url: str, opened_book: OpenedBook) -> RecordBook:
        """A new schema."""
        return opened_book(postgresql_url)


@pytest.mark.interop
class TestPostgreSQLOutbox(OutboxContract):
    """The outbox on a server."""

    @pytest.fixture
    def book(self, postgresql_url: str, opened_book: OpenedBook) -> RecordBook:
        """A new schema."""
        return opened_book(postgresql_url)


@pytest.mark.interop
class TestPostgreSQLTallies(TalliesContract):
    """The tallies on a server."""

    @pytest.fixture
    def book(self, postgresql_url: str, opened_book: OpenedBook) -> RecordBook:
        """A new schema."""
        return opened_book(postgresql_url)
