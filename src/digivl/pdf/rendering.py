"""Asks the renderer: a process of its own, under limits; see `digivl.pdf.renderer`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from digivl.errors import RenderingFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from digivl.settings import Limits

T = TypeVar("T")


def asked(
    request: Mapping[str, Any],
    read: Callable[[Any], T],
    limits: Limits,
    *,
    what: str,
    hint: str,
) -> T:
    """What the renderer answers.

    Args:
        request: What is asked; see the renderer.
        read: Makes of the answer what it should be; it may raise what that raises.
        limits: `render_seconds` and `render_memory_bytes` count here.
        what: What for, for the errors: ``looking for a free place``.
        hint: What the reader of an error can do.

    Raises:
        RenderingFailedError: It failed, or took too long.
    """
    try:
        done = _run(request, limits)
    except subprocess.TimeoutExpired as cause:
        why = f"took more than {limits.render_seconds:g} s"
        raise _failed(what, why, hint) from cause
    except OSError as cause:
        raise _failed(what, f"did not start: {cause.strerror}", hint) from cause
    try:
        answer = json.loads(done.stdout)
        if "failed" in answer:
            raise _failed(what, f"said {str(answer['failed'])[:300]}", hint)
        return read(answer["answer"])
    except (ValueError, TypeError, KeyError) as cause:
        why = f"ended with status {done.returncode} and no answer"
        raise _failed(what, why, hint) from cause


def _run(
    request: Mapping[str, Any], limits: Limits
) -> subprocess.CompletedProcess[bytes]:
    bounds = {"seconds": limits.render_seconds, "memory": limits.render_memory_bytes}
    return subprocess.run(
        [sys.executable, "-m", "digivl.pdf.renderer"],
        input=json.dumps({**request, **bounds}).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        timeout=limits.render_seconds,
        check=False,
    )


def environment() -> dict[str, str]:
    """The environment of a process of ours that runs a module of digivl."""
    # It finds digivl where this process found it, never in the folder it is in.
    path = os.pathsep.join(folder for folder in sys.path if folder)
    return {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}


def _failed(what: str, why: str, hint: str) -> RenderingFailedError:
    return RenderingFailedError(f"{what} failed: the page renderer {why}", hint=hint)
