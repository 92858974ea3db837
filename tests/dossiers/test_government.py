"""The government in time: mandates, ranks, a minister who leaves."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.dossiers.mandates import Mandate, Office, check_together
from digivl.errors import MalformedError, NotAllowedError, StepNotAllowedError
from digivl.testing.council import CABINET, OTHER_CABINET, SECRETARIAT, Council

START = date(2026, 1, 1)
mandates = st.builds(
    lambda person, office, rank, start, days: Mandate(
        person=person,
        office=office,
        title="Minister",
        rank=rank,
        start=START + timedelta(days=start),
        end=START + timedelta(days=start + days) if days else None,
    ),
    st.sampled_from(["p1", "p2", "p3"]),
    st.sampled_from([Office.MINISTER, Office.MINISTER_PRESIDENT]),
    st.integers(1, 4),
    st.integers(0, 20),
    st.integers(0, 10),
)


def mandate(person: str, rank: int, **fields: object) -> Mandate:
    """A mandate that runs from the start of the year."""
    known = {"office": Office.MINISTER, "title": f"Minister {person}", "start": START}
    return Mandate(person=person, rank=rank, **(known | fields))  # type: ignore[arg-type]


@given(st.lists(mandates, max_size=8))
def test_every_day_is_in_order(some: list[Mandate]) -> None:
    """Whatever is appointed: on no day two of a rank, a person, a president."""
    together: list[Mandate] = []
    for one in some:
        with suppress(MalformedError):
            check_together(one, together)
            together.append(one)

    for offset in range(35):
        day = START + timedelta(days=offset)
        running = [one for one in together if one.runs_on(day)]
        presidents = [o for o in running if o.office is Office.MINISTER_PRESIDENT]
        assert len({one.rank for one in running}) == len(running)
        assert len({one.person for one in running}) == len(running)
        assert len(presidents) <= 1


def test_a_minister_leaves(council: Council) -> None:
    """The successor's mandate is a new one; the old one keeps its days."""
    government = council.vl.government
    old = government.appoint(mandate("minister-1", 2), by=SECRETARIAT)
    government.appoint(mandate("minister-2", 1), by=SECRETARIAT)
    day = date(2026, 6, 1)

    new = government.change(
        old.id, day, by=SECRETARIAT, reason="ontslag", person="minister-3"
    )

    def persons(on: date) -> list[str]:
        return [entry.record.person for entry in government.on(on)]

    assert ["minister-2", "minister-1"] == persons(day - timedelta(days=1))
    assert ["minister-2", "minister-3"] == persons(day)
    assert (old.id, "ontslag") == (new.record.before, new.reason)
    with pytest.raises(StepNotAllowedError):
        government.end(old.id, day, by=SECRETARIAT)


def test_rank_orders_the_agenda(council: Council) -> None:
    """New items stand in the order of their ministers, whoever came first."""
    government = council.vl.government
    government.appoint(mandate("minister-1", 5), by=SECRETARIAT)
    government.appoint(mandate("minister-2", 2), by=SECRETARIAT)
    meeting = council.meeting()
    late = council.item(meeting.id, council.matter(by=CABINET).id)
    early = council.item(meeting.id, council.matter(by=OTHER_CABINET).id)

    approved = council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    lines = approved.agenda.record.lines
    assert [(early.id, 1), (late.id, 2)] == [(line.item, line.number) for line in lines]


def test_what_is_refused(council: Council) -> None:
    """Two of a rank, two presidents, an end too early, a cabinet that appoints."""
    appoint = council.vl.government.appoint
    first = mandate("minister-1", 1, office=Office.MINISTER_PRESIDENT)
    found = appoint(first, by=SECRETARIAT)

    for other, text in (
        (mandate("minister-2", 1), "rank 1"),
        (mandate("minister-1", 2), "that person"),
        (mandate("minister-2", 2, office=Office.MINISTER_PRESIDENT), "one minister-"),
    ):
        with pytest.raises(MalformedError, match=text):
            appoint(other, by=SECRETARIAT)
    with pytest.raises(MalformedError, match="after the day"):
        council.vl.government.end(found.id, START, by=SECRETARIAT)
    with pytest.raises(NotAllowedError):
        appoint(mandate("minister-9", 9), by=CABINET)
    ended = council.vl.government.end(found.id, date(2026, 2, 1), by=SECRETARIAT)
    assert date(2026, 2, 1) == ended.record.end
