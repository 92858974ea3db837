"""Timestamp requests, and the doubt that every answer meets.

An authority can be down, refuse, or lie; a token that was not checked here never
gets into a file or a journal.

Source:
    RFC 3161, sections 2.4.1 (request), 2.4.2 (response) and 2.3 (certificate).
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import attrs
from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.hashes import Hash
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    validate_sig_integrity,
)
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from digivl.errors import (
    BackendRefusedError,
    MalformedError,
    UntrustworthyAnswerError,
)
from digivl.pdf.certificates import certificate, common_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_NONCE_BITS: Final = 64
#: An authority that is further off than this is lying, or our own clock is.
_CLOCK_SECONDS: Final = 86_400
_GRANTED: Final = frozenset({"granted", "granted_with_mods"})
_AUTHORITY: Final = "timestamp authority"


@attrs.frozen
class Asked:
    """A timestamp request as it goes out.

    Attributes:
        der: The request.
        nonce: The number that the answer must repeat.
        digest: SHA-256 of what is stamped, 32 bytes.
    """

    der: bytes
    nonce: int
    digest: bytes

    @classmethod
    def read(cls, der: bytes) -> Asked:
        """The request in `der`, as `timestamp_request` made it.

        Raises:
            MalformedError: It is no timestamp request with a nonce.
        """
        try:
            asked = tsp.TimeStampReq.load(der, strict=True).native
            digest: bytes = asked["message_imprint"]["hashed_message"]
            return cls(der, int(asked["nonce"]), digest)
        except (ValueError, TypeError, KeyError) as cause:
            raise MalformedError(f"not a timestamp request: {cause}") from cause


@attrs.frozen(kw_only=True)
class Token:
    """A checked timestamp token (elektronisch tijdstempel).

    Attributes:
        der: The token: CMS SignedData over a TSTInfo.
        time: When the authority says it saw the digest, in UTC.
        serial: Number of the token at this authority.
        authority: Common name of the unit that signed.
        policy: OID of the policy.
        certificate: Of the unit that signed, DER.
    """

    der: bytes = attrs.field(repr=False)
    time: datetime
    serial: int
    authority: str
    policy: str
    certificate: bytes = attrs.field(repr=False)

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """The certificates that came along with the token, DER."""
        found = cms.ContentInfo.load(self.der)["content"]["certificates"]
        return tuple(one.chosen.dump() for one in found if one.name == "certificate")


def timestamp_request(digest: bytes) -> Asked:
    """A request for a timestamp over a SHA-256 digest, with a fresh nonce.

    Args:
        digest: SHA-256 of what is stamped, 32 bytes.

    Raises:
        MalformedError: Not 32 bytes.
    """
    if len(digest) != 32:
        raise MalformedError(f"a SHA-256 digest has 32 bytes, not {len(digest)}")
    nonce = secrets.randbits(_NONCE_BITS)
    request = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {
                "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
                "hashed_message": digest,
            },
            "nonce": nonce,
            "cert_req": True,
        }
    )
    return Asked(request.dump(), nonce, digest)


def checked_token(answer: bytes, asked: Asked, *, backend: str = _AUTHORITY) -> Token:
    """The token in an answer, after everything in it was held against the request.

    The chain of the authority's certificate is not judged here: that is trust, and
    the business of whoever validates.

    Args:
        answer: DER of the timestamp response.
        asked: What went out.
        backend: Name of the authority, for the error.

    Raises:
        MalformedError: The answer is no timestamp response.
        BackendRefusedError: The authority said no; the text says why.
        UntrustworthyAnswerError: Another digest or nonce, a bad signature, or a
            certificate that may not sign timestamps.
    """
    try:
        return _known(answer, asked)
    except (MalformedError, BackendRefusedError, UntrustworthyAnswerError):
        # Once more, to say whose answer it is.
        return _Answer(backend, asked).token(answer)
    # asn1crypto parses lazily: garbage shows itself as any error, at any access.
    except Exception as cause:
        raise MalformedError(
            f"[{backend}] the answer is no timestamp response: {_first_line(cause)}",
            hint="Check the address of the timestamp authority.",
        ) from cause


@lru_cache(maxsize=32)
def _known(answer: bytes, asked: Asked) -> Token:
    # Who asks several authorities checks an answer, and whoever uses it does so again.
    return _Answer(_AUTHORITY, asked).token(answer)


def stamped(
    content: bytes,
    send: Callable[[bytes], bytes],
    at: datetime,
    *,
    hashed: bool = False,
) -> Token:
    """A fresh timestamp over some bytes.

    Args:
        content: What is stamped; with `hashed` its SHA-256.
        send: Sends a timestamp request (DER) and gives the answer (DER).
        at: The present moment, with zone.
        hashed: True when `content` is a digest already.

    Raises:
        MalformedError: The answer is no timestamp response.
        BackendRefusedError: The authority said no.
        UntrustworthyAnswerError: The authority lies, or its clock is far off.
    """
    asked = timestamp_request(content if hashed else sha256(content).digest())
    token = checked_token(send(asked.der), asked)
    if abs((token.time - at).total_seconds()) > _CLOCK_SECONDS:
        raise UntrustworthyAnswerError(
            token.authority,
            f"it stamped {token.time:%Y-%m-%d %H:%M} UTC while it is {at}",
            hint="Check the clock of this machine, then tell the authority.",
        )
    return token


def held_token(envelope: bytes, imprint: Callable[[str], bytes]) -> Token:
    """The token that stands in a document, held against what it should stamp.

    Args:
        envelope: The token, DER; what follows it is not looked at.
        imprint: Gives the digest of what is stamped, by the name of the algorithm.

    Raises:
        UntrustworthyAnswerError: It stamps something else, or is wrongly signed.
        MalformedError: It is no timestamp token.
    """
    try:
        return _Answer(_AUTHORITY, Asked(b"", 0, b"")).held(envelope, imprint)
    except (MalformedError, UntrustworthyAnswerError):
        raise
    # As above: garbage shows itself as any error.
    except Exception as cause:
        raise MalformedError(
            f"the timestamp in the document cannot be read: {_first_line(cause)}"
        ) from cause


def _first_line(cause: Exception) -> str:
    return str(cause).partition("\n")[0][:200] or type(cause).__name__


class _Response(core.Sequence):  # type: ignore[misc]
    """TimeStampResp; asn1crypto's own does not allow for an answer without token."""

    _fields = [  # noqa: RUF012
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


@attrs.frozen
class _Answer:
    """The checks of one answer, in the order of RFC 3161, 2.4.2."""

    backend: str
    asked: Asked

    def token(self, answer: bytes) -> Token:
        response = _Response.load(answer, strict=True)
        self._granted(response["status"])
        envelope = response["time_stamp_token"]
        self._same_question(self._info(envelope["content"]))
        return self.read(envelope)

    def held(self, der: bytes, imprint: Callable[[str], bytes]) -> Token:
        envelope = cms.ContentInfo.load(der)
        said = self._info(envelope["content"])["message_imprint"]
        expected = imprint(said["hash_algorithm"]["algorithm"].native)
        if said["hashed_message"].native != expected:
            raise self._lie("the token in the document stamps something else")
        return self.read(envelope)

    def read(self, envelope: Any) -> Token:
        signed_data = envelope["content"]
        info = self._info(signed_data)
        der = self._signed(signed_data)
        time: datetime = info["gen_time"].native
        self._may_stamp(certificate(der), time)
        return Token(
            der=envelope.dump(),
            time=time,
            serial=info["serial_number"].native,
            authority=common_name(certificate(der).subject),
            policy=info["policy"].dotted,
            certificate=der,
        )

    def _granted(self, status: Any) -> None:
        if status["status"].native in _GRANTED:
            return
        reasons = [status["status"].native]
        reasons += sorted(status["fail_info"].native or ())
        reasons += status["status_string"].native or ()
        raise BackendRefusedError(
            self.backend, f"no timestamp was given: {', '.join(map(str, reasons))}"
        )

    def _info(self, signed_data: Any) -> Any:
        content = signed_data["encap_content_info"]
        if content["content_type"].native != "tst_info":
            raise self._lie("the token stamps nothing: it holds no TSTInfo")
        return content["content"].parsed

    def _same_question(self, info: Any) -> None:
        imprint = info["message_imprint"]
        if imprint["hash_algorithm"]["algorithm"].native != "sha256":
            raise self._lie("the token is over another digest algorithm than asked")
        if imprint["hashed_message"].native != self.asked.digest:
            raise self._lie("the token is over another digest than asked")
        if info["nonce"].native != self.asked.nonce:
            raise self._lie("the nonce is not the one that was sent: an old answer?")

    def _signed(self, signed_data: Any) -> bytes:
        """DER of the certificate whose key signed the token."""
        if len(signed_data["signer_infos"]) != 1:
            raise self._lie("the token has not exactly one signer")
        content = signed_data["encap_content_info"]["content"]
        signer_info = signed_data["signer_infos"][0]
        algorithm = signer_info["digest_algorithm"]["algorithm"].native
        digest = Hash(get_pyca_cryptography_hash(algorithm))
        digest.update(bytes(content))
        try:
            signer = signer_of(signed_data)
            intact, valid = validate_sig_integrity(
                signer_info, signer, "tst_info", digest.finalize()
            )
        except Exception as cause:
            raise self._lie(
                f"the token is wrongly signed: {_first_line(cause)}"
            ) from cause
        if not intact:
            raise self._lie("the content of the token was changed")
        if not valid:
            raise self._lie("the signature of the token does not hold")
        der: bytes = signer.dump()
        return der

    def _may_stamp(self, unit: x509.Certificate, time: datetime) -> None:
        if not unit.not_valid_before_utc <= time <= unit.not_valid_after_utc:
            raise self._lie(f"its certificate is not valid at {time}, when it stamped")
        if not _only_for_timestamps(unit):
            raise self._lie(
                "its certificate is not meant for timestamps alone (RFC 3161, 2.3)"
            )

    def _lie(self, text: str) -> UntrustworthyAnswerError:
        return UntrustworthyAnswerError(
            self.backend,
            text,
            hint="Use another timestamp authority, and tell this one about it.",
        )


def signer_of(signed_data: Any) -> Any:
    """The certificate of the one signer of a CMS SignedData.

    Raises:
        CMSExtractionError: pyHanko's, when it is not there.
    """
    wanted = signed_data["signer_infos"][0]["sid"].chosen
    for one in signed_data["certificates"]:
        found = one.chosen
        # By the bytes of the names; comparing them by their meaning takes long.
        if (
            isinstance(wanted, cms.IssuerAndSerialNumber)
            and isinstance(found, asn1.Certificate)
            and found.serial_number == wanted["serial_number"].native
            and found.issuer.dump() == wanted["issuer"].dump()
        ):
            return found
    return extract_certs_for_validation(signed_data).signer_cert


def _only_for_timestamps(unit: x509.Certificate) -> bool:
    try:
        extension = unit.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    purposes = list(extension.value)
    return extension.critical and purposes == [ExtendedKeyUsageOID.TIME_STAMPING]


def embedded_tokens(signer_info: cms.SignerInfo) -> list[Any]:
    """The signature timestamps that a SignerInfo carries; not checked."""
    found = []
    for attribute in signer_info["unsigned_attrs"] or ():
        if attribute["type"].native == "signature_time_stamp_token":
            found += list(attribute["values"])
    return found
