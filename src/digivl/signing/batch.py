"""Signs many files: processes for the work, threads for the waiting, memory for few.

A signed file appears under its name only when all of it is on the disk. So the folder
itself says what is done: whoever starts the same batch again, after a stop or a crash,
on this machine or another one, goes on with the rest.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import attrs

from digivl.documents.disk import scratch
from digivl.errors import (
    ConfigurationError,
    DigivlError,
    KeyUnusableError,
    MalformedError,
    SigningError,
)
from digivl.pdf.levels import Level
from digivl.pdf.spec import Signed
from digivl.pdf.upgrade import Upgraded
from digivl.signing.done import is_done
from digivl.signing.files import FileSigning
from digivl.signing.placed import check_names, placed, reading, sweep
from digivl.signing.proving import Proving

#: How many files a process is given at a time, for each of its threads.
_PORTION: Final = 8
#: Portions that wait for each process, so that it never waits for us.
_AHEAD: Final = 2
#: After these nothing else will go well: a wrong PIN, tried again, blocks a card.
_FATAL: Final = (KeyUnusableError, ConfigurationError)

T = TypeVar("T")
R = TypeVar("R")


@attrs.frozen
class Job:
    """One file to sign, and where the signed one goes."""

    source: Path
    target: Path


@attrs.frozen
class By:
    """One signature on each file.

    Attributes:
        means: Name of the signing means in the settings.
        field: Name of the signature field.
        look: How it stands in the document: see `FileSigning.sign`.
    """

    means: str
    field: str = "Handtekening#"
    look: Mapping[str, Any] = attrs.field(factory=dict[str, Any])


@attrs.frozen
class Order:
    """What is done with each file; plain values, since it travels to processes.

    Attributes:
        by: The signatures, in order; none brings what was signed before to the level.
        level: What is reached; None is the level of the settings.
    """

    by: tuple[By, ...] = ()
    level: Level | None = None


@attrs.frozen(kw_only=True)
class Failure:
    """Why a file was not signed: an error that can travel between processes."""

    code: str
    text: str
    hint: str
    retryable: bool
    fatal: bool


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of one file.

    Attributes:
        job: Which one.
        level: What was reached; None where it was not signed now.
        size: Of the signed file in bytes.
        skipped: True when it was signed before.
        failure: Why it was not signed; None when it was.
    """

    job: Job
    level: Level | None = None
    size: int = 0
    skipped: bool = False
    failure: Failure | None = None


@attrs.define
class BatchReport:
    """How far a batch came.

    Attributes:
        signed: Files signed now.
        skipped: Files that were signed before.
        failed: Files that were not signed.
        stopped: True when it was asked to stop before the end.
    """

    signed: int = 0
    skipped: int = 0
    failed: int = 0
    stopped: bool = False

    def count(self, outcome: Outcome) -> None:
        """Add one file."""
        self.signed += outcome.level is not None
        self.skipped += outcome.skipped
        self.failed += outcome.failure is not None


