"""What stands in a signed file, and with which bytes it begins."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO, Final

import attrs

from digivl.documents.disk import CHUNK
from digivl.errors import MalformedError
from digivl.kernel.moments import from_wire, to_wire
from digivl.pdf.certificates import holder
from digivl.pdf.certified import certificate_facts
from digivl.pdf.checks import examined
from digivl.pdf.findings import Findings, SignatureFinding, TimestampFinding
from digivl.settings import Limits
from digivl.signing.evidence.legible import one_line
from digivl.signing.evidence.model import Certificate, Signature, Timestamp
from digivl.signing.evidence.port import Judged, JudgedSignature, JudgedTimestamp

_LONGEST_NAME: Final = 500
_LONGEST_NUMBER: Final = 64
_LONGEST_POLICY: Final = 100


@attrs.frozen(kw_only=True)
class Found:
    """What stands in a file.

    Attributes:
        signatures: In the order of their revisions.
        timestamps: Of the document as a whole.
        beginnings: SHA-256 of what it starts with, for every size that was asked, and
            those sizes.
    """

    signatures: tuple[Signature, ...]
    timestamps: tuple[Timestamp, ...]
    beginnings: Mapping[str, int]


def found(
    source: BinaryIO,
    facts: Findings,
    judged: Judged,
    *,
    earlier: Collection[str],
    sizes: Iterable[int],
) -> Found:
    """What stands in a signed file.

    Args:
        source: The PDF; seekable.
        facts: What was found of its signatures.
        judged: What validation says of it.
        earlier: Fields that were signed before it was put up.
        sizes: Of the files it may start with.
    """
    said = {one.field: one for one in judged.signatures}
    return Found(
        signatures=tuple(
            _signature(one, said.get(one.field), earlier) for one in facts.signatures
        ),
        timestamps=_timestamps(facts.timestamps, judged.timestamps),
        beginnings=beginnings(source, sizes),
    )


def beginnings(source: BinaryIO, sizes: Iterable[int]) -> Mapping[str, int]:
    """SHA-256 of the first bytes of a file, for each of these sizes that it has.

    Not where revisions end: a file that was sent can hold bytes behind its last end.
    """
    made, digest, done = dict[str, int](), hashlib.sha256(), 0
    source.seek(0)
    for size in sorted(set(sizes)):
        while done < size and (chunk := source.read(min(size - done, CHUNK))):
            digest.update(chunk)
            done += len(chunk)
        if done == size:
            made.setdefault(digest.hexdigest(), size)
    return made


def signed_fields(source: BinaryIO, *, at: datetime, limits: Limits) -> frozenset[str]:
    """Names of the fields in a file that hold a signature.

    Raises:
        UnreadablePDFError: Not a PDF, or damaged.
    """
    facts = examined(source, roots=(), at=at, limits=limits)
    return frozenset(one.field for one in facts.signatures)


def _signature(
    one: SignatureFinding, said: JudgedSignature | None, earlier: Collection[str]
) -> Signature:
    reason = None if said is None else said.sub_indication
    return Signature(
        field=one_line(one.field),
        earlier=one.field in earlier,
        level=one.level,
        claimed=_moment(one.signing_time),
        indication="" if said is None else said.indication.value,
        sub_indication="" if reason is None else reason.value,
        certificate=_certificate(one.certificate),
        timestamps=_timestamps(one.timestamps, () if said is None else said.timestamps),
        evidence=one.evidence,
    )


def _timestamps(
    stamps: Sequence[TimestampFinding], said: Sequence[JudgedTimestamp]
) -> tuple[Timestamp, ...]:
    words = [one.indication.value for one in said]
    words += [""] * (len(stamps) - len(words))
    return tuple(
        _timestamp(one, word) for one, word in zip(stamps, words, strict=False)
    )


def _timestamp(one: TimestampFinding, indication: str) -> Timestamp:
    return Timestamp(
        time=_moment(one.time),
        authority=one_line(holder(one.certificate)),
        serial=None if one.serial is None else _serial(f"{one.serial:x}"),
        policy=one.policy[:_LONGEST_POLICY],
        indication=indication,
        certificate=_certificate(one.certificate),
        token=one.sha256,
    )


def _serial(number: str) -> str:
    """A number as the file has it; by the rules it has at most 40 digits."""
    if len(number) <= _LONGEST_NUMBER:
        return number
    return number[:_LONGEST_NUMBER] + "…"


def _moment(claimed: datetime | None) -> datetime | None:
    """A moment of the file; None where it is none of the calendar."""
    try:
        return None if claimed is None else from_wire(to_wire(claimed))
    except MalformedError:
        return None


def _certificate(der: bytes | None) -> Certificate | None:
    if der is None:
        return None
    try:
        facts = certificate_facts(der)
    except MalformedError:
        return None
    return Certificate(
        subject=one_line(facts.subject, _LONGEST_NAME),
        issuer=one_line(facts.issuer, _LONGEST_NAME),
        serial=_serial(facts.serial),
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
        sha256=facts.sha256,
    )
