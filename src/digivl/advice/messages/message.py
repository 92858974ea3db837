"""What goes to and fro between who asks an advice and who gives it (berichten).

The same messages whatever carries them: a channel writes them down in its own way, and
reads them back. Nothing here is applied: an incoming message says what somebody said.
"""

from __future__ import annotations

from collections.abc import Sized
from datetime import datetime
from enum import Enum
from typing import Any, Final, TypeAlias

import attrs
from attrs.validators import deep_iterable, optional

from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.budget import BudgetLine
from digivl.advice.request import AdviceState, AspectRemark
from digivl.errors import MalformedError
from digivl.kernel.checks import (
    counted_from_one,
    digest,
    free_text,
    named_outside,
    public_line,
)
from digivl.kernel.declared import typed
from digivl.kernel.kinds import Ref
from digivl.kernel.moments import aware
from digivl.kernel.personal import Personal

#: Most conditions, remarks or lacks that one message can bring.
MOST: Final = 100


def _not_too_many(_: object, attribute: attrs.Attribute[Any], values: Sized) -> None:
    if len(values) > MOST:
        raise MalformedError(
            f"there are more than {MOST} {attribute.name}",
            hint="Take them together, or say the rest in the document.",
        )


class OutgoingKind(Enum):
    """What is said to who has to answer (soort bericht)."""

    QUESTION = "vraag"
    ANSWER = "antwoord op een vraag om inlichtingen"
    URGENCY = "beroep op de spoed"
    EXTENSION = "verlenging van de termijn"
    WITHDRAWAL = "intrekking"
    REPLY = "repliek op een ongunstig advies"
    APPEAL = "beroep tegen een ongunstig advies"
    RULING = "uitspraak over het beroep"

    @property
    def awaits_answer(self) -> bool:
        """True while the other side still has the question to answer."""
        return self not in {
            OutgoingKind.WITHDRAWAL,
            OutgoingKind.REPLY,
            OutgoingKind.APPEAL,
            OutgoingKind.RULING,
        }


@attrs.frozen(kw_only=True, field_transformer=typed)
class Enclosure:
    """A document that a question rests on (bijlage).

    Attributes:
        title: One line, as people know it.
        sha256: Its bytes, by their SHA-256.
        size: In bytes.
        type: What kind of document, in Dutch.
    """

    title: str = attrs.field(validator=public_line)
    sha256: str = attrs.field(validator=digest)
    size: int
    type: str


@attrs.frozen(kw_only=True, field_transformer=typed)
class Outgoing:
    """A message to who has to answer (uitgaand bericht).

    Attributes:
        key: Idempotency key: the same message again has the same one.
        kind: What it says.
        question: Our own name for the question.
        reference: The name that the other side gave it; empty until it did.
        submission: How many times it was submitted.
        body: Who has to be heard.
        title: One line, as the dossier has it.
        dossier: Id of the dossier.
        asker: Who asks, as people know it.
        adviser: Who has to answer, as people know it.
        at: When it was said.
        text: The answer to an inquiry, the reply to an advice, or why it is urgent,
            takes longer, is taken back, appealed against or ruled on so.
        days: The term that urgency asks for, in days; or how many days more the
            adviser has by now.
        minister: To whom it was appealed, as people know it.
        ruling: How the appeal ended; None for all else.
        enclosures: The documents the question rests on, or the one of the reply.
        lines: The effect on the budget.
    """

    key: str = attrs.field(validator=named_outside)
    kind: OutgoingKind
    question: Ref
    reference: str = attrs.field(default="", validator=free_text)
    submission: int = attrs.field(default=1, validator=counted_from_one)
    body: Body
    title: str = attrs.field(validator=public_line)
    dossier: str
    asker: str
    adviser: str
    at: datetime = attrs.field(validator=aware)
    text: str = attrs.field(default="", validator=free_text)
    days: int | None = None
    minister: str = attrs.field(default="", validator=free_text)
    ruling: AdviceState | None = None
    enclosures: tuple[Enclosure, ...] = ()
    lines: tuple[BudgetLine, ...] = ()


