"""Who can be given a question: who can answer it, the side that asks, or up."""

from __future__ import annotations

from typing import Any, Final

import attrs

from digivl.advice.agreement import AGREEMENT, Agreement
from digivl.advice.appeals import APPEAL
from digivl.advice.asking import asked_of, asks_itself, is_of_side
from digivl.advice.request import ADVICE, AdviceRequest
from digivl.custody.absence import works_with
from digivl.custody.model import Custody
from digivl.custody.rights import Rights
from digivl.errors import MalformedError
from digivl.kernel.kinds import Kind
from digivl.kernel.parties import Party, Role
from digivl.records.port import RecordBook

#: Kinds of what is held for a question, and where that question stands.
_KINDS: Final[dict[str, Kind[Any]]] = {
    ADVICE.name: ADVICE,
    AGREEMENT.name: AGREEMENT,
    APPEAL: ADVICE,
}
#: Offices that somebody else of the same role can hold.
_OFFICES: Final = frozenset({Role.FINANCE_INSPECTOR, Role.BUDGET_MINISTER})
_MINISTERS: Final = frozenset({Role.MINISTER, Role.BUDGET_MINISTER})


@attrs.frozen
class QuestionHolders:
    """Keeps a question with those it concerns; a `Holders`.

    Who asked and took it over, since nobody answers, can give it to somebody else who
    can answer in the same office: not to a third party, whose answer it would be.
    """

    _book: RecordBook
    _rights: Rights

    def check(self, held: Custody, to: Party) -> None:
        """Refuse a third party; see the port."""
        kind = _KINDS.get(held.subject.kind)
        if kind is None:
            return
        question = self._book.read(kind, held.subject.id).record
        concerned = is_of_side(to, question.asker) or can_answer(question, to)
        if concerned or self._rights.may_move(held, to):
            return
        raise MalformedError(
            f"{to} cannot answer {held.subject}: it was asked of {asked_of(question)}",
            hint="Give it to a colleague of theirs, or renew the question and ask "
            "somebody else.",
        )


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
