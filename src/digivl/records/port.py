"""What digivl asks of a record book."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from datetime import datetime
from typing import Protocol, Self, TypeVar

import attrs

from digivl.kernel.kinds import Kind, Ref, Standing
from digivl.records.entries import AnyDraft, AnyEntry, Entry
from digivl.records.indexing import SearchIndex
from digivl.records.tallies import Tallies
from digivl.records.tasks import NewTask, Task

R = TypeVar("R", bound=attrs.AttrsInstance)


@attrs.frozen(kw_only=True)
class Row:
    """One current row: where a record stands now."""

    ref: Ref
    version: int
    standing: Standing


@attrs.frozen(kw_only=True)
class Query:
    """Which current rows are wanted; what is None does not matter."""

    kind: str | None = None
    dossier: str | None = None
    dossiers: tuple[str, ...] | None = None
    part_of: str | None = None
    holder: str | None = None
    role: str | None = None
    entity: str | None = None
    minister: str | None = None
    state: str | None = None
    open: bool | None = None
    held: bool | None = None
    due_before: datetime | None = None


class RecordBook(Protocol):
    """An append-only book. All methods are thread-safe.

    Every method raises `BookBusyError` when other writers hold the book for too long,
    `StorageFullError` when the disk is full, and `StorageError` for other trouble.
    """

    def write(
        self,
        *drafts: AnyDraft,
        tasks: Sequence[NewTask] = (),
        done: Task | None = None,
    ) -> tuple[AnyEntry, ...]:
        """Write all or nothing: entries, current rows, new tasks, a finished task.

        Raises:
            StaleRecordError: A version is already taken, or is not the next one; or
                the lease on `done` was lost.
        """
        ...

    def read(self, kind: Kind[R], id: str) -> Entry[R]:
        """The latest entry of a record.

        Raises:
            NotFoundError: No such record.
        """
        ...

    def read_all(self, kind: Kind[R], ids: Iterable[str]) -> dict[str, Entry[R]]:
        """The latest entries of many records, by id; those that are not there lack."""
        ...

    def history(self, kind: Kind[R], id: str) -> Iterator[Entry[R]]:
        """All entries of a record, oldest first; empty when there is none."""
        ...

    def rows(
        self, query: Query, *, limit: int | None = None, after: Row | None = None
    ) -> Sequence[Row]:
        """Current rows, the earliest due first, then the longest held; all, or some.

        Args:
            query: Which ones.
            limit: At most so many.
            after: Go on behind this one: the last row of the page before.
        """
        ...

    def acts(
        self, dossiers: Iterable[str], kinds: Collection[str]
    ) -> Mapping[str, int]:
        """How many acts there were on records of some kinds, for each dossier by id.

        It grows with each act, so that one who kept it knows whether something
        happened since. A dossier without such records is not there.
        """
        ...

    def find(self, id: str) -> Sequence[Ref]:
        """The records whose id is `id` or starts with it (six characters or more)."""
        ...

    def erase(self, draft: AnyDraft) -> AnyEntry:
        """Write an act of erasure and delete the personal values of its record.

        Both or neither. Entries, hashes and proofs stay as they are; who still holds
        the record as it was is stale, and cannot write the values back.
        """
        ...

    def lease(
        self,
        worker: str,
        now: datetime,
        seconds: float,
        kinds: Collection[str] | None = None,
    ) -> Task | None:
        """Take the task that is due longest, of some kinds only or of any."""
        ...

    def postpone(self, task: Task, *, until: datetime | None, error: str) -> None:
        """Give a task back, to be tried again; without a moment it is stuck."""
        ...

    def again(self, task: Task, *, until: datetime, error: str = "") -> None:
        """Give back a task that is done again and again, such as looking at something.

        Its attempts count anew, so that it is never stuck.

        Raises:
            StaleRecordError: The lease was lost.
        """
        ...

    def tasks(self, *, state: str | None = None) -> Sequence[Task]:
        """Tasks, oldest first, for people to look at."""
        ...

    def hasten(self, key: str, now: datetime) -> None:
        """Make a waiting task due now; one that is under way or done stays as it is."""
        ...

    def retry(self, key: str, now: datetime) -> None:
        """Make a stuck task due again.

        Raises:
            NotFoundError: No stuck task with that key.
        """
        ...

    @property
    def index(self) -> SearchIndex:
        """The full-text index of the book; it is caught up apart from writing."""
        ...

    @property
    def tallies(self) -> Tallies:
        """Small counts that all who share the book share; no part of the proof."""
        ...

    def telling(self, told: Callable[[AnyEntry], None]) -> Self:
        """The same book; `told` is called with each entry after it was written."""
        ...

    def close(self) -> None:
        """Let go of the connections; the book can be opened again."""
        ...
