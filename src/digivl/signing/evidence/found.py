"""What stands in a signed file, and where that is not what the book says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Final

import attrs

from digivl.errors import MalformedError
from digivl.kernel.moments import to_wire
from digivl.kernel.redaction import redacted
from digivl.pdf.certificates import holder
from digivl.pdf.certified import certificate_facts
from digivl.pdf.checks import examined
from digivl.pdf.findings import SignatureFinding, TimestampFinding
from digivl.pdf.revisions import revisions
from digivl.settings import Limits
from digivl.signing.evidence.model import (
    Certificate,
    Difference,
    Part,
    Participant,
    Signature,
    Timestamp,
)
from digivl.signing.evidence.port import Judged, JudgedSignature, JudgedTimestamp

#: A token has no fractions of a second where the authority gives none.
_SAME: Final = timedelta(seconds=1)


@attrs.frozen(kw_only=True)
class Found:
    """What stands in a file.

    Attributes:
        signatures: In the order of their revisions.
        timestamps: Of the document as a whole.
        prefixes: SHA-256 of every earlier file that this one starts with, and of
            itself.
    """

    signatures: tuple[Signature, ...]
    timestamps: tuple[Timestamp, ...]
    prefixes: frozenset[str]


def found(
    source: BinaryIO,
    judged: Judged,
    *,
    earlier: Collection[str],
    at: datetime,
    limits: Limits,
) -> Found:
    """What stands in a signed file.

    Args:
        source: The PDF; seekable.
        judged: What validation says of it.
        earlier: Fields that were signed before it was put up.
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
        prefixes=frozenset(one.sha256 for one in revisions(source)),
    )


def signed_fields(source: BinaryIO, *, at: datetime, limits: Limits) -> frozenset[str]:
    """Names of the fields in a file that hold a signature.

    Raises:
        UnreadablePDFError: Not a PDF, or damaged.
    """
    facts = examined(source, roots=(), at=at, limits=limits)
    return frozenset(one.field for one in facts.signatures)


def differences(
    participants: Sequence[Participant], file: Found
) -> tuple[Difference, ...]:
    """Where the book and the file disagree: both ways, and in order."""
    signed = [
        one
        for one in participants
        if one.part is Part.SIGNS and one.done_at is not None
    ]
    places = _places(signed, file.signatures)
    loose = _of_the_file(places, file.signatures)
    return (*_of_the_book(signed, places, file), *loose)


def _places(
    signed: Sequence[Participant], signatures: Sequence[Signature]
) -> Sequence[int | None]:
    """Where in the file the signature of each stands; each place serves one."""
    places: list[int | None] = []
    for one in signed:
        fitting = (
            place
            for place, signature in enumerate(signatures)
            if place not in places
            and signature.certificate is not None
            and signature.certificate.sha256 == one.certificate
        )
        places.append(next(fitting, None))
    return places


def _of_the_book(
    signed: Sequence[Participant], places: Sequence[int | None], file: Found
) -> Iterator[Difference]:
    for one, place in zip(signed, places, strict=True):
        if place is None:
            yield Difference(
                about=one.who.function,
                what="de vastgelegde handtekening staat niet in het bestand",
                recorded=one.certificate or "",
            )
        else:
            yield from _compared(one, file.signatures[place], file.timestamps)
        for version in (one.sent, one.signed):
            if version is not None and version not in file.prefixes:
                yield Difference(
                    about=one.who.function,
                    what="het bestand begint niet met de vastgelegde versie",
                    recorded=version,
                )
    moments = [one.done_at for one in signed]
    order = [place for _, place in sorted(zip(moments, places, strict=True), key=_when)]
    known = [place for place in order if place is not None]
    if known != sorted(known):
        yield Difference(
            about="alle handtekeningen",
            what="de volgorde in het bestand is een andere dan werd vastgelegd",
        )


def _when(pair: tuple[datetime | None, int | None]) -> datetime:
    moment, _ = pair
    return moment or datetime.min.replace(tzinfo=UTC)


def _of_the_file(
    places: Sequence[int | None], signatures: Sequence[Signature]
) -> Iterator[Difference]:
    for place, one in enumerate(signatures):
        if place not in places and not one.earlier:
            yield Difference(
                about=one.field,
                what="deze handtekening in het bestand is niet vastgelegd",
                found=one.certificate.subject if one.certificate else "",
            )


def _compared(
    one: Participant, signature: Signature, stamps: Sequence[Timestamp]
) -> Iterator[Difference]:
    # One that came later can stand over the document as a whole.
    late = (stamp for stamp in stamps if stamp.time == one.done_at)
    about, stamp = one.who.function, next(iter((*signature.timestamps, *late)), None)
    if one.authority is not None and stamp is None:
        yield Difference(
            about=about,
            what="het vastgelegde tijdstempel staat niet in het bestand",
            recorded=one.authority,
        )
    at = stamp.time if stamp is not None else signature.claimed
    if one.done_at is not None and (at is None or abs(at - one.done_at) >= _SAME):
        yield Difference(
            about=about,
            what="het bestand noemt een ander tijdstip",
            recorded=to_wire(one.done_at),
            found=to_wire(at) if at else "",
        )
    if stamp is not None and one.authority not in (None, stamp.authority):
        yield Difference(
            about=about,
            what="het bestand noemt een andere tijdstempelautoriteit",
            recorded=one.authority or "",
            found=stamp.authority,
        )


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
