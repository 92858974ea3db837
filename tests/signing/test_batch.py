"""Many files: what is done stays, what is wrong is told, and nothing is done twice."""

from __future__ import annotations

import io
import os
import threading
import tracemalloc
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl import Digivl
from digivl.errors import (
    ConfigurationError,
    KeyUnusableError,
    MalformedError,
    SigningError,
    StorageError,
)
from digivl.pdf.levels import Level
from digivl.pdf.reading import facts
from digivl.pdf.spec import Box, Visible
from digivl.settings import Limits
from digivl.signing.batch import BatchReport, By, Job, Order, Outcome, sign_many
from digivl.signing.placed import placed
from digivl.testing.papers import paper
from tests.signing.batching import ORDER, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digivl.signing.files import FileSigning

#: Of the project.
ROOT = Path(__file__).parent.parent.parent


def opened(office: str) -> FileSigning:
    """What signs, made in a process of the batch."""
    return Digivl.open(office).files


@pytest.mark.parametrize("threads", [1, 4])
def test_signs_each_file(place: Place, threads: int) -> None:
    """One outcome for each, the files whole, with the names that were asked."""
    jobs = place.papers(10)
    report, told = place.run(iter(jobs), threads=threads)

    assert BatchReport(signed=10) == report
    assert set(jobs) == {one.job for one in told}
    assert all(one.size == one.job.target.stat().st_size for one in told)
    assert place.whole(jobs)


def test_signs_in_processes(place: Place) -> None:
    """The key is unlocked anew in each process; the office is opened there."""
    jobs = place.papers(30)
    told: list[Outcome] = []
    look = {"reason": "Akkoord", "visible": Visible((), Box(1, 20, 20, 60, 15))}
    order = Order((By("minister", look=look),))
    report = place.vl.sign_many(
        jobs, order, processes=2, threads=2, progress=told.append
    )

    assert 30 == report.signed
    assert {Level.B_T} == {one.level for one in told}
    assert 30 == place.vl.sign_many(jobs, order).skipped
    assert place.whole(jobs)


def test_once_more_is_nothing(place: Place) -> None:
    """What is there is skipped; what came in meanwhile is signed."""
    jobs = place.papers(6)
    place.run(jobs[:4])
    before = {job.target: job.target.stat().st_mtime_ns for job in jobs[:4]}
    report, _ = place.run(jobs)

    assert BatchReport(signed=2, skipped=4) == report
    assert before == {job.target: job.target.stat().st_mtime_ns for job in jobs[:4]}
    assert place.whole(jobs)


def test_a_bad_file_stops_no_other(place: Place) -> None:
    """Each failure is told with its code and what to do; the rest is signed."""
    jobs = place.papers(5)
    jobs[1].source.write_bytes(b"%PDF-1.7 maar verder niets")
    jobs[2].source.unlink()
    jobs[3].source.unlink()
    os.mkfifo(jobs[3].source)
    report, told = place.run(jobs)
    failures = {one.job: one.failure for one in told if one.failure}

    assert BatchReport(signed=2, failed=3) == report
    assert ["pdf-unreadable", "storage", "storage"] == [
        failures[job].code for job in jobs[1:4]
    ]
    assert [jobs[0].target, jobs[4].target] == sorted(place.out.iterdir())


def test_odd_files_stop_no_other(place: Place) -> None:
    """Pipes are not waited for, and what is no name is told."""
    (job,), pipe = place.papers(1), place.folder / "pipe.pdf"
    os.mkfifo(pipe)
    odd = [
        Job(pipe, job.target),
        Job(job.source, pipe),
        Job(job.source, place.folder / "a\0b.pdf"),
        Job(job.source, place.folder),
        job,
        Job(pipe, job.target),
    ]
    seen: list[Outcome] = []
    report = sign_many(
        odd, ORDER, lambda: place.vl.files, threads=1, progress=seen.append
    )

    assert (1, 5) == (report.signed, report.failed)
    assert {"storage"} == {one.failure.code for one in seen if one.failure}


def test_nothing_is_overwritten(place: Place) -> None:
    """A file of something else with that name stays, and is told."""
    jobs = place.papers(3)
    place.out.mkdir()
    jobs[1].target.write_bytes(paper("Iets anders") + b"langer dan het andere" * 9)
    report, told = place.run(jobs)
    (failure,) = (one.failure for one in told if one.failure)

    assert (2, 1) == (report.signed, report.failed)
    assert "was not made of" in failure.text
    assert jobs[1].target.read_bytes().startswith(paper("Iets anders"))


def test_two_batches_at_once_make_one(place: Place) -> None:
    """Whoever comes second finds the file there; it stays the first one."""
    (job,) = place.papers(1)

    def second() -> None:
        with placed(job.target) as file:
            file.write(b"second")
            job.target.write_bytes(b"first")

    with pytest.raises(StorageError, match="not overwritten"):
        second()

    assert [(job.target, b"first")] == [
        (one, one.read_bytes()) for one in place.out.iterdir()
    ]


def test_a_key_that_fails_is_tried_once(place: Place) -> None:
    """A wrong PIN, tried again for the next file, would block the card."""
    tried = []

    class Card:
        name = "card"

        def identity(self) -> Any:
            tried.append(threading.get_ident())
            raise KeyUnusableError("wrong PIN", hint="Try again.")

        def sign(self, message: bytes, digest: Any) -> bytes:
            raise AssertionError

    files = attrs.evolve(place.vl.files, means=lambda _: Card())
    with pytest.raises(KeyUnusableError, match="wrong PIN") as refused:
        place.run(place.papers(40), build=lambda: files, threads=8)

    assert 1 == len(tried)
    assert "Try again." == refused.value.hint


