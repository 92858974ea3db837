"""The one module that imports httpx, and the one place that translates its errors.

httpx2 continues httpx with the same names: to change over, change that one word.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, BinaryIO, Final, TypeAlias

import attrs
import httpx

from digivl.errors import (
    BackendUnavailableError,
    LimitExceededError,
    MalformedError,
    OutcomeUnknownError,
    StorageError,
    UntrustworthyAnswerError,
)
from digivl.kernel.redaction import on_one_line
from digivl.settings import HTTP_DRIPPING, Limits

#: What carries requests; tests and simulators pass their own.
Transport: TypeAlias = httpx.BaseTransport

#: After these the other side cannot have received the request.
_NEVER_ARRIVED: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.InvalidURL,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
#: Anything else may have happened after it was received.
_ANY_FAILURE: Final = (
    httpx.CookieConflict,
    httpx.HTTPError,
    httpx.StreamError,
)
#: One that is kept in a file may be long: it comes at this rate at least, in bytes a
#: second.
_SLOWEST: Final = 65_536


@attrs.frozen(kw_only=True)
class Part:
    """One part of a multipart form.

    Attributes:
        name: Name of the part.
        content: Bytes, or a seekable stream that is sent from its start.
        media_type: Its ``Content-Type``.
        filename: Set for files, None for a plain field.
    """

    name: str
    content: BinaryIO | bytes = attrs.field(repr=False)
    media_type: str
    filename: str | None = None


@attrs.frozen
class Sink:
    """Where the body of a success goes: a file, and the most bytes that it takes."""

    file: BinaryIO = attrs.field(repr=False)
    largest: int


@attrs.frozen(kw_only=True)
class Call:
    """One request, ready to be sent.

    Attributes:
        content: Bytes, or a seekable stream that is sent from its start.
        once: True when doing it twice does harm: then a lost reply is an outcome
            that is not known, and never a reason to send again.
        server_name: Whose certificate is wanted, where `url` names an address.
        into: Takes the body of a success, in the place of the answer.
    """

    backend: str
    method: str
    url: str
    headers: Mapping[str, str] = attrs.field(repr=False)
    params: Mapping[str, str] = attrs.field(repr=False)
    content: BinaryIO | bytes | None = attrs.field(repr=False)
    parts: Sequence[Part]
    once: bool
    into: Sink | None = None
    correlation_id: str = ""
    server_name: str = ""


@attrs.frozen(kw_only=True)
class Answer:
    """One answer, read whole.

    Attributes:
        headers: Names in lower case.
        correlation_id: The ``x-correlation-id`` that went along with the request.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    correlation_id: str

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            MalformedError: It is something else.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as cause:
            raise MalformedError("the answer is not JSON") from cause


class Client:
    """Sends calls and reads answers within limits; follows nothing, repeats nothing.

    Args:
        limits: Time-outs, and the largest answer that is read.
        outside: False for this machine: then no proxy of the environment is used.
        transport: Carries the requests in the place of the network.
        tls: Whom to trust, and the certificate to show; the usual ones if None.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        outside: bool,
        transport: Transport | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits
        timeout = httpx.Timeout(
            limits.http_read_seconds, connect=limits.http_connect_seconds
        )
        self._client = httpx.Client(
            timeout=timeout,
            transport=transport,
            verify=True if tls is None else tls,
            trust_env=outside,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            # A compressed answer could grow beyond any limit in one step.
            headers={"accept-encoding": "identity", "user-agent": "digivl"},
        )

    def exchange(self, call: Call) -> Answer:
        """Send one request and read its answer, whatever its status.

        Raises:
            BackendUnavailableError: It cannot have been received; or its answer was
                lost and it can be repeated without harm.
            OutcomeUnknownError: It is to be done once, and the answer was lost.
            UntrustworthyAnswerError: The answer is too large, compressed or too slow.
            LimitExceededError: There is more than `into` takes.
            StorageError: What was to be sent could not be read, or `into` not written.
        """
        with _translated(call), self._stream(call) as response:
            return Answer(
                status=response.status_code,
                headers={name.lower(): text for name, text in response.headers.items()},
                body=self._body(call, response),
                correlation_id=call.correlation_id,
            )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    @contextmanager
    def _stream(self, call: Call) -> Generator[httpx.Response, None, None]:
        if call.content is not None and not isinstance(call.content, bytes):
            call.content.seek(0)
        with self._client.stream(
            call.method,
            call.url,
            headers=call.headers,
            params=call.params or None,
            content=call.content,
            files=[
                (part.name, (part.filename, part.content, part.media_type))
                for part in call.parts
            ]
            or None,
            extensions={"sni_hostname": call.server_name} if call.server_name else {},
        ) as response:
            yield response

    def _body(self, call: Call, response: httpx.Response) -> bytes:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _unusable(call, "the answer is compressed, which was not asked for")
        body = bytearray()
        end = time.monotonic() + HTTP_DRIPPING * self._limits.http_read_seconds
        if call.into is not None and response.is_success:
            _keep(call, call.into, response, end)
            return b""
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._limits.http_answer_bytes:
                largest = self._limits.http_answer_bytes
                raise _unusable(call, f"the answer is larger than {largest} bytes")
            if time.monotonic() > end:
                raise _unusable(call, "the answer comes in too slowly")
        return bytes(body)


def _keep(call: Call, into: Sink, response: httpx.Response, end: float) -> None:
    """Write the body where the caller wants it."""
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > into.largest:
            raise LimitExceededError(
                f"{call.backend} answers with more than {into.largest} bytes",
                hint="Raise pdf_bytes under [limits], if it is to be let in.",
            )
        if time.monotonic() > end + size / _SLOWEST:
            raise _unusable(call, "the answer comes in too slowly")
        into.file.write(chunk)


@contextmanager
def _translated(call: Call) -> Generator[None, None, None]:
    try:
        yield
    except _NEVER_ARRIVED as cause:
        raise BackendUnavailableError(
            call.backend,
            f"no connection for {call.method} ({_named(cause)})",
            hint="Check its address in the settings, and the network, then try again.",
            correlation_id=call.correlation_id,
        ) from cause
    except _ANY_FAILURE as cause:
        raise _lost(call, f"the answer was lost ({_named(cause)})") from cause
    except OSError as cause:
        what = "what was to be sent" if call.into is None else "what came in"
        raise StorageError(f"{what} cannot be read or kept: {cause}") from cause


def _named(cause: Exception) -> str:
    text = on_one_line(str(cause), 200)
    return f"{type(cause).__name__}: {text}" if text else type(cause).__name__


def _lost(call: Call, what: str) -> BackendUnavailableError | OutcomeUnknownError:
    if call.once:
        return outcome_unknown(call, what)
    return BackendUnavailableError(
        call.backend,
        f"{call.method} failed: {what}",
        hint="Try again later.",
        correlation_id=call.correlation_id,
    )


def _unusable(call: Call, what: str) -> UntrustworthyAnswerError | OutcomeUnknownError:
    if call.once:
        return outcome_unknown(call, what)
    return UntrustworthyAnswerError(
        call.backend, what, correlation_id=call.correlation_id
    )


def outcome_unknown(call: Call, what: str) -> OutcomeUnknownError:
    """The error for a call that is to be done once, and may have been."""
    return OutcomeUnknownError(
        call.backend,
        f"{call.method} may or may not have been done: {what}",
        hint="Look it up by its own reference before sending it again.",
        correlation_id=call.correlation_id,
    )
