"""A timestamp authority for tests and demonstrations, which can also lie.

Built on asn1crypto and cryptography alone, so that a mistake in the library that
reads the tokens is not repeated in the one that makes them.

Source:
    RFC 3161; RFC 5816 (signing-certificate-v2 in tokens).
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import attrs
from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from werkzeug.wrappers import Request, Response

from digivl.errors import KeyUnusableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

#: Policy of the tokens: an OID below 2.999, the arc for examples.
_POLICY: Final = "2.999.3161.1"
_SHA256: Final = algos.DigestAlgorithm({"algorithm": "sha256"})
_SERVED: Final = frozenset({"sha256", "sha384", "sha512"})
_LARGEST_REQUEST: Final = 10_000


class Fault(Enum):
    """What the authority can be told to do wrong."""

    DOWN = "down"
    BUSY = "busy"
    SLOW = "slow"
    REFUSED = "refused"
    NO_CLOCK = "no clock"
    GARBAGE = "garbage"
    WRONG_IMPRINT = "wrong imprint"
    WRONG_NONCE = "wrong nonce"
    WRONG_POLICY = "wrong policy"
    WRONG_SIGNATURE = "wrong signature"
    WRONG_NAME = "wrong name"
    UNNAMED_UNIT = "unnamed unit"
    OTHER_UNIT = "other unit"


class AuthorityDown(ConnectionError):  # noqa: N818 - a state of the simulator
    """The simulator was told to be down, or busy."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@attrs.define(eq=False)
