"""Names of files that cabinets upload: what they say of the document.

Source:
    Kaleidos: how its upload reads names, ``{subject}-{index}-{type}[suffix]`` or
    ``{type}-{index}``, with ``/`` or ``-`` between, and VERTROUWELIJK at the end.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import attrs

from digivl.errors import MalformedError
from digivl.kernel import suffixes
from digivl.kernel.concepts import Concept, labelled
from digivl.kernel.identifiers import URI

_LONGEST: Final = 300
_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_CONFIDENTIAL: Final = re.compile(r"[\s\-_/]*\bvertrouwelijk\s*$", re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"\s*[-/]\s*")
_INDEX: Final = re.compile(r"[1-9][0-9]{0,2}")


@attrs.frozen(kw_only=True)
class UploadName:
    """What the name of an uploaded file says.

    Attributes:
        subject: What it is about; the label of its type where the name has no more.
        position: Its place among the documents of the step; None when it has none.
        type: Concept of the document type; None when the name has none that is known.
        version: 2 for a BIS.
        confidential: The name ends in VERTROUWELIJK.
    """

    subject: str
    position: int | None = None
    type: URI | None = None
    version: int = 1
    confidential: bool = False


def upload_name(name: str) -> UploadName:
    """Read the name of a file; a part that says nothing belongs to the subject.

    Raises:
        MalformedError: It is empty, or longer than 300 characters.
    """
    text = _EXTENSION.sub("", unicodedata.normalize("NFC", name).strip())
    if not text or len(text) > _LONGEST:
        raise MalformedError(f"the name of a file has 1 to {_LONGEST} characters")
    bare = _CONFIDENTIAL.sub("", text) or text
    rest, version = suffixes.split(bare)
    parts = _SEPARATOR.split(rest)
    kind: Concept | None = None
    position: int | None = None
    # From the end: the type, and the index before or behind it.
    while parts:
        last = parts[-1]
        if position is None and len(parts) > 1 and _INDEX.fullmatch(last):
            position = int(last)
        elif kind is None and (found := labelled("document-type", last)):
            kind = found
        else:
            break
        parts.pop()
    kept = rest[: _end_of(rest, len(parts))].strip(" -/")
    return UploadName(
        subject=kept or (kind.label if kind else rest),
        position=position,
        type=kind.uri if kind else None,
        version=version,
        confidential=bare != text,
    )


def _end_of(text: str, parts: int) -> int:
    """Where the nth part ends."""
    if parts == 0:
        return 0
    ends = [found.start() for found in _SEPARATOR.finditer(text)]
    return ends[parts - 1] if parts <= len(ends) else len(text)
