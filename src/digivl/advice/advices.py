"""Asks and gives advice: of the Inspectie van Financiën, and of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from digivl.access.model import Permission
from digivl.advice.asking import Asking
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.clock import Clock, Inquiry
from digivl.advice.completeness import Lack
from digivl.advice.messages.correspondence import HeardMessage
from digivl.advice.questions import Questions
from digivl.advice.request import (
    ADVICE,
    ADVICE_LIFECYCLE,
    IN_HOUSE,
    Advice,
    AdviceRequest,
    AspectRemark,
    Condition,
)
from digivl.errors import MalformedError
from digivl.kernel.declared import checked
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import Party
from digivl.kernel.reckoning import Reckoning
from digivl.records.entries import Draft, Entry, first

_GIVE = "advies geven"
_COMPLETE = "aanvullen en opnieuw indienen"


@attrs.frozen
@checked
class Advices:
    """Advice requests of an office, from draft to answer."""

    _asking: Asking
    _questions: Questions
    _clock: Callable[[], datetime]

    def carrying_out(self, message: Draft[HeardMessage]) -> Advices:
        """The same, for one act: a message of the other side is written with it."""
        return attrs.evolve(self, questions=self._questions.carrying_out(message))

    def ask(
        self,
        dossier: str,
        *,
        documents: Sequence[str],
        adviser: Party,
        by: Party,
        body: Body = Body.IF,
        channel: str = IN_HOUSE,
        renews: str | None = None,
        submit: bool = True,
    ) -> Entry[AdviceRequest]:
        """Ask advice; the adviser has it to give.

        Args:
            dossier: Id of the dossier.
            documents: Ids of the documents to advise on; their last versions count.
            adviser: The inspector, council or service.
            by: Who is authorised to ask.
            body: Who advises.
            channel: How it goes there, by its name in the settings.
            renews: Id of the request that this one takes the place of; one that waits
                for an answer ends once this one is asked.
            submit: False prepares a draft, that may lack something.

        Raises:
            NotReadyError: It is not complete; it says what lacks.
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such document in this dossier, or nothing to renew.
            MalformedError: Who asks is the adviser, or asks the own cabinet.
            AlreadyAskedError: The same body was asked the same, and has to answer yet.
            StepNotAllowedError: The dossier is closed.
        """
        self._asking.admit(dossier, by)
        now = self._clock()
        request = AdviceRequest(
            dossier=dossier,
            title=self._asking.title(dossier),
            body=body,
            basis=self._asking.basis(dossier, documents),
            asker=by,
            adviser=adviser,
            made_at=now,
            channel=channel,
            renews=renews,
        )
        self._asking.check_other_side(request)
        renewed = self._asking.renewed(ADVICE, request)
        if not submit:
            draft = first(ADVICE, new_id(), request, "draft", by, now)
            return self._asking.write(draft)
        self._asking.check_complete(request)
        self._asking.check_unasked(ADVICE, request)
        draft = first(ADVICE, new_id(), request.submit(now), "submit", by, now)
        return self._questions.asked(draft, adviser, _GIVE, renewed)

    def edit(
        self,
        id: str,
        *,
        documents: Sequence[str],
        by: Party,
    ) -> Entry[AdviceRequest]:
        """Let a draft, or what was sent back, rest on something else.

        Raises:
            StepNotAllowedError: It is submitted.
            NotAllowedError: As `ask`.
        """
        found = self._asking.own(ADVICE, id, by)
        basis = self._asking.basis(found.record.dossier, documents)
        record = found.record.edit(basis)
        return self._asking.write(found.next(record, "edit", by, self._clock()))

    def lacks(self, id: str) -> tuple[Lack, ...]:
        """What a request lacks before it can be submitted; empty when nothing."""
        return self._asking.lacks(self._asking.read(ADVICE, id).record)

    def submit(self, id: str, *, by: Party) -> Entry[AdviceRequest]:
        """Submit a draft; after it was sent back it goes to the same adviser again.

        Raises:
            NotReadyError: It is not complete.
            AlreadyAskedError: As `ask`.
            StepNotAllowedError: It is submitted already.
            NotAllowedError: As `ask`.
        """
        found, now = self._asking.own(ADVICE, id, by), self._clock()
        was = found.record
        self._asking.check_complete(was)
        draft = found.next(was.submit(now), "submit", by, now)
        if was.submitted_at is not None:
            return self._questions.moved(draft, was.adviser, _GIVE)
        self._asking.check_unasked(ADVICE, was)
        renewed = self._asking.renewed(ADVICE, was)
        return self._questions.asked(draft, was.adviser, _GIVE, renewed)

    def receive(self, id: str, *, by: Party) -> Entry[AdviceRequest]:
        """The adviser has the request; the term starts.

        Raises:
            NotAllowedError: `by` has it not to answer, nor may act for who has; or
                asked it.
            StepNotAllowedError: It was received, sent back or withdrawn already.
        """
        found, now = self._questions.answering(ADVICE, id, by), self._clock()
        record = self._questions.received(found.record, now)
        draft = found.next(record, "receive", by, now)
        return self._questions.moved(draft, by, _GIVE)

    def send_back(
        self, id: str, *, lacks: Sequence[str], by: Party
    ) -> Entry[AdviceRequest]:
        """Send a request back: it is not complete, and its term is void.

        Args:
            id: Id of the request.
            lacks: What lacks, each on its own.
            by: The adviser.

        Raises:
            NotAllowedError: As `receive`.
            MalformedError: Nothing lacks.
        """
        found, now = self._questions.answering(ADVICE, id, by), self._clock()
        record = found.record.send_back(tuple(lacks))
        draft = found.next(record, "send back", by, now, "; ".join(lacks))
        return self._questions.moved(draft, record.asker, _COMPLETE)

    def inquire(self, id: str, text: str, *, by: Party) -> Entry[AdviceRequest]:
        """Ask the asker something, in writing; it stops the term if the rule says so.

        Raises:
            NotAllowedError: As `receive`.
            StepNotAllowedError: It was not received, or is answered.
        """
        found, now = self._questions.answering(ADVICE, id, by), self._clock()
        was = found.record
        stops = was.clock is not None and was.clock.suspends(now)
        record = was.ask_information(
            Inquiry(text=text, by=by, asked_at=now, suspends=stops)
        )
        draft = found.next(self._questions.wound(record), "ask information", by, now)
        return self._questions.moved(draft, was.asker, "inlichtingen geven")

    def answer(self, id: str, text: str, *, by: Party) -> Entry[AdviceRequest]:
        """Give the information that was asked; the term goes on.

        Raises:
            NotAllowedError: As `receive`: who asked has it now.
            StepNotAllowedError: Nothing was asked.
        """
        found, now = self._questions.held(ADVICE, id, by), self._clock()
        record = self._questions.wound(found.record.answer(text, now))
        draft = found.next(record, "answer", by, now)
        return self._questions.moved(draft, record.inquiries[-1].by, _GIVE)

    def urge(
        self, id: str, *, reason: str, by: Party, days: int | None = None
    ) -> Entry[AdviceRequest]:
        """Invoke urgency: the term is shorter, counted from the same receipt.

        The adviser keeps, from then on, at least the fewest days that the rule allows.

        Args:
            id: Id of the request.
            reason: Why it cannot wait.
            by: The minister; nobody else can.
            days: How many working days; the fewest that the rule allows if None.

        Raises:
            NotAllowedError: `by` is no minister, or not the one of the dossier.
            NotReadyError: The file is not complete.
            MalformedError: No reason, or a term that the rule does not allow or that
                ends later than it did.
            StepNotAllowedError: It was not received, or is answered.
        """
        if not reason.strip():
            raise MalformedError(
                "urgency asks a reason", hint="Say why it cannot wait."
            )
        found = self._asking.own(ADVICE, id, by, Permission.INVOKE_URGENCY)
        was, now = found.record, self._clock()
        self._asking.check_complete(was)
        record = self._reclocked(was, "urge", lambda clock: clock.urge(days, now))
        if _later(record, was):
            raise MalformedError(
                "urgency would make the term longer",
                hint="Leave it as it is: the adviser keeps the fewest days by rule.",
            )
        draft = found.next(record, "urge", by, now, reason)
        return self._questions.moved(draft, None, _GIVE)

    def extend(
        self, id: str, *, days: int, reason: str, by: Party
    ) -> Entry[AdviceRequest]:
        """Agree, as the asker, to a longer term; where the rule knows that.

        Args:
            id: Id of the request.
            days: How many days more.
            reason: Why.
            by: Who asked.

        Raises:
            MalformedError: The rule knows no longer term, it is no more days, or
                urgency was invoked.
            NotAllowedError: As `ask`.
        """
        found, now = self._asking.own(ADVICE, id, by), self._clock()
        record = self._reclocked(found.record, "extend", lambda c: c.extend(days))
        if not _later(record, found.record):
            raise MalformedError(
                "a longer term makes no difference in urgency",
                hint="The minister invoked it; let the adviser answer in that term.",
            )
        draft = found.next(record, "extend", by, now, reason)
        return self._questions.moved(draft, None, _GIVE)

    def advise(
        self,
        id: str,
        outcome: AdviceOutcome,
        *,
        by: Party,
        agreement_needed: bool = True,
        aspects: Sequence[AspectRemark] = (),
        conditions: Sequence[str] = (),
        document: str | None = None,
    ) -> Entry[AdviceRequest]:
        """Give advice; the asker has the dossier again.

        Args:
            id: Id of the request.
            outcome: The conclusion.
            by: The adviser.
            agreement_needed: False only when the inspector says so explicitly.
            aspects: Remarks, each on one aspect.
            conditions: Each on its own, to be met later.
            document: Id of the document that holds the advice.

        Raises:
            NotAllowedError: As `receive`.
            NotFoundError: No such document in this dossier.
            StepNotAllowedError: The request was not received, or is answered.
        """
        found, now = self._questions.answering(ADVICE, id, by), self._clock()
        self._asking.check_document(found.record.dossier, document)
        advice = Advice(
            outcome=outcome,
            at=now,
            agreement_needed=agreement_needed,
            aspects=tuple(aspects),
            conditions=tuple(Condition(text=text) for text in conditions),
            document=document,
        )
        record = found.record.advise(advice)
        draft = found.next(record, "advise", by, now)
        return self._questions.moved(draft, record.asker, record.next_step)

    def withdraw(self, id: str, *, by: Party, reason: str = "") -> Entry[AdviceRequest]:
        """Take a request back: nobody has to answer it any more.

        Raises:
            StepNotAllowedError: It is answered, or was withdrawn.
            NotAllowedError: As `ask`.
        """
        found, now = self._asking.own(ADVICE, id, by), self._clock()
        record = found.record.withdraw()
        draft = found.next(record, "withdraw", by, now, reason)
        if found.record.submitted_at is None:
            return self._asking.write(draft)
        return self._questions.moved(draft, record.asker, "het dossier voorbereiden")

    def meet(
        self, id: str, condition: int, document: str, *, by: Party
    ) -> Entry[AdviceRequest]:
        """Show that a condition of an advice is met.

        Args:
            id: Id of the request.
            condition: Which one, counted from 1.
            document: Id of the document that shows it.
            by: Who asked.

        Raises:
            MalformedError: The advice has no such condition.
            NotFoundError: No such document in this dossier.
            NotAllowedError: As `ask`.
        """
        found, now = self._asking.own(ADVICE, id, by), self._clock()
        self._asking.check_document(found.record.dossier, document)
        record = found.record.met(condition, document)
        return self._asking.write(found.next(record, "meet", by, now))

    def explain(self, id: str) -> Reckoning | None:
        """How the end of its term is reached; None where no term runs.

        Raises:
            NotFoundError: No such request.
        """
        return self._questions.reckoned(self.read(id).record)

    def read(self, id: str) -> Entry[AdviceRequest]:
        """The request as it is now.

        Raises:
            NotFoundError: No such request.
        """
        return self._asking.read(ADVICE, id)

    def of(self, dossier: str) -> Sequence[Entry[AdviceRequest]]:
        """The requests about a dossier, the oldest first."""
        found = self._questions.all_of(ADVICE, dossier)
        return sorted(found, key=lambda entry: entry.record.made_at)

    def _reclocked(
        self, was: AdviceRequest, step: str, change: Callable[[Clock], Clock]
    ) -> AdviceRequest:
        ADVICE_LIFECYCLE.after(was.state, step)  # what is not received has no term
        if was.clock is None:
            raise MalformedError(
                f"no rule gives a term for {was.body.label}",
                hint="Add one to the rules of your entity.",
            )
        return self._questions.wound(was.reclock(step, change(was.clock)))


def _later(record: AdviceRequest, was: AdviceRequest) -> bool:
    """Whether the term ends later than it did."""
    return record.due is not None and was.due is not None and was.due < record.due
