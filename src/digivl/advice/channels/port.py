"""What digivl asks of a channel: a way to who advises or agrees, and back.

Where both sides use digivl nothing is sent, and no channel is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from digivl.advice.messages.message import Incoming, Outgoing, Receipt

#: Opens the bytes of an enclosure by their SHA-256, to be read from their start.
Opened = Callable[[str], AbstractContextManager[BinaryIO]]


class AdviceChannel(Protocol):
    """Carries questions to an adviser or minister, and their answers back. Thread-safe.

    Every method raises `BackendUnavailableError` when it was not done and can be tried
    later, `BackendRefusedError` when it was refused, `UntrustworthyAnswerError` when
    the answer makes no sense and `ConfigurationError` when the client is not let in.
    """

    @property
    def name(self) -> str:
        """Name in the settings."""
        ...

    @property
    def repeats(self) -> bool:
        """True when a message that was taken before is not taken twice.

        Then an attempt that ended in the dark is simply repeated; where it is False, a
        person has to look whether the message arrived.
        """
        ...

    def send(self, message: Outgoing, opened: Opened) -> Receipt:
        """Hand over a message, under its key.

        Args:
            message: What is said.
            opened: Gives the bytes of its enclosures.

        Raises:
            OutcomeUnknownError: It may have been taken.
            LimitExceededError: It is larger than the channel allows.
        """
        ...

    def collect(self) -> Iterable[Incoming]:
        """What came in and was not confirmed, the oldest first.

        A message that cannot be read, or is not to be trusted, comes as `Unclear`: it
        is never left out.
        """
        ...

    def opened(self, message: Incoming) -> AbstractContextManager[BinaryIO]:
        """The PDF that came with a collected message, to be read from its start.

        Raises:
            NotFoundError: It has none.
        """
        ...

    def confirm(self, message: Incoming, *, apart: bool) -> None:
        """A message stands in the book: it need not come again.

        Confirming it again changes nothing.

        Args:
            message: As it was collected.
            apart: It was not applied; somebody has to look at it.
        """
        ...
