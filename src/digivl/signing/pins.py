"""Where the PIN of a key comes from; it never stands in settings, logs or errors."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from enum import Enum

import attrs

from digivl.errors import WrongPINError

#: Gives the PIN each time it is needed: from a file, a vault, a person.
AskPIN = Callable[[], str]


class PINEntry(Enum):
    """How a token gets its PIN, when digivl does not give it."""

    #: The middleware asks by itself, in a window of its own.
    MIDDLEWARE = "middleware"
    #: On the reader: the token is told that somebody signs.
    PAD = "pad"


@attrs.define(eq=False)
class PIN:
    """The PIN of one token; one that was refused is not tried a second time.

    Three wrong ones block a card: a batch of a hundred documents must not do that.
    """

    _source: AskPIN | PINEntry = attrs.field(repr=False)
    _refused: bytes = attrs.field(default=b"", repr=False, init=False)

    @property
    def entry(self) -> PINEntry | None:
        """How it is entered; None when digivl gives it."""
        return self._source if isinstance(self._source, PINEntry) else None

    def ask(self) -> str:
        """The PIN.

        Raises:
            WrongPINError: It is the one that was refused before.
        """
        if isinstance(self._source, PINEntry):
            raise TypeError("this PIN is not entered here")
        pin = self._source()
        if self._refused and _digest(pin) == self._refused:
            raise WrongPINError(
                "the PIN was refused before, and is not tried again",
                hint="Put the right PIN in its place; too many wrong ones block a key.",
            )
        return pin

    def refused(self, pin: str) -> None:
        """The token did not take it."""
        self._refused = _digest(pin)


def _digest(pin: str) -> bytes:
    return hashlib.sha256(pin.encode()).digest()
