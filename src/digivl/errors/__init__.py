"""Everything digivl raises.

DigivlError
├── MalformedError (also ValueError)     what came in is not what it claims to be
│   ├── UnreadablePDFError               not a PDF, empty, truncated or damaged
│   ├── EncryptedPDFError                the PDF is protected with a password
│   └── LimitExceededError               larger, longer or deeper than allowed
├── UntrustedListError                   a trusted list is not signed as it has to be
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
│   │   ├── TokenLostError               the card was taken out; nothing was signed
│   │   └── DriverFailedError            the driver hung or crashed; it is started anew
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

from digivl.errors.backends import (
    BackendError,
    BackendRefusedError,
    BackendUnavailableError,
    OutcomeUnknownError,
    UntrustworthyAnswerError,
)
from digivl.errors.base import (
    AlreadyAskedError,
    AlreadySentError,
    BookBusyError,
    BookUnreachableError,
    ConfigurationError,
    CorruptDocumentError,
    DamagedOfficeError,
    DigivlError,
    EncryptedPDFError,
    ErasedError,
    LimitExceededError,
    MalformedError,
    NewerOfficeError,
    NotAllowedError,
    NotAnOfficeError,
    NotFoundError,
    NotReadyError,
    OfficeError,
    StaleRecordError,
    StepNotAllowedError,
    StorageError,
    StorageFullError,
    TooOpenError,
    UnreadablePDFError,
    UntrustedListError,
)
from digivl.errors.signing import (
    CertificateNotValidError,
    CertificateRevokedError,
    CertificateUnprovenError,
    ChangedFileError,
    ConsentExpiredError,
    DocumentChangedError,
    DriverFailedError,
    IdentificationExpiredError,
    KeyUnusableError,
    NoRoomForCodeError,
    NotShownError,
    PreparationExpiredError,
    RenderingFailedError,
    SigningCancelledError,
    SigningError,
    TokenLostError,
    UnsafeDocumentError,
    WrongPINError,
    WrongSignatoryError,
)

__all__ = [
    "AlreadyAskedError",
    "AlreadySentError",
    "BackendError",
    "BackendRefusedError",
    "BackendUnavailableError",
    "BookBusyError",
    "BookUnreachableError",
    "CertificateNotValidError",
    "CertificateRevokedError",
    "CertificateUnprovenError",
    "ChangedFileError",
    "ConfigurationError",
    "ConsentExpiredError",
    "CorruptDocumentError",
    "DamagedOfficeError",
    "DigivlError",
    "DocumentChangedError",
    "DriverFailedError",
    "EncryptedPDFError",
    "ErasedError",
    "IdentificationExpiredError",
    "KeyUnusableError",
    "LimitExceededError",
    "MalformedError",
    "NewerOfficeError",
    "NoRoomForCodeError",
    "NotAllowedError",
    "NotAnOfficeError",
    "NotFoundError",
    "NotReadyError",
    "NotShownError",
    "OfficeError",
    "OutcomeUnknownError",
    "PreparationExpiredError",
    "RenderingFailedError",
    "SigningCancelledError",
    "SigningError",
    "StaleRecordError",
    "StepNotAllowedError",
    "StorageError",
    "StorageFullError",
    "TokenLostError",
    "TooOpenError",
    "UnreadablePDFError",
    "UnsafeDocumentError",
    "UntrustedListError",
    "UntrustworthyAnswerError",
    "WrongPINError",
    "WrongSignatoryError",
]

# Where they are imported from is what a traceback and a log say of them.
for _name in __all__:
    globals()[_name].__module__ = __name__
