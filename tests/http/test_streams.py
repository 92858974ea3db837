"""Files that are streamed, other verbs, and a certificate that is shown."""

from __future__ import annotations

import io
import ssl
from collections.abc import Callable, Iterator

import httpx
import pytest

from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    LimitExceededError,
    OutcomeUnknownError,
    StorageError,
    UntrustworthyAnswerError,
)
from digivl.http.gateway import Gateway
from digivl.http.problems import read_problem
from digivl.settings import Limits

Make = Callable[..., Gateway]


class Tokens:
    """Gives a new token each time one was refused."""

    def __init__(self) -> None:
        self.given = 0

    def header(self, refused: str | None = None) -> str:
        """The next one."""
        self.given += refused is not None
        return f"Bearer {self.given}"

    def close(self) -> None:
        """Nothing."""


def test_put_and_delete(gateway: Make) -> None:
    """Each goes under its verb, with JSON or nothing."""
    seen: list[tuple[str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, request.read()))
        return httpx.Response(200)

    service = gateway(answer)
    service.put("/x", json={"a": "é"})
    service.delete("/x")

    assert [("PUT", '{"a": "é"}'.encode()), ("DELETE", b"")] == seen


def test_stream_is_sent_from_its_start(gateway: Make) -> None:
    """Whole, with its length, and again when the token was refused."""
    content, seen = io.BytesIO(b"x" * 3_000_000), list[tuple[int, str]]()
    content.seek(10)

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((len(request.read()), request.headers["content-length"]))
        return httpx.Response(401 if len(seen) == 1 else 200)

    gateway(answer, auth=Tokens()).post("/x", content=content)

    assert [(3_000_000, "3000000")] * 2 == seen


def test_fetched_into_a_file(gateway: Make) -> None:
    """The body goes to the file, past the largest answer; the answer is empty."""
    target, body = io.BytesIO(), b"y" * 5_000
    service = gateway(lambda _: httpx.Response(200, content=body))

    answer = service.fetch("/x", target, largest=5_000, headers={"accept": "a/b"})

    assert (b"", body) == (answer.body, target.getvalue())


def test_larger_than_let_in(gateway: Make) -> None:
    """One byte more is too much."""
    service = gateway(lambda _: httpx.Response(200, content=b"y" * 5_000))

    with pytest.raises(LimitExceededError, match="more than 4999 bytes"):
        service.fetch("/x", io.BytesIO(), largest=4_999)


def test_a_refusal_is_no_file(gateway: Make) -> None:
    """What is no success is read as an answer, and not written."""
    target = io.BytesIO()
    service = gateway(lambda _: httpx.Response(404, json={"Message": "not there"}))

    with pytest.raises(BackendRefusedError, match="not there"):
        service.fetch("/x", target, largest=100)
    assert b"" == target.getvalue()


def test_a_file_that_breaks_off(gateway: Make) -> None:
    """It can be asked again."""

    def broken() -> Iterator[bytes]:
        yield b"y"
        raise httpx.ReadError("cut")

    service = gateway(lambda _: httpx.Response(200, content=broken()))

    with pytest.raises(BackendUnavailableError):
        service.fetch("/x", io.BytesIO(), largest=100)


def test_a_file_that_drips(gateway: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file may take longer than an answer, by its size; not for ever."""
    now = iter([0.0, 4.0, 9.0])
    monkeypatch.setattr("digivl.http.client.time.monotonic", lambda: next(now))
    monkeypatch.setattr("digivl.http.client._SLOWEST", 1)

    def slow() -> Iterator[bytes]:
        yield b"y"
        yield b"y"

    service = gateway(lambda _: httpx.Response(200, content=slow()))
    with pytest.raises(UntrustworthyAnswerError, match="too slowly"):
        service.fetch("/x", io.BytesIO(), largest=100)


def test_a_disk_that_fails(gateway: Make) -> None:
    """What came in and cannot be kept is our trouble, not theirs."""

    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(28, "No space left on device")

    service = gateway(lambda _: httpx.Response(200, content=b"y"))
    with pytest.raises(StorageError, match="what came in"):
        service.fetch("/x", Full(), largest=100)


def test_on_behalf_of_another(gateway: Make) -> None:
    """The same connections, let in as somebody else; the first stays who it was."""
    seen: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        return httpx.Response(200)

    service = gateway(answer)
    service.on_behalf(Tokens()).get("/x")
    service.get("/x")

    assert ["Bearer 0", None] == seen


def test_own_certificates(gateway: Make) -> None:
    """A context of one's own is used; it does not show."""
    context = ssl.create_default_context()
    service = Gateway("x", "https://a.example", Limits(), tls=context)

    assert service.tls is context
    assert "SSLContext" not in repr(service)
    service.close()


def test_unknown_outcome_of_a_stream(gateway: Make) -> None:
    """A stream that is sent once and loses its reply may have arrived."""

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        raise httpx.ReadTimeout("slow")

    with pytest.raises(OutcomeUnknownError):
        gateway(answer).post("/x", content=io.BytesIO(b"x"), once=True)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('{"Message": "User jan.j@example.be is away"}', "User ••• is away"),
        ('{"message": "mail <a@b.be>, c@d.be"}', "mail <•••>, •••"),
        ('{"detail": "price @ 5"}', "price @ 5"),
    ],
)
def test_addresses_are_hidden(said: str, expected: str) -> None:
    """An address in an explanation names a person."""
    assert expected == read_problem(said.encode()).detail
