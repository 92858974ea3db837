"""A KRAB on loopback, for tests, demonstrations and trials.

`KrabSimulator` is the service with an inspector and a minister in it, `krab_app` its
counter: a WSGI application. How the real one speaks is not known: this one keeps by
the letter to the assumptions in `digivl.advice.channels.krab_wire`. What it has stands
in a folder, so that the inspector can answer from another process than the one that
serves.
"""

from __future__ import annotations

import hashlib
import json
import socket
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from digivl.advice.channels import krab_wire as wire
from digivl.kernel.identifiers import new_id
from digivl.kernel.moments import utc_now
from digivl.testing.krab_folder import Heard, KrabFolder, Told
from digivl.testing.magda_rules import Refusal
from digivl.testing.magda_tokens import answered, read_token

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

#: A client that every simulator lets in.
CLIENT_ID: Final = "digivl-simulator"
CLIENT_SECRET: Final = "no-secret-at-all"  # noqa: S105 - it guards nothing
#: Where the service stands below its address.
BASE: Final = "/krab/v1"

_PAGE: Final = 100
_LARGEST_FORM: Final = 40 * 1024 * 1024


class Fault(Enum):
    """A way in which one call fails (storing)."""

    UNAVAILABLE = "503, nothing done"
    TOO_MANY = "429, nothing done"
    FORBIDDEN = "403, nothing done"
    REJECTED = "422, nothing done: it does not want what was sent"
    GATEWAY_TIMEOUT = "504, but it was done"
    LOST_REPLY = "the connection is cut after it was done"
    GARBLED = "200 with something else than an answer; it was done"


_BEFORE: Final = {
    Fault.UNAVAILABLE: (503, "under maintenance"),
    Fault.TOO_MANY: (429, "slow down"),
    Fault.FORBIDDEN: (403, "scope missing"),
    Fault.REJECTED: (422, "the file is not complete"),
}


