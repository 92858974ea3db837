"""Enters an answer that was given elsewhere: on paper, or by another way than asked.

Nobody answers an own question. What who was asked wrote in a letter is its answer all
the same: who enters it says so, with the letter and why it came that way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import attrs

from digivl.access.model import Permission
from digivl.advice.agreement import AGREEMENT, Agreement, Ruling
from digivl.advice.asking import Asking, R
from digivl.advice.body import AdviceOutcome
from digivl.advice.messages.outgoing import answerer
from digivl.advice.questions import Questions
from digivl.advice.registration import Registered
from digivl.advice.request import (
    ADVICE,
    IN_HOUSE,
    Advice,
    AdviceRequest,
    AspectRemark,
    Condition,
)
from digivl.errors import MalformedError
from digivl.kernel.declared import checked
from digivl.kernel.kinds import Kind
from digivl.kernel.parties import Party
from digivl.records.entries import Entry

#: How the book calls the act.
REGISTER: Final = "register"
_ASK: Final = Permission.ASK_AGREEMENT


@attrs.frozen
@checked
class Registrations:
    """Answers on behalf of who gave them: of questions that went over a channel."""

    _asking: Asking
    _questions: Questions
    _clock: Callable[[], datetime]

    def advise(
        self,
        id: str,
        outcome: AdviceOutcome,
        *,
        document: str,
        reason: str,
        by: Party,
        agreement_needed: bool = True,
        aspects: Sequence[AspectRemark] = (),
        conditions: Sequence[str] = (),
    ) -> Entry[AdviceRequest]:
        """Register the advice that an adviser gave elsewhere.

        Args:
            id: Id of the request.
            outcome: The conclusion.
            document: Id of the document that shows it.
            reason: Why it did not come over the channel.
            by: Who asked.
            agreement_needed: False only where the inspector says so explicitly.
            aspects: Remarks, each on one aspect.
            conditions: Each on its own, to be met later.

        Raises:
            MalformedError: There is no reason, or the adviser uses this digivl.
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such document in this dossier.
            StepNotAllowedError: It is answered, or something else is open about it.
        """
        found, now = self._found(ADVICE, id, by, Permission.ASK_ADVICE), self._clock()
        self._asking.check_document(found.record.dossier, document)
        advice = Advice(
            outcome=outcome,
            at=now,
            agreement_needed=agreement_needed,
            aspects=tuple(aspects),
            conditions=tuple(Condition(text=text) for text in conditions),
            document=document,
            registered=Registered(by=by, reason=reason),
        )
        record = self._received(found.record, now).advise(advice)
        draft = found.next(record, REGISTER, by, now, reason)
        return self._questions.moved(draft, record.asker, record.next_step)

    def agree(
        self,
        id: str,
        *,
        document: str,
        reason: str,
        by: Party,
        conditions: Sequence[str] = (),
        remark: str = "",
    ) -> Entry[Agreement]:
        """Register that a minister agreed elsewhere.

        Args:
            id: Id of the agreement.
            document: Id of the document that shows it.
            reason: Why it did not come over the channel.
            by: Who asked.
            conditions: Each on its own, to be met later.
            remark: In the words of the minister.

        Raises:
            DigivlError: As `advise`.
        """
        ruling = Ruling(
            granted=True,
            at=self._clock(),
            reason=remark,
            conditions=tuple(Condition(text=text) for text in conditions),
            document=document,
            registered=Registered(by=by, reason=reason),
        )
        return self._decide(id, ruling)

    def refuse(
        self, id: str, *, refusal: str, document: str, reason: str, by: Party
    ) -> Entry[Agreement]:
        """Register that a minister refused elsewhere.

        Args:
            id: Id of the agreement.
            refusal: Why the minister does not agree.
            document: Id of the document that shows it.
            reason: Why it did not come over the channel.
            by: Who asked.

        Raises:
            DigivlError: As `advise`.
        """
        ruling = Ruling(
            granted=False,
            at=self._clock(),
            reason=refusal,
            document=document,
            registered=Registered(by=by, reason=reason),
        )
        return self._decide(id, ruling)

    def _decide(self, id: str, ruling: Ruling) -> Entry[Agreement]:
        entered = ruling.registered
        if entered is None:
            raise AssertionError("what is registered says by whom")
        found = self._found(AGREEMENT, id, entered.by, _ASK)
        self._asking.check_document(found.record.dossier, ruling.document)
        record = self._received(found.record, ruling.at).decide(ruling)
        draft = found.next(record, REGISTER, entered.by, ruling.at, entered.reason)
        return self._questions.moved(draft, record.asker, ruling.next_step)

    def _found(
        self, kind: Kind[R], id: str, by: Party, permission: Permission
    ) -> Entry[R]:
        found = self._asking.own(kind, id, by, permission)
        if found.record.channel == IN_HOUSE:
            who = answerer(found.record)
            raise MalformedError(
                f"{who} answers in this digivl: there is nothing to register",
                hint=f"Let {who} answer; or renew the question over a channel.",
            )
        return found

    def _received(self, record: R, at: datetime) -> R:
        """The question, received by who answered it: that is known by now."""
        if record.received_at is not None:
            return record
        return self._questions.received(record, at)
