"""A folder of papers that is signed as a batch."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import attrs

from digivl import Digivl
from digivl.pdf.levels import Level
from digivl.pdf.reading import facts
from digivl.settings import Limits
from digivl.signing.batch import By, Job, Order, Outcome, sign_many
from digivl.testing.papers import paper

ORDER = Order((By("minister"),), level=Level.B_B)


@attrs.frozen
class Place:
    """An office and a folder of papers."""

    folder: Path
    vl: Digivl

    @property
    def out(self) -> Path:
        """Where signed files go."""
        return self.folder / "out"

    def papers(self, count: int) -> list[Job]:
        """So many papers to sign, each of its own length."""
        source = self.folder / "in"
        source.mkdir(exist_ok=True)
        jobs = []
        for number in range(count):
            file = source / f"{number:04}.pdf"
            file.write_bytes(paper(f"Besluit {number}", pages=1 + number % 3))
            jobs.append(Job(file, self.out / file.name))
        return jobs

    def run(self, jobs: Any, order: Order = ORDER, **options: Any) -> Any:
        """The report, and every outcome."""
        told: list[Outcome] = []
        build = options.pop("build", lambda: self.vl.files)
        report = sign_many(jobs, order, build, progress=told.append, **options)
        return report, told

    def whole(self, jobs: list[Job]) -> bool:
        """True when each file is there, whole, signed exactly once; no other is."""
        for job in jobs:
            made, source = job.target.read_bytes(), job.source.read_bytes()
            signatures = facts(io.BytesIO(made), Limits()).signatures
            if not (made.startswith(source) and signatures == 1):
                return False
        return {job.target for job in jobs} == set(self.out.iterdir())
