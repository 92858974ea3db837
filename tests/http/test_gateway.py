"""The gateway: what it lets in and out, and what failures mean."""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    OutcomeUnknownError,
    StorageError,
    UntrustworthyAnswerError,
)
from digivl.http.gateway import Gateway, Part
from digivl.settings import Limits

Make = Callable[..., Gateway]
Answering = Callable[[httpx.Request], httpx.Response]
NUMBER = "85.07.30-033.28"


def answering(status: int, body: bytes = b"", **headers: str) -> Answering:
    """Answers the same to everything."""

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        return httpx.Response(status, content=body, headers=headers)

    return answer


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


def test_plain_http_elsewhere_only_where_the_answer_proves_itself() -> None:
    """A timestamp authority may answer over http; nobody else elsewhere may."""
    url, limits = "http://tsa.example.test/tsr", Limits()

    with pytest.raises(ConfigurationError, match="another machine"):
        Gateway("magda", url, limits)

    assert url == Gateway("authority", url, limits, plain=True).base_url
