"""How version 2 of the CSC API writes things.

Source:
    Cloud Signature Consortium, API specification 2.0.0.2, chapters 8 and 11; the names
    of 2.2 by the CSC client of the EU Digital Identity Wallet.
"""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final

from digivl.errors import MalformedError
from digivl.signing.csc import wire
from digivl.signing.remote import Question

#: [A] rich-type
RICH_UNTIL_2_1: Final = "credential"
RICH: Final = "https://cloudsignatureconsortium.org/2025/credential"
_ON_A_FORM: Final = "Password"


def rich_type(specs: str) -> str:
    """The type of a rich request in a version such as ``2.2.0.0``."""
    return RICH_UNTIL_2_1 if specs.startswith(("2.0", "2.1")) else RICH


def list_body() -> dict[str, Any]:
    """See `wire.Wire`."""
    return {}


def credential_body(credential: str, *, explicit: bool) -> dict[str, Any]:
    """See `wire.Wire`."""
    del explicit
    return {
        wire.CREDENTIAL_ID: credential,
        "certificates": "chain",
        "authInfo": True,
    }


def mode(said: Mapping[str, Any]) -> str:
    """See `wire.Wire`."""
    return str(_auth(said).get("mode", ""))


def questions(said: Mapping[str, Any]) -> tuple[Question, ...]:
    """See `wire.Wire`."""
    objects = _auth(said).get("objects") or []
    if not isinstance(objects, list):
        raise MalformedError("what it asks of the person is no list")
    return tuple(map(_question, objects))


def _question(said: Any) -> Question:
    fields = said if isinstance(said, dict) else {}
    name, label = fields.get("id"), fields.get("label") or fields.get("id")
    if not isinstance(name, str) or not name or not isinstance(label, str):
        raise MalformedError("it asks something without a name of the person")
    if fields.get("type") != _ON_A_FORM:
        raise MalformedError(f"{label[:40]!r} cannot be asked on a form")
    return Question(name[:100], label[:200])


def sends_code(said: Mapping[str, Any]) -> bool:
    """See `wire.Wire`; version 2 has no such method."""
    del said
    return False


def consent_params(consent: wire.Consent, rich: str) -> dict[str, str]:
    """See `wire.Wire`."""
    if rich:
        return {"authorization_details": json.dumps([_details(consent, rich)])}
    hashes = [urlsafe_b64encode(one).decode() for one in consent.digests]
    params = {
        "scope": wire.SCOPE_CREDENTIAL,
        wire.CREDENTIAL_ID: consent.credential,
        "numSignatures": str(len(hashes)),
        "hashes": ",".join(hashes),
        "hashAlgorithmOID": wire.DIGESTS[consent.digest],
    }
    return params | (
        {"description": consent.description} if consent.description else {}
    )


def _details(consent: wire.Consent, rich: str) -> dict[str, Any]:
    more = {} if rich == RICH_UNTIL_2_1 else {"numSignatures": len(consent.digests)}
    kind = {} if rich == RICH_UNTIL_2_1 else {"hashType": "DTBSR"}
    return more | {
        "type": rich,
        wire.CREDENTIAL_ID: consent.credential,
        "documentDigests": [
            {"hash": one, "label": label} | kind
            for one, label in zip(_hashes(consent), consent.labels, strict=True)
        ],
        "hashAlgorithmOID": wire.DIGESTS[consent.digest],
    }


def authorize_body(consent: wire.Consent, answers: Mapping[str, str]) -> dict[str, Any]:
    """See `wire.Wire`."""
    body: dict[str, Any] = {
        wire.CREDENTIAL_ID: consent.credential,
        "numSignatures": len(consent.digests),
        "hashes": _hashes(consent),
        "hashAlgorithmOID": wire.DIGESTS[consent.digest],
        "authData": [{"id": name, "value": said} for name, said in answers.items()],
    }
    return body | ({"description": consent.description} if consent.description else {})


def sign_body(consent: wire.Consent, sad: str) -> dict[str, Any]:
    """See `wire.Wire`."""
    body: dict[str, Any] = {
        wire.CREDENTIAL_ID: consent.credential,
        wire.SAD: sad,  # [A] sad-in-body
        "hashes": _hashes(consent),
        "signAlgo": consent.algorithm,
        "operationMode": "S",
    }
    named = {"hashAlgorithmOID": wire.DIGESTS[consent.digest]}
    return body | (named if consent.names_no_digest else {})


def _hashes(consent: wire.Consent) -> list[str]:
    return [b64encode(one).decode() for one in consent.digests]


def _auth(said: Mapping[str, Any]) -> Mapping[str, Any]:
    auth = said.get("auth") or {}
    if not isinstance(auth, dict):
        raise MalformedError("how it is consented to is no object")
    return auth
