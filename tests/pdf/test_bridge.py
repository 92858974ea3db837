from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from digivl.pdf.bridge import Bridge, run_coroutine


async def answer(value: int = 42) -> int:
    """Suspends once, then answers."""
    await asyncio.sleep(0)
    return value


async def thread() -> str:
    """Where it runs."""
    return threading.current_thread().name


async def failing() -> None:
    """Does not work."""
    raise KeyError("as it was raised")


def test_works_inside_a_running_loop() -> None:
    """Notebooks run a loop of their own; asyncio.run alone would raise there."""

    async def notebook() -> int:
        return run_coroutine(answer())

    assert 42 == run_coroutine(answer()) == asyncio.run(notebook())


def test_errors_come_through() -> None:
    """What a coroutine raises, the caller sees."""
    with pytest.raises(KeyError, match="as it was raised"):
        run_coroutine(failing())


def test_one_loop_serves_all_threads() -> None:
    """Threads share one loop, made once."""
    bridge = Bridge()
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(lambda _: bridge.run(thread()), range(32)))

    assert {"digivl-pdf"} == names


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_has_a_loop_of_its_own() -> None:
    """The thread of the parent does not exist in the child."""
    assert 42 == run_coroutine(answer())
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        os._exit(run_coroutine(answer(7)))

    _, status = os.waitpid(child, 0)

    assert 7 == os.waitstatus_to_exitcode(status)
