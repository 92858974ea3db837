"""Takes in what the other side says: each message once, together with what it changes.

What cannot be applied is set apart for somebody to look at, with why: never dropped,
never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import attrs

from digivl.access.model import AccessLevel
from digivl.advice.advices import Advices
from digivl.advice.agreement import Agreement, AgreementState
from digivl.advice.agreements import Agreements
from digivl.advice.channels.port import AdviceChannel
from digivl.advice.messages.correspondence import (
    HEARD,
    SENT,
    HeardMessage,
    HeardState,
    SentState,
    heard_id,
)
from digivl.advice.messages.message import (
    Advised,
    Agreed,
    Asked,
    Incoming,
    Receipt,
    Received,
    Refused,
    SentBack,
    Unclear,
    in_words,
)
from digivl.advice.messages.outgoing import QUESTIONS, Question, answerer, submission_of
from digivl.advice.request import AdviceRequest, AdviceState
from digivl.custody.moves import Moves
from digivl.custody.rights import Rights
from digivl.documents.model import DOCUMENT, Document, DocumentVersion, Origin
from digivl.documents.service import Documents
from digivl.errors import (
    BackendRefusedError,
    DigivlError,
    MalformedError,
    NotAllowedError,
    NotFoundError,
    StepNotAllowedError,
    UntrustworthyAnswerError,
)
from digivl.kernel.declared import checked
from digivl.kernel.parties import SYSTEM, Party
from digivl.kernel.personal import Personal
from digivl.kernel.redaction import on_one_line
from digivl.records.entries import AnyEntry, Draft, Entry, first
from digivl.records.port import Query, RecordBook

_LOOK: Final = "binnengekomen bericht nakijken"
#: Working days to look at a message; no rule gives a term.
_LOOK_DAYS: Final = 1
_LONGEST_TITLE: Final = 400
_LONGEST: Final = 500
#: What keeps a message from being applied, whenever it is tried.
_WRONG: Final = (
    BackendRefusedError,
    MalformedError,
    NotAllowedError,
    NotFoundError,
    StepNotAllowedError,
    UntrustworthyAnswerError,
)


@attrs.frozen(kw_only=True)
@checked
class Hearing:
    """Applies incoming messages in the name of who has to answer.

    Attributes:
        desk: Who looks at what cannot be placed, by the name of its channel.
    """

    book: RecordBook
    documents: Documents
    advices: Advices
    agreements: Agreements
    moves: Moves
    rights: Rights
    desk: Callable[[str], Party]
    clock: Callable[[], datetime]

    def take(self, name: str, channel: AdviceChannel, message: Incoming) -> bool | None:
        """Take in one message, and confirm it once it stands in the book.

        Returns:
            Whether it was applied; False when it was set apart, None when it stood in
            the book already.
        """
        key = heard_id(name, message.id)
        known = self.book.read_all(HEARD, [key]).get(key)
        if known is not None:
            apart = known.record.state is not HeardState.APPLIED
            channel.confirm(message, apart=apart)
            return None
        problem = self._apply(name, channel, message)
        channel.confirm(message, apart=bool(problem))
        return not problem

    def settle(self, id: str, *, by: Party, reason: str) -> Entry[HeardMessage]:
        """Establish that somebody did what a message that was set apart asked for.

        Args:
            id: Id of the message.
            by: Who looked at it.
            reason: What was done with it.

        Raises:
            NotAllowedError: `by` has it not, nor may act for who has.
            MalformedError: There is no reason.
            StepNotAllowedError: It was applied, or settled already.
        """
        self.rights.held(HEARD.ref(id), by)
        if not reason.strip():
            raise MalformedError("settling asks a reason", hint="Say what was done.")
        found, now = self.book.read(HEARD, id), self.clock()
        draft = found.next(found.record.settle(), "settle", by, now, reason)
        return self.book.write(draft, self.moves.closed(found.ref, by=by, at=now))[0]

    def waiting(self) -> Iterator[Entry[HeardMessage]]:
        """What was set apart and nobody looked at yet."""
        rows = self.book.rows(Query(kind=HEARD.name, open=True))
        yield from self.book.read_all(HEARD, [row.ref.id for row in rows]).values()

    def _apply(self, name: str, channel: AdviceChannel, message: Incoming) -> str:
        """Why it could not be applied; empty when it was."""
        question, problem = self._found(name, message)
        if question is None or problem:
            return self._set_apart(name, message, question, problem)
        document = None
        try:
            document = self._kept(name, channel, message, question)
            self._arrived(question)
            self._carry_out(name, message, question, document)
        except _WRONG as error:
            problem = _in_dutch(error, message)
            return self._set_apart(name, message, question, problem, document)
        return ""

    def _found(self, name: str, message: Incoming) -> tuple[AnyEntry | None, str]:
        """The question a message is about, and what is wrong between the two."""
        question = self._question(name, message)
        if question is not None and question.record.channel != name:
            # Who speaks over another channel learns nothing of it, and changes nothing.
            return None, "het bericht gaat over een vraag van een ander kanaal"
        if isinstance(message.said, Unclear):
            return question, message.said.why
        if question is None:
            return None, "het bericht gaat over een vraag die niet gekend is"
        known = question.record.reference
        if message.reference and known and message.reference != known:
            return question, f"het bericht noemt een andere referentie dan {known}"
        if message.submission not in {None, submission_of(question.record)}:
            return question, "het bericht antwoordt op een vorige indiening"
        return question, ""

    def _question(self, name: str, message: Incoming) -> AnyEntry | None:
        if message.question is None:
            return self._referred(name, message.reference)
        kind = QUESTIONS.get(message.question.kind)
        if kind is None:
            return None
        own = message.question.id
        return self.book.read_all(kind, [own]).get(own)

    def _referred(self, name: str, reference: str) -> AnyEntry | None:
        """The open question of a channel that has this reference there."""
        for kind in QUESTIONS.values() if reference else ():
            rows = self.book.rows(Query(kind=kind.name, open=True))
            asked = self.book.read_all(kind, [row.ref.id for row in rows])
            for entry in asked.values():
                known = entry.record.channel, entry.record.reference
                if known == (name, reference):
                    return entry
        return None

    def _carry_out(
        self, name: str, message: Incoming, asked: AnyEntry, document: str | None
    ) -> None:
        draft = self._draft(name, message, asked, document)
        if isinstance(message.said, Received) and not _is_new(asked.record):
            # It crossed an answer, or was told before: there is nothing to change.
            self.book.write(draft)
        elif isinstance(asked.record, Agreement):
            self._answer_agreement(asked, message, draft, document)
        else:
            self._answer_advice(asked, message, draft, document)

    def _answer_advice(
        self,
        asked: Entry[AdviceRequest],
        message: Incoming,
        draft: Draft[HeardMessage],
        document: str | None,
    ) -> None:
        own, by = asked.id, asked.record.adviser
        service = self.advices.carrying_out(draft)
        implied = isinstance(message.said, Asked | Advised)
        if implied and _is_new(asked.record):
            self.advices.receive(own, by=by)
        match message.said:
            case Received():
                service.receive(own, by=by)
            case Asked(text=text):
                service.inquire(own, text, by=by)
            case SentBack(lacks=lacks):
                service.send_back(own, lacks=lacks, by=by)
            case Advised() as said:
                service.advise(
                    own,
                    said.outcome,
                    agreement_needed=said.agreement_needed,
                    aspects=said.remarks,
                    conditions=said.conditions,
                    document=document,
                    by=by,
                )
            case _:
                raise MalformedError(
                    "advice is asked, not agreement",
                    hint="Ask the other side for an advice.",
                )

    def _answer_agreement(
        self,
        asked: Entry[Agreement],
        message: Incoming,
        draft: Draft[HeardMessage],
        document: str | None,
    ) -> None:
        own, by = asked.id, asked.record.minister
        service = self.agreements.carrying_out(draft)
        implied = isinstance(message.said, Asked | SentBack | Agreed | Refused)
        if implied and _is_new(asked.record):
            self.agreements.receive(own, by=by)
        match message.said:
            case Received():
                service.receive(own, by=by)
            case Asked(text=text):
                service.inquire(own, text, by=by)
            case SentBack(lacks=lacks):
                service.inquire(own, "\n".join(lacks), by=by)
            case Agreed(remark=remark, conditions=conditions):
                service.agree(
                    own, conditions=conditions, remark=remark, document=document, by=by
                )
            case Refused(reason=reason):
                service.refuse(own, reason=reason, document=document, by=by)
            case _:
                raise MalformedError(
                    "agreement is asked, not advice",
                    hint="Ask the other side to agree or to refuse.",
                )

    def _kept(
        self, name: str, channel: AdviceChannel, message: Incoming, asked: AnyEntry
    ) -> str | None:
        """The document that came with it, taken in once; before what names it."""
        if not message.file:
            return None
        own = str(uuid5(NAMESPACE_URL, f"digivl:{heard_id(name, message.id)}"))
        if self.book.read_all(DOCUMENT, [own]):
            return own
        with channel.opened(message) as pdf:
            stored = self.documents.keep(pdf)
        question: Question = asked.record
        version = DocumentVersion(
            sha256=stored.sha256,
            size=stored.size,
            origin=Origin.RECEIVED,
            at=self.clock(),
            level=self._level(question),
        )
        label = question.body.label
        document = Document(
            dossier=question.dossier,
            title=f"{label[0].upper()}{label[1:]}: {question.title[:_LONGEST_TITLE]}",
            type=question.body.document_type,
            versions=(version,),
        )
        by = answerer(question)
        self.book.write(first(DOCUMENT, own, document, "receive", by, version.at))
        return own

    def _level(self, question: Question) -> AccessLevel:
        """Confidential when it is about something that is."""
        internal = AccessLevel.INTERNAL_GOVERNMENT
        names = [piece.document for piece in question.basis.pieces]
        about = self.book.read_all(DOCUMENT, names).values()
        guarded = any(one.record.level.openness < internal.openness for one in about)
        return AccessLevel.CONFIDENTIAL if guarded else internal

    def _arrived(self, asked: AnyEntry) -> None:
        """Who answers has the question: that it arrived is known by now."""
        rows = self.book.rows(Query(kind=SENT.name, part_of=asked.id, open=True))
        for found in self.book.read_all(SENT, [row.ref.id for row in rows]).values():
            same = found.record.question == asked.ref
            if same and found.record.state is SentState.UNKNOWN:
                now = self.clock()
                record = found.record.accept(Receipt(at=now))
                drafts = [found.next(record, "accept", SYSTEM, now)]
                held = self.moves.all_of([found.ref])
                ends = [self.moves.closed(ref, by=SYSTEM, at=now) for ref in held]
                self.book.write(*drafts, *ends)

    def _set_apart(
        self,
        name: str,
        message: Incoming,
        asked: AnyEntry | None,
        problem: str,
        document: str | None = None,
    ) -> str:
        draft = self._draft(name, message, asked, document, problem)
        record = draft.record
        waits = self.moves.taken(
            HEARD.ref(draft.id),
            self.desk(name) if asked is None else asked.record.asker,
            _LOOK,
            # What is of no dossier is a matter by itself.
            dossier=record.dossier or draft.id,
            title=record.title,
            by=SYSTEM,
            at=draft.at,
            days=_LOOK_DAYS,
        )
        self.book.write(draft, waits)
        return problem

    def _draft(
        self,
        name: str,
        message: Incoming,
        asked: AnyEntry | None,
        document: str | None,
        problem: str = "",
    ) -> Draft[HeardMessage]:
        said = in_words(message.said)
        about = asked.record.title[:_LONGEST_TITLE] if asked else f"bericht over {name}"
        record = HeardMessage(
            channel=name,
            said=said,
            question=asked.ref if asked else None,
            dossier=asked.record.dossier if asked else None,
            title=f"{about}: {said}",
            reference=message.reference,
            said_at=message.at,
            received_at=message.at if isinstance(message.said, Received) else None,
            text=Personal(message.text) if message.text else None,
            sender=message.sender,
            document=document,
            problem=on_one_line(problem, _LONGEST),
        ).taken_in()
        by = answerer(asked.record) if asked and not problem else SYSTEM
        key = heard_id(name, message.id)
        return first(HEARD, key, record, "take in", by, self.clock())


def _is_new(question: Question) -> bool:
    """True until the other side said that it has it."""
    return question.state in {AdviceState.SUBMITTED, AgreementState.SUBMITTED}


def _in_dutch(error: DigivlError, message: Incoming) -> str:
    said = in_words(message.said)
    if isinstance(error, StepNotAllowedError):
        return f"“{said}” kan niet meer of nog niet: de vraag is {error.state}"
    if isinstance(error, NotAllowedError):
        return f"“{said}” kan nu niet: de vraag is niet bij wie antwoordt"
    return f"“{said}” is niet bruikbaar: {error}"
