"""What the CSC simulator holds a request for a page, or for a token, to."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final

from digivl.pdf.digests import Digest
from digivl.signing.csc import wire, wire2
from digivl.testing.csc import CSCSimulator, Granted, Pending, Style
from digivl.testing.magda_rules import Refusal

_OLDEST: Final = 300
_DIGESTS: Final = {oid: digest for digest, oid in wire.DIGESTS.items()}
_LENGTHS: Final = frozenset(one.algorithm.digest_size for one in Digest)


def checked_page(simulator: CSCSimulator, params: Mapping[str, str]) -> Pending:
    """The page that a link leads to.

    Raises:
        Refusal: 400 - what no specification allows; it says what.
    """
    client = params.get("client_id", "")
    if client not in simulator.clients:
        raise Refusal(400, "Invalid parameter client_id")
    if not simulator.sends_back_to(params.get("redirect_uri", "")):
        raise Refusal(400, "redirect_uri is not registered")
    if params.get("response_type") != "code":
        raise Refusal(400, "Invalid parameter response_type")
    _check_proof(simulator, params)
    if simulator.style is Style.ITSME:
        _check_account(simulator, client, params.get("account_token", ""))
    pending = Pending(
        client=client,
        scope=params.get("scope", ""),
        state=params.get("state", ""),
        redirect_uri=params["redirect_uri"],
        challenge=params.get("code_challenge", ""),
    )
    if "authorization_details" in params:
        _read_rich(simulator, pending, params["authorization_details"])
    elif pending.scope == wire.SCOPE_CREDENTIAL:
        _read_plain(simulator, pending, params)
    elif pending.scope != wire.SCOPE_SERVICE:
        raise Refusal(400, "Invalid parameter scope")
    return pending


def _check_proof(simulator: CSCSimulator, params: Mapping[str, str]) -> None:
    if simulator.style.version == 1 and "code_challenge" not in params:
        return
    if params.get("code_challenge_method") != "S256":
        raise Refusal(400, "Invalid parameter code_challenge_method")
    if len(params.get("code_challenge", "")) != 43:
        raise Refusal(400, "Invalid parameter code_challenge")


def _check_account(simulator: CSCSimulator, client: str, token: str) -> None:
    head, _, rest = token.partition(".")
    said, _, seal = rest.partition(".")
    key = hashlib.sha256(simulator.clients[client].encode()).digest()
    good = hmac.new(key, f"{head}.{said}".encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(_base64url(good), seal):
        raise Refusal(400, "Invalid parameter account_token")
    claims = _claims(said)
    if _claims(head) != {"typ": "JWT", "alg": "HS256"} or claims.get("azp") != client:
        raise Refusal(400, "Invalid parameter account_token")
    if claims.get("sub") not in simulator.accounts:
        raise Refusal(400, "this account is not registered")
    if abs(simulator.now() - claims.get("iat", 0)) > _OLDEST:
        raise Refusal(400, "the account_token is too old")
    with simulator.lock:
        if claims.get("jti", "") in simulator.seen:
            raise Refusal(400, "the account_token was used before")
        simulator.seen.add(str(claims.get("jti", "")))


def _read_plain(
    simulator: CSCSimulator, pending: Pending, params: Mapping[str, str]
) -> None:
    first = simulator.style.version == 1
    said = params.get("hash" if first else "hashes", "")
    digest = None if first else _DIGESTS.get(params.get("hashAlgorithmOID", ""))
    if not first and digest is None:
        raise Refusal(400, "Invalid parameter hashAlgorithmOID")
    hashes = tuple(_hash(one, digest) for one in said.split(",") if one)
    if params.get("numSignatures") != str(len(hashes)):
        raise Refusal(400, "Invalid value for parameter numSignatures")
    pending.description = params.get("description", "")
    if len(pending.description) > wire.LONGEST_DESCRIPTION:
        raise Refusal(400, "Invalid parameter description")
    try:
        pending.description.encode(wire.CHARACTERS)
    except UnicodeEncodeError:
        raise Refusal(400, "a character of the description is not supported") from None
    _put(simulator, pending, params.get(wire.CREDENTIAL_ID, ""), hashes, digest)


def _read_rich(simulator: CSCSimulator, pending: Pending, text: str) -> None:
    new = simulator.style is Style.V22
    wanted = wire2.RICH if new else wire2.RICH_UNTIL_2_1
    try:
        (details,) = json.loads(text)
        documents = details["documentDigests"]
        hashes = tuple(b64decode(one["hash"], validate=True) for one in documents)
        pending.labels = tuple(str(one["label"]) for one in documents)
        counted = details["numSignatures"] if new else len(hashes)
        named = all(one["hashType"] == "DTBSR" for one in documents) if new else True
        digest = _DIGESTS[details["hashAlgorithmOID"]]
        owner, kind = details[wire.CREDENTIAL_ID], details["type"]
    except (KeyError, TypeError, ValueError):
        raise Refusal(400, "Invalid parameter authorization_details") from None
    if simulator.style.version == 1 or kind != wanted or not named:
        raise Refusal(400, "Invalid parameter authorization_details")
    if counted != len(hashes):
        raise Refusal(400, "Invalid value for parameter numSignatures")
    pending.scope, pending.details = wire.SCOPE_CREDENTIAL, text
    _put(simulator, pending, owner, hashes, digest)


def _put(
    simulator: CSCSimulator,
    pending: Pending,
    owner: str,
    hashes: tuple[bytes, ...],
    digest: Digest | None,
) -> None:
    if owner not in simulator.people:
        raise Refusal(400, "Invalid parameter credentialID")
    if not simulator.people[owner].enabled:
        raise Refusal(400, "The credential identified by credentialID is disabled")
    if len(hashes) > simulator.most_at_once:
        raise Refusal(400, "Numbers of signatures is too high")
    if not hashes:
        raise Refusal(400, "Empty hash array")
    pending.owner, pending.hashes, pending.digest = owner, hashes, digest


def _hash(said: str, digest: Digest | None) -> bytes:
    try:
        found = urlsafe_b64decode(said + "=" * (-len(said) % 4))
    except ValueError:
        raise Refusal(400, "Invalid Base64 hash string parameter") from None
    sizes = {digest.algorithm.digest_size} if digest else _LENGTHS
    if len(found) not in sizes:
        raise Refusal(400, "Invalid digest value length")
    return found


def checked_client(simulator: CSCSimulator, form: Mapping[str, Any]) -> str:
    """Who asks for a token.

    Raises:
        Refusal: 401 - nobody that is known.
    """
    client = str(form.get("client_id", ""))
    secret = simulator.clients.get(client)
    given = str(form.get("client_secret", ""))
    if secret is None or not hmac.compare_digest(secret.encode(), given.encode()):
        raise Refusal(401, "invalid_client")
    return client


def checked_exchange(simulator: CSCSimulator, form: Mapping[str, Any]) -> Granted:
    """What a code is exchanged for; it is gone afterwards.

    Raises:
        Refusal: 400 - the code is not good, or not with the rest.
    """
    client = checked_client(simulator, form)
    if form.get("grant_type") != "authorization_code":
        raise Refusal(400, "Invalid parameter grant_type")
    with simulator.lock:
        granted = simulator.codes.pop(str(form.get("code", "")), None)
    if granted is None or simulator.now() >= granted.until:
        raise Refusal(400, "invalid_grant")
    pending = granted.pending
    if pending.client != client or pending.redirect_uri != form.get("redirect_uri"):
        raise Refusal(400, "invalid_grant")
    if pending.challenge and pending.challenge != _challenge(form):
        raise Refusal(400, "invalid_grant")
    if pending.details != form.get("authorization_details", ""):
        raise Refusal(400, "Invalid parameter authorization_details")
    return granted


def _challenge(form: Mapping[str, Any]) -> str:
    proof = str(form.get("code_verifier", ""))
    return _base64url(hashlib.sha256(proof.encode()).digest())


def _claims(part: str) -> dict[str, Any]:
    try:
        said = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        raise Refusal(400, "Invalid parameter account_token") from None
    return said if isinstance(said, dict) else {}


def _base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
