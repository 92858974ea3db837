"""Reads the people of `digivl platform send`: a JSON object on each line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from digivl.cli.flowtold import taking_part
from digivl.cli.personal import Form, read_lines
from digivl.kernel.identifiers import INSZ
from digivl.kernel.parties import Party, Role
from digivl.kernel.personal import Personal
from digivl.signing.model import Approver, SigningFlow
from digivl.signing.order import stages
from digivl.signing.platform.people import (
    Assurance,
    ByText,
    Invited,
    PlatformRole,
    Rectangle,
)

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
_HINT_OF_FLOW: Final = (
    'Write {"party": ..., "mail": ..., "name": ...} as one JSON object; party is who '
    "takes part in the flow, as shown or by id. "
    "Who only gets a copy has role copy, and a label."
)


def read_invited(path: Path, flow: SigningFlow | None = None) -> Sequence[Invited]:
    """The people in a file of JSON lines.

    Args:
        path: The file.
        flow: In which they take part: from it come their labels, roles and turns.

    Raises:
        MalformedError: A line that is nobody; it says which, and never what stands
            in it.
    """
    form = Form(
        lacks="nobody",
        fields=_FIELDS,
        hint=_HINT if flow is None else _HINT_OF_FLOW,
        make=_made if flow is None else partial(_made_of, flow),
    )
    return read_lines(path, form)


def _made_of(flow: SigningFlow, told: dict[str, Any]) -> Invited:
    """Somebody who takes part in a flow, or gets a copy of it."""
    if told.get("role") == "copy":
        return _made(told)
    one = taking_part(flow.participants, told["party"])
    known = {"party": one.party.id, "label": one.party.label}
    known["role"] = "approver" if isinstance(one, Approver) else "signer"
    turn = stages(flow.participants)[one.party.id] or 1
    return _made({"turn": turn} | told | known)


def _made(told: dict[str, Any]) -> Invited:
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
