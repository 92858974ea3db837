"""What a service says of itself, and what it gives in the place of a token."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from digivl.errors import (
    ConfigurationError,
    DigivlError,
    UntrustworthyAnswerError,
)
from digivl.http.gateway import Gateway
from digivl.pdf.digests import Digest
from digivl.pdf.signer import Identity
from digivl.settings import Limits
from digivl.signing.csc import wire2
from digivl.signing.csc.about import read_about
from digivl.signing.csc.credential import (
    Wanted,
)
from digivl.signing.csc.means import CSCMeans
from digivl.signing.csc.oauth import Client
from digivl.testing.csc import CLIENT_ID, Fault, Style

if TYPE_CHECKING:
    Service = Any  # its class stands in conftest.py

Serve = Callable[..., "Service"]
_DER = Encoding.DER
_NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
WANTED = Wanted(digest=Digest.SHA256, most_at_once=70, binds=True)


def _identity(chain: list[str]) -> Identity:
    ders = [b64decode(one) for one in chain]
    return Identity(ders[0], tuple(ders[1:]))


def _means(
    answer: Callable[[httpx.Request], httpx.Response], **settings: Any
) -> CSCMeans:
    transport = httpx.MockTransport(answer)
    gateway = Gateway("itsme", "https://csc.example", Limits(), transport=transport)
    client = Client(id="me", secret="secret", redirect_uri="https://me.example/back")
    return CSCMeans(
        name="itsme", service=gateway, server=gateway, client=client, **settings
    )


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ([], UntrustworthyAnswerError),
        ({}, UntrustworthyAnswerError),
        ({"specs": "3.0.0.0"}, ConfigurationError),
        ({"specs": "1.0.4.0", "authType": ["basic"]}, ConfigurationError),
    ],
)
def test_service_that_is_no_service(said: Any, error: type[DigivlError]) -> None:
    """It is told before anybody goes anywhere."""
    means = _means(lambda _: httpx.Response(200, json=said), version=None)

    with pytest.raises(error):
        means.begin("session-1", _NOW)


@pytest.mark.parametrize(
    ("specs", "version", "rich"),
    [
        ("0.1.7.9", 1, ""),
        ("1.0.4.0", 1, ""),
        ("2.0.0.0", 2, "credential"),
        ("2.1.0.1", 2, "credential"),
        ("2.2.0.0", 2, wire2.RICH),
    ],
)
def test_version_is_found_out(
    serve: Serve, specs: str, version: int, rich: str
) -> None:
    """[A] rich-type: by what the service says of itself."""
    del serve
    about = read_about({"specs": specs, "supportsRar": True}, None)

    assert (version, rich) == (about.version, about.rich)


def test_rich_requests_of_a_list_of_servers() -> None:
    """From 2.2 a service can name several authorisation servers."""
    servers = [{"supportsRar": False}, {"supportsRar": True}, "?"]
    said = {"specs": "2.2.0.0", "oauth2Servers": servers}

    assert read_about(said, None).rich
    assert not read_about(said | {"oauth2Servers": servers[:1]}, None).rich


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b'{"access_token": ""}',
        b'{"access_token": "a b"}',
        b'{"access_token": "x", "expires_in": "soon"}',
        b'{"access_token": "x", "expires_in": true}',
        b'{"access_token": "x", "expires_in": -1}',
        b'{"access_token": "x", "expires_in": NaN}',
    ],
)
def test_token_that_is_none(answer: bytes) -> None:
    """A success that holds no usable token is none."""

    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/info"):
            return httpx.Response(200, json={"specs": "1.0.4.0"})
        return httpx.Response(200, content=answer)

    means = _means(respond)
    visit = means.begin("session-1", _NOW)
    state = dict(httpx.URL(visit.url).params)["state"]

    with pytest.raises(UntrustworthyAnswerError):
        means.identified(visit.state, {"state": state, "code": "c"}, _NOW)


@pytest.mark.parametrize(
    "said", [[], {}, {"credentialIDs": [""]}, {"credentialIDs": 3}]
)
def test_list_that_is_none(said: Any) -> None:
    """What is no list of keys is no list of no keys."""

    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "x"})
        if request.url.path.endswith("/list"):
            return httpx.Response(200, json=said)
        return httpx.Response(200, json={"specs": "1.0.4.0"})

    means = _means(respond)
    visit = means.begin("session-1", _NOW)
    state = dict(httpx.URL(visit.url).params)["state"]

    with pytest.raises(UntrustworthyAnswerError):
        means.identified(visit.state, {"state": state, "code": "c"}, _NOW)


def test_pushed_request_without_a_name(serve: Serve) -> None:
    """The link cannot be made."""
    service = serve(Style.V2)
    service.simulator.fail_next("oauth2/pushed_authorize", Fault.GARBLED)

    with pytest.raises(UntrustworthyAnswerError):
        service.means.begin("session-1", service.now)


def test_nothing_secret_leaves_by_repr(serve: Serve) -> None:
    """Neither the means, nor what it gives, shows a secret or a token."""
    service = serve()
    found = service.identified()
    visit = service.asked(found, service.documents())
    tokens = [*service.simulator.tokens]

    shown = f"{service.means!r} {found!r} {visit!r} {visit.state}"

    assert tokens
    for secret in (*tokens, "no-secret-at-all", "85073003328"):
        assert secret not in shown
    assert CLIENT_ID in repr(service.means)
    assert "85073003328" not in json.dumps(service.simulator.calls)
