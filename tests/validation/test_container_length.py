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

KEY = ec.derive_private_key(7, ec.SECP256R1())
USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment"),
    *("data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
    *("encipher_only", "decipher_only"),
)
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def certificate(letters: int = 0) -> bytes:
    """An authority whose certificate is as long as wanted; without letters its signer.

    All authorities are the same one: they have the same name and the same key.
    """
    above = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Proef CA")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Proef")])
    builder = (
        x509.CertificateBuilder(
            above, above if letters else name, KEY.public_key(), 1 if letters else 2
        )
        .not_valid_before(MOMENT)
        .not_valid_after(MOMENT.replace(year=2030))
    )
    limits = x509.BasicConstraints(ca=bool(letters), path_length=None)
    builder = builder.add_extension(limits, critical=True)
    for_what = dict.fromkeys(USAGES, False)
    for_what["key_cert_sign" if letters else "content_commitment"] = True
    builder = builder.add_extension(x509.KeyUsage(**for_what), critical=True)
    if letters:
        comment = x509.ObjectIdentifier("2.16.840.1.113730.1.13")
        long = x509.UnrecognizedExtension(comment, b"x" * letters)
        builder = builder.add_extension(long, critical=False)
    return builder.sign(KEY, SHA256(), ecdsa_deterministic=True).public_bytes(
        Encoding.DER
    )


def signed(tsa: TSASimulator, above: bytes) -> tuple[bytes, int]:
    """A signed file with the certificate above its signer, and how long it became."""
    target = io.BytesIO()
    sign(
        io.BytesIO(paper()),
        target,
        SignatureSpec(field="S", reserved_bytes=20_000),
        Identity(certificate(), (above,)),
        lambda message, digest: KEY.sign(message, ec.ECDSA(digest.algorithm)),
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
        file, length = signed(tsa, extras[size])
        if length % 256 == last:
            break
        # The nonce of a timestamp is a byte shorter now and then.
        wanted = (size + last - length) % 256
        size = next(n for n in extras if n % 256 == wanted)
    assert last == length % 256

    roots, at = (*minister.identity().chain, extras[size]), datetime.now(UTC)
    found = examined(io.BytesIO(file), roots=roots, at=at, limits=Limits())

    assert [(None, "B-T")] == [(one.problem, one.level) for one in found.signatures]
