"""Reads the people of `digivl platform send`: a JSON object on each line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from digivl.cli.files import reading
from digivl.errors import DigivlError, LimitExceededError, MalformedError
from digivl.kernel.identifiers import INSZ
from digivl.kernel.parties import Party, Role
from digivl.kernel.personal import Personal
from digivl.signing.platform.people import (
    Assurance,
    ByText,
    Invited,
    PlatformRole,
    Rectangle,
)

_LARGEST: Final = 1_000_000
_FIELDS: Final = frozenset(
    {"party", "label", "mail", "name", "role", "turn", "assurance"}
    | {"insz", "text", "rectangle"}
)
_ROLES: Final = {
    "approver": PlatformRole.APPROVER,
    "signer": PlatformRole.SIGNER,
    "copy": PlatformRole.COPY,
}
_HINT: Final = (
    'Write {"party": ..., "label": ..., "mail": ..., "name": ...} as one JSON object; '
    "role is approver, signer or copy, assurance AES or QES, rectangle {page, x, y}."
)


def read_invited(path: Path) -> list[Invited]:
    """The people in a file of JSON lines.

    Raises:
        MalformedError: A line that is nobody; it says which, and never what stands
            in it.
    """
    lines = _text(path).splitlines()
    return [
        _invited(line, f"{path}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def read_line(path: Path) -> str:
    """The one line in a file."""
    return _text(path).strip()


def _text(path: Path) -> str:
    with reading(path) as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise LimitExceededError(f"{path} is larger than {_LARGEST} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise MalformedError(f"{path} is no text in UTF-8") from cause


def _invited(line: str, where: str) -> Invited:
    try:
        return _made(json.loads(line))
    except DigivlError as cause:
        raise MalformedError(f"{where}: {cause}", hint=cause.hint) from None
    # Nothing of the line goes into the text: it is personal.
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise MalformedError(f"{where} is nobody", hint=_HINT) from None


def _made(told: dict[str, Any]) -> Invited:
    if told.keys() - _FIELDS:
        raise MalformedError("a field that is not known", hint=_HINT)
    asked: dict[str, Any] = {"role": _ROLES[told.get("role", "signer")]}
    if "insz" in told:
        asked["number"] = INSZ(told["insz"])
    if "text" in told:
        asked["text"] = ByText(text=Personal(told["text"]))
    if "rectangle" in told:
        asked["rectangle"] = Rectangle(**told["rectangle"])
    return Invited.person(
        Party(told["party"], told["label"], Role.SIGNATORY),
        told["mail"],
        told["name"],
        turn=told.get("turn", 1),
        assurance=Assurance[told.get("assurance", "QES")],
        **asked,
    )
