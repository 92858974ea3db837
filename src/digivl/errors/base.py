"""The base of all errors, and those that every room can raise."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class DigivlError(Exception):
    """Base of all errors that leave the library.

    Attributes:
        code: Stable name of the kind of error.
        hint: What the reader can do about it; may be empty.
        retryable: True when the same call may succeed later, unchanged.
    """

    code: ClassVar[str] = "digivl"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        self.hint = hint
        super().__init__(message)
        if hint:
            # Also who sees only a traceback is told how to mend it.
            self.add_note(hint)

    def diagnostics(self) -> str:
        """The text for a person: what is wrong, then how to mend it."""
        return f"{self}\n{self.hint}" if self.hint else str(self)


class MalformedError(DigivlError, ValueError):
    """What came in is not what it claims to be."""

    code = "malformed"


class UnreadablePDFError(MalformedError):
    """Not a PDF, empty, truncated or damaged."""

    code = "pdf-unreadable"


class EncryptedPDFError(MalformedError):
    """The PDF is protected with a password or with permissions."""

    code = "pdf-encrypted"


class LimitExceededError(MalformedError):
    """Larger, longer or deeper than the settings allow."""

    code = "limit-exceeded"


class UntrustedListError(DigivlError):
    """A trusted list is not signed by who may sign it, once and whole."""

    code = "untrusted-list"


class StepNotAllowedError(DigivlError):
    """The lifecycle of a record has no such step from its state.

    Attributes:
        subject: What the lifecycle is of, e.g. ``advice request``.
        state: The state it is in.
        step: The step that was tried.
        open_steps: The steps that could have been taken instead.
    """

    code = "step-not-allowed"

    def __init__(
        self,
        subject: str,
        state: str,
        step: str,
        open_steps: Iterable[str],
        *,
        hint: str = "",
    ) -> None:
        self.subject, self.state, self.step = subject, state, step
        self.open_steps = tuple(open_steps)
        choices = ", ".join(self.open_steps) or "none: this state is final"
        super().__init__(
            f"{subject} is {state!r}: cannot {step!r} (open steps: {choices})",
            hint=hint or "Look how it stands now; somebody may have acted on it.",
        )


class NotReadyError(DigivlError):
    """Something must be there first.

    Attributes:
        missing: What, as (short name, explanation in Dutch).
    """

    code = "not-ready"

    def __init__(
        self,
        subject: str,
        missing: Iterable[tuple[str, str]],
        *,
        hint: str = "Add what lacks, then do it again.",
    ) -> None:
        self.missing = tuple(missing)
        lines = "; ".join(f"{name}: {text}" for name, text in self.missing)
        super().__init__(f"{subject!r} is not ready: {lines}", hint=hint)


class NotAllowedError(DigivlError):
    """The role of who acts does not allow it; that was recorded.

    It says nothing about what was asked for, not even whether it exists.

    Attributes:
        role: In which role it was tried.
        permission: What that role lacks, in Dutch.
    """

    code = "not-allowed"

    def __init__(self, role: str, permission: str) -> None:
        self.role, self.permission = role, permission
        super().__init__(
            f"the role {role!r} does not allow {permission!r}",
            hint="Act as somebody who may, or change the policy.",
        )


class TooOpenError(DigivlError):
    """A document of this type is never that open, whatever the policy allows.

    Attributes:
        type: Label of the document type.
        level: Label of the level that was wanted.
        most: Label of the loosest level that the type can have.
    """

    code = "too-open"

    def __init__(self, type: str, level: str, most: str) -> None:
        self.type, self.level, self.most = type, level, most
        super().__init__(
            f"{type!r} cannot become {level!r}: it is never published",
            hint=f"The loosest level of this document type is {most!r}.",
        )


class AlreadySentError(DigivlError):
    """This recipient got this document before; nothing was sent."""

    code = "already-sent"


class AlreadyAskedError(DigivlError):
    """Who would be asked has the same question already; nothing was asked.

    Attributes:
        question: The question that waits, as ``kind/id``.
    """

    code = "already-asked"

    def __init__(self, what: str, question: str) -> None:
        self.question = question
        super().__init__(
            f"{what} is asked already: {question} waits for an answer",
            hint="Wait for it, take it back, or renew it: that ends it in one act.",
        )


class StaleRecordError(DigivlError):
    """Somebody else wrote this version first; nothing was written.

    Attributes:
        kind: Kind of the record.
        id: Its id.
        version: The version that was already taken.
    """

    code = "stale-record"
    retryable = True

    def __init__(self, kind: str, id: str, version: int) -> None:
        self.kind, self.id, self.version = kind, id, version
        super().__init__(
            f"{kind} {id}: version {version} was written by somebody else first",
            hint="Read the record again and repeat the act on what it now says.",
        )


class NotFoundError(DigivlError, LookupError):
    """No record or document under that name."""

    code = "not-found"


class ErasedError(DigivlError):
    """A personal value that was erased; the proofs around it still hold."""

    code = "erased"


class OfficeError(DigivlError):
    """A folder that cannot serve as office."""

    code = "office"


class NotAnOfficeError(OfficeError):
    """The folder is something else, or is not there."""

    code = "not-an-office"


class NewerOfficeError(OfficeError):
    """A newer digivl made it; this one would not understand all of it."""

    code = "newer-office"


class DamagedOfficeError(OfficeError):
    """A part of the office is missing or unreadable."""

    code = "damaged-office"


class ConfigurationError(DigivlError):
    """A setting, backend or extra is wrong or missing; `hint` says how to mend it."""

    code = "configuration"


class StorageError(DigivlError):
    """The own disk or database could not do it; nothing was half-written."""

    code = "storage"


class StorageFullError(StorageError):
    """No room left on the disk."""

    code = "storage-full"
    retryable = True


class BookBusyError(StorageError):
    """Other writers held the record book for longer than the settings allow."""

    code = "book-busy"
    retryable = True


class BookUnreachableError(StorageError):
    """The database of the record book does not answer."""

    code = "book-unreachable"
    retryable = True


class CorruptDocumentError(StorageError):
    """Stored bytes no longer match the SHA-256 they are named by."""

    code = "corrupt-document"
