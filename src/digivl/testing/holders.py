"""Certificates for tests, which say what a test wants them to say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

MONTH: Final = timedelta(days=30)


@attrs.frozen
class Holder:
    """A certificate and its key."""

    key: Any
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.DER)


def holder(
    name: str,
    issuer: Holder | None = None,
    *extensions: x509.ExtensionType,
    key: Any = None,
    lasts: timedelta = MONTH,
) -> Holder:
    """Somebody with a certificate.

    Args:
        name: Common name.
        issuer: Who issued it; None for one that issued itself.
        extensions: What else it says; none is critical.
        key: Any private key; P-256 if None.
        lasts: Until when it is valid, from now; it began a month ago.
    """
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - MONTH)
        .not_valid_after(now + lasts)
    )
    for one in extensions:
        builder = builder.add_extension(one, critical=False)
    signs = issuer.key if issuer else key
    algorithm = None if isinstance(signs, ed25519.Ed25519PrivateKey) else SHA256()
    return Holder(key, builder.sign(signs, algorithm))
