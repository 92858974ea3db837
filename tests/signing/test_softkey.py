from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from digivl.errors import KeyUnusableError
from digivl.pdf.certificates import signed_by
from digivl.pdf.digests import Digest
from digivl.signing.softkey import SoftKey

if TYPE_CHECKING:
    from pathlib import Path

    from digivl.signing.development import DevelopmentKeys
    from digivl.signing.means import SigningMeans

NOW = datetime.now(UTC)


def stored(tmp_path: Path, key: Any, certificate: Any) -> Path:
    """A PKCS#12 file with whatever is given, under the password `geheim`."""
    content = pkcs12.serialize_key_and_certificates(
        b"key", key, certificate, None, BestAvailableEncryption(b"geheim")
    )
    path = tmp_path / "key.p12"
    path.write_bytes(content)
    return path


def certificate_for(key: Any, signing_key: Any = None) -> x509.Certificate:
    """A certificate for a key."""
    name = x509.Name([])
    signer = signing_key or key
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW)
        .not_valid_after(NOW)
        .sign(signer, None if isinstance(signer, Ed25519PrivateKey) else SHA256())
    )


def test_is_a_signing_means(minister: SoftKey) -> None:
    """A soft key is what the port asks for."""
    means: SigningMeans = minister

    assert "minister" == means.name
    assert 1 == len(means.identity().chain)


def test_shows_no_secret(minister: SoftKey) -> None:
    """Neither key nor certificate stands in a repr, and so in no log."""
    assert "SoftKey(name='minister', _identity=Identity())" == repr(minister)


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(public_exponent=65_537, key_size=2_048),
        ec.generate_private_key(ec.SECP256R1()),
    ],
    ids=["rsa", "ec"],
)
def test_signs_by_the_kind_of_key(tmp_path: Path, key: Any) -> None:
    """RSA PKCS#1 v1.5 or ECDSA, with SHA-256."""
    soft = SoftKey.from_pkcs12(
        "k", stored(tmp_path, key, certificate_for(key)), b"geheim"
    )

    digest, certificate = Digest.SHA256, soft.identity().certificate
    made = soft.sign(b"message", digest)
    assert signed_by(certificate, made, b"message", digest.algorithm)
    assert not signed_by(certificate, made, b"other", digest.algorithm)


def unusable(path: Path, match: str, password: bytes = b"geheim") -> None:
    """Loads what cannot be used; the error says how to mend it."""
    with pytest.raises(KeyUnusableError, match=match) as refused:
        SoftKey.from_pkcs12("k", path, password)
    assert refused.value.hint


def test_no_file(tmp_path: Path) -> None:
    """The path is wrong."""
    unusable(tmp_path / "nothing.p12", "cannot be read: No such file")


def test_empty_file(tmp_path: Path) -> None:
    """A copy that failed leaves 0 bytes."""
    (tmp_path / "key.p12").touch()

    unusable(tmp_path / "key.p12", "is empty")


def test_not_a_key_file(tmp_path: Path) -> None:
    """Something else under that name."""
    (tmp_path / "key.p12").write_bytes(b"-----BEGIN CERTIFICATE-----")

    unusable(tmp_path / "key.p12", "wrong password, or not a PKCS#12")


def test_wrong_password(development_keys: DevelopmentKeys) -> None:
    """The password of another file."""
    path = development_keys.signatories["minister"].path

    unusable(path, "wrong password", b"guess")


def test_no_key_inside(tmp_path: Path) -> None:
    """A file with certificates alone cannot sign."""
    key = ec.generate_private_key(ec.SECP256R1())

    unusable(stored(tmp_path, None, certificate_for(key)), "holds no key")


def test_no_certificate_inside(tmp_path: Path) -> None:
    """A key alone does not say who signs."""
    key = ec.generate_private_key(ec.SECP256R1())

    unusable(stored(tmp_path, key, None), "holds no certificate")


def test_key_of_another_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Key and certificate belong together."""
    key, other = (ec.generate_private_key(ec.SECP256R1()) for _ in "12")
    content = pkcs12.load_pkcs12(
        stored(tmp_path, key, certificate_for(key)).read_bytes(), b"geheim"
    )
    swapped = pkcs12.PKCS12KeyAndCertificates(other, content.cert, [])
    monkeypatch.setattr(pkcs12, "load_pkcs12", lambda *_: swapped)

    unusable(tmp_path / "key.p12", "does not belong to its certificate")


def test_key_of_another_kind(tmp_path: Path) -> None:
    """Ed25519 signs no PDF here."""
    key = Ed25519PrivateKey.generate()

    unusable(stored(tmp_path, key, certificate_for(key)), "does not sign with")
