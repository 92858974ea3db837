"""No national number gets into a report, wherever it stands in a certificate."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from digivl.errors import MalformedError
from digivl.pdf.certified import certificate_facts
from digivl.settings import Backend
from digivl.signing.evidence.paper import paper
from digivl.signing.model import Signatory
from digivl.testing import route
from digivl.testing.papers import text_in
from digivl.testing.route import Scene

NUMBER = "85073003328"
SPACED = "85.07.30-033.28"
#: As on an eID card: the name with the use, family name, given name, national number.
EID = (
    (NameOID.COUNTRY_NAME, "BE"),
    (NameOID.COMMON_NAME, "Test Burger (Signature)"),
    (NameOID.SURNAME, "Burger"),
    (NameOID.GIVEN_NAME, "Test"),
    (NameOID.SERIAL_NUMBER, NUMBER),
)


def card(*names: tuple[x509.ObjectIdentifier, str]) -> tuple[bytes, bytes]:
    """A certificate with these names, DER, and it with its key as PKCS#12."""
    key, now = ec.generate_private_key(ec.SECP384R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(oid, text) for oid, text in names])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, SHA256())
    )
    kept = pkcs12.serialize_key_and_certificates(
        b"card", key, certificate, None, BestAvailableEncryption(b"geheim")
    )
    return certificate.public_bytes(Encoding.DER), kept


@pytest.mark.parametrize(
    ("names", "subject"),
    [
        (EID, "Test Burger (Signature), BE"),
        (EID[2:], "Burger, Test"),
        (EID[4:], ""),
        (((NameOID.COMMON_NAME, "a\nb"), (NameOID.COMMON_NAME, "c")), "a b, c"),
    ],
)
def test_the_holder_without_a_number(
    names: tuple[tuple[x509.ObjectIdentifier, str], ...], subject: str
) -> None:
    """Name, title, organisation and country; another name where there is none."""
    facts = certificate_facts(card(*names)[0])

    assert (subject, subject) == (facts.subject, facts.issuer)
    assert NUMBER not in repr(facts)


@pytest.mark.parametrize("der", [b"", b"garbage", b"\x30\x00"])
def test_no_certificate(der: bytes) -> None:
    """What is none is told so."""
    with pytest.raises(MalformedError, match="cannot be read"):
        certificate_facts(der)


@pytest.mark.parametrize("common_name", ["Test Burger (Signature)", f"Burger {SPACED}"])
def test_not_in_a_report(
    scene_at: Callable[..., Scene], tmp_path: Path, common_name: str
) -> None:
    """Signed with a card that holds it, in its own field or in the name."""
    names = [pair for pair in EID if pair[0] is not NameOID.COMMON_NAME]
    _, kept = card((NameOID.COMMON_NAME, common_name), *names)
    (tmp_path / "card.p12").write_bytes(kept)
    (tmp_path / "card.password").write_bytes(b"geheim")
    options = {
        "file": str(tmp_path / "card.p12"),
        "password_file": str(tmp_path / "card.password"),
    }
    mine = {"card": Backend(offer="pkcs12", options=options)}
    means = {**scene_at("opened").vl.settings.means, **mine}
    scene = scene_at("opened", means=means)
    flow = scene.vl.signing.start(
        scene.document,
        [Signatory(party=route.MINISTER, means="card")],
        by=route.SECRETARIAT,
    )
    scene.vl.signing.sign(flow.id, by=route.MINISTER)
    made = scene.vl.evidence.make(flow.id, by=route.SECRETARIAT)

    with scene.vl.documents.opened(made.evidence.current) as file:
        assert NUMBER.encode().hex().encode() in file.read()
    told = made.json.decode() + text_in(made.pdf) + repr(made)
    assert "Burger" in told
    assert NUMBER not in told.replace(".", "").replace("-", "").replace(" ", "")
    assert NUMBER.encode() not in io.BytesIO(paper(made.evidence, "0" * 64)).read()
