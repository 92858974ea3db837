"""Development keys: an authority, signatories, seals, a timestamp unit; worth nothing.

Every certificate says so in its subject, and validation repeats it. The key of the
authority is thrown away: nobody can issue a certificate under it afterwards.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from digivl.errors import MalformedError, StorageError
from digivl.pdf.mark import DEVELOPMENT_MARK

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_LIFE: Final = timedelta(days=730)
#: Clocks differ; a fresh certificate is valid a little before it was made.
_SLACK: Final = timedelta(hours=1)
_UNIT: Final = "timestamps"
#: No enterprise has this number.
_NO_NUMBER: Final = "NTRBE-0000000000"
_NAME: Final = re.compile(r"[\w-]{1,64}")
_NO_USAGE: Final = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


@attrs.frozen
class KeyFile:
    """A PKCS#12 file and the file with its password; both for the owner only."""

    path: Path
    password_path: Path

    def password(self) -> bytes:
        """The password, as it stands in its file."""
        return self.password_path.read_bytes().strip()


@attrs.frozen(kw_only=True)
class DevelopmentKeys:
    """What was made.

    Attributes:
        authority: The root certificate, PEM; what validation must trust.
        signatories: Key file by file name.
        timestamps: Key file of the timestamp unit.
        seals: Key file by file name, of organisations.
    """

    authority: Path
    signatories: Mapping[str, KeyFile]
    timestamps: KeyFile
    seals: Mapping[str, KeyFile]


@attrs.frozen
class _Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    at: datetime


def make_development_keys(
    folder: Path,
    signatories: Mapping[str, str],
    *,
    seals: Mapping[str, str] = MappingProxyType({}),
    at: datetime,
) -> DevelopmentKeys:
    """Make an authority, a key for each signatory and seal, and one for timestamps.

    Args:
        folder: Where the files go; made when it is not there.
        signatories: File name (without ending) and common name of each.
        seals: The same of organisations.
        at: From when they are valid, with zone; two years long.

    Raises:
        MalformedError: A file name that is more than a name, or is taken.
        StorageError: The folder cannot be written.
    """
    for name in (*signatories, *seals):
        if name == _UNIT or not _NAME.fullmatch(name):
            raise MalformedError(
                f"{name!r} is no name for a key file",
                hint="Use letters, digits, hyphens and underscores.",
            )
    authority = _authority(at)
    pem = authority.certificate.public_bytes(Encoding.PEM)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return DevelopmentKeys(
            authority=_written(folder / "authority.pem", pem),
            signatories={
                name: _key_file(folder, name, _signatory(authority, person), authority)
                for name, person in signatories.items()
            },
            timestamps=_key_file(folder, _UNIT, _unit(authority), authority),
            seals={
                name: _key_file(folder, name, _seal(authority, organization), authority)
                for name, organization in seals.items()
            },
        )
    except OSError as cause:
        raise StorageError(
            f"development keys cannot be written to {folder.name}: {cause.strerror}"
        ) from cause


_Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_Made = tuple[_Key, x509.Certificate]


def _authority(at: datetime) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    # A name of its own: two offices must not look like one authority with two keys.
    name = _subject(f"digivl ontwikkeling CA {secrets.token_hex(4)}")
    builder = (
        _builder(name, key.public_key(), at)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    )
    return _Authority(key, builder.sign(key, SHA256()), at)


def _signatory(authority: _Authority, person: str) -> _Made:
    usage = _usage("digital_signature", "content_commitment")
    return _issued(authority, _subject(person), (usage, True))


def _seal(authority: _Authority, organization: str) -> _Made:
    usage = _usage("digital_signature", "content_commitment")
    # EN 319 412-3, 4.2.1: an identifier marks the subject as an organisation.
    identifier = x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, _NO_NUMBER)
    subject = x509.Name([*_subject(organization), identifier])
    return _issued(
        authority, subject, (usage, True), key=ec.generate_private_key(ec.SECP256R1())
    )


def _unit(authority: _Authority) -> _Made:
    # RFC 3161, 2.3: this purpose alone, and critical.
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    usage = _usage("digital_signature")
    name = _subject("digivl ontwikkeling TSU")
    return _issued(authority, name, (usage, True), (purpose, True))


def _issued(
    authority: _Authority,
    subject: x509.Name,
    *extensions: tuple[x509.ExtensionType, bool],
    key: _Key | None = None,
) -> _Made:
    key = key or rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    issuer = authority.certificate
    builder = _builder(subject, key.public_key(), authority.at)
    builder = builder.issuer_name(issuer.subject)
    own_id = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    above = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own_id.value)
    for extension, critical in (*extensions, (above, False)):
        builder = builder.add_extension(extension, critical=critical)
    return key, builder.sign(authority.key, SHA256())


def _builder(
    name: x509.Name,
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    at: datetime,
) -> x509.CertificateBuilder:
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


def _subject(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, DEVELOPMENT_MARK),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*names: str) -> x509.KeyUsage:
    return x509.KeyUsage(**_NO_USAGE | dict.fromkeys(names, True))


def _key_file(folder: Path, name: str, made: _Made, authority: _Authority) -> KeyFile:
    key, certificate = made
    password = secrets.token_urlsafe(24).encode()
    content = pkcs12.serialize_key_and_certificates(
        name.encode(),
        key,
        certificate,
        [authority.certificate],
        BestAvailableEncryption(password),
    )
    return KeyFile(
        _written(folder / f"{name}.p12", content),
        _written(folder / f"{name}.password", password + b"\n"),
    )


def _written(path: Path, content: bytes) -> Path:
    """Write for the owner only, whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path
