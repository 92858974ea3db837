"""SIGKILL at every point of the route, and what is left of it."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digivl.records.worker import WorkReport
from digivl.testing import papers
from digivl.testing.route import Scene, start

KILLED = Path(__file__).with_name("killed.py")
ROOT = KILLED.parent.parent.parent
TALKING = "tests.route.killed_talking"
PARTS = 2
LASTING = {"commit", "rename", "publication", "acceptance", "timestamp"}

LEASE_AND_DIE = """
import os, signal, sys
from digivl import Digivl
from digivl.records.workers import this_worker
vl = Digivl.open(sys.argv[1])
assert vl.book.lease(this_worker(), vl.clock(), 3_600)
os.kill(os.getpid(), signal.SIGKILL)
"""


def points(folder: Path, part: int) -> list[dict[str, Any]]:
    """Kill at the points of one part: each with what was wrong afterwards."""
    command = [sys.executable, str(KILLED), str(folder), str(part), str(PARTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.crash
@pytest.mark.parametrize("way", ["krab", "mail"])
def test_conversation_killed_at_every_point(way: str, quick_folder: Path) -> None:
    """No message leaves twice by itself, none is lost, each is taken in once."""
    command = [sys.executable, "-m", TALKING, str(quick_folder), way]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT
    )
    reached = [json.loads(line) for line in done.stdout.splitlines()]

    assert 0 == done.returncode, done.stderr
    assert [] == [point for point in reached if point["problem"]]
    assert len(reached) >= 20
    assert "the end" == reached[-1]["point"]


@pytest.mark.crash
@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_every_point(part: int, quick_folder: Path) -> None:
    """What is there after a kill is the truth; `work` completes it, nothing twice."""
    reached = points(quick_folder, part)

    assert [] == [point for point in reached if point["problem"]]
    assert LASTING <= {point["point"].rpartition(" ")[2] for point in reached}
    assert len(reached) >= 40


def test_lease_of_the_dead_is_free(scene_at: Callable[..., Scene]) -> None:
    """The task of a worker that was killed is done at once, not after its lease."""
    vl = scene_at("opened").vl
    start(vl, io.BytesIO(papers.paper()), "Nog een beslissing")
    command = [sys.executable, "-c", LEASE_AND_DIE, str(vl.folder)]
    died = subprocess.run(command, check=False)
    assert -signal.SIGKILL == died.returncode

    report = vl.work()

    # The route itself, and the two dispatches that it asks for.
    assert WorkReport(done=3) == report
    assert 2 == vl.book.tasks()[0].attempts
