"""Numbers and names: given once, counted by year, kept for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from digivl.access.model import AccessLevel
from digivl.dossiers.agenda import FormalCheck
from digivl.dossiers.meeting import MeetingKind
from digivl.dossiers.model import DecisionResult, ItemKind, StepKind
from digivl.dossiers.numbering import Given, Series, series_after
from digivl.errors import MalformedError
from digivl.testing.council import ADMIN, CABINET, SECRETARIAT, Council

HIDDEN = AccessLevel.INTERNAL_SECRETARIAT


def test_every_kind_has_its_series(council: Council) -> None:
    """A nota, an announcement and a ratification are each counted from one."""
    meeting = council.meeting()
    nota = council.item(meeting.id)
    news = council.item(meeting.id, kind=ItemKind.ANNOUNCEMENT)
    decree = council.item(meeting.id, council.matter(kind=StepKind.RATIFICATION).id)
    second = council.item(meeting.id)

    council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    numbers = [str(council.step_of(i).number) for i in (nota, news, decree, second)]
    assert [
        "VR 2026 2511 DOC.0001",
        "VR 2026 2511 MED.0001",
        "VR 2026 2511 DEC.0001",
        "VR 2026 2511 DOC.0002",
    ] == numbers


def test_recovery_plan_is_counted_apart(council: Council) -> None:
    """A meeting on the Plan Vlaamse Veerkracht has series of its own."""
    main = council.meeting()
    annex = council.vl.meetings.plan(
        MeetingKind.RECOVERY_PLAN,
        main.record.planned_start,
        main=main.id,
        by=SECRETARIAT,
    )
    usual, special = council.item(main.id), council.item(annex.id)

    council.vl.approving.approve(main.id, by=SECRETARIAT)
    council.vl.approving.approve(annex.id, by=SECRETARIAT)

    assert ["VR 2026 2511 DOC.0001", "VR 2026 2511 VV DOC.0001"] == [
        str(council.step_of(item).number) for item in (usual, special)
    ]


def test_documents_get_names(council: Council) -> None:
    """Number, position, title and type; a BIS shows in the name by itself."""
    meeting = council.meeting()
    item = council.item(meeting.id, council.matter(documents=2).id)
    council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    assert [
        "VR 2026 2511 DOC.0001-1 Ontwerp van besluit - nota",
        "VR 2026 2511 DOC.0001-2 Ontwerp van besluit - nota",
    ] == council.names(item)

    found = council.vl.documents.read(item.record.pieces[0].document)
    delivered = attrs.evolve(found.record.latest, sha256="b" * 64)
    bis = found.record.with_version(delivered)
    council.vl.book.write(found.next(bis, "replace", CABINET, council.now))
    assert (
        "VR 2026 2511 DOC.0001-1 Ontwerp van besluit - nota BIS"
        == (council.names(item)[0])
    )


def test_hidden_documents_get_no_name(council: Council) -> None:
    """What only the secretariat reads is not numbered."""
    meeting = council.meeting()
    item = council.item(meeting.id, council.matter(level=HIDDEN).id)

    council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    assert ["Ontwerp van besluit"] == council.names(item)


def test_a_number_is_given_once(council: Council) -> None:
    """Approving again, or reopening first, gives nobody a second number."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    given = council.vl.approving.approve(meeting.id, by=SECRETARIAT).numbered
    before = council.names(item)

    council.vl.approving.reopen_agenda(meeting.id, by=ADMIN, reason="fout")
    again = council.vl.approving.close(meeting.id, by=SECRETARIAT).numbered

    assert (1, {}) == (len(given), again)
    assert before == council.names(item)


