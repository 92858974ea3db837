"""The gateway: what it lets in and out, and what failures mean."""

from __future__ import annotations

import io
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any
from uuid import UUID

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
    StorageError,
    UntrustworthyAnswerError,
)
from digivl.http.gateway import Gateway, Part
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


def answering(status: int, body: bytes = b"", **headers: str) -> Answering:
    """Answers the same to everything."""

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        return httpx.Response(status, content=body, headers=headers)

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


@pytest.mark.parametrize(
    ("status", "usual", "once"),
    [
        (500, BackendUnavailableError, BackendUnavailableError),
        (503, BackendUnavailableError, BackendUnavailableError),
        (429, BackendUnavailableError, BackendUnavailableError),
        (502, BackendUnavailableError, OutcomeUnknownError),
        (504, BackendUnavailableError, OutcomeUnknownError),
        (302, BackendRefusedError, BackendRefusedError),
        (400, BackendRefusedError, BackendRefusedError),
        (401, BackendRefusedError, BackendRefusedError),
        (403, BackendRefusedError, BackendRefusedError),
        (404, BackendRefusedError, BackendRefusedError),
        (409, BackendRefusedError, BackendRefusedError),
        (418, BackendRefusedError, BackendRefusedError),
    ],
)
def test_statuses(
    gateway: Make, status: int, usual: type[Exception], once: Any
) -> None:
    """A status says whether to try later, to change something, or that nobody knows."""
    service = gateway(answering(status, location="https://elsewhere.example/"))

    with pytest.raises(usual) as failure:
        service.post("/x", json={})
    with pytest.raises(once):
        service.post("/x", json={}, once=True)

    assert getattr(failure.value, "status", status) == status


def test_answer_of_a_success(gateway: Make) -> None:
    """The answer holds what came back, and the fresh correlation id that went along."""
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"a": 1}, headers={"X-Thing": "y"})

    service = gateway(answer)
    first = service.post("/x", json={"é": 1}, headers={"x-more": "z"})
    second = service.get("/y", params={"q": "a b"})

    assert (201, {"a": 1}, "y") == (
        first.status,
        first.json(),
        first.headers["x-thing"],
    )
    assert [
        "https://service.example/base/x",
        "https://service.example/base/y?q=a+b",
    ] == [str(request.url).replace("%20", "+") for request in seen]
    assert [first.correlation_id, second.correlation_id] == [
        request.headers["x-correlation-id"] for request in seen
    ]
    assert first.correlation_id != second.correlation_id
    assert {"é": 1} == json.loads(seen[0].content)
    assert ("z", "application/json") == (
        seen[0].headers["x-more"],
        seen[0].headers["content-type"],
    )


def test_empty_path_is_the_base_url_as_written(gateway: Make) -> None:
    """A service that is one address keeps it to the letter."""
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200)

    gateway(answer, base_url="https://service.example/tsa/").post("", content=b"x")

    assert ["https://service.example/tsa/"] == seen


def test_redirects_are_not_followed(gateway: Make) -> None:
    """An answer cannot send a request, and its token, elsewhere."""
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(307, headers={"location": "https://evil.example/"})

    with pytest.raises(BackendRefusedError, match="307"):
        gateway(answer).post("/x", json={})

    assert ["service.example"] == seen


def test_cookies_are_not_kept(gateway: Make) -> None:
    """Calls have nothing to do with each other."""
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("cookie"))
        return httpx.Response(200, headers={"set-cookie": "a=b; Path=/"})

    service = gateway(answer)
    service.get("/x")
    service.get("/x")

    assert [None, None] == seen


@pytest.mark.parametrize("once", [False, True])
def test_answer_beyond_the_limit_is_not_read_on(gateway: Make, once: Any) -> None:
    """Reading stops at the limit, however much the other side goes on."""
    sent = []

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                sent.append(1)
                yield b"x" * 100

    service = gateway(lambda request: httpx.Response(200, stream=Endless()))

    with pytest.raises(OutcomeUnknownError if once else UntrustworthyAnswerError):
        service.post("/x", json={}, once=once)

    assert 11 == len(sent)


def test_compressed_answer_is_refused(gateway: Make) -> None:
    """A small compressed answer could be an endless one."""
    service = gateway(
        lambda request: httpx.Response(
            200, stream=httpx.ByteStream(b"x"), headers={"content-encoding": "gzip"}
        )
    )

    with pytest.raises(UntrustworthyAnswerError, match="compressed"):
        service.get("/x")


