"""How version 1 of the CSC API writes things, the way of itsme included.

Source:
    Cloud Signature Consortium, API specification 1.0.4.0, chapters 8 and 11; itsme, CSC
    Qualified Signature: `maxResults` 1 to 300, no `authInfo`, no
    `credentials/authorize` and no `sendOTP`, the digests in base64url in the request
    for consent and in base64 in the one for signatures.
"""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final

from digivl.errors import MalformedError
from digivl.signing.csc import wire
from digivl.signing.remote import Question

_MOST_LISTED: Final = 100
_SECRETS: Final = {"PIN": "Pincode", "OTP": "Eenmalige code"}


def list_body() -> dict[str, Any]:
    """See `wire.Wire`."""
    return {"maxResults": _MOST_LISTED}


def credential_body(credential: str, *, explicit: bool) -> dict[str, Any]:
    """See `wire.Wire`; `authInfo` only goes to who can use it."""
    body = {wire.CREDENTIAL_ID: credential, "certificates": "chain"}
    return body | ({"authInfo": True} if explicit else {})


def mode(said: Mapping[str, Any]) -> str:
    """See `wire.Wire`."""
    return str(said.get("authMode", ""))


def questions(said: Mapping[str, Any]) -> tuple[Question, ...]:
    """See `wire.Wire`."""
    return tuple(
        Question(name, label)
        for name, label in _SECRETS.items()
        if _part(said, name).get("presence") in {"true", "optional", True}
    )


def sends_code(said: Mapping[str, Any]) -> bool:
    """See `wire.Wire`."""
    return _part(said, "OTP").get("type") == "online"


def consent_params(consent: wire.Consent, rich: str) -> dict[str, str]:
    """See `wire.Wire`."""
    del rich  # of version 2
    hashes = [urlsafe_b64encode(one).decode() for one in consent.digests]
    params = {
        "scope": wire.SCOPE_CREDENTIAL,
        wire.CREDENTIAL_ID: consent.credential,
        "numSignatures": str(len(hashes)),
        "hash": ",".join(hashes),
    }
    return params | (
        {"description": consent.description} if consent.description else {}
    )


def authorize_body(consent: wire.Consent, answers: Mapping[str, str]) -> dict[str, Any]:
    """See `wire.Wire`."""
    body: dict[str, Any] = {
        wire.CREDENTIAL_ID: consent.credential,
        "numSignatures": len(consent.digests),
        "hash": _hashes(consent),
        **answers,
    }
    return body | ({"description": consent.description} if consent.description else {})


def sign_body(consent: wire.Consent, sad: str) -> dict[str, Any]:
    """See `wire.Wire`."""
    body: dict[str, Any] = {
        wire.CREDENTIAL_ID: consent.credential,
        wire.SAD: sad,
        "hash": _hashes(consent),
        "signAlgo": consent.algorithm,
    }
    named = {"hashAlgo": wire.DIGESTS[consent.digest]}
    return body | (named if consent.names_no_digest else {})


def _hashes(consent: wire.Consent) -> list[str]:
    return [b64encode(one).decode() for one in consent.digests]


def _part(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = said.get(name) or {}
    if not isinstance(part, dict):
        raise MalformedError(f"its {name} is no object")
    return part
