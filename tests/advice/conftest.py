"""A dossier about which somebody has to be heard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digivl import Digivl
from digivl.records.sqlbook import SQLBook
from digivl.settings import AdviceSettings, Settings
from digivl.testing.council import Council
from digivl.testing.matter import Matter


@pytest.fixture(name="settings_of_advice")
def _settings_of_advice() -> AdviceSettings:
    """Overridden where a test has other ones."""
    return AdviceSettings()


@pytest.fixture(name="matter")
def _matter(quick_folder: Path, settings_of_advice: AdviceSettings) -> Iterator[Matter]:
    """One dossier, on Monday 23 November 2026."""
    book = SQLBook.create(f"sqlite:///{quick_folder / 'book.db'}")
    council: Council
    settings = Settings(advice=settings_of_advice)
    vl = Digivl.from_settings(
        settings, folder=quick_folder, book=book, clock=lambda: council.now
    )
    council = Council(vl, now=datetime(2026, 11, 23, 9, tzinfo=UTC))
    with vl:
        yield Matter.opened(council)
    book.close()
