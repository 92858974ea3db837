"""A decree that can be played, and a matter whose route is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digivl import Digivl
from digivl.advice.body import Body
from digivl.records.sqlbook import SQLBook
from digivl.settings import AdviceSettings, Settings
from digivl.testing import decree
from digivl.testing.council import Council
from digivl.testing.decree import Decree
from digivl.testing.itinerary import NOW
from digivl.testing.matter import Matter
from digivl.testing.watched import Watched


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


@pytest.fixture(name="settings_of_advice")
def _settings_of_advice() -> AdviceSettings:
    """Nothing blocks: what the agenda asks has tests of its own."""
    names = ("Nota", "Ontwerp", "Toegang", *(body.value for body in Body))
    return AdviceSettings(not_blocking=names)


@pytest.fixture(name="watched")
def _watched(matter: Matter) -> Watched:
    """The matter, with its route."""
    return Watched(matter)
