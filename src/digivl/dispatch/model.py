"""Dispatches: what goes to whom over which channel, and what became of it."""

from __future__ import annotations

import re
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

import attrs
from attrs.validators import matches_re, max_len, optional

from digivl.dispatch.recipients import PostalAddress, Recipient
from digivl.errors import MalformedError
from digivl.kernel.identifiers import OVOCode, new_id
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.redaction import holds_national_number

__all__ = [
    "DISPATCH",
    "DISPATCH_LIFECYCLE",
    "NO_DIGITAL_USER",
    "Channel",
    "DeliveryStatus",
    "Dispatch",
    "DispatchState",
    "PostalAddress",
    "Receipt",
    "Recipient",
]

#: Published, but this recipient never opened the eBox: a signal, not an error.
NO_DIGITAL_USER: Final = "NO_DIGITAL_USER"
_SUBJECT: Final = 400
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")

_moment = attrs.field(default=None, validator=optional(aware))


class Channel(Enum):
    """Over which a document goes (kanaal); the value is the code of MAGDA.

    E-mail is a channel of MAGDA too; its rules are not public, so it is left out.
    """

    EBOX = "EBOX"
    PAPER = "PAPER"

    @property
    def label(self) -> str:
        """As people know it, in Dutch."""
        return {"EBOX": "eBox", "PAPER": "Brief"}[self.value]


class DispatchState(Enum):
    """Where a dispatch stands (verzending)."""

    DRAFT = "draft"
    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    READ = "read"
    EXPIRED = "expired"
    PRINTED = "printed"
    POSTED = "posted"
    DELIVERED = "delivered"
    RETURNED = "returned"
    FAILED = "failed"
    SUPERSEDED = "superseded"


_S = DispatchState

DISPATCH_LIFECYCLE: Final = Lifecycle(
    subject="dispatch",
    initial=_S.DRAFT,
    steps=(
        Step("submit", (_S.DRAFT,), _S.SUBMITTING),
        # Not received, or looked up and not found: sent again under the same key.
        Step("submit again", (_S.SUBMITTING, _S.UNKNOWN), _S.SUBMITTING),
        Step("lose the reply", (_S.SUBMITTING, _S.UNKNOWN), _S.UNKNOWN),
        Step("accept", (_S.SUBMITTING, _S.UNKNOWN), _S.ACCEPTED),
        Step("reject", (_S.SUBMITTING,), _S.REJECTED),
        Step("read", (_S.ACCEPTED,), _S.READ),
        Step("expire", (_S.ACCEPTED, _S.READ), _S.EXPIRED),
        Step("print", (_S.ACCEPTED,), _S.PRINTED),
        Step("post", (_S.ACCEPTED, _S.PRINTED), _S.POSTED),
        Step("deliver", (_S.POSTED,), _S.DELIVERED),
        Step("return", (_S.POSTED,), _S.RETURNED),
        Step("fail", (_S.ACCEPTED, _S.PRINTED), _S.FAILED),
        Step(
            "supersede",
            (
                *(_S.ACCEPTED, _S.REJECTED, _S.EXPIRED),
                *(_S.POSTED, _S.RETURNED, _S.FAILED),
            ),
            _S.SUPERSEDED,
        ),
    ),
)

_BEFORE_ACCEPTANCE: Final = frozenset(
    {_S.DRAFT, _S.SUBMITTING, _S.UNKNOWN, _S.REJECTED}
)
_NEEDS_A_PERSON: Final = frozenset({_S.REJECTED, _S.RETURNED, _S.FAILED})
#: The step that leads to what a provider reports.
_REPORTED: Final = {
    _S.READ: "read",
    _S.EXPIRED: "expire",
    _S.PRINTED: "print",
    _S.POSTED: "post",
    _S.DELIVERED: "deliver",
    _S.RETURNED: "return",
    _S.FAILED: "fail",
}


@attrs.frozen(kw_only=True)
class Receipt:
    """What a provider says once it has accepted a dispatch (ontvangstbewijs).

    Attributes:
        message_id: Its own id of the message.
        at: When we learned it.
        expires_at: When the message leaves the eBox; None on paper.
        code: Its business code, such as `NO_DIGITAL_USER`; empty when all is usual.
        correlation_id: Of the call that brought the receipt.
    """

    message_id: str
    at: datetime = attrs.field(validator=aware)
    expires_at: datetime | None = _moment
    code: str = ""
    correlation_id: str = ""


@attrs.frozen(kw_only=True)
class DeliveryStatus:
    """What a provider reports of a message that it accepted before.

    Attributes:
        state: None when it reports something that digivl does not know.
        reported: Its own word, for people.
        at: When we asked; when it happened is not told.
        visible: False when the recipient hid the message.
    """

    message_id: str
    state: DispatchState | None
    reported: str
    at: datetime = attrs.field(validator=aware)
    expires_at: datetime | None = _moment
    visible: bool = True
    correlation_id: str = ""


def _uuid(_: object, attribute: attrs.Attribute[Any], text: str) -> None:
    try:
        known = str(UUID(text)) == text
    except ValueError:
        known = False
    if not known:
        raise MalformedError(f"the {attribute.name} of a dispatch is a UUID")


def _impersonal(_: object, attribute: attrs.Attribute[Any], text: str) -> None:
    if holds_national_number(text):
        raise MalformedError(
            f"the {attribute.name} of a dispatch holds a national number (INSZ)",
            hint="Others read it: leave every personal number out.",
        )


