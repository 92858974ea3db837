"""Who can be given a question: who can answer it, the side that asks, or up."""

from __future__ import annotations

from typing import Any, Final

import attrs

from digivl.advice.agreement import AGREEMENT
from digivl.advice.appeals import APPEAL
from digivl.advice.asking import asked_of, can_answer, is_of_side
from digivl.advice.request import ADVICE
from digivl.custody.model import Custody
from digivl.custody.rights import Rights
from digivl.errors import MalformedError
from digivl.kernel.kinds import Kind
from digivl.kernel.parties import Party
from digivl.records.port import RecordBook

#: Kinds of what is held for a question, and where that question stands.
_KINDS: Final[dict[str, Kind[Any]]] = {
    ADVICE.name: ADVICE,
    AGREEMENT.name: AGREEMENT,
    APPEAL: ADVICE,
}


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
        if concerned or self._rights.may_act_for(to, held.holder):
            return
        raise MalformedError(
            f"{to} cannot answer {held.subject}: it was asked of {asked_of(question)}",
            hint="Give it to a colleague of theirs, or renew the question and ask "
            "somebody else.",
        )
