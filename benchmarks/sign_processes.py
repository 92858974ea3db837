"""A folder of documents to B-B, by two processes and by one: documents per second.

Files come from and go to memory where there is a disk of it, so that the work is
measured. Counted from the first file to the last: what a process needs to start is
paid once, for a batch of any length.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.harness import Contest
from benchmarks.harness import run as measure
from benchmarks.sign_batch import TEXT
from digivl import Digivl
from digivl.pdf.levels import Level
from digivl.signing.batch import By, Job, Order, Outcome
from digivl.testing.papers import paper

FILES = 600
ROUNDS = 5


def run() -> Iterator[dict[str, Any]]:
    """The measurement."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        with Digivl.create(folder / "office") as vl:
            (folder / "in").mkdir()
            for number in range(FILES):
                content = paper(TEXT, pages=11)
                (folder / "in" / f"{number}.pdf").write_bytes(content)
            yield measure(
                Contest(
                    name="sign-processes",
                    unit="documents/s",
                    ours=partial(per_second, vl, folder, 2),
                    peer=partial(per_second, vl, folder, 1),
                    peer_name="one process",
                    more_is_better=True,
                    rounds=ROUNDS,
                )
            )


def per_second(vl: Digivl, folder: Path, processes: int) -> float:
    """Documents per second, from the first outcome to the last."""
    moments: list[float] = []
    progress: Callable[[Outcome], None] = lambda _: moments.append(time.perf_counter())  # noqa: E731
    with TemporaryDirectory(dir=folder) as out:
        jobs = (Job(one, Path(out, one.name)) for one in (folder / "in").iterdir())
        order = Order((By("minister"),), level=Level.B_B)
        report = vl.sign_many(
            jobs, order, processes=processes, threads=1, progress=progress
        )
    if report.signed != FILES:
        raise AssertionError(report)
    # What came in at the first moment was made before it.
    first = sum(moment - moments[0] < 0.001 for moment in moments)
    return (FILES - first) / (moments[-1] - moments[0])
