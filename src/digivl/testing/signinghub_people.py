"""The people who sign on a simulated platform: an authority, a key and a timestamp.

None of it is worth anything, and every certificate says so in its subject.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Final

import attrs
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from digivl.kernel.moments import utc_now
from digivl.pdf.mark import DEVELOPMENT_MARK
from digivl.pdf.signer import Identity
from digivl.signing.softkey import SoftKey
from digivl.testing.tsa import TSASimulator

_LIFE: Final = timedelta(days=730)
_SLACK: Final = timedelta(hours=1)
_QC_STATEMENTS: Final = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
#: Two statements (QcCompliance and QcSSCD) in DER: a qualified certificate, and its key
#: on a qualified device.
_QUALIFIED: Final = bytes.fromhex("3014300806060400 8e460101 3008060604008e460104")
_NO_USAGE: Final = dict.fromkeys(
    (
        *("digital_signature", "content_commitment", "key_encipherment"),
        *("data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
        *("encipher_only", "decipher_only"),
    ),
    False,
)


@attrs.define(eq=False)
class People:
    """Gives keys to people and stamps their signatures; thread-safe.

    Attributes:
        folder: Where the authority is kept: `authority.pem` is what validation trusts.
        clock: The present moment, with a zone.
    """

    folder: Path
    clock: Callable[[], datetime] = utc_now
    _lock: Lock = attrs.field(factory=Lock, init=False, repr=False)
    _keys: dict[tuple[str, str, bool], SoftKey] = attrs.field(
        factory=dict[tuple[str, str, bool], SoftKey], init=False, repr=False
    )
    _unit: TSASimulator | None = attrs.field(default=None, init=False, repr=False)

    @property
    def authority(self) -> Path:
        """The root certificate, PEM; made when it is not there."""
        with self._lock:
            self._issuer()
        return self.folder / "authority.pem"

    def key(self, name: str, number: str = "", *, qualified: bool = True) -> SoftKey:
        """The key of a person; the same one each time.

        Args:
            name: As it stands on the certificate: given names, then the last word.
            number: National number on it; none if empty.
            qualified: The certificate says that it is qualified.
        """
        with self._lock:
            wanted = (name, number, qualified)
            if wanted not in self._keys:
                self._keys[wanted] = self._made(name, number, qualified=qualified)
            return self._keys[wanted]

    def stamp(self, request: bytes) -> bytes:
        """The answer of the timestamp authority, both DER."""
        with self._lock:
            if self._unit is None:
                self._unit = self._timestamps()
        return self._unit.answer(request)

    def _made(self, name: str, number: str, *, qualified: bool) -> SoftKey:
        key = ec.generate_private_key(ec.SECP256R1())
        given, _, last = name.rpartition(" ")
        subject = [
            (NameOID.COMMON_NAME, f"{name} (Signature)"),
            (NameOID.SURNAME, last),
            *([(NameOID.GIVEN_NAME, given)] if given else []),
            *([(NameOID.SERIAL_NUMBER, number)] if number else []),
        ]
        usage = x509.KeyUsage(**_NO_USAGE | {"content_commitment": True})
        extensions: list[tuple[x509.ExtensionType, bool]] = [(usage, True)]
        if qualified:
            told = x509.UnrecognizedExtension(_QC_STATEMENTS, _QUALIFIED)
            extensions.append((told, False))
        certificate = self._issued(subject, key.public_key(), extensions)
        identity = Identity(_der(certificate), (_der(self._issuer()[1]),))
        return SoftKey(name, identity, key)

    def _timestamps(self) -> TSASimulator:
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        usage = x509.KeyUsage(**_NO_USAGE | {"digital_signature": True})
        name = [(NameOID.COMMON_NAME, "digivl platform TSU")]
        extensions = [(usage, True), (purpose, True)]
        certificate = self._issued(name, key.public_key(), extensions)
        parsed = [
            asn1.Certificate.load(_der(one)) for one in (certificate, self._issuer()[1])
        ]
        return TSASimulator(key, parsed[0], (parsed[1],), clock=self.clock)

    def _issued(
        self,
        subject: list[tuple[x509.ObjectIdentifier, str]],
        key: Any,
        extensions: Sequence[tuple[x509.ExtensionType, bool]],
    ) -> x509.Certificate:
        own, root = self._issuer()
        above = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier
        builder = _builder(_name(*subject), key, self.clock())
        builder = builder.issuer_name(root.subject)
        for extension, critical in (*extensions, (identifier(above.value), False)):
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(own, SHA256())

    def _issuer(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        file, secret = self.folder / "authority.pem", self.folder / "authority.key"
        if not file.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._found(file, secret)
        key = load_pem_private_key(secret.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{secret.name} is of somebody else")
        return key, x509.load_pem_x509_certificate(file.read_bytes())

    def _found(self, file: Path, secret: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        common = (NameOID.COMMON_NAME, f"digivl platform CA {secrets.token_hex(4)}")
        name = _name(common)
        usage = x509.KeyUsage(**_NO_USAGE | {"key_cert_sign": True, "crl_sign": True})
        certificate = (
            _builder(name, key.public_key(), self.clock())
            .issuer_name(name)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(key, SHA256())
        )
        form = PrivateFormat.PKCS8
        secret.write_bytes(key.private_bytes(Encoding.PEM, form, NoEncryption()))
        file.write_bytes(certificate.public_bytes(Encoding.PEM))


def _builder(name: x509.Name, key: Any, at: datetime) -> x509.CertificateBuilder:
    own_id = x509.SubjectKeyIdentifier.from_public_key(key)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _SLACK)
        .not_valid_after(at + _LIFE)
        .add_extension(own_id, critical=False)
    )


def _name(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, DEVELOPMENT_MARK),
            *(x509.NameAttribute(oid, text) for oid, text in parts),
        ]
    )


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
