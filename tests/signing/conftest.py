"""A desk with two soft keys and an honest authority."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digivl import Digivl
from digivl.records.sqlbook import SQLBook
from digivl.settings import Settings
from digivl.signing.means import SigningMeans
from digivl.signing.softkey import SoftKey
from digivl.testing.desk import Desk
from digivl.testing.tsa import TSASimulator
from tests.signing.batching import Place


@pytest.fixture(name="desk")
def _desk(
    quick_folder: Path, minister: SoftKey, secretary: SoftKey, tsa: TSASimulator
) -> Iterator[Desk]:
    """One dossier; the means `minister` and `secretary`."""
    book = SQLBook.create(f"sqlite:///{quick_folder / 'book.db'}")
    desk: Desk | None = None
    start = datetime.now(UTC)

    def clock() -> datetime:
        return desk.now if desk else start

    tsa.clock = clock
    vl = Digivl.from_settings(
        Settings(development=True), folder=quick_folder, book=book, clock=clock
    )
    means: dict[str, SigningMeans] = {"minister": minister, "secretary": secretary}
    with vl:
        desk = Desk.opened(vl, start, means, tsa)
        yield desk
    book.close()


@pytest.fixture(name="place")
def _place(quick_folder: Path) -> Iterator[Place]:
    with Digivl.create(quick_folder / "office") as vl:
        yield Place(quick_folder, vl)
