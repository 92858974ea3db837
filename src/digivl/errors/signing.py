"""A signature could not be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

from digivl.errors.base import DigivlError


class SigningError(DigivlError):
    """A signature could not be made; the document is unchanged."""

    code = "signing"


class KeyUnusableError(SigningError):
    """The key cannot be read or reached: a wrong password, a card taken out."""

    code = "key-unusable"


class WrongPINError(KeyUnusableError):
    """The PIN or password of a key is wrong, or blocked; it is not tried again.

    Attributes:
        tries_left: 0 when it is blocked, 1 when the next wrong one blocks it; None when
            the token does not tell.
    """

    code = "wrong-pin"

    def __init__(
        self, message: str, *, hint: str = "", tries_left: int | None = None
    ) -> None:
        self.tries_left = tries_left
        super().__init__(message, hint=hint)


class TokenLostError(KeyUnusableError):
    """The card was taken out, or the HSM is gone; nothing was signed."""

    code = "token-lost"


class DriverFailedError(KeyUnusableError):
    """The driver of a card or an HSM hung, crashed or answered nonsense.

    Its own process was ended, nothing was signed, and the next use starts it anew.
    """

    code = "driver-failed"


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
            "same gives a reason: --accept CODE=REASON.",
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
