"""Does what is due: leases tasks, has them handled, gives back what failed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from typing import Final

import attrs

from digivl.errors import BackendUnavailableError, DigivlError, StaleRecordError
from digivl.records.port import RecordBook
from digivl.records.tasks import Task
from digivl.records.workers import this_worker
from digivl.settings import Limits

#: Does a task and ends it, by writing `done=task` together with the outcome.
Handler = Callable[[Task], None]
#: Told after each task: the task, and what went wrong or None.
Progress = Callable[[Task, DigivlError | None], None]

_LOG = logging.getLogger("digivl.work")
_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_LONGEST_TOLD: Final = timedelta(days=1)


@attrs.frozen
class WorkReport:
    """What one round of work did.

    Attributes:
        done: Tasks that were finished.
        postponed: Tasks that failed for now and will be tried again.
        stuck: Tasks that a person has to look at.
    """

    done: int = 0
    postponed: int = 0
    stuck: int = 0

    def __add__(self, other: WorkReport) -> WorkReport:
        """What two rounds did together."""
        return WorkReport(
            self.done + other.done,
            self.postponed + other.postponed,
            self.stuck + other.stuck,
        )


@attrs.frozen(kw_only=True)
class Worker:
    """Works through the outbox; any number can share one book."""

    book: RecordBook
    handlers: Mapping[str, Handler]
    clock: Callable[[], datetime]
    limits: Limits

    def run(
        self, progress: Progress | None = None, *, most: int | None = None
    ) -> WorkReport:
        """Do all that is due now.

        Args:
            progress: Told after each task.
            most: Leave the rest for the next time; None leaves nothing.
        """
        report, name = WorkReport(), this_worker()
        # Only what somebody here can do: the tasks of another application wait for
        # its own worker.
        kinds, seconds = self.handlers.keys(), self.limits.lease_seconds
        for _ in count() if most is None else range(most):
            task = self.book.lease(name, self.clock(), seconds, kinds)
            if task is None:
                break
            error = self._attempt(task)
            report = self._counted(report, task, error)
            if progress is not None:
                progress(task, error)
        return report

    def _attempt(self, task: Task) -> DigivlError | None:
        try:
            self.handlers[task.kind](task)
        except DigivlError as error:
            return error
        except Exception as cause:  # noqa: BLE001
            # A fault of ours: it must not end the worker, and not be forgotten.
            _LOG.exception("task %s (%s) failed", task.key, task.kind)
            return DigivlError(f"{type(cause).__name__} in a task {task.kind!r}")
        return None

    def _counted(
        self, report: WorkReport, task: Task, error: DigivlError | None
    ) -> WorkReport:
        if error is None:
            return attrs.evolve(report, done=report.done + 1)
        again = error.retryable and task.attempts < self.limits.task_attempts
        until = self.clock() + _pause(task.attempts, error) if again else None
        # A lease that ran out meanwhile: another worker has the task, and its fate.
        with suppress(StaleRecordError):
            self.book.postpone(task, until=until, error=str(error))
        if again:
            return attrs.evolve(report, postponed=report.postponed + 1)
        return attrs.evolve(report, stuck=report.stuck + 1)


def _pause(attempts: int, error: DigivlError) -> timedelta:
    # Past 20 doublings a moment would lie beyond the calendar.
    doubled: timedelta = _FIRST_PAUSE * 2 ** min(attempts - 1, 20)
    told = timedelta()
    if isinstance(error, BackendUnavailableError):
        told = timedelta(seconds=error.retry_after_seconds or 0)
    # Who says when to come back is not asked before, within a day.
    return max(min(doubled, _LONGEST_PAUSE), min(told, _LONGEST_TOLD))
