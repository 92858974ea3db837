"""The counter of the CSC simulator: a WSGI application."""

from __future__ import annotations

import json
import secrets
import socket
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import attrs
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from digivl.signing.csc import wire
from digivl.testing import csc_methods as methods
from digivl.testing.csc import CSCSimulator, Fault, Granted, Pending, Style
from digivl.testing.csc_oauth import (
    checked_client,
    checked_exchange,
    checked_page,
)
from digivl.testing.csc_pages import page
from digivl.testing.magda_rules import Refusal

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_LARGEST: Final = 1 << 20
_DECIDE: Final = "/decide"
_BEFORE: Final = {
    Fault.UNAVAILABLE: (503, "under maintenance", "temporarily_unavailable"),
    Fault.BROKEN: (500, "an unexpected condition", "server_error"),
    Fault.TOO_MANY: (429, "slow down", ""),
    Fault.NO_TOKEN: (401, "the token is not valid", "invalid_token"),
    Fault.SAD_EXPIRED: (400, "SAD expired", ""),
}
_RETRY_AFTER: Final = 30

Method = Callable[[CSCSimulator, Granted, Mapping[str, Any]], dict[str, Any]]
_METHODS: Final[Mapping[str, Method]] = {
    wire.LIST: methods.listed,
    wire.CREDENTIAL: methods.described,
    wire.AUTHORIZE: methods.authorized,
    wire.SIGN: methods.signed,
}


def csc_app(simulator: CSCSimulator) -> WSGIApplication:
    """The simulator as a WSGI application; many threads can call it."""
    return _Counter(simulator)


class _Request(Request):
    max_content_length = _LARGEST


def _routes(base: str) -> Map:
    api = [Rule(base + path, endpoint=path, methods=["POST"]) for path in _METHODS]
    named = [wire.INFO, wire.REVOKE, wire.SEND_CODE]
    api += [Rule(base + path, endpoint=path, methods=["POST"]) for path in named]
    for prefix in ("", base):
        api += [
            Rule(prefix + wire.VISIT, endpoint=wire.VISIT, methods=["GET"]),
            Rule(prefix + wire.TOKEN, endpoint=wire.TOKEN, methods=["POST"]),
            Rule(prefix + wire.PUSHED, endpoint=wire.PUSHED, methods=["POST"]),
        ]
    return Map([*api, Rule(_DECIDE, endpoint=_DECIDE, methods=["POST"])])


