"""One remote service: where it is, how to be let in, what its statuses mean."""

from __future__ import annotations

import ipaddress
import json as jsonlib
import logging
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Protocol, Self
from urllib.parse import urlsplit

import attrs

from digivl.errors import (
    BackendError,
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    MalformedError,
    UntrustworthyAnswerError,
)
from digivl.http.client import (
    Answer,
    Call,
    Client,
    Part,
    Sink,
    Transport,
    outcome_unknown,
)
from digivl.http.problems import read_problem
from digivl.kernel.identifiers import new_id

if TYPE_CHECKING:
    import ssl

    from digivl.settings import Limits

__all__ = ["Answer", "Authorization", "Gateway", "Part", "Transport"]

_log = logging.getLogger(__name__)

#: After these the same request may succeed later; it was not done.
_LATER: Final = frozenset({408, 425, 429, 500, 503})
#: A relay gave up on the service behind it, which may have done it all the same.
_RELAY_GAVE_UP: Final = frozenset({502, 504})

_HINTS: Final = {
    401: "Check the client id, its secret and the rights it was given.",
    403: "A scope is missing: it has to be granted and asked for.",
    404: "Check the address in the settings.",
    409: "It was received before: look it up by its own reference.",
    413: "Send less: fewer documents, or smaller ones.",
}


class Authorization(Protocol):
    """Says what stands in the ``Authorization`` header."""

    def header(self, refused: str | None = None) -> str:
        """The value; another one than `refused`, which the service did not accept."""
        ...

    def close(self) -> None:
        """Let go of the connections."""
        ...


