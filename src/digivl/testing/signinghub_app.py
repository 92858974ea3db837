"""The counter of the SigningHub simulator: its API v4 as a WSGI application, strict."""

from __future__ import annotations

import base64
import json
import re
import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import attrs
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from digivl.signing.platform import signinghub_wire as wire
from digivl.signing.platform.people import Assurance, same_mail
from digivl.testing.magda_rules import Refusal
from digivl.testing.magda_tokens import LASTS, answered, issued, read_token
from digivl.testing.papers import text_in
from digivl.testing.signinghub import Fault, SigningHubSimulator, check, person
from digivl.testing.signinghub_folder import Package

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_LARGEST: Final = 120 * 1024 * 1024
_LONGEST: Final = 100
_TYPES: Final = frozenset({"SERIAL", "PARALLEL", "INDIVIDUAL", "CUSTOM"})
_ROLES: Final = frozenset({"SIGNER", "REVIEWER", "CARBON_COPY"})
_LEVELS: Final = frozenset(one.value for one in Assurance)
_BEFORE: Final = {
    Fault.UNAVAILABLE: (503, "under maintenance"),
    Fault.TOO_MANY: (429, "slow down"),
    Fault.FORBIDDEN: (403, "You are not allowed to perform the requested operation"),
    Fault.REJECTED: (422, "this is not wanted of sander.proef@example.be"),
    Fault.ERROR: (500, "An internal server error occurred"),
}


def signinghub_app(simulator: SigningHubSimulator) -> WSGIApplication:
    """The simulator as a WSGI application; many threads can call it."""
    return _Counter(simulator)


class _Request(Request):
    max_content_length = _LARGEST


def _routes() -> Map:
    one = f"{wire.PACKAGES}/<int:package>"
    document = f"{one}/documents/<int:document>"
    listed = f"{wire.PACKAGES}/<status>/<int:page>/<int:count>"
    routes = (
        (wire.AUTHENTICATE, "token", "POST"),
        (wire.SCOPE, "scope", "POST"),
        (wire.LOGOUT, "logout", "POST"),
        (wire.PROFILE, "profile", "GET"),
        (wire.LINKS, "link", "POST"),
        (wire.PACKAGES, "create", "POST"),
        (listed, "listing", "GET"),
        (one, "delete", "DELETE"),
        (f"{one}/documents", "upload", "POST"),
        (document, "download", "GET"),
        (f"{document}/fields/autoplace", "autoplace", "POST"),
        (f"{document}/fields/signature", "place", "POST"),
        (f"{one}/workflow", "status", "GET"),
        (f"{one}/workflow", "settings", "PUT"),
        (f"{one}/workflow", "share", "POST"),
        (f"{one}/workflow", "recall", "DELETE"),
        (f"{one}/workflow/users", "invite", "POST"),
    )
    return Map(
        [Rule(path, endpoint=name, methods=[verb]) for path, name, verb in routes]
    )


@attrs.frozen
class _Session:
    """Whose call it is."""

    client: str
    organization: str
    mail: str


