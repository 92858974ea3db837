"""Verdicts over signed documents, in the words of EN 319 102-1.

A verdict has three values and a reason; it refuses to be used as true or false.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn

import attrs

if TYPE_CHECKING:
    from datetime import datetime


class Indication(StrEnum):
    """Main status (EN 319 102-1, 5.1.3), and two more for files without one."""

    TOTAL_PASSED = "TOTAL-PASSED"
    TOTAL_FAILED = "TOTAL-FAILED"
    INDETERMINATE = "INDETERMINATE"
    NO_SIGNATURE = "NO_SIGNATURE"
    REFUSED = "REFUSED"


class SubIndication(StrEnum):
    """Why a signature failed, or why it cannot be told (EN 319 102-1, 5.1.3)."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    CERTIFICATE_CHAIN_GENERAL_FAILURE = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE_NO_POE = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    POLICY_PROCESSING_ERROR = "POLICY_PROCESSING_ERROR"
    SIGNATURE_POLICY_NOT_AVAILABLE = "SIGNATURE_POLICY_NOT_AVAILABLE"
    TIMESTAMP_ORDER_FAILURE = "TIMESTAMP_ORDER_FAILURE"
    NO_SIGNING_CERTIFICATE_FOUND = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    REVOKED_NO_POE = "REVOKED_NO_POE"
    REVOKED_CA_NO_POE = "REVOKED_CA_NO_POE"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    OUT_OF_BOUNDS_NOT_REVOKED = "OUT_OF_BOUNDS_NOT_REVOKED"
    REVOCATION_OUT_OF_BOUNDS_NO_POE = "REVOCATION_OUT_OF_BOUNDS_NO_POE"
    NO_POE = "NO_POE"
    TRY_LATER = "TRY_LATER"
    SIGNED_DATA_NOT_FOUND = "SIGNED_DATA_NOT_FOUND"
    GENERIC = "GENERIC"


def _no_truth_value(verdict: object) -> NoReturn:
    raise TypeError(
        f"{type(verdict).__name__} is neither true nor false: compare its `indication`"
    )


@attrs.frozen(kw_only=True)
class TimestampVerdict:
    """What holds of one timestamp (elektronisch tijdstempel).

    Attributes:
        time: The moment it names; None when it cannot be read.
        authority: Who stamped.
        qualification: Empty until a trusted list has been consulted.
        reason: In words, for who must mend it.
    """

    indication: Indication
    sub_indication: SubIndication | None = None
    time: datetime | None = None
    authority: str = ""
    qualification: str = ""
    reason: str = ""

    __bool__ = _no_truth_value


@attrs.frozen(kw_only=True)
class SignatureVerdict:
    """What holds of one signature (elektronische handtekening).

    Attributes:
        field: Name of the signature field.
        level: PAdES level, or ``PKCS7…`` for older kinds; empty when unreadable.
        covers_whole_document: No byte was added after it.
        changes: Kinds of what was added after it.
        signer: How the certificate calls the signatory.
        signing_time: As claimed; only a timestamp proves it.
        qualification: Empty until a trusted list has been consulted.
        reason: In words, for who must mend it.
    """

    field: str
    indication: Indication
    sub_indication: SubIndication | None = None
    level: str = ""
    covers_whole_document: bool = False
    changes: tuple[str, ...] = ()
    signer: str = ""
    signing_time: datetime | None = None
    qualification: str = ""
    timestamps: tuple[TimestampVerdict, ...] = ()
    warnings: tuple[str, ...] = ()
    reason: str = ""

    __bool__ = _no_truth_value


@attrs.frozen(kw_only=True)
class FileVerdict:
    """What holds of a whole file: the weakest of its signatures.

    Attributes:
        file: Name it was given in under.
        code: Of the error that refused it, e.g. ``pdf-encrypted``; else empty.
        timestamps: Document timestamps, oldest first.
        reason: In words, when the file was refused.
    """

    file: str
    indication: Indication
    sub_indication: SubIndication | None = None
    code: str = ""
    signatures: tuple[SignatureVerdict, ...] = ()
    timestamps: tuple[TimestampVerdict, ...] = ()
    warnings: tuple[str, ...] = ()
    reason: str = ""

    __bool__ = _no_truth_value


_WEAKEST_FIRST = (
    Indication.TOTAL_FAILED,
    Indication.INDETERMINATE,
    Indication.TOTAL_PASSED,
)


def weakest(
    signatures: tuple[SignatureVerdict, ...],
) -> tuple[Indication, SubIndication | None]:
    """What the signatures say together."""
    for indication in _WEAKEST_FIRST:
        for signature in signatures:
            if signature.indication is indication:
                return indication, signature.sub_indication
    return Indication.NO_SIGNATURE, None
