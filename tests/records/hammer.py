"""One process of several that work on one book; a program of its own.

    python hammer.py URL bump SECONDS    act on one record, again and again
    python hammer.py URL open COUNT      make records that others make too
    python hammer.py URL lease           lease all tasks and do them
    python hammer.py URL hold            lease one task and never finish it

It prints what it did, as JSON; any error but a stale record ends it with a trace.
"""

from __future__ import annotations

import json
import sys
import time

from digivl.errors import StaleRecordError
from digivl.records.sqlbook import SQLBook
from digivl.records.workers import this_worker
from digivl.testing.book_contract import AT, MATTER, changed, opened


def say(what: object) -> None:
    """Tell the parent."""
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


def bump(book: SQLBook, seconds: str) -> list[int]:
    """Count one record up; which counts were ours."""
    won: list[int] = []
    until = time.monotonic() + float(seconds)
    while time.monotonic() < until:
        entry = book.read(MATTER, "matter-1")
        count = int(entry.record.title) + 1
        try:
            book.write(changed(entry, title=str(count)))
        except StaleRecordError:
            continue
        won.append(count)
    return won


def make(book: SQLBook, count: str) -> list[int]:
    """Make records by number; which ones were ours."""
    won: list[int] = []
    for number in range(int(count)):
        try:
            book.write(opened(f"matter-{number}"))
        except StaleRecordError:
            continue
        won.append(number)
    return won


def lease(book: SQLBook) -> list[str]:
    """Do all tasks; which ones were ours."""
    keys: list[str] = []
    while found := book.lease(this_worker(), AT, 3_600):
        # Done, not only held: who has nothing left ends, and its leases end with it.
        book.write(done=found)
        keys.append(found.key)
    return keys


def hold(book: SQLBook) -> None:
    """Lease a task, say so, and work on it for ever."""
    found = book.lease(this_worker(), AT, 3_600)
    assert found is not None
    say(found.key)
    time.sleep(3_600)


def main(url: str, act: str, *rest: str) -> None:
    """Do what the command line says."""
    book = SQLBook.open(url)
    acts = {"bump": bump, "open": make, "lease": lease, "hold": hold}
    done = acts[act](book, *rest)  # type: ignore[operator]
    book.close()
    say(done)


if __name__ == "__main__":
    main(*sys.argv[1:])
