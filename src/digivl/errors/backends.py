"""Something outside failed."""

from __future__ import annotations

from digivl.errors.base import DigivlError


class BackendError(DigivlError):
    """Something outside failed.

    Attributes:
        backend: Name of the backend, as in the settings.
        correlation_id: Under which its help desk finds the call; may be empty.
        retry_after_seconds: After how long to try again, where that is known.
    """

    code = "backend"
    retry_after_seconds: float | None = None

    def __init__(
        self, backend: str, message: str, *, hint: str = "", correlation_id: str = ""
    ) -> None:
        self.backend, self.correlation_id = backend, correlation_id
        super().__init__(f"[{backend}] {message}", hint=hint)


class BackendUnavailableError(BackendError):
    """No answer, or an answer after which a later try can succeed."""

    code = "backend-unavailable"
    retryable = True


class BackendRefusedError(BackendError):
    """It answered, and the answer was no.

    Attributes:
        status: Its HTTP status; None when it speaks another protocol.
        reason: Its own code for the refusal, e.g. ``INVALID_INPUT``; may be empty.
        detail: What it said beside that, redacted; may be empty.
    """

    code = "backend-refused"

    def __init__(
        self,
        backend: str,
        message: str,
        *,
        hint: str = "",
        correlation_id: str = "",
        status: int | None = None,
        reason: str = "",
        detail: str = "",
    ) -> None:
        self.status, self.reason, self.detail = status, reason, detail
        super().__init__(backend, message, hint=hint, correlation_id=correlation_id)


class OutcomeUnknownError(BackendError):
    """The request went out and the reply was lost: it may or may not be done."""

    code = "outcome-unknown"
    retryable = True


class UntrustworthyAnswerError(BackendError):
    """It answered what cannot be true, e.g. a timestamp over something else."""

    code = "untrustworthy-answer"
