"""Two secretaries at once, on SQLite and PostgreSQL: one wins, nothing half-done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from digivl import Digivl
from digivl.documents.model import NOTA
from digivl.dossiers.agenda import AGENDA
from digivl.dossiers.mandates import Mandate, Office
from digivl.dossiers.numbering import SERIES
from digivl.errors import MalformedError, StaleRecordError, StepNotAllowedError
from digivl.kernel.parties import SYSTEM
from digivl.records.port import Query
from digivl.records.sqlbook import SQLBook
from digivl.settings import AdviceSettings, Settings
from digivl.testing.council import CABINET, SECRETARIAT, Council

Opened = Callable[[], Council]


@pytest.fixture(name="office")
def _office(url: str, quick_folder: Path) -> Iterator[Opened]:
    """Opens the same office once more, as another process would."""
    books: list[SQLBook] = []

    def opened() -> Council:
        books.append(SQLBook.create(url))
        council: Council
        vl = Digivl.from_settings(
            Settings(advice=AdviceSettings(not_blocking=("Nota",))),
            folder=quick_folder,
            book=books[-1],
            clock=lambda: council.now,
        )
        council = Council(vl)
        return council

    yield opened
    for book in books:
        book.close()


def at_once(*acts: Callable[[], object]) -> list[str]:
    """How acts ended that started together, in their order."""
    barrier = Barrier(len(acts))

    def outcome(act: Callable[[], object]) -> str:
        barrier.wait()
        try:
            act()
        except (StaleRecordError, StepNotAllowedError, MalformedError) as refused:
            return type(refused).__name__
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(outcome, acts))


def test_approve_at_once(office: Opened) -> None:
    """Of several who close the same agenda one does; numbers are given once."""
    council = office()
    meeting = council.meeting().id
    items = [council.item(meeting) for _ in range(6)]
    rivals = [office() for _ in range(3)]

    outcomes = at_once(
        *(partial(one.vl.approving.close, meeting, by=SECRETARIAT) for one in rivals)
    )

    assert 1 == outcomes.count("done")
    numbers = sorted(council.step_of(item).number.number for item in items)  # type: ignore[union-attr]
    assert [1, 2, 3, 4, 5, 6] == numbers
    (series,) = [
        row
        for row in council.vl.book.rows(Query(kind=SERIES.name))
        if "DOC" in row.ref.id
    ]
    assert (1, 6) == (
        series.version,
        council.vl.book.read(SERIES, series.ref.id).record.last,
    )
    assert 1 == len(council.vl.book.rows(Query(kind=AGENDA.name)))


def test_two_meetings_share_a_series(office: Opened) -> None:
    """Agendas of two meetings approved at once never get the same number."""
    council = office()
    meetings = [council.meeting().id, council.meeting().id]
    items = [council.item(meeting) for meeting in meetings for _ in range(3)]

    outcomes = at_once(
        *(
            partial(office().vl.approving.approve, meeting, by=SECRETARIAT)
            for meeting in meetings
        )
    )
    for meeting, ending in zip(meetings, outcomes, strict=True):
        if ending != "done":  # told to read again and repeat
            council.vl.approving.approve(meeting, by=SECRETARIAT)

    numbers = sorted(council.step_of(item).number.number for item in items)  # type: ignore[union-attr]
    assert [1, 2, 3, 4, 5, 6] == numbers


def test_one_minister_president(office: Opened) -> None:
    """Two who appoint one at once: the government has one, the other is told."""
    council = office()
    mandates = [
        Mandate(
            person=person,
            office=Office.MINISTER_PRESIDENT,
            title="Minister-president",
            rank=rank,
            start=date(2026, 1, 1),
        )
        for rank, person in enumerate(("minister-1", "minister-2"), start=1)
    ]

    outcomes = at_once(
        *(
            partial(office().vl.government.appoint, mandate, by=SECRETARIAT)
            for mandate in mandates
        )
    )

    assert 1 == outcomes.count("done")
    assert 1 == len(council.vl.government.mandates())


def test_one_name_at_the_parliament(office: Opened) -> None:
    """Two dossiers that are given one name at once: one has it, the other none."""
    council = office()
    both = [council.decided((NOTA, {})) for _ in range(2)]
    keys = [
        council.vl.parliament.start(dossier, names, by=CABINET).record.sendings[0].key
        for dossier, names in both
    ]

    outcomes = at_once(
        *(
            partial(
                office().vl.parliament.acknowledged,
                dossier,
                key,
                "pobj-1",
                {},
                by=SYSTEM,
            )
            for (dossier, _), key in zip(both, keys, strict=True)
        )
    )

    assert 1 == outcomes.count("done")
    flows = [council.vl.parliament.flow(dossier).record for dossier, _ in both]
    assert {"pobj-1", None} == {flow.pobj for flow in flows}
