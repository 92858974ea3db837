"""Reads the recipients of `digivl send`: a JSON object on each line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from digivl.cli.files import reading
from digivl.dispatch.model import PostalAddress, Recipient
from digivl.errors import DigivlError, LimitExceededError, MalformedError
from digivl.kernel.identifiers import INSZ, EnterpriseNumber

_LARGEST: Final = 50_000_000
_HINT: Final = (
    'Write {"name": ..., "insz": ...}, or kbo, or address, as one JSON object; an '
    "address has street, house_number, postal_code, municipality."
)
_FIELDS: Final = frozenset({"name", "insz", "kbo", "address"})


def read_recipients(path: Path) -> list[Recipient]:
    """The recipients in a file of JSON lines.

    Raises:
        MalformedError: A line that is no recipient; it says which, and never what
            stands in it.
    """
    with reading(path) as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise LimitExceededError(f"{path} is larger than {_LARGEST} bytes")
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as cause:
        raise MalformedError(f"{path} is no text in UTF-8") from cause
    found = [
        _recipient(line, f"{path}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if not found:
        raise MalformedError(f"{path} holds no recipient", hint=_HINT)
    return found


def _recipient(line: str, where: str) -> Recipient:
    try:
        return _made(_object(line))
    except DigivlError as cause:
        raise MalformedError(f"{where}: {cause}", hint=cause.hint) from None
    # Nothing of the line goes into the text: it is personal.
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise MalformedError(f"{where} is no recipient", hint=_HINT) from None


def _object(line: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(line)
    # A misspelt field must not turn an eBox message into a letter.
    if told.keys() - _FIELDS:
        raise MalformedError("a field that is not known", hint=_HINT)
    return told


def _made(told: dict[str, Any]) -> Recipient:
    name, address = told["name"], None
    if not isinstance(name, str):
        raise MalformedError("the name is no text", hint=_HINT)
    if "address" in told:
        address = PostalAddress(**told["address"])
    if "insz" in told and "kbo" in told:
        raise MalformedError("a recipient is a citizen or an enterprise, not both")
    if "insz" in told:
        return Recipient.citizen(INSZ(told["insz"]), name=name, address=address)
    if "kbo" in told:
        number = EnterpriseNumber(told["kbo"])
        return Recipient.enterprise(number, name=name, address=address)
    if address is None:
        raise MalformedError("neither a number nor an address", hint=_HINT)
    return Recipient.by_letter(name, address)
