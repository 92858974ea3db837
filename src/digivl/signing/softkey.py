"""A signing means in a file: PKCS#12, or PEM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import Certificate, load_der_x509_certificate

from digivl.errors import KeyUnusableError, MalformedError
from digivl.pdf.certificates import from_pem
from digivl.pdf.signer import Identity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.types import (
        PrivateKeyTypes,
        PublicKeyTypes,
    )

    from digivl.pdf.digests import Digest

_Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@attrs.frozen
class SoftKey:
    """A key that was loaded once and signs from memory; thread-safe."""

    name: str
    _identity: Identity
    _key: _Key = attrs.field(repr=False)

    @classmethod
    def from_pkcs12(cls, name: str, path: Path, password: bytes) -> SoftKey:
        """Load a key with its certificate and chain.

        Args:
            name: Name in the settings.
            path: The PKCS#12 file (``.p12``, ``.pfx``).
            password: As it was set when the file was made.

        Raises:
            KeyUnusableError: No such file, empty, wrong password, no key or no
                certificate in it, or a key that digivl does not sign with.
        """
        store = _loaded(path, password)
        if store.key is None or store.cert is None:
            raise KeyUnusableError(
                f"{path.name} holds no {'key' if store.key is None else 'certificate'}",
                hint="Export the key together with its certificate.",
            )
        above = [entry.certificate for entry in store.additional_certs]
        return cls._of(name, path, store.key, [store.cert.certificate, *above])

    @classmethod
    def from_pem(
        cls, name: str, key: Path, certificate: Path, password: bytes | None = None
    ) -> SoftKey:
        """Load a key from one file, and its certificate with its chain from another.

        Args:
            name: Name in the settings.
            key: PEM file with the private key: PKCS#8, PKCS#1 or SEC 1.
            certificate: PEM file with the certificate first, then those above it.
            password: Of the key; None where it has none.

        Raises:
            KeyUnusableError: As `from_pkcs12`.
        """
        try:
            ders = from_pem(_content(certificate), certificate.name)
        except MalformedError as cause:
            raise KeyUnusableError(str(cause), hint=cause.hint) from cause
        private = _private(_content(key), key, password)
        return cls._of(name, key, private, [*map(load_der_x509_certificate, ders)])

    @classmethod
    def _of(
        cls,
        name: str,
        path: Path,
        private: PrivateKeyTypes,
        certificates: Sequence[Certificate],
    ) -> SoftKey:
        key = _usable(private, path)
        own, *above = (one.public_bytes(Encoding.DER) for one in certificates)
        if _spki(key.public_key()) != _spki(certificates[0].public_key()):
            raise KeyUnusableError(
                f"the key in {path.name} does not belong to its certificate",
                hint="Export the key again, with the certificate issued for it.",
            )
        return cls(name, Identity(own, tuple(above)), key)

    def identity(self) -> Identity:
        """The certificate of the signatory and its chain."""
        return self._identity

    def sign(self, message: bytes, digest: Digest) -> bytes:
        """The raw signature: RSA PKCS#1 v1.5, or ECDSA."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(message, padding.PKCS1v15(), digest.algorithm)
        return self._key.sign(message, ec.ECDSA(digest.algorithm))


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as cause:
        raise KeyUnusableError(
            f"the key file {path.name} cannot be read: {cause.strerror}",
            hint="Check the path in the settings and who may read it.",
        ) from cause
    if not content:
        raise KeyUnusableError(
            f"the key file {path.name} is empty",
            hint="Put the file back from where it came.",
        )
    return content


def _private(content: bytes, path: Path, password: bytes | None) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(content, password)
    except TypeError as cause:
        is_locked = password is None
        raise KeyUnusableError(
            f"the key in {path.name} has {'a' if is_locked else 'no'} password",
            hint="Name its password in the settings, or take it out of them.",
        ) from cause
    except (ValueError, UnsupportedAlgorithm) as cause:
        raise KeyUnusableError(
            f"{path.name} does not open: wrong password, or no private key in PEM",
            hint="It has a line such as -----BEGIN PRIVATE KEY-----.",
        ) from cause


def _loaded(path: Path, password: bytes) -> pkcs12.PKCS12KeyAndCertificates:
    content = _content(path)
    try:
        return pkcs12.load_pkcs12(content, password)
    except ValueError as cause:
        raise KeyUnusableError(
            f"{path.name} does not open: wrong password, or not a PKCS#12 file",
            hint="Check the password first; a PKCS#12 file ends in .p12 or .pfx.",
        ) from cause


def _usable(key: PrivateKeyTypes, path: Path) -> _Key:
    if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        return key
    raise KeyUnusableError(
        f"{path.name}: digivl does not sign with a {type(key).__name__}",
        hint="Use an RSA key or an elliptic curve key.",
    )


def _spki(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
