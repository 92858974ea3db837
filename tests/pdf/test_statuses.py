"""Whether a certificate was revoked: only an answer that holds is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import (
    ExtendedKeyUsageOID,
)
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import DigivlError, MalformedError, UntrustworthyAnswerError
from digivl.pdf.statuses import Status, crl_status, ocsp_request, ocsp_status
from digivl.testing.holders import Holder, holder

NOW: Final = datetime.now(UTC).replace(microsecond=0)
DAY: Final = timedelta(days=1)
URL: Final = "http://crl.example.be/ca.crl"


IS_CA: Final = x509.BasicConstraints(ca=True, path_length=None)
POINT: Final = x509.CRLDistributionPoints(
    [x509.DistributionPoint([x509.UniformResourceIdentifier(URL)], None, None, None)]
)
ANSWERS: Final = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
CA: Final = holder("CA", None, IS_CA)
OTHER: Final = holder("CA", None, IS_CA)
ANN: Final = holder("Ann", CA, POINT)
RESPONDER: Final = holder("OCSP", CA, ANSWERS)


def response(
    about: Holder = ANN,
    issuer: Holder = CA,
    by: Holder = RESPONDER,
    *,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    since: datetime = NOW - DAY,
    until: datetime | None = NOW + DAY,
    along: list[Holder] | None = None,
) -> bytes:
    """An OCSP response."""
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            about.certificate,
            issuer.certificate,
            SHA1(),
            status,
            since,
            until,
            NOW - 3 * DAY if revoked else None,
            x509.ReasonFlags.key_compromise if revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
        .certificates([one.certificate for one in along or [by]])
    )
    signed = builder.sign(by.key, SHA256())
    return signed.public_bytes(Encoding.DER)


def asked(answer: bytes, at: datetime = NOW) -> Status:
    """What an OCSP response says of Ann."""
    return ocsp_status(answer, ANN.der, CA.der, at=at, backend="http://ocsp")


def test_a_question_names_one_certificate() -> None:
    """By serial number and issuer, without a nonce: the answer can be shared."""
    question = ocsp.load_der_ocsp_request(ocsp_request(ANN.der, CA.der))

    assert ANN.certificate.serial_number == question.serial_number
    assert [] == list(question.extensions)


def test_a_good_answer() -> None:
    """By one to whom the issuer gave that task, who then is known."""
    answer = response()

    assert Status(
        der=answer, is_ocsp=True, fresh_until=NOW + DAY, responder=RESPONDER.der
    ) == asked(answer)


def test_the_issuer_answers_itself() -> None:
    """Then nobody else needs to be known; its answer may say no end."""
    found = asked(response(by=CA, until=None))

    assert (None, NOW) == (found.responder, found.fresh_until)


def test_an_rsa_key_answers() -> None:
    """Responders have keys of both kinds."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    by = holder("OCSP", CA, ANSWERS, key=key)

    assert by.der == asked(response(by=by)).responder


def test_a_revoked_certificate() -> None:
    """Since when, and why."""
    found = asked(response(status=ocsp.OCSPCertStatus.REVOKED))

    assert (NOW - 3 * DAY, "keyCompromise") == (found.revoked_at, found.reason)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (response(about=holder("Jan", CA)), "another certificate"),
        (response(issuer=OTHER), "another certificate"),
        (response(by=OTHER), "no such task"),
        (response(by=holder("X", CA)), "no such task"),
        (response(by=holder("X", OTHER, ANSWERS)), "no such task"),
        (response(along=[ANN]), "does not hold"),
        (response(status=ocsp.OCSPCertStatus.UNKNOWN), "does not know"),
        (response(since=NOW + DAY, until=NOW + 2 * DAY), "to come"),
        (response(since=NOW - 3 * DAY, until=NOW - DAY), "fresh until"),
        (response(since=NOW - 3 * DAY, until=None), "fresh until"),
        (
            ocsp.OCSPResponseBuilder.build_unsuccessful(
                ocsp.OCSPResponseStatus.TRY_LATER
            ).public_bytes(Encoding.DER),
            "try_later",
        ),
    ],
)
def test_an_answer_that_does_not_hold(answer: bytes, reason: str) -> None:
    """Each reason is told, with who answered."""
    with pytest.raises(UntrustworthyAnswerError, match=rf"\[http://ocsp\].*{reason}"):
        asked(answer)


def test_strange_keys_are_not_believed() -> None:
    """What nobody here can check proves nothing."""
    strange = holder("OCSP", CA, ANSWERS, key=ed25519.Ed25519PrivateKey.generate())

    with pytest.raises(UntrustworthyAnswerError, match="does not hold"):
        asked(response(along=[strange]))


def test_a_responder_whose_time_is_over_is_not_believed() -> None:
    """The certificate of who answers must be valid when it answers."""
    late = holder("OCSP", CA, ANSWERS, lasts=-2 * DAY)

    with pytest.raises(UntrustworthyAnswerError, match="not valid then"):
        asked(response(by=late))


HONEST: Final = response()


