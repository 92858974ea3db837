"""Who takes part in a signing flow, as an evidence report (bewijsverslag) tells it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import attrs
from attrs.validators import optional

from digivl.kernel.checks import digest
from digivl.kernel.moments import aware


class Part(Enum):
    """What somebody does in a flow (deelname)."""

    APPROVES = "goedkeurder"
    SIGNS = "ondertekenaar"
    WATCHES = "meelezer"


@attrs.frozen(kw_only=True)
class Who:
    """Somebody, as the book knows it.

    Attributes:
        id: Of the party.
        function: As which it acts, in Dutch.
        role: Its role.
        name: Of the person behind it, while that is there.
        name_erased: There was a name, and it was erased.
    """

    id: str
    function: str
    role: str
    name: str | None = None
    name_erased: bool = False


class Pinned(Enum):
    """Whether sent, shown and signed are the same (voorgelegd, getoond, getekend)."""

    SAME = "dezelfde bytes"
    GROWN = "dezelfde bytes, met de handtekeningen die er intussen achter kwamen"
    UNSHOWN = "dezelfde bytes; niet vastgelegd is wat werd getoond"
    OTHER = "niet dezelfde bytes"


@attrs.frozen(kw_only=True)
class Seen:
    """What somebody was shown (inzage).

    Attributes:
        sha256: Of the bytes.
        at: When.
        by: Who looked.
        face: Where it was shown.
    """

    sha256: str = attrs.field(validator=digest)
    at: datetime = attrs.field(validator=aware)
    by: Who
    face: str


@attrs.frozen(kw_only=True)
class Succeeded:
    """Who came in the place of a participant (vervanging).

    Attributes:
        to: Who came.
        how: Delegated or replaced, in Dutch.
        at: When.
        reason: In the words of who did it.
    """

    to: Who
    how: str
    at: datetime = attrs.field(validator=aware)
    reason: str = ""


@attrs.frozen(kw_only=True)
class Participant:
    """One who takes part (betrokkene), and what came of it.

    Attributes:
        part: What it does.
        state: How far it is, in Dutch.
        who: The function that was asked.
        stage: Those of one stage act at once; None is a stage of its own.
        acting: Who acted in its place, during an absence.
        behalf: In whose name it acts (namens).
        succeeded: Who came in its place.
        means: Name of the signing means in the settings.
        secured: How that means makes sure who signs, in Dutch.
        identified: How who acted was identified, in the words of the application.
        consent: Id of the act of consent that this was one of several of.
        done_at: When it was done, by the timestamp where there is one; None until then.
        claimed_at: When it was done by the clock of who signed.
        recorded_at: When what was done elsewhere became known here.
        refused_at: When it refused.
        reason: Why it refused.
        remark: Of who approved.
        sent: SHA-256 of what was put before it.
        sent_at: When.
        shown: What it was shown last of that, where the application told so.
        outdated: What it was shown before the document was replaced.
        over: SHA-256 of the bytes that it signed or approved.
        signed: SHA-256 of the file that its signature stands in.
        pinned: Whether `sent`, `shown` and `over` are the same; None until it acted.
        level: PAdES level of its signature when it was made.
        field: Name of its signature field.
        certificate: SHA-256 of the certificate that signed.
        authority: Who gave the timestamp.
        token: SHA-256 of the timestamp token.
    """

    part: Part
    state: str
    who: Who
    stage: int | None = None
    acting: Who | None = None
    behalf: Who | None = None
    succeeded: Succeeded | None = None
    means: str = ""
    secured: str = ""
    identified: str = ""
    consent: str | None = None
    done_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    claimed_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    recorded_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    refused_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    reason: str = ""
    remark: str = ""
    sent: str | None = attrs.field(default=None, validator=optional(digest))
    sent_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    shown: Seen | None = None
    outdated: Seen | None = None
    over: str | None = attrs.field(default=None, validator=optional(digest))
    signed: str | None = attrs.field(default=None, validator=optional(digest))
    pinned: Pinned | None = None
    level: str | None = None
    field: str | None = None
    certificate: str | None = attrs.field(default=None, validator=optional(digest))
    authority: str | None = None
    token: str | None = attrs.field(default=None, validator=optional(digest))
