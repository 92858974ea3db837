"""Asks and gives agreement: on the budget, and on staff."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from digivl.access.model import Permission
from digivl.advice.agreement import AGREEMENT, Agreement, Ruling
from digivl.advice.asking import Asking
from digivl.advice.body import Body
from digivl.advice.clock import Inquiry
from digivl.advice.completeness import Lack
from digivl.advice.messages.correspondence import HeardMessage
from digivl.advice.questions import Questions
from digivl.advice.request import ADVICE, IN_HOUSE, Condition
from digivl.kernel.declared import checked
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import Party
from digivl.kernel.reckoning import Reckoning
from digivl.records.entries import Draft, Entry, first

_ASK = Permission.ASK_AGREEMENT


@attrs.frozen
@checked
class Agreements:
    """The agreements that an office asks of ministers, from question to answer."""

    _asking: Asking
    _questions: Questions
    _clock: Callable[[], datetime]

    def carrying_out(self, message: Draft[HeardMessage]) -> Agreements:
        """The same, for one act: a message of the other side is written with it."""
        return attrs.evolve(self, questions=self._questions.carrying_out(message))

    def ask(
        self,
        advice: str,
        *,
        minister: Party,
        by: Party,
        body: Body = Body.BA,
        documents: Sequence[str] | None = None,
        channel: str = IN_HOUSE,
        renews: str | None = None,
    ) -> Entry[Agreement]:
        """Ask the agreement that an advice of the Inspectie van Financiën calls for.

        Args:
            advice: Id of the advice request it rests on.
            minister: Who has to agree.
            by: Who is authorised by the own minister to ask.
            body: `Body.BA` or `Body.BZ`.
            documents: Ids of the documents; those of the advice if None, in their last
                versions.
            channel: How it goes there, by its name in the settings.
            renews: Id of the agreement that this one takes the place of; one that
                waits for an answer ends with it.

        Raises:
            NotReadyError: It is not complete, e.g. there is no advice yet.
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such document in this dossier, or nothing to renew.
            MalformedError: Who asks is the minister.
            AlreadyAskedError: The same was asked, and has to be answered yet.
            StepNotAllowedError: The dossier is closed.
        """
        request, now = self._asking.own(ADVICE, advice, by, _ASK).record, self._clock()
        if documents is None:
            documents = [piece.document for piece in request.basis.pieces]
        agreement = Agreement(
            dossier=request.dossier,
            title=request.title,
            body=body,
            advice=advice,
            basis=self._asking.basis(request.dossier, documents),
            asker=by,
            minister=minister,
            submitted_at=now,
            channel=channel,
            renews=renews,
        )
        self._asking.check_other_side(agreement)
        renewed = self._asking.renewed(AGREEMENT, agreement)
        self._asking.check_complete(agreement)
        self._asking.check_unasked(AGREEMENT, agreement)
        draft = first(AGREEMENT, new_id(), agreement, "submit", by, now)
        return self._questions.asked(draft, minister, _give(agreement), renewed)

    def lacks(self, id: str) -> tuple[Lack, ...]:
        """What an agreement that was asked lacks by now; empty when nothing."""
        return self._asking.lacks(self.read(id).record)

    def receive(self, id: str, *, by: Party) -> Entry[Agreement]:
        """The minister has the question; the term starts.

        Raises:
            NotAllowedError: `by` has it not to answer, nor may act for who has; or
                asked it.
            StepNotAllowedError: It was received or decided already.
        """
        found, now = self._questions.answering(AGREEMENT, id, by), self._clock()
        record = self._questions.received(found.record, now)
        draft = found.next(record, "receive", by, now)
        return self._questions.moved(draft, by, _give(found.record))

    def inquire(self, id: str, text: str, *, by: Party) -> Entry[Agreement]:
        """Ask to complete the file; it stops the term if the rule says so.

        Raises:
            NotAllowedError: As `receive`.
            StepNotAllowedError: It was not received, or is decided.
        """
        found, now = self._questions.answering(AGREEMENT, id, by), self._clock()
        was = found.record
        stops = was.clock is not None and was.clock.suspends(now)
        inquiry = Inquiry(text=text, by=by, asked_at=now, suspends=stops)
        record = self._questions.wound(was.ask_completion(inquiry))
        draft = found.next(record, "ask to complete", by, now)
        return self._questions.moved(draft, was.asker, "het dossier vervolledigen")

    def answer(
        self,
        id: str,
        text: str,
        *,
        by: Party,
        documents: Sequence[str] | None = None,
    ) -> Entry[Agreement]:
        """Complete the file; the term goes on.

        Args:
            id: Id of the agreement.
            text: What was added.
            by: Who asked.
            documents: Ids of all its documents; the same ones if None, in their last
                versions.

        Raises:
            NotAllowedError: As `receive`: who asked has it now.
            StepNotAllowedError: Nothing was asked.
        """
        found, now = self._questions.held(AGREEMENT, id, by), self._clock()
        was = found.record
        if documents is None:
            documents = [piece.document for piece in was.basis.pieces]
        basis = self._asking.basis(was.dossier, documents)
        record = self._questions.wound(was.complete(text, basis, now))
        draft = found.next(record, "complete", by, now)
        return self._questions.moved(draft, was.inquiries[-1].by, _give(was))

    def agree(
        self,
        id: str,
        *,
        by: Party,
        conditions: Sequence[str] = (),
        remark: str = "",
        document: str | None = None,
    ) -> Entry[Agreement]:
        """The minister agrees; the asker has the dossier again.

        Args:
            id: Id of the agreement.
            by: The minister.
            conditions: Each on its own, to be met later.
            remark: In the words of the minister.
            document: Id of the document that holds the agreement.

        Raises:
            NotAllowedError: As `receive`.
            NotFoundError: No such document in this dossier.
            StepNotAllowedError: It was not received, or is decided.
        """
        ruling = Ruling(
            granted=True,
            at=self._clock(),
            reason=remark,
            conditions=tuple(Condition(text=text) for text in conditions),
            document=document,
        )
        return self._decide(id, ruling, by)

    def refuse(
        self, id: str, *, reason: str, by: Party, document: str | None = None
    ) -> Entry[Agreement]:
        """The minister refuses; the proposal can still go to the government.

        Raises:
            MalformedError: There is no reason.
            NotAllowedError: As `receive`.
            StepNotAllowedError: It was not received, or is decided.
        """
        ruling = Ruling(
            granted=False, at=self._clock(), reason=reason, document=document
        )
        return self._decide(id, ruling, by)

    def withdraw(self, id: str, *, by: Party, reason: str = "") -> Entry[Agreement]:
        """Take a question back: nobody has to answer it any more.

        Raises:
            StepNotAllowedError: It is decided, or was withdrawn.
            NotAllowedError: As `ask`.
        """
        found, now = self._asking.own(AGREEMENT, id, by, _ASK), self._clock()
        record = found.record.withdraw()
        draft = found.next(record, "withdraw", by, now, reason)
        return self._questions.moved(draft, record.asker, "het dossier voorbereiden")

    def meet(
        self, id: str, condition: int, document: str, *, by: Party
    ) -> Entry[Agreement]:
        """Show that a condition of an agreement is met.

        Args:
            id: Id of the agreement.
            condition: Which one, counted from 1.
            document: Id of the document that shows it.
            by: Who asked.

        Raises:
            MalformedError: The agreement has no such condition.
            NotFoundError: No such document in this dossier.
            NotAllowedError: As `ask`.
        """
        found, now = self._asking.own(AGREEMENT, id, by, _ASK), self._clock()
        self._asking.check_document(found.record.dossier, document)
        record = found.record.met(condition, document)
        return self._asking.write(found.next(record, "meet", by, now))

    def explain(self, id: str) -> Reckoning | None:
        """How the end of its term is reached; None where no term runs.

        Raises:
            NotFoundError: No such agreement.
        """
        return self._questions.reckoned(self.read(id).record)

    def read(self, id: str) -> Entry[Agreement]:
        """The agreement as it is now.

        Raises:
            NotFoundError: No such agreement.
        """
        return self._asking.read(AGREEMENT, id)

    def of(self, dossier: str) -> Sequence[Entry[Agreement]]:
        """The agreements that were asked for a dossier, the oldest first."""
        found = self._questions.all_of(AGREEMENT, dossier)
        return sorted(found, key=lambda entry: entry.record.submitted_at)

    def _decide(self, id: str, ruling: Ruling, by: Party) -> Entry[Agreement]:
        found = self._questions.answering(AGREEMENT, id, by)
        self._asking.check_document(found.record.dossier, ruling.document)
        record = found.record.decide(ruling)
        action = "agree" if ruling.granted else "refuse"
        draft = found.next(record, action, by, ruling.at)
        return self._questions.moved(draft, record.asker, ruling.next_step)


def _give(agreement: Agreement) -> str:
    return f"{agreement.body.label} geven"
