"""Tasks of the outbox: acts on the outside that a record wants done.

A task is written in the same transaction as the record that wants it. A worker leases
it, does it with the task's key as idempotency key, and records the outcome in one
transaction with the end of the task. A task never disappears: it is done, waiting,
leased, or stuck in a visible place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

import attrs

from digivl.kernel.identifiers import new_id
from digivl.kernel.kinds import Ref


class TaskState(Enum):
    """Where a task stands."""

    WAITING = "waiting"
    LEASED = "leased"
    STUCK = "stuck"
    DONE = "done"


@attrs.frozen(kw_only=True)
class NewTask:
    """A task to be written.

    Attributes:
        kind: Which handler does it.
        subject: The record that wants it.
        due: Not to be done before.
        payload: What the handler needs beside the record; never personal values.
        key: Unique; the idempotency key of the act.
    """

    kind: str
    subject: Ref
    due: datetime
    payload: Mapping[str, str] = attrs.field(factory=dict[str, str])
    key: str = attrs.field(factory=new_id)


@attrs.frozen(kw_only=True)
class Task:
    """A task of the outbox.

    Attributes:
        attempts: How often it was leased, this time included.
        lease: Proof that this worker holds it; None when nobody does.
        error: Why the last attempt failed.
    """

    kind: str
    subject: Ref
    due: datetime
    payload: Mapping[str, str]
    key: str
    state: TaskState
    attempts: int
    lease: str | None = None
    error: str | None = None
