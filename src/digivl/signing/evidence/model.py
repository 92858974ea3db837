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
from digivl.signing.evidence.people import Participant, Who

#: Version of the format; see `docs/reference/formats.md`.
FORMAT: Final = 1


class Standing(Enum):
    """Whether the flow has ended (stand van het verslag)."""

    FINAL = "definitief"
    INTERIM = "tussenstand"


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
        token: SHA-256 of the token; None when unreadable.
    """

    time: datetime | None
    authority: str
    serial: str | None
    policy: str
    indication: str
    certificate: Certificate | None
    token: str | None = attrs.field(default=None, validator=optional(digest))


@attrs.frozen(kw_only=True)
class Login:
    """How somebody was identified for whom a seal was put (aanmelding).

    It is what the application was told by who let the person in. Neither a national
    number nor the address of the person is in it.

    Attributes:
        seal: Id of the record of the seal.
        evidence: SHA-256 of the evidence, which the seal binds.
        outcome: Whether that evidence belongs to the seal, in Dutch.
        belongs: It does.
        function: As whom the person signed.
        text: What it accepted.
        provider: Who let the person in.
        method: With what.
        assurance: Level of assurance: the URI that the provider gave.
        second_factor: What was asked at the moment of signing; empty for nothing.
        at: When the person logged in.
        accepted_at: When it accepted the text.
        shown: SHA-256 of the file that it saw.
        name: Of the person, while that is there.
        name_erased: There was a name, and it was erased.
    """

    seal: str
    evidence: str = attrs.field(validator=digest)
    outcome: str
    belongs: bool
    function: str
    text: str
    provider: str
    method: str
    assurance: str
    second_factor: str
    at: datetime = attrs.field(validator=aware)
    accepted_at: datetime = attrs.field(validator=aware)
    shown: str = attrs.field(validator=digest)
    name: str | None = None
    name_erased: bool = False


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
        evidence: SHA-256 of the evidence that it binds; None where it binds none.
        login: That evidence, where this office has it.
    """

    field: str
    earlier: bool
    level: str
    claimed: datetime | None
    indication: str
    sub_indication: str
    certificate: Certificate | None
    timestamps: tuple[Timestamp, ...] = ()
    evidence: str | None = attrs.field(default=None, validator=optional(digest))
    login: Login | None = None


@attrs.frozen(kw_only=True)
class Bundle:
    """What was sent together (bundel).

    Attributes:
        id: That the documents of it have in common.
        place: Of this document in it, from 1.
    """

    id: str
    place: int | None


@attrs.frozen(kw_only=True)
class Outside:
    """The platform on which it is, or was, signed.

    Attributes:
        platform: Its name in the settings.
        reference: How it calls the flow.
        since: When it was given to it.
    """

    platform: str
    reference: str
    since: datetime = attrs.field(validator=aware)


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
    """All that is known of one signing flow, or one seal (bewijsverslag).

    Attributes:
        flow: Id of the flow; None where it tells of a seal after logging in.
        login_seal: Id of that seal.
        state: How far it is: the value of its state.
        standing: Whether it has ended.
        dossier: Id of the dossier.
        document: Id of the document.
        title: Of the document.
        made_at: When this was put together.
        made_by: Who asked for it.
        development: Made with keys without legal value.
        started_by: Who put it up.
        deadline: Until when everybody has to have signed.
        bundle: What was sent together with it.
        elsewhere: The platform on which it is, or was, signed.
        problem: Why what came back signed is not accepted.
        sent: SHA-256 of what was put up for signing.
        sent_at: When; None for a draft.
        current: SHA-256 of the file as it is signed now.
        participants: Who approves, signs and watches, in their order; also who was
            replaced.
        files: Versions of the document, oldest first.
        signatures: Found in the file, in the order of their revisions.
        timestamps: Of the document as a whole, found in the file.
        acts: What happened, oldest first.
        differences: Where the two disagree.
    """

    flow: str | None = None
    login_seal: str | None = None
    state: str
    standing: Standing
    dossier: str
    document: str
    title: str
    made_at: datetime = attrs.field(validator=aware)
    made_by: Who
    development: bool
    started_by: Who
    deadline: datetime | None = attrs.field(default=None, validator=optional(aware))
    bundle: Bundle | None = None
    elsewhere: Outside | None = None
    problem: str = ""
    sent: str = attrs.field(validator=digest)
    sent_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    current: str = attrs.field(validator=digest)
    participants: tuple[Participant, ...]
    files: tuple[File, ...]
    signatures: tuple[Signature, ...]
    timestamps: tuple[Timestamp, ...]
    acts: tuple[Act, ...]
    differences: tuple[Difference, ...]
    format: int = FORMAT
