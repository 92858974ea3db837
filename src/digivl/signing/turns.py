"""Moves custody with a signing flow: each question to who it is for, and the dossier.

What waits for whom follows from the flow before and after an act: a question that is
there no longer is closed, a new one is taken, and the dossier goes on with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import attrs

from digivl.custody.model import CUSTODY, Custody, of_dossier
from digivl.custody.moves import Moves
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party
from digivl.kernel.redaction import on_one_line
from digivl.records.entries import AnyDraft, Draft, Entry
from digivl.signing.model import FlowState, SigningFlow
from digivl.signing.participants import Watcher
from digivl.signing.questions import Question, possible, questions
from digivl.signing.states import DRAFTS, RUNNING

#: Term in working days of each question, where the flow has no deadline.
SIGN_DAYS: Final = 5
_REGISTER_DAYS: Final = 1
_LONGEST: Final = 300


@attrs.frozen
class Turns:
    """Makes the drafts of custody that an act on a flow brings with it."""

    _moves: Moves

    def moved(
        self, draft: Draft[SigningFlow], before: SigningFlow | None = None
    ) -> Iterator[AnyDraft]:
        """The drafts that go with an act.

        Args:
            draft: The flow as it is after it.
            before: As it was; None when it began with the act.
        """
        flow, by, at = draft.record, draft.actor, draft.at
        there = self._open(draft.id, flow, before)
        wanted = {one.subject: one for one in questions(draft.id, flow)}
        closing = [held for ref, held in there.items() if ref not in wanted]
        yield from (one.next(one.record.close(), "close", by, at) for one in closing)
        for subject, question in wanted.items():
            if subject in there:
                yield from self._kept(there[subject], question, draft, before)
            else:
                yield self._asked(question, draft)
        yield from self._dossier(draft, before, closing, there)

    def held(self, id: str, flow: SigningFlow) -> Mapping[Ref, Entry[Custody]]:
        """The questions of a flow that are open, and who has each."""
        return self._open(id, flow, None)

    def _open(
        self, id: str, flow: SigningFlow, before: SigningFlow | None
    ) -> Mapping[Ref, Entry[Custody]]:
        subjects = {*possible(id, flow), *(possible(id, before) if before else ())}
        found = self._moves.all_of(subjects)
        return {ref: held for ref, held in found.items() if _is_open(held)}

    def _kept(
        self,
        held: Entry[Custody],
        question: Question,
        draft: Draft[SigningFlow],
        before: SigningFlow | None,
    ) -> Iterator[AnyDraft]:
        """A question that goes on, perhaps as another one or until another moment."""
        by, at, deadline = draft.actor, draft.at, draft.record.deadline
        to, step = held.record.holder, question.step
        if step != held.record.next_step:
            days = SIGN_DAYS
            yield self._moves.passed(held, to, step, by=by, at=at, days=days)
        elif deadline is not None and before and before.deadline != deadline:
            record = held.record.extend(max(deadline, at))
            yield held.next(record, "extend", by, at)

    def _asked(self, question: Question, draft: Draft[SigningFlow]) -> AnyDraft:
        flow, by, at = draft.record, draft.actor, draft.at
        due = flow.deadline if flow.state in RUNNING else None
        to, step, days = question.to, question.step, SIGN_DAYS
        before = self._moves.all_of([question.subject]).get(question.subject)
        if before is not None:
            asked = self._moves.again(before, to, step, by=by, at=at, days=days)
        else:
            asked = self._moves.taken(
                question.subject,
                to,
                step,
                dossier=flow.dossier,
                title=flow.title,
                by=by,
                at=at,
                days=days,
            )
        if due is None:
            return asked
        return attrs.evolve(asked, record=asked.record.extend(max(due, at)))

    def _dossier(
        self,
        draft: Draft[SigningFlow],
        before: SigningFlow | None,
        closing: Sequence[Entry[Custody]],
        there: Mapping[Ref, Entry[Custody]],
    ) -> Iterator[AnyDraft]:
        """The dossier goes with the first question; unless who has it has another."""
        flow, by, at = draft.record, draft.actor, draft.at
        own = self._moves.of(of_dossier(flow.dossier))
        # Who was only told never had it for this.
        answered = {
            held.record.holder.id
            for held in closing
            if held.record.next_step != Watcher.task
        }
        if before is None or before.state in DRAFTS:
            if flow.state not in RUNNING:
                return
            others = {held.ref for held in self._moves.held_with(own)[1:]}
            if others - {held.ref for held in closing}:
                return
        elif own.record.holder.id not in answered:
            return
        to, step, due = _next(draft, there)
        days = _REGISTER_DAYS if flow.state is FlowState.SIGNED else SIGN_DAYS
        yield self._moves.passed(own, to, step, by=by, at=at, days=days, due=due)


def _next(
    draft: Draft[SigningFlow], there: Mapping[Ref, Entry[Custody]]
) -> tuple[Party, str, datetime | None]:
    """Who has the dossier next, what has to be done, and perhaps until when."""
    flow = draft.record
    blocking = (one for one in questions(draft.id, flow) if one.blocks)
    if (question := next(blocking, None)) is not None:
        held = there.get(question.subject)
        due = flow.deadline if flow.state in RUNNING else None
        if held is None:
            return question.to, question.step, due
        return held.record.holder, question.step, due or held.record.due
    if flow.state is FlowState.SIGNED:
        return flow.started_by, "registreren", None
    why = on_one_line(draft.reason, _LONGEST)
    return flow.started_by, f"niet ondertekend, verder behandelen: {why}", None


def _is_open(held: Entry[Custody]) -> bool:
    return CUSTODY.standing(held.record).open
