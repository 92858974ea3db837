"""What all tests share."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

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
