"""What digivl asks of a delivery provider: somebody who brings documents to people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

from digivl.dispatch.model import Channel, DeliveryStatus, Dispatch, Receipt


class DeliveryProvider(Protocol):
    """Brings documents to recipients over one channel or more. Thread-safe.

    Every method raises `BackendUnavailableError` when it was not done and can be tried
    later, `BackendRefusedError` when it was refused, `UntrustworthyAnswerError` when
    the answer makes no sense and `ConfigurationError` when the client is not let in.
    """

    @property
    def name(self) -> str:
        """Name in the settings."""
        ...

    @property
    def channels(self) -> frozenset[Channel]:
        """The channels it serves."""
        ...

    def submit(self, dispatch: Dispatch, pdf: BinaryIO) -> Receipt:
        """Hand over the document of a dispatch, under its idempotency key.

        Safe to repeat: a dispatch that was accepted before gives its receipt again.

        Args:
            dispatch: What goes to whom.
            pdf: Its document; seekable, and read from its start.

        Raises:
            OutcomeUnknownError: It may have been accepted: ask `find`.
            LimitExceededError: The document is larger than the channel allows.
            CorruptDocumentError: `pdf` is not the document of the dispatch.
        """
        ...

    def find(self, dispatch: Dispatch) -> Receipt | None:
        """Look a dispatch up by its own reference; None when it was never accepted."""
        ...

    def status(self, dispatches: Iterable[Dispatch]) -> Iterator[DeliveryStatus]:
        """What is known of accepted dispatches, in batches as large as allowed.

        Dispatches that the provider no longer knows are absent from the answer.
        """
        ...
