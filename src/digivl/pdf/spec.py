"""What a signature is made of: who signs, and how it stands in the document."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import attrs
from attrs.validators import ge, le

from digivl.errors import MalformedError
from digivl.pdf.digests import Digest
from digivl.pdf.levels import Level

if TYPE_CHECKING:
    from datetime import datetime

    from digivl.pdf.timestamps import Token


@attrs.frozen
class Identity:
    """Who signs: a certificate and the chain above it, both DER."""

    certificate: bytes = attrs.field(repr=False)
    chain: tuple[bytes, ...] = attrs.field(default=(), repr=False)


def field_name(_: object, __: object, name: str) -> None:
    """Refuse what is no path of names (ISO 32000-2, 12.7.4.2)."""
    if not all(part.strip() for part in name.split(".")) or len(name) > 127:
        raise MalformedError(
            f"{name[:40]!r} is no name for a signature field",
            hint="Give a name of at most 127 characters, such as Handtekening1.",
        )


class Certification(Enum):
    """What may still be done after the first signature, which certifies (DocMDP).

    Source:
        ISO 32000-2, 12.8.2.2. Archive timestamps and validation data always may.
    """

    NOTHING = 1
    FORMS = 2
    NOTES = 3


class Lock(Enum):
    """Which fields of a form a signature closes (FieldMDP)."""

    ALL = "all"
    ONLY = "only"
    ALL_BUT = "all-but"


@attrs.frozen
class FieldLock:
    """The fields that nobody can fill after this signature.

    Attributes:
        lock: Which ones.
        fields: The names that `lock` speaks of, those below them included.

    Source:
        ISO 32000-2, 12.8.2.4 (Include, Exclude).
    """

    lock: Lock = Lock.ALL
    fields: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        if (self.lock is Lock.ALL) != (not self.fields):
            raise MalformedError(
                f"a lock on {self.lock.value!r} fields: which are they?",
                hint="Name the fields, or none for all of them.",
            )
        for name in self.fields:
            field_name(None, None, name)


def _positive(_: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 < value < 10_000:
        raise MalformedError(
            f"{attribute.name} is above zero: {value!r}",
            hint="Give the size of the box in millimetres.",
        )


@attrs.frozen
class Box:
    """A rectangle on a page as displayed, counted from its lower left corner.

    Attributes:
        page: Counts from 1; negative from the last one, which is -1.
        x_mm: From the left edge of the page.
        y_mm: From its lower edge.
        width_mm: Of the rectangle.
        height_mm: Of the rectangle.
    """

    page: int
    x_mm: float
    y_mm: float
    width_mm: float = attrs.field(validator=_positive)
    height_mm: float = attrs.field(validator=_positive)


@attrs.frozen
class Visible:
    """What a signature looks like on paper; it proves nothing, the signature does.

    Attributes:
        lines: What stands there, from above; none is an empty frame.
        box: Where; None where the field is there already and has its place.
    """

    lines: tuple[str, ...] = ()
    box: Box | None = None


def _sha256(_: object, attribute: attrs.Attribute[bytes], value: bytes | None) -> None:
    if value is not None and len(value) != 32:
        raise MalformedError(f"{attribute.name} is a SHA-256 of 32 bytes")


@attrs.frozen(kw_only=True)
class SignatureSpec:
    """How a signature stands in the document.

    Attributes:
        field: Name of the field; a new one, or one that is there and empty. A ``#`` at
            its end is the first number that no signature has.
        reason: Why it is signed, as readers show it.
        location: Where it is signed.
        certify: Makes it the certification by the author: the first signature.
        lock: Closes fields of the form.
        visible: What stands on the page; None is an invisible signature.
        digest: With which algorithm; None is what fits the key.
        evidence: SHA-256 of evidence that the signature binds to the document; see
            `digivl.pdf.binding`.
        reserved_bytes: Room for the CMS container with its token; the file grows by
            twice that, since it stands there in hexadecimal.
    """

    field: str = attrs.field(validator=field_name)
    reason: str | None = None
    location: str | None = None
    certify: Certification | None = None
    lock: FieldLock | None = None
    visible: Visible | None = None
    digest: Digest | None = None
    evidence: bytes | None = attrs.field(default=None, validator=_sha256)
    reserved_bytes: int = attrs.field(
        default=16_384, validator=[ge(2_048), le(1 << 20)]
    )


def _level(signed: Signed) -> Level:
    return Level.B_B if signed.timestamp is None else Level.B_T


@attrs.frozen(kw_only=True)
class Signed:
    """What was made.

    Attributes:
        field: Name of the signature field.
        at: The claimed time, as it stands in the document.
        size: Length of the signed file in bytes.
        timestamp: The checked token over the signature; None at level B-B.
        level: What was reached (EN 319 142-1).
    """

    field: str
    at: datetime
    size: int
    timestamp: Token | None
    level: Level = attrs.Factory(_level, takes_self=True)
