"""The built-in signing means keep the contract."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from digivl.signing.means import SigningMeans
from digivl.signing.softkey import SoftKey
from digivl.testing.contracts import SigningMeansContract

AT = datetime.now(UTC)


class TestSoftKey(SigningMeansContract):
    """An RSA key in a PKCS#12 file."""

    @pytest.fixture
    def means(self, minister: SoftKey) -> SigningMeans:
        """The key of a signatory."""
        return minister


class TestSoftCurve(SigningMeansContract):
    """A key on an elliptic curve, without a chain."""

    @pytest.fixture
    def means(self, tmp_path: Path) -> SigningMeans:
        """A key that certifies itself."""
        key = ec.generate_private_key(ec.SECP384R1())
        name = x509.Name([])
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), 7)
            .not_valid_before(AT)
            .not_valid_after(AT + timedelta(days=1))
            .sign(key, SHA256())
        )
        locked = BestAvailableEncryption(b"geheim")
        content = pkcs12.serialize_key_and_certificates(
            b"key", key, certificate, None, locked
        )
        (tmp_path / "key.p12").write_bytes(content)
        return SoftKey.from_pkcs12("curve", tmp_path / "key.p12", b"geheim")
