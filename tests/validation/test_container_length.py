"""A container of any length is judged alike, and as fast."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from digivl.pdf.checks import examined
from digivl.pdf.signer import Identity, SignatureSpec, sign
from digivl.settings import Limits
from digivl.signing.softkey import SoftKey
from digivl.testing.papers import paper
from digivl.testing.tsa import TSASimulator


def certificate(letters: int) -> bytes:
    """A certificate whose length grows with the letters of its subject."""
    key = ec.derive_private_key(7, ec.SECP256R1())
    units = ["x" * 60] * (letters // 60) + ["x" * (letters % 60 or 1)]
    name = x509.Name([x509.NameAttribute(NameOID.TITLE, text) for text in units])
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(moment)
        .not_valid_after(moment.replace(year=2030))
    )
    return builder.sign(key, SHA256(), ecdsa_deterministic=True).public_bytes(
        Encoding.DER
    )


def signed(key: SoftKey, tsa: TSASimulator, extra: bytes) -> tuple[bytes, int]:
    """A signed file with one more certificate, and the length of its container."""
    own = key.identity()
    target = io.BytesIO()
    sign(
        io.BytesIO(paper()),
        target,
        SignatureSpec(field="S"),
        Identity(own.certificate, (*own.chain, extra)),
        key.sign,
        at=datetime.now(UTC),
        timestamp=tsa.answer,
        limits=Limits(),
    )
    (found,) = re.findall(rb"<(3082[0-9A-Fa-f]{4})", target.getvalue())
    return target.getvalue(), int(found[4:], 16)


@pytest.mark.parametrize("last", [0x7F, 0x80, 0x81])
def test_any_length(last: int, minister: SoftKey, tsa: TSASimulator) -> None:
    """Also where its length looks, to a careless reader, like an indefinite one."""
    extras = {len(extra): extra for extra in map(certificate, range(1, 900))}
    size, length, file = min(extras), 0, b""
    for _ in range(50):
        file, length = signed(minister, tsa, extras[size])
        if length % 256 == last:
            break
        # The nonce of a timestamp is a byte shorter now and then.
        wanted = (size + last - length) % 256
        size = next(n for n in extras if n % 256 == wanted)
    assert last == length % 256

    roots, at = minister.identity().chain, datetime.now(UTC)
    found = examined(io.BytesIO(file), roots=roots, at=at, limits=Limits())

    assert [(None, "B-T")] == [(one.problem, one.level) for one in found.signatures]