def sign_many(
    jobs: Iterable[Job],
    order: Order,
    build: Callable[[], FileSigning],
    *,
    processes: int = 1,
    threads: int = 4,
    progress: Callable[[Outcome], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> BatchReport:
    """Sign files one by one, many at a time; start it again to go on.

    What is wrong with one file is told and does not stop the others. What is wrong
    with the key or the settings does, at once.

    Args:
        jobs: The files; read as they are needed, and never held.
        order: What is done with each of them.
        build: Makes what signs. With more than one process it is called in each of
            them, and must be a function that can be pickled; a means is never shared
            between processes.
        processes: How many work at a time; 1 stays in this one.
        threads: How many files each process has under way, so that waiting for
            timestamps overlaps.
        progress: Told each outcome as it comes, in this thread.
        stop: Asked before each further file; True ends the batch when what is under
            way is done.

    Raises:
        MalformedError: Less than one process or thread.
        KeyUnusableError: The key cannot be used; no further file was tried.
        ConfigurationError: The settings name no such means or authority.
        SigningError: A process of the batch died.
    """
    if processes < 1 or threads < 1:
        raise MalformedError(
            f"nothing is signed by {processes} processes of {threads} threads",
            hint="Give at least one of each.",
        )
    report = BatchReport()

    def wanted() -> Iterator[Job]:
        for job in jobs:
            if stop():
                report.stopped = True
                return
            yield job

    for outcome in _outcomes(wanted(), order, build, processes, threads):
        report.count(outcome)
        if progress is not None:
            progress(outcome)
        if outcome.failure is not None and outcome.failure.fatal:
            raise _as_error(outcome.failure)
    return report


def _outcomes(
    jobs: Iterator[Job],
    order: Order,
    build: Callable[[], FileSigning],
    processes: int,
    threads: int,
) -> Iterator[Outcome]:
    if processes == 1:
        worker = _Worker(build(), order, Proving.among_threads())
        with ThreadPoolExecutor(threads) as pool:
            yield from _windowed(pool, worker.sign, jobs, 2 * threads)
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(
        processes,
        mp_context=context,
        initializer=_start,
        initargs=(build, order, threads, Proving.among_processes(context)),
    ) as pool:
        portions = _portions(jobs, _PORTION * threads)
        try:
            for done in _windowed(pool, _sign_portion, portions, _AHEAD * processes):
                yield from done
        except BrokenProcessPool as cause:
            raise SigningError(
                "a process of the batch died",
                hint="Start the batch again: what was signed stays.",
            ) from cause


def _windowed(
    pool: Executor, work: Callable[[T], R], items: Iterator[T], width: int
) -> Iterator[R]:
    """Results as they come, with no more than `width` items under way."""
    waiting: set[Future[R]] = set()
    try:
        for item in items:
            waiting.add(pool.submit(work, item))
            if len(waiting) >= width:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (one.result() for one in done)
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in done)
    finally:
        for one in waiting:
            one.cancel()


def _portions(jobs: Iterator[Job], size: int) -> Iterator[list[Job]]:
    for first in jobs:
        yield list(chain([first], islice(jobs, size - 1)))


@attrs.define(eq=False)
class _Worker:
    """What signs in one process; thread-safe."""

    files: FileSigning
    order: Order
    key: Proving
    _swept: set[Path] = attrs.field(factory=set[Path], init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def sign(self, job: Job) -> Outcome:
        if self.key.works:
            return self._tried(job)
        # Until the key has signed once, nobody else tries: a wrong PIN counts.
        with self.key.alone:
            return self._tried(job)

    def _tried(self, job: Job) -> Outcome:
        if (why := self.key.why_not) is not None:
            return Outcome(job=job, failure=Failure(**why))
        try:
            done = self._sign(job)
        except DigivlError as error:
            failure = _as_failure(error)
            if failure.fatal:
                # Kept, whatever becomes of the files that are under way beside it.
                self.key.failed(attrs.asdict(failure))
            return Outcome(job=job, failure=failure)
        if done.level is not None:
            self.key.worked()
        return done

    def _sign(self, job: Job) -> Outcome:
        check_names(job.source, job.target)
        self._sweep(job.target.parent)
        signatures, limits = len(self.order.by), self.files.limits
        if is_done(job.target, job.source, self._level, signatures, limits):
            return Outcome(job=job, skipped=True)
        with placed(job.target) as target, reading(job.source) as source:
            made = self._made(source, target)
        return Outcome(job=job, level=made.level, size=made.size)

    def _made(self, source: BinaryIO, target: BinaryIO) -> Signed | Upgraded:
        files, level = self.files, self._level
        if len(self.order.by) == 1:
            return self._by(self.order.by[0], source, target, level)
        # Each of several gets its timestamp; the archive is for all of them at the end.
        usual = Level.B_T if level.reaches(Level.B_LT) else level
        with ExitStack() as opened:
            for one in self.order.by:
                last = level is usual and one is self.order.by[-1]
                into = target if last else opened.enter_context(scratch())
                made = self._by(one, source, into, usual)
                if last:
                    return made
                source = into
            return files.upgrade(source, target, level=level)

    @property
    def _level(self) -> Level:
        usual = self.files.level if self.order.by else self.files.stamped_level
        return self.order.level or usual

    def _by(self, one: By, source: BinaryIO, into: BinaryIO, level: Level) -> Signed:
        means, field, look = one.means, one.field, one.look
        return self.files.sign(
            source, into, means=means, field=field, level=level, **look
        )

    def _sweep(self, folder: Path) -> None:
        """Once for each folder, take away what a killed process left there."""
        with self._lock:
            if folder not in self._swept:
                sweep(folder)
                self._swept.add(folder)


def _as_failure(error: DigivlError) -> Failure:
    return Failure(
        code=error.code,
        text=str(error),
        hint=error.hint,
        retryable=error.retryable,
        fatal=isinstance(error, _FATAL),
    )


def _as_error(failure: Failure) -> DigivlError:
    kinds: dict[str, type[DigivlError]] = {
        kind.code: kind for base in _FATAL for kind in (base, *base.__subclasses__())
    }
    kind = kinds.get(failure.code, SigningError)
    return kind(failure.text, hint=failure.hint)


#: In a process of the batch: what signs, or why nothing can; and the threads for it.
_AT_WORK: list[tuple[_Worker | Failure, ThreadPoolExecutor]] = []


def _start(
    build: Callable[[], FileSigning], order: Order, threads: int, key: Proving
) -> None:
    """Make a process ready, and let it end with the one that started it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    found: _Worker | Failure
    try:
        found = _Worker(build(), order, key)
    except DigivlError as error:
        found = attrs.evolve(_as_failure(error), fatal=True)
    _AT_WORK.append((found, ThreadPoolExecutor(threads)))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        # Nobody waits for what is under way; a file that is not whole has no name.
        os._exit(1)


def _sign_portion(jobs: list[Job]) -> list[Outcome]:
    ((worker, pool),) = _AT_WORK
    if isinstance(worker, Failure):
        return [Outcome(job=job, failure=worker) for job in jobs]
    return list(pool.map(worker.sign, jobs))
