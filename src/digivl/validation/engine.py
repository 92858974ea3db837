"""From findings to a verdict; every file gets one, also when it cannot be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from digivl.errors import DigivlError
from digivl.pdf.certificates import holder, is_development
from digivl.pdf.checks import examined
from digivl.validation.verdict import (
    FileVerdict,
    Indication,
    SignatureVerdict,
    SubIndication,
    TimestampVerdict,
    weakest,
)

if TYPE_CHECKING:
    from datetime import datetime

    from digivl.pdf.findings import (
        Findings,
        Problem,
        SignatureFinding,
        TimestampFinding,
    )
    from digivl.settings import Limits
    from digivl.validation.trust import Trust

DEVELOPMENT: Final = "development, no legal value"
REVOCATION_UNKNOWN: Final = "revocation was not checked"
LENIENT: Final = "the file is not written by the rules and was read leniently"


def validate(
    source: BinaryIO, *, name: str, trust: Trust, at: datetime, limits: Limits
) -> FileVerdict:
    """Judge all signatures of a document, offline.

    Args:
        source: The file; seekable.
        name: How the verdict calls it.
        trust: Roots that count; without any no signature passes.
        at: Moment for which trust is asked, with zone.
        limits: Largest document.

    Returns:
        A verdict; a file that is no PDF, damaged or protected is ``REFUSED``.

    Source:
        EN 319 102-1, 5.1.3 (status indications).
    """
    try:
        found = examined(source, roots=trust.roots, at=at, limits=limits)
    except DigivlError as refused:
        return FileVerdict(
            file=name,
            indication=Indication.REFUSED,
            code=refused.code,
            reason=refused.diagnostics(),
        )
    return _file_verdict(name, found)


def _file_verdict(name: str, found: Findings) -> FileVerdict:
    signatures = tuple(_signature_verdict(one) for one in found.signatures)
    indication, sub_indication = weakest(signatures)
    return FileVerdict(
        file=name,
        indication=indication,
        sub_indication=sub_indication,
        signatures=signatures,
        timestamps=tuple(_timestamp_verdict(one) for one in found.timestamps),
        warnings=_file_warnings(found),
    )


def _file_warnings(found: Findings) -> tuple[str, ...]:
    stamps = [one.certificate for one in found.timestamps]
    warnings = [LENIENT] if found.lenient else []
    warnings += [DEVELOPMENT] if _any_development(stamps) else []
    for signature in found.signatures:
        warnings += _warnings(signature)
    return tuple(dict.fromkeys(warnings))


def _signature_verdict(found: SignatureFinding) -> SignatureVerdict:
    indication, sub_indication = _judged(found.problem)
    return SignatureVerdict(
        field=found.field,
        indication=indication,
        sub_indication=sub_indication,
        level=found.level,
        covers_whole_document=found.covers_whole_document,
        changes=found.changes,
        signer=holder(found.certificate),
        signing_time=found.signing_time,
        timestamps=tuple(_timestamp_verdict(one) for one in found.timestamps),
        warnings=tuple(_warnings(found)),
        reason=found.problem.reason if found.problem else "",
    )


def _timestamp_verdict(found: TimestampFinding) -> TimestampVerdict:
    indication, sub_indication = _judged(found.problem)
    return TimestampVerdict(
        indication=indication,
        sub_indication=sub_indication,
        time=found.time,
        authority=holder(found.certificate),
        reason=found.problem.reason if found.problem else "",
    )


def _judged(problem: Problem | None) -> tuple[Indication, SubIndication | None]:
    if problem is None:
        return Indication.TOTAL_PASSED, None
    sub_indication = SubIndication(problem.sub_indication)
    if problem.failed:
        return Indication.TOTAL_FAILED, sub_indication
    return Indication.INDETERMINATE, sub_indication


def _warnings(found: SignatureFinding) -> list[str]:
    certificates = [found.certificate, *(one.certificate for one in found.timestamps)]
    warnings = [DEVELOPMENT] if _any_development(certificates) else []
    return warnings if found.problem else [*warnings, REVOCATION_UNKNOWN]


def _any_development(certificates: list[bytes | None]) -> bool:
    return any(is_development(der) for der in certificates)
