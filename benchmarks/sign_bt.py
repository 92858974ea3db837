"""A batch of 100 documents to B-T; see `benchmarks.sign_batch`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks import sign_batch
from digivl.pdf.levels import Level


def run() -> Iterator[dict[str, Any]]:
    """The measurement."""
    yield from sign_batch.run(Level.B_T)
