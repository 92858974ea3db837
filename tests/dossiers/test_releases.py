"""Releases of a meeting, and what happens to a decision after them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digivl.access.model import AccessLevel
from digivl.dossiers.model import DecisionResult
from digivl.dossiers.release import Released, ReleaseStatus, Scope, default_plan
from digivl.errors import (
    MalformedError,
    NotAllowedError,
    StepNotAllowedError,
)
from digivl.kernel.parties import Party, Role
from digivl.testing.council import (
    ADMIN,
    CABINET,
    OTHER_CABINET,
    SECRETARIAT,
    TUESDAY,
    Council,
)

A = AccessLevel
STAFF = Party("medewerker", "Kabinetsmedewerker", Role.CABINET_STAFF)
BODY = Party("OVO000001", "Agentschap", Role.GOVERNMENT_BODY)
CITIZEN = Party("burger", "Test Burger", Role.SIGNATORY)
MINISTER = Party("minister-2", "Minister", Role.MINISTER, minister="minister-2")
READERS = (ADMIN, SECRETARIAT, CABINET, OTHER_CABINET, MINISTER, STAFF, BODY)


def test_release_needs_a_final_agenda(council: Council) -> None:
    """Nothing is released of a meeting that is not closed."""
    meeting = council.meeting()

    with pytest.raises(StepNotAllowedError, match="release"):
        council.vl.releases.decisions(meeting.id, by=SECRETARIAT)


def closed(council: Council) -> str:
    """A closed meeting with one item."""
    meeting = council.meeting()
    council.item(meeting.id)
    council.vl.approving.close(meeting.id, by=SECRETARIAT)
    return meeting.id


def test_release_waits_for_its_moment(council: Council) -> None:
    """Planned for the next working day at 14:00; moved, it happens once."""
    meeting, releases = closed(council), council.vl.releases
    what, by = Released.DOCUMENTS, SECRETARIAT

    planned = releases.plan(meeting, what, by=by)
    confirmed = releases.confirm(meeting, what, by=by)
    again = releases.plan(meeting, what, at=council.now + timedelta(days=9), by=by)
    council.now += timedelta(days=3)
    council.vl.work()
    early = council.vl.releases.gates([meeting])[meeting]
    council.now += timedelta(days=7)
    council.vl.work()
    late = council.vl.releases.gates([meeting])[meeting]

    assert "2026-11-26T13:00:00+00:00" == planned.record.planned.isoformat()
    assert [ReleaseStatus.CONFIRMED, ReleaseStatus.PLANNED] == [
        confirmed.record.state,
        again.record.state,
    ]
    assert [False, True] == [early.documents_released, late.documents_released]
    with pytest.raises(StepNotAllowedError):
        releases.plan(meeting, what, by=by)


def test_public_can_be_undone(council: Council) -> None:
    """What is public can be made public anew, with less or with nothing."""
    meeting, releases = closed(council), council.vl.releases
    scope = (Scope.NEWS, Scope.DOCUMENTS)
    releases.plan(meeting, Released.PUBLIC, at=council.now, scope=scope, by=SECRETARIAT)
    council.vl.work()

    before = releases.gates([meeting])[meeting].published
    releases.rescope(meeting, (), by=SECRETARIAT, reason="vergissing")

    assert (True, False) == (before, releases.gates([meeting])[meeting].published)


def test_scopes_that_make_no_sense(council: Council) -> None:
    """Documents without news, or a plan for decisions, is refused."""
    meeting, plan = closed(council), council.vl.releases.plan

    with pytest.raises(MalformedError, match="news"):
        plan(meeting, Released.PUBLIC, scope=[Scope.DOCUMENTS], by=SECRETARIAT)
    with pytest.raises(MalformedError, match="at once"):
        plan(meeting, Released.DECISIONS, by=SECRETARIAT)


def test_corrected_after_release_is_an_override(council: Council) -> None:
    """Until the decisions are released they can be corrected; then only by override."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    council.vl.approving.close(meeting.id, by=SECRETARIAT)
    deciding, step = council.vl.deciding, item.record.step
    deciding.decide(step, DecisionResult.WITHDRAWN, by=SECRETARIAT)
    correct, approved = deciding.correct, DecisionResult.APPROVED

    early = correct(step, DecisionResult.POSTPONED, by=SECRETARIAT, reason="tikfout")
    council.vl.releases.decisions(meeting.id, by=SECRETARIAT)
    with pytest.raises(NotAllowedError):
        correct(step, approved, by=SECRETARIAT, reason="tikfout")
    late = correct(step, approved, by=ADMIN, reason="tikfout")

    assert [DecisionResult.POSTPONED, approved] == [
        entry.record.decisions[-1].result for entry in (early, late)
    ]
    with pytest.raises(StepNotAllowedError):
        council.vl.releases.decisions(meeting.id, by=SECRETARIAT)


