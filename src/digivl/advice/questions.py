"""What requests for advice and for agreement share: who may answer, and custody.

What an act says to the other side, and what it was said by, is written with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

import attrs

from digivl.advice.agreement import Agreement
from digivl.advice.asking import asked_of, asks_itself, can_answer
from digivl.advice.body import Body
from digivl.advice.clock import Clock
from digivl.advice.messages.correspondence import HeardMessage
from digivl.advice.messages.outgoing import along
from digivl.advice.messages.receipts import start_of
from digivl.advice.request import AdviceRequest
from digivl.advice.rules.ruleset import Purpose, RuleSet
from digivl.custody.moves import Moves
from digivl.custody.rights import Rights
from digivl.kernel.calendar import Calendar
from digivl.kernel.kinds import Kind, Ref
from digivl.kernel.moments import day_of
from digivl.kernel.parties import Party
from digivl.kernel.reckoning import Reckoning
from digivl.records.entries import AnyDraft, Draft, Entry
from digivl.records.port import Query, RecordBook

#: Term in working days of who is asked, until receipt or where no rule gives one.
ANSWER_DAYS: Final = 12
#: Term in working days of who asked, once there is an answer; no rule gives one.
ASKER_DAYS: Final = 5

R = TypeVar("R", AdviceRequest, Agreement)


@attrs.frozen
class Questions:
    """Writes what happens to a question, and who has it then, in one act.

    Attributes:
        rules: Of the office.
        calendars: By name, with the bridging days of the office.
        channels: Names of the channels to who is asked.
        heard: The message of the other side that the next act carries out.
    """

    _book: RecordBook
    _moves: Moves
    _rights: Rights
    rules: RuleSet
    calendars: Mapping[str, Calendar]
    channels: Collection[str] = ()
    heard: Draft[HeardMessage] | None = None

    def carrying_out(self, message: Draft[HeardMessage]) -> Questions:
        """The same, for one act: a message is written with what it changes."""
        return attrs.evolve(self, heard=message)

    def held(self, kind: Kind[R], id: str, by: Party) -> Entry[R]:
        """A question, for who has it to answer, or may act for who has.

        Raises:
            NotAllowedError: `by` has it not, nor may act for who has.
            NotFoundError: No such question.
        """
        self._rights.held(kind.ref(id), by)
        return self._book.read(kind, id)

    def answering(
        self, kind: Kind[R], id: str, by: Party, *, subject: Ref | None = None
    ) -> Entry[R]:
        """As `held`, for an act of who is asked.

        Who asked can take a question over, to give it to somebody else who answers; to
        answer it would be to advise oneself. What was answered elsewhere and came on
        paper is registered, which says so: see `registrations`.

        Args:
            kind: Of the question.
            id: Its id.
            by: Who answers.
            subject: What custody calls it, where that is not the question itself.

        Raises:
            NotAllowedError: As `held`; also where `by` asked it, or is of the side that
                did, or has it without being able to answer.
            NotFoundError: No such question.
        """
        held = subject or kind.ref(id)
        holder = self._rights.held(held, by).record.holder
        found = self._book.read(kind, id)
        question = found.record
        # Who acts for a holder is looked at as that holder; a folder of paper can be
        # with anybody who scanned it.
        answers = can_answer(question, by) or can_answer(question, holder)
        above = self._rights.may_act_for(by, asked_of(question))
        if asks_itself(question, by) or not (answers or above):
            self._rights.refuse(held, by)
        return found

    def all_of(self, kind: Kind[R], dossier: str) -> Sequence[Entry[R]]:
        """The questions of a kind about a dossier, in no order."""
        rows = self._book.rows(Query(kind=kind.name, dossier=dossier))
        return list(self._book.read_all(kind, [row.ref.id for row in rows]).values())

    def received(self, record: R, now: datetime) -> R:
        """The question, received: when who has it tells so, or now; the term runs."""
        start = start_of(self.heard, record.submitted_at, now)
        clock = self.started(record.body, start.at, source=start.source)
        return record.receive(start.at, clock)

    def started(
        self,
        body: Body,
        at: datetime,
        purpose: Purpose = Purpose.ANSWER,
        source: str = "",
    ) -> Clock | None:
        """The clock of a body from `at`, by the rules of that day; None without one."""
        term = self.rules.term(body, day_of(at), purpose)
        if term is None:
            return None
        clock = Clock(term=term, rules=self.rules.sha256, received=at, source=source)
        return clock.wound((), self.calendars)

    def wound(self, record: R) -> R:
        """The question with the end of its term, as it follows from the inquiries."""
        if record.clock is None:
            return record
        clock = record.clock.wound(record.inquiries, self.calendars)
        return attrs.evolve(record, clock=clock)

    def reckoned(self, record: R) -> Reckoning | None:
        """How the end of the term is reached; None where no term runs."""
        clock = record.clock
        return clock.reckoned(record.inquiries, self.calendars) if clock else None

    def asked(
        self, draft: Draft[R], to: Party, step: str, instead: Entry[R] | None = None
    ) -> Entry[R]:
        """Write a question; `to` has it, and the dossier with it.

        Args:
            draft: The question.
            to: Who has to answer.
            step: What that comes to, in Dutch.
            instead: The question that it takes the place of, which ends with it.
        """
        question = self._moves.taken(
            draft.kind.ref(draft.id),
            to,
            step,
            dossier=draft.record.dossier,
            title=draft.record.title,
            by=draft.actor,
            at=draft.at,
            days=ANSWER_DAYS,
        )
        ended = [instead] if instead else []
        held = self._moves.asked_instead(question, *(one.ref for one in ended))
        return self._written(draft, held, [_taken_back(one, draft) for one in ended])

    def moved(self, draft: Draft[R], to: Party | None, step: str) -> Entry[R]:
        """Write what happened to a question; `to`, or who has it, has to do `step`.

        It ends when nothing more is to be done about it: then `to` has the dossier,
        unless somebody has it for something else by now.
        """
        ref, due = draft.kind.ref(draft.id), draft.record.due
        ends = not draft.record.is_open
        held = self._moves.answered(
            ref,
            to or self._moves.of(ref).record.holder,
            step,
            by=draft.actor,
            at=draft.at,
            ends=ends,
            days=ASKER_DAYS if ends else ANSWER_DAYS,
            due=due,
        )
        return self._written(draft, held)

    def noted(self, draft: Draft[R], *held: AnyDraft) -> Entry[R]:
        """Write what leaves a question with who has it; the other side is told.

        Args:
            draft: What happened to it.
            held: What somebody else has by that.
        """
        return self._written(draft, held)

    def _written(
        self, draft: Draft[R], held: Iterable[AnyDraft], ended: Sequence[Draft[R]] = ()
    ) -> Entry[R]:
        if self.heard is None:
            acts: list[AnyDraft] = [draft, *ended]
            said = [along(one, self.channels) for one in acts]
            drafts = [one for act in said for one in act.drafts]
            tasks = [one for act in said for one in act.tasks]
            return self._book.write(draft, *ended, *held, *drafts, tasks=tasks)[0]
        heard = (*draft.record.heard, self.heard.id)
        draft = attrs.evolve(draft, record=attrs.evolve(draft.record, heard=heard))
        return self._book.write(draft, *held, self.heard)[0]


def _taken_back(question: Entry[R], renewal: Draft[R]) -> Draft[R]:
    """The draft that ends a question, for the one that takes its place."""
    why = f"vervangen door een nieuwe vraag: {renewal.kind.ref(renewal.id)}"
    record = question.record.withdraw()
    return question.next(record, "withdraw", renewal.actor, renewal.at, why)
