"""What a signature is made of: who signs, and how it stands in the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from attrs.validators import ge, le

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
        raise ValueError(f"{name[:40]!r} is no name for a signature field")


@attrs.frozen(kw_only=True)
class SignatureSpec:
    """How a signature stands in the document.

    Attributes:
        field: Name of the field; a new one, or one that is there and empty.
        reason: Why it is signed, as readers show it.
        location: Where it is signed.
        digest: With which algorithm; None is what fits the key.
        reserved_bytes: Room for the CMS container with its token; the file grows by
            twice that, since it stands there in hexadecimal.
    """

    field: str = attrs.field(validator=field_name)
    reason: str | None = None
    location: str | None = None
    digest: Digest | None = None
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
