"""SIGKILL at every point of the route, and what is left of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

KILLED = Path(__file__).with_name("killed.py")
PARTS = 2
LASTING = {"commit", "rename", "publication", "acceptance", "timestamp"}


def points(folder: Path, part: int) -> list[dict[str, Any]]:
    """Kill at the points of one part: each with what was wrong afterwards."""
    command = [sys.executable, str(KILLED), str(folder), str(part), str(PARTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.crash
@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_every_point(part: int, tmp_path: Path) -> None:
    """What is there after a kill is the truth; `work` completes it, nothing twice."""
    reached = points(tmp_path, part)

    assert [] == [point for point in reached if point["problem"]]
    assert LASTING <= {point["point"].rpartition(" ")[2] for point in reached}
    assert len(reached) >= 40
