"""The methods of the CSC simulator: what each asks, and what it answers."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final

from digivl.pdf.digests import Digest
from digivl.signing.csc import wire
from digivl.testing.csc import CSCSimulator, Granted, Pending, Style
from digivl.testing.csc_people import Keyholder
from digivl.testing.magda_rules import Refusal

_MOST_LISTED: Final = 300
_ALGORITHMS: Final = {
    oid: (kind, digest) for (kind, digest), oid in wire.ALGORITHMS.items()
}
_KINDS: Final = {oid: kind for kind, oid in wire.PLAIN.items()}
_DIGESTS: Final = {oid: digest for digest, oid in wire.DIGESTS.items()}


def info(simulator: CSCSimulator, address: str) -> dict[str, Any]:
    """What the service says of itself."""
    style, first = simulator.style, simulator.style.version == 1
    said: dict[str, Any] = {
        "specs": {
            # As itsme gives it, although it is 1.0.4.0.
            Style.ITSME: "1.0.3.0",
            Style.V1: "1.0.4.0",
            Style.V2: "2.0.0.0",
            Style.V22: "2.2.0.0",
        }[style],
        "name": "CSC simulator",
        "logo": f"{address}/logo.png",
        "region": "BE",
        "lang": "nl-BE",
        "description": "Nothing that it signs has any value",
        "authType": [wire.OAUTH],
        "oauth2": address + (wire.VISIT if style is Style.ITSME else ""),
        "methods": _methods(simulator),
    }
    if not first:
        said |= {
            "supportsRar": True,
            "signAlgorithms": {"algos": list(_ALGORITHMS)},
            "signature_formats": {"formats": ["P"]},
            "conformance_levels": ["Ades-B-B"],
        }
    return said


def _methods(simulator: CSCSimulator) -> list[str]:
    named = ["info", "auth/revoke", "credentials/list", "credentials/info"]
    named += ["oauth2/authorize", "oauth2/token", "signatures/signHash"]
    if simulator.style.version == 2:
        named.append("oauth2/pushed_authorize")
    if simulator.explicit:
        named += ["credentials/authorize", "credentials/sendOTP"]
    return named


def listed(
    simulator: CSCSimulator, granted: Granted, said: Mapping[str, Any]
) -> dict[str, Any]:
    """The keys of a person."""
    most = said.get("maxResults")
    first = simulator.style.version == 1
    if first and (type(most) is not int or not 1 <= most <= _MOST_LISTED):
        raise Refusal(400, "Invalid parameter maxResults")
    known = granted.holder in simulator.people
    return {"credentialIDs": [granted.holder] if known else []}


def described(
    simulator: CSCSimulator, granted: Granted, said: Mapping[str, Any]
) -> dict[str, Any]:
    """One key with its certificates."""
    holder = _holder(simulator, granted, said)
    if said.get("certificates", "single") != "chain":
        raise Refusal(400, "Invalid parameter certificates")
    if simulator.style is Style.ITSME and "authInfo" in said:
        raise Refusal(400, "Invalid parameter authInfo")
    kind = "rsa" if holder.is_rsa else "ec"
    key: dict[str, Any] = {
        "status": "enabled" if holder.enabled else "disabled",
        "algo": [oid for oid, (of, _) in _ALGORITHMS.items() if of == kind],
        "len": holder.key.key_size,
    }
    if simulator.style is Style.ITSME:
        key["algo"] = [wire.ALGORITHMS["rsa", Digest.SHA256]]
    return {
        "description": None,
        "key": key,
        "cert": {"status": holder.status, "certificates": holder.chain()},
        "SCAL": simulator.scal,
        **_consenting(simulator),
    }


def _consenting(simulator: CSCSimulator) -> dict[str, Any]:
    mode = wire.EXPLICIT if simulator.explicit else wire.OAUTH
    present = "true" if simulator.explicit else "false"
    if simulator.style is Style.ITSME:
        off = {"presence": "false", "label": None}
        return {"authMode": mode, "PIN": off, "OTP": off, "multiSign": True}
    if simulator.style is Style.V1:
        return {
            "authMode": mode,
            "PIN": {"presence": present, "format": "N", "label": "PIN"},
            "OTP": {"presence": present, "type": "online", "format": "N"},
            "multisign": simulator.most_at_once,
        }
    objects = [
        {"type": "Password", "id": "PIN", "format": "N", "label": "Pincode"},
        {"type": "Password", "id": "OTP", "format": "N", "label": "Code"},
    ]
    auth: dict[str, Any] = {"mode": mode, "expression": None, "objects": None}
    if simulator.explicit:
        auth |= {"expression": "PIN AND OTP", "objects": objects}
    return {"auth": auth, "multisign": simulator.most_at_once}


def authorized(
    simulator: CSCSimulator, granted: Granted, said: Mapping[str, Any]
) -> dict[str, Any]:
    """A consent by PIN and code."""
    if not simulator.explicit:
        raise Refusal(501, "The method is not implemented", "not_implemented")
    holder = _holder(simulator, granted, said)
    if not holder.enabled:
        raise Refusal(400, "The credential identified by credentialID is disabled")
    first = simulator.style.version == 1
    hashes = _hashes(said.get("hash" if first else "hashes"))
    if said.get("numSignatures") != len(hashes):
        raise Refusal(400, "Invalid value for parameter numSignatures")
    if len(hashes) > simulator.most_at_once:
        raise Refusal(400, "Numbers of signatures is too high")
    _check_secrets(simulator, holder, said)
    pending = Pending(
        client=granted.pending.client,
        scope=wire.SCOPE_CREDENTIAL,
        state="",
        redirect_uri="",
        owner=holder.id,
        hashes=hashes,
    )
    until = simulator.now() + simulator.sad_seconds
    sad = Granted(pending=pending, holder=holder.id, until=until, left=len(hashes))
    return {wire.SAD: simulator.grant(sad), "expiresIn": simulator.sad_seconds}


def _check_secrets(
    simulator: CSCSimulator, holder: Keyholder, said: Mapping[str, Any]
) -> None:
    if simulator.style.version == 1:
        given = {name: said.get(name) for name in ("PIN", "OTP")}
        codes: dict[str, str] = {"PIN": "invalid_pin", "OTP": "invalid_otp"}
    else:
        data = said.get("authData")
        told = data if isinstance(data, list) else []
        entries = [one for one in told if isinstance(one, dict)]
        given = {str(one.get("id")): one.get("value") for one in entries}
        codes = dict.fromkeys(("PIN", "OTP"), "invalid_authentication_data")
    for name, right in (("PIN", holder.pin), ("OTP", holder.code)):
        if given.get(name) != right:
            raise Refusal(400, f"The {name} is invalid", codes[name])


def signed(
    simulator: CSCSimulator, granted: Granted, said: Mapping[str, Any]
) -> dict[str, Any]:
    """Signatures over digests that a person consented to."""
    holder = _holder(simulator, granted, said)
    if not isinstance(said.get(wire.SAD), str):
        raise Refusal(400, "Missing (or invalid type) string parameter SAD")
    sad = simulator.granted(said[wire.SAD], wire.SCOPE_CREDENTIAL)
    if sad is None or sad.holder != holder.id:
        known = said[wire.SAD] in simulator.tokens
        raise Refusal(400, "SAD expired" if known else "Invalid parameter SAD")
    if holder.status != "valid":
        raise Refusal(400, f"Signing certificate is {holder.status}")
    first = simulator.style.version == 1
    hashes = _hashes(said.get("hash" if first else "hashes"))
    digest = _digest(holder, said, "hashAlgo" if first else "hashAlgorithmOID")
    if any(len(one) != digest.algorithm.digest_size for one in hashes):
        raise Refusal(400, "Invalid digest value length")
    if sad.pending.digest not in {digest, None}:
        raise Refusal(400, "Invalid parameter hashAlgorithmOID")
    simulator.take(sad, hashes)
    made = [holder.sign(one, digest) for one in hashes]
    return {"signatures": [b64encode(one).decode() for one in made]}


def _digest(holder: Keyholder, said: Mapping[str, Any], name: str) -> Digest:
    algorithm, named = said.get("signAlgo"), said.get(name)
    kind = "rsa" if holder.is_rsa else "ec"
    if algorithm in _KINDS and _KINDS[algorithm] == kind:
        if named not in _DIGESTS:
            raise Refusal(400, f"Missing (or invalid type) string parameter {name}")
        return _DIGESTS[named]
    of, digest = _ALGORITHMS.get(str(algorithm), ("", Digest.SHA256))
    if of != kind:
        raise Refusal(400, "Invalid parameter signAlgo")
    return digest


def _holder(
    simulator: CSCSimulator, granted: Granted, said: Mapping[str, Any]
) -> Keyholder:
    asked = said.get(wire.CREDENTIAL_ID)
    if asked != granted.holder or asked not in simulator.people:
        raise Refusal(400, "Invalid parameter credentialID")
    return simulator.people[asked]


def _hashes(said: object) -> tuple[bytes, ...]:
    if not isinstance(said, list):
        raise Refusal(400, "Missing (or invalid type) array parameter hash")
    if not said:
        raise Refusal(400, "Empty hash array")
    try:
        return tuple(b64decode(one, validate=True) for one in said)
    except (TypeError, ValueError):
        raise Refusal(400, "Invalid Base64 hash string parameter") from None