@attrs.frozen(kw_only=True, field_transformer=typed)
class Receipt:
    """What a channel says once it took a message (ontvangstbewijs).

    Attributes:
        at: When.
        reference: What the other side calls the question; empty where it does not say.
        correlation_id: Under which its help desk finds the call; may be empty.
    """

    at: datetime = attrs.field(validator=aware)
    reference: str = ""
    correlation_id: str = ""


@attrs.frozen
class Received:
    """The other side has the question (ontvangen)."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Asked:
    """The other side asks something: for information, or to complete (vraag)."""

    text: str = attrs.field(validator=free_text)


@attrs.frozen(kw_only=True, field_transformer=typed)
class SentBack:
    """The other side sends it back as incomplete (teruggezonden)."""

    lacks: tuple[str, ...] = attrs.field(
        validator=(_not_too_many, deep_iterable(public_line))
    )


@attrs.frozen(kw_only=True, field_transformer=typed)
class Advised:
    """The other side gives advice (advies).

    Attributes:
        outcome: Its conclusion.
        agreement_needed: False only where it says so.
        remarks: Each on one aspect.
        conditions: Each on its own.
    """

    outcome: AdviceOutcome
    agreement_needed: bool = True
    remarks: tuple[AspectRemark, ...] = attrs.field(default=(), validator=_not_too_many)
    conditions: tuple[str, ...] = attrs.field(
        default=(), validator=(_not_too_many, deep_iterable(public_line))
    )

    def __attrs_post_init__(self) -> None:
        conditional = self.outcome is AdviceOutcome.FAVOURABLE_ON_CONDITIONS
        if conditional is not bool(self.conditions):
            raise MalformedError(
                "conditions go with advice on conditions, and only so",
                hint="Name the conditions one by one, or choose another outcome.",
            )


@attrs.frozen(kw_only=True, field_transformer=typed)
class Agreed:
    """The other side agrees (akkoord).

    Attributes:
        remark: What it says with it; may be empty.
        conditions: Each on its own.
    """

    remark: str = attrs.field(default="", validator=free_text)
    conditions: tuple[str, ...] = attrs.field(
        default=(), validator=(_not_too_many, deep_iterable(public_line))
    )


@attrs.frozen(kw_only=True, field_transformer=typed)
class Refused:
    """The other side does not agree, and says why (geweigerd)."""

    reason: str = attrs.field(validator=(free_text, public_line))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Unclear:
    """It cannot be told what the other side says: somebody has to look at it.

    Attributes:
        why: In Dutch, for who looks.
    """

    why: str = attrs.field(validator=public_line)


#: What an incoming message can say.
Said: TypeAlias = Received | Asked | SentBack | Advised | Agreed | Refused | Unclear


@attrs.frozen(kw_only=True, field_transformer=typed)
class Incoming:
    """A message of who has to answer (inkomend bericht).

    Attributes:
        id: Its own name, the same each time it is collected.
        said: What it says.
        question: Our own name for the question; None when it is not told.
        reference: Its own name for the question; may be empty.
        submission: Which submission of the question it answers; None if not told.
        at: When it was said, by the other side; None when it is not told.
        text: What came with it in words, without what identifies a person.
        sender: Who it says it is from.
        file: SHA-256 of the PDF that came with it; empty when there is none.
    """

    id: str = attrs.field(validator=named_outside)
    said: Said
    question: Ref | None = None
    reference: str = attrs.field(default="", validator=free_text)
    submission: int | None = None
    at: datetime | None = attrs.field(default=None, validator=optional(aware))
    text: str = attrs.field(default="", validator=free_text)
    sender: Personal[str] | None = None
    file: str = ""


def in_words(said: Said) -> str:
    """What a message says, on one line, in Dutch."""
    if isinstance(said, Advised):
        return f"advies: {said.outcome.label}"
    return _WORDS[type(said)]


_WORDS: Final[dict[type[Said], str]] = {
    Received: "ontvangen",
    Asked: "vraag om inlichtingen",
    SentBack: "teruggezonden: onvolledig",
    Agreed: "akkoord",
    Refused: "geen akkoord",
    Unclear: "onduidelijk",
}
