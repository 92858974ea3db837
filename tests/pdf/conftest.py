"""What the tests of the PDF room share."""

from __future__ import annotations

import io
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from digivl.pdf.signer import Identity, SignatureSpec, Signed, sign
from digivl.settings import Limits
from digivl.testing.papers import paper
from tests.pdf.issuing import Case, waiting_case

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digivl.pdf.digests import Digest
    from digivl.signing.softkey import SoftKey
    from digivl.testing.tsa import TSASimulator

    Contents = Callable[[bytes], bytes]
    Sign = Callable[..., tuple[bytes, Signed]]


_COMMENT = x509.ObjectIdentifier("1.3.6.1.4.1.55555.1")


@pytest.fixture(name="sign_bytes")
def _sign_bytes() -> Sign:
    """Signs bytes and gives bytes; `at` is now unless a test says otherwise."""

    def work(
        content: bytes,
        key: SoftKey,
        field: str = "Signature",
        tsa: TSASimulator | None = None,
        at: datetime | None = None,
    ) -> tuple[bytes, Signed]:
        target = io.BytesIO()
        signed = sign(
            io.BytesIO(content),
            target,
            SignatureSpec(field=field, reason="Akkoord", location="Brussel"),
            key.identity(),
            key.sign,
            at=at or datetime.now(UTC),
            timestamp=tsa.answer if tsa else None,
            limits=Limits(),
        )
        return target.getvalue(), signed

    return work


@pytest.fixture(name="twice_signed")
def _twice_signed(
    sign_bytes: Sign, minister: SoftKey, secretary: SoftKey, tsa: TSASimulator
) -> bytes:
    """A paper signed by two signatories, both at level B-T."""
    once, _ = sign_bytes(paper(), minister, "Minister", tsa)
    twice, _ = sign_bytes(once, secretary, "Secretary", tsa)
    return twice


@pytest.fixture(name="contents", scope="session")
def _contents() -> Contents:
    """The container of the last signature of a file."""

    def work(signed: bytes) -> bytes:
        start = signed.rindex(b"/Contents <") + len(b"/Contents <")
        return bytes.fromhex(signed[start : signed.index(b">", start)].decode())

    return work


@attrs.frozen
class Person:
    """A key with a certificate that names who holds it."""

    key: Any
    identity: Identity

    def sign(self, message: bytes, digest: Digest) -> bytes:
        """The raw signature."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(message, padding.PKCS1v15(), digest.algorithm)
        signature: bytes = self.key.sign(message, ec.ECDSA(digest.algorithm))
        return signature


@pytest.fixture(name="person", scope="session")
def _person() -> Callable[..., Person]:
    """Makes a self-signed person: `serialNumber`, names, days, something that fills."""

    def make(
        number: str = "85073003328",
        name: str = "Ann Proef",
        *,
        curve: ec.EllipticCurve | None = None,
        days: tuple[int, int] = (-1, 1),
        comment: bytes = b"",
    ) -> Person:
        key = ec.generate_private_key(curve or ec.SECP256R1())
        given, _, surname = name.partition(" ")
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COMMON_NAME, f"{name} (Signature)"),
                x509.NameAttribute(NameOID.GIVEN_NAME, given),
                x509.NameAttribute(NameOID.SURNAME, surname),
                x509.NameAttribute(NameOID.SERIAL_NUMBER, number),
            ]
        )
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=days[0]))
            .not_valid_after(now + timedelta(days=days[1]))
            .add_extension(
                x509.UnrecognizedExtension(_COMMENT, comment), critical=False
            )
            .sign(key, SHA256())
        )
        return Person(key, Identity(made.public_bytes(Encoding.DER)))

    return make


@pytest.fixture(name="pdfsig")
def _pdfsig(needs_program: Callable[[str], str], tmp_path: Path) -> Callable[..., str]:
    """What Poppler says of the signatures in a file."""

    def judge(content: bytes) -> str:
        file = tmp_path / "judged.pdf"
        file.write_bytes(content)
        command = [needs_program("pdfsig"), "-nocert", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout

    return judge


@pytest.fixture(name="case", scope="session")
def _case() -> Case:
    """Who signs, with a chain, and the document that waits for it."""
    return waiting_case()
