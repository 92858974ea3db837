"""Whether a certificate was revoked: answers, held against what they must be.

An answer that was not checked here never gets into a document.

Source:
    RFC 6960 (OCSP), 3.2 and 4.2.2; RFC 5280, 5 and 6.3 (revocation lists).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import Hash
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from digivl.errors import MalformedError, UntrustworthyAnswerError
from digivl.pdf.certificates import UNREADABLE, certificate
from digivl.pdf.chains import addresses, extension, issued_by, uris

if TYPE_CHECKING:
    from collections.abc import Callable

#: Clocks differ.
_SKEW: Final = timedelta(minutes=5)
#: An answer that does not say when the next one comes is fresh for so long.
_FRESH: Final = timedelta(days=1)
_WEAK: Final = frozenset({"md5", "sha1"})
_KNOWN_CRL: Final = frozenset(
    {
        ExtensionOID.CRL_NUMBER,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.ISSUING_DISTRIBUTION_POINT,
        ExtensionOID.ISSUER_ALTERNATIVE_NAME,
        ExtensionOID.AUTHORITY_INFORMATION_ACCESS,
        ExtensionOID.FRESHEST_CRL,
    }
)


@attrs.frozen(kw_only=True)
class Status:
    """What a checked answer says of one certificate.

    Attributes:
        der: The answer: an OCSP response or a revocation list.
        is_ocsp: Which of the two.
        fresh_until: Up to when it may be used for a new signature.
        revoked_at: Since when the certificate is revoked; None when it is not.
        reason: Why, as RFC 5280 calls it.
        responder: Who answered, DER, when that is not the issuer itself.
    """

    der: bytes = attrs.field(repr=False)
    is_ocsp: bool
    fresh_until: datetime
    revoked_at: datetime | None = None
    reason: str = ""
    responder: bytes | None = attrs.field(default=None, repr=False)


def ocsp_request(der: bytes, issuer: bytes) -> bytes:
    """The question whether a certificate was revoked, DER; without a nonce.

    Args:
        der: The certificate.
        issuer: That of its issuer.

    Source:
        RFC 5019, 2.1.1: SHA-1 names the certificate, since that is what responders
        understand; nothing is proven by it.
    """
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        certificate(der),
        certificate(issuer),
        hashes.SHA1(),  # noqa: S303 - a name, no proof
    )
    return builder.build().public_bytes(Encoding.DER)


def ocsp_status(
    answer: bytes, der: bytes, issuer: bytes, *, at: datetime, backend: str
) -> Status:
    """What an OCSP response says of a certificate, after it was checked.

    Args:
        answer: The response.
        der: The certificate.
        issuer: That of its issuer.
        at: The present moment, with zone.
        backend: Who answered, for the error.

    Raises:
        MalformedError: It is no OCSP response.
        UntrustworthyAnswerError: It is about another certificate, not fresh, wrongly
            signed, or by somebody who may not answer.
    """
    check = _Check(backend, at)
    try:
        response = ocsp.load_der_ocsp_response(answer)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise check.lie(f"it answered {response.response_status.name.lower()}")
        responder = _responder(response, issuer, check)
        return _single(response, answer, der, issuer, responder, check)
    except UNREADABLE as cause:
        if isinstance(cause, MalformedError):
            raise
        raise MalformedError(f"[{backend}] no OCSP response: {cause}") from cause


def crl_status(
    answer: bytes, der: bytes, issuer: bytes, *, at: datetime, backend: str
) -> Status:
    """What a revocation list says of a certificate, after it was checked.

    Args:
        answer: The list, DER or PEM.
        der: The certificate.
        issuer: That of its issuer, who must have signed the list itself.
        at: The present moment, with zone.
        backend: Who gave it, for the error.

    Raises:
        MalformedError: It is no revocation list.
        UntrustworthyAnswerError: It is of somebody else, not fresh, wrongly signed, or
            does not cover this certificate.
    """
    check = _Check(backend, at)
    try:
        found = _loaded(answer)
        _check_list(found, der, issuer, check)
        until = check.fresh(found.last_update_utc, found.next_update_utc)
        serial = certificate(der).serial_number
        entry = found.get_revoked_certificate_by_serial_number(serial)
        encoded = found.public_bytes(Encoding.DER)
        return Status(
            der=encoded,
            is_ocsp=False,
            fresh_until=until,
            revoked_at=entry.revocation_date_utc if entry else None,
            reason=_reason(entry) if entry else "",
        )
    except UNREADABLE as cause:
        if isinstance(cause, MalformedError):
            raise
        raise MalformedError(f"[{backend}] no revocation list: {cause}") from cause


@attrs.frozen
class _Check:
    """Who answered, and when."""

    backend: str
    at: datetime

    def lie(self, text: str) -> UntrustworthyAnswerError:
        return UntrustworthyAnswerError(
            self.backend, text, hint="Try again later, and tell who runs it."
        )

    def fresh(self, since: datetime, until: datetime | None) -> datetime:
        """Up to when an answer counts."""
        until = until or since + _FRESH
        if since > self.at + _SKEW:
            raise self.lie(f"its answer is of a moment to come: {since}")
        if until < self.at - _SKEW:
            raise self.lie(f"its answer was fresh until {until}")
        return until


def _single(
    response: ocsp.OCSPResponse,
    answer: bytes,
    der: bytes,
    issuer: bytes,
    responder: bytes | None,
    check: _Check,
) -> Status:
    for one in response.responses:
        if not _is_about(one, der, issuer):
            continue
        if one.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
            raise check.lie("it does not know the certificate")
        until = check.fresh(one.this_update_utc, one.next_update_utc)
        reason = one.revocation_reason
        return Status(
            der=answer,
            is_ocsp=True,
            fresh_until=until,
            revoked_at=one.revocation_time_utc,
            reason=reason.value if reason else "",
            responder=responder,
        )
    raise check.lie("its answer is about another certificate")


def _is_about(one: ocsp.OCSPSingleResponse, der: bytes, issuer: bytes) -> bool:
    found, above = certificate(der), certificate(issuer)
    kind = one.hash_algorithm

    def hashed(content: bytes) -> bytes:
        digest = Hash(kind)
        digest.update(content)
        return digest.finalize()

    return (
        one.serial_number == found.serial_number
        and one.issuer_name_hash == hashed(above.subject.public_bytes())
        and one.issuer_key_hash == hashed(_key_bits(above))
    )


def _key_bits(found: x509.Certificate) -> bytes:
    """The key as RFC 6960, 4.1.1 hashes it: the bits, without what kind they are."""
    from asn1crypto.keys import PublicKeyInfo

    encoded = found.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    bits: bytes = PublicKeyInfo.load(encoded)["public_key"].contents[1:]
    return bits


def _responder(
    response: ocsp.OCSPResponse, issuer: bytes, check: _Check
) -> bytes | None:
    """Who signed: None for the issuer itself, else one to whom it gave that task."""
    if _signed(response, issuer):
        return None
    for candidate in response.certificates[:10]:
        der = candidate.public_bytes(Encoding.DER)
        if not _signed(response, der):
            continue
        purposes = extension(der, x509.ExtendedKeyUsage) or ()
        if ExtendedKeyUsageOID.OCSP_SIGNING not in purposes or not issued_by(
            der, issuer
        ):
            raise check.lie("somebody answered to whom the issuer gave no such task")
        moment = response.produced_at_utc
        if (
            not candidate.not_valid_before_utc
            <= moment
            <= candidate.not_valid_after_utc
        ):
            raise check.lie("the certificate of who answered was not valid then")
        return der
    raise check.lie("the signature of its answer does not hold")


def _signed(response: ocsp.OCSPResponse, der: bytes) -> bool:
    algorithm = response.signature_hash_algorithm
    key = certificate(der).public_key()
    if algorithm is None or algorithm.name in _WEAK:
        return False
    signature, content = response.signature, response.tbs_response_bytes
    verify: Callable[[], None]
    if isinstance(key, rsa.RSAPublicKey):
        scheme = padding.PKCS1v15()
        verify = lambda: key.verify(signature, content, scheme, algorithm)  # noqa: E731
    elif isinstance(key, ec.EllipticCurvePublicKey):
        verify = lambda: key.verify(signature, content, ec.ECDSA(algorithm))  # noqa: E731
    else:
        return False
    try:
        verify()
    except InvalidSignature:
        return False
    return True


def _loaded(answer: bytes) -> x509.CertificateRevocationList:
    if answer.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_crl(answer)
    return x509.load_der_x509_crl(answer)


def _check_list(
    found: x509.CertificateRevocationList, der: bytes, issuer: bytes, check: _Check
) -> None:
    above = certificate(issuer)
    usage = extension(issuer, x509.KeyUsage)
    if found.issuer != above.subject or found.issuer != certificate(der).issuer:
        raise check.lie("its list is of another issuer")
    algorithm = found.signature_hash_algorithm
    key = above.public_key()
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise check.lie("its list is signed with a key of an unknown kind")
    if (
        algorithm is None
        or algorithm.name in _WEAK
        or (usage is not None and not usage.crl_sign)
        or not found.is_signature_valid(key)
    ):
        raise check.lie("the signature of its list does not hold")
    unknown = [e for e in found.extensions if e.critical and e.oid not in _KNOWN_CRL]
    if unknown:
        raise check.lie("its list says something critical that is not known")
    if not _covers(found, der):
        raise check.lie("its list does not cover this certificate")


def _covers(found: x509.CertificateRevocationList, der: bytes) -> bool:
    try:
        point = found.extensions.get_extension_for_class(
            x509.IssuingDistributionPoint
        ).value
    except x509.ExtensionNotFound:
        return True
    limits = extension(der, x509.BasicConstraints)
    is_authority = limits is not None and limits.ca
    named, wanted = uris(point.full_name or ()), addresses(der).crl
    return not (
        point.indirect_crl
        or point.only_contains_attribute_certs
        or point.only_some_reasons
        or (point.only_contains_user_certs and is_authority)
        or (point.only_contains_ca_certs and not is_authority)
        or (named and not set(named) & set(wanted))
    )


def _reason(entry: x509.RevokedCertificate) -> str:
    try:
        found = entry.extensions.get_extension_for_class(x509.CRLReason).value
    except x509.ExtensionNotFound:
        return ""
    return found.reason.value
