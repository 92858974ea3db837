"""What was said over a channel and what came back, as the book has it (briefwisseling).

The words of a question stand in its own record; here stands how they travelled.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

import attrs
from attrs.validators import optional

from digivl.advice.messages.message import OutgoingKind, Receipt
from digivl.kernel.checks import free_text, public_line
from digivl.kernel.kinds import Kind, Ref, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party
from digivl.kernel.personal import Personal


class SentState(Enum):
    """How far an outgoing message is (staat van een uitgaand bericht)."""

    WAITING = "te verzenden"
    UNDER_WAY = "onderweg"
    SENT = "verzonden"
    UNKNOWN = "onbekend of het aankwam"
    REFUSED = "geweigerd"
    CANCELLED = "vervallen"


_S = SentState

SENT_LIFECYCLE: Final = Lifecycle(
    subject="sent message",
    initial=_S.WAITING,
    steps=(
        Step("begin", (_S.WAITING, _S.UNDER_WAY, _S.UNKNOWN), _S.UNDER_WAY),
        Step("wait", (_S.UNDER_WAY,), _S.WAITING),
        Step("accept", (_S.UNDER_WAY, _S.UNKNOWN), _S.SENT),
        Step("lose reply", (_S.UNDER_WAY,), _S.UNKNOWN),
        Step("refuse", (_S.UNDER_WAY,), _S.REFUSED),
        Step("send again", (_S.UNKNOWN, _S.REFUSED), _S.WAITING),
        Step("cancel", (_S.WAITING, _S.UNKNOWN, _S.REFUSED), _S.CANCELLED),
    ),
)


@attrs.frozen(kw_only=True)
class SentMessage:
    """A message to who has to answer, on its way or there (uitgaand bericht).

    Its id is the idempotency key of the message.

    Attributes:
        question: What it is about.
        dossier: Id of the dossier.
        title: One line for people.
        channel: Name of the channel.
        kind: What it says.
        version: The version of the question that it says.
        asker: Who looks after it.
        at: When it was said.
        accepted_at: When the channel took it.
        correlation_id: Under which the help desk of the channel finds it.
        problem: What went wrong last.
    """

    question: Ref
    dossier: str
    title: str = attrs.field(validator=public_line)
    channel: str
    kind: OutgoingKind
    version: int
    asker: Party
    at: datetime = attrs.field(validator=aware)
    accepted_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    correlation_id: str = ""
    problem: str = attrs.field(default="", validator=free_text)
    state: SentState = SENT_LIFECYCLE.initial

    @property
    def needs_a_person(self) -> bool:
        """True while somebody has to look after it."""
        return self.state in {SentState.UNKNOWN, SentState.REFUSED}

    def step(self, name: str, problem: str = "") -> SentMessage:
        """The message after a step of its lifecycle.

        Raises:
            StepNotAllowedError: It has no such step now.
        """
        state = SENT_LIFECYCLE.after(self.state, name)
        return attrs.evolve(self, state=state, problem=problem)

    def accept(self, receipt: Receipt) -> SentMessage:
        """The channel took it."""
        taken = attrs.evolve(self.step("accept"), accepted_at=receipt.at)
        return attrs.evolve(taken, correlation_id=receipt.correlation_id)


def _sent_standing(message: SentMessage) -> Standing:
    done = {SentState.SENT, SentState.CANCELLED}
    return Standing(
        state=message.state.value,
        title=message.title,
        dossier=message.dossier,
        part_of=message.question.id,
        open=message.state not in done,
    )


class HeardState(Enum):
    """What was done with an incoming message (staat van een inkomend bericht)."""

    HEARD = "gehoord"
    APPLIED = "verwerkt"
    APART = "na te kijken"
    SETTLED = "afgehandeld"


HEARD_LIFECYCLE: Final = Lifecycle(
    subject="heard message",
    initial=HeardState.HEARD,
    steps=(
        Step("apply", (HeardState.HEARD,), HeardState.APPLIED),
        Step("set apart", (HeardState.HEARD,), HeardState.APART),
        Step("settle", (HeardState.APART,), HeardState.SETTLED),
    ),
)


@attrs.frozen(kw_only=True)
class HeardMessage:
    """A message that came in over a channel (inkomend bericht).

    Attributes:
        channel: Name of the channel.
        said: What it says, in Dutch.
        question: What it is about; None when that is not known.
        dossier: Id of the dossier of that question.
        title: One line for people.
        reference: What the other side calls the question.
        said_at: When it was said, as the other side tells.
        received_at: When the question was received, as it tells; of a receipt only.
        text: What came with it.
        sender: Who it says it is from.
        document: Id of the document that came with it.
        problem: Why it could not be applied, in Dutch; empty when it was.
    """

    channel: str
    said: str
    question: Ref | None = None
    dossier: str | None = None
    title: str = attrs.field(validator=public_line)
    reference: str = ""
    said_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    received_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    text: Personal[str] | None = None
    sender: Personal[str] | None = None
    document: str | None = None
    problem: str = attrs.field(default="", validator=free_text)
    state: HeardState = HEARD_LIFECYCLE.initial

    def taken_in(self) -> HeardMessage:
        """It was applied, or set apart because it could not be.

        Raises:
            StepNotAllowedError: That was done already.
        """
        step = "set apart" if self.problem else "apply"
        return attrs.evolve(self, state=HEARD_LIFECYCLE.after(self.state, step))

    def settle(self) -> HeardMessage:
        """Somebody looked at it and did what had to be done.

        Raises:
            StepNotAllowedError: It was applied, or settled already.
        """
        state = HEARD_LIFECYCLE.after(self.state, "settle")
        return attrs.evolve(self, state=state)


def _heard_standing(message: HeardMessage) -> Standing:
    return Standing(
        state=message.state.value,
        title=message.title,
        dossier=message.dossier,
        part_of=message.question.id if message.question else None,
        open=message.state is HeardState.APART,
    )


SENT: Final = Kind("sent", SentMessage, _sent_standing)
HEARD: Final = Kind("heard", HeardMessage, _heard_standing)


def heard_id(channel: str, message: str) -> str:
    """Id of the record of an incoming message: the same each time it comes."""
    return f"{channel}:{message}"
