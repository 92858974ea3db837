"""What an act on a question says to the other side, and the task that brings it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import attrs

from digivl.advice.agreement import AGREEMENT, Agreement
from digivl.advice.messages.correspondence import SENT, SentMessage
from digivl.advice.messages.message import Enclosure, Outgoing, OutgoingKind
from digivl.advice.request import ADVICE, IN_HOUSE, AdviceRequest
from digivl.documents.model import Document
from digivl.errors import ConfigurationError
from digivl.kernel.concepts import concept
from digivl.kernel.identifiers import new_id
from digivl.kernel.kinds import Kind
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Draft, Entry, first
from digivl.records.tasks import NewTask

#: Kind of the task that brings one message to its channel.
SAY: Final = "advice"

#: What each act says; the others are said to nobody.
_SAYS: Final = {
    "submit": OutgoingKind.QUESTION,
    "answer": OutgoingKind.ANSWER,
    "complete": OutgoingKind.ANSWER,
    "urge": OutgoingKind.URGENCY,
    "withdraw": OutgoingKind.WITHDRAWAL,
}

Question = AdviceRequest | Agreement

#: The kinds of questions, by name.
QUESTIONS: Final[Mapping[str, Kind[Any]]] = {k.name: k for k in (ADVICE, AGREEMENT)}


@attrs.frozen(kw_only=True)
class Along:
    """What is written together with an act on a question."""

    drafts: tuple[AnyDraft, ...] = ()
    tasks: tuple[NewTask, ...] = ()


def along(draft: Draft[Any], channels: Collection[str]) -> Along:
    """What an act on a question brings with it: a message, and the task to send it.

    Args:
        draft: The act.
        channels: Names of the channels of the office.

    Raises:
        ConfigurationError: The question goes over a channel that there is not.
    """
    question: Question = draft.record
    kind = _SAYS.get(draft.action)
    if question.channel == IN_HOUSE or kind is None:
        return Along()
    if question.channel not in channels:
        known = ", ".join((IN_HOUSE, *channels))
        raise ConfigurationError(
            f"there is no channel {question.channel!r}",
            hint=f"Known: {known}; add [channels.{question.channel}] to digivl.toml.",
        )
    key, subject = new_id(), draft.kind.ref(draft.id)
    message = SentMessage(
        question=subject,
        dossier=question.dossier,
        title=question.title,
        channel=question.channel,
        kind=kind,
        version=draft.version,
        asker=question.asker,
        at=draft.at,
    )
    sent = first(SENT, key, message, "say", draft.actor, draft.at)
    task = NewTask(kind=SAY, subject=SENT.ref(key), due=draft.at, key=key)
    return Along(drafts=(sent,), tasks=(task,))


def outgoing(
    sent: Entry[SentMessage],
    said: Entry[Any],
    reference: str,
    documents: Mapping[str, Document],
) -> Outgoing:
    """The message in the words of the question as it was then.

    Args:
        sent: The message.
        said: The act that it tells of.
        reference: What the other side calls the question by now.
        documents: Those that the question rests on, by id.
    """
    question: Question = said.record
    message = sent.record
    asks = message.kind is OutgoingKind.QUESTION
    encloses = asks or said.action == "complete"
    return Outgoing(
        key=sent.id,
        kind=message.kind,
        question=message.question,
        reference=reference,
        submission=submission_of(question),
        body=question.body,
        title=question.title,
        dossier=question.dossier,
        asker=question.asker.label,
        adviser=answerer(question).label,
        at=message.at,
        text=_text(message.kind, question, said.reason),
        days=_days(question) if message.kind is OutgoingKind.URGENCY else None,
        enclosures=_enclosures(question, documents) if encloses else (),
        lines=question.basis.lines if asks else (),
    )


def answerer(question: Question) -> Party:
    """Who has to answer a question."""
    if isinstance(question, Agreement):
        return question.minister
    return question.adviser


def submission_of(question: Question) -> int:
    """How many times a question was submitted."""
    return question.submission if isinstance(question, AdviceRequest) else 1


def _text(kind: OutgoingKind, question: Question, reason: str) -> str:
    if kind is OutgoingKind.ANSWER and question.inquiries:
        return question.inquiries[-1].answer
    return reason


def _days(question: Question) -> int | None:
    urged = question.clock.urged if question.clock else None
    return urged.days if urged else None


def _enclosures(
    question: Question, documents: Mapping[str, Document]
) -> tuple[Enclosure, ...]:
    found = []
    for piece in question.basis.pieces:
        document = documents[piece.document]
        version = document.version(piece.sha256)
        found.append(
            Enclosure(
                title=document.name,
                sha256=piece.sha256,
                size=version.size,
                type=concept(document.type).label,
            )
        )
    return tuple(found)
