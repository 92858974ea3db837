"""What an answer that is not a success says, in one shape."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import attrs

from digivl.kernel.redaction import REMOVED, on_one_line

#: An explanation that is longer is none.
_LARGEST: Final = 65_536
#: An address names a person: it does not go on into logs and errors.
_ADDRESS: Final = re.compile(r"[^\s@<>\"',;:()]{1,64}@[^\s@<>\"',;:()]{1,255}")


@attrs.frozen(kw_only=True)
class Problem:
    """Why the other side did not do it, redacted; fields it did not give are empty.

    Attributes:
        code: Stable code, e.g. ``INVALID_INPUT``.
        title: Short name of the kind of trouble.
        detail: What is the matter this time.
        instance: Under which its help desk finds this occurrence.
    """

    code: str = ""
    title: str = ""
    detail: str = ""
    instance: str = ""

    def __str__(self) -> str:
        said = ": ".join(
            text for text in (self.code or self.title, self.detail) if text
        )
        return f"{said} (instance {self.instance})" if self.instance else said


def read_problem(body: bytes) -> Problem:
    """Read an error body; whatever is no JSON object gives an empty problem.

    Known shapes: ``title/status/detail/instance`` (MAGDA, after RFC 9457),
    ``id/code/message`` (federated e-Box), ``error/error_description`` (RFC 6749) and
    ``Message`` (SigningHub).
    """
    try:
        said: Any = json.loads(body) if len(body) <= _LARGEST else None
    except (ValueError, RecursionError):
        return Problem()
    if not isinstance(said, dict):
        return Problem()
    return Problem(
        code=_text(said, "code", "error"),
        title=_text(said, "title"),
        detail=_text(said, "detail", "message", "error_description", "Message"),
        instance=_text(said, "instance", "id"),
    )


def _text(said: dict[str, Any], *names: str) -> str:
    values = (said.get(name) for name in names)
    texts = (v for v in values if isinstance(v, str) and v)
    return next((on_one_line(_ADDRESS.sub(REMOVED, text)) for text in texts), "")