@attrs.frozen(eq=False)
class KrabSimulator:
    """The service; any number of threads and processes can share its folder.

    Attributes:
        folder: Where what it has stands.
        clock: Gives the present moment, with a zone.
        clients: Secrets by client id.
        on_message: Called with each message that was accepted: plays who answers.
    """

    folder: Path
    clock: Callable[[], datetime] = utc_now
    clients: Mapping[str, str] = attrs.field(
        factory=lambda: {CLIENT_ID: CLIENT_SECRET}, repr=False
    )
    on_message: Callable[[KrabSimulator, Heard], object] | None = None
    files: KrabFolder = attrs.field(
        init=False,
        repr=False,
        default=attrs.Factory(lambda self: KrabFolder(self.folder), takes_self=True),
    )
    _faults: deque[Fault | None] = attrs.field(
        factory=deque["Fault | None"], init=False, repr=False
    )

    def accepted(self) -> list[Heard]:
        """Everything that was ever accepted, the oldest first."""
        return self.files.messages()

    def fail_next(self, *faults: Fault | None) -> None:
        """Let the next calls fail, one fault each, in this order; None fails none."""
        self._faults.extend(faults)

    def next_fault(self) -> Fault | None:
        """How this call fails; None when it does not."""
        try:
            return self._faults.popleft()
        except IndexError:
            return None

    def receive(self, reference: str) -> str:
        """The question is received."""
        return self.say(reference, "RECEIVED")

    def ask(self, reference: str, text: str) -> str:
        """Something is asked: for information, or to complete."""
        return self.say(reference, "INQUIRY", text=text)

    def send_back(self, reference: str, *lacks: str) -> str:
        """The question is sent back as incomplete."""
        return self.say(reference, "SENT_BACK", lacks=list(lacks))

    def advise(
        self,
        reference: str,
        outcome: str = "FAVOURABLE",
        *,
        agreement_needed: bool | None = None,
        conditions: Sequence[str] = (),
        pdf: bytes | None = None,
    ) -> str:
        """The inspector gives advice."""
        needed = (
            {} if agreement_needed is None else {"agreementNeeded": agreement_needed}
        )
        said = {"outcome": outcome, "conditions": list(conditions), **needed}
        return self.say(reference, "ADVICE", pdf=pdf, **said)

    def agree(self, reference: str, text: str = "", *, pdf: bytes | None = None) -> str:
        """The minister agrees."""
        return self.say(reference, "AGREEMENT", pdf=pdf, text=text)

    def refuse(self, reference: str, text: str) -> str:
        """The minister refuses."""
        return self.say(reference, "REFUSAL", text=text)

    def say(
        self, reference: str, kind: str, *, pdf: bytes | None = None, **fields: Any
    ) -> str:
        """Say anything back about a question, also what makes no sense.

        Args:
            reference: What the service calls the question.
            kind: The word for what is said.
            pdf: A document that goes with it.
            fields: The other fields, in the place of those that go with every event.

        Returns:
            The id of the event.
        """
        asked = [one for one in self.accepted() if one.reference == reference]
        event: dict[str, Any] = {
            "id": new_id(),
            "kind": kind,
            wire.REFERENCE: reference,
            wire.OWN_REFERENCE: asked[-1].question if asked else "",
            wire.MOMENT: self.clock().isoformat(),
        }
        if pdf is not None:
            event[wire.DOCUMENT] = {wire.SHA256: self.files.keep(pdf)}
        client = asked[-1].client if asked else next(iter(self.clients))
        self.files.tell(client, event | fields)
        return str((event | fields)["id"])

    def accept(
        self, client: str, key: str, message: dict[str, Any]
    ) -> tuple[Heard, bool]:
        """Accept a message that keeps the rules; durable when this returns.

        Returns:
            The message, and whether it is new.

        Raises:
            Refusal: 409 - the key was used before, for something else.
        """
        own = message[wire.OWN_REFERENCE]
        digits = hashlib.sha256(f"{client}\0{own}".encode()).hexdigest()[:10]
        fresh = Heard(
            at=self.clock(),
            client=client,
            key=key,
            reference=f"KRAB-{digits}",
            message=message,
        )
        accepted = self.files.accept(fresh)
        if accepted is not None:
            if self.on_message is not None:
                self.on_message(self, accepted)
            return accepted, True
        first = next(m for m in self.accepted() if (m.client, m.key) == (client, key))
        if first.message != message:
            raise Refusal(409, "this Idempotency-Key was used for another message")
        return first, False


def received_at_once(simulator: KrabSimulator, heard: Heard) -> None:
    """For `KrabSimulator.on_message`: each question is received once it is there."""
    if heard.kind == "QUESTION":
        simulator.receive(heard.reference)


def krab_app(simulator: KrabSimulator) -> WSGIApplication:
    """The simulator as a WSGI application; many threads can call it."""
    return _Counter(simulator)


class _Request(Request):
    max_content_length = _LARGEST_FORM


def _routes() -> Map:
    return Map(
        [
            Rule(wire.OAUTH_ENDPOINT, endpoint="token", methods=["POST"]),
            Rule(BASE + wire.MESSAGES, endpoint="say", methods=["POST"]),
            Rule(BASE + wire.DOCUMENTS, endpoint="upload", methods=["POST"]),
            Rule(f"{BASE}{wire.DOCUMENTS}/<sha256>", endpoint="fetch", methods=["GET"]),
            Rule(BASE + wire.EVENTS, endpoint="events", methods=["GET"]),
            Rule(BASE + wire.CONFIRMATIONS, endpoint="confirm", methods=["POST"]),
        ]
    )


