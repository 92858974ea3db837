"""Bearer tokens of the simulators; no memory is needed to check one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import attrs

from digivl.testing.magda_rules import Refusal

#: How long a token is good for, in seconds.
LASTS: Final = 600


@attrs.frozen
class Bearer:
    """Who holds a token, and what it is good for."""

    client: str
    scopes: tuple[str, ...]


def answered(
    form: Mapping[str, str],
    clients: Mapping[str, str],
    scopes: Collection[str],
    now: float,
) -> tuple[dict[str, Any], int]:
    """What a token endpoint answers to a form, and with which status.

    Args:
        form: What the client sent.
        clients: Secrets by client id.
        scopes: Those that can be asked.
        now: The present moment, in seconds.
    """
    client = form.get("client_id", "")
    secret = clients.get(client)
    given = form.get("client_secret", "")
    if secret is None or not hmac.compare_digest(secret.encode(), given.encode()):
        return {"error": "invalid_client"}, 401
    if form.get("grant_type") != "client_credentials":
        return {"error": "unsupported_grant_type"}, 400
    asked = form.get("scope", "").split()
    if not {*asked} <= {*scopes}:
        return {"error": "invalid_scope"}, 400
    return {
        "access_token": issued(client, asked, now + LASTS, secret),
        "token_type": "Bearer",
        "expires_in": LASTS,
    }, 200


def issued(client: str, scopes: Sequence[str], end: float, secret: str) -> str:
    """A token that any simulator can check that knows the client."""
    return _sealed([client, list(scopes), end], secret)


def read_token(header: str, clients: Mapping[str, str], now: float) -> Bearer:
    """Check an ``Authorization`` header.

    Raises:
        Refusal: 401 - not a token of ours, or it ended.
    """
    token = header.removeprefix("Bearer ")
    try:
        claims = json.loads(base64.urlsafe_b64decode(token.partition(".")[0]))
        client, scopes, end = claims
        good = hmac.compare_digest(_sealed(claims, clients[client]), token)
    except (ValueError, KeyError, TypeError):
        raise Refusal(401, "no valid token") from None
    if not good or now >= end:
        raise Refusal(401, "no valid token")
    return Bearer(client, tuple(scopes))


def _sealed(claims: list[Any], secret: str) -> str:
    text = base64.urlsafe_b64encode(json.dumps(claims).encode())
    seal = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return f"{text.decode()}.{seal}"
