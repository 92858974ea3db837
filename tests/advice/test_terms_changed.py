"""A term that is changed: urgency makes it shorter, an extension longer."""

from __future__ import annotations

import pytest

from digivl.advice.body import Body
from digivl.errors import MalformedError
from digivl.testing.council import CABINET
from digivl.testing.matter import MINISTER, Matter


@pytest.mark.parametrize(
    ("body", "days", "again"), [(Body.WT, 4, 12), (Body.WT, 8, 4), (Body.IF, 4, 4)]
)
def test_urgency_twice_never_makes_it_longer(
    body: Body, days: int, again: int, matter: Matter
) -> None:
    """What the adviser keeps at least is counted anew: that must not give more."""
    it, advices = matter.received(body=body), matter.vl.advices
    due = advices.urge(it, reason="x", days=days, by=MINISTER).record.due
    assert due is not None
    matter.council.now = due
    matter.wait(days=-1)

    with pytest.raises(MalformedError, match=r"longer|no shorter"):
        advices.urge(it, reason="x", days=again, by=MINISTER)

    assert due == advices.read(it).record.due


def test_urgency_in_other_days_never_makes_it_longer(matter: Matter) -> None:
    """Ten working days from now can end after thirty days from receipt."""
    it, advices = matter.received(body=Body.SAR), matter.vl.advices
    due = advices.read(it).record.due
    matter.wait(days=25)

    with pytest.raises(MalformedError, match="would make the term longer"):
        advices.urge(it, reason="x", by=MINISTER)

    assert due == advices.read(it).record.due


def test_in_urgency_there_is_no_longer_term(matter: Matter) -> None:
    """It would be agreed to, and change nothing."""
    it, advices = matter.received(body=Body.WT), matter.vl.advices
    advices.urge(it, reason="x", by=MINISTER)

    with pytest.raises(MalformedError, match="no difference in urgency"):
        advices.extend(it, days=3, reason="x", by=CABINET)
