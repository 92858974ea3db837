"""How custody moves from hand to hand; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from digivl.custody.model import CUSTODY, Custody
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Draft, Entry


def moved_once(drafts: Iterable[AnyDraft]) -> Sequence[AnyDraft]:
    """The drafts of an act that may move one subject more than once.

    It moves to the first of its holders: two steps of a dossier are on one agenda, and
    the dossier can be with one party only.
    """
    moved: set[str] = set()
    kept = []
    for draft in drafts:
        if draft.kind is CUSTODY and draft.id in moved:
            continue
        if draft.kind is CUSTODY:
            moved.add(draft.id)
        kept.append(draft)
    return kept


def handed_on(
    found: Entry[Custody], to: Party, by: Party, action: str, at: datetime, reason: str
) -> Draft[Custody]:
    """The draft that gives it to `to`, with the same step and due moment."""
    held = found.record
    record = held.hand_over(to, held.next_step, at=at, due=max(held.due, at))
    return found.next(record, action, by, at, reason)


def handed_back(
    found: Entry[Custody], was: Custody, by: Party, at: datetime, reason: str
) -> Draft[Custody]:
    """The draft that gives it back, as it was before."""
    due = max(was.due, at)
    record = found.record.hand_over(was.holder, was.next_step, at=at, due=due)
    return found.next(record, "recall", by, at, reason)
