"""The question to a minister whether it submits with another one (co-agendering).

It waits for the minister like any other question; Kaleidos asks it by mail only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

import attrs

from digivl.custody.model import CUSTODY
from digivl.custody.moves import Moves
from digivl.dossiers.mandates import Government
from digivl.dossiers.submission import Submission
from digivl.kernel.kinds import Ref
from digivl.kernel.moments import day_of
from digivl.kernel.parties import Party, Role
from digivl.records.entries import AnyDraft

#: Term in working days to agree; no rule gives one.
AGREE_DAYS: Final = 3
_STEP: Final = "antwoorden als mede-indiener"


def question(submission: str, minister: str) -> Ref:
    """What custody calls the question to one minister."""
    return Ref("co-submission", f"{submission}.{minister}")


@attrs.frozen
class Agreeing:
    """Makes the drafts of custody of who has to agree with a submission."""

    _moves: Moves
    _government: Government

    def asked(
        self, id: str, submission: Submission, by: Party, at: datetime
    ) -> Iterator[AnyDraft]:
        """Each co-submitter has to answer, also who answered before."""
        asked = {question(id, name): name for name in _ministers(submission)}
        before = self._moves.all_of(asked)
        for subject, name in asked.items():
            to, held = self._minister(name, at), before.get(subject)
            if held is None:
                yield self._moves.taken(
                    subject,
                    to,
                    _STEP,
                    dossier=submission.dossier,
                    title=submission.title,
                    by=by,
                    at=at,
                    days=AGREE_DAYS,
                )
            elif not CUSTODY.standing(held.record).open:
                yield self._moves.again(held, to, _STEP, by=by, at=at, days=AGREE_DAYS)

    def answered(
        self, id: str, ministers: Iterable[str], by: Party, at: datetime
    ) -> Iterator[AnyDraft]:
        """These ministers have nothing to answer any more."""
        subjects = [question(id, name) for name in ministers]
        for subject, held in self._moves.all_of(subjects).items():
            if CUSTODY.standing(held.record).open:
                yield self._moves.closed(subject, by=by, at=at)

    def _minister(self, name: str, at: datetime) -> Party:
        titles = {
            entry.record.person: entry.record.title
            for entry in self._government.on(day_of(at))
        }
        return Party(name, titles.get(name, name), Role.MINISTER, minister=name)


def _ministers(submission: Submission) -> Iterable[str]:
    return dict.fromkeys(one.minister for one in submission.co_submitters)
