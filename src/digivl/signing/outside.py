"""What happens to a signing flow on a platform outside (extern tekenplatform)."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import attrs
from attrs.validators import optional

from digivl.kernel.checks import digest, free_text, public_line
from digivl.kernel.moments import aware


@attrs.frozen(kw_only=True)
class Elsewhere:
    """That people sign on a platform.

    Attributes:
        platform: Its name in the settings.
        reference: How it calls this flow.
        since: When it was given to it.
    """

    platform: str = attrs.field(validator=public_line)
    reference: str = attrs.field(validator=public_line)
    since: datetime = attrs.field(validator=aware)


class Did(Enum):
    """What somebody did there."""

    APPROVED = "geparafeerd"
    SIGNED = "getekend"
    REFUSED = "geweigerd"


@attrs.frozen(kw_only=True)
class DoneOutside:
    """What somebody did on a platform, as found out by who looked after it there.

    Attributes:
        party: Id of the participant.
        did: What.
        at: When, by the platform; of a signature by its timestamp, if it has one.
        reason: Why it was refused, or the remark of who approved.
        identified: How the platform identified who acted.
        certificate: SHA-256 of the certificate that signed.
        claimed_at: When a signature says itself that it was made.
        authority: Who gave the timestamp.
        token: SHA-256 of the timestamp token.
        level: Of the signature.
        field: Name of the signature field.
    """

    party: str
    did: Did
    at: datetime = attrs.field(validator=aware)
    reason: str = attrs.field(default="", validator=free_text)
    identified: str = attrs.field(default="", validator=free_text)
    certificate: str | None = attrs.field(default=None, validator=optional(digest))
    authority: str | None = attrs.field(default=None, validator=optional(public_line))
    token: str | None = attrs.field(default=None, validator=optional(digest))
    claimed_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    level: str | None = attrs.field(default=None, validator=optional(public_line))
    field: str | None = attrs.field(default=None, validator=optional(public_line))
