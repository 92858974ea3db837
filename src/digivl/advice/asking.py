"""The side of who asks: whose dossier, what a question rests on, what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import attrs

from digivl.access.guard import Admit
from digivl.access.model import Permission
from digivl.advice.agreement import Agreement
from digivl.advice.basis import Basis
from digivl.advice.body import Body
from digivl.advice.completeness import Lack, lacks
from digivl.advice.messages.outgoing import answerer
from digivl.advice.proposals import Proposals
from digivl.advice.request import ADVICE, AdviceRequest
from digivl.custody.absence import works_with
from digivl.documents.model import DOCUMENT
from digivl.dossiers.model import DOSSIER
from digivl.dossiers.pieces import belonging, pinned
from digivl.errors import (
    AlreadyAskedError,
    MalformedError,
    NotFoundError,
    NotReadyError,
)
from digivl.kernel.kinds import Kind
from digivl.kernel.parties import Party, Role
from digivl.kernel.redaction import on_one_line
from digivl.records.entries import Draft, Entry
from digivl.records.port import Query, RecordBook

_LONGEST_NAME: Final = 100
#: Offices that somebody else of the same role can hold.
_OFFICES: Final = frozenset({Role.FINANCE_INSPECTOR, Role.BUDGET_MINISTER})
_MINISTERS: Final = frozenset({Role.MINISTER, Role.BUDGET_MINISTER})

R = TypeVar("R", AdviceRequest, Agreement)


def asks_itself(question: AdviceRequest | Agreement, by: Party) -> bool:
    """Whether `by` would answer its own question, or that of its own side.

    A service can be asked by the minister it works for, and a minister by the own
    cabinet, on the budget by that of budget alone; the Inspectie van Financiën works
    for none of them.
    """
    if by.id == question.asker.id:
        return True
    own = _side(question.asker)
    if own != _side(by):
        return False
    if question.body is Body.BA or _is_appealed(question):
        return by.role is not Role.BUDGET_MINISTER
    return question.body is Body.IF or own != _side(answerer(question))


def can_answer(question: AdviceRequest | Agreement, one: Party) -> bool:
    """Whether a party can answer in the place of who was asked.

    It is a colleague, works for the minister who was asked, or holds the same office.
    """
    if asks_itself(question, one):
        return False
    asked = asked_of(question)
    if works_with(one, asked):
        return True
    if asked.role in _OFFICES and one.role is asked.role:
        return True
    return asked.role in _MINISTERS and is_of_side(one, asked)


def _asks_the_same(waiting: R, question: R) -> bool:
    """Whether a question that was asked leaves nothing for another one to ask.

    About other texts the same body can be asked at the same time, and of some bodies
    more than one on the same text.
    """
    if waiting.body is not question.body or not _waits(waiting):
        return False
    if question.body.hears_several and answerer(waiting).id != answerer(question).id:
        return False
    one, other = (
        {piece.document for piece in asked.basis.pieces}
        for asked in (waiting, question)
    )
    return one <= other or other <= one


def _waits(question: AdviceRequest | Agreement) -> bool:
    """Whether it was asked, and waits for an answer."""
    return question.is_unanswered and question.submitted_at is not None


def _is_appealed(question: AdviceRequest | Agreement) -> bool:
    return isinstance(question, AdviceRequest) and question.appeal is not None


def asked_of(question: AdviceRequest | Agreement) -> Party:
    """Who has to answer: the adviser, or the minister whom it was appealed to."""
    if isinstance(question, AdviceRequest) and question.appeal is not None:
        return question.appeal.minister
    return answerer(question)


def is_of_side(one: Party, other: Party) -> bool:
    """Whether they are colleagues, or work for the same minister."""
    return works_with(one, other) or _side(one) == _side(other)


def _side(party: Party) -> str:
    """The minister that somebody works for, or is."""
    return party.minister or party.id


@attrs.frozen
class Asking:
    """What asking advice and asking agreement share."""

    _book: RecordBook
    _admit: Admit
    _proposals: Proposals

    def admit(
        self,
        dossier: str,
        by: Party,
        permission: Permission = Permission.ASK_ADVICE,
    ) -> None:
        """Let `by` ask something about an open dossier.

        Raises:
            NotAllowedError: It is somebody else's.
            StepNotAllowedError: It is closed.
        """
        self._admit(dossier, permission, by)

    def own(
        self,
        kind: Kind[R],
        id: str,
        by: Party,
        permission: Permission = Permission.ASK_ADVICE,
    ) -> Entry[R]:
        """A question, for who may act on its dossier.

        Raises:
            NotAllowedError: `by` may not; also where there is no such question, for who
                may act on some only.
            NotFoundError: No such question.
        """
        found = self._book.read_all(kind, [id]).get(id)
        self.admit(found.record.dossier if found else id, by, permission)
        return self.read(kind, id)

    def read(self, kind: Kind[R], id: str) -> Entry[R]:
        """The question as it is now.

        Raises:
            NotFoundError: No such question.
        """
        return self._book.read(kind, id)

    def title(self, dossier: str) -> str:
        """What a question about a dossier is called."""
        return self._book.read(DOSSIER, dossier).record.title

    def basis(self, dossier: str, documents: Sequence[str]) -> Basis:
        """What a question rests on now: documents, and the lines of the proposal.

        Raises:
            NotFoundError: No such document in this dossier.
            MalformedError: There is no document.
        """
        proposal = self._proposals.find(dossier)
        lines = proposal.record.lines if proposal else ()
        return Basis(pieces=pinned(self._book, dossier, documents), lines=lines)

    def lacks(self, question: AdviceRequest | Agreement) -> tuple[Lack, ...]:
        """What a question lacks; empty when it is complete."""
        proposal = self._proposals.find(question.dossier)
        names = [piece.document for piece in question.basis.pieces]
        documents = self._book.read_all(DOCUMENT, names).values()
        advice = None
        if isinstance(question, Agreement):
            advice = self._book.read(ADVICE, question.advice).record
        return lacks(
            question.body,
            proposal.record if proposal else None,
            question.basis,
            {entry.record.type for entry in documents},
            advice,
        )

    def check_complete(self, question: AdviceRequest | Agreement) -> None:
        """Refuse to submit what would be sent back.

        Raises:
            NotReadyError: It lacks something; it says what.
        """
        if missing := self.lacks(question):
            pairs = [(lack.name, lack.text) for lack in missing]
            raise NotReadyError(question.title, pairs)

    def check_other_side(self, question: AdviceRequest | Agreement) -> None:
        """Refuse to ask oneself.

        Raises:
            MalformedError: Who has to answer is who asks.
        """
        asked = asked_of(question)
        if asks_itself(question, asked):
            raise MalformedError(
                f"{asked} cannot answer: it is the side that asks",
                hint="Name who has to answer: never the own cabinet.",
            )

    def renewed(self, kind: Kind[R], question: R) -> Entry[R] | None:
        """The question that ends once this one is asked; None where none waits.

        What was answered before, or is in appeal, stays what it is.

        Raises:
            NotFoundError: What it renews is no question to the same body about the
                dossier.
        """
        name = question.renews
        if name is None:
            return None
        found = self._book.read_all(kind, [name]).get(name)
        same = (question.dossier, question.body)
        if found is None or (found.record.dossier, found.record.body) != same:
            # One of another dossier is told as one that is not there.
            asked = on_one_line(name, _LONGEST_NAME)
            raise NotFoundError(
                f"there is no {kind.name} {asked} of this dossier to renew",
                hint=f"Name one on the {question.body.label}, or renew none.",
            )
        return found if found.record.is_unanswered else None

    def check_unasked(self, kind: Kind[R], question: R) -> None:
        """Refuse to ask what waits for an answer already, unless it is renewed.

        Raises:
            AlreadyAskedError: It does; it names the question.
        """
        rows = self._book.rows(
            Query(kind=kind.name, dossier=question.dossier, open=True)
        )
        found = self._book.read_all(kind, [row.ref.id for row in rows]).values()
        for entry in found:
            if entry.id != question.renews and _asks_the_same(entry.record, question):
                raise AlreadyAskedError(question.body.label, str(entry.ref))

    def check_document(self, dossier: str, document: str | None) -> None:
        """Refuse a document that is not of the dossier.

        Raises:
            NotFoundError: It is not.
        """
        if document is not None:
            belonging(self._book, dossier, [document])

    def write(self, draft: Draft[R]) -> Entry[R]:
        """Write what changes nothing about who has the question."""
        return self._book.write(draft)[0]
