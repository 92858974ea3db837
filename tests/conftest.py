"""What all tests share."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.signing.development import DevelopmentKeys
    from digivl.signing.softkey import SoftKey
    from digivl.testing.tsa import TSASimulator

if os.environ.get("DIGIVL_TEST_HTTPX2"):
    # Before anything imports httpx: all tests then run on its successor.
    import httpx2

    httpx2.alias_httpx()


def unavailable(reason: str) -> None:
    """Skip on a laptop; fail where everything has to be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(name="needs_program", scope="session")
def _needs_program() -> Callable[[str], str]:
    """Gives the path of an independent program that judges our work."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            unavailable(f"{name} is not installed")
        return str(path)

    return find


@pytest.fixture(name="corpus", scope="session")
def _corpus() -> Path:
    """The folder with PDF files by others; it is no part of the project."""
    folder = os.environ.get("DIGIVL_CORPUS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("DIGIVL_CORPUS names no folder with `input/` and `pdf/`")
    return Path(folder)


@pytest.fixture(name="development_keys", scope="session")
def _development_keys(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentKeys:
    """An authority, the signatories `minister` and `secretary`, a timestamp unit."""
    from digivl.signing.development import make_development_keys

    names = {"minister": "Mia Minister", "secretary": "Sam Secretaris"}
    folder = tmp_path_factory.mktemp("keys")
    return make_development_keys(folder, names, at=datetime.now(UTC))


@pytest.fixture(name="minister", scope="session")
def _minister(development_keys: DevelopmentKeys) -> SoftKey:
    """The key of the first signatory."""
    return _soft_key(development_keys, "minister")


@pytest.fixture(name="secretary", scope="session")
def _secretary(development_keys: DevelopmentKeys) -> SoftKey:
    """The key of the second signatory."""
    return _soft_key(development_keys, "secretary")


def _soft_key(keys: DevelopmentKeys, name: str) -> SoftKey:
    from digivl.signing.softkey import SoftKey

    file = keys.signatories[name]
    return SoftKey.from_pkcs12(name, file.path, file.password())


@pytest.fixture(name="tsa")
def _tsa(development_keys: DevelopmentKeys) -> TSASimulator:
    """An honest timestamp authority, until a test tells it otherwise."""
    from digivl.testing.tsa import TSASimulator

    file = development_keys.timestamps
    return TSASimulator.from_pkcs12(file.path, file.password())
