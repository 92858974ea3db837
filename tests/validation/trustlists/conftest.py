"""What the tests of trusted lists share: a Union with two countries, at one moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from digivl.errors import BackendUnavailableError
from digivl.testing.lists import Lists, state
from digivl.testing.lists_pki import authority
from digivl.validation.trustlists.service import TrustLists
from digivl.validation.trustlists.snapshot import Snapshot
from digivl.validation.trustlists.store import ListFolder

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@attrs.define
class Outside:
    """Answers as the lists do, without a network."""

    lists: Lists

    def fetch(self, url: str) -> bytes:
        """What stands there."""
        found = self.lists.fetch(url)
        if found is None:
            raise BackendUnavailableError("lists.example", f"{url}: no answer")
        return found


@attrs.define
class World:
    """Lists, and an office that keeps them; `now` moves when a test wants."""

    lists: Lists
    office: TrustLists
    now: list[datetime]

    def later(self, by: timedelta) -> None:
        """Let time pass."""
        self.now[0] += by

    def file(self, territory: str) -> bytes:
        """What stands at the address of a national list."""
        return self.lists.files[self.lists.location_of(territory)]

    def put(self, territory: str, content: bytes) -> None:
        """Replace it."""
        self.lists.files[self.lists.location_of(territory)] = content


@pytest.fixture(name="lists")
def _lists() -> Lists:
    """A Union with one authority in each country; published."""
    found = Lists.made(lambda: NOW)
    for territory, country in found.countries.items():
        country.add(
            state(authority(f"Proef CA {territory}", NOW - 300 * DAY), NOW - DAY)
        )
    found.publish()
    return found


@pytest.fixture(name="world")
def _world(tmp_path: Path) -> World:
    """Lists of today, and an empty office with their anchor."""
    now = [NOW]
    lists = Lists.made(lambda: now[0])
    for territory, country in lists.countries.items():
        country.add(
            state(authority(f"Proef CA {territory}", NOW - 300 * DAY), NOW - DAY)
        )
    lists.publish()
    office = TrustLists(
        folder=ListFolder(tmp_path / "lists"),
        anchors=(lists.anchor.der,),
        location=lists.location,
        clock=lambda: now[0],
        fetcher=Outside(lists),  # type: ignore[arg-type]  # the network is not asked
    )
    return World(lists, office, now)


@pytest.fixture(name="snapshot_of")
def _snapshot_of(tmp_path: Path) -> Callable[[Lists], Snapshot]:
    """Publishes lists, fetches and checks them."""

    def taken(lists: Lists) -> Snapshot:
        lists.publish()
        office = TrustLists(
            folder=ListFolder(tmp_path / "taken"),
            anchors=(lists.anchor.der,),
            location=lists.location,
            clock=lists.clock,
            fetcher=Outside(lists),  # type: ignore[arg-type]  # idem
        )
        return office.refresh()

    return taken
