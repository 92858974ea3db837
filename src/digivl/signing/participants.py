"""Who takes part in a signing flow: approvers, signatories, and who is only told.

How far each is follows from what is recorded of it; nothing is stored twice.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, Final, TypeVar

import attrs
from attrs.validators import optional

from digivl.errors import MalformedError
from digivl.kernel.checks import counted_from_one, digest, free_text, public_line
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party


class ParticipantState(Enum):
    """How far somebody is in a signing flow (stand van een deelnemer)."""

    WAITING = "wacht"
    SHOWN = "ingezien"
    APPROVED = "geparafeerd"
    SIGNED = "getekend"
    REFUSED = "geweigerd"
    REPLACED = "vervangen"
    DELEGATED = "doorgegeven"


#: What a participant is before it did anything.
_PLACE: Final = ("party", "stage", "behalf", "means")
_P = ParticipantState
_OPEN: Final = (_P.WAITING, _P.SHOWN)
_DONE: Final = (_P.APPROVED, _P.SIGNED)

PARTICIPANT_LIFECYCLE: Final = Lifecycle(
    subject="participant in signing",
    initial=_P.WAITING,
    steps=(
        Step("show", _OPEN, _P.SHOWN),
        *(Step("ask", (state,), state) for state in _OPEN),
        Step("approve", _OPEN, _P.APPROVED),
        Step("sign", _OPEN, _P.SIGNED),
        Step("refuse", _OPEN, _P.REFUSED),
        Step("replace", _OPEN, _P.REPLACED),
        Step("delegate", _OPEN, _P.DELEGATED),
        # The document was replaced: what was done was done on another one.
        Step("renew", (*_OPEN, *_DONE), _P.WAITING),
    ),
)


class Handing(Enum):
    """How somebody else came in the place of a participant."""

    REPLACED = "vervangen door wie de ondertekening startte"
    DELEGATED = "doorgegeven"


_HANDED: Final = {
    Handing.REPLACED: _P.REPLACED,
    Handing.DELEGATED: _P.DELEGATED,
}


@attrs.frozen(kw_only=True)
class Shown:
    """What somebody was shown before acting (inzage).

    Attributes:
        sha256: Of the bytes that were shown.
        at: When.
        by: Who looked: the participant, or who stands in for it.
        face: Where it was shown, e.g. ``web`` or the name of a platform.
    """

    sha256: str = attrs.field(validator=digest)
    at: datetime = attrs.field(validator=aware)
    by: Party
    face: str = attrs.field(validator=free_text)


@attrs.frozen(kw_only=True)
class Succession:
    """Who came in the place of a participant, how and when."""

    to: Party
    how: Handing
    at: datetime = attrs.field(validator=aware)


@attrs.frozen(kw_only=True)
class Participant:
    """Somebody who takes part (deelnemer).

    Attributes:
        task: What it has to do, in Dutch.
        party: The function.
        stage: Those of one stage act at once, after the stages before it; None is a
            stage of its own, in the place where it stands.
        acting: Who acted in the place of the party, during an absence.
        behalf: Who handed it to this party; it acts in the name of that one (namens).
        identified: How who acted was identified, in the words of the application.
        consent: Id of the act of consent that this was one of several of.
        shown: What it was shown last of the document as it is now.
        outdated: What it was shown before the document was replaced: it has to be
            shown the new one.
        refused_at: When it refused; the reason is that of the entry.
        succession: Who came in its place.
        recorded_at: When what it did elsewhere became known here; None for what was
            done here.
    """

    task: ClassVar[str]

    party: Party
    stage: int | None = attrs.field(default=None, validator=optional(counted_from_one))
    acting: Party | None = None
    behalf: Party | None = None
    identified: str = attrs.field(default="", validator=free_text)
    consent: str | None = attrs.field(default=None, validator=optional(public_line))
    shown: Shown | None = None
    outdated: Shown | None = None
    refused_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    succession: Succession | None = None
    recorded_at: datetime | None = attrs.field(default=None, validator=optional(aware))

    @property
    def function(self) -> str:
        """As whom it acts, in Dutch."""
        names = (self.acting, self.party, self.behalf)
        return ", namens ".join(one.label for one in names if one is not None)

    @property
    def done_at(self) -> datetime | None:
        """When it did what it had to do; None until then."""
        return None

    @property
    def state(self) -> ParticipantState:
        """How far it is."""
        if self.succession is not None:
            return _HANDED[self.succession.how]
        if self.refused_at is not None:
            return ParticipantState.REFUSED
        if self.done_at is not None:
            return self._done
        return _P.WAITING if self.shown is None else _P.SHOWN

    @property
    def is_live(self) -> bool:
        """False once somebody else is in its place."""
        return self.succession is None

    @property
    def is_open(self) -> bool:
        """True while it has something to do, now or later."""
        return self.state in _OPEN

    @property
    def _done(self) -> ParticipantState:
        """Its state once it did what it had to do."""
        return ParticipantState.APPROVED

    def check(self, step: str) -> None:
        """Whether it can take a step of its lifecycle.

        Raises:
            StepNotAllowedError: It cannot; it names those it can.
        """
        PARTICIPANT_LIFECYCLE.after(self.state, step)


@attrs.frozen(kw_only=True)
class Approver(Participant):
    """Somebody who approves before it is signed (parafeerder).

    Attributes:
        approved_at: When; None until then.
        remark: In its words, without personal values.
        version: SHA-256 of the bytes that it approved.
    """

    task: ClassVar[str] = "paraferen"

    approved_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    remark: str = attrs.field(default="", validator=free_text)
    version: str | None = attrs.field(default=None, validator=optional(digest))

    @property
    def done_at(self) -> datetime | None:
        """When it approved."""
        return self.approved_at


@attrs.frozen(kw_only=True)
class Signatory(Participant):
    """Somebody who has to sign (ondertekenaar).

    Attributes:
        means: Name of the signing means in the settings; of the platform, where it was
            signed elsewhere.
        session: Id of the session in which it was asked last to sign elsewhere; only
            that session knows whether it still is.
        signed_at: Time of the qualified or development timestamp; the claimed time
            without one; None until then.
        claimed_at: The claimed time, as it stands in the document.
        certificate: SHA-256 of the certificate that signed.
        authority: Who gave the timestamp.
        token: SHA-256 of the timestamp token.
        level: Of the signature when it was made, e.g. ``B-T``.
        field: Name of the signature field.
        over: SHA-256 of the bytes that were signed.
        version: SHA-256 of the file with the signature.
        bare: SHA-256 of that file before its timestamp, where that came later.
    """

    task: ClassVar[str] = "ondertekenen"

    means: str
    session: str | None = None
    signed_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    claimed_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    certificate: str | None = None
    authority: str | None = None
    token: str | None = None
    level: str | None = None
    field: str | None = None
    over: str | None = attrs.field(default=None, validator=optional(digest))
    version: str | None = attrs.field(default=None, validator=optional(digest))
    bare: str | None = attrs.field(default=None, validator=optional(digest))

    @property
    def done_at(self) -> datetime | None:
        """When it signed."""
        return self.signed_at

    @property
    def _done(self) -> ParticipantState:
        return ParticipantState.SIGNED


@attrs.frozen(kw_only=True)
class Watcher(Participant):
    """Somebody who is only told (ter kennisgeving); nothing waits for it."""

    task: ClassVar[str] = "kennis nemen"


P = TypeVar("P", bound=Participant)


def handed(one: P, to: Party, how: Handing, means: str | None = None) -> P:
    """Who comes in the place of a participant: nothing is done yet.

    Args:
        one: Whose place it is.
        to: Who comes.
        how: Who is delegated to acts in the name of who had it.
        means: Of a signatory; that of who had it if None.

    Raises:
        MalformedError: It has it already.
    """
    if to.id == one.party.id:
        raise MalformedError(
            f"{to} takes this part already", hint="Name somebody else."
        )
    behalf = one.behalf
    if how is Handing.DELEGATED:
        behalf = one.behalf or one.party
    if behalf is not None and behalf.id == to.id:
        # It is back with who had it: nobody acts in the own name of somebody.
        behalf = None
    chosen = {"means": means} if means and isinstance(one, Signatory) else {}
    return _untouched(one, party=to, behalf=behalf, **chosen)


def renewed(one: P) -> P:
    """A participant whose document was replaced: it has all to do again.

    Raises:
        StepNotAllowedError: It refused, or somebody else is in its place.
    """
    one.check("renew")
    return _untouched(one, outdated=one.shown or one.outdated)


def _untouched(one: P, **changes: Any) -> P:
    """The same place in the flow, without anything that was done there."""
    kept = {name: getattr(one, name) for name in _PLACE if hasattr(one, name)}
    return type(one)(**kept | changes)
