"""A MAGDA Documentendienst on loopback, for tests, demonstrations and trials.

`MagdaSimulator` is the service behind the counter, `magda_app` the counter: a WSGI
application with a token endpoint, publication of messages (at
``/api/v1/messages/messages`` and ``/v1/messages``), look-up and status request. What is
accepted stands in a folder, so that a person can see what would be published or
printed, and it survives a kill at any moment. The module `magda_rules` says who the
recipients are.
"""

from __future__ import annotations

import json
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from http import HTTPStatus
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal

import attrs
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from digivl.dispatch import magda_wire as wire
from digivl.dispatch.model import Channel
from digivl.kernel.identifiers import new_id
from digivl.kernel.moments import utc_now
from digivl.testing.magda_folder import AcceptedMessage, MessageFolder
from digivl.testing.magda_rules import Refusal, Upload, business_code, read_message
from digivl.testing.magda_tokens import answered, read_token

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

#: A client that every simulator lets in.
CLIENT_ID: Final = "digivl-simulator"
CLIENT_SECRET: Final = "no-secret-at-all"  # noqa: S105 - it guards nothing

_KEPT: Final = timedelta(days=365)
_LARGEST_FORM: Final = 40 * 1024 * 1024


class Fault(Enum):
    """A way in which one publication fails (storing)."""

    UNAVAILABLE = "503, nothing accepted"
    SERVER_ERROR = "500, nothing accepted"
    TOO_MANY = "429, nothing accepted"
    BAD_GATEWAY = "502 of a source that did not answer, nothing accepted"
    REVOKED = "401 for a token that was good a moment ago, nothing accepted"
    GATEWAY_TIMEOUT = "504, but the message was accepted"
    LOST_REPLY = "the connection is cut after the message was accepted"
    GARBLED = "201 with something else than a receipt; the message was accepted"
    SLOW = "accepted at once, answered after `slow_seconds`"


_BEFORE: Final = {
    Fault.UNAVAILABLE: (503, "under maintenance"),
    Fault.SERVER_ERROR: (500, "unexpected"),
    Fault.TOO_MANY: (429, "slow down"),
    Fault.BAD_GATEWAY: (502, "Source: no connection"),
    Fault.REVOKED: (401, "token revoked"),
}


@attrs.frozen(eq=False)
class MagdaSimulator:
    """The service; any number of threads and processes can share its folder.

    Attributes:
        folder: Where accepted messages stand.
        clock: Gives the present moment, with a zone.
        clients: Secrets by client id.
        idempotency: What a repeated key does: 409, the first answer again, or nothing.
        slow_seconds: How long `Fault.SLOW` keeps the answer back.
    """

    folder: Path
    clock: Callable[[], datetime] = utc_now
    clients: Mapping[str, str] = attrs.field(
        factory=lambda: {CLIENT_ID: CLIENT_SECRET}, repr=False
    )
    idempotency: Literal["conflict", "replay", "ignored"] = "conflict"
    slow_seconds: float = 5.0
    messages: MessageFolder = attrs.field(
        init=False,
        repr=False,
        default=attrs.Factory(lambda self: MessageFolder(self.folder), takes_self=True),
    )
    _faults: deque[Fault] = attrs.field(factory=deque[Fault], init=False, repr=False)

    def accepted(self) -> tuple[AcceptedMessage, ...]:
        """Everything that was ever accepted, the oldest first."""
        return self.messages.all()

    def fail_next(self, *faults: Fault) -> None:
        """Let the next publications fail, one fault each, in this order."""
        self._faults.extend(faults)

    def next_fault(self) -> Fault | None:
        """How this publication fails; None when it does not."""
        try:
            return self._faults.popleft()
        except IndexError:
            return None

    def open_in_ebox(self, message_id: str) -> None:
        """The recipient opens the message in the eBox."""
        self.messages.report(message_id, readStatus=True)

    def move_letter(self, message_id: str, status: str) -> None:
        """The letter reaches `status`, e.g. ``PRINTED`` or ``HANDED_TO_CARRIER``."""
        self.messages.report(message_id, status=status)

    def accept(
        self,
        client: str,
        key: str,
        message: dict[str, Any],
        contents: Sequence[IO[bytes]],
    ) -> tuple[AcceptedMessage, bool]:
        """Accept a message that keeps the rules; durable when this returns.

        Returns:
            The message, and whether it is new.

        Raises:
            Refusal: 409 - the key was used before.
        """
        now, ebox = self.clock(), message[wire.CHANNEL] == Channel.EBOX.value
        fresh = AcceptedMessage(
            message_id=new_id(),
            at=now,
            expires_at=now + _KEPT if ebox else None,
            code=business_code(message),
            client=client,
            key=key,
            message=message,
            documents=(),
        )
        unique = bool(key) and self.idempotency != "ignored"
        accepted = self.messages.accept(fresh, contents, unique=unique)
        if accepted is not None:
            return accepted, True
        first = self.messages.under(client, key)
        if self.idempotency == "conflict" or first is None:
            raise Refusal(409, "this Idempotency-Key was used before")
        return first, False


