"""Containers in which what no signature covers was bent: refused, or valid for all."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from asn1crypto import cms, core
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from digivl.errors import (
    LimitExceededError,
    MalformedError,
    UntrustworthyAnswerError,
)
from digivl.pdf.container import container, signed_attributes
from digivl.pdf.der import tlv
from digivl.pdf.digests import Digest
from digivl.pdf.phases import complete
from digivl.pdf.signer import Identity
from tests.pdf.issuing import KEY_USAGE, NOW, Case, flipped, issued

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_good_chain_goes_in(case: Case, pdfsig: Callable[..., str]) -> None:
    """Nothing is lost of what a service sends along, whatever its order."""
    signed = case.completed(case.good, anchors=[case.root.der])
    other = tlv(0xA0, case.leaf.der, case.root.der, case.middle.der)
    turned = tlv(0xA0, *sorted((case.leaf.der, case.root.der, case.middle.der)))

    assert case.good.hex().upper().encode() in signed
    assert "TOTAL-PASSED" == case.verdict(signed)
    assert "Signature is Valid." in pdfsig(signed)
    case.completed(case.good.replace(turned, other))


def test_anchors_end_the_chain(case: Case) -> None:
    """Where it is known who issues, a chain of somebody else is refused."""
    stranger = issued("Vreemde wortel")
    for chain in ((case.middle.der,), (case.middle.der, case.root.der)):
        case.completed(case.with_chain(*chain))
        case.completed(case.with_chain(*chain), anchors=[case.root.der])
        with pytest.raises(UntrustworthyAnswerError, match=r"not lead|not issued"):
            case.completed(case.with_chain(*chain), anchors=[stranger.der])
    with pytest.raises(UntrustworthyAnswerError, match="not issued"):
        case.completed(case.with_chain(), anchors=[case.root.der])


def crossed(case: Case) -> bytes:
    """A second certificate for the authority, by another root that is not there."""
    key = x509.load_der_x509_certificate(case.middle.der)
    other = issued("Andere wortel")
    made = (
        x509.CertificateBuilder()
        .subject_name(key.subject)
        .issuer_name(x509.load_der_x509_certificate(other.der).subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(other.key, SHA256())
    )
    return made.public_bytes(Encoding.DER)


def test_a_cross_certificate_may_go_along(case: Case) -> None:
    """An authority can have been certified by two."""
    cross = crossed(case)
    signed = case.completed(case.with_chain(case.middle.der, cross, case.root.der))

    assert "TOTAL-PASSED" == case.verdict(signed)


@pytest.mark.parametrize(
    ("chain", "reason"),
    [
        (lambda case: [b"x" * 3_000], "certificate"),
        (lambda case: [tlv(0x30, b"\x02\x01\x05")], "certificate"),
        (lambda case: [issued("Vreemde").der], "nothing to do"),
        (lambda case: [case.root.der], "nothing to do"),
        (lambda case: [case.middle.der, case.middle.der], "twice"),
        (lambda case: [case.leaf.der], "twice"),
        (lambda case: [case.middle.der, flipped(case.root.der, -1)], "not issued"),
        (lambda case: [flipped(case.middle.der, -1), case.root.der], "nothing to do"),
        (lambda case: [case.middle.issue(str(n)).der for n in range(21)], "21 cert"),
    ],
)
def test_a_bent_chain_is_refused(
    case: Case, chain: Callable[[Case], list[bytes]], reason: str
) -> None:
    """Only those above who signed, each as it was issued, go along."""
    der = case.with_chain(*chain(case))

    with pytest.raises((UntrustworthyAnswerError, MalformedError)) as refused:
        case.completed(der)
    assert refused.value.hint
    if reason != "certificate":
        assert reason in str(refused.value)


@pytest.mark.parametrize(
    "chain", [(b"x" * 3_000,), (issued("Vreemde").der,)], ids=["garbage", "unrelated"]
)
def test_a_bent_chain_of_an_identity_is_refused(
    case: Case, chain: tuple[bytes, ...]
) -> None:
    """A service can also send the chain apart from the signature."""
    target = io.BytesIO()
    who = Identity(case.leaf.der, chain)
    with pytest.raises(MalformedError) as refused:
        complete(case.state, io.BytesIO(case.file), target, who, case.signature, at=NOW)

    assert refused.value.hint
    assert b"" == target.getvalue()


def test_a_huge_container_is_refused(case: Case) -> None:
    """What has no room in the document is not even read."""
    big = case.root.issue("Groot", is_authority=True, comment=bytes(20_000))

    for der in (case.with_chain(big.der), b"\x30" * (1 << 22)):
        with pytest.raises(LimitExceededError, match="reserved") as refused:
            case.completed(der)
        assert "reserved_bytes" in refused.value.hint


@pytest.mark.parametrize("tail", [b"\0", b"\0" * 900, b"\x05\0", b"rest"])
def test_nothing_follows_the_container(case: Case, tail: bytes) -> None:
    """What stands behind its end is in no signature."""
    with pytest.raises(UntrustworthyAnswerError, match="DER") as refused:
        case.completed(case.good + tail)

    assert refused.value.hint


def indefinite(der: bytes) -> bytes:
    """As some libraries write it: BER, without a length at its beginning."""
    start = 2 + (der[1] & 0x7F)
    return b"\x30\x80" + der[start:] + b"\0\0"


def with_revocation(der: bytes) -> bytes:
    """A container with a revocation list."""
    who, key = x509.Name([]), ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateRevocationListBuilder().issuer_name(who)
    crl = builder.last_update(NOW).next_update(NOW).sign(key, SHA256())
    found = asn1_crl.CertificateList.load(crl.public_bytes(Encoding.DER))
    envelope = cms.ContentInfo.load(der)
    choice = cms.RevocationInfoChoice("crl", found)
    envelope["content"]["crls"] = [choice]
    encoded: bytes = envelope.dump()
    return encoded


def with_other_attribute(der: bytes) -> bytes:
    """A container with an unsigned attribute that is no timestamp."""
    envelope = cms.ContentInfo.load(der)
    envelope["content"]["signer_infos"][0]["unsigned_attrs"] = [
        cms.CMSAttribute(
            {"type": "1.3.6.1.4.1.55555.2", "values": [core.OctetString(b"iets")]}
        )
    ]
    encoded: bytes = envelope.dump()
    return encoded


@pytest.mark.parametrize("bend", [indefinite, with_revocation, with_other_attribute])
def test_what_no_signature_needs_is_refused(
    case: Case, bend: Callable[[bytes], bytes]
) -> None:
    """Other readers stumble over it, and it proves nothing."""
    with pytest.raises(UntrustworthyAnswerError) as refused:
        case.completed(bend(case.good))

    assert refused.value.hint


def by_key(case: Case) -> bytes:
    """A container that names who signed by the identifier of the key."""
    envelope = cms.ContentInfo.load(case.good)
    signed_data = envelope["content"]
    identifier = asn1.Certificate.load(case.leaf.der).key_identifier
    signed_data["version"] = "v3"
    info = signed_data["signer_infos"][0]
    info["version"] = "v3"
    info["sid"] = cms.SignerIdentifier("subject_key_identifier", identifier)
    encoded: bytes = envelope.dump()
    return encoded


def test_a_signer_named_by_key_is_refused(case: Case) -> None:
    """RFC 5652 lets it; pdfsig calls it an unknown failure."""
    with pytest.raises(UntrustworthyAnswerError, match="by its key"):
        case.completed(by_key(case))


@pytest.mark.parametrize("pss", [False, True])
def test_rsa_goes_in(case: Case, pdfsig: Callable[..., str], *, pss: bool) -> None:
    """RSA by either padding, as services sign."""
    key = rsa.generate_private_key(65_537, 2_048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ann Proef")])
    root = x509.load_der_x509_certificate(case.root.der)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=9))
        .add_extension(KEY_USAGE, critical=True)
        .sign(case.root.key, SHA256())
    )
    own = made.public_bytes(Encoding.DER)
    message = signed_attributes(own, (), case.state.document_digest, Digest.SHA256)
    ways = padding.PSS(padding.MGF1(SHA256()), 32) if pss else padding.PKCS1v15()
    der = container(
        own, (case.root.der,), message, key.sign(message, ways, SHA256()), Digest.SHA256
    )
    if pss:
        envelope = cms.ContentInfo.load(der)
        envelope["content"]["signer_infos"][0]["signature_algorithm"] = {
            "algorithm": "rsassa_pss",
            "parameters": {
                "hash_algorithm": {"algorithm": "sha256"},
                "mask_gen_algorithm": {
                    "algorithm": "mgf1",
                    "parameters": {"algorithm": "sha256"},
                },
                "salt_length": 32,
            },
        }
        der = envelope.dump()
    signed = case.completed(der)

    assert "TOTAL-PASSED" == case.verdict(signed)
    assert "Signature is Valid." in pdfsig(signed)