def _subject(_: object, __: object, text: str) -> None:
    if not text.strip() or len(text) > _SUBJECT or not text.isprintable():
        raise MalformedError(
            f"the subject of a dispatch is one line of 1 to {_SUBJECT} characters"
        )


@attrs.frozen(kw_only=True)
class Dispatch:
    """One document on its way to one recipient (verzending).

    Attributes:
        dossier: Id of the dossier.
        document: SHA-256 of the document, 64 hexadecimal digits.
        signed: True when the document bears signatures.
        subject: One line, in Dutch, that the recipient reads; no personal numbers.
        sender: Which entity sends it.
        key: Idempotency key: the same for every attempt.
        reference: Own reference, by which the message is found back; unique.
        follows: Id of the dispatch that this one takes the place of.
        message_id, expires_at, code, accepted_at: From the receipt.
        correlation_ids: Of all calls about it, the oldest first.
        submitted_at: When the first attempt began.
        observed_at: When its state was last seen to change, at the provider.
        error: What went wrong in the last attempt.

    Raises:
        MalformedError: The recipient cannot be reached over the channel, or a field
            is not of its form.
    """

    dossier: str
    document: str = attrs.field(validator=matches_re(r"[0-9a-f]{64}"))
    signed: bool
    subject: str = attrs.field(validator=[_subject, _impersonal])
    sender: OVOCode
    recipient: Recipient
    channel: Channel
    state: DispatchState = DISPATCH_LIFECYCLE.initial
    key: str = attrs.field(factory=new_id, validator=_uuid)
    reference: str = attrs.field(
        default=attrs.Factory(lambda self: self.key, takes_self=True),
        validator=[matches_re(_REFERENCE), _impersonal],
    )
    follows: str | None = None
    message_id: str | None = attrs.field(
        default=None, validator=optional([max_len(200)])
    )
    expires_at: datetime | None = _moment
    code: str = ""
    correlation_ids: tuple[str, ...] = ()
    submitted_at: datetime | None = _moment
    accepted_at: datetime | None = _moment
    observed_at: datetime | None = _moment
    error: str = ""

    def __attrs_post_init__(self) -> None:
        self._check_channel()
        accepted = self.message_id is not None and self.accepted_at is not None
        if not accepted and self.state not in _BEFORE_ACCEPTANCE | {_S.SUPERSEDED}:
            raise MalformedError(f"a dispatch that is {self.state.value} has a receipt")
        if self.submitted_at is None and self.state is not _S.DRAFT:
            raise MalformedError(f"a dispatch that is {self.state.value} was submitted")

    def _check_channel(self) -> None:
        if self.channel is Channel.EBOX and not self.recipient.has_number:
            raise MalformedError(
                "an eBox is found by a national number or an enterprise number",
                hint="Give the number of the recipient, or send a letter.",
            )
        if self.channel is Channel.PAPER and self.recipient.address is None:
            raise MalformedError(
                "a letter needs an address",
                hint="Give the address of the recipient, or use the eBox.",
            )

    @property
    def needs_a_person(self) -> bool:
        """True when it went wrong, and nothing goes on by itself."""
        return self.state in _NEEDS_A_PERSON

    def submit(self, at: datetime) -> Dispatch:
        """The first attempt begins."""
        return self._stepped("submit", submitted_at=at)

    def submit_again(self, error: str = "", correlation_id: str = "") -> Dispatch:
        """The last attempt did not arrive; the next one goes under the same key."""
        return self._stepped("submit again", error, correlation_id)

    def lose_reply(self, error: str, correlation_id: str = "") -> Dispatch:
        """It may or may not have been accepted: look it up before anything else."""
        return self._stepped("lose the reply", error, correlation_id)

    def reject(self, error: str, code: str = "", correlation_id: str = "") -> Dispatch:
        """It was refused; a person has to change something."""
        return self._stepped("reject", error, correlation_id, code=code)

    def accept(self, receipt: Receipt) -> Dispatch:
        """The provider has it."""
        return self._stepped(
            "accept",
            correlation_id=receipt.correlation_id,
            message_id=receipt.message_id,
            accepted_at=receipt.at,
            expires_at=receipt.expires_at,
            code=receipt.code,
        )

    def observe(self, status: DeliveryStatus) -> Dispatch:
        """What the provider reports; unchanged when that is nothing new.

        Raises:
            StepNotAllowedError: The report contradicts what was seen before.
        """
        if status.state in {None, self.state} or status.state not in _REPORTED:
            return self
        return self._stepped(
            _REPORTED[status.state],
            correlation_id=status.correlation_id,
            observed_at=status.at,
        )

    def supersede(self) -> Dispatch:
        """Another dispatch takes its place; both stay on record."""
        return self._stepped("supersede", self.error)

    def _stepped(
        self, step: str, error: str = "", correlation_id: str = "", **changes: Any
    ) -> Dispatch:
        calls = (*self.correlation_ids, *filter(None, [correlation_id]))
        state = DISPATCH_LIFECYCLE.after(self.state, step)
        return attrs.evolve(
            self, state=state, error=error, correlation_ids=calls, **changes
        )


def _standing(dispatch: Dispatch) -> Standing:
    since = dispatch.observed_at or dispatch.accepted_at or dispatch.submitted_at
    return Standing(
        state=dispatch.state.value,
        title=f"{dispatch.channel.label}: {dispatch.subject}",
        dossier=dispatch.dossier,
        since=since,
        open=dispatch.state is not _S.READ
        and not DISPATCH_LIFECYCLE.is_final(dispatch.state),
    )


DISPATCH: Final = Kind("dispatch", Dispatch, _standing)
