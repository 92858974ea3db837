"""What the certificate of a timestamp unit has to be, and how a token names it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from digivl.pdf.certificates import certificate

if TYPE_CHECKING:
    from datetime import datetime

#: Digests with which nobody may sign a timestamp any more (ETSI TS 119 312).
_BROKEN: Final = frozenset({"md2", "md5", "sha1"})
_NAMED_BY: Final = ("signing_certificate", "signing_certificate_v2")


def unfit(der: bytes, time: datetime, signer: Any, info: Any) -> str:
    """What is wrong with who signed a token; empty when nothing is.

    Args:
        der: The certificate whose key signed.
        time: When it says that it stamped.
        signer: The SignerInfo of the token.
        info: Its TSTInfo.

    Source:
        RFC 3161, 2.3 and 2.4.2; EN 319 422, 6.
    """
    unit = certificate(der)
    if not unit.not_valid_before_utc <= time <= unit.not_valid_after_utc:
        return f"its certificate is not valid at {time}, when it stamped"
    if not _only_for_timestamps(unit):
        return "its certificate is not meant for timestamps alone (RFC 3161, 2.3)"
    if signer["digest_algorithm"]["algorithm"].native in _BROKEN:
        return "the token is signed with a digest that is broken"
    return _another_name(der, info)


def _only_for_timestamps(unit: x509.Certificate) -> bool:
    extensions = unit.extensions
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
    algorithm = "sha1"
    if kind == "signing_certificate_v2":
        algorithm = named["hash_algorithm"]["algorithm"].native
    digest = hashlib.new(algorithm, der, usedforsecurity=False).digest()
    return bool(named["cert_hash"].native == digest)


def _another_name(der: bytes, info: Any) -> str:
    said = info["tsa"]
    if said.native is None or said.name != "directory_name":
        return ""
    unit = asn1.Certificate.load(der)
    others = unit.subject_alt_name_value or ()
    names = [unit.subject]
    names += [one.chosen for one in others if one.name == "directory_name"]
    if said.chosen in names:
        return ""
    return "the token names another authority than its certificate"
