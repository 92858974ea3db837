"""Bearer tokens of the MAGDA simulator; no memory is needed to check one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from digivl.testing.magda_rules import Refusal


@attrs.frozen
class Bearer:
    """Who holds a token, and what it is good for."""

    client: str
    scopes: tuple[str, ...]


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
