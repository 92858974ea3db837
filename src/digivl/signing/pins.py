"""Where the PIN of a key comes from; it never stands in settings, logs or errors."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from enum import Enum
from typing import Final

import attrs

from digivl.errors import WrongPINError

#: Gives the PIN each time it is needed: from a file, a vault, a person.
AskPIN = Callable[[], str]

_LONGEST: Final = 256
#: A card blocks at the third wrong one; one is left for who knows it.
_MOST_UNANSWERED: Final = 2
_SALT: Final = secrets.token_bytes(16)


class PINEntry(Enum):
    """How a token gets its PIN, when digivl does not give it."""

    #: The middleware asks by itself, in a window of its own.
    MIDDLEWARE = "middleware"
    #: On the reader: the token is told that somebody signs.
    PAD = "pad"


@attrs.define(eq=False)
class PIN:
    """The PIN of one token; one that was refused is not tried a second time.

    Three wrong ones block a card: a batch of a hundred documents must not do that, nor
    a driver that crashes each time before it says whether the PIN is right.

    Attributes:
        variable: The environment variable it stands in, if it does: the process of the
            driver does not get that one.
    """

    _source: AskPIN | PINEntry = attrs.field(repr=False)
    variable: str = ""
    _refused: bytes = attrs.field(default=b"", repr=False, init=False)
    _accepted: bytes = attrs.field(default=b"", repr=False, init=False)
    _unanswered: int = attrs.field(default=0, repr=False, init=False)

    @property
    def entry(self) -> PINEntry | None:
        """How it is entered; None when digivl gives it."""
        return self._source if isinstance(self._source, PINEntry) else None

    def ask(self) -> str:
        """The PIN.

        Raises:
            WrongPINError: There is none, or it is one that was refused before.
        """
        if isinstance(self._source, PINEntry):
            raise TypeError("this PIN is not entered here")
        pin = self._source()
        if not 0 < len(pin) <= _LONGEST:
            raise WrongPINError(
                "no PIN was given, or something else than a PIN",
                hint="Put the PIN, and nothing else, in its place.",
            )
        mark = _mark(pin)
        if self._refused and mark == self._refused:
            raise WrongPINError(
                "the PIN was refused before, and is not tried again",
                hint="Put the right PIN in its place; too many wrong ones block a key.",
            )
        if mark != self._accepted and self._unanswered >= _MOST_UNANSWERED:
            raise WrongPINError(
                "the driver failed each time it got a PIN; none is tried any more",
                hint="Mend the driver, look how many tries are left, and start anew.",
            )
        return pin

    def refused(self, pin: str) -> None:
        """The token did not take it."""
        self._refused, self._accepted = _mark(pin), b""

    def accepted(self, pin: str) -> None:
        """The token took it."""
        self._accepted, self._unanswered = _mark(pin), 0

    def unanswered(self) -> None:
        """The token got one and the driver failed: it may count as a wrong one."""
        self._unanswered += 1


def _mark(pin: str) -> bytes:
    return hashlib.blake2b(pin.encode(), key=_SALT).digest()
