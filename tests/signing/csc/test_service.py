"""What a service says of itself, and what it gives in the place of a token."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from digivl.errors import (
    ConfigurationError,
    DigivlError,
    UntrustworthyAnswerError,
)
from digivl.http.gateway import Gateway
from digivl.kernel.moments import utc_now
from digivl.pdf.digests import Digest
from digivl.settings import Limits
from digivl.signing.csc import wire2
from digivl.signing.csc.about import read_about
from digivl.signing.csc.credential import (
    Wanted,
    read_credential,
    read_signatures,
)
from digivl.signing.csc.means import CSCMeans
from digivl.signing.csc.oauth import Client
from digivl.signing.remote import ToSign
from digivl.testing.csc import CLIENT_ID, Fault, Style
from digivl.testing.csc_people import Certifier

if TYPE_CHECKING:
    Service = Any  # its class stands in conftest.py

Serve = Callable[..., "Service"]
_NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
WANTED = Wanted(digest=Digest.SHA256, most_at_once=70, binds=True)


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


@pytest.mark.parametrize(
    "auth",
    [
        3,
        {"mode": "explicit", "objects": 3},
        {"mode": "explicit", "objects": [3]},
        {"mode": "explicit", "objects": [{"id": "", "type": "Password"}]},
        {
            "mode": "explicit",
            "objects": [{"id": "SMS", "type": "ChallengeResponseOOB"}],
        },
    ],
)
def test_questions_that_cannot_be_asked(auth: Any) -> None:
    """What does not fit on a form is told, before anybody is asked."""
    holder = Certifier.make().keyholder("Test Minister", "")
    said = {
        "key": {"status": "enabled", "algo": ["1.2.840.113549.1.1.11"], "len": 2048},
        "cert": {"certificates": holder.chain()},
        "auth": auth,
        "SCAL": "2",
        "multisign": 1,
    }

    with pytest.raises(DigivlError):
        read_credential("id", said, wire2, WANTED)


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"signatures": 3}', b'{"signatures": [3]}']
)
def test_signatures_that_are_none(body: bytes) -> None:
    """What is no list of signatures is refused."""
    with pytest.raises(DigivlError):
        read_signatures(json.loads(body), 1)


@pytest.mark.parametrize("path", ["credentials/authorize", "pushed"])
def test_success_that_says_nothing(path: str) -> None:
    """A consent, or a name for a request, that is not there."""
    holder = Certifier.make().keyholder("Test Minister", "")
    answers = {
        "info": {
            "specs": "2.0.0.0",
            "methods": ["credentials/authorize"]
            + (["oauth2/pushed_authorize"] if path == "pushed" else []),
        },
        "oauth2/token": {"access_token": "x"},
        "credentials/list": {"credentialIDs": ["id"]},
        "credentials/info": {
            "key": {"status": "enabled", "algo": ["1.2.840.113549.1.1.11"]},
            "cert": {"certificates": holder.chain()},
            "auth": {"mode": "explicit", "objects": []},
            "SCAL": "2",
            "multisign": 1,
        },
    }

    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=answers.get(request.url.path.lstrip("/"), {}))

    means, now = _means(respond), utc_now()
    if path == "pushed":
        with pytest.raises(UntrustworthyAnswerError, match="no request_uri"):
            means.begin("session-1", now)
        return
    visit = means.begin("session-1", now)
    state = dict(httpx.URL(visit.url).params)["state"]
    found = means.identified(visit.state, {"state": state, "code": "c"}, now)
    stuk = ToSign(label="Stuk", digest=b"x" * 32)
    visit = means.ask(found.state, found.identity, [stuk], now, "Een stuk")
    with pytest.raises(UntrustworthyAnswerError, match="no consent"):
        means.signatures(visit.state, {}, now)
