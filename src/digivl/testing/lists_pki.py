"""Keys and certificates for trusted lists: who signs them, who stands on them.

Elliptic curve keys where it can be, since a test makes many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from digivl.validation.trustlists.facts import (
    QC_COMPLIANCE,
    QC_LEGISLATION,
    QC_SSCD,
    QC_TYPE,
)

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

#: Of the key files.
PASSWORD: Final = b"proef"
_SIGNS_LISTS: Final = x509.ObjectIdentifier("0.4.0.2231.3.0")
_QC_STATEMENTS: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_YEAR: Final = timedelta(days=365)
_ORGANISATION: Final = "digivl proef"


@attrs.frozen(eq=False)
class Holder:
    """A key with its certificate, and who issued it."""

    key: PrivateKey = attrs.field(repr=False)
    certificate: x509.Certificate
    above: Holder | None = attrs.field(default=None, repr=False)

    @property
    def der(self) -> bytes:
        """The certificate, DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate, PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The certificate, then who issued each, DER."""
        return (self.der, *(self.above.chain if self.above else ()))

    def pkcs12(self, name: str) -> bytes:
        """A key file with the whole chain; its password is `PASSWORD`."""
        above, chain = self.above, list[x509.Certificate]()
        while above is not None:
            chain.append(above.certificate)
            above = above.above
        return pkcs12.serialize_key_and_certificates(
            name.encode(),
            self.key,
            self.certificate,
            chain,
            BestAvailableEncryption(PASSWORD),
        )


def list_signer(name: str, territory: str, at: datetime) -> Holder:
    """Who signs the list of a country."""
    usage = x509.ExtendedKeyUsage([_SIGNS_LISTS])
    return _made(name, territory, at, [(_usage(), True), (usage, False)])


def authority(
    name: str, at: datetime, above: Holder | None = None, country: str = "BE"
) -> Holder:
    """Who issues certificates: a root, or one below another."""
    usage = _usage(authority=True)
    basic = x509.BasicConstraints(ca=True, path_length=None)
    return _made(name, country, at, [(basic, True), (usage, True)], above)


def person(
    above: Holder,
    name: str,
    at: datetime,
    *,
    statements: Iterable[str] = (QC_COMPLIANCE, QC_SSCD),
    types: Sequence[str] = (),
    countries: Sequence[str] = (),
    policies: Iterable[str] = (),
) -> Holder:
    """Who signs documents, or seals them, with a certificate that says so much.

    Args:
        above: Who issued it.
        name: Common name.
        at: From when it is valid; five years long.
        statements: OIDs of QCStatements without further information.
        types: OIDs of the statement QcType; no such statement when empty.
        countries: Of the statement QcCClegislation; none when empty.
        policies: OIDs of certificate policies.
    """
    extensions: list[tuple[x509.ExtensionType, bool]] = [(_usage(signing=True), True)]
    told = _statements(statements, types, countries)
    if told:
        extensions.append((x509.UnrecognizedExtension(_QC_STATEMENTS, told), False))
    terms = [
        x509.PolicyInformation(x509.ObjectIdentifier(one), None) for one in policies
    ]
    if terms:
        extensions.append((x509.CertificatePolicies(terms), False))
    return _made(name, "BE", at, extensions, above)


def stamping_unit(
    above: Holder | None, name: str, at: datetime, *, critical: bool = True
) -> Holder:
    """Who signs timestamps, with RSA: below an authority, or by itself."""
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return _made(name, "BE", at, [(_usage(), True), (usage, critical)], above, key)


def _made(
    name: str,
    country: str,
    at: datetime,
    extensions: Iterable[tuple[x509.ExtensionType, bool]],
    above: Holder | None = None,
    key: PrivateKey | None = None,
) -> Holder:
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    by = above.key if above else key
    issuer = above.certificate.subject if above else subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at)
        .not_valid_after(at + 5 * _YEAR)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()),
            critical=False,
        )
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return Holder(key, builder.sign(by, hashes.SHA256()), above)


def _usage(*, authority: bool = False, signing: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=signing,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


class _Oids(core.SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    _child_spec = core.ObjectIdentifier


class _Texts(core.SequenceOf):  # type: ignore[misc]  # idem
    _child_spec = core.PrintableString


def _statements(
    plain: Iterable[str], types: Sequence[str], countries: Sequence[str]
) -> bytes:
    found = [_sequence(core.ObjectIdentifier(one).dump()) for one in plain]
    for oid, info in ((QC_TYPE, _Oids(types)), (QC_LEGISLATION, _Texts(countries))):
        if len(info):
            found.append(_sequence(core.ObjectIdentifier(oid).dump() + info.dump()))
    return _sequence(b"".join(found)) if found else b""


def _sequence(contents: bytes) -> bytes:
    dumped: bytes = core.Sequence(contents=contents).dump()
    return dumped
