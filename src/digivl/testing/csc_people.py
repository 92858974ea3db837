"""People with a key at the CSC simulator, and the authority that certified them."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from digivl.pdf.digests import Digest
from digivl.pdf.mark import DEVELOPMENT_MARK

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

#: National numbers of people who do not exist.
MINISTER: Final = "85073003328"
SECRETARY: Final = "94022722580"
_LIFE: Final = timedelta(days=365)
_SLACK: Final = timedelta(hours=1)


@attrs.define(eq=False)
class Keyholder:
    """A person with a key at the service; what is wrong with it can be set.

    Attributes:
        name: First and last name.
        certificates: Of the person, then those above it.
        id: What the service calls the key.
        enabled: False once the key is disabled.
        status: Of the certificate: ``valid``, ``expired``, ``revoked``, ``suspended``.
        pin: What the person knows.
        code: What the person was sent; the service expects it.
    """

    name: str
    certificates: tuple[x509.Certificate, ...] = attrs.field(repr=False)
    key: Key = attrs.field(repr=False)
    id: str
    enabled: bool = True
    status: str = "valid"
    pin: str = attrs.field(default="1234", repr=False)
    code: str = attrs.field(default="987654", repr=False)

    @property
    def is_rsa(self) -> bool:
        """True for a key of RSA, False for one on an elliptic curve."""
        return isinstance(self.key, rsa.RSAPrivateKey)

    def chain(self) -> list[str]:
        """The certificates as the service gives them."""
        ders = [one.public_bytes(Encoding.DER) for one in self.certificates]
        return [b64encode(one).decode() for one in ders]

    def sign(self, message_digest: bytes, digest: Digest) -> bytes:
        """The signature over what was hashed already."""
        hashed = utils.Prehashed(digest.algorithm)
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(message_digest, padding.PKCS1v15(), hashed)
        return self.key.sign(message_digest, ec.ECDSA(hashed))


@attrs.frozen
class Certifier:
    """An authority that makes keys for people; nobody has to trust it."""

    certificate: x509.Certificate
    _key: ec.EllipticCurvePrivateKey = attrs.field(repr=False)

    @classmethod
    def make(cls, at: datetime | None = None) -> Certifier:
        """An authority that is new.

        Args:
            at: The present moment, with a zone; that of the clock if None.
        """
        key, name = ec.generate_private_key(ec.SECP256R1()), _name("Test QTSP CA")
        unsigned = _unsigned(name, key.public_key(), at or datetime.now(UTC))
        ca = x509.BasicConstraints(ca=True, path_length=0)
        builder = unsigned.issuer_name(name).add_extension(ca, critical=True)
        usage = _usage(key_cert_sign=True, crl_sign=True)
        builder = builder.add_extension(usage, critical=True)
        return cls(builder.sign(key, SHA256()), key)

    def pem(self) -> bytes:
        """Its certificate, for who wants to trust it."""
        return self.certificate.public_bytes(Encoding.PEM)

    def keyholder(
        self,
        name: str,
        number: str,
        *,
        key: Key | None = None,
        id: str = "",
        at: datetime | None = None,
    ) -> Keyholder:
        """A person with a key of its own.

        Args:
            name: First and last name.
            number: What stands in the subject as serial number; empty leaves it out.
            key: The key; a fresh one of RSA if None.
            id: What the service calls it; made from the name if empty.
            at: From when the certificate counts; a year long.
        """
        key = key or rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        given, _, last = name.rpartition(" ")
        more = [
            x509.NameAttribute(NameOID.GIVEN_NAME, given or name),
            x509.NameAttribute(NameOID.SURNAME, last),
        ]
        if number:
            more.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, number))
        unsigned = _unsigned(
            _name(name, *more), key.public_key(), at or datetime.now(UTC)
        )
        usage = _usage(content_commitment=True)
        builder = unsigned.issuer_name(self.certificate.subject)
        signed = builder.add_extension(usage, critical=True).sign(self._key, SHA256())
        slug = id or name.lower().replace(" ", "-")
        return Keyholder(name, (signed, self.certificate), key, slug)


def _name(common_name: str, *more: x509.NameAttribute[str]) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, DEVELOPMENT_MARK),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            *more,
        ]
    )


def _unsigned(
    name: x509.Name,
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    at: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _SLACK)
        .not_valid_after(at + _LIFE)
    )


def _usage(**named: bool) -> x509.KeyUsage:
    nothing = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment"),
            *("data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
            *("encipher_only", "decipher_only"),
        ),
        False,
    )
    return x509.KeyUsage(**nothing | named)
