"""An office with a platform beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digivl.testing.signinghub_desk import Desk


@pytest.fixture(name="desk")
def _desk(quick_folder: Path) -> Iterator[Desk]:
    """An office that sends packages, and the people of the platform."""
    with Desk.opened(quick_folder) as desk:
        yield desk
