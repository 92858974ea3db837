"""A council in which a decree can be played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digivl import Digivl
from digivl.records.sqlbook import SQLBook
from digivl.settings import Settings
from digivl.testing import decree
from digivl.testing.council import Council
from digivl.testing.decree import Decree
from digivl.testing.itinerary import NOW


@pytest.fixture(name="decree")
def _decree(quick_folder: Path) -> Iterator[Decree]:
    """A decree that is about to begin, in an office of its own."""
    book = SQLBook.create(f"sqlite:///{quick_folder / 'book.db'}")
    council: Council
    vl = Digivl.from_settings(
        Settings(), folder=quick_folder, book=book, clock=lambda: council.now
    )
    council = Council(vl, now=NOW)
    with vl:
        yield decree.opened(council)
    book.close()