def _read(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as cause:
        raise _no_address("it cannot be read") from cause
    if parts.scheme not in {"http", "https"} or not host:
        raise _no_address("it has to start with https:// and a host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _no_address("it holds more than a host and a path")
    return url


def _refuse_plain(url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http" and not is_loopback(host):
        raise _no_address(
            f"{host} is another machine, and http:// can be read on the way"
        )


def _no_address(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"the address of a backend cannot be used: {why}",
        hint="Write it as https://host/path; http:// only serves this machine.",
    )


def is_loopback(host: str) -> bool:
    """True for this machine: ``localhost``, 127.0.0.0/8 and ::1."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _client(gateway: Gateway) -> Client:
    outside = not is_loopback(urlsplit(gateway.base_url).hostname or "")
    return Client(
        gateway.limits, outside=outside, transport=gateway.transport, tls=gateway.tls
    )


@attrs.frozen(eq=False)
class Gateway:
    """One remote service; thread-safe. It never repeats a request by itself.

    The one exception does no harm: a request that was refused for its token (401) is
    sent once more with a fresh one.

    Attributes:
        backend: Name in the settings, for errors and logs.
        base_url: https, or http on this machine; a path may follow the host.
        plain: True allows http elsewhere too: for answers that prove themselves and
            questions that say nothing, such as timestamps.
        tls: Whom to trust, and the certificate to show; the usual ones if None.
        limits: Time-outs and the largest answer.
        auth: Gives the ``Authorization`` header; None sends none.
        transport: Carries the requests in the place of the network.
        tls: Whom to trust, and with which certificate to present oneself; None trusts
            the usual authorities and presents none.

    Raises:
        ConfigurationError: `base_url` cannot be used.
    """

    backend: str
    base_url: str = attrs.field(converter=_read)
    limits: Limits = attrs.field(repr=False)
    auth: Authorization | None = attrs.field(default=None, repr=False)
    transport: Transport | None = attrs.field(default=None, repr=False)
    plain: bool = False
    tls: ssl.SSLContext | None = attrs.field(default=None, repr=False)
    _client: Client = attrs.field(
        init=False, repr=False, default=attrs.Factory(_client, takes_self=True)
    )

    def __attrs_post_init__(self) -> None:
        if not self.plain:
            _refuse_plain(self.base_url)

    def on_behalf(self, auth: Authorization) -> Self:
        """The same service over the same connections, let in as somebody else."""
        other = copy(self)
        object.__setattr__(other, "auth", auth)
        return other

    def get(
        self,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask for something; asking twice does no harm.

        Raises:
            BackendUnavailableError: No answer, or a status after which to try later.
            BackendRefusedError: Another status that is no success.
            UntrustworthyAnswerError: An answer beyond the limits.
        """
        return self._answer("GET", path, params=params, headers=headers)

    def fetch(
        self,
        path: str,
        into: BinaryIO,
        *,
        largest: int,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask for a file, and write it as it comes in; asking twice does no harm.

        Args:
            path: As `post`.
            into: Takes the body; on an error it may hold a part of it.
            largest: Most bytes that are let in.
            headers: Further headers.

        Raises:
            LimitExceededError: There are more.
            StorageError: `into` cannot be written.
            BackendError: As `get`.
        """
        return self._answer("GET", path, headers=headers, into=Sink(into, largest))

    def put(self, path: str, *, json: Any) -> Answer:
        """Put JSON in the place of what is there; errors as `get`."""
        content = jsonlib.dumps(json, ensure_ascii=False).encode()
        headers = {"content-type": "application/json"}
        return self._answer("PUT", path, content=content, headers=headers)

    def delete(self, path: str) -> Answer:
        """Take something away; doing it twice does no harm; errors as `get`."""
        return self._answer("DELETE", path)

    def post(
        self,
        path: str,
        *,
        content: BinaryIO | bytes | None = None,
        json: Any = None,
        multipart: Sequence[Part] = (),
        headers: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> Answer:
        """Send something: bytes, JSON or a multipart form, which is streamed.

        Args:
            path: Below `base_url`, starting with a slash; empty for `base_url` itself.
            content: Bytes to send as they are, or a seekable stream of them.
            json: Sent as JSON in UTF-8.
            multipart: Parts of a form; streams are read while they are sent.
            headers: Further headers.
            once: True when doing it twice does harm, such as a letter. Then every
                failure after which it may have been done is `OutcomeUnknownError`.

        Raises:
            BackendUnavailableError: It was not done; a later try can succeed.
            OutcomeUnknownError: It may have been done (only with `once`).
            BackendRefusedError: It was refused; `status` and `reason` say more.
            UntrustworthyAnswerError: An answer beyond the limits.
        """
        headers = dict(headers or {})
        if json is not None:
            content = jsonlib.dumps(json, ensure_ascii=False).encode()
            headers["content-type"] = "application/json"
        return self._answer(
            "POST", path, headers=headers, content=content, parts=multipart, once=once
        )

    @contextmanager
    def reading(self, answer: Answer, hint: str) -> Generator[None, None, None]:
        """What makes no sense in an answer becomes an error of the service.

        Args:
            answer: What is read.
            hint: What the reader can do about it.

        Raises:
            UntrustworthyAnswerError: It is malformed.
        """
        try:
            yield
        except MalformedError as cause:
            raise UntrustworthyAnswerError(
                self.backend,
                f"status {answer.status}, but {cause}",
                hint=hint,
                correlation_id=answer.correlation_id,
            ) from cause

    def close(self) -> None:
        """Let go of the connections, those of `auth` too."""
        self._client.close()
        if self.auth is not None:
            self.auth.close()

    def _answer(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: BinaryIO | bytes | None = None,
        parts: Sequence[Part] = (),
        once: bool = False,
        into: Sink | None = None,
    ) -> Answer:
        return self._let_in(
            Call(
                backend=self.backend,
                method=method,
                url=self.base_url.rstrip("/") + path if path else self.base_url,
                headers=headers or {},
                params=params or {},
                content=content,
                parts=parts,
                once=once,
                into=into,
            )
        )

    def _let_in(self, call: Call) -> Answer:
        if self.auth is None:
            return self._exchange(call)
        value = self.auth.header()
        try:
            return self._exchange(call, authorization=value)
        except BackendRefusedError as refusal:
            if refusal.status != HTTPStatus.UNAUTHORIZED:
                raise
            again = self.auth.header(refused=value)
            if again == value:  # a password: there is no other one
                raise
        return self._exchange(call, authorization=again)

    def _exchange(self, call: Call, **headers: str) -> Answer:
        correlation_id = new_id()
        headers = {**call.headers, **headers, "x-correlation-id": correlation_id}
        call = attrs.evolve(call, correlation_id=correlation_id, headers=headers)
        answer = self._client.exchange(call)
        _log.debug(
            "%s: %s answered %d (%s)",
            *(self.backend, call.method, answer.status, correlation_id),
        )
        if answer.status // 100 != 2:
            raise _failure(call, answer)
        return answer


def _failure(call: Call, answer: Answer) -> BackendError:
    problem = read_problem(answer.body)
    said = f"status {answer.status}" + (f", {problem}" if str(problem) else "")
    if answer.status in _RELAY_GAVE_UP and call.once:
        return outcome_unknown(call, said)
    if answer.status in _LATER | _RELAY_GAVE_UP:
        later = BackendUnavailableError(
            call.backend,
            said,
            hint="Try again later.",
            correlation_id=call.correlation_id,
        )
        later.retry_after_seconds = _retry_after(answer.headers)
        return later
    return BackendRefusedError(
        call.backend,
        said,
        hint=_HINTS.get(answer.status, ""),
        correlation_id=call.correlation_id,
        status=answer.status,
        reason=problem.code or problem.title,
        detail=problem.detail,
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """How long it says to stay away (RFC 9110, 10.2.3); None when it does not say."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        until = parsedate_to_datetime(said)
        # By the clock of the service: ours may show another time.
        now = parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
