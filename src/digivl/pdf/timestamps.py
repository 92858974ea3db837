"""Timestamp requests, and the doubt that every answer meets.

An authority can be down, refuse, or lie; a token that was not checked here never
gets into a file or a journal.

Source:
    RFC 3161, sections 2.4.1 (request), 2.4.2 (response) and 2.3 (certificate); RFC 5816
    and RFC 5035 (the signed attribute that names the certificate).
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import attrs
from asn1crypto import algos, cms, core, tsp
from cryptography.hazmat.primitives.hashes import Hash
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from digivl.errors import (
    BackendError,
    BackendRefusedError,
    BackendUnavailableError,
    MalformedError,
    UntrustworthyAnswerError,
)
from digivl.pdf.causes import first_line
from digivl.pdf.certificates import certificate, common_name
from digivl.pdf.digests import Digest
from digivl.pdf.tsunits import accuracy_of, misnamed, unfit, unit_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_NONCE_BITS: Final = 64
#: An authority that is further off than this is lying, or our own clock is.
_CLOCK_SECONDS: Final = 86_400
_GRANTED: Final = frozenset({"granted", "granted_with_mods"})
#: Refusals of the moment: the same request can be granted later.
_LATER: Final = frozenset({"time_not_available", "system_failure"})
#: Digests with which nobody may sign a timestamp any more (ETSI TS 119 312).
_BROKEN: Final = frozenset({"md2", "md5", "sha1"})
_DIGESTS: Final = {len(one.of(b"")): one for one in Digest}
_AUTHORITY: Final = "timestamp authority"


@attrs.frozen
class Asked:
    """A timestamp request as it goes out.

    Attributes:
        der: The request.
        nonce: The number that the answer must repeat.
        digest: Of what is stamped: 32, 48 or 64 bytes.
        algorithm: Which digest it is.
        policy: OID of the policy that was asked; None when any is good.
    """

    der: bytes
    nonce: int
    digest: bytes
    algorithm: Digest = Digest.SHA256
    policy: str | None = None

    @classmethod
    def read(cls, der: bytes) -> Asked:
        """The request in `der`, as `timestamp_request` made it.

        Raises:
            MalformedError: It is no timestamp request with a nonce, or over a digest
                of another kind.
        """
        try:
            asked = tsp.TimeStampReq.load(der, strict=True).native
            imprint = asked["message_imprint"]
            digest: bytes = imprint["hashed_message"]
            algorithm = Digest(imprint["hash_algorithm"]["algorithm"])
            policy: str | None = asked["req_policy"]
            return cls(der, int(asked["nonce"]), digest, algorithm, policy)
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
        accuracy: How far `time` may be off, as the authority says; None when it does
            not say.
        ordered: It promises that its tokens can be put in order by their time alone.
    """

    der: bytes = attrs.field(repr=False)
    time: datetime
    serial: int
    authority: str
    policy: str
    certificate: bytes = attrs.field(repr=False)
    accuracy: timedelta | None = None
    ordered: bool = False

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """The certificates that came along with the token, DER."""
        found = cms.ContentInfo.load(self.der)["content"]["certificates"]
        return tuple(one.chosen.dump() for one in found if one.name == "certificate")


def timestamp_request(digest: bytes, *, policy: str | None = None) -> Asked:
    """A request for a timestamp over a digest, with a fresh nonce.

    Args:
        digest: SHA-256, SHA-384 or SHA-512 of what is stamped: 32, 48 or 64 bytes.
        policy: OID of the policy that the token has to be under; None takes any.

    Raises:
        MalformedError: Another length, or no OID.
    """
    algorithm = _DIGESTS.get(len(digest))
    if algorithm is None:
        raise MalformedError(
            f"a digest has 32 bytes (SHA-256), 48 or 64, not {len(digest)}"
        )
    nonce = secrets.randbits(_NONCE_BITS)
    fields: dict[str, Any] = {
        "version": "v1",
        "message_imprint": {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": algorithm.value}),
            "hashed_message": digest,
        },
        "nonce": nonce,
        "cert_req": True,
    }
    try:
        if policy is not None:
            fields["req_policy"] = policy
        der = tsp.TimeStampReq(fields).dump()
    except (ValueError, TypeError) as cause:
        raise MalformedError(f"{policy!r} is no OID of a policy") from cause
    return Asked(der, nonce, digest, algorithm, policy)


def checked_token(
    answer: bytes,
    asked: Asked,
    *,
    backend: str = _AUTHORITY,
    at: datetime | None = None,
) -> Token:
    """The token in an answer, after everything in it was held against the request.

    The chain of the authority's certificate is not judged here: that is trust, and
    the business of whoever validates.

    Args:
        answer: DER of the timestamp response.
        asked: What went out.
        backend: Name of the authority, for the error.
        at: The present moment, with zone, which the token has to be near to.

    Raises:
        MalformedError: The answer is no timestamp response.
        BackendRefusedError: The authority said no; the text says why, `reason` in the
            words of RFC 3161.
        BackendUnavailableError: It said: not now.
        UntrustworthyAnswerError: Another digest, nonce or policy than asked, a bad
            signature, a certificate that may not sign timestamps, or a clock that is
            far off.
    """
    try:
        token = _token(_Answer(backend, asked), answer)
    except (MalformedError, BackendError):
        raise
    # asn1crypto parses lazily: garbage shows itself as any error, at any access.
    except Exception as cause:
        raise MalformedError(
            f"[{backend}] the answer is no timestamp response: {first_line(cause)}",
            hint="Check the address of the timestamp authority.",
        ) from cause
    if at is not None and abs((token.time - at).total_seconds()) > _CLOCK_SECONDS:
        raise UntrustworthyAnswerError(
            backend,
            f"it stamped {token.time:%Y-%m-%d %H:%M} UTC while it is {at}",
            hint="Check the clock of this machine, then tell the authority.",
        )
    return token


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
    return checked_token(send(asked.der), asked, at=at)


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
            f"the timestamp in the document cannot be read: {first_line(cause)}",
            hint="Ask who made it for a sound one.",
        ) from cause


