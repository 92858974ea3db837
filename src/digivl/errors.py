"""Everything digivl raises.

DigivlError
├── MalformedError (also ValueError)     what came in is not what it claims to be
│   ├── UnreadablePDFError               not a PDF, empty, truncated or damaged
│   ├── EncryptedPDFError                the PDF is protected with a password
│   └── LimitExceededError               larger, longer or deeper than allowed
├── StepNotAllowedError                  the lifecycle has no such step from here
├── NotReadyError                        something must be there first; it says what
├── NotAllowedError                      the role of who acts does not allow it
├── TooOpenError                         a document of this type is never that open
├── AlreadySentError                     this recipient got this document before
├── AlreadyAskedError                    who would be asked has that question already
├── StaleRecordError                     somebody else wrote this version first
├── NotFoundError (also LookupError)     no record or document under that name
├── ErasedError                          a personal value that was erased
├── OfficeError                          a folder that cannot serve as office
│   ├── NotAnOfficeError                 it is something else, or nothing
│   ├── NewerOfficeError                 a newer digivl made it
│   └── DamagedOfficeError               a part is missing or unreadable
├── ConfigurationError                   a setting, backend or extra is wrong or missing
├── StorageError                         the own disk or database could not do it
│   ├── StorageFullError                 no room left
│   ├── BookBusyError                    other writers held the book for too long
│   ├── BookUnreachableError             the database does not answer
│   └── CorruptDocumentError             stored bytes no longer match their name
├── SigningError                         a signature could not be made
│   ├── KeyUnusableError                 the key or its password cannot be used
│   │   ├── WrongPINError                the PIN or password is wrong, or blocked
│   │   └── TokenLostError               the card was taken out; nothing was signed
│   ├── CertificateNotValidError         expired, revoked, or not for signing
│   ├── CertificateRevokedError          it, or one above it, was revoked
│   ├── CertificateUnprovenError         its chain or its revocation is not known
│   ├── WrongSignatoryError              the certificate is somebody else's
│   ├── DocumentChangedError             the file is not the one that was prepared
│   ├── PreparationExpiredError          a prepared signature came too late
│   ├── SigningCancelledError            the person did not want to sign
│   ├── ConsentExpiredError              the person has to be asked again
│   │   └── IdentificationExpiredError   and to say again who it is
│   ├── UnsafeDocumentError              a signer cannot see all of it, or it can change
│   ├── NotShownError                    the signatory was shown another version
│   ├── ChangedFileError                 it came back as something else than was sent
│   ├── NoRoomForCodeError               no free place for the QR code was found
│   └── RenderingFailedError             the page could not be looked at
└── BackendError                         something outside failed
    ├── BackendUnavailableError          try again later: `retryable` is True
    ├── BackendRefusedError              it answered, and the answer was no
    ├── OutcomeUnknownError              it may or may not have been done
    └── UntrustworthyAnswerError         it answered what cannot be true

Each error says in its text what is wrong, and in `hint` how to mend it; `code` is
stable and fit for logs, dashboards and `--json`. No text holds a national number.
"""

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
    """A setting, backend or extra is wrong or missing."""

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


class SigningError(DigivlError):
    """A signature could not be made; the document is unchanged."""

    code = "signing"


class KeyUnusableError(SigningError):
    """The key cannot be read or reached: a wrong password, a card taken out."""

    code = "key-unusable"


class WrongPINError(KeyUnusableError):
    """The PIN or password of a key is wrong, or blocked; it is not tried again."""

    code = "wrong-pin"


class TokenLostError(KeyUnusableError):
    """The card was taken out, or the HSM is gone; nothing was signed."""

    code = "token-lost"


class CertificateNotValidError(SigningError):
    """The certificate is expired, not yet valid, revoked or not meant for signing."""

    code = "certificate-not-valid"


class CertificateRevokedError(SigningError):
    """A certificate, or one above it, was revoked."""

    code = "certificate-revoked"


class CertificateUnprovenError(SigningError):
    """A certificate above it is missing, or nobody tells whether it was revoked."""

    code = "certificate-unproven"


class WrongSignatoryError(SigningError):
    """The certificate is of somebody else than who has to sign."""

    code = "wrong-signatory"


class DocumentChangedError(SigningError):
    """The file is not the one that was prepared for this signature."""

    code = "document-changed"


class PreparationExpiredError(SigningError):
    """A prepared signature was not completed in time."""

    code = "preparation-expired"


class SigningCancelledError(SigningError):
    """The person who was asked to sign did not want to."""

    code = "signing-cancelled"


class ConsentExpiredError(SigningError):
    """Too late, or used before: the person has to be asked again; nothing is signed."""

    code = "consent-expired"


class IdentificationExpiredError(ConsentExpiredError):
    """The person has to say again who it is, and then consent; nothing was signed."""

    code = "identification-expired"


class UnsafeDocumentError(SigningError):
    """A signer cannot see all of the document, or it can change after signing.

    Attributes:
        findings: What the policy refuses, as (code, explanation in Dutch).
    """

    code = "unsafe-document"

    def __init__(self, findings: Iterable[tuple[str, str]]) -> None:
        self.findings = tuple(findings)
        super().__init__(
            "the policy lets nobody sign this: "
            + "; ".join(f"{code}: {text}" for code, text in self.findings),
            hint="`digivl lint` says where, and what to do; who accepts it all the "
            "same gives a reason.",
        )


class NotShownError(SigningError):
    """Who signs was shown another version than what is to be signed."""

    code = "not-shown"


class ChangedFileError(SigningError):
    """What came back signed does not begin with the bytes that were sent."""

    code = "changed-file"


class NoRoomForCodeError(SigningError):
    """No free place for the QR code was found where it was asked."""

    code = "no-room-for-code"


class RenderingFailedError(SigningError):
    """A page could not be rendered to look for a free place for the QR code."""

    code = "rendering-failed"


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