@attrs.frozen
class _Counter:
    _simulator: CSCSimulator

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        with _Request(environ) as request:
            try:
                response = self._answer(request)
            except Refusal as refusal:
                response = _refused(refusal)
            except HTTPException as error:
                response = _json({"error": error.name}, error.code or 500)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        routes = _routes(self._simulator.style.base)
        path, _ = routes.bind_to_environ(request.environ).match()
        if path == wire.VISIT:
            return self._visit(request)
        if path == _DECIDE:
            return self._decide(request)
        name = path.lstrip("/")
        fault = self._simulator.next_fault(name)
        if fault in _BEFORE:
            raise Refusal(*_BEFORE[fault])
        return _spoilt(fault, self._done(path, request), request)

    def _done(self, path: str, request: Request) -> Response:
        simulator = self._simulator
        if path == wire.TOKEN:
            return _json(self._token(_form(request)))
        if path == wire.PUSHED:
            return _json(self._push(_form(request)), 201)
        said: Any = request.get_json(force=True, silent=True)
        if not isinstance(said, dict):
            raise Refusal(400, "the body is no JSON object")
        with simulator.lock:
            simulator.calls.append((path.lstrip("/"), said))
        if path == wire.INFO:
            address = request.host_url.rstrip("/") + simulator.style.base
            return _json(methods.info(simulator, address))
        header = request.headers.get("authorization", "")
        granted = simulator.granted(header.removeprefix("Bearer "), wire.SCOPE_SERVICE)
        if granted is None:
            raise Refusal(401, "the token is not valid", "invalid_token")
        if path == wire.REVOKE:
            simulator.tokens.pop(str(said.get("token")), None)
            return Response(status=204)
        if path == wire.SEND_CODE:
            return Response(status=204)
        return _json(_METHODS[path](simulator, granted, said))

    def _visit(self, request: Request) -> Response:
        simulator, params = self._simulator, request.args.to_dict()
        if "request_uri" in params:
            with simulator.lock:
                pushed = simulator.pushed.pop(params["request_uri"], None)
            if pushed is None or pushed["client_id"] != params.get("client_id"):
                raise Refusal(400, "Invalid parameter request_uri")
            params = dict(pushed)
        elif simulator.style.version == 2:
            raise Refusal(400, "push the request first")
        pending = checked_page(simulator, params)
        opened = simulator.open_page(pending)
        people = simulator.people.values()
        text = page(opened, pending, people, _DECIDE)
        return Response(text, mimetype="text/html")

    def _decide(self, request: Request) -> Response:
        simulator, choice = self._simulator, request.form.get("choice", "")
        opened = request.form.get("page", "")
        if choice in {"cancel", "late"}:
            pending = simulator.cancel(opened)
            why = "User cancelled" if choice == "cancel" else "Request timed out"
            said = {"error": wire.DENIED, "error_description": why}
        else:
            pending, code = simulator.confirm(opened, choice)
            said = {"code": code}
        if pending.state:
            said["state"] = pending.state
        return _back(pending, said)

    def _push(self, form: Mapping[str, Any]) -> dict[str, Any]:
        checked_client(self._simulator, form)
        params = {k: str(v) for k, v in form.items() if k != "client_secret"}
        checked_page(self._simulator, params)
        uri = f"urn:ietf:params:oauth:request_uri:{secrets.token_urlsafe(16)}"
        with self._simulator.lock:
            self._simulator.pushed[uri] = params
        return {"request_uri": uri, "expires_in": 90}

    def _token(self, form: Mapping[str, Any]) -> dict[str, Any]:
        simulator = self._simulator
        granted = checked_exchange(simulator, form)
        signs = granted.pending.scope == wire.SCOPE_CREDENTIAL
        lasts = simulator.sad_seconds if signs else simulator.token_seconds
        itsme = simulator.style is Style.ITSME
        good = attrs.evolve(granted, until=simulator.now() + lasts)
        return {
            "access_token": simulator.grant(good),
            "token_type": "SAD" if signs and itsme else "Bearer",
            "expires_in": lasts,
        } | ({"refresh_token": None} if itsme else {})


def _form(request: Request) -> Mapping[str, Any]:
    if request.mimetype == "application/json":
        said: Any = request.get_json(silent=True)
        return said if isinstance(said, dict) else {}
    return request.form.to_dict()


def _back(pending: Pending, said: Mapping[str, str]) -> Response:
    url = f"{pending.redirect_uri}?{urlencode(said)}"
    return Response(status=302, headers={"location": url})


def _spoilt(fault: Fault | None, response: Response, request: Request) -> Response:
    """The answer to what was done, as a fault leaves it."""
    if fault is Fault.GATEWAY_TIMEOUT:
        raise Refusal(504, "the source did not answer in time")
    if fault is Fault.LOST_REPLY:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    if fault is Fault.GARBLED:
        return Response("<html>", 200)
    if fault in {Fault.WRONG_SIGNATURE, Fault.WRONG_COUNT, Fault.SWAPPED}:
        said: Any = response.get_json()
        return _json({"signatures": _worse(fault, said["signatures"])})
    return response


def _worse(fault: Fault, signatures: list[str]) -> list[str]:
    if fault is Fault.WRONG_COUNT:
        return signatures[1:]
    if fault is Fault.SWAPPED:
        return signatures[::-1]
    first = bytearray(b64decode(signatures[0]))
    first[-1] ^= 1
    return [b64encode(first).decode(), *signatures[1:]]


def _json(said: Any, status: int = 200) -> Response:
    return Response(json.dumps(said), status, mimetype="application/json")


def _refused(refusal: Refusal) -> Response:
    words = {"invalid_grant", "invalid_client"}
    code = refusal.code or (
        refusal.detail if refusal.detail in words else "invalid_request"
    )
    body = {"error": code, "error_description": refusal.detail}
    response = _json(body, refusal.status)
    if refusal.status == 429:
        response.headers["retry-after"] = str(_RETRY_AFTER)
    return response
