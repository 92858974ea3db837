"""Signs a folder in a process that a test kills: OFFICE SOURCE TARGET PROCESSES."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digivl import Digivl
from digivl.pdf.levels import Level
from digivl.signing.batch import By, Job, Order, Outcome, sign_many

if TYPE_CHECKING:
    from digivl.signing.files import FileSigning


def build(office: str) -> FileSigning:
    """What signs, in each process."""
    return Digivl.open(office).files


def tell(outcome: Outcome) -> None:
    """One line for each file."""
    word = "skipped" if outcome.skipped else outcome.level or outcome.failure
    print(word, outcome.job.source.name, flush=True)  # noqa: T201 - read by the test


def main(office: str, source: str, target: str, processes: str) -> None:
    """Sign what is not signed yet."""
    jobs = (Job(one, Path(target, one.name)) for one in sorted(Path(source).iterdir()))
    order = Order((By("minister"),), level=Level.B_B)
    made = partial(build, office)
    report = sign_many(jobs, order, made, processes=int(processes), progress=tell)
    print(report.signed, report.skipped, report.failed)  # noqa: T201 - as above


if __name__ == "__main__":
    main(*sys.argv[1:])
