"""Containers in which what no signature covers was bent: refused, or valid for all."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from asn1crypto import cms, core
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl.errors import (
    DigivlError,
    LimitExceededError,
    MalformedError,
    UntrustworthyAnswerError,
)
from digivl.pdf.container import container, signed_attributes, with_timestamp
from digivl.pdf.der import tlv
from digivl.pdf.digests import Digest
from digivl.pdf.phases import Prepared, complete, complete_with_cms, prepare
from digivl.pdf.signer import Identity, SignatureSpec
from digivl.pdf.timestamps import stamped
from digivl.settings import Limits
from digivl.testing.papers import paper
from digivl.validation.engine import validate
from digivl.validation.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Callable


NOW = datetime.now(UTC)
KEY_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


@attrs.frozen(repr=False)
class Issued:
    """A certificate with its key."""

    key: Any
    der: bytes

    def issue(
        self, name: str, *, is_authority: bool = False, comment: bytes = b""
    ) -> Issued:
        """Another one below it."""
        return _issued(name, self, is_authority=is_authority, comment=comment)


def _issued(
    name: str,
    above: Issued | None = None,
    *,
    is_authority: bool = True,
    comment: bytes = b"",
) -> Issued:
    """A certificate, issued by itself where nobody stands above."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = x509.load_der_x509_certificate(above.der).subject if above else subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=9))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
    )
    if not is_authority:
        builder = builder.add_extension(KEY_USAGE, critical=True)
    if comment:
        oid = x509.ObjectIdentifier("1.3.6.1.4.1.55555.1")
        builder = builder.add_extension(
            x509.UnrecognizedExtension(oid, tlv(0x04, comment)), critical=False
        )
    made = builder.sign(above.key if above else key, SHA256())
    return Issued(key, made.public_bytes(Encoding.DER))


@attrs.frozen(repr=False)
class Case:
    """A prepared document, who signs it, and the good container."""

    state: Prepared
    file: bytes
    root: Issued
    middle: Issued
    leaf: Issued
    signature: bytes
    attributes: bytes

    def _repr_pretty_(self, printer: Any, _: object) -> None:
        printer.text("case")

    def with_chain(self, *chain: bytes) -> bytes:
        """The container with these certificates beside that of who signed."""
        return container(
            self.leaf.der, chain, self.attributes, self.signature, Digest.SHA256
        )

    @property
    def good(self) -> bytes:
        """The container as it should be."""
        return self.with_chain(self.middle.der, self.root.der)

    def completed(self, der: bytes, **changes: Any) -> bytes:
        """The file with a container; nothing stays behind when it is refused."""
        target = io.BytesIO()
        try:
            complete_with_cms(
                self.state, io.BytesIO(self.file), target, der, at=NOW, **changes
            )
        except BaseException:
            assert b"" == target.getvalue()
            raise
        return target.getvalue()

    def verdict(self, signed: bytes, *others: bytes) -> str:
        """What digivl says of a file."""
        found = validate(
            io.BytesIO(signed),
            name="besluit.pdf",
            trust=Trust((self.root.der, *others)),
            at=NOW,
            limits=Limits(),
        )
        return str(found.indication)


@attrs.frozen(repr=False)
class Stamped:
    """A good container with a timestamp, and who is above its authority."""

    der: bytes
    anchor: bytes

    def _repr_pretty_(self, printer: Any, _: object) -> None:
        printer.text("stamped")


@pytest.fixture(name="case", scope="module")
def _case() -> Case:
    target = io.BytesIO()
    spec = SignatureSpec(field="S")
    state = prepare(io.BytesIO(paper()), target, spec, at=NOW, limits=Limits())
    root = _issued("Proefwortel")
    middle = root.issue("Proefuitgever", is_authority=True)
    leaf = middle.issue("Ann Proef")
    attributes = signed_attributes(leaf.der, (), state.document_digest, Digest.SHA256)
    signature = leaf.key.sign(attributes, ec.ECDSA(SHA256()))
    return Case(state, target.getvalue(), root, middle, leaf, signature, attributes)


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
    stranger = _issued("Vreemde wortel")
    for chain in ((case.middle.der,), (case.middle.der, case.root.der)):
        case.completed(case.with_chain(*chain))
        case.completed(case.with_chain(*chain), anchors=[case.root.der])
        with pytest.raises(UntrustworthyAnswerError, match=r"not lead|not issued"):
            case.completed(case.with_chain(*chain), anchors=[stranger.der])
    with pytest.raises(UntrustworthyAnswerError, match="not issued"):
        case.completed(case.with_chain(), anchors=[case.root.der])


def flipped(content: bytes, place: int, bit: int = 0) -> bytes:
    """The same bytes, one bit turned."""
    changed = bytearray(content)
    changed[place] ^= 1 << bit
    return bytes(changed)


def crossed(case: Case) -> bytes:
    """A second certificate for the authority, by another root that is not there."""
    key = x509.load_der_x509_certificate(case.middle.der)
    other = _issued("Andere wortel")
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
        (lambda case: [_issued("Vreemde").der], "nothing to do"),
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
    "chain", [(b"x" * 3_000,), (_issued("Vreemde").der,)], ids=["garbage", "unrelated"]
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


@st.composite
def bends(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A way to bend bytes: a bit flipped, a piece cut out, something put in or behind.

    Places are in parts of the whole: each run has a container of another length.
    """
    how = draw(st.sampled_from(["flip", "cut", "put in", "append"]))
    where, bit = draw(st.floats(0, 0.99999)), draw(st.integers(0, 7))
    size, more = draw(st.integers(1, 2_000)), draw(st.binary(min_size=1, max_size=20))

    def bend(der: bytes) -> bytes:
        place = int(where * len(der))
        if how == "flip":
            return flipped(der, place, bit)
        if how == "cut":
            return der[:place] + der[place + size :]
        return der + more if how == "append" else der[:place] + more + der[place:]

    return bend


@pytest.fixture(name="stamped_case", scope="module")
def _stamped_case(case: Case, development_keys: Any) -> Stamped:
    from digivl.testing.tsa import TSASimulator

    file = development_keys.timestamps
    tsa = TSASimulator.from_pkcs12(file.path, file.password())
    token = stamped(case.signature, tsa.answer, NOW)
    ca = development_keys.authority.read_bytes()
    anchor = x509.load_pem_x509_certificate(ca).public_bytes(Encoding.DER)
    return Stamped(with_timestamp(case.good, token.der), anchor)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bend=bends())
def test_bent_is_refused_or_valid(
    case: Case,
    stamped_case: Stamped,
    pdfsig: Callable[..., str],
    bend: Callable[[bytes], bytes],
) -> None:
    """Whatever happens to a container, no file leaves that a reader would refuse."""
    told = None
    try:
        signed = case.completed(bend(stamped_case.der), anchors=[case.root.der])
    except DigivlError as refused:
        told = refused
    if told is not None:
        assert told.hint
        return
    assert "TOTAL-PASSED" == case.verdict(signed, stamped_case.anchor)
    assert "Signature is Valid." in pdfsig(signed)
