"""OAuth 2.0 client credentials: a token for a machine, kept while it lasts.

The flow is a generator without I/O: it yields what to ask the token endpoint and
takes the answer. `ClientCredentials` drives it and keeps the token.

Source:
    RFC 6749, sections 4.4 (grant), 5.1 (answer) and 5.2 (refusal).
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Generator, Mapping, Sequence
from threading import Lock
from typing import Final, Protocol
from urllib.parse import urlencode

import attrs

from digivl.errors import (
    BackendRefusedError,
    ConfigurationError,
    MalformedError,
    UntrustworthyAnswerError,
)
from digivl.http.client import Answer
from digivl.http.gateway import Gateway
from digivl.settings import Limits

_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
#: How long before its end a token is no longer used, in seconds.
_SKEW: Final = 30.0
#: How long a token is kept whose end was not told, in seconds.
_UNTOLD: Final = 60.0
_YEAR: Final = 31_536_000


class ClientProof(Protocol):
    """How a client proves to the token endpoint that it is who it says."""

    def form(self) -> Mapping[str, str]:
        """The fields that prove it, made anew for each request."""
        ...


@attrs.frozen
class ClientSecret:
    """Client id and secret in the form (``client_secret_post``)."""

    client_id: str
    secret: str = attrs.field(repr=False)

    def form(self) -> Mapping[str, str]:
        """The two fields."""
        return {"client_id": self.client_id, "client_secret": self.secret}


@attrs.frozen
class BasicLogin:
    """A user and a password (RFC 7617); both go along with every request."""

    user: str
    password: str = attrs.field(repr=False)

    def header(self, refused: str | None = None) -> str:
        """``Basic`` and the two; the same ones, also after they were refused."""
        del refused
        pair = f"{self.user}:{self.password}".encode()
        return f"Basic {b64encode(pair).decode()}"

    def close(self) -> None:
        """Nothing is held."""


@attrs.frozen
class Token:
    """A bearer token, and how many seconds it can be used from when it was asked."""

    value: str = attrs.field(repr=False)
    lasts: float


TokenFlow = Generator[Mapping[str, str], Answer, Token]


def token_flow(backend: str, proof: ClientProof, scope: str) -> TokenFlow:
    """Ask for a token: yields the form to post, takes the answer, returns the token.

    Raises:
        UntrustworthyAnswerError: A success that holds no usable bearer token.
    """
    asked = {"grant_type": "client_credentials", **proof.form()}
    answer = yield asked | ({"scope": scope} if scope else {})
    try:
        return _token(answer.json())
    except MalformedError as cause:
        raise UntrustworthyAnswerError(
            backend,
            f"the token endpoint answered {answer.status}, but {cause}",
            hint="Is this the address of a token endpoint?",
            correlation_id=answer.correlation_id,
        ) from cause


def _token(said: object) -> Token:
    if not isinstance(said, dict):
        raise MalformedError("the answer is no JSON object")
    value, lasts = said.get("access_token"), said.get("expires_in", _UNTOLD)
    if not isinstance(value, str) or not value or not _fits_a_header(value):
        raise MalformedError("it holds no access token")
    if str(said.get("token_type", "bearer")).lower() != "bearer":
        raise MalformedError("the token is no bearer token")
    # A comparison also refuses what JSON should not hold: NaN and infinity.
    if not isinstance(lasts, int | float) or not 0 <= lasts < _YEAR:
        raise MalformedError("the token does not say how long it lasts")
    return Token(value, lasts - min(_SKEW, lasts / 2))


def _fits_a_header(value: str) -> bool:
    return all("!" <= c <= "~" for c in value)


@attrs.define(eq=False)
class ClientCredentials:
    """Gives bearer tokens: one for all threads, a fresh one when it ends or is refused.

    Attributes:
        gateway: The authorisation server; without authorisation of its own.
        path: The token endpoint below it.
        proof: How the client proves who it is.
        scope: Scopes, separated by blanks; empty asks for the usual ones.
        clock: Seconds on a clock that never goes back.
    """

    gateway: Gateway
    path: str
    proof: ClientProof
    scope: str = ""
    clock: Callable[[], float] = time.monotonic
    _token: Token | None = attrs.field(default=None, init=False, repr=False)
    _until: float = attrs.field(default=0.0, init=False, repr=False)
    _lock: Lock = attrs.field(factory=Lock, init=False, repr=False)

    def header(self, refused: str | None = None) -> str:
        """``Bearer`` and a token, from the cache when it still serves.

        Raises:
            ConfigurationError: The client is refused, or asks for a wrong scope.
            BackendUnavailableError: The authorisation server does not answer.
            UntrustworthyAnswerError: It answers something else than a token.
        """
        with self._lock:
            kept = self._kept()
            # Of many threads that were refused with one token, the first fetches
            # a new one and the others use it.
            if kept is None or kept == refused:
                kept = self._fetch()
            return kept

    def close(self) -> None:
        """Let go of the connections."""
        self.gateway.close()

    def _kept(self) -> str | None:
        if self._token is None or self.clock() >= self._until:
            return None
        return f"Bearer {self._token.value}"

    def _fetch(self) -> str:
        asked_at = self.clock()
        flow = token_flow(self.gateway.backend, self.proof, self.scope)
        self._token = drive(flow, self._ask)
        self._until = asked_at + self._token.lasts
        return f"Bearer {self._token.value}"

    def _ask(self, form: Mapping[str, str]) -> Answer:
        try:
            content = urlencode(form).encode()
            return self.gateway.post(self.path, content=content, headers=_FORM)
        except BackendRefusedError as cause:
            raise ConfigurationError(
                f"no token from the authorisation server: {cause}",
                hint="Check the client id, its secret, the scope and the address.",
            ) from cause


def service(
    name: str,
    base_url: str,
    token_url: str,
    endpoint: str,
    scopes: Sequence[str],
    proof: ClientProof,
    limits: Limits,
) -> Gateway:
    """A service that lets a machine in by a token of an authorisation server.

    Args:
        name: Name in the settings.
        base_url: Base path of the service.
        token_url: The authorisation server.
        endpoint: Path of its token endpoint.
        scopes: What is asked of it.
        proof: How this client proves to it who it is.
        limits: Time-outs and the largest answer.

    Raises:
        ConfigurationError: An address cannot be used.
    """
    server = Gateway(f"{name} token", token_url, limits)
    tokens = ClientCredentials(server, endpoint, proof, " ".join(scopes))
    return Gateway(name, base_url, limits, tokens)


def drive(flow: TokenFlow, ask: Callable[[Mapping[str, str]], Answer]) -> Token:
    """Run a flow to its end, asking what it wants to know."""
    try:
        question = next(flow)
        while True:
            question = flow.send(ask(question))
    except StopIteration as end:
        token: Token = end.value
        return token