def test_withdrawn_comes_back_by_override(council: Council) -> None:
    """Only an administrator proposes again what was withdrawn; nobody loses it."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    council.vl.approving.close(meeting.id, by=SECRETARIAT)
    step = item.record.step
    council.vl.deciding.decide(step, DecisionResult.WITHDRAWN, by=SECRETARIAT)
    again = council.vl.deciding.propose_again

    with pytest.raises(NotAllowedError):
        again(step, by=SECRETARIAT, reason="toch")
    again(step, by=ADMIN, reason="toch")

    later = council.meeting(days=8)
    number = council.step_of(item).number
    council.item(later.id, step)
    assert number
    assert {} == council.vl.approving.approve(later.id, by=SECRETARIAT).numbered


def test_closed_dossier_keeps_its_decision(council: Council) -> None:
    """Once the dossier is closed nobody would hold it: no decision is corrected."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    council.vl.approving.close(meeting.id, by=SECRETARIAT)
    step = item.record.step
    council.vl.deciding.decide(step, DecisionResult.APPROVED, by=SECRETARIAT)
    council.vl.dossiers.close(item.record.dossier, by=CABINET)

    with pytest.raises(StepNotAllowedError):
        council.vl.deciding.correct(
            step, DecisionResult.WITHDRAWN, by=SECRETARIAT, reason="te laat"
        )


def test_meeting_was_held(council: Council) -> None:
    """When it was held in fact is recorded; it cannot end before it starts."""
    meeting, hold = closed(council), council.vl.meetings.hold
    end = TUESDAY + timedelta(hours=2)

    held = hold(meeting, TUESDAY, end, by=SECRETARIAT)

    assert (TUESDAY, end) == held.record.held
    with pytest.raises(MalformedError, match="before"):
        hold(meeting, end, TUESDAY, by=SECRETARIAT)
    assert default_plan(TUESDAY) < default_plan(end + timedelta(days=1))


def test_off_the_agenda_nothing_is_released(council: Council) -> None:
    """What came off the agenda is not opened by the releases of that meeting."""
    meeting = council.meeting()
    gone = council.item(meeting.id, council.matter(level=A.PUBLIC).id)
    council.item(meeting.id)
    council.vl.approving.approve(meeting.id, by=SECRETARIAT)
    council.vl.agendas.take_off(gone.id, by=SECRETARIAT, reason="te vroeg")
    council.vl.approving.close(meeting.id, by=SECRETARIAT)
    council.vl.releases.decisions(meeting.id, by=SECRETARIAT)

    level = council.vl.reading.level(gone.record.pieces[0].document)

    assert A.INTERNAL_SECRETARIAT is level


def test_reopened_after_release(council: Council) -> None:
    """What is added after the release is not open before it is decided, too."""
    meeting = council.meeting()
    first = council.item(meeting.id, council.matter(level=A.PUBLIC).id)
    council.vl.approving.close(meeting.id, by=SECRETARIAT)
    decide, result = council.vl.deciding.decide, DecisionResult.APPROVED
    decide(first.record.step, result, by=SECRETARIAT)
    council.vl.releases.decisions(meeting.id, by=SECRETARIAT)
    council.vl.approving.reopen(meeting.id, by=SECRETARIAT, reason="vergeten")
    late = council.item(meeting.id, council.matter(level=A.PUBLIC).id)
    council.vl.approving.close(meeting.id, by=SECRETARIAT)
    level = council.vl.reading.level

    def levels() -> list[A]:
        return [level(i.record.pieces[0].document) for i in (first, late)]

    before = levels()
    decide(late.record.step, result, by=SECRETARIAT)

    assert [A.INTERNAL_GOVERNMENT, A.CONFIDENTIAL] == before
    assert [A.INTERNAL_GOVERNMENT] * 2 == levels()


def test_release_waits_for_a_final_agenda(council: Council) -> None:
    """A meeting that was reopened since is not released: the task stops in sight."""
    meeting = closed(council)
    council.vl.releases.plan(
        meeting, Released.DOCUMENTS, at=council.now, by=SECRETARIAT
    )
    council.vl.approving.reopen(meeting, by=SECRETARIAT, reason="vergeten")

    report = council.vl.work()

    assert 1 == report.stuck
    assert not council.vl.releases.gates([meeting])[meeting].documents_released
