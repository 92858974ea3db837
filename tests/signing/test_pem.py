"""Keys in PEM files, in every form that tools write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from digivl.errors import ConfigurationError, KeyUnusableError
from digivl.kernel.moments import utc_now
from digivl.pdf.certificates import signed_by
from digivl.pdf.digests import Digest
from digivl.plugins.catalog import Catalog
from digivl.plugins.hookspecs import Build
from digivl.settings import Limits
from digivl.signing.means import SigningMeans
from digivl.signing.softkey import SoftKey
from digivl.testing.contracts import SigningMeansContract

RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
CURVE = ec.generate_private_key(ec.SECP384R1())
PKCS8, OPENSSL = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL
#: First line of the file, by key and form.
FORMS: dict[str, tuple[Any, PrivateFormat, bytes | None]] = {
    "BEGIN PRIVATE KEY": (RSA, PKCS8, None),
    "BEGIN ENCRYPTED PRIVATE KEY": (CURVE, PKCS8, b"geheim"),
    "BEGIN RSA PRIVATE KEY": (RSA, OPENSSL, None),
    "Proc-Type: 4,ENCRYPTED": (RSA, OPENSSL, b"geheim"),
    "BEGIN EC PRIVATE KEY": (CURVE, OPENSSL, None),
}


def certificate(key: Any, name: str = "Test", by: Any = None) -> bytes:
    """A certificate in PEM, of the key itself or by another."""
    subject, issuer = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)])
        for one in (name, "CA")
    )
    made = x509.CertificateBuilder(issuer, subject, key.public_key(), 7)
    made = made.not_valid_before(utc_now()).not_valid_after(utc_now())
    signer = by or key
    hashing = None if isinstance(signer, Ed25519PrivateKey) else SHA256()
    return made.sign(signer, hashing).public_bytes(Encoding.PEM)


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> Any:
    """Writes a key and a certificate; gives both paths."""

    def write(
        key: Any,
        form: PrivateFormat = PKCS8,
        password: bytes | None = None,
        chain: bytes | None = None,
    ) -> tuple[Path, Path]:
        locked = BestAvailableEncryption(password) if password else NoEncryption()
        paths = tmp_path / "key.pem", tmp_path / "cert.pem"
        paths[0].write_bytes(key.private_bytes(Encoding.PEM, form, locked))
        paths[1].write_bytes(certificate(key) if chain is None else chain)
        return paths

    return write


class TestPEM(SigningMeansContract):
    """A curve, locked, without a chain."""

    @pytest.fixture
    def means(self, files: Any) -> SigningMeans:
        """From two files."""
        key, own = files(CURVE, PKCS8, b"geheim")
        return SoftKey.from_pem("pem", key, own, b"geheim")


@pytest.mark.parametrize("form", FORMS)
def test_every_form(files: Any, form: str) -> None:
    """PKCS#8, PKCS#1 and SEC 1, locked or not."""
    key, how, password = FORMS[form]
    file, certified = files(key, how, password)
    assert form in file.read_text()

    soft = SoftKey.from_pem("k", file, certified, password)

    made = soft.sign(b"message", Digest.SHA256)
    own = soft.identity().certificate
    assert signed_by(own, made, b"message", Digest.SHA256.algorithm)


def test_what_stands_below_is_the_chain(files: Any) -> None:
    """The first certificate is of the key; those above it go along, in their order."""
    above = certificate(RSA, "CA")
    key, own = files(CURVE, chain=certificate(CURVE, "Test", RSA) + above)

    identity = SoftKey.from_pem("k", key, own).identity()

    ca = x509.load_pem_x509_certificate(above).public_bytes(Encoding.DER)
    assert (ca,) == identity.chain


def refused(said: str, paths: tuple[Path, Path], password: bytes | None = None) -> None:
    """Loading ends in an error that says how to mend it, without the password."""
    with pytest.raises(KeyUnusableError, match=said) as error:
        SoftKey.from_pem("k", paths[0], paths[1], password)
    assert error.value.hint
    assert "geheim" not in error.value.diagnostics()


def test_passwords(files: Any) -> None:
    """Missing, too much, or wrong."""
    refused("has no password", files(CURVE), b"geheim")
    refused("has a password", files(CURVE, PKCS8, b"geheim"))
    refused("wrong password", files(CURVE, PKCS8, b"geheim"), b"guess")
    refused("wrong password", files(RSA, OPENSSL, b"geheim"), b"guess")


def test_files_that_are_not_there(files: Any) -> None:
    """The key, then the certificate; gone, or empty."""
    key, own = files(CURVE)
    refused("key file none cannot be read", (key.with_name("none"), own))
    refused("key file none cannot be read", (key, own.with_name("none")))
    own.write_bytes(b"")
    refused(r"key file cert\.pem is empty", (key, own))


def test_other_content(files: Any) -> None:
    """Something else under that name: swapped files, binary files, half a file."""
    key, own = files(CURVE)
    refused("holds no certificates in PEM", (key, key))
    refused("no private key in PEM", (own, own))
    key.write_bytes(b"\x30\x82\x00\x01")
    refused("no private key in PEM", (key, own))
    key, own = files(CURVE)
    key.write_bytes(key.read_bytes()[:90])
    refused("no private key in PEM", (key, own))


def test_keys_that_do_not_fit(files: Any) -> None:
    """Of another certificate, or of a kind that signs no PDF here."""
    refused("does not belong to its certificate", files(CURVE, chain=certificate(RSA)))
    refused("does not sign with", files(Ed25519PrivateKey.generate()))


def test_from_the_settings(files: Any, tmp_path: Path) -> None:
    """With a password in a file, or without one; a wrong option is said."""
    catalog = Catalog.load(discover=False)

    def means(**options: str) -> SigningMeans:
        given = Build(name="k", options=options, folder=tmp_path, limits=Limits())
        return catalog.means("pem", given)

    files(CURVE)
    (tmp_path / "password").write_text("geheim\n")
    plain = {"key": "key.pem", "certificate": "cert.pem"}
    assert "k" == means(**plain).name
    files(CURVE, PKCS8, b"geheim")
    assert means(**plain, password_file="password").identity().certificate
    with pytest.raises(KeyUnusableError, match="has a password"):
        means(**plain)
    with pytest.raises(ConfigurationError, match="k has no certificate"):
        means(key="key.pem")
