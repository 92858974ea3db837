"""Ours and a peer, measured in the same run on the same input, turn by turn.

A machine that is busy, warm or throttled is so for both; the median leaves out the
turns that something else disturbed. Each measurement is one JSON line.
"""

from __future__ import annotations

import json
import statistics
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable


@attrs.frozen(kw_only=True)
class Contest:
    """What is compared.

    Attributes:
        ours: Measures our side once and gives the value in `unit`.
        peer: Measures the peer once, in the same unit.
        more_is_better: True for a rate, False for a time.
        rounds: How often each side is measured.
    """

    name: str
    unit: str
    ours: Callable[[], float]
    peer: Callable[[], float]
    peer_name: str
    more_is_better: bool
    rounds: int


def run(contest: Contest) -> dict[str, Any]:
    """Measure both sides, interleaved; a ratio above 1 is better than the peer."""
    contest.ours()  # warms imports and files of both sides; not counted
    contest.peer()
    ours: list[float] = []
    peer: list[float] = []
    for turn in range(contest.rounds):
        # Who goes first changes, so that neither always has the warmer machine.
        for mine in (turn % 2 == 0, turn % 2 == 1):
            (ours if mine else peer).append((contest.ours if mine else contest.peer)())
    return result(contest, statistics.median(ours), statistics.median(peer))


def result(contest: Contest, ours: float, peer: float) -> dict[str, Any]:
    """The measurement as it is printed."""
    ratio = ours / peer if contest.more_is_better else peer / ours
    return {
        "name": contest.name,
        "unit": contest.unit,
        "ours": significant(ours),
        "peer": significant(peer),
        "peer_name": contest.peer_name,
        "ratio": significant(ratio),
        "n": contest.rounds,
    }


def significant(value: float) -> float:
    """Four digits: more is noise."""
    return float(f"{value:.4g}")


def line(measured: dict[str, Any]) -> str:
    """One JSON line."""
    return json.dumps(measured, ensure_ascii=False)
