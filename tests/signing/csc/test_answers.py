"""What comes back from a service is held to the rules before it is believed."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding

from digivl.errors import (
    CertificateNotValidError,
    DigivlError,
    KeyUnusableError,
    UntrustworthyAnswerError,
)
from digivl.http.gateway import Gateway
from digivl.pdf.digests import Digest
from digivl.pdf.signer import Identity
from digivl.settings import Limits
from digivl.signing.csc import wire, wire1, wire2
from digivl.signing.csc.credential import (
    Wanted,
    checked_signature,
    read_credential,
    refuse_weak,
)
from digivl.signing.csc.means import FIRST, CSCMeans
from digivl.signing.csc.oauth import Client
from digivl.testing.csc import Fault
from digivl.testing.csc_people import Certifier

if TYPE_CHECKING:
    Service = Any  # its class stands in conftest.py

Serve = Callable[..., "Service"]
_DER = Encoding.DER
_NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
WANTED = Wanted(digest=Digest.SHA256, most_at_once=70, binds=True)


def _identity(chain: list[str]) -> Identity:
    ders = [b64decode(one) for one in chain]
    return Identity(ders[0], tuple(ders[1:]))


def _means(
    answer: Callable[[httpx.Request], httpx.Response], **settings: Any
) -> CSCMeans:
    transport = httpx.MockTransport(answer)
    gateway = Gateway("itsme", "https://csc.example", Limits(), transport=transport)
    client = Client(id="me", secret="secret", redirect_uri="https://me.example/back")
    return CSCMeans(
        name="itsme", service=gateway, server=gateway, client=client, **settings
    )


@pytest.fixture(name="certifier", scope="module")
def _certifier() -> Certifier:
    """An authority of its own."""
    return Certifier.make()


@pytest.fixture(name="said", scope="module")
def _said(certifier: Certifier) -> dict[str, Any]:
    """A key as itsme describes it."""
    holder = certifier.keyholder("Test Minister", "85073003328")
    return {
        "key": {"status": "enabled", "algo": ["1.2.840.113549.1.1.11"], "len": 2048},
        "cert": {"status": "valid", "certificates": holder.chain()},
        "authMode": "oauth2code",
        "SCAL": "2",
        "multiSign": True,
    }


def test_wrong_signature(serve: Serve) -> None:
    """One that does not verify is refused by itself; the others stand."""
    service = serve()
    service.simulator.fail_next("signatures/signHash", Fault.WRONG_SIGNATURE)
    visit = service.asked(service.identified(), service.documents(3))

    made = service.means.signatures(visit.state, service.confirm(visit), service.now)

    assert isinstance(made[0], UntrustworthyAnswerError)
    assert all(isinstance(one, bytes) for one in made[1:])


def test_swapped_signatures(serve: Serve) -> None:
    """A signature of the other document is one that does not verify."""
    service = serve()
    service.simulator.fail_next("signatures/signHash", Fault.SWAPPED)
    visit = service.asked(service.identified(), service.documents(2))

    made = service.means.signatures(visit.state, service.confirm(visit), service.now)

    assert all(isinstance(one, UntrustworthyAnswerError) for one in made)


@pytest.mark.parametrize("fault", [Fault.WRONG_COUNT, Fault.GARBLED])
def test_answer_without_a_signature_for_each(serve: Serve, fault: Fault) -> None:
    """Nobody can tell which belongs to what: none is taken."""
    service = serve()
    service.simulator.fail_next("signatures/signHash", fault)
    visit = service.asked(service.identified(), service.documents(2))

    with pytest.raises(UntrustworthyAnswerError):
        service.means.signatures(visit.state, service.confirm(visit), service.now)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"enabled": False}, KeyUnusableError),
        ({"status": "revoked"}, CertificateNotValidError),
        ({"status": "expired"}, CertificateNotValidError),
        ({"status": "suspended"}, CertificateNotValidError),
        ({"status": "new"}, UntrustworthyAnswerError),
    ],
)
def test_key_that_cannot_be_used(
    serve: Serve, changes: dict[str, Any], error: type[DigivlError]
) -> None:
    """Found out before anybody is asked to sign."""
    service = serve()
    for name, value in changes.items():
        setattr(service.simulator.people["test-minister"], name, value)

    with pytest.raises(error):
        service.identified()


def test_revoked_between_the_visits(serve: Serve) -> None:
    """The service refuses to sign, and the error says why."""
    service = serve()
    visit = service.asked(service.identified(), service.documents())
    service.simulator.people["test-minister"].status = "revoked"

    with pytest.raises(CertificateNotValidError):
        service.means.signatures(visit.state, service.confirm(visit), service.now)


def test_certificate_that_has_ended(serve: Serve, certifier: Certifier) -> None:
    """What the service calls valid is looked at all the same."""
    service = serve()
    long_ago = service.now.replace(year=service.now.year - 3)
    old = certifier.keyholder("Test Minister", "", at=long_ago, id="test-minister")
    service.simulator.people["test-minister"] = old

    with pytest.raises(CertificateNotValidError, match="expired"):
        service.identified()


def test_no_key(serve: Serve) -> None:
    """Who has none yet is told to ask for one."""
    service = serve()
    visit = service.means.begin("session-1", service.now)
    answer = service.confirm(visit)
    service.simulator.people.clear()

    with pytest.raises(KeyUnusableError, match="no key") as caught:
        service.means.identified(visit.state, answer, service.now)
    assert "ask the service" in caught.value.hint


@pytest.mark.parametrize(
    ("credential", "chosen"), [(FIRST, "one"), ("two", "two"), ("only", None)]
)
def test_several_keys(credential: str, chosen: str | None) -> None:
    """Which one is taken is the choice of the settings, and never a guess."""
    means = _means(lambda _: httpx.Response(500), credential=credential)

    if chosen is None:
        with pytest.raises(KeyUnusableError, match="none of the 2 keys"):
            means._chosen(["one", "two"])  # noqa: SLF001 - a service with two is rare
    else:
        assert chosen == means._chosen(["one", "two"])  # noqa: SLF001


def test_chain_in_any_order(certifier: Certifier, said: dict[str, Any]) -> None:
    """The path is put in order; what is no part of it is left out."""
    mine, root = said["cert"]["certificates"]
    other = Certifier.make().keyholder("Iemand Anders", "").chain()
    mixed = said | {"cert": {"certificates": [mine, *other, root, mine]}}

    identity = read_credential("id", mixed, wire1, WANTED).identity

    assert certifier.certificate.public_bytes(_DER) == identity.chain[0]
    assert 1 == len(identity.chain)


def test_algorithm_that_names_no_digest(said: dict[str, Any]) -> None:
    """Then the request names it."""
    plain = said | {"key": said["key"] | {"algo": ["1.2.840.113549.1.1.1"]}}

    key = read_credential("id", plain, wire1, WANTED)
    consent = wire.Consent(
        credential="id",
        algorithm=key.algorithm,
        digest=Digest.SHA256,
        digests=(b"x" * 32,),
        labels=("Stuk",),
    )

    oid = "2.16.840.1.101.3.4.2.1"
    assert oid == wire1.sign_body(consent, "sad")["hashAlgo"]
    assert oid == wire2.sign_body(consent, "sad")["hashAlgorithmOID"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"SCAL": "1"}, KeyUnusableError),
        ({"key": {"status": "enabled", "algo": ["1.2.3"]}}, KeyUnusableError),
        ({"key": None}, DigivlError),
        ({"cert": {}}, DigivlError),
        ({"cert": {"certificates": ["!"]}}, DigivlError),
        ({"cert": {"certificates": [3]}}, DigivlError),
        ({"cert": {"certificates": ["AAAA"]}}, DigivlError),
        ({"authMode": "implicit"}, DigivlError),
        ({"multiSign": "many"}, DigivlError),
        ({"multisign": 0}, DigivlError),
        ({"authMode": "explicit", "PIN": 3}, DigivlError),
    ],
)
def test_description_that_makes_no_sense(
    said: dict[str, Any], change: dict[str, Any], error: type[DigivlError]
) -> None:
    """It is refused with an error of the house."""
    with pytest.raises(error):
        read_credential("id", said | change, wire1, WANTED)


def test_consent_for_anything_can_be_accepted(said: dict[str, Any]) -> None:
    """A key of SCAL 1 is taken by who says so."""
    loose = attrs.evolve(WANTED, binds=False)

    assert "id" == read_credential("id", said | {"SCAL": "1"}, wire1, loose).id


@pytest.mark.parametrize(
    ("number", "most"), [(True, 70), (False, 1), (5, 5), (500, 70), (1, 1)]
)
def test_how_many_at_once(said: dict[str, Any], number: Any, most: int) -> None:
    """[A] multisign-word: a number or a truth value, under either name."""
    named = {k: v for k, v in said.items() if k != "multiSign"}

    for word in ("multisign", "multiSign"):
        key = read_credential("id", named | {word: number}, wire1, WANTED)
        assert most == key.most_at_once
    assert 1 == read_credential("id", named, wire1, WANTED).most_at_once


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_ecdsa_in_either_form(certifier: Certifier, curve: ec.EllipticCurve) -> None:
    """[A] ecdsa-form: DER stays, two numbers in a row become DER."""
    key = ec.generate_private_key(curve)
    holder = certifier.keyholder("Test Minister", "", key=key)
    der = holder.certificates[0].public_bytes(_DER)
    digest = Digest.SHA384.of(b"stuk")
    made = holder.sign(digest, Digest.SHA384)
    size = (key.key_size + 7) // 8
    raw = b"".join(n.to_bytes(size, "big") for n in utils.decode_dss_signature(made))

    for form in (made, raw):
        text = b64encode(form).decode()
        assert made == checked_signature(text, der, digest, Digest.SHA384)
    for bad in (raw[:-1], raw[:-1] + bytes([raw[-1] ^ 1])):
        with pytest.raises(DigivlError):
            checked_signature(b64encode(bad).decode(), der, digest, Digest.SHA384)


def test_weak_keys(certifier: Certifier, serve: Serve) -> None:
    """One too short, or on an odd curve, is refused, whatever the service says."""
    now = serve().now
    short = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)
    coins = ec.generate_private_key(ec.SECP256K1())

    for key in (short, coins):
        holder = certifier.keyholder("Test Minister", "", key=key)
        identity = _identity(holder.chain())
        with pytest.raises(KeyUnusableError):
            refuse_weak(identity, now)
