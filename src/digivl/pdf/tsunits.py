"""What the certificate of a timestamp unit has to be, and how a token names it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from digivl.pdf.certificates import certificate

if TYPE_CHECKING:
    from datetime import datetime

_NAMED_BY: Final = ("signing_certificate", "signing_certificate_v2")


def unfit(der: bytes, time: datetime, info: Any) -> str:
    """What is wrong with who signed a token; empty when nothing is.

    Args:
        der: The certificate whose key signed.
        time: When it says that it stamped.
        info: The TSTInfo of the token.

    Source:
        RFC 3161, 2.3 and 2.4.2; EN 319 422, 6.
    """
    unit = certificate(der)
    if not unit.not_valid_before_utc <= time <= unit.not_valid_after_utc:
        return f"its certificate is not valid at {time}, when it stamped"
    if not _only_for_timestamps(der):
        return "its certificate is not meant for timestamps alone (RFC 3161, 2.3)"
    return _another_name(der, info)


@lru_cache(maxsize=64)
def _only_for_timestamps(der: bytes) -> bool:
    extensions = certificate(der).extensions
    try:
        purpose = extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    if not purpose.critical or [*purpose.value] != [ExtendedKeyUsageOID.TIME_STAMPING]:
        return False
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment


def accuracy_of(said: dict[str, int | None] | None) -> tuple[timedelta | None, bool]:
    """How far a time may be off, as a token says, and whether that makes sense.

    Source:
        RFC 3161, 2.4.2: what is left out is zero; parts of a second are 1 to 999.
    """
    if said is None:
        return None, True
    parts = [said[name] or 0 for name in ("seconds", "millis", "micros")]
    try:
        accuracy = timedelta(
            seconds=parts[0], milliseconds=parts[1], microseconds=parts[2]
        )
    except OverflowError:
        return None, False
    return accuracy, parts[0] >= 0 and all(0 <= part <= 999 for part in parts[1:])


def misnamed(der: bytes, signer: Any) -> str:
    """What is wrong with how a token names its certificate; empty when nothing is.

    The name is signed, so that no other certificate can take its place. pyHanko looks
    at one that is there; it lets a token pass that has none, or two that differ.

    Args:
        der: The certificate that goes along.
        signer: The SignerInfo of the token.

    Source:
        RFC 5816; RFC 5035, 5.
    """
    named = [
        (attribute["type"].native, value)
        for attribute in signer["signed_attrs"]
        if attribute["type"].native in _NAMED_BY
        for value in attribute["values"]
    ]
    if not named:
        return "the token does not say under which certificate it was signed"
    if all(_names(kind, value["certs"][0], der) for kind, value in named):
        return ""
    return "the token names another certificate than it was signed under"


def _names(kind: str, named: Any, der: bytes) -> bool:
    # asn1crypto writes a default into what it reads, and then encodes all of the token
    # anew, a hundred times slower: so it reads a copy.
    named = type(named).load(named.dump())
    algorithm = "sha1"
    if kind == "signing_certificate_v2":
        algorithm = named["hash_algorithm"]["algorithm"].native
    digest = hashlib.new(algorithm, der, usedforsecurity=False).digest()
    return bool(named["cert_hash"].native == digest)


def _another_name(der: bytes, info: Any) -> str:
    said = info["tsa"]
    if said.native is None or said.name != "directory_name":
        return ""
    if _is_called(der, said.chosen.untag().dump()):
        return ""
    return "the token names another authority than its certificate"


@lru_cache(maxsize=64)
def _is_called(der: bytes, name: bytes) -> bool:
    unit = asn1.Certificate.load(der)
    others = unit.subject_alt_name_value or ()
    also = (one.chosen for one in others if one.name == "directory_name")
    return asn1.Name.load(name) in (unit.subject, *also)


def unit_of(signed_data: Any, signer: Any) -> asn1.Certificate | None:
    """The certificate that a token carries for its signer; None without one.

    Args:
        signed_data: The SignedData of the token.
        signer: Its SignerInfo.

    Source:
        RFC 5652, 5.3 (SignerIdentifier).
    """
    for choice in signed_data["certificates"]:
        if choice.name == "certificate" and _is_named(choice.chosen, signer["sid"]):
            return choice.chosen
    return None


def _is_named(unit: asn1.Certificate, sid: Any) -> bool:
    if sid.name == "subject_key_identifier":
        return bool(unit.key_identifier == sid.chosen.native)
    # Names last, and as bytes first: to compare them as RFC 5280 wants takes long.
    named = sid.chosen
    if unit.serial_number != named["serial_number"].native:
        return False
    name = named["issuer"]
    return bool(unit.issuer.dump() == name.dump() or unit.issuer == name)
