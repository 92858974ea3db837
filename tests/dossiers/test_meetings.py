"""Meetings: planned, moved, adjourned, reopened, cancelled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digivl.dossiers.agenda import AgendaStatus, serial
from digivl.dossiers.meeting import MeetingKind
from digivl.dossiers.model import (
    DOSSIER,
    ItemKind,
    StepState,
)
from digivl.errors import (
    MalformedError,
    NotAllowedError,
    StepNotAllowedError,
)
from digivl.testing.council import ADMIN, CABINET, SECRETARIAT, Council

NEWS = ItemKind.ANNOUNCEMENT


def test_meeting_has_a_design(council: Council) -> None:
    """A planned meeting has agenda A as a design, and the next number of the year."""
    first, second = council.meeting(), council.meeting(days=8)

    assert ["VR PV 2026/1", "VR PV 2026/2"] == [
        first.record.number,
        second.record.number,
    ]
    agenda = council.vl.agendas.agenda(first.id, 1).record
    assert ("A", AgendaStatus.DESIGN, "Agenda A voor zitting 25-11-2026") == (
        agenda.serial,
        agenda.status,
        agenda.title,
    )


def test_annex_needs_a_main_meeting(council: Council) -> None:
    """An annex meeting names its main one, and has its number."""
    main = council.meeting()
    plan, kind = council.vl.meetings.plan, MeetingKind.RECOVERY_PLAN
    start = main.record.planned_start

    annex = plan(kind, start, main=main.id, by=SECRETARIAT)

    assert "VR PV 2026/1-VV" == annex.record.number
    with pytest.raises(MalformedError, match="main meeting"):
        plan(kind, start, number="los", by=SECRETARIAT)


@pytest.mark.parametrize(
    ("number", "expected"), [(1, "A"), (26, "Z"), (27, "27"), (100, "100")]
)
def test_serial(number: int, expected: str) -> None:
    """Versions are called A to Z, and by their number after that."""
    assert expected == serial(number)


def test_adjourn_drops_the_design(council: Council) -> None:
    """Closed without its design, the last approved version is final."""
    meeting = council.meeting()
    good = council.item(meeting.id)
    council.vl.approving.approve(meeting.id, by=SECRETARIAT)
    late = council.item(meeting.id)

    closed = council.vl.approving.adjourn(meeting.id, by=SECRETARIAT)

    assert (True, 1, None) == (
        closed.record.is_final,
        closed.record.approved,
        closed.record.design,
    )
    (line,) = council.vl.agendas.agenda(meeting.id).record.lines
    assert (good.id, 1) == (line.item, line.number)
    assert StepState.PREPARED is council.step_of(late).state


def test_nothing_is_closed_without_an_agenda(council: Council) -> None:
    """A meeting without an approved agenda has nothing that could be final."""
    meeting = council.meeting()

    with pytest.raises(StepNotAllowedError, match="zonder goedgekeurde agenda"):
        council.vl.approving.adjourn(meeting.id, by=SECRETARIAT)


def test_reopen(council: Council) -> None:
    """A closed meeting opens with the next version, and closes again."""
    meeting = council.meeting()
    council.item(meeting.id)
    council.vl.approving.close(meeting.id, by=SECRETARIAT)

    opened = council.vl.approving.reopen(
        meeting.id, by=SECRETARIAT, reason="punt vergeten"
    )
    council.item(meeting.id)
    final = council.vl.approving.close(meeting.id, by=SECRETARIAT)

    assert (2, False) == (opened.record.design, opened.record.is_final)
    assert ("B", 2) == (final.agenda.record.serial, len(final.agenda.record.lines))
    with pytest.raises(StepNotAllowedError):
        council.vl.agendas.put(council.matter().id, meeting.id, by=SECRETARIAT)


def test_reopen_an_approved_agenda_is_an_override(council: Council) -> None:
    """Only an administrator makes the approved version the design again."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    council.vl.approving.approve(meeting.id, by=SECRETARIAT)
    reopen = council.vl.approving.reopen_agenda

    with pytest.raises(NotAllowedError, match="afwijken"):
        reopen(meeting.id, by=SECRETARIAT, reason="fout")
    opened = reopen(meeting.id, by=ADMIN, reason="fout op de agenda")
    again = council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    assert (1, 0) == (opened.record.design, opened.record.approved)
    assert ("A", item.id) == (
        again.agenda.record.serial,
        again.agenda.record.lines[0].item,
    )
    assert {} == again.numbered


def test_reopened_twice(council: Council) -> None:
    """However often versions are reopened and approved, the next design is there."""
    meeting = council.meeting()
    council.item(meeting.id)
    for _ in range(2):
        council.vl.approving.approve(meeting.id, by=SECRETARIAT)
        council.vl.approving.reopen_agenda(meeting.id, by=ADMIN, reason="fout")
    council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    last = council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    assert "B" == last.agenda.record.serial


def test_cancelled_meeting_gives_everything_back(council: Council) -> None:
    """When a meeting does not take place, nothing on its agenda waits for it."""
    meeting = council.meeting()
    item = council.item(meeting.id)

    council.vl.meetings.cancel(meeting.id, by=SECRETARIAT, reason="geen quorum")

    assert StepState.PREPARED is council.step_of(item).state
    held = council.vl.custody.of(DOSSIER.ref(item.record.dossier)).record
    assert CABINET == held.holder


def test_moved_meeting(council: Council) -> None:
    """A meeting that is moved takes its agenda, and what waits for it, along."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    start = meeting.record.planned_start + timedelta(days=2)

    moved = council.vl.meetings.move(meeting.id, start, by=SECRETARIAT)

    assert start == moved.record.planned_start
    held = council.vl.custody.of(DOSSIER.ref(item.record.dossier)).record
    assert start == held.due