def test_late_document_follows(council: Council) -> None:
    """A document that comes after the numbers takes the next place in its step."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    council.vl.approving.approve(meeting.id, by=SECRETARIAT)
    late = council.document(item.record.dossier, "Bijlage")
    names = [*(p.document for p in item.record.pieces), late]
    edited = council.vl.agendas.edit(item.id, documents=names, by=SECRETARIAT)
    council.vl.agendas.check([item.id], FormalCheck.OK, by=SECRETARIAT)

    council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    assert "VR 2026 2511 DOC.0001-2 Bijlage - nota" == council.names(edited)[1]


def test_postponed_over_new_year(council: Council) -> None:
    """It keeps number and day of the year before; the new year counts from one."""
    council.now = datetime(2026, 12, 17, 9, tzinfo=UTC)
    december = council.meeting()
    moved, other = council.item(december.id), council.item(december.id)
    council.vl.approving.close(december.id, by=SECRETARIAT)
    decide = council.vl.deciding.decide
    decide(moved.record.step, DecisionResult.POSTPONED, by=SECRETARIAT)
    council.now = datetime(2027, 1, 7, 9, tzinfo=UTC)
    january = council.meeting()
    again = council.item(january.id, moved.record.step)
    fresh = council.item(january.id)

    numbers = council.vl.approving.close(january.id, by=SECRETARIAT).numbered

    assert {fresh.record.step} == set(numbers)
    assert [
        "VR 2026 1812 DOC.0001",
        "VR 2026 1812 DOC.0002",
        "VR 2027 0801 DOC.0001",
    ] == [str(council.step_of(item).number) for item in (again, other, fresh)]
    assert "VR PV 2027/1" == january.record.number


def test_year_is_that_of_the_meeting(council: Council) -> None:
    """What is approved in December for a meeting in January counts for January."""
    council.now = datetime(2026, 12, 30, 9, tzinfo=UTC)
    january = council.meeting(days=9)
    item = council.item(january.id)

    council.vl.approving.approve(january.id, by=SECRETARIAT)

    assert "VR 2027 0801 DOC.0001" == str(council.step_of(item).number)
    assert "VR PV 2027/1" == january.record.number


def test_moved_meeting_renames(council: Council) -> None:
    """Numbers stay, the day in them moves along; not into another year."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    council.vl.approving.approve(meeting.id, by=SECRETARIAT)
    start = meeting.record.planned_start

    council.vl.meetings.move(meeting.id, start + timedelta(days=2), by=SECRETARIAT)

    assert "VR 2026 2711 DOC.0001" == str(council.step_of(item).number)
    assert ["VR 2026 2711 DOC.0001-1 Ontwerp van besluit - nota"] == (
        council.names(item)
    )
    with pytest.raises(MalformedError, match="numbers of 2026"):
        council.vl.meetings.move(meeting.id, start + timedelta(days=60), by=SECRETARIAT)


def test_gaps_are_told(council: Council) -> None:
    """A number whose matter was withdrawn, or not decided yet, is told with it."""
    meeting = council.meeting()
    gone, decided, waits = (council.item(meeting.id) for _ in range(3))
    council.vl.approving.close(meeting.id, by=SECRETARIAT)
    decide = council.vl.deciding.decide
    decide(gone.record.step, DecisionResult.WITHDRAWN, by=SECRETARIAT)
    decide(decided.record.step, DecisionResult.APPROVED, by=SECRETARIAT)

    gaps = council.vl.dossiers.gaps(2026)

    assert [
        ("2026-DOC", 1, gone.record.step, "ingetrokken"),
        ("2026-DOC", 3, waits.record.step, "geagendeerd"),
    ] == [(gap.series, gap.number, gap.to, gap.why) for gap in gaps]
    assert () == tuple(council.vl.dossiers.gaps(2025))


def test_withdrawn_from_the_design_gets_no_number(council: Council) -> None:
    """What is withdrawn before approval is off the agenda, and takes no number."""
    meeting = council.meeting()
    gone, stays = council.item(meeting.id), council.item(meeting.id)
    council.vl.deciding.decide(
        gone.record.step, DecisionResult.WITHDRAWN, by=SECRETARIAT
    )

    approval = council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    assert [stays.id] == [line.item for line in approval.agenda.record.lines]
    assert {stays.record.step: "VR 2026 2511 DOC.0001"} == {
        step: str(number) for step, number in approval.numbered.items()
    }
    assert council.step_of(gone).number is None


def test_ledger_says_what_each_act_gave(council: Council) -> None:
    """The history of a series is the ledger: which number went to whom, and when."""
    meeting = council.meeting()
    first_item = council.item(meeting.id)
    council.vl.approving.approve(meeting.id, by=SECRETARIAT)
    more = [council.item(meeting.id) for _ in range(2)]
    council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    ledger = [entry.record.given for entry in council.vl.dossiers.ledger(2026, "DOC")]

    steps = [item.record.step for item in more]
    assert [
        (Given(1, first_item.record.step),),
        (Given(2, steps[0]), Given(3, steps[1])),
    ] == ledger


def test_a_series_never_jumps() -> None:
    """A record of a series that skips a number cannot be made."""
    with pytest.raises(MalformedError, match="follow"):
        Series(year=2026, name="DOC", last=5, given=(Given(4, "step"),))

    series = series_after(None, 2026, "DOC", ["a", "b"])
    assert (2, 3) == (series.last, series.after(["c"]).last)
