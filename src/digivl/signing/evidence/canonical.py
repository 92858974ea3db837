"""An evidence report as JSON: canonical, so that its digest can be made again."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from importlib.resources import files
from typing import Any

import attrs
import rfc8785

from digivl.errors import MalformedError
from digivl.kernel.moments import to_wire
from digivl.signing.evidence.model import Evidence


def as_json(evidence: Evidence) -> bytes:
    """The report in the canonical form of RFC 8785; see `docs/reference/formats.md`.

    Raises:
        MalformedError: A text in it cannot be written in UTF-8.
    """
    tree = attrs.asdict(evidence, value_serializer=_plain)
    try:
        return rfc8785.dumps(tree)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as cause:
        raise MalformedError(f"the report cannot be written: {cause}") from cause


def schema() -> str:
    """The JSON schema (2020-12) that every report in this format keeps to."""
    found = files("digivl.signing.evidence").joinpath("schema.json")
    return found.read_text(encoding="utf-8")


def _plain(_: object, __: object, value: Any) -> Any:
    if isinstance(value, datetime):
        return to_wire(value)
    return value.value if isinstance(value, Enum) else value
