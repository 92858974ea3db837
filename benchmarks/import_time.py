"""What `import digivl` adds to the start of Python, in milliseconds.

Ours is the start of an interpreter that imports digivl, less that of one that does
nothing; the budget is 25 ms. The peer is the bare start itself: a ratio of 10 says
that we add a tenth of what Python costs anyway.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.harness import Contest, result

ROUNDS = 31


def run() -> Iterator[dict[str, Any]]:
    """The measurement."""
    bare, loaded = [], []
    start("pass"), start("import digivl")
    for _ in range(ROUNDS):
        bare.append(start("pass"))
        loaded.append(start("import digivl"))
    added = statistics.median(w - b for w, b in zip(loaded, bare, strict=True))
    contest = Contest(
        name="import",
        unit="ms",
        ours=lambda: added,
        peer=lambda: statistics.median(bare),
        peer_name="start of the bare interpreter",
        more_is_better=False,
        rounds=ROUNDS,
    )
    # Noise can make the difference vanish or turn negative: 1 microsecond then.
    yield result(contest, max(contest.ours(), 0.001), contest.peer())


def start(code: str) -> float:
    """Milliseconds from the start of an interpreter to its end."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - begin) * 1_000
