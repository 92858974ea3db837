"""Brings messages to their channels, once; collects what came back, once.

That an attempt begins is written before anything leaves. One that ended in the dark is
repeated where the channel knows a message by its key; elsewhere a person looks first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final

import attrs

from digivl.advice.channels.hearing import Hearing
from digivl.advice.channels.port import AdviceChannel
from digivl.advice.messages.correspondence import SENT, SentMessage, SentState
from digivl.advice.messages.message import Outgoing, OutgoingKind, Receipt
from digivl.advice.messages.outgoing import QUESTIONS, SAY, enclosed, outgoing
from digivl.advice.request import AdviceState
from digivl.custody.moves import Moves
from digivl.custody.rights import Rights
from digivl.documents.model import DOCUMENT
from digivl.documents.service import Documents
from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    DigivlError,
    MalformedError,
    OutcomeUnknownError,
)
from digivl.kernel.declared import checked
from digivl.kernel.identifiers import new_id
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import SYSTEM, Party
from digivl.kernel.redaction import on_one_line
from digivl.records.entries import AnyDraft, AnyEntry, Entry
from digivl.records.port import Query, RecordBook
from digivl.records.tasks import NewTask, Task

_LOG = logging.getLogger("digivl.work")
_LOOK: Final = {
    SentState.UNKNOWN: "nagaan of het bericht aankwam",
    SentState.REFUSED: "geweigerd bericht nakijken en opnieuw verzenden",
}
_AGAIN: Final = "wachten tot het bericht opnieuw verzonden is"
#: Working days to look after a message that went wrong; no rule gives a term.
_LOOK_DAYS: Final = 1
#: Not let in, or the wrong address: nothing is wrong with the message.
_NOT_OURS: Final = frozenset({401, 403, 404, 405})
_LONGEST: Final = 500
_S = SentState


@attrs.frozen(kw_only=True)
class Collected:
    """What one round of collecting did.

    Attributes:
        applied: Messages that changed a question.
        apart: Messages that somebody has to look at.
        failed: Channels that could not be read, with why.
    """

    applied: int = 0
    apart: int = 0
    failed: Mapping[str, DigivlError] = attrs.field(factory=dict[str, DigivlError])


@attrs.frozen(kw_only=True)
@checked
class Exchange:
    """The conversation of an office with those who advise and agree elsewhere.

    Attributes:
        channels: Their names.
        channel: Gives one by its name.
    """

    book: RecordBook
    documents: Documents
    moves: Moves
    rights: Rights
    hearing: Hearing
    channels: Collection[str]
    channel: Callable[[str], AdviceChannel]
    clock: Callable[[], datetime]

    def of_question(self, question: Ref) -> list[Entry[SentMessage]]:
        """What was said about a question, the oldest first."""
        rows = self.book.rows(Query(kind=SENT.name, part_of=question.id))
        found = self.book.read_all(SENT, [row.ref.id for row in rows]).values()
        mine = [entry for entry in found if entry.record.question == question]
        return sorted(mine, key=lambda entry: entry.record.version)

    def deliver(self, task: Task) -> None:
        """Bring one message to its channel; what the outbox does.

        Raises:
            BackendUnavailableError: Not sent; to be tried again.
            OutcomeUnknownError: Perhaps sent; to be repeated under the same key.
            ConfigurationError: There is no such channel any more.
        """
        found = self.book.read(SENT, task.subject.id)
        if found.record.state not in {_S.WAITING, _S.UNDER_WAY, _S.UNKNOWN}:
            self.book.write(done=task)
        elif found.record.state is _S.WAITING and self._is_pointless(found):
            self._write(found, found.record.step("cancel"), "cancel", done=task)
        else:
            self._deliver(found, self.channel(found.record.channel), task)

    def send_again(self, id: str, *, by: Party) -> Entry[SentMessage]:
        """Send a message again, that was refused or of which nobody knows.

        It keeps its key, so that who got it before can see that it is the same.

        Args:
            id: Id of the message.
            by: Who looked after it.

        Raises:
            NotAllowedError: `by` has it not, nor may act for who has.
            StepNotAllowedError: It is on its way, or there.
        """
        held, now = self.rights.held(SENT.ref(id), by), self.clock()
        found = self.book.read(SENT, id)
        draft = found.next(found.record.step("send again"), "send again", by, now)
        task = NewTask(kind=SAY, subject=found.ref, due=now, key=new_id())
        waits = self.moves.passed(
            held, held.record.holder, _AGAIN, by=by, at=now, days=_LOOK_DAYS
        )
        return self.book.write(draft, waits, tasks=[task])[0]

    def arrived(self, id: str, *, by: Party, reason: str) -> Entry[SentMessage]:
        """Establish that a message arrived, of which that was not known.

        Args:
            id: Id of the message.
            by: Who looked after it.
            reason: How that is known.

        Raises:
            NotAllowedError: `by` has it not, nor may act for who has.
            StepNotAllowedError: It is on its way, refused, or there.
        """
        return self._ended(id, lambda sent, at: sent.accept(Receipt(at=at)), by, reason)

    def drop(self, id: str, *, by: Party, reason: str) -> Entry[SentMessage]:
        """Let a message be, that was refused or of which nobody knows.

        Raises:
            NotAllowedError: `by` has it not, nor may act for who has.
            StepNotAllowedError: It is on its way, or there.
        """
        return self._ended(id, lambda sent, _: sent.step("cancel"), by, reason)

    def _ended(
        self,
        id: str,
        end: Callable[[SentMessage, datetime], SentMessage],
        by: Party,
        reason: str,
    ) -> Entry[SentMessage]:
        self.rights.held(SENT.ref(id), by)
        found, now = self.book.read(SENT, id), self.clock()
        record = end(found.record, now)
        action = "accept" if record.accepted_at else "cancel"
        draft = found.next(record, action, by, now, reason)
        return self.book.write(draft, self.moves.closed(found.ref, by=by, at=now))[0]

    def collect(self) -> Collected:
        """Take in what came back over all channels; each message once.

        A channel that cannot be read leaves the others alone; what it holds comes
        the next time.
        """
        applied, apart, failed = 0, 0, dict[str, DigivlError]()
        for name in self.channels:
            try:
                channel = self.channel(name)
                for message in channel.collect():
                    taken = self.hearing.take(name, channel, message)
                    applied += taken is True
                    apart += taken is False
            except DigivlError as error:
                _LOG.warning("channel %s could not be read: %s", name, error)
                failed[name] = error
            except Exception as cause:  # noqa: BLE001
                # A fault of a plug-in, or of ours: it must not end the other work.
                _LOG.exception("channel %s failed", name)
                failed[name] = DigivlError(
                    f"{type(cause).__name__} in channel {name}",
                    hint="A fault in the channel; the log has where it failed.",
                )
        return Collected(applied=applied, apart=apart, failed=failed)

    def _deliver(
        self, found: Entry[SentMessage], channel: AdviceChannel, task: Task
    ) -> None:
        if found.record.state is not _S.WAITING and not channel.repeats:
            # It began and nobody told how it ended: it may be there.
            self._lost(found, "de poging werd afgebroken", task)
            return
        self._check_turn(found)
        message = self._message(found)
        found = self._write(found, found.record.step("begin"), "begin")
        try:
            receipt = channel.send(message, self.documents.opened)
        except OutcomeUnknownError as error:
            if not channel.repeats:
                self._lost(found, str(error), task)
                return
            lost = found.record.step("lose reply", _said(error))
            self._write(found, lost, "lose reply")
            raise
        except DigivlError as error:
            self._failed(found, error, task)
        else:
            self._accepted(found, receipt, task)

    def _failed(
        self, found: Entry[SentMessage], error: DigivlError, task: Task
    ) -> None:
        """It was not taken: because of what it is, or for now."""
        no = isinstance(error, BackendRefusedError) and error.status not in _NOT_OURS
        if no or isinstance(error, MalformedError):
            refused = found.record.step("refuse", _said(error))
            self._write(found, refused, "refuse", done=task)
            return
        self._write(found, found.record.step("wait", _said(error)), "wait")
        raise error

    def _lost(self, found: Entry[SentMessage], why: str, task: Task) -> None:
        record = found.record
        if record.state is not _S.UNKNOWN:
            record = record.step("lose reply", on_one_line(why, _LONGEST))
        self._write(found, record, "lose reply", done=task)

    def _accepted(
        self, found: Entry[SentMessage], receipt: Receipt, task: Task
    ) -> None:
        now = self.clock()
        drafts: list[AnyDraft] = [
            found.next(found.record.accept(receipt), "accept", SYSTEM, now)
        ]
        question = self._question(found.record.question)
        if receipt.reference and receipt.reference != question.record.reference:
            named = attrs.evolve(question.record, reference=receipt.reference)
            drafts.append(question.next(named, "take reference", SYSTEM, now))
        if self.moves.all_of([found.ref]):
            drafts.append(self.moves.closed(found.ref, by=SYSTEM, at=now))
        self.book.write(*drafts, done=task)

    def _write(
        self,
        found: Entry[SentMessage],
        record: SentMessage,
        action: str,
        done: Task | None = None,
    ) -> Entry[SentMessage]:
        now = self.clock()
        draft = found.next(record, action, SYSTEM, now)
        # A worker goes on with it, or who asked has to look after it.
        looks = done is not None and record.needs_a_person
        waits = [self._waiting(found.ref, record, now)] if looks else []
        return self.book.write(draft, *waits, done=done)[0]

    def _waiting(self, ref: Ref, record: SentMessage, at: datetime) -> AnyDraft:
        step = _LOOK[record.state]
        held = self.moves.all_of([ref]).get(ref)
        if held is not None:
            return self.moves.passed(
                held, held.record.holder, step, by=SYSTEM, at=at, days=_LOOK_DAYS
            )
        return self.moves.taken(
            ref,
            record.asker,
            step,
            dossier=record.dossier,
            title=record.title,
            by=SYSTEM,
            at=at,
            days=_LOOK_DAYS,
        )

    def _question(self, ref: Ref) -> AnyEntry:
        return self.book.read(QUESTIONS[ref.kind], ref.id)

    def _message(self, found: Entry[SentMessage]) -> Outgoing:
        ref = found.record.question
        history = self.book.history(QUESTIONS[ref.kind], ref.id)
        said = next(e for e in history if e.version == found.record.version)
        names = [document for document, _ in enclosed(said)]
        documents = self.book.read_all(DOCUMENT, names)
        return outgoing(
            found,
            said,
            self._question(ref).record.reference,
            {name: entry.record for name, entry in documents.items()},
        )

    def _check_turn(self, found: Entry[SentMessage]) -> None:
        """What was said first goes first."""
        for earlier in self._earlier(found):
            if earlier.record.state in {_S.WAITING, _S.UNDER_WAY}:
                raise BackendUnavailableError(
                    found.record.channel,
                    "what was said before about this question did not leave yet",
                    hint="It goes by itself once that has left.",
                )

    def _is_pointless(self, found: Entry[SentMessage]) -> bool:
        """Nothing to say: a question taken back before it left, and taking it back."""
        if found.record.kind is OutgoingKind.QUESTION:
            state = self._question(found.record.question).record.state.value
            return bool(state == AdviceState.WITHDRAWN.value)
        asked = [
            earlier.record.state
            for earlier in self._earlier(found)
            if earlier.record.kind is OutgoingKind.QUESTION
        ]
        return bool(asked) and {*asked} <= {_S.CANCELLED, _S.REFUSED}

    def _earlier(self, found: Entry[SentMessage]) -> list[Entry[SentMessage]]:
        of_question = self.of_question(found.record.question)
        return [e for e in of_question if e.record.version < found.record.version]


def _said(error: DigivlError) -> str:
    return on_one_line(str(error), _LONGEST)
