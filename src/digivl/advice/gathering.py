"""What the book holds of dossiers that their readiness rests on, read together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import attrs

from digivl.advice.agreement import AGREEMENT, Agreement
from digivl.advice.loosening import LOOSENING, Loosening
from digivl.advice.proposal import PROPOSAL, Proposal
from digivl.advice.request import ADVICE, AdviceRequest
from digivl.documents.model import DOCUMENT, Document
from digivl.dossiers.model import STEP, ProcedureStep
from digivl.dossiers.submission import SUBMISSION, Submission
from digivl.records.entries import Entry
from digivl.records.grouping import by_dossier
from digivl.records.port import RecordBook

#: Names of the kinds of records that readiness rests on.
BASIS: Final = tuple(
    kind.name
    for kind in (PROPOSAL, DOCUMENT, STEP, ADVICE, AGREEMENT, SUBMISSION, LOOSENING)
)


@attrs.frozen(kw_only=True)
class Gathered:
    """The records of one dossier.

    Attributes:
        proposal: What it proposes; None where nobody said it.
        documents: By id.
        steps: In no order.
        requests: For advice, the oldest first.
        agreements: The oldest first.
        submissions: The oldest first.
        loosenings: Of all its steps.
    """

    proposal: Proposal | None
    documents: Mapping[str, Document]
    steps: Sequence[Entry[ProcedureStep]]
    requests: Sequence[Entry[AdviceRequest]]
    agreements: Sequence[Entry[Agreement]]
    submissions: Sequence[Submission]
    loosenings: Sequence[Loosening]

    def submission_of(self, step: str | None) -> Submission | None:
        """The last submission that asked for a step, or brought something new for it.

        Without one, the last that became no other step yet; None where there is none.
        """
        newest_first = list(reversed(self.submissions))
        for wanted in (step, None):
            for one in newest_first:
                if (one.updates or one.step) == wanted:
                    return one
        return None


def gathered(book: RecordBook, dossiers: Iterable[str]) -> Mapping[str, Gathered]:
    """What there is of each of these dossiers, by id; one without records is empty."""
    wanted = tuple(dict.fromkeys(dossiers))
    proposals = by_dossier(book, PROPOSAL, wanted)
    documents = by_dossier(book, DOCUMENT, wanted)
    steps = by_dossier(book, STEP, wanted)
    requests = by_dossier(book, ADVICE, wanted)
    agreements = by_dossier(book, AGREEMENT, wanted)
    submissions = by_dossier(book, SUBMISSION, wanted)
    loosenings = by_dossier(book, LOOSENING, wanted)
    return {
        name: Gathered(
            proposal=next((one.record for one in proposals.get(name, ())), None),
            documents={one.id: one.record for one in documents.get(name, ())},
            steps=steps.get(name, ()),
            requests=sorted(requests.get(name, ()), key=_asked_at),
            agreements=sorted(agreements.get(name, ()), key=_submitted_at),
            submissions=_in_order(submissions.get(name, ())),
            loosenings=[one.record for one in loosenings.get(name, ())],
        )
        for name in wanted
    }


def _asked_at(request: Entry[AdviceRequest]) -> datetime:
    """When it went to the adviser last; a draft is as old as it is."""
    return request.record.submitted_at or request.record.made_at


def _submitted_at(agreement: Entry[Agreement]) -> datetime:
    return agreement.record.submitted_at


def _in_order(submissions: Sequence[Entry[Submission]]) -> Sequence[Submission]:
    return [one.record for one in sorted(submissions, key=lambda entry: entry.at)]