def magda_app(simulator: MagdaSimulator) -> WSGIApplication:
    """The simulator as a WSGI application; many threads can call it."""
    return _Counter(simulator)


class _Request(Request):
    max_content_length = _LARGEST_FORM


def _routes() -> Map:
    rules = [Rule(wire.OAUTH_ENDPOINT, endpoint="token", methods=["POST"])]
    for base in ("/api/v1/messages", "/v1"):
        path = base + wire.MESSAGES
        rules += [
            Rule(path, endpoint="publish", methods=["POST"]),
            Rule(path, endpoint="find", methods=["GET"]),
            Rule(f"{path}/<message_id>", endpoint="show", methods=["GET"]),
            Rule(base + wire.STATUS_REQUEST, endpoint="status", methods=["POST"]),
            Rule(path + wire.STATUS_REQUEST, endpoint="status", methods=["POST"]),
        ]
    return Map(rules)


@attrs.frozen
class _Counter:
    _simulator: MagdaSimulator
    _map: Map = attrs.field(factory=_routes, init=False)

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        with _Request(environ) as request:  # closes the files that were uploaded
            try:
                response = self._answer(request)
            except Refusal as refusal:
                response = _refused(refusal)
            except HTTPException as error:
                response = _refused(Refusal(error.code or 500, error.name))
            correlation_id = request.headers.get("x-correlation-id")
        if correlation_id:
            response.headers["x-correlation-id"] = correlation_id
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        endpoint, arguments = self._map.bind_to_environ(request.environ).match()
        if endpoint == "token":
            return self._token(request)
        if endpoint == "publish":
            return self._publish(request, self._client(request, wire.SCOPE_POST))
        client = self._client(request, wire.SCOPE_READ)
        mine = [m for m in self._simulator.accepted() if m.client == client]
        if endpoint == "find":
            return _found(mine, request.args.get(wire.REFERENCE, ""))
        if endpoint == "show":
            return self._shown(mine, arguments["message_id"])
        return _json(self._statuses(mine, request))

    def _token(self, request: Request) -> Response:
        said, status = answered(
            request.form,
            self._simulator.clients,
            (wire.SCOPE_POST, wire.SCOPE_READ),
            self._simulator.clock().timestamp(),
        )
        return _json(said, status)

    def _client(self, request: Request, scope: str) -> str:
        bearer = read_token(
            request.headers.get("authorization", ""),
            self._simulator.clients,
            self._simulator.clock().timestamp(),
        )
        if scope not in bearer.scopes:
            raise Refusal(403, f"scope {scope} is missing")
        if not 3 <= len(request.headers.get("x-correlation-id", "")) <= 36:
            raise Refusal(400, "x-correlation-id has 3 to 36 characters")
        return bearer.client

    def _publish(self, request: Request, client: str) -> Response:
        fault = self._simulator.next_fault()
        if fault in _BEFORE:
            raise Refusal(*_BEFORE[fault])
        key, uploads = _key(request), _uploads(request)
        message = read_message(request.form.get(wire.MESSAGE_PART), uploads)
        contents = [upload.content for upload in uploads]
        accepted, new = self._simulator.accept(client, key, message, contents)
        return self._replied(fault, accepted, request, 201 if new else 200)

    def _replied(
        self,
        fault: Fault | None,
        accepted: AcceptedMessage,
        request: Request,
        status: int,
    ) -> Response:
        if fault is Fault.GATEWAY_TIMEOUT:
            raise Refusal(504, "the source did not answer in time")
        if fault is Fault.LOST_REPLY:
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        if fault is Fault.SLOW:
            time.sleep(self._simulator.slow_seconds)
        if fault is Fault.GARBLED:
            return Response("<html>", status)
        return _json(_message(accepted), status)

    def _shown(self, mine: list[AcceptedMessage], message_id: str) -> Response:
        for message in mine:
            ends = message.expires_at
            kept = ends is None or self._simulator.clock() < ends
            if message.message_id == message_id and kept:
                return _json(_message(message))
        raise Refusal(404, "Source: no such message")

    def _statuses(
        self, mine: list[AcceptedMessage], request: Request
    ) -> list[dict[str, Any]]:
        channel, asked = _asked(request)
        return [
            self._status(message)
            for message in mine
            if message.message_id in asked and message.channel == channel
        ]

    def _status(self, message: AcceptedMessage) -> dict[str, Any]:
        reported = self._simulator.messages.reported(message.message_id)
        if message.channel == Channel.PAPER.value:
            word = reported.get("status", "RECEIVED_BY_PRINTER")
            return {"messageId": message.message_id, wire.STATUS: word}
        return {
            "messageId": message.message_id,
            "eboxId": message.message["recipient"],
            "expirationDate": _second(message.expires_at),
            "readStatus": bool(reported),
            "visible": True,
        }


