"""What digivl reads in a certificate, each parsed once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from digivl.errors import (
    CertificateNotValidError,
    KeyUnusableError,
    MalformedError,
)
from digivl.pdf.mark import DEVELOPMENT_MARK

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography.hazmat.primitives.hashes import HashAlgorithm


#: What cryptography raises about a certificate, or an answer, that makes no sense.
UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@lru_cache(maxsize=256)
def certificate(der: bytes) -> x509.Certificate:
    """The certificate in `der`.

    Raises:
        MalformedError: It is no X.509 certificate.
    """
    try:
        found = x509.load_der_x509_certificate(der)
        # Names are read at first use: one that makes no sense shows itself here.
        _ = found.subject, found.issuer
    except UNREADABLE as cause:
        raise MalformedError(f"not an X.509 certificate: {cause}") from cause
    return found


def from_pem(text: bytes, name: str) -> tuple[bytes, ...]:
    """The certificates in a PEM file, in their order, DER.

    Args:
        text: The file.
        name: How it is called, for the error.

    Raises:
        MalformedError: It holds none, or one that cannot be read.
    """
    try:
        found = x509.load_pem_x509_certificates(text)
    except ValueError as cause:
        raise MalformedError(
            f"{name} holds no certificates in PEM",
            hint="It has lines such as -----BEGIN CERTIFICATE-----.",
        ) from cause
    return tuple(one.public_bytes(Encoding.DER) for one in found)


@lru_cache(maxsize=256)
def public_key(der: bytes) -> PublicKey:
    """The key in a certificate: RSA or elliptic curve, the two that digivl signs with.

    Raises:
        KeyUnusableError: A key of another kind.
    """
    try:
        key = certificate(der).public_key()
    except UNREADABLE as cause:
        raise KeyUnusableError(f"the key of the certificate: {cause}") from cause
    if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return key
    raise KeyUnusableError(
        f"digivl does not sign with a key of type {type(key).__name__}",
        hint="Use a certificate with an RSA key or an elliptic curve key.",
    )


def common_name(name: x509.Name) -> str:
    """How people call the holder: by common name, else organisation; by no number."""
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in name.get_attributes_for_oid(oid):
            return str(attribute.value)
    others = (one for one in name if one.oid != NameOID.SERIAL_NUMBER)
    return x509.Name(others).rfc4514_string()


def holder(der: bytes | None) -> str:
    """How a certificate of somebody else calls its holder; empty when unreadable."""
    names = _subject(der)
    found = names.get("common_name") or names.get("organization_name") or ""
    return found if isinstance(found, str) else ", ".join(map(str, found))


def is_development(der: bytes | None) -> bool:
    """True when the certificate was made by `digivl init`."""
    return _subject(der).get("organization_name") == DEVELOPMENT_MARK


def _subject(der: bytes | None) -> dict[str, Any]:
    # What others issued may not be by the rules; asn1crypto reads it all the same.
    try:
        return dict(asn1.Certificate.load(der).subject.native) if der else {}
    except (ValueError, TypeError):
        return {}


def refuse_unfit(der: bytes, at: datetime) -> None:
    """Refuse a certificate that cannot sign a document at `at`.

    Raises:
        CertificateNotValidError: Expired, not yet valid, or not meant for signing.
        KeyUnusableError: Its key is neither RSA nor on an elliptic curve.

    Source:
        RFC 5280, 4.1.2.5 (validity) and 4.2.1.3 (key usage).
    """
    found = certificate(der)
    who = common_name(found.subject)
    if at > found.not_valid_after_utc:
        raise CertificateNotValidError(
            f"the certificate of {who} expired on {found.not_valid_after_utc:%Y-%m-%d}",
            hint="Ask for a new certificate, or sign with another means.",
        )
    if at < found.not_valid_before_utc:
        raise CertificateNotValidError(
            f"the certificate of {who} is valid from {found.not_valid_before_utc}",
            hint="Wait until then, or check the clock of this machine.",
        )
    if not _may_sign(found):
        raise CertificateNotValidError(
            f"the certificate of {who} is not meant for signing documents",
            hint="Its key usage must allow digitalSignature or nonRepudiation.",
        )
    public_key(der)


def _may_sign(found: x509.Certificate) -> bool:
    try:
        usage = found.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except UNREADABLE:
        return False
    return usage.digital_signature or usage.content_commitment


def signed_by(
    der: bytes, signature: bytes, message: bytes, algorithm: HashAlgorithm
) -> bool:
    """True when the key of the certificate made `signature` over `message`."""
    key = public_key(der)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), algorithm)
        else:
            key.verify(signature, message, ec.ECDSA(algorithm))
    except InvalidSignature:
        return False
    return True