def test_dripping_answer_ends(gateway: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that comes in drops, each within the time-out, ends all the same."""
    now = [0.0]

    class Drops(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                now[0] += 0.9
                yield b"x"

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    service = gateway(lambda request: httpx.Response(200, stream=Drops()))

    with pytest.raises(UntrustworthyAnswerError, match="slowly"):
        service.get("/x")


@pytest.mark.parametrize(
    ("body", "reason", "words"),
    [
        (
            {
                "title": "Bad Request",
                "status": "400",
                "detail": f"Checksum97: {NUMBER}",
                "instance": "c8b2c1c6-0000-4000-8000-8507300332ab",
            },
            "Bad Request",
            "Bad Request: Checksum97: ••• (instance c8b2c1c6-",
        ),
        (
            {"id": "x", "code": "INVALID_INPUT", "message": "85073003328 is stopped"},
            "INVALID_INPUT",
            "INVALID_INPUT: ••• is stopped (instance x)",
        ),
        ({"error": "invalid_scope"}, "invalid_scope", "invalid_scope"),
        (["85073003328"], "", "status 400"),
        ({"detail": 3}, "", "status 400"),
    ],
)
def test_both_shapes_of_errors_are_told_without_numbers(
    gateway: Make, body: Any, reason: str, words: str
) -> None:
    """What a service says of an error is passed on, whatever its shape, redacted."""
    service = gateway(answering(400, json.dumps(body).encode()))

    with pytest.raises(BackendRefusedError) as refusal:
        service.get("/x")

    assert (400, reason) == (refusal.value.status, refusal.value.reason)
    assert words in str(refusal.value)
    assert "85073003328" not in str(refusal.value)


@given(st.binary(max_size=900))
def test_whatever_an_error_says_stays_a_typed_error(body: Any) -> None:
    """No bytes in an error answer can break the error itself."""
    service = Gateway(
        "service",
        "https://service.example",
        Limits(),
        transport=httpx.MockTransport(answering(400, body)),
    )

    with pytest.raises(BackendRefusedError) as refusal:
        service.get("/x")

    assert "\n" not in str(refusal.value)


def test_deep_nesting_is_no_way_to_break_the_reader(gateway: Make) -> None:
    """JSON that is too deep to read is as good as none."""
    service = Gateway(
        "service",
        "https://service.example",
        Limits(),
        transport=httpx.MockTransport(answering(400, b"[" * 60_000)),
    )

    with pytest.raises(BackendRefusedError):
        service.get("/x")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://service.example",
        "file:///etc/passwd",
        "service.example",
        "https://",
        "http://service.example/",
        "http://127.0.0.1.service.example/",
        "http://10.0.0.1/",
        "https://user:secret@service.example/",
        "https://service.example/?q=1",
        "https://service.example/#x",
        "https://service.example:port/",
        "https://[::1",
        "",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    """Only https, or http on this machine; nothing beside host and path."""
    with pytest.raises(ConfigurationError) as refusal:
        Gateway("service", url, Limits())

    assert "https://" in refusal.value.hint
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://service.example",
        "http://localhost:1",
        "http://127.9.9.9",
        "http://[::1]",
    ],
)
def test_addresses_that_are_accepted(url: str) -> None:
    """Loopback may go without TLS."""
    Gateway("service", url, Limits()).close()


def test_multipart_is_streamed(gateway: Make) -> None:
    """A document is read in pieces while it is sent, never whole."""
    largest = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            largest.append(size)
            return super().read(size)

    def answer(request: httpx.Request) -> httpx.Response:
        body = request.read()
        assert b"%PDF" in body
        return httpx.Response(201)

    part = Part(
        name="file",
        content=Watched(b"%PDF" + b"x" * 300_000),
        media_type="application/pdf",
        filename="a.pdf",
    )
    gateway(answer).post("/x", multipart=[part])

    assert all(size is not None and 0 < size <= 65_536 for size in largest)


def test_stream_that_breaks_is_our_own_disk(gateway: Make) -> None:
    """When the document cannot be read, nobody else is to blame."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        return httpx.Response(201)

    part = Part(name="file", content=Broken(b"x"), media_type="text/plain")

    with pytest.raises(StorageError, match="Input/output"):
        gateway(answer).post("/x", multipart=[part], once=True)


def test_log_names_the_call_and_nothing_else(
    gateway: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """One line for each call: service, status and correlation id."""
    caplog.set_level(logging.DEBUG, "digivl")
    answer = gateway(answering(200)).post("/x", content=b"85073003328")

    (record,) = [r for r in caplog.records if r.name.startswith("digivl")]
    assert (
        f"service: POST answered 200 ({answer.correlation_id})" == record.getMessage()
    )


# Against real sockets, since a mock cannot hang, cut or refuse.


@pytest.fixture(name="listener")
def _listener() -> Iterator[Callable[..., Gateway]]:
    """Makes a server that does one thing with each connection it gets."""
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

            threading.Thread(target=loop, daemon=True).start()
            port = server.getsockname()[1]
            limits = Limits(http_connect_seconds=0.5, http_read_seconds=0.2)
            return Gateway("service", f"http://127.0.0.1:{port}", limits)

        yield serve


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


def test_plain_http_elsewhere_only_where_the_answer_proves_itself() -> None:
    """A timestamp authority may answer over http; nobody else elsewhere may."""
    url, limits = "http://tsa.example.test/tsr", Limits()

    with pytest.raises(ConfigurationError, match="another machine"):
        Gateway("magda", url, limits)

    assert url == Gateway("authority", url, limits, plain=True).base_url
