from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12

from digivl.errors import KeyUnusableError
from digivl.testing.tsa import TSASimulator

if TYPE_CHECKING:
    from pathlib import Path


def test_needs_a_key_file(tmp_path: Path) -> None:
    """A simulator without key stamps nothing."""
    with pytest.raises(KeyUnusableError, match="does not open"):
        TSASimulator.from_pkcs12(tmp_path / "none.p12", b"")


def test_needs_an_rsa_key(tmp_path: Path) -> None:
    """It signs with RSA alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    content = pkcs12.serialize_key_and_certificates(
        b"k", key, None, None, NoEncryption()
    )
    (tmp_path / "ec.p12").write_bytes(content)

    with pytest.raises(KeyUnusableError, match="no RSA key"):
        TSASimulator.from_pkcs12(tmp_path / "ec.p12", b"")
