"""A council that can be played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digivl import Digivl
from digivl.records.sqlbook import SQLBook
from digivl.settings import AdviceSettings, Settings
from digivl.testing.council import Council

#: What is decided here is not about the papers that go with it.
_PASSES = ("Nota", "Bekrachtiging", "Toegang")
_SETTINGS = Settings(advice=AdviceSettings(not_blocking=_PASSES))


@pytest.fixture(name="council")
def _council(quick_folder: Path) -> Iterator[Council]:
    """A council, in an office of its own."""
    book = SQLBook.create(f"sqlite:///{quick_folder / 'book.db'}")
    council: Council
    vl = Digivl.from_settings(
        _SETTINGS, folder=quick_folder, book=book, clock=lambda: council.now
    )
    council = Council(vl)
    with vl:
        yield council
    book.close()
