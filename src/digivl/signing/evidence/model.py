"""What an evidence report (bewijsverslag) tells of one signing flow.

Everything in it was read from the book or from the signed file; nothing is judged here
but whether the two agree. There is no national number in it: not of who took part, and
not of whom a certificate was issued to.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

import attrs
from attrs.validators import optional

from digivl.kernel.checks import digest
from digivl.kernel.moments import aware

#: Version of the format; see `docs/reference/formats.md`.
FORMAT: Final = 1


class Part(Enum):
    """What somebody does in a flow (deelname)."""

    APPROVES = "goedkeurder"
    SIGNS = "ondertekenaar"
    WATCHES = "meelezer"


class Standing(Enum):
    """Whether the flow has ended (stand van het verslag)."""

    FINAL = "definitief"
    INTERIM = "tussenstand"


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


@attrs.frozen(kw_only=True)
class Participant:
    """One who takes part (betrokkene), and what came of it.

    Attributes:
        part: What it does.
        who: The function that was asked.
        acting: Who acted in its place.
        means: Name of the signing means in the settings.
        identified: How that means identifies who signs, in Dutch.
        done_at: When it was done; None until then.
        sent: SHA-256 of what was put before it.
        shown: SHA-256 of what it was shown, where the application told so.
        signed: SHA-256 of the file that its signature stands in.
        certificate: SHA-256 of the certificate that signed.
        authority: Who gave the timestamp.
    """

    part: Part
    who: Who
    acting: Who | None = None
    means: str = ""
    identified: str = ""
    done_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    sent: str | None = attrs.field(default=None, validator=optional(digest))
    shown: str | None = attrs.field(default=None, validator=optional(digest))
    signed: str | None = attrs.field(default=None, validator=optional(digest))
    certificate: str | None = attrs.field(default=None, validator=optional(digest))
    authority: str | None = None


@attrs.frozen(kw_only=True)
class Act:
    """One entry of the book (handeling).

    Attributes:
        kind: Kind of the record: ``signing`` or ``document``.
        version: Of the record, after the act.
        action: The step, as the book has it.
        who: Who acted.
        reason: In the words of who acted.
        leaf: Leaf hash of the entry (RFC 9162), hexadecimal.
    """

    kind: str
    id: str
    version: int
    at: datetime = attrs.field(validator=aware)
    action: str
    who: Who
    reason: str = ""
    leaf: str = attrs.field(validator=digest)


@attrs.frozen(kw_only=True)
class File:
    """A version of the document (bestand).

    Attributes:
        sha256: Of its bytes.
        size: In bytes.
        origin: How it came to be: ``received``, ``stamped`` or ``signed``.
        at: Since when it is there.
        inside: The signed file starts with exactly these bytes.
    """

    sha256: str = attrs.field(validator=digest)
    size: int
    origin: str
    at: datetime = attrs.field(validator=aware)
    inside: bool


@attrs.frozen(kw_only=True)
class Certificate:
    """A certificate in the file (certificaat), without the number of a person.

    Attributes:
        subject: To whom it was issued.
        issuer: By whom.
        serial: Its number, hexadecimal.
        valid_from: First moment of its validity.
        valid_until: Last moment of its validity.
        sha256: Of its bytes.
    """

    subject: str
    issuer: str
    serial: str
    valid_from: datetime = attrs.field(validator=aware)
    valid_until: datetime = attrs.field(validator=aware)
    sha256: str = attrs.field(validator=digest)


@attrs.frozen(kw_only=True)
class Timestamp:
    """A timestamp in the file (elektronisch tijdstempel).

    Attributes:
        time: When the authority says it saw the signature; None when unreadable.
        authority: Who gave it.
        serial: Its number at that authority; None when unreadable.
        policy: OID of the policy it was given under; empty when unreadable.
        indication: What validation says of it (EN 319 102-1).
        certificate: Of the unit that stamped.
    """

    time: datetime | None
    authority: str
    serial: str | None
    policy: str
    indication: str
    certificate: Certificate | None


@attrs.frozen(kw_only=True)
class Signature:
    """A signature in the file (handtekening).

    Attributes:
        field: Name of the signature field.
        earlier: It stood in the file already when that was put up for signing.
        level: PAdES level; empty when unreadable.
        claimed: The moment it claims itself.
        indication: What validation says of it (EN 319 102-1).
        sub_indication: Why it does not pass; empty when it does.
        certificate: Of who signed.
        timestamps: Its own, and none of the document.
    """

    field: str
    earlier: bool
    level: str
    claimed: datetime | None
    indication: str
    sub_indication: str
    certificate: Certificate | None
    timestamps: tuple[Timestamp, ...] = ()


@attrs.frozen(kw_only=True)
class Difference:
    """Where the book and the file disagree (verschil).

    Attributes:
        about: The function or the field it is about.
        what: In Dutch.
        recorded: What the book says; empty when it says nothing.
        found: What stands in the file; empty when it does not.
    """

    about: str
    what: str
    recorded: str = ""
    found: str = ""


@attrs.frozen(kw_only=True)
class Evidence:
    """All that is known of one signing flow (bewijsverslag).

    Attributes:
        flow: Id of the flow.
        state: How far it is: the value of its state.
        standing: Whether it has ended.
        dossier: Id of the dossier.
        document: Id of the document.
        title: Of the document.
        made_at: When this was put together.
        made_by: Who asked for it.
        development: Made with keys without legal value.
        sent: SHA-256 of what was put up for signing.
        current: SHA-256 of the file as it is signed now.
        participants: In the order in which they were asked.
        files: Versions of the document, oldest first.
        signatures: Found in the file, in the order of their revisions.
        timestamps: Of the document as a whole, found in the file.
        acts: What happened, oldest first.
        differences: Where the two disagree.
    """

    flow: str
    state: str
    standing: Standing
    dossier: str
    document: str
    title: str
    made_at: datetime = attrs.field(validator=aware)
    made_by: Who
    development: bool
    sent: str = attrs.field(validator=digest)
    current: str = attrs.field(validator=digest)
    participants: tuple[Participant, ...]
    files: tuple[File, ...]
    signatures: tuple[Signature, ...]
    timestamps: tuple[Timestamp, ...]
    acts: tuple[Act, ...]
    differences: tuple[Difference, ...]
    format: int = FORMAT