@attrs.frozen
class _Counter:
    _simulator: KrabSimulator
    _map: Map = attrs.field(factory=_routes, init=False)

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        with _Request(environ) as request:
            try:
                response = self._answer(request)
            except Refusal as refusal:
                response = _refused(refusal.status, refusal.detail)
            except HTTPException as error:
                response = _refused(error.code or 500, error.name)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        endpoint, arguments = self._map.bind_to_environ(request.environ).match()
        simulator = self._simulator
        if endpoint == "token":
            now = simulator.clock().timestamp()
            scopes = (wire.SCOPE_ASK, wire.SCOPE_READ)
            return _json(*answered(request.form, simulator.clients, scopes, now))
        asks = endpoint in {"say", "upload"}
        client = self._client(request, wire.SCOPE_ASK if asks else wire.SCOPE_READ)
        fault = simulator.next_fault()
        if fault in _BEFORE:
            raise Refusal(*_BEFORE[fault])
        act = getattr(self, f"_{endpoint}")
        return _spoilt(fault, act(request, client, **arguments), request)

    def _client(self, request: Request, scope: str) -> str:
        bearer = read_token(
            request.headers.get("authorization", ""),
            self._simulator.clients,
            self._simulator.clock().timestamp(),
        )
        if scope not in bearer.scopes:
            raise Refusal(403, f"scope {scope} is missing")
        return bearer.client

    def _say(self, request: Request, client: str) -> Response:
        key = request.headers.get(wire.IDEMPOTENCY_KEY, "")
        if len(key) < 3 or not key[0] == key[-1] == '"':
            raise Refusal(400, "Idempotency-Key is a string between double quotes")
        message = self._message(request)
        heard, new = self._simulator.accept(client, key[1:-1], message)
        return _json({wire.REFERENCE: heard.reference}, 201 if new else 200)

    def _message(self, request: Request) -> dict[str, Any]:
        said: Any = request.get_json(force=True, silent=True)
        if not isinstance(said, dict) or not said.get(wire.OWN_REFERENCE):
            raise Refusal(400, "a message is an object with a senderReference")
        if said.get("kind") not in wire.MESSAGE_WORDS.values():
            raise Refusal(400, "a message of an unknown kind")
        for one in said.get("documents", []):
            if self._simulator.files.document(str(one.get(wire.SHA256))) is None:
                raise Refusal(400, "a document that was not uploaded")
        return said

    def _upload(self, request: Request, client: str) -> Response:
        del client
        file = request.files.get(wire.FILE)
        if file is None:
            raise Refusal(400, "there is no file")
        content = file.stream.read()
        if hashlib.sha256(content).hexdigest() != _field(request, wire.SHA256):
            raise Refusal(400, "these are not the bytes of that SHA-256")
        return _json({wire.SHA256: self._simulator.files.keep(content)}, 201)

    def _fetch(self, request: Request, client: str, sha256: str) -> Response:
        del request, client
        content = self._simulator.files.document(sha256)
        if content is None:
            raise Refusal(404, "there is no such document")
        return Response(content, mimetype="application/pdf")

    def _events(self, request: Request, client: str) -> Response:
        after = request.args.get(wire.AFTER, "0")
        if not after.isdigit():
            raise Refusal(400, "`after` is no page of ours")
        told = list(self._simulator.files.told(client, int(after)))
        more = len(told) > _PAGE
        events = [one.event for one in told[:_PAGE]]
        cursor = str(told[_PAGE - 1].number) if more else None
        return _json({"events": events, wire.NEXT: cursor})

    def _confirm(self, request: Request, client: str) -> Response:
        said: Any = request.get_json(force=True, silent=True)
        ids = said.get(wire.IDS) if isinstance(said, dict) else None
        if not isinstance(ids, list):
            raise Refusal(400, "there are no ids")
        found: list[Told] = list(self._simulator.files.told(client, 0))
        for one in found:
            if one.event.get("id") in ids:
                self._simulator.files.confirm(one)
        return _json({})


def _spoilt(fault: Fault | None, response: Response, request: Request) -> Response:
    """The answer to what was done, as a fault leaves it."""
    if fault is Fault.GATEWAY_TIMEOUT:
        raise Refusal(504, "the source did not answer in time")
    if fault is Fault.LOST_REPLY:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    if fault is Fault.GARBLED:
        return Response("<html>", 200)
    return response


def _field(request: Request, name: str) -> str:
    """A field of a form, whether or not it came as a file."""
    file = request.files.get(name)
    return file.stream.read().decode() if file else request.form.get(name, "")


def _json(said: Any, status: int = 200) -> Response:
    return Response(json.dumps(said), status, mimetype="application/json")


def _refused(status: int, detail: str) -> Response:
    title = HTTPStatus(status).phrase
    return _json({"title": title, "status": status, "detail": detail}, status)
