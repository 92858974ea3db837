"""Batches that are killed: the rest is signed, nothing twice, no file is broken."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.signing.batching import Place

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = Path(__file__).with_name("killed_batch.py")


def started(place: Place, processes: int) -> subprocess.Popen[str]:
    """A batch in a process of its own."""
    command = [sys.executable, str(PROGRAM), str(place.vl.folder)]
    command += [str(place.folder / "in"), str(place.out), str(processes)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(one) for one in listed]


def all_gone(pids: list[int]) -> bool:
    """True when none of these processes runs any more."""

    def state(pid: int) -> str:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return "X"

    return all(state(pid) in "ZX" for pid in pids)


def until(condition: Callable[[], bool]) -> None:
    """Wait, a minute at most."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.crash
@pytest.mark.parametrize("processes", [1, 2])
def test_killed_in_the_middle(place: Place, processes: int) -> None:
    """Kill -9 in a batch of 500, twice: the rest is signed, nothing twice or broken."""
    jobs, before = place.papers(500), dict[Path, bytes]()
    for lines in (40, 90):
        with started(place, processes) as batch:
            assert batch.stdout is not None
            for _ in range(lines):
                batch.stdout.readline()
            workers = children(batch.pid)
            batch.send_signal(signal.SIGKILL)
        # Its processes end with it: nobody works on unseen.
        until(partial(all_gone, workers))
        kept = [one for one in place.out.iterdir() if one.suffix == ".pdf"]
        before = {one: one.read_bytes() for one in kept}
        assert len(before) < 500
    with started(place, processes) as batch:
        assert batch.stdout is not None
        *told, last = batch.stdout.read().splitlines()

    assert f"{500 - len(before)} {len(before)} 0" == last
    assert len(before) == sum(line.startswith("skipped") for line in told)
    assert all(one.read_bytes() == content for one, content in before.items())
    assert place.whole(jobs)


@pytest.mark.crash
def test_a_process_of_the_batch_is_killed(place: Place) -> None:
    """The batch says so and ends; started again, it goes on."""
    jobs = place.papers(200)
    batch = started(place, 2)
    assert batch.stdout is not None
    batch.stdout.readline()
    found = [one for one in children(batch.pid) if b"spawn_main" in command_of(one)]
    os.kill(found[0], signal.SIGKILL)
    rest = batch.communicate(timeout=60)[0]

    assert 0 != batch.returncode
    assert "200 0 0" not in rest
    report, _ = place.run(jobs)
    assert 200 == report.signed + report.skipped
    assert place.whole(jobs)


def command_of(pid: int) -> bytes:
    """How a process was started."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()