class TSASimulator:
    """Answers timestamp requests with a key of its own; thread-safe.

    Attributes:
        name: As the authority port asks.
        clock: Gives the moment that goes into the tokens.
        fault: What it does wrong from now on; None is an honest answer.
        slowness: How long a slow answer takes, in seconds.
        stay_away: How long a busy one says to stay away, in seconds.
        accuracy: How far off its clock may be, in milliseconds below 1000; 0 tells
            nothing.
        answered: How many requests it saw.
    """

    _key: rsa.RSAPrivateKey
    _certificate: x509.Certificate
    _chain: tuple[x509.Certificate, ...] = ()
    name: str = "simulator"
    clock: Callable[[], datetime] = _utc_now
    fault: Fault | None = None
    slowness: float = 2.0
    stay_away: int = 60
    accuracy: int = 0
    answered: int = attrs.field(default=0, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    @classmethod
    def from_pkcs12(
        cls, path: Path, password: bytes, *, clock: Callable[[], datetime] = _utc_now
    ) -> TSASimulator:
        """An authority with the RSA key in a PKCS#12 file.

        Raises:
            KeyUnusableError: The file does not open or holds no RSA key.
        """
        try:
            store = pkcs12.load_pkcs12(path.read_bytes(), password)
        except (OSError, ValueError) as cause:
            raise KeyUnusableError(f"{path.name} does not open: {cause}") from cause
        if not isinstance(store.key, rsa.RSAPrivateKey) or store.cert is None:
            raise KeyUnusableError(f"{path.name} holds no RSA key with certificate")
        found = (store.cert, *store.additional_certs)
        parsed = [
            x509.Certificate.load(one.certificate.public_bytes(Encoding.DER))
            for one in found
        ]
        return cls(store.key, parsed[0], tuple(parsed[1:]), clock=clock)

    def answer(self, request: bytes) -> bytes:
        """The answer to a request, both DER.

        Raises:
            AuthorityDown: It was told to be down.
        """
        with self._lock:
            self.answered += 1
        if self.fault in (Fault.DOWN, Fault.BUSY):
            raise AuthorityDown(f"the timestamp simulator is {self.fault.value}")
        if self.fault is Fault.SLOW:
            time.sleep(self.slowness)
        if self.fault is Fault.GARBAGE:
            return b"<html>timestamps are served elsewhere</html>"
        if self.fault is Fault.REFUSED:
            return _rejection("bad_request", "this is not served here")
        if self.fault is Fault.NO_CLOCK:
            return _rejection("time_not_available", "the clock is not trustworthy")
        return self._answer(request)

    def _answer(self, request: bytes) -> bytes:
        try:
            asked = tsp.TimeStampReq.load(request, strict=True)
            imprint = asked["message_imprint"].native
        except (ValueError, TypeError, KeyError):
            return _rejection("bad_data_format", "this is no timestamp request")
        if imprint["hash_algorithm"]["algorithm"] not in _SERVED:
            return _rejection("bad_alg", "only SHA-2 is stamped here")
        if asked["req_policy"].native not in (None, _POLICY):
            return _rejection("unaccepted_policy", "there is one policy here")
        token = self._token(self._info(asked), with_chain=asked["cert_req"].native)
        answer = {"status": {"status": "granted"}, "time_stamp_token": token}
        encoded: bytes = tsp.TimeStampResp(answer).dump()
        return encoded

    def _info(self, asked: Any) -> tsp.TSTInfo:
        imprint = asked["message_imprint"].copy()
        if self.fault is Fault.WRONG_IMPRINT:
            imprint["hashed_message"] = bytes(len(imprint["hashed_message"].native))
        wrong = self.fault is Fault.WRONG_POLICY
        values: dict[str, Any] = {
            "version": "v1",
            "policy": f"{_POLICY}.9" if wrong else _POLICY,
            "message_imprint": imprint,
            "serial_number": secrets.randbits(64),
            "gen_time": self.clock().replace(microsecond=0),
        }
        if asked["nonce"].native is not None:
            wrong = self.fault is Fault.WRONG_NONCE
            values["nonce"] = asked["nonce"].native + wrong
        if self.accuracy:
            values["accuracy"] = {"millis": self.accuracy}
        unit = self._certificate
        name = unit.issuer if self.fault is Fault.WRONG_NAME else unit.subject
        values["tsa"] = x509.GeneralName("directory_name", name)
        return tsp.TSTInfo(values)

    def _token(self, info: tsp.TSTInfo, *, with_chain: bool) -> cms.ContentInfo:
        content = info.dump()
        attributes = self._signed_attributes(content)
        signature = self._key.sign(attributes.dump(), padding.PKCS1v15(), SHA256())
        if self.fault is Fault.WRONG_SIGNATURE:
            signature = signature[:-1] + bytes((signature[-1] ^ 1,))
        signed_data: dict[str, Any] = {
            "version": "v3",
            "digest_algorithms": [_SHA256],
            "encap_content_info": {
                "content_type": "tst_info",
                "content": core.ParsableOctetString(content),
            },
            "signer_infos": [self._signer_info(attributes, signature)],
        }
        if with_chain:
            signed_data["certificates"] = [self._certificate, *self._chain]
        return cms.ContentInfo(
            {"content_type": "signed_data", "content": cms.SignedData(signed_data)}
        )

    def _signed_attributes(self, content: bytes) -> cms.CMSAttributes:
        other = self.fault is Fault.OTHER_UNIT
        certificate = (self._chain[0] if other else self._certificate).dump()
        named = {"cert_hash": hashlib.sha256(certificate).digest()}
        values: dict[str, Any] = {
            "content_type": "tst_info",
            "message_digest": hashlib.sha256(content).digest(),
        }
        if self.fault is not Fault.UNNAMED_UNIT:
            values["signing_certificate_v2"] = {"certs": [named]}
        return cms.CMSAttributes(
            [{"type": kind, "values": [value]} for kind, value in values.items()]
        )

    def _signer_info(
        self, attributes: cms.CMSAttributes, signature: bytes
    ) -> cms.SignerInfo:
        issuer = {
            "issuer": self._certificate.issuer,
            "serial_number": self._certificate.serial_number,
        }
        return cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier({"issuer_and_serial_number": issuer}),
                "digest_algorithm": _SHA256,
                "signed_attrs": attributes,
                "signature_algorithm": {"algorithm": "sha256_rsa"},
                "signature": signature,
            }
        )


class _Rejection(core.Sequence):  # type: ignore[misc]
    """An answer without token, which asn1crypto's own TimeStampResp cannot be."""

    _fields = [("status", tsp.PKIStatusInfo)]  # noqa: RUF012


def _rejection(failure: str, text: str) -> bytes:
    status = {
        "status": "rejection",
        "status_string": [text],
        "fail_info": {failure},
    }
    encoded: bytes = _Rejection({"status": status}).dump()
    return encoded


def tsa_app(simulator: TSASimulator) -> WSGIApplication:
    """The simulator over HTTP (RFC 3161, 3.4): POST a request, at any path."""

    def respond(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = _LARGEST_REQUEST
        return _respond(simulator, request)(environ, start_response)

    return respond


def _respond(simulator: TSASimulator, request: Request) -> Response:
    if request.method != "POST":
        return Response("POST a timestamp request\n", 405, {"Allow": "POST"})
    if request.mimetype != "application/timestamp-query":
        return Response("send application/timestamp-query\n", 415)
    try:
        answer = simulator.answer(request.get_data())
    except AuthorityDown as down:
        away = {"Retry-After": str(simulator.stay_away)}
        busy = simulator.fault is Fault.BUSY
        return Response(f"{down}\n", 503, away if busy else None)
    return Response(answer, mimetype="application/timestamp-reply")
