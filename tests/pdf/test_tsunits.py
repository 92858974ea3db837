"""Certificates of units that stamp: what they have to be."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from digivl.errors import UntrustworthyAnswerError
from digivl.pdf.timestamps import checked_token, timestamp_request
from digivl.testing.tsa import Fault, TSASimulator

STAMPS, SIGNS = ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING
KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
ASKED = timestamp_request(hashlib.sha256(b"besluit").digest())


def named(text: str) -> x509.Name:
    """A name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def usage(**kinds: bool) -> x509.KeyUsage:
    """A key usage: nothing but what is named."""
    names = "digital_signature content_commitment key_encipherment data_encipherment "
    names += "key_agreement key_cert_sign crl_sign encipher_only decipher_only"
    return x509.KeyUsage(**(dict.fromkeys(names.split(), False) | kinds))


def purposes(*of: x509.ObjectIdentifier, critical: bool = True) -> Any:
    """What the key is for."""
    return x509.ExtendedKeyUsage(of), critical


def unit(*extensions: tuple[x509.ExtensionType, bool]) -> TSASimulator:
    """An authority whose certificate has these extensions."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named("Unit"))
        .issuer_name(named("Other"))
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    der = builder.sign(KEY, SHA256()).public_bytes(Encoding.DER)
    return TSASimulator(KEY, asn1.Certificate.load(der))


ALONE = purposes(STAMPS)


@pytest.mark.parametrize(
    "extensions",
    [
        (ALONE,),
        (ALONE, (usage(digital_signature=True), True)),
        (ALONE, (usage(content_commitment=True), True)),
    ],
)
def test_may_stamp(extensions: Any) -> None:
    """For timestamps alone, and critical; a key usage, if any, that signs."""
    assert "Unit" == checked_token(unit(*extensions).answer(ASKED.der), ASKED).authority


@pytest.mark.parametrize(
    "extensions",
    [
        (),
        (purposes(STAMPS, critical=False),),
        (purposes(STAMPS, SIGNS),),
        (purposes(SIGNS),),
        (ALONE, (usage(key_cert_sign=True), True)),
    ],
)
def test_may_not_stamp(extensions: Any) -> None:
    """For something else as well, or not at all."""
    with pytest.raises(UntrustworthyAnswerError, match="not meant for timestamps"):
        checked_token(unit(*extensions).answer(ASKED.der), ASKED)


def test_a_second_name() -> None:
    """The token may name the authority by another name of its certificate."""
    also = x509.SubjectAlternativeName(
        [x509.DNSName("tsa.example"), x509.DirectoryName(named("Other"))]
    )
    authority = unit(ALONE, (also, False))
    authority.fault = Fault.WRONG_NAME

    assert checked_token(authority.answer(ASKED.der), ASKED).serial > 0
