"""The key of a person at a service: read with patience, then held to the rules."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import attrs
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from digivl.errors import (
    CertificateNotValidError,
    KeyUnusableError,
    MalformedError,
)
from digivl.pdf.certificates import certificate, public_key, refuse_unfit
from digivl.pdf.digests import Digest
from digivl.pdf.signer import Identity
from digivl.signing.csc import wire
from digivl.signing.remote import Question

_MOST_CERTIFICATES: Final = 20
_LONGEST_CERTIFICATE: Final = 1 << 16
_LONGEST_SIGNATURE: Final = 2_048
_LONGEST_ID: Final = 1_000
#: ETSI TS 119 312, 6.2: no shorter key of RSA is to be trusted.
_SHORTEST_RSA: Final = 2_048
_CURVES: Final = frozenset(
    {"secp256r1", "secp384r1", "secp521r1"}
    | {"brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"}
)


@attrs.frozen(kw_only=True)
class Credential:
    """A key, and how it can be used.

    Attributes:
        id: What the service calls it.
        identity: Certificate and chain, each issued by the next.
        algorithm: OID of the signature it makes for us.
        most_at_once: How many signatures one consent can cover.
        mode: `wire.OAUTH` or `wire.EXPLICIT`.
        questions: What an explicit consent asks.
        sends_code: True when the person is sent a code first.
    """

    id: str
    identity: Identity
    algorithm: str
    most_at_once: int
    mode: str
    questions: tuple[Question, ...] = ()
    sends_code: bool = False


def read_ids(said: Any) -> Sequence[str]:
    """The ids of the keys of a person.

    Raises:
        MalformedError: It is no list of ids.
    """
    ids = said.get("credentialIDs") if isinstance(said, dict) else None
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise MalformedError("it holds no list of keys")
    if any(not one or len(one) > _LONGEST_ID for one in ids):
        raise MalformedError("the id of a key is empty or too long")
    return ids


@attrs.frozen(kw_only=True)
class Wanted:
    """What we want of a key.

    Attributes:
        digest: With which algorithm it has to sign.
        most_at_once: How many at once, by contract.
        binds: True when a consent has to cover exactly our digests (SCAL 2).
    """

    digest: Digest
    most_at_once: int
    binds: bool


def read_credential(id: str, said: Any, words: wire.Wire, wanted: Wanted) -> Credential:
    """A key as the service describes it.

    Args:
        id: What the service calls it.
        said: Its answer.
        words: Of the version that it speaks.
        wanted: What we want of it.

    Raises:
        MalformedError: It is no description of a key.
        KeyUnusableError: It is disabled, or is not what is wanted.
        CertificateNotValidError: The service says that it is expired or revoked.
    """
    key, cert = _part(said, "key"), _part(said, "cert")
    _refuse_disabled(key, cert)
    if wanted.binds and str(said.get("SCAL", 1)) != wire.BINDS:
        raise KeyUnusableError(
            "a consent for this key would cover any document (SCAL 1)",
            hint='Ask the service for a key of SCAL 2, or accept it by scal = "1".',
        )
    identity = _identity(cert)
    mode = words.mode(said)
    if mode not in {wire.OAUTH, wire.EXPLICIT}:
        raise MalformedError(f"no known way to consent: {mode[:40]!r}")
    explicit = mode == wire.EXPLICIT
    return Credential(
        id=id,
        identity=identity,
        algorithm=_algorithm(wire.texts(key.get("algo")), identity, wanted.digest),
        most_at_once=_at_once(said, wanted.most_at_once),
        mode=mode,
        questions=words.questions(said) if explicit else (),
        sends_code=explicit and words.sends_code(said),
    )


def refuse_weak(identity: Identity, at: datetime) -> None:
    """Refuse a certificate that cannot sign at `at`, or has too weak a key.

    Raises:
        CertificateNotValidError: Expired, not yet valid, or not meant for signing.
        KeyUnusableError: The key is too short, or on a curve that is not known.

    Source:
        ETSI TS 119 312, 6.2: key lengths.
    """
    refuse_unfit(identity.certificate, at)
    key = public_key(identity.certificate)
    if isinstance(key, rsa.RSAPublicKey):
        strong = key.key_size >= _SHORTEST_RSA
    else:
        strong = key.curve.name in _CURVES
    if not strong:
        raise KeyUnusableError(
            f"this key of {key.key_size} bits is not one to sign with",
            hint="The person has to ask the service for a new one.",
        )


def read_signatures(said: Any, expected: int) -> Sequence[str]:
    """The signatures as they came, one for each digest.

    Raises:
        MalformedError: It is no list of them, or of another length: nobody can tell
            which belongs to what.
    """
    signatures = said.get("signatures") if isinstance(said, dict) else None
    if not isinstance(signatures, list) or not all(
        isinstance(one, str) for one in signatures
    ):
        raise MalformedError("it holds no list of signatures")
    if len(signatures) != expected:
        raise MalformedError(f"{len(signatures)} signatures came for {expected}")
    return signatures


def checked_signature(
    said: str, der: bytes, message_digest: bytes, digest: Digest
) -> bytes:
    """A signature that was verified: RSA PKCS#1 v1.5, or ECDSA in DER.

    Args:
        said: The signature in base64.
        der: Certificate of who signed.
        message_digest: What was signed.
        digest: With which algorithm it was hashed.

    Raises:
        MalformedError: It is no signature, or one of another key or document.
    """
    signature = _decoded(said, "a signature", _LONGEST_SIGNATURE)
    key, hashed = public_key(der), utils.Prehashed(digest.algorithm)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message_digest, padding.PKCS1v15(), hashed)
            return signature
        signature = _in_der(signature, key)
        key.verify(signature, message_digest, ec.ECDSA(hashed))
    except (InvalidSignature, ValueError):
        raise MalformedError("a signature does not belong to its document") from None
    return signature


def _in_der(signature: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    """[A] ecdsa-form: two numbers in a row, of the length of the key, become DER."""
    size = (key.key_size + 7) // 8
    try:
        utils.decode_dss_signature(signature)
    except ValueError:
        if len(signature) != 2 * size:
            raise
        r, s = (
            int.from_bytes(half, "big") for half in (signature[:size], signature[size:])
        )
        return utils.encode_dss_signature(r, s)
    return signature


def _refuse_disabled(key: Mapping[str, Any], cert: Mapping[str, Any]) -> None:
    if key.get("status") != wire.ENABLED:
        raise KeyUnusableError(
            "the key of the person is disabled",
            hint="The person has to settle that with the service.",
        )
    status = cert.get("status")
    if status in wire.UNUSABLE:
        raise CertificateNotValidError(
            f"the service says that the certificate is {wire.UNUSABLE[status]}",
            hint="The person has to ask the service for a new one.",
        )
    if status not in {wire.VALID, None}:
        raise MalformedError("the certificate has a status that is not known")


def _identity(cert: Mapping[str, Any]) -> Identity:
    said = cert.get("certificates")
    if not isinstance(said, list) or not 0 < len(said) <= _MOST_CERTIFICATES:
        raise MalformedError("it holds no certificates")
    found = [_decoded(one, "a certificate", _LONGEST_CERTIFICATE) for one in said]
    return Identity(found[0], _path(found[0], found[1:]))


def _path(first: bytes, others: Sequence[bytes]) -> tuple[bytes, ...]:
    """Those above a certificate, each issued by the next; others are left out."""
    path, left = [first], list(dict.fromkeys(others))
    while above := next((one for one in left if _issued(path[-1], one)), None):
        path.append(above)
        left.remove(above)
    return tuple(path[1:])


def _issued(der: bytes, above: bytes) -> bool:
    if der == above:
        return False
    try:
        certificate(der).verify_directly_issued_by(certificate(above))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _algorithm(offered: Sequence[str], identity: Identity, digest: Digest) -> str:
    is_rsa = isinstance(public_key(identity.certificate), rsa.RSAPublicKey)
    kind = "rsa" if is_rsa else "ec"
    for one in (wire.ALGORITHMS[kind, digest], wire.PLAIN[kind]):
        if one in offered:
            return one
    raise KeyUnusableError(
        f"the key does not sign with {kind.upper()} and {digest.value}",
        hint="Set another `digest` for this means.",
    )


def _at_once(said: Mapping[str, Any], most: int) -> int:
    # [A] multisign-word
    number = said.get("multisign", said.get("multiSign", 1))
    if isinstance(number, bool):
        return most if number else 1
    if not isinstance(number, int) or number < 1:
        raise MalformedError("how many it signs at once is no number")
    return min(number, most)


def _decoded(said: object, what: str, longest: int) -> bytes:
    if not isinstance(said, str) or len(said) > 2 * longest:
        raise MalformedError(f"{what} is no text, or too long")
    try:
        return base64.b64decode("".join(said.split()), validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError(f"{what} is not in base64") from None


def _part(said: Any, name: str) -> Mapping[str, Any]:
    part = said.get(name) if isinstance(said, dict) else None
    if not isinstance(part, dict):
        raise MalformedError(f"it has no {name!r}")
    return part
