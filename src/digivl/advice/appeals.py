"""What follows on an unfavourable advice: a reply, or an appeal.

A matter for the government is answered by a reply in the nota; one that a minister or
an official may decide alone goes in appeal to the minister of budget.

Source:
    Besluit of the Vlaamse Regering of 19 January 2001; OV-2 and VB-IF: what happens
    when the minister does not rule in time is inferred (as when the advice is
    confirmed).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import attrs

from digivl.advice.asking import Asking
from digivl.advice.body import Body
from digivl.advice.follow_up import Appeal, Reply
from digivl.advice.proposals import Proposals
from digivl.advice.questions import ANSWER_DAYS, ASKER_DAYS, Questions
from digivl.advice.request import ADVICE, AdviceRequest
from digivl.advice.rules.ruleset import Purpose
from digivl.custody.moves import Moves
from digivl.errors import StepNotAllowedError
from digivl.kernel.declared import checked
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party
from digivl.records.entries import Draft, Entry

#: Kind of what custody calls an appeal; it stands in the request for advice.
APPEAL: Final = "appeal"


def appeal_of(request: str) -> Ref:
    """What custody calls the appeal against the advice on a request."""
    return Ref(APPEAL, request)


@attrs.frozen
@checked
class Appeals:
    """Replies to unfavourable advice, and appeals against it."""

    _asking: Asking
    _questions: Questions
    _proposals: Proposals
    _moves: Moves
    _clock: Callable[[], datetime]

    def reply(
        self, id: str, text: str, *, by: Party, document: str | None = None
    ) -> Entry[AdviceRequest]:
        """Reply to an unfavourable advice; the budget agreement asks for it.

        Args:
            id: Id of the advice request.
            text: The reply.
            by: Who asked the advice.
            document: Id of the document that holds it.

        Raises:
            StepNotAllowedError: There is no unfavourable advice.
            NotFoundError: No such document in this dossier.
            NotAllowedError: The dossier is somebody else's.
        """
        found, now = self._asking.own(ADVICE, id, by), self._clock()
        self._asking.check_document(found.record.dossier, document)
        reply = Reply(text=text, at=now, document=document)
        record = found.record.replied(reply)
        return self._questions.noted(found.next(record, "reply", by, now))

    def lodge(
        self, id: str, *, minister: Party, reason: str, by: Party
    ) -> Entry[AdviceRequest]:
        """Appeal to the minister of budget, who then has it to rule on.

        Args:
            id: Id of the advice request.
            minister: The minister bevoegd voor het budgettair beleid.
            reason: Why.
            by: Who asked the advice.

        Raises:
            StepNotAllowedError: There is no unfavourable advice, or the matter is one
                for the government.
            MalformedError: Who appeals is the minister.
            NotAllowedError: The dossier is somebody else's.
        """
        found, now = self._asking.own(ADVICE, id, by), self._clock()
        self._check_no_government(found.record.dossier)
        clock = self._questions.started(Body.IF, now, Purpose.APPEAL)
        appeal = Appeal(minister=minister, reason=reason, at=now, clock=clock)
        record = found.record.appealed(appeal)
        self._asking.check_other_side(record)
        held = self._moves.asked(
            appeal_of(id),
            minister,
            "uitspraak doen over het beroep",
            dossier=record.dossier,
            title=record.title,
            by=by,
            at=now,
            days=clock.term.days if clock else ANSWER_DAYS,
        )
        draft = found.next(record, "appeal", by, now, reason)
        return self._questions.noted(draft, *held)

    def join(self, id: str, *, by: Party, reason: str = "") -> Entry[AdviceRequest]:
        """The minister joins the asker: the spending is allowed (zich aansluiten).

        Raises:
            NotAllowedError: `by` has it not to rule on, nor may act for who has; or
                lodged it.
            StepNotAllowedError: There is no appeal, or it is ruled on.
        """
        return self._rule(id, "join", by, reason, "het voorstel uitvoeren")

    def confirm(self, id: str, *, by: Party, reason: str = "") -> Entry[AdviceRequest]:
        """The minister confirms the advice: the proposal can go to the government.

        Raises:
            NotAllowedError: As `join`.
            StepNotAllowedError: As `join`.
        """
        step = "voorleggen aan de Vlaamse Regering"
        return self._rule(id, "confirm", by, reason, step)

    def ruled(self, draft: Draft[AdviceRequest], step: str) -> Entry[AdviceRequest]:
        """Write how an appeal ended; the asker has the dossier again."""
        held = self._moves.answered(
            appeal_of(draft.id),
            draft.record.asker,
            step,
            by=draft.actor,
            at=draft.at,
            days=ASKER_DAYS,
            ends=True,
        )
        return self._questions.noted(draft, *held)

    def _rule(
        self, id: str, action: str, by: Party, reason: str, step: str
    ) -> Entry[AdviceRequest]:
        subject = appeal_of(id)
        found = self._questions.answering(ADVICE, id, by, subject=subject)
        record = found.record.conclude(action)
        return self.ruled(found.next(record, action, by, self._clock(), reason), step)

    def _check_no_government(self, dossier: str) -> None:
        proposal = self._proposals.find(dossier)
        if proposal is not None and proposal.record.for_government:
            raise StepNotAllowedError(
                *("proposal", "voor de Vlaamse Regering", "appeal", ("reply",)),
                hint="Reply in the nota: the government decides.",
            )
