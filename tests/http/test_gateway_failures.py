"""The gateway when something fails: what is thrown, and what may have been done."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any
from uuid import UUID

import httpx
import pytest

from digivl.errors import (
    BackendUnavailableError,
    DigivlError,
    OutcomeUnknownError,
)
from digivl.http.gateway import Gateway
from digivl.settings import Limits

Make = Callable[..., Gateway]


Answering = Callable[[httpx.Request], httpx.Response]


NUMBER = "85.07.30-033.28"


#: Exceptions after which the request cannot have been received.
NEVER_ARRIVED = {
    "ConnectError",
    "ConnectTimeout",
    "InvalidURL",
    "PoolTimeout",
    "ProxyError",
    "UnsupportedProtocol",
}


EXCEPTIONS = sorted(
    name
    for name, value in vars(httpx).items()
    if isinstance(value, type) and issubclass(value, Exception)
)


def raising(name: str) -> Answering:
    """Answers by raising that exception of httpx, with a number in its text."""
    exception = getattr(httpx, name)

    def answer(request: httpx.Request) -> httpx.Response:
        match name:
            case "HTTPStatusError":
                response = httpx.Response(500, request=request)
                raise exception(NUMBER, request=request, response=response)
            case "StreamConsumed" | "ResponseNotRead" | "RequestNotRead":
                raise exception
            case "StreamClosed":
                raise exception
            case _:
                raise exception(NUMBER)

    return answer


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_every_exception_of_httpx_is_translated(gateway: Make, name: str) -> None:
    """Nothing of httpx leaves the room; its text comes out redacted."""
    with pytest.raises(BackendUnavailableError) as failure:
        gateway(raising(name)).get("/x")

    assert "328" not in str(failure.value)
    correlation = failure.value.correlation_id
    assert correlation == str(UUID(correlation))


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_an_act_that_may_have_been_done_is_unknown(gateway: Make, name: str) -> None:
    """Only failures before the request arrived may be repeated.

    Any other, also one that a later httpx invents, leaves an unknown outcome.
    """
    expected = BackendUnavailableError if name in NEVER_ARRIVED else OutcomeUnknownError

    with pytest.raises(expected):
        gateway(raising(name)).post("/x", json={}, once=True)


@pytest.fixture(name="listener")
def _listener() -> Iterator[Callable[..., Gateway]]:
    """Makes a server that does one thing with each connection it gets."""
    serving: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve(behave: Callable[[socket.socket], object]) -> Gateway:
            def loop() -> None:
                while True:
                    try:
                        connection, _ = server.accept()
                    except OSError:
                        return
                    with connection:
                        behave(connection)

            serving.append(threading.Thread(target=loop, daemon=True))
            serving[-1].start()
            port = server.getsockname()[1]
            limits = Limits(http_connect_seconds=0.5, http_read_seconds=0.2)
            return Gateway("service", f"http://127.0.0.1:{port}", limits)

        yield serve
        # A thread that still waits would take what comes for the next server that gets
        # this file number, as soon as a signal restarts its call.
        server.shutdown(socket.SHUT_RDWR)
        for thread in serving:
            thread.join()


@pytest.mark.parametrize(
    "behave",
    [
        lambda connection: connection.recv(65_536) and Event().wait(0.6),
        lambda connection: connection.recv(65_536),
        lambda connection: (
            connection.recv(65_536),
            connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\nab"),
        ),
        lambda connection: (connection.recv(65_536), connection.sendall(b"hello\r\n")),
    ],
    ids=["no answer", "cut", "cut in the answer", "no HTTP"],
)
def test_lost_reply_of_a_real_server(listener: Any, behave: Any) -> None:
    """Once the request was received, a lost reply is an outcome that is not known."""
    gateway = listener(behave)

    with pytest.raises(OutcomeUnknownError):
        gateway.post("/x", json={}, once=True)
    with pytest.raises(BackendUnavailableError):
        gateway.get("/x")
    gateway.close()


def test_nobody_listens() -> None:
    """A refused connection carried nothing: the act may be repeated."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    gateway = Gateway("service", f"http://127.0.0.1:{port}", Limits())

    with pytest.raises(BackendUnavailableError):
        gateway.post("/x", json={}, once=True)
    gateway.close()


def test_proxy_of_the_environment_does_not_see_loopback(
    listener: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stays on this machine passes no proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    reply = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
    gateway = listener(lambda c: (c.recv(65_536), c.sendall(reply)))

    assert 204 == gateway.get("/x").status
    gateway.close()


def test_tls_that_fails_carried_nothing(listener: Any) -> None:
    """A server that speaks no TLS never saw the request."""
    plain = listener(lambda c: (c.recv(65_536), c.sendall(b"no TLS here\r\n")))
    url = plain.base_url.replace("http:", "https:")
    gateway = Gateway("service", url, Limits())

    with pytest.raises(BackendUnavailableError):
        gateway.post("/x", json={}, once=True)
    gateway.close()
    plain.close()


def test_every_error_is_a_digivl_error() -> None:
    """One `except DigivlError` is enough for everything this room raises."""
    assert issubclass(OutcomeUnknownError, DigivlError)
