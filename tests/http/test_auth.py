"""Bearer tokens by client credentials."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    DigivlError,
    OutcomeUnknownError,
    UntrustworthyAnswerError,
)
from digivl.http.auth import ClientCredentials, ClientSecret, Token, token_flow
from digivl.http.gateway import Answer, Gateway

Make = Callable[..., Gateway]
SECRET = ClientSecret("me", "hush")


def answer_with(body: bytes, status: int = 200) -> Answer:
    """An answer with that body."""
    return Answer(status=status, headers={}, body=body, correlation_id="c")


@pytest.fixture(name="server")
def _server(gateway: Make) -> Any:
    """An authorisation server that numbers its tokens, and what it was asked."""

    class Server:
        def __init__(self) -> None:
            self.asked: list[Any] = []
            self.now, self.status = 1_000.0, 200
            self.lasts = 600
            self.credentials = ClientCredentials(
                gateway(self.answer), "/token", SECRET, "read post", lambda: self.now
            )

        def answer(self, request: httpx.Request) -> httpx.Response:
            self.asked.append(parse_qs(request.read().decode()))
            said = {
                "access_token": f"t{len(self.asked)}",
                "token_type": "Bearer",
                "expires_in": self.lasts,
            }
            if self.status != 200:
                said = {"error": "invalid_client"}
            return httpx.Response(self.status, json=said)

    return Server()


def test_form_of_the_flow() -> None:
    """The flow itself does no I/O: it yields a form and takes the answer."""
    flow = token_flow("op", SECRET, "read")

    form = next(flow)
    with pytest.raises(StopIteration) as end:
        flow.send(answer_with(b'{"access_token": "abc", "expires_in": 100}'))

    assert {
        "grant_type": "client_credentials",
        "client_id": "me",
        "client_secret": "hush",
        "scope": "read",
    } == form
    assert Token("abc", 70.0) == end.value.value


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"access_token": ""}',
        b'{"access_token": 3}',
        b'{"access_token": "a\\r\\nx-evil: 1"}',
        b'{"access_token": "a", "token_type": "mac"}',
        b'{"access_token": "a", "expires_in": "soon"}',
        b'{"access_token": "a", "expires_in": -1}',
        b'{"access_token": "a", "expires_in": NaN}',
        b'{"access_token": "a", "expires_in": Infinity}',
    ],
)
def test_answer_that_is_no_token(body: Any) -> None:
    """A success without a usable token is not believed."""
    flow = token_flow("op", SECRET, "")
    next(flow)

    with pytest.raises(UntrustworthyAnswerError, match="op"):
        flow.send(answer_with(body))


@given(
    st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists)
    | st.dictionaries(st.sampled_from(["access_token", "expires_in"]), st.text())
)
def test_no_answer_breaks_the_flow(said: Any) -> None:
    """Whatever JSON comes, the flow ends with a token or a typed error."""
    flow = token_flow("op", SECRET, "")
    next(flow)

    with pytest.raises((StopIteration, DigivlError)):
        flow.send(answer_with(json.dumps(said).encode()))


def test_token_is_kept_while_it_lasts(server: Any) -> None:
    """One token serves until shortly before its end."""
    first = server.credentials.header()
    server.now += 569
    again = server.credentials.header()
    server.now += 2

    assert ("Bearer t1", "Bearer t1") == (first, again)
    assert "Bearer t2" == server.credentials.header()


def test_token_that_was_refused_is_fetched_anew_once(server: Any) -> None:
    """Of many threads that were refused with one token, one fetches the next."""
    refused = server.credentials.header()
    threads = [
        threading.Thread(target=server.credentials.header, args=(refused,))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 2 == len(server.asked)


def test_refused_client_is_a_matter_of_settings(server: Any) -> None:
    """A wrong secret is not the document's fault: nothing is rejected for it."""
    server.status = 401

    with pytest.raises(ConfigurationError, match="invalid_client") as failure:
        server.credentials.header()

    assert "hush" not in str(failure.value)
    assert "hush" not in repr(server.credentials)


@pytest.mark.parametrize("status", [502, 503])
def test_authorisation_server_that_is_down_is_no_lost_reply(
    server: Any, gateway: Make, status: int
) -> None:
    """Without a token nothing was sent: the act can be repeated, also one done once."""
    server.status = status
    service = gateway(lambda request: httpx.Response(201), auth=server.credentials)

    with pytest.raises(BackendUnavailableError):
        service.post("/x", json={}, once=True)


def test_one_fresh_token_after_a_401(server: Any, gateway: Make) -> None:
    """A token that ended early is replaced; the body is sent again from its start."""
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers["authorization"], request.read()))
        return httpx.Response(401 if len(seen) == 1 else 201)

    service = gateway(answer, auth=server.credentials)
    service.post("/x", content=b"body", once=True)

    assert [("Bearer t1", b"body"), ("Bearer t2", b"body")] == seen


def test_second_401_is_final(server: Any, gateway: Make) -> None:
    """A fresh token that is refused too means missing rights."""
    service = gateway(lambda request: httpx.Response(401), auth=server.credentials)

    with pytest.raises(BackendRefusedError, match="401") as refusal:
        service.get("/x")

    assert 401 == refusal.value.status
    assert 2 == len(server.asked)


def test_other_refusals_cost_no_token(server: Any, gateway: Make) -> None:
    """Only a 401 asks for another token."""
    service = gateway(lambda request: httpx.Response(403), auth=server.credentials)

    with pytest.raises(BackendRefusedError, match="403"):
        service.get("/x")

    assert 1 == len(server.asked)


def test_unknown_outcome_is_not_repeated_with_a_fresh_token(
    server: Any, gateway: Make
) -> None:
    """A lost reply is never a reason to send again."""
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        raise httpx.ReadTimeout("lost")

    with pytest.raises(OutcomeUnknownError):
        gateway(answer, auth=server.credentials).post("/x", json={}, once=True)

    assert 1 == len(seen)
