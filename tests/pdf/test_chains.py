"""Who issued a certificate, and where it leads."""

from __future__ import annotations

from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import MalformedError
from digivl.pdf.chains import (
    Addresses,
    addresses,
    is_never_revoked,
    is_root,
    issued_by,
    read_certificates,
)
from digivl.testing.holders import holder

URL: Final = "http://crl.example.be/ca.crl"
POINT: Final = x509.CRLDistributionPoints(
    [x509.DistributionPoint([x509.UniformResourceIdentifier(URL)], None, None, None)]
)
IS_CA: Final = x509.BasicConstraints(ca=True, path_length=None)
CA: Final = holder("CA", None, IS_CA)
OTHER: Final = holder("CA", None, IS_CA)
ANN: Final = holder("Ann", CA, POINT)


def test_who_issued_whom() -> None:
    """Name, signature and the right to issue: all three."""
    usage = holder("CA", None, IS_CA)

    assert (True, True) == (issued_by(ANN.der, CA.der), is_root(CA.der))
    assert not issued_by(ANN.der, OTHER.der)
    assert not issued_by(ANN.der, usage.der)
    assert not is_root(ANN.der)
    assert not issued_by(holder("Y", ANN).der, ANN.der)


def test_where_a_certificate_leads() -> None:
    """Only http, a few, each once."""
    access = x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(
                AuthorityInformationAccessOID.CA_ISSUERS,
                x509.UniformResourceIdentifier(url),
            )
            for url in ("ldap://x", *(f"http://x/{n % 6}" for n in range(9)))
        ]
    )
    found = addresses(holder("Ann", CA, access, POINT).der)

    assert Addresses(tuple(f"http://x/{n}" for n in range(4)), (), (URL,)) == found
    assert Addresses() == addresses(CA.der)


def test_who_is_never_revoked() -> None:
    """Responders that say so, and certificates that are gone before it would matter."""
    oid = x509.ObjectIdentifier("0.4.0.194121.2.1")
    short = x509.UnrecognizedExtension(oid, b"\x05\x00")

    assert is_never_revoked(holder("OCSP", CA, x509.OCSPNoCheck()).der)
    assert is_never_revoked(holder("Kort", CA, short).der)
    assert not is_never_revoked(ANN.der)


def test_certificates_in_each_wrapping() -> None:
    """One in DER, some in PEM, or a set in PKCS#7."""
    both = [CA.certificate, ANN.certificate]
    pem = b"".join(one.public_bytes(Encoding.PEM) for one in both)

    assert (CA.der,) == read_certificates(CA.der)
    assert (CA.der, ANN.der) == read_certificates(pem)
    for encoding in (Encoding.DER, Encoding.PEM):
        wrapped = pkcs7.serialize_certificates(both, encoding)
        assert {CA.der, ANN.der} == set(read_certificates(wrapped))


@given(st.binary(max_size=200))
def test_noise_holds_no_certificate(noise: bytes) -> None:
    """Whatever an address gives, our error leaves."""
    with pytest.raises(MalformedError):
        read_certificates(noise)