@given(data=st.data())
def test_no_changed_byte_changes_what_is_said(data: st.DataObject) -> None:
    """One byte of an answer changed: refused, or it says what was signed."""
    place = data.draw(st.integers(0, len(HONEST) - 1))
    changed = bytearray(HONEST)
    changed[place] ^= data.draw(st.integers(1, 255))
    try:
        found = asked(bytes(changed))
    except DigivlError:
        return
    assert (None, NOW + DAY) == (found.revoked_at, found.fresh_until)


@given(st.binary(max_size=200))
def test_noise_is_no_answer(noise: bytes) -> None:
    """Whatever comes back, our errors leave."""
    with pytest.raises(MalformedError):
        asked(noise)
    with pytest.raises(MalformedError):
        listed(noise)


def revocations(
    by: Holder = CA,
    *extensions: Any,
    revoked: Holder | None = None,
    since: datetime = NOW - DAY,
    until: datetime = NOW + DAY,
    reason: x509.ReasonFlags | None = None,
    critical: bool = False,
    encoding: Encoding = Encoding.DER,
) -> bytes:
    """A revocation list."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(since)
        .next_update(until)
    )
    if revoked:
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(revoked.certificate.serial_number)
            .revocation_date(NOW - 3 * DAY)
        )
        if reason:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    for one in extensions:
        builder = builder.add_extension(one, critical=critical)
    return builder.sign(by.key, SHA256()).public_bytes(encoding)


def listed(answer: bytes, about: Holder = ANN, issuer: Holder = CA) -> Status:
    """What a list says of somebody."""
    return crl_status(answer, about.der, issuer.der, at=NOW, backend="http://crl")


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_a_list_without_the_certificate(encoding: Encoding) -> None:
    """It is good as long as the list is fresh; kept in DER, whatever it came in."""
    found = listed(revocations(encoding=encoding))

    assert (None, NOW + DAY, False) == (
        found.revoked_at,
        found.fresh_until,
        found.is_ocsp,
    )
    assert found == listed(found.der)


def test_a_list_with_the_certificate() -> None:
    """Since when, and why where the list says so."""
    said = listed(revocations(revoked=ANN, reason=x509.ReasonFlags.superseded))
    plain = listed(revocations(revoked=ANN))

    assert (NOW - 3 * DAY, "superseded") == (said.revoked_at, said.reason)
    assert (NOW - 3 * DAY, "") == (plain.revoked_at, plain.reason)


def point(**changes: Any) -> x509.IssuingDistributionPoint:
    """What a list says that it covers."""
    said: dict[str, Any] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
        **changes,
    }
    return x509.IssuingDistributionPoint(**said)


HERE = [x509.UniformResourceIdentifier(URL)]
ELSEWHERE = [x509.UniformResourceIdentifier("http://elsewhere.example.be/")]


@pytest.mark.parametrize(
    "said", [point(full_name=HERE), point(only_contains_user_certs=True)]
)
def test_a_list_that_covers_it(said: Any) -> None:
    """A part of all certificates, this one among them."""
    assert listed(revocations(CA, said, critical=True)).revoked_at is None


NO_LISTS = holder(
    "CA",
    None,
    IS_CA,
    x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    ),
)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (revocations(OTHER), "does not hold"),
        (revocations(holder("Else", None, IS_CA)), "another issuer"),
        (revocations(since=NOW + DAY, until=NOW + 2 * DAY), "to come"),
        (revocations(since=NOW - 3 * DAY, until=NOW - DAY), "fresh until"),
        (revocations(CA, x509.DeltaCRLIndicator(1), critical=True), "critical"),
        (revocations(CA, point(full_name=ELSEWHERE)), "cover"),
        (revocations(CA, point(only_contains_ca_certs=True)), "cover"),
        (revocations(CA, point(indirect_crl=True)), "cover"),
        (revocations(CA, point(only_contains_attribute_certs=True)), "cover"),
        (
            revocations(
                CA,
                point(only_some_reasons=frozenset({x509.ReasonFlags.superseded})),
            ),
            "cover",
        ),
    ],
)
def test_a_list_that_does_not_hold(answer: bytes, reason: str) -> None:
    """Each reason is told, with where the list came from."""
    with pytest.raises(UntrustworthyAnswerError, match=rf"\[http://crl\].*{reason}"):
        listed(answer)


def test_who_may_not_sign_lists() -> None:
    """An authority whose key is not for lists; one with a key of another kind."""
    jan = holder("Jan", NO_LISTS, POINT)
    with pytest.raises(UntrustworthyAnswerError, match="does not hold"):
        listed(revocations(NO_LISTS), jan, NO_LISTS)
    key = ed25519.Ed25519PrivateKey.generate()
    strange = holder("CA", None, IS_CA, key=key)
    with pytest.raises(UntrustworthyAnswerError, match="unknown kind"):
        listed(revocations(), holder("Jan", strange, POINT), strange)


def test_a_list_of_users_says_nothing_of_authorities() -> None:
    """The other way round as above."""
    below = holder("Sub", CA, IS_CA, POINT)

    with pytest.raises(UntrustworthyAnswerError, match="cover"):
        listed(revocations(CA, point(only_contains_user_certs=True)), below)
    found = listed(revocations(CA, point(only_contains_ca_certs=True)), below)
    assert found.revoked_at is None
