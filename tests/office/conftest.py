"""Offices to try things on."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digivl.office import make_office

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(name="made", scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office that no test touches."""
    folder = tmp_path_factory.mktemp("made") / "office"
    make_office(folder, at=AT)
    return folder


@pytest.fixture(name="office")
def _office(made: Path, tmp_path: Path) -> Path:
    """A copy of an office."""
    folder = tmp_path / "office"
    shutil.copytree(made, folder)
    return folder


@pytest.fixture(name="quick_keys")
def _quick_keys(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offices are made with keys that are there already: real ones take a second."""

    def copied(folder: Path, *_: Any, **__: Any) -> None:
        shutil.copytree(made / "keys", folder)

    monkeypatch.setattr("digivl.signing.development.make_development_keys", copied)
