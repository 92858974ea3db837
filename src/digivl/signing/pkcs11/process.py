"""The process in which a driver runs; see `digivl.signing.pkcs11.worker`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final, Self, TypeVar, cast

import attrs

from digivl.errors import KeyUnusableError
from digivl.pdf.rendering import environment
from digivl.signing.pkcs11.answers import Trouble, nothing
from digivl.signing.pkcs11.problems import failed, problem

if TYPE_CHECKING:
    from digivl.signing.tokenspec import TokenSpec

T = TypeVar("T")

_WORKER: Final = "digivl.signing.pkcs11.worker"
#: The worker sends less, whatever is on a token.
_LONGEST_ANSWER: Final = 8_000_000
#: How long a process may take to log out and go.
_GRACE_SECONDS: Final = 2.0
_NONSENSE: Final = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


@attrs.define(eq=False)
class DriverProcess:
    """A driver that runs; used by one thread at a time.

    Attributes:
        spec: Which driver, and what is used of it.
        seconds: How long it may be silent.
        hung: True when it was silent for longer, and was ended.
    """

    spec: TokenSpec
    seconds: float
    _child: subprocess.Popen[bytes] = attrs.field(repr=False)
    hung: bool = attrs.field(default=False, init=False)
    _talk: threading.Thread | None = attrs.field(default=None, init=False, repr=False)

    @classmethod
    def start(
        cls, spec: TokenSpec, seconds: float, secrets: frozenset[str] = frozenset()
    ) -> Self:
        """Start a process, and load the driver in it.

        Args:
            spec: Which driver.
            seconds: How long it may be silent.
            secrets: Names of environment variables that it does not get.

        Raises:
            KeyUnusableError: There is no such driver, or it cannot be loaded.
            DriverFailedError: It crashed, or took too long.
        """
        if not spec.module.is_file():
            raise KeyUnusableError(
                f"there is no PKCS#11 library {spec.module.name}",
                hint="Install the middleware of the card or HSM, and name its library.",
            )
        started = cls(spec, seconds, _started(seconds, secrets))
        weakref.finalize(started, _ended, started._child, os.getpid())
        try:
            started.ask("load", nothing, module=str(spec.module))
        except BaseException:
            started.kill()
            raise
        return started

    @property
    def alive(self) -> bool:
        """Whether it runs; an idle one can have been killed."""
        return self._child.poll() is None

    def ask(self, do: str, read: Callable[[Any], T], **said: Any) -> T:
        """What the driver does for us.

        Args:
            do: The name of a method of the worker.
            read: Makes of the answer what it should be, or raises a ValueError.
            said: What goes along.

        Raises:
            KeyUnusableError: What `problem` makes of its trouble.
            DriverFailedError: It crashed, hung or answered nonsense; it is ended.
        """
        line = self._exchanged(json.dumps({"do": do, **said}).encode() + b"\n")
        if not line:
            self.kill()
            raise failed(self.spec, "crashed")
        try:
            heard = json.loads(line)
            if "error" not in heard:
                return read(heard["answer"])
            trouble = Trouble.read(heard)
        except _NONSENSE as cause:
            self.kill()
            raise failed(self.spec, "answered nonsense") from cause
        raise problem(self.spec, do, trouble)

    def end(self) -> None:
        """Let it log out and go, and kill it when it does not."""
        _ended(self._child, os.getpid())

    def kill(self) -> None:
        """End it at once, whatever it does."""
        _killed(self._child)
        if self._talk is not None:
            self._talk.join(_GRACE_SECONDS)
        _close(self._child)

    def abandon(self) -> None:  # pragma: no cover - measured in the parent only
        """In a fork: it is the child of another, who alone speaks to it."""
        self._child.returncode = 0
        _close(self._child)

    def _exchanged(self, request: bytes) -> bytes:
        """One line for another; empty when it died.

        A thread waits for it: pipes know no time-out, and whatever the driver started
        can hold them open when it is dead itself.
        """
        heard = list[bytes]()
        self._talk = threading.Thread(
            target=_talked, args=(self._child, request, heard), daemon=True
        )
        self._talk.start()
        self._talk.join(self.seconds)
        if self._talk.is_alive():
            self.hung = True
            self.kill()
            raise failed(self.spec, f"was silent for {self.seconds:g} s")
        return heard[0]


def _started(seconds: float, secrets: frozenset[str]) -> subprocess.Popen[bytes]:
    given = {k: v for k, v in environment().items() if k not in secrets}
    try:
        return subprocess.Popen(  # noqa: S603 - this interpreter, our module
            [sys.executable, "-m", _WORKER, str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=given,
            # Ctrl-C is for who asks; and what a driver starts is ended with it.
            start_new_session=True,
        )
    except OSError as cause:
        raise KeyUnusableError(
            f"no process for the driver could be started: {cause.strerror}",
            hint="Look whether this machine has memory and processes left.",
        ) from cause


def _talked(child: subprocess.Popen[bytes], request: bytes, heard: list[bytes]) -> None:
    line = bytearray()
    try:
        left = memoryview(request)
        while left:
            left = left[_pipe(child.stdin).write(left) :]
        while not line.endswith(b"\n") and len(line) <= _LONGEST_ANSWER:
            more = _pipe(child.stdout).read(65_536)
            if not more:
                raise EOFError  # noqa: TRY301 - as when a pipe breaks
            line += more
    except (OSError, ValueError, EOFError):
        line.clear()  # it died, or somebody closed the pipes meanwhile
    heard.append(bytes(line))


def _ended(child: subprocess.Popen[bytes], owner: int) -> None:
    """Also when nobody holds it any more, and when the interpreter ends."""
    if owner != os.getpid():
        return
    with suppress(OSError):
        _pipe(child.stdin).close()
    try:
        child.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        _killed(child)
    _close(child)


def _killed(child: subprocess.Popen[bytes]) -> None:
    if child.returncode is not None:
        return
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":  # pragma: no cover
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        child.wait(_GRACE_SECONDS)


def _close(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        with suppress(OSError):
            _pipe(pipe).close()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    return cast("IO[bytes]", pipe)  # asked for when it was started
