"""Reads the recipients of `digivl send`: a JSON object on each line."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from digivl.cli.personal import Form, read_lines
from digivl.dispatch.model import PostalAddress, Recipient
from digivl.errors import MalformedError
from digivl.kernel.identifiers import INSZ, EnterpriseNumber

_LARGEST: Final = 50_000_000
_HINT: Final = (
    'Write {"name": ..., "insz": ...}, or kbo, or address, as one JSON object; an '
    "address has street, house_number, postal_code, municipality."
)


def read_recipients(path: Path) -> list[Recipient]:
    """The recipients in a file of JSON lines.

    Raises:
        MalformedError: A line that is no recipient; it says which, and never what
            stands in it.
    """
    found = read_lines(path, _RECIPIENT, _LARGEST)
    if not found:
        raise MalformedError(f"{path} holds no recipient", hint=_HINT)
    return found


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


_RECIPIENT: Final = Form(
    lacks="no recipient",
    fields=frozenset({"name", "insz", "kbo", "address"}),
    hint=_HINT,
    make=_made,
)
