"""What was found in a signed document, in plain records without anything foreign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from datetime import datetime


@attrs.frozen(kw_only=True)
class Problem:
    """Why something does not pass.

    Attributes:
        failed: True when it is proven wrong; False when it cannot be told.
        sub_indication: Name from EN 319 102-1, 5.1.3.
        reason: In words.
    """

    failed: bool
    sub_indication: str
    reason: str


def failed(sub_indication: str, reason: str) -> Problem:
    """It is proven wrong."""
    return Problem(failed=True, sub_indication=sub_indication, reason=reason)


def unclear(sub_indication: str, reason: str) -> Problem:
    """It cannot be told."""
    return Problem(failed=False, sub_indication=sub_indication, reason=reason)


@attrs.frozen(kw_only=True)
class TimestampFinding:
    """One timestamp, in a signature or over the document.

    Attributes:
        sound: Its imprint and its signature hold, whatever else there is to say.
        certificate: Of the unit that stamped, DER; None when unreadable.
        serial: Its number at this authority; None when unreadable.
        policy: OID of the policy it was given under; empty when unreadable.
        revision: Of the document, for a document timestamp; else -1.
        sha256: Of the token, in hexadecimal; None when unreadable.
    """

    problem: Problem | None
    sound: bool = False
    time: datetime | None = None
    certificate: bytes | None = attrs.field(default=None, repr=False)
    serial: int | None = None
    policy: str = ""
    revision: int = -1
    sha256: str | None = None


@attrs.frozen(kw_only=True)
class SignatureFinding:
    """One signature; see `digivl.validation.verdict.SignatureVerdict`.

    Attributes:
        evidence: SHA-256 of the evidence that it binds, in hexadecimal; None where it
            binds none, or where it is not sure that the signature covers it.
    """

    field: str
    problem: Problem | None
    level: str = ""
    covers_whole_document: bool = False
    changes: tuple[str, ...] = ()
    certificate: bytes | None = attrs.field(default=None, repr=False)
    signing_time: datetime | None = None
    timestamps: tuple[TimestampFinding, ...] = ()
    evidence: str | None = None


@attrs.frozen(kw_only=True)
class Findings:
    """All of a document.

    Attributes:
        signatures: In the order of their revisions.
        timestamps: Document timestamps, in the order of their revisions.
        lenient: True when the file had to be read leniently.
    """

    signatures: tuple[SignatureFinding, ...]
    timestamps: tuple[TimestampFinding, ...]
    lenient: bool
