"""The outbox in SQL: tasks are leased, finished, given back, never lost."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from digivl.errors import NotFoundError, StaleRecordError
from digivl.kernel.identifiers import new_id
from digivl.kernel.kinds import Ref
from digivl.kernel.moments import from_wire, to_wire
from digivl.records.schema import TASK
from digivl.records.tasks import NewTask, Task, TaskState
from digivl.records.workers import is_gone

_LONGEST_ERROR = 2_000


def add(connection: Connection, task: NewTask) -> None:
    """Write a new task."""
    connection.execute(
        TASK.insert().values(
            key=task.key,
            kind=task.kind,
            subject_kind=task.subject.kind,
            subject_id=task.subject.id,
            payload=json.dumps(dict(task.payload), sort_keys=True),
            state=TaskState.WAITING.value,
            due=to_wire(task.due),
            attempts=0,
        )
    )


def lease(
    connection: Connection,
    worker: str,
    now: datetime,
    seconds: float,
    *,
    kinds: Collection[str] | None,
    most: int,
) -> Task | None:
    """Take the task that is due longest; those tried too often become stuck."""
    while row := _next(connection, now, kinds):
        if row.attempts >= most:
            error = row.error or "the worker died at every attempt"
            _set(connection, row.key, state=TaskState.STUCK.value, error=error)
            continue
        mark = new_id()
        _set(
            connection,
            row.key,
            state=TaskState.LEASED.value,
            attempts=row.attempts + 1,
            lease=mark,
            leased_by=worker,
            leased_until=to_wire(now + timedelta(seconds=seconds)),
        )
        return _task(connection.execute(_by_key(row.key)).one())
    return None


def finish(connection: Connection, task: Task) -> None:
    """Mark a leased task as done.

    Raises:
        StaleRecordError: The lease was lost; another worker has the task.
    """
    _release(connection, task, state=TaskState.DONE.value, error=None)


def postpone(
    connection: Connection, task: Task, until: datetime | None, error: str
) -> None:
    """Give a leased task back; without a moment it is stuck."""
    values: dict[str, Any] = {"error": error[:_LONGEST_ERROR]}
    if until is None:
        values["state"] = TaskState.STUCK.value
    else:
        values |= {"state": TaskState.WAITING.value, "due": to_wire(until)}
    _release(connection, task, **values)


def again(connection: Connection, task: Task, until: datetime, error: str) -> None:
    """Give a leased task back that is done again and again; attempts count anew."""
    values: dict[str, Any] = {"error": error[:_LONGEST_ERROR] or None, "attempts": 0}
    values |= {"state": TaskState.WAITING.value, "due": to_wire(until)}
    _release(connection, task, **values)


def hasten(connection: Connection, key: str, now: datetime) -> None:
    """Make a waiting task due now."""
    waiting = and_(TASK.c.key == key, TASK.c.state == TaskState.WAITING.value)
    connection.execute(update(TASK).where(waiting).values(due=to_wire(now)))


def retry(connection: Connection, key: str, now: datetime) -> None:
    """Make a stuck task due again, with its attempts counted anew."""
    stuck = and_(TASK.c.key == key, TASK.c.state == TaskState.STUCK.value)
    values = {"state": TaskState.WAITING.value, "due": to_wire(now), "attempts": 0}
    if connection.execute(update(TASK).where(stuck).values(**values)).rowcount != 1:
        raise NotFoundError(
            f"no task {key} is stuck", hint="`digivl work --list` shows the tasks."
        )


def listed(connection: Connection, state: str | None) -> Sequence[Task]:
    """Tasks, oldest first."""
    found = select(TASK).order_by(TASK.c.number)
    if state is not None:
        found = found.where(TASK.c.state == state)
    return [_task(row) for row in connection.execute(found)]


def _next(
    connection: Connection, now: datetime, kinds: Collection[str] | None
) -> Row[Any] | None:
    moment = to_wire(now)
    free = or_(
        and_(TASK.c.state == TaskState.WAITING.value, TASK.c.due <= moment),
        and_(
            TASK.c.state == TaskState.LEASED.value,
            or_(
                TASK.c.leased_until < moment,
                TASK.c.leased_by.in_(_gone_workers(connection)),
            ),
        ),
    )
    if kinds is not None:
        free = and_(free, TASK.c.kind.in_(kinds))
    found = select(TASK).where(free).order_by(TASK.c.due, TASK.c.number).limit(1)
    return connection.execute(found.with_for_update(skip_locked=True)).first()


def _gone_workers(connection: Connection) -> list[str]:
    leased = TASK.c.state == TaskState.LEASED.value
    workers = connection.execute(select(TASK.c.leased_by).where(leased).distinct())
    return [worker for (worker,) in workers if worker and is_gone(worker)]


def _release(connection: Connection, task: Task, **values: Any) -> None:
    held = and_(TASK.c.key == task.key, TASK.c.lease == task.lease)
    free = {"lease": None, "leased_by": None, "leased_until": None}
    changed = connection.execute(update(TASK).where(held).values(**values, **free))
    if changed.rowcount != 1:
        raise StaleRecordError("task", task.key, task.attempts)


def _set(connection: Connection, key: str, **values: Any) -> None:
    connection.execute(update(TASK).where(TASK.c.key == key).values(**values))


def _by_key(key: str) -> Any:
    return select(TASK).where(TASK.c.key == key)


def _task(row: Row[Any]) -> Task:
    return Task(
        kind=row.kind,
        subject=Ref(row.subject_kind, row.subject_id),
        due=from_wire(row.due),
        payload=json.loads(row.payload),
        key=row.key,
        state=TaskState(row.state),
        attempts=row.attempts,
        lease=row.lease,
        error=row.error,
    )
