"""Runs pyHanko's coroutines from plain code, also inside a notebook's loop.

One loop, in a thread of its own, lives as long as the process: what pyHanko keeps
between calls is bound to a loop and so lives on too. A forked child makes its own.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


@attrs.define(eq=False)
class Bridge:
    """The way from plain code to coroutines; thread-safe, made at first use."""

    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _loop: asyncio.AbstractEventLoop | None = attrs.field(default=None, init=False)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for `work` and give back what it returns, or raise what it raises.

        The caller's thread waits; context variables do not travel along.
        """
        return asyncio.run_coroutine_threadsafe(work, self._running_loop()).result()

    def forget(self) -> None:
        """Start anew: in a forked child the thread of the loop does not exist."""
        self._lock = threading.Lock()
        self._loop = None

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self._loop.run_forever, name="digivl-pdf", daemon=True
                ).start()
            return self._loop


_BRIDGE = Bridge()
if hasattr(os, "register_at_fork"):  # pragma: no branch - not on Windows
    os.register_at_fork(after_in_child=_BRIDGE.forget)


def run_coroutine(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` on the shared loop and wait for it."""
    return _BRIDGE.run(work)
