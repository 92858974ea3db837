"""OAuth 2.0 with a person in it: a link leads away, an answer comes back.

Source:
    RFC 6749, 4.1 (authorisation code); RFC 7636 (PKCE, S256); RFC 9126 (pushed
    requests); CSC API 1.0.4.0, 8.3.1 (account token).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import attrs

from digivl.errors import (
    ConsentExpiredError,
    IdentificationExpiredError,
    MalformedError,
)
from digivl.http.gateway import Gateway
from digivl.signing.csc import wire
from digivl.signing.csc.refusals import explained, read_denial
from digivl.signing.remote import Answer

_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
_WHERE: Final = "Is this the address of the service?"
_LONGEST: Final = 10_000
_DAY: Final = 86_400


@attrs.frozen(kw_only=True)
class Client:
    """What this application is to the service.

    Attributes:
        id: Client id.
        secret: Client secret.
        redirect_uri: Where people come back; exactly as the service knows it.
        account: Under which account people are let in; empty sends no account token.
        application: What the application is called in that token.
        language: Of the pages that people see.
        pkce: False for a service that refuses what it does not know.
    """

    id: str
    secret: str = attrs.field(repr=False)
    redirect_uri: str
    account: str = attrs.field(default="", repr=False)
    application: str = "digivl"
    language: str = "nl"
    pkce: bool = True


@attrs.frozen
class Grant:
    """A token, and how many seconds it holds."""

    token: str = attrs.field(repr=False)
    lasts: int


def verifier() -> str:
    """A fresh secret of a visit (RFC 7636, 4.1)."""
    return secrets.token_urlsafe(48)


def expected_state(reference: str) -> str:
    """The `state` of a visit: the reference, and what nobody can guess."""
    return f"{reference}.{secrets.token_urlsafe(24)}"


def reference_of(answer: Answer) -> str:
    """The reference of the session that somebody came back for; empty without one.

    It says which session to look at, not whether the answer belongs to it.
    """
    state = answer.get("state", "")
    return state.rpartition(".")[0] if len(state) <= _LONGEST else ""


def visit_params(
    client: Client, state: str, proof: str, at: datetime
) -> dict[str, str]:
    """The parameters of a visit that do not depend on what it is for."""
    params = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": client.redirect_uri,
        "state": state,
        "lang": client.language,
    }
    if client.pkce:  # [A] pkce-ignored
        challenge = hashlib.sha256(proof.encode()).digest()
        params |= {
            "code_challenge": _base64url(challenge),
            "code_challenge_method": "S256",
        }
    if client.account:
        params["account_token"] = account_token(client, at)
    return params


def account_token(client: Client, at: datetime) -> str:
    """Tells which account lets people in; to be used once."""
    head = {"typ": "JWT", "alg": "HS256"}
    said = {
        "sub": client.account,
        "iat": int(at.timestamp()),
        "jti": secrets.token_urlsafe(16),
        "iss": client.application,
        "azp": client.id,
    }
    text = f"{_part(head)}.{_part(said)}"
    key = hashlib.sha256(client.secret.encode()).digest()  # [A] account-key
    seal = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return f"{text}.{_base64url(seal)}"


def visit_url(
    server: Gateway, client: Client, params: Mapping[str, str], *, push: bool
) -> str:
    """The link to the page of the service.

    Args:
        server: The authorisation server.
        client: Who sends the person there.
        params: What goes along.
        push: True tells the server first, so that the link holds only a name for it.

    Raises:
        BackendUnavailableError: The server does not answer.
        UntrustworthyAnswerError: It gives no name.
    """
    if push:
        params = {
            "client_id": client.id,
            "request_uri": _pushed(server, client, params),
        }
    return f"{server.base_url.rstrip('/')}{wire.VISIT}?{urlencode(params)}"


def _pushed(server: Gateway, client: Client, params: Mapping[str, str]) -> str:
    form = dict(params) | {"client_secret": client.secret}
    with explained():
        answer = server.post(
            wire.PUSHED, content=urlencode(form).encode(), headers=_FORM
        )
    with server.reading(answer, _WHERE):
        uri = _object(answer.json()).get("request_uri")
        if not isinstance(uri, str) or not 0 < len(uri) <= _LONGEST:
            raise MalformedError("it gives no request_uri")
    return uri


def read_code(name: str, answer: Answer, expected: str) -> str:
    """The code with which a person came back.

    Args:
        name: Of the means, for errors.
        answer: The parameters of the call-back.
        expected: The `state` that went along.

    Raises:
        MalformedError: It does not belong to this visit, or holds no code.
        SigningCancelledError: The person did not want to.
        ConsentExpiredError: The person did not answer in time.
        BackendError: The service could not, or would not.
    """
    given = answer.get("state", "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
        raise MalformedError(
            "this answer belongs to another visit",
            hint="Only the answer to the last visit counts; open its link again.",
        )
    denial = read_denial(name, answer)
    if denial is not None:
        raise denial
    code = answer.get("code", "")
    if not 0 < len(code) <= _LONGEST:
        raise MalformedError("the answer holds no code")
    return code


def exchanged(
    server: Gateway,
    client: Client,
    code: str,
    proof: str,
    more: Mapping[str, str] | None = None,
) -> Grant:
    """The token for a code, which is good for one exchange.

    Args:
        server: The authorisation server.
        client: Who asks.
        code: Of `read_code`.
        proof: The verifier of the visit.
        more: Parameters that are repeated from the visit.

    Raises:
        ConsentExpiredError: The code was used before, or is too old; also when the
            answer was lost, since nobody can use it again.
        ConfigurationError: The client is not known there.
        BackendUnavailableError: The server did not get the request.
        UntrustworthyAnswerError: It gives no token.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": client.id,
        "client_secret": client.secret,
        "redirect_uri": client.redirect_uri,
        **({"code_verifier": proof} if client.pkce else {}),
        **(more or {}),
    }
    with explained():
        answer = server.post(
            wire.TOKEN, content=urlencode(form).encode(), headers=_FORM
        )
    with server.reading(answer, _WHERE):
        return _grant(_object(answer.json()))


def refuse_late(until: int, at: datetime, what: str, *, identify: bool) -> None:
    """Refuse what comes after its end.

    Raises:
        ConsentExpiredError: It is too late.
        IdentificationExpiredError: It is, and the person has to identify again.
    """
    if at.timestamp() >= until:
        kind = IdentificationExpiredError if identify else ConsentExpiredError
        raise kind(
            f"{what} no longer holds: it is too late",
            hint="Ask the person again; nothing was signed.",
        )


def _grant(said: Mapping[str, Any]) -> Grant:
    token, lasts = said.get("access_token"), said.get("expires_in")
    if not isinstance(token, str) or not _fits_a_header(token):
        raise MalformedError("it gives no access token")
    if lasts is None:
        lasts = wire.LASTS
    if not isinstance(lasts, int) or isinstance(lasts, bool) or lasts < 0:
        raise MalformedError("the token does not say how long it lasts")
    return Grant(token, min(lasts, _DAY))


def _fits_a_header(token: str) -> bool:
    return 0 < len(token) <= _LONGEST and all("!" <= c <= "~" for c in token)


def _object(said: Any) -> Mapping[str, Any]:
    if not isinstance(said, dict):
        raise MalformedError("it is no JSON object")
    return said


def _part(said: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(said, separators=(",", ":")).encode())


def _base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
