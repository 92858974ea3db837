"""Who works: a name that tells whether the process behind it still lives.

A lease ends by itself after a while. A worker on the same machine need not wait for
that: when the process that holds the lease is gone, the lease is void at once.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def this_worker() -> str:
    """Name of this process: machine, process id and the moment it was started."""
    pid = os.getpid()
    return f"{_machine()}|{pid}|{_started(pid)}"


def is_gone(worker: str) -> bool:
    """True when `worker` was a process of this machine that no longer runs."""
    machine, _, process = worker.partition("|")
    pid, _, started = process.partition("|")
    if machine != _machine() or not pid.isdigit():
        return False
    return not _runs(int(pid)) or _started(int(pid)) != started


def _machine() -> str:
    # Process ids say something only within one boot and one namespace: containers
    # that share a book must not judge each other's.
    marks = [socket.gethostname()]
    with suppress(OSError):
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        marks += [boot[:13], str((_PROC / "self/ns/pid").stat().st_ino)]
    return "/".join(marks)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> str:
    # Ids are used again; the clock tick of the start tells two apart (field 22 of
    # stat, counted behind the name in parentheses). A zombie runs no more.
    with suppress(OSError):
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return "dead" if fields[0] in "ZX" else fields[19]
    return ""
