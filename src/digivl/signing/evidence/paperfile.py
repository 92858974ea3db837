"""What stands in the signed file, as it stands on the paper of a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from digivl.signing.evidence.model import Certificate, Signature, Timestamp
from digivl.signing.evidence.paperpeople import Facts, login
from digivl.signing.evidence.words import day, moment, word

_UNREAD = "niet leesbaar"


def in_the_file(
    signatures: Sequence[Signature], timestamps: Sequence[Timestamp]
) -> Iterator[dict[str, Any]]:
    """A block for each signature and each timestamp, those of a signature after it.

    Args:
        signatures: In the file, with their own timestamps.
        timestamps: Of the document as a whole.
    """
    for one in signatures:
        title = f"Veld {one.field}"
        yield {"title": title, "facts": [*_signature(one)]}
        yield from _stamps(f"{title}: tijdstempel", one.timestamps)
    yield from _stamps("Tijdstempel van het document", timestamps)


def _stamps(title: str, stamps: Sequence[Timestamp]) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(stamps, 1):
        which = f" {number}" if len(stamps) > 1 else ""
        facts = [*_timestamp(one), *_certificate(one.certificate)]
        yield {"title": f"{title}{which}", "facts": facts}


def _signature(one: Signature) -> Iterator[tuple[str, str]]:
    yield "Oordeel", _verdict(one.indication, one.sub_indication)
    if one.earlier:
        yield "Stond er al", "ja, voor het document werd voorgelegd"
    if one.level:
        yield "Niveau", f"PAdES {one.level}"
    if one.claimed:
        yield "Tijdstip volgens de ondertekenaar", moment(one.claimed)
    if not one.timestamps:
        yield "Tijdstempel", "geen in de handtekening zelf"
    if one.login is not None:
        yield from login(one.login)
    elif one.evidence is not None:
        yield "Verwijst naar bewijs", one.evidence
    yield from _certificate(one.certificate)


def _certificate(one: Certificate | None) -> Facts:
    if one is None:
        return [("Certificaat", _UNREAD)]
    return [
        ("Op naam van", one.subject),
        ("Uitgegeven door", one.issuer),
        ("Serienummer", one.serial),
        ("Geldig", f"van {day(one.valid_from)} tot en met {day(one.valid_until)}"),
        ("Vingerafdruk", one.sha256),
    ]


def _timestamp(one: Timestamp) -> Iterator[tuple[str, str]]:
    yield "Tijdstip", moment(one.time) if one.time else _UNREAD
    number = f", nummer {one.serial}" if one.serial else ""
    yield "Tijdstempelautoriteit", f"{one.authority or _UNREAD}{number}"
    if one.policy:
        yield "Beleid", one.policy
    yield "Oordeel", _verdict(one.indication, "")
    if one.token:
        yield "Vingerafdruk van het tijdstempel", one.token


def _verdict(indication: str, reason: str) -> str:
    if not indication:
        return "niet beoordeeld"
    codes = ", ".join(filter(None, (indication, reason)))
    return f"{word(indication)} ({codes})"
