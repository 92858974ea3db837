"""What stands in a signed file, and with which bytes it begins."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO

import attrs

from digivl.documents.disk import CHUNK
from digivl.errors import MalformedError
from digivl.kernel.redaction import redacted
from digivl.pdf.certificates import holder
from digivl.pdf.certified import certificate_facts
from digivl.pdf.checks import examined
from digivl.pdf.findings import SignatureFinding, TimestampFinding
from digivl.settings import Limits
from digivl.signing.evidence.model import Certificate, Signature, Timestamp
from digivl.signing.evidence.port import Judged, JudgedSignature, JudgedTimestamp


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
    judged: Judged,
    *,
    earlier: Collection[str],
    sizes: Iterable[int],
    at: datetime,
    limits: Limits,
) -> Found:
    """What stands in a signed file.

    Args:
        source: The PDF; seekable.
        judged: What validation says of it.
        earlier: Fields that were signed before it was put up.
        sizes: Of the files it may start with.
        at: The present moment, with a zone.
        limits: Largest document.

    Raises:
        UnreadablePDFError: Not a PDF, or damaged.
    """
    # What is trusted is the business of validation: no roots are needed for facts.
    facts = examined(source, roots=(), at=at, limits=limits)
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
        field=redacted(one.field),
        earlier=one.field in earlier,
        level=one.level,
        claimed=one.signing_time,
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
        time=one.time,
        authority=redacted(holder(one.certificate)),
        serial=None if one.serial is None else f"{one.serial:x}",
        policy=one.policy,
        indication=indication,
        certificate=_certificate(one.certificate),
        token=one.sha256,
    )


def _certificate(der: bytes | None) -> Certificate | None:
    if der is None:
        return None
    try:
        facts = certificate_facts(der)
    except MalformedError:
        return None
    return Certificate(
        subject=redacted(facts.subject),
        issuer=redacted(facts.issuer),
        serial=facts.serial,
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
        sha256=facts.sha256,
    )