@attrs.frozen
class _Counter:
    _simulator: SigningHubSimulator
    _map: Map = attrs.field(factory=_routes, init=False)

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        with _Request(environ) as request:
            try:
                response = self._answer(request)
            except Refusal as refusal:
                response = _json({"Message": refusal.detail}, refusal.status)
            except HTTPException as error:
                response = _json({"Message": error.name}, error.code or 500)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        endpoint, arguments = self._map.bind_to_environ(request.environ).match()
        simulator = self._simulator
        now = simulator.clock().timestamp()
        if endpoint == "token":
            return _json(*answered(request.form, simulator.clients, (), now))
        header = request.headers.get("authorization", "")
        bearer = read_token(header, simulator.clients, now)
        organization = simulator.organizations[bearer.client]
        session = _Session(bearer.client, organization, "".join(bearer.scopes))
        if endpoint == "scope":
            return self._scope(request, session, now)
        check(bool(session.mail), 401, "User authentication required")
        fault = simulator.next_fault()
        if fault in _BEFORE:
            raise Refusal(*_BEFORE[fault])
        act = getattr(self, f"_{endpoint}")
        return _spoilt(fault, act(request, session, **arguments), request)

    def _scope(self, request: Request, session: _Session, now: float) -> Response:
        mail = str(_object(request).get("user_email", ""))
        members = self._simulator.members
        if members is not None:
            own = map(same_mail, members.get(session.organization, ()))
            check(same_mail(mail) in own, 403, f"{mail} does not belong to the account")
        secret = self._simulator.clients[session.client]
        token = issued(session.client, [mail], now + LASTS, secret)
        said = {"access_token": token, "token_type": "Bearer", "expires_in": LASTS}
        return _json({**said, "refresh_token": "none"})

    def _logout(self, request: Request, session: _Session) -> Response:
        del request, session
        raise Refusal(400, "there is no device token")

    def _profile(self, request: Request, session: _Session) -> Response:
        del request
        return _json({"user_email": session.mail, "company": session.organization})

    def _create(self, request: Request, session: _Session) -> Response:
        said = _object(request)
        name = said.get("package_name")
        _check_name(name)
        check(said.get("workflow_mode") == "ONLY_OTHERS", 400, "an unknown mode")
        made = self._simulator.files.make(
            {
                "package_name": name,
                "organization": session.organization,
                "owner": session.mail,
                "status": "DRAFT",
                "workflow_type": "SERIAL",
                "documents": [],
                "users": [],
                "fields": [],
                "deleted": False,
            }
        )
        told = {key: made[key] for key in ("package_id", "package_name")}
        return _json({**told, "workflow_mode": "ONLY_OTHERS"}, 201)

    def _upload(self, request: Request, session: _Session, package: int) -> Response:
        name = request.headers.get(wire.FILE_NAME)
        _check_name(name)
        check(str(name).isascii() and str(name).endswith(".pdf"), 400, "no PDF")
        check(request.headers.get(wire.CONVERT) == "false", 400, "it converts nothing")
        check(bool(request.headers.get(wire.SOURCE)), 400, "x-source is missing")
        check(request.mimetype == wire.OCTETS, 415, "send an octet stream")
        content = request.get_data()
        check(content.startswith(b"%PDF-"), 400, "this is no PDF")
        sha256 = self._simulator.files.keep(content)
        with self._simulator.files.changing(self._draft(session, package)) as found:
            taken = [one["document_name"] for one in found["documents"]]
            check(name not in taken, 409, "there is a document of that name")
            made = {
                "documentid": package * 100 + len(taken) + 1,
                "document_name": name,
                "original": sha256,
                "sha256": sha256,
            }
            found["documents"].append(made)
        told = {key: made[key] for key in ("documentid", "document_name")}
        return _json(told, 201)

    def _download(
        self, request: Request, session: _Session, package: int, document: int
    ) -> Response:
        check(request.headers.get("accept") == wire.OCTETS, 406, "ask octets")
        found = self._seen(session, package)
        for one in found["documents"]:
            if one["documentid"] == document:
                content = self._simulator.result(found, one)
                return Response(content, mimetype=wire.OCTETS)
        raise Refusal(404, "Document not found")

    def _settings(self, request: Request, session: _Session, package: int) -> Response:
        kind = _object(request).get("workflow_type")
        check(kind in _TYPES, 400, "an unknown type of workflow")
        with self._simulator.files.changing(self._draft(session, package)) as found:
            found["workflow_type"] = kind
        return _json({})

    def _invite(self, request: Request, session: _Session, package: int) -> Response:
        said: Any = request.get_json(force=True, silent=True)
        check(isinstance(said, list) and bool(said), 400, "a list of users")
        with self._simulator.files.changing(self._draft(session, package)) as found:
            check(found["workflow_type"] == "CUSTOM", 400, "only CUSTOM has turns")
            for one in said:
                mail, name = one.get("user_email"), one.get("user_name")
                role, turn = one.get("role"), one.get("signing_order")
                check(role in _ROLES, 400, "an unknown role")
                check(bool(name) and "@" in str(mail), 400, "a user without address")
                check(isinstance(turn, int) and turn > 0, 400, "no signing_order")
                user = person(found, str(mail).lower(), name, role, turn)
                found["users"].append(user)
        return _json({}, 200)

    def _autoplace(
        self, request: Request, session: _Session, package: int, document: int
    ) -> Response:
        said = _object(request)
        text = said.get("search_text")
        check(isinstance(text, str) and bool(text), 400, "search_text is missing")
        check(said.get("field_type") == "SIGNATURE", 400, "an unknown field")
        with self._simulator.files.changing(self._draft(session, package)) as found:
            (one,) = [d for d in found["documents"] if d["documentid"] == document]
            if str(text) not in text_in(self._simulator.files.content(one["sha256"])):
                return _json([], 200)
            field = self._field(found, document, said)
        return _json([field], 200)

    def _place(
        self, request: Request, session: _Session, package: int, document: int
    ) -> Response:
        said = _object(request)
        box = said.get("dimensions")
        check(isinstance(box, dict) and {"x", "y"} <= {*box}, 400, "no dimensions")
        check(isinstance(said.get("page_no"), int), 400, "page_no is missing")
        with self._simulator.files.changing(self._draft(session, package)) as found:
            field = self._field(found, document, said)
        return _json(field, 201)

    def _field(
        self, found: Package, document: int, said: dict[str, Any]
    ) -> dict[str, Any]:
        order, levels = said.get("order"), said.get("level_of_assurance")
        check(isinstance(levels, list) and {*levels} <= _LEVELS, 400, "no level")
        whose = [one for one in found["users"] if one["order"] == order]
        check(bool(whose), 400, "nobody has this order")
        check(whose[0]["role"] == "SIGNER", 400, "this user signs nothing")
        field = {"document": document, "order": order, "level_of_assurance": levels}
        found["fields"].append(field)
        return field

    def _share(self, request: Request, session: _Session, package: int) -> Response:
        del request
        with self._simulator.files.changing(self._draft(session, package)) as found:
            check(bool(found["documents"]), 400, "there is no document")
            check(bool(found["users"]), 400, "there are no recipients")
            found["status"] = "SHARED"
        return _json({})

    def _status(self, request: Request, session: _Session, package: int) -> Response:
        del request
        found = self._seen(session, package)
        workflow = {
            "workflow_type": found["workflow_type"],
            "workflow_mode": "ONLY_OTHERS",
            "workflow_status": found["status"],
        }
        documents = [
            {key: one[key] for key in ("documentid", "document_name")}
            for one in found["documents"]
        ]
        told = {key: found[key] for key in ("package_id", "package_name", "users")}
        return _json({**told, "workflow": workflow, "documents": documents})

    def _recall(self, request: Request, session: _Session, package: int) -> Response:
        del request
        self._seen(session, package)
        self._simulator.recall(package)
        return _json({})

    def _delete(self, request: Request, session: _Session, package: int) -> Response:
        del request
        self._seen(session, package)
        self._simulator.delete(package)
        return _json({})

    def _listing(
        self, request: Request, session: _Session, status: str, page: int, count: int
    ) -> Response:
        check(status == "ALL" and 0 < count <= _LONGEST, 400, "ask ALL, at most 100")
        text = base64.b64decode(request.headers.get(wire.SEARCH, "")).decode()
        found = [
            {
                "package_id": one["package_id"],
                "package_name": one["package_name"],
                "package_status": one["status"],
            }
            for one in self._simulator.packages()
            if self._is_of(one, session) and text in one["package_name"]
        ]
        return _json(found[(page - 1) * count : page * count])

    def _link(self, request: Request, session: _Session) -> Response:
        package = _object(request).get("package_id")
        check(isinstance(package, int), 400, "package_id is missing")
        self._seen(session, int(package or 0))
        host = request.host_url.rstrip("/")
        return _json(f"{host}/Web#/Viewer/{package}/?token=secret")

    def _draft(self, session: _Session, package: int) -> int:
        """A package that can still be changed."""
        found = self._seen(session, package)
        check(found["status"] == "DRAFT", 403, "Document is already shared")
        return package

    def _seen(self, session: _Session, package: int) -> Package:
        """A package that this user of this organisation sees."""
        try:
            found = self._simulator.files.read(package)
        except KeyError:
            raise Refusal(404, "Document not found") from None
        mine = not found["deleted"] and self._is_of(found, session)
        check(mine, 404, "Document not found")
        return found

    def _is_of(self, found: Package, session: _Session) -> bool:
        owner = same_mail(found["owner"]) == same_mail(session.mail)
        return owner and found["organization"] == session.organization


def _check_name(name: Any) -> None:
    fits = isinstance(name, str) and 0 < len(name) <= _LONGEST
    check(fits, 400, "a name has 1 to 100 characters")
    check(str(name).strip() == name, 400, "a name has no blanks around it")
    check(not re.search(r"[/\\]", str(name)), 400, "a name holds no slash")


def _object(request: Request) -> dict[str, Any]:
    said: Any = request.get_json(force=True, silent=True)
    check(isinstance(said, dict), 400, "an object in JSON is wanted")
    found: dict[str, Any] = said
    return found


def _spoilt(fault: Fault | None, response: Response, request: Request) -> Response:
    """The answer to what was done, as a fault leaves it."""
    if fault is Fault.GATEWAY_TIMEOUT:
        raise Refusal(504, "the source did not answer in time")
    if fault is Fault.ERROR_AFTER:
        raise Refusal(500, "An internal server error occurred")
    if fault is Fault.LOST_REPLY:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    if fault is Fault.GARBLED:
        return Response("<html>", 200)
    if fault is Fault.NO_SUCCESS:
        response.status_code = 202
    return response


def _json(said: Any, status: int = 200) -> Response:
    return Response(json.dumps(said), status, mimetype="application/json")
