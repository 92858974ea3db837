"""What an act on a question says to the other side, and the task that brings it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import attrs

from digivl.advice.agreement import AGREEMENT, Agreement
from digivl.advice.messages.correspondence import SENT, SentMessage
from digivl.advice.messages.message import Enclosure, Outgoing, OutgoingKind
from digivl.advice.request import ADVICE, IN_HOUSE, AdviceRequest, AdviceState
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
    "extend": OutgoingKind.EXTENSION,
    "withdraw": OutgoingKind.WITHDRAWAL,
    "reply": OutgoingKind.REPLY,
    "appeal": OutgoingKind.APPEAL,
    "join": OutgoingKind.RULING,
    "confirm": OutgoingKind.RULING,
    "lapse": OutgoingKind.RULING,
}
_OF_APPEALS: Final = frozenset({OutgoingKind.APPEAL, OutgoingKind.RULING})

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
    kind = _kind(draft)
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


def _kind(draft: Draft[Any]) -> OutgoingKind | None:
    appeal_lapsed = draft.record.state is AdviceState.APPEAL_LAPSED
    # Who was asked and was silent knows it. That the minister was is news to them.
    if draft.action == "lapse" and not appeal_lapsed:
        return None
    return _SAYS.get(draft.action)


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
        documents: Those of `enclosed`, by id.
    """
    question: Question = said.record
    message = sent.record
    asks = message.kind is OutgoingKind.QUESTION
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
        days=_days(message.kind, question),
        minister=_minister(message.kind, question),
        ruling=_ruling(message.kind, question),
        enclosures=tuple(
            _enclosure(documents[one], sha256 or _then(documents[one], said.at))
            for one, sha256 in enclosed(said)
        ),
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


def enclosed(said: Entry[Any]) -> Sequence[tuple[str, str | None]]:
    """What goes along with an act: a document and its version, the one of then if None.

    The documents of a question with the question, and where it is completed; with a
    reply the document that holds it.
    """
    question: Question = said.record
    if said.action in {"submit", "complete"}:
        return [(one.document, one.sha256) for one in question.basis.pieces]
    reply = question.reply if isinstance(question, AdviceRequest) else None
    if said.action == "reply" and reply and reply.document:
        return [(reply.document, None)]
    return []


def _text(kind: OutgoingKind, question: Question, reason: str) -> str:
    if kind is OutgoingKind.ANSWER and question.inquiries:
        return question.inquiries[-1].answer
    if kind is OutgoingKind.REPLY and isinstance(question, AdviceRequest):
        return question.reply.text if question.reply else reason
    return reason


def _days(kind: OutgoingKind, question: Question) -> int | None:
    clock = question.clock
    if kind is OutgoingKind.URGENCY and clock and clock.urged:
        return clock.urged.days
    return clock.extension if kind is OutgoingKind.EXTENSION and clock else None


def _minister(kind: OutgoingKind, question: Question) -> str:
    if kind not in _OF_APPEALS or not isinstance(question, AdviceRequest):
        return ""
    return question.appeal.minister.label if question.appeal else ""


def _ruling(kind: OutgoingKind, question: Question) -> AdviceState | None:
    if kind is not OutgoingKind.RULING or not isinstance(question, AdviceRequest):
        return None
    return question.state


def _then(document: Document, at: datetime) -> str:
    """The version that a document had at some moment."""
    there = [one.sha256 for one in document.versions if one.at <= at]
    return (there or [document.versions[0].sha256])[-1]


def _enclosure(document: Document, sha256: str) -> Enclosure:
    version = document.version(sha256)
    return Enclosure(
        title=document.name,
        sha256=sha256,
        size=version.size,
        type=concept(document.type).label,
    )