def test_a_key_that_fails_later_stops_it(place: Place) -> None:
    """A card that is taken out: what is signed stays, the rest waits."""
    key, left = place.vl.means("minister"), list(range(5))

    class Card:
        name = "card"

        def identity(self) -> Any:
            return key.identity()

        def sign(self, message: bytes, digest: Any) -> bytes:
            if not left:
                raise KeyUnusableError("no card")
            left.pop()
            return key.sign(message, digest)

    files = attrs.evolve(place.vl.files, means=lambda _: Card())
    jobs = place.papers(40)
    with pytest.raises(KeyUnusableError, match="no card"):
        place.run(jobs, build=lambda: files)
    assert 5 == len(list(place.out.iterdir()))
    report, _ = place.run(jobs)

    assert (35, 5) == (report.signed, report.skipped)


@pytest.mark.parametrize("processes", [1, 2])
def test_unknown_means_is_told_at_once(
    place: Place, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no failure of a file."""
    monkeypatch.syspath_prepend(ROOT)  # the processes look for `opened` there
    build = partial(opened, str(place.vl.folder))
    order = Order((By("niemand"),))
    with pytest.raises(ConfigurationError, match="known: minister-president"):
        place.run(place.papers(20), order, build=build, processes=processes)


def test_what_cannot_be_built_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An office that is none: the processes say so, rather than die."""
    monkeypatch.syspath_prepend(ROOT)
    with pytest.raises(SigningError, match="office"):
        place.run(
            place.papers(3), build=partial(opened, str(place.folder)), processes=2
        )


def test_stops_when_asked(place: Place) -> None:
    """What is under way is finished, the rest stays for another time."""
    jobs = place.papers(30)
    told: list[Outcome] = []
    report = sign_many(
        jobs,
        ORDER,
        lambda: place.vl.files,
        threads=2,
        progress=told.append,
        stop=lambda: len(told) >= 5,
    )

    assert report.stopped
    assert 5 <= report.signed < 30
    assert (30 - report.signed) == place.run(jobs)[0].signed
    assert place.whole(jobs)


def test_upgrades_many(place: Place) -> None:
    """The same for files that were signed before; done is done."""
    jobs = place.papers(4)
    place.run(jobs)
    higher = [Job(job.target, place.folder / "t" / job.target.name) for job in jobs]
    order = Order(level=Level.B_T)
    report, told = place.run(higher, order)

    assert 4 == report.signed
    assert {Level.B_T} == {one.level for one in told}
    assert 4 == place.run(higher, order)[0].skipped


@pytest.mark.parametrize("order", [ORDER, Order(level=Level.B_T)])
@pytest.mark.parametrize("how", ["middle", "cut", "foreign", "too low"])
def test_damaged_is_not_done(place: Place, order: Order, how: str) -> None:
    """A file with the right name, beginning and size proves nothing."""
    (job,) = place.papers(1)
    place.run([job])
    if not order.by:
        job = Job(job.target, place.folder / "t" / "0000.pdf")
        place.run([job], order)
    good, source = job.target.read_bytes(), job.source.read_bytes()
    middle = len(source) // 2
    spoilt = {
        "middle": good[:middle] + bytes((good[middle] ^ 1,)) + good[middle + 1 :],
        "cut": good[:-200],
        "foreign": source[:300] + bytes(len(good) - 300),
        "too low": source,
    }[how]
    job.target.write_bytes(spoilt)
    report, told = place.run([job], order)

    assert (0, 0, 1) == (report.signed, report.skipped, report.failed)
    assert told[0].failure is not None
    assert "move that file away" in told[0].failure.hint
    assert spoilt == job.target.read_bytes()


@pytest.mark.parametrize("level", [Level.B_B, Level.B_T])
def test_several_sign_each_file(place: Place, level: Level) -> None:
    """In order, each in a field of its own."""
    jobs = place.papers(3)
    both = (By("minister", "Een"), By("minister-president", "Twee"))
    report, told = place.run(jobs, Order(both, level=level))

    assert 3 == report.signed
    assert {level} == {one.level for one in told}
    for job in jobs:
        content = job.target.read_bytes()
        assert content.startswith(job.source.read_bytes())
        assert 2 == facts(io.BytesIO(content), Limits()).signatures
    assert 3 == place.run(jobs, Order(both, level=level))[0].skipped


def test_memory_is_bounded(place: Place) -> None:
    """Jobs are read as they are needed, and outcomes are not kept."""
    (one,) = place.papers(1)
    place.run([one])
    seen, ahead, done = 0, [0], [0]

    def endless() -> Iterator[Job]:
        nonlocal seen
        while seen < 5_000:
            seen += 1
            yield one

    def watch(_: Outcome) -> None:
        done[0] += 1
        ahead.append(seen - done[0])

    tracemalloc.start()
    sign_many(endless(), ORDER, lambda: place.vl.files, progress=watch)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert max(ahead) <= 8
    assert peak < 5_000_000


@pytest.mark.parametrize("of", [{"processes": 0}, {"threads": 0}])
def test_somebody_has_to_sign(place: Place, of: dict[str, Any]) -> None:
    """A batch without hands is told as such."""
    with pytest.raises(MalformedError, match="nothing is signed by"):
        place.run(place.papers(1), **of)
