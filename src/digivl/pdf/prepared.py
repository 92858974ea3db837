"""The state between the two phases of a signature: plain JSON, bound to one file.

It holds no secret and no personal value. Whoever keeps it must keep the prepared file
beside it; what one of them says about the other is checked when they meet again.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from digivl.errors import MalformedError
from digivl.pdf.digests import Digest
from digivl.pdf.placing import Gap
from digivl.pdf.spec import field_name

VERSION: Final = 1
_FORMAT: Final = "digivl-prepared"
_LONGEST: Final = 4_096
_LARGEST: Final = 1 << 40
_HEX: Final = re.compile(r"[0-9a-f]+")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00")
#: How long a prepared signature can be completed unless something else is asked.
LIFETIME: Final = timedelta(days=1)


@attrs.frozen(kw_only=True)
class Prepared:
    """A signature that only misses what the signatory makes.

    Attributes:
        field: Name of the signature field.
        digest: With which algorithm it is signed.
        document_digest: Over what is signed.
        sha256: Of the prepared file, in hexadecimal.
        size: Of the prepared file in bytes; it stays the same.
        gap: Where the container goes: first byte, and first byte behind it.
        at: The claimed moment, as it stands in the document.
        expires_at: After it, completing is refused.
    """

    field: str
    digest: Digest
    document_digest: bytes = attrs.field(repr=False)
    sha256: str
    size: int
    gap: tuple[int, int]
    at: datetime
    expires_at: datetime

    def __attrs_post_init__(self) -> None:
        field_name(None, None, self.field)
        start, end = self.gap
        wrong = {
            "document_digest": len(self.document_digest) != self.digest.size,
            "sha256": len(self.sha256) != 64 or not _HEX.fullmatch(self.sha256),
            "gap": not 0 < start < end - 2 or (end - start) % 2 == 1,
            "size": not end < self.size <= _LARGEST,
            "at": self.at.tzinfo is None,
            "expires_at": self.expires_at.tzinfo is None,
        }
        for name, is_wrong in wrong.items():
            if is_wrong:
                raise ValueError(f"{name} of a prepared signature makes no sense")

    @property
    def place(self) -> Gap:
        """Where the container goes."""
        start, end = self.gap
        return Gap(start, end, self.size, self.document_digest)

    def to_json(self) -> str:
        """The state as JSON text, to be kept until it is completed."""
        return json.dumps(
            {
                "format": _FORMAT,
                "version": VERSION,
                "field": self.field,
                "digest": self.digest.value,
                "document_digest": self.document_digest.hex(),
                "sha256": self.sha256,
                "size": self.size,
                "gap": list(self.gap),
                "at": self.at.astimezone(UTC).isoformat(),
                "expires_at": self.expires_at.astimezone(UTC).isoformat(),
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Prepared:
        """Read what `to_json` gave.

        Raises:
            MalformedError: It is something else, or a newer digivl wrote it.
        """
        if len(text) > _LONGEST:
            raise _unreadable(f"longer than {_LONGEST} characters")
        try:
            said = json.loads(text)
            return _read(said)
        except (ValueError, TypeError, KeyError, RecursionError) as cause:
            if isinstance(cause, MalformedError) and "prepared" in str(cause):
                raise
            raise _unreadable(str(cause)[:200] or type(cause).__name__) from cause


def _read(said: Any) -> Prepared:
    if not isinstance(said, dict) or said.get("format") != _FORMAT:
        raise _unreadable("it is no prepared signature")
    if said.get("version") != VERSION:
        raise _unreadable("another version of digivl wrote it")
    known = {"format", "version", *(one.name for one in attrs.fields(Prepared))}
    if said.keys() != known:
        names = ", ".join(sorted(said.keys() ^ known))
        raise _unreadable(f"more or less than expected: {names[:100]}")
    first, last = (_number(one) for one in said["gap"])
    return Prepared(
        field=_text(said["field"]),
        digest=Digest(said["digest"]),
        document_digest=bytes.fromhex(_hexadecimal(said["document_digest"])),
        sha256=_hexadecimal(said["sha256"]),
        size=_number(said["size"]),
        gap=(first, last),
        at=_moment(said["at"]),
        expires_at=_moment(said["expires_at"]),
    )


def _text(said: Any) -> str:
    if not isinstance(said, str):
        raise TypeError("a text was expected")
    return said


def _hexadecimal(said: Any) -> str:
    if not _HEX.fullmatch(_text(said)):
        raise ValueError("a digest is written in lower case hexadecimal")
    return _text(said)


def _number(said: Any) -> int:
    if type(said) is not int:
        raise TypeError("a whole number was expected")
    return said


def _moment(said: Any) -> datetime:
    if not _MOMENT.fullmatch(_text(said)):
        raise ValueError("a moment is written in ISO 8601, in UTC")
    return datetime.fromisoformat(said)


def _unreadable(why: str) -> MalformedError:
    return MalformedError(
        f"the state of a prepared signature cannot be read: {why}",
        hint="Prepare the document again.",
    )
