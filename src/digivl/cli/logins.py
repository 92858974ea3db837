"""Reads how somebody logged in, for `digivl seal`: what the application knows of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from digivl.cli.personal import Form, read_one
from digivl.errors import MalformedError
from digivl.kernel.identifiers import INSZ, URI
from digivl.kernel.moments import from_wire
from digivl.kernel.personal import Personal
from digivl.signing.loginseal.model import Authentication

_HINT: Final = (
    'Write {"provider": "ACM/IDM", "method": "itsme", "level": URI, "session": ..., '
    '"at": "2026-12-01T09:00Z", "person": ...} as one JSON object; insz, second_factor '
    "and client can stand beside them."
)


def read_login(path: Path) -> Authentication:
    """How somebody logged in, as a file says.

    Raises:
        MalformedError: It does not say that; nothing of it is repeated.
    """
    return read_one(path, _LOGIN)


def _made(told: dict[str, Any]) -> Authentication:
    if not all(isinstance(value, str) for value in told.values()):
        raise MalformedError("a value that is no text", hint=_HINT)
    number, client = told.get("insz"), told.get("client")
    return Authentication(
        provider=told["provider"],
        method=told["method"],
        level=URI(told["level"]),
        session=told["session"],
        at=from_wire(told["at"]),
        person=Personal(told["person"]),
        number=None if number is None else Personal(INSZ(number)),
        second_factor=told.get("second_factor", ""),
        client=None if client is None else Personal(client),
    )


_LOGIN: Final = Form(
    lacks="no login",
    fields=frozenset(
        {"provider", "method", "level", "session", "at", "person"}
        | {"insz", "second_factor", "client"}
    ),
    hint=_HINT,
    make=_made,
)