def _asked(request: Request) -> tuple[str, set[str]]:
    """The channel and the message ids of a status request."""
    said: Any = request.get_json(force=True, silent=True)
    try:
        channel = Channel(said["deliveryChannel"])
        items = said["messages"]
        if channel is Channel.PAPER:
            kinds, ids = {""}, {str(item) for item in items}
        else:
            kinds = {item["eboxId"]["eboxType"] for item in items}
            ids = {str(item["messageId"]) for item in items}
    except (TypeError, KeyError, ValueError):
        raise Refusal(400, "messagesStatusRequest is not of its form") from None
    if not 0 < len(items) <= wire.BATCH[channel] or len(kinds) > 1:
        raise Refusal(400, "too many messages, or to more than one kind of e-Box")
    return channel.value, ids


def _key(request: Request) -> str:
    """The idempotency key: a string of RFC 8941, so between double quotes."""
    header = request.headers.get(wire.IDEMPOTENCY_KEY, "")
    if header and not (len(header) > 2 and header[0] == header[-1] == '"'):
        raise Refusal(400, "Idempotency-Key is a string between double quotes")
    return header[1:-1]


def _uploads(request: Request) -> list[Upload]:
    return [
        Upload(
            name=name,
            filename=file.filename or "",
            media_type=file.mimetype,
            content=file.stream,
        )
        for name, file in request.files.items(multi=True)
    ]


def _found(mine: list[AcceptedMessage], reference: str) -> Response:
    found = [_message(message) for message in mine if message.reference == reference]
    return _json({wire.ITEMS: found, "totalItems": len(found)})


def _message(message: AcceptedMessage) -> dict[str, Any]:
    answer = {
        "messageId": message.message_id,
        "expirationDate": _second(message.expires_at),
        "code": message.code,
        wire.REFERENCE: message.reference,
        wire.CHANNEL: message.channel,
    }
    return {name: value for name, value in answer.items() if value}


def _second(moment: datetime | None) -> str | None:
    return moment.replace(microsecond=0).isoformat() if moment else None


def _json(said: Any, status: int = 200) -> Response:
    return Response(json.dumps(said), status, mimetype="application/json")


def _refused(refusal: Refusal) -> Response:
    """In one of both shapes: of the federated API when there is a code, or of MAGDA."""
    if refusal.code:
        said: dict[str, Any] = {
            "id": new_id(),
            "code": refusal.code,
            "message": refusal.detail,
            "environment": "simulation",
        }
    else:
        said = {
            "title": HTTPStatus(refusal.status).phrase,
            "status": refusal.status,
            "detail": refusal.detail,
            "instance": new_id(),
        }
    return _json(said, refusal.status)
