"""Ask and give advice, ask and give a budget agreement; the gate to the agenda."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, TypeVar

import attrs

from digivl.access.guard import Admit
from digivl.access.model import Permission
from digivl.advice.model import (
    ADVICE,
    AGREEMENT,
    AdviceOutcome,
    AdviceRequest,
    AdviceState,
    AgreementState,
    BudgetAgreement,
    BudgetLine,
)
from digivl.custody.moves import Moves
from digivl.custody.rights import Rights
from digivl.documents.model import DOCUMENT
from digivl.dossiers.gate import Requirement
from digivl.dossiers.model import DOSSIER
from digivl.errors import NotFoundError, NotReadyError
from digivl.kernel.calendar import LEGAL, Calendar
from digivl.kernel.identifiers import new_id
from digivl.kernel.kinds import Kind
from digivl.kernel.moments import in_dutch
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Draft, Entry, first
from digivl.records.port import Query, RecordBook

#: Terms in working days after receipt (BVCO; also the regime before it).
ADVICE_DAYS: Final = 12
AGREEMENT_DAYS: Final = 12
_ASKER_DAYS: Final = 5

R = TypeVar("R", AdviceRequest, BudgetAgreement)


@attrs.frozen
class Advices:
    """Advice requests and budget agreements of an office."""

    _book: RecordBook
    _moves: Moves
    _rights: Rights
    _admit: Admit
    _clock: Callable[[], datetime]
    _calendar: Calendar = LEGAL

    def ask(
        self,
        dossier: str,
        *,
        documents: Sequence[str],
        lines: Sequence[BudgetLine] = (),
        adviser: Party,
        by: Party,
    ) -> Entry[AdviceRequest]:
        """Ask advice of the Inspectie van Financien; the inspector has it to give.

        Args:
            dossier: Id of the dossier.
            documents: Ids of the documents to advise on; their last versions count.
            lines: Effect on the budget.
            adviser: The inspector.
            by: Who is authorised to ask.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such document in this dossier.
            StepNotAllowedError: The dossier is closed.
        """
        self._admit(dossier, Permission.ASK_ADVICE, by)
        now = self._clock()
        request = AdviceRequest(
            dossier=dossier,
            title=self._title(dossier),
            versions=tuple(self._version(name, dossier) for name in documents),
            lines=tuple(lines),
            asker=by,
            adviser=adviser,
            submitted_at=now,
        )
        draft = first(ADVICE, new_id(), request, "submit", by, now)
        asked = self._asked(draft, adviser, "advies geven", ADVICE_DAYS)
        return self._book.write(draft, *asked)[0]

    def receive(self, id: str, *, by: Party) -> Entry[AdviceRequest]:
        """The inspector has the request; the term starts.

        Raises:
            NotAllowedError: As `advise`.
            StepNotAllowedError: It was received, sent back or withdrawn already.
        """
        found, now = self._answering(ADVICE, id, by), self._clock()
        due = self._calendar.due(now, ADVICE_DAYS)
        record = found.record.receive(now, due)
        step = "advies geven"
        return self._move(
            found, record, "receive", by, by, step, at=now, days=ADVICE_DAYS
        )

    def advise(
        self,
        id: str,
        outcome: AdviceOutcome,
        *,
        agreement_needed: bool = True,
        conditions: Sequence[str] = (),
        by: Party,
    ) -> Entry[AdviceRequest]:
        """Give advice; the asker holds the dossier again.

        Args:
            id: Id of the request.
            outcome: The conclusion.
            agreement_needed: False only when the inspector says so explicitly.
            conditions: Each on its own, to be met later.
            by: The inspector.

        Raises:
            NotAllowedError: `by` has it not to answer, nor may act for who has.
            StepNotAllowedError: The request was not received, or is answered.
        """
        found, now = self._answering(ADVICE, id, by), self._clock()
        record = found.record.advise(
            outcome,
            agreement_needed=agreement_needed,
            conditions=tuple(conditions),
            at=now,
        )
        step = "begrotingsakkoord vragen" if agreement_needed else "agenderen"
        asker = record.asker
        return self._move(
            found, record, "advise", by, asker, step, at=now, days=_ASKER_DAYS
        )

    def ask_agreement(
        self, advice: str, *, minister: Party, by: Party
    ) -> Entry[BudgetAgreement]:
        """Ask the budget agreement that an advice calls for.

        Args:
            advice: Id of the advice request it rests on.
            minister: The minister bevoegd voor het budgettair beleid.
            by: Who is authorised by the minister to ask.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotReadyError: There is no advice yet.
        """
        found = self._book.read_all(ADVICE, [advice]).get(advice)
        dossier = found.record.dossier if found else advice
        self._admit(dossier, Permission.ASK_ADVICE, by)
        request, now = self._book.read(ADVICE, advice).record, self._clock()
        if request.state is not AdviceState.ADVISED:
            raise NotReadyError(request.title, [("IF", "advies nog niet gegeven")])
        agreement = BudgetAgreement(
            dossier=request.dossier,
            title=request.title,
            advice=advice,
            versions=request.versions,
            asker=by,
            minister=minister,
            submitted_at=now,
        )
        draft = first(AGREEMENT, new_id(), agreement, "submit", by, now)
        asked = self._asked(draft, minister, "begrotingsakkoord geven", AGREEMENT_DAYS)
        return self._book.write(draft, *asked)[0]

    def receive_agreement(self, id: str, *, by: Party) -> Entry[BudgetAgreement]:
        """The minister has the question; the term starts.

        Raises:
            NotAllowedError: As `advise`.
            StepNotAllowedError: It was received or decided already.
        """
        found, now = self._answering(AGREEMENT, id, by), self._clock()
        due = self._calendar.due(now, AGREEMENT_DAYS)
        record = found.record.receive(now, due)
        step = "begrotingsakkoord geven"
        return self._move(
            found, record, "receive", by, by, step, at=now, days=AGREEMENT_DAYS
        )

    def agree(self, id: str, *, by: Party) -> Entry[BudgetAgreement]:
        """The minister agrees; the asker holds the dossier again.

        Raises:
            NotAllowedError: As `advise`.
            StepNotAllowedError: It was not received, or is decided.
        """
        return self._decide(id, "agree", by, "agenderen")

    def refuse(self, id: str, *, by: Party) -> Entry[BudgetAgreement]:
        """The minister refuses; the asker holds the dossier again.

        Raises:
            NotAllowedError: As `advise`.
            StepNotAllowedError: It was not received, or is decided.
        """
        return self._decide(id, "refuse", by, "voorleggen aan de Vlaamse Regering")

    def requirements(self, dossier: str) -> tuple[Requirement, ...]:
        """What the agenda needs: advice, and agreement where advice calls for it."""
        requests = [entry.record for entry in self._all(ADVICE, dossier)]
        advised = [r for r in requests if r.outcome is not None]
        if not advised:
            return (_missing_advice(requests),)
        last = max(advised, key=lambda r: r.advised_at or r.submitted_at)
        said = last.outcome.value.lower() if last.outcome else ""
        given = Requirement(name="IF", met=True, explanation=said)
        if not last.agreement_needed:
            none = Requirement(
                name="BA", met=True, explanation="niet vereist volgens IF"
            )
            return (given, none)
        return (given, _agreement([e.record for e in self._all(AGREEMENT, dossier)]))

    def _decide(
        self, id: str, step: str, by: Party, next_step: str
    ) -> Entry[BudgetAgreement]:
        found, now = self._answering(AGREEMENT, id, by), self._clock()
        record = found.record.decide(step, now)
        asker = record.asker
        return self._move(
            found, record, step, by, asker, next_step, at=now, days=_ASKER_DAYS
        )

    def _answering(self, kind: Kind[R], id: str, by: Party) -> Entry[R]:
        """A question, for who has it to answer, or may act for who has."""
        self._rights.held(kind.ref(id), by)
        return self._book.read(kind, id)

    def _move(
        self,
        found: Entry[R],
        record: R,
        action: str,
        by: Party,
        holder: Party,
        next_step: str,
        *,
        at: datetime,
        days: int,
    ) -> Entry[R]:
        draft = found.next(record, action, by, at)
        held = self._moves.answered(
            found.ref,
            holder,
            next_step,
            by=by,
            at=at,
            days=days,
            ends=not found.kind.standing(record).open,
        )
        return self._book.write(draft, *held)[0]

    def _asked(
        self, draft: Draft[R], to: Party, step: str, days: int
    ) -> Iterator[AnyDraft]:
        return self._moves.asked(
            draft.kind.ref(draft.id),
            to,
            step,
            dossier=draft.record.dossier,
            title=draft.record.title,
            by=draft.actor,
            at=draft.at,
            days=days,
        )

    def _all(self, kind: Kind[R], dossier: str) -> Sequence[Entry[R]]:
        rows = self._book.rows(Query(kind=kind.name, dossier=dossier))
        return [self._book.read(kind, row.ref.id) for row in rows]

    def _version(self, document: str, dossier: str) -> str:
        found = self._book.read(DOCUMENT, document).record
        if found.dossier != dossier:
            raise NotFoundError(f"document {document} is not of dossier {dossier}")
        return found.latest.sha256

    def _title(self, dossier: str) -> str:
        return self._book.read(DOSSIER, dossier).record.title


def _missing_advice(requests: Sequence[AdviceRequest]) -> Requirement:
    waiting = [r for r in requests if r.state is AdviceState.RECEIVED and r.due]
    text = "advies niet gevraagd"
    if waiting and waiting[0].due:
        text = f"wacht op {waiting[0].adviser} tot {in_dutch(waiting[0].due)}"
    elif requests:
        text = f"adviesvraag is {requests[-1].state.value.lower()}"
    return Requirement(name="IF", met=False, explanation=text)


def _agreement(agreements: Sequence[BudgetAgreement]) -> Requirement:
    states = {agreement.state for agreement in agreements}
    if AgreementState.AGREED in states:
        return Requirement(name="BA", met=True, explanation="akkoord")
    # A refusal does not block: the minister may put the proposal to the government.
    if AgreementState.REFUSED in states:
        return Requirement(
            name="BA", met=True, explanation="geweigerd, voorgelegd aan de regering"
        )
    text = "akkoord gevraagd, nog niet gegeven" if states else "akkoord niet gevraagd"
    return Requirement(name="BA", met=False, explanation=text)