class _Response(core.Sequence):  # type: ignore[misc]
    """TimeStampResp; asn1crypto's own does not allow for an answer without token."""

    _fields = [  # noqa: RUF012
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


@attrs.frozen
class _Answer:
    """The checks of one answer, in the order of RFC 3161, 2.4.2."""

    backend: str = attrs.field(eq=False)
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
        as_it_came: bytes = envelope.dump()
        signed_data = envelope["content"]
        info = self._info(signed_data)
        accuracy, sane = accuracy_of(info["accuracy"].native)
        if not sane:
            raise self._lie("its accuracy makes no sense")
        der = self._signed(signed_data)
        time: datetime = info["gen_time"].native
        problem = unfit(der, time, info)
        if problem:
            raise self._lie(problem)
        return Token(
            der=as_it_came,
            time=time,
            serial=info["serial_number"].native,
            authority=common_name(certificate(der).subject),
            policy=info["policy"].dotted,
            certificate=der,
            accuracy=accuracy,
            ordered=bool(info["ordering"].native),
        )

    def _granted(self, status: Any) -> None:
        said = status["status"].native
        if said in _GRANTED:
            return
        failures = sorted(status["fail_info"].native or ())
        reasons = [said, *failures, *(status["status_string"].native or ())]
        text = f"no timestamp was given: {', '.join(map(str, reasons))}"
        if said == "waiting" or _LATER & {*failures}:
            raise BackendUnavailableError(self.backend, text, hint="Try again later.")
        raise BackendRefusedError(self.backend, text, reason=" ".join(failures))

    def _info(self, signed_data: Any) -> Any:
        content = signed_data["encap_content_info"]
        if content["content_type"].native != "tst_info":
            raise self._lie("the token stamps nothing: it holds no TSTInfo")
        info = content["content"].parsed
        if info["version"].native != "v1":
            raise self._lie("the token is of a version that is not known")
        if any(one["critical"].native for one in info["extensions"]):
            raise self._lie("the token depends on an extension that is not known")
        return info

    def _same_question(self, info: Any) -> None:
        imprint, asked = info["message_imprint"], self.asked
        if imprint["hash_algorithm"]["algorithm"].native != asked.algorithm.value:
            raise self._lie("the token is over another digest algorithm than asked")
        if imprint["hashed_message"].native != asked.digest:
            raise self._lie("the token is over another digest than asked")
        if info["nonce"].native != asked.nonce:
            raise self._lie("the nonce is not the one that was sent: an old answer?")
        if asked.policy is not None and info["policy"].dotted != asked.policy:
            raise self._lie(f"its policy is {info['policy'].dotted}, not the one asked")

    def _signed(self, signed_data: Any) -> bytes:
        """DER of the certificate whose key signed the token."""
        if len(signed_data["signer_infos"]) != 1:
            raise self._lie("the token has not exactly one signer")
        content = signed_data["encap_content_info"]["content"]
        signer_info = signed_data["signer_infos"][0]
        algorithm = signer_info["digest_algorithm"]["algorithm"].native
        if algorithm in _BROKEN:
            raise self._lie(f"the token is signed with {algorithm}, which is broken")
        digest = Hash(get_pyca_cryptography_hash(algorithm))
        digest.update(bytes(content))
        unit = self._unit(signed_data, signer_info)
        try:
            intact, valid = validate_sig_integrity(
                signer_info, unit, "tst_info", digest.finalize()
            )
        except Exception as cause:
            raise self._lie(
                f"the token is wrongly signed: {first_line(cause)}"
            ) from cause
        if not intact:
            raise self._lie("the content of the token was changed")
        if not valid:
            raise self._lie("the signature of the token does not hold")
        der: bytes = unit.dump()
        return der

    def _unit(self, signed_data: Any, signer_info: Any) -> Any:
        """The certificate that the token says it was signed under."""
        unit = unit_of(signed_data, signer_info)
        if unit is None:
            raise self._lie(
                "the token is wrongly signed: it carries no certificate of its signer"
            )
        try:
            problem = misnamed(unit.dump(), signer_info)
            # Other readers refuse a file for one that nobody needs.
            for one in signed_data["certificates"]:
                certificate(one.chosen.dump())
        except Exception as cause:
            raise self._lie(
                f"the token is wrongly signed: {first_line(cause)}"
            ) from cause
        if problem:
            raise self._lie(problem)
        return unit

    def _lie(self, text: str) -> UntrustworthyAnswerError:
        return UntrustworthyAnswerError(
            self.backend,
            text,
            hint="Use another timestamp authority, and tell this one about it.",
        )


@lru_cache(maxsize=64)
def _token(checks: _Answer, answer: bytes) -> Token:
    """A token is checked where it comes in and where it is used: that costs once."""
    return checks.token(answer)
