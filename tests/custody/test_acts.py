"""What people do with what they hold: take over, recall, escalate, stand in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.request import ADVICE
from digivl.custody.model import CUSTODY, custody_id
from digivl.dossiers.meeting import MeetingKind
from digivl.dossiers.model import DOSSIER, ItemKind, StepKind
from digivl.errors import MalformedError, StepNotAllowedError
from digivl.kernel.parties import Party, Role
from digivl.plugins.hookspecs import hookimpl
from digivl.records.entries import AnyEntry
from digivl.testing import route
from digivl.testing.route import Scene

At = Callable[..., Scene]
SUBJECT = DOSSIER.ref("dossier-1")
COLLEAGUE = Party(
    "collega", "Collega", Role.DOSSIER_MANAGER, entity="OVO000001", minister="m-1"
)
HEAD = Party("hoofd", "Afdelingshoofd", Role.DOSSIER_MANAGER, entity="OVO000001")
#: Long after every term of the scenes.
LATE = datetime(2027, 6, 1, 12, tzinfo=UTC)


def test_take_over(scene_at: At) -> None:
    """Somebody else takes it, with a reason; the step and the term stay."""
    custody = scene_at("opened").vl.custody
    before = custody.of(SUBJECT).record

    after = custody.take_over(SUBJECT, by=COLLEAGUE, reason="ziekte")

    assert ("take over", "ziekte", COLLEAGUE, route.CABINET) == (
        after.action,
        after.reason,
        after.record.holder,
        after.record.handed_by,
    )
    assert (before.next_step, before.due) == (after.record.next_step, after.record.due)
    with pytest.raises(MalformedError, match="reason"):
        custody.take_over(SUBJECT, by=HEAD, reason=" ")


def test_recall(scene_at: At) -> None:
    """Who handed it over takes it back; nobody else can, and not twice."""
    custody = scene_at("opened").vl.custody
    before = custody.of(SUBJECT).record
    custody.hand_over(SUBJECT, COLLEAGUE, by=route.CABINET)

    with pytest.raises(StepNotAllowedError, match="recall"):
        custody.recall(SUBJECT, by=HEAD)
    back = custody.recall(SUBJECT, by=route.CABINET)

    assert (route.CABINET, before.next_step, before.due) == (
        back.record.holder,
        back.record.next_step,
        back.record.due,
    )
    with pytest.raises(StepNotAllowedError, match="recall"):
        custody.recall(SUBJECT, by=COLLEAGUE)


@pytest.mark.parametrize("stage", ["opened", "asked"])
def test_recall_of_what_was_not_handed_over(stage: str, scene_at: At) -> None:
    """What was opened, or moved with a question, does not come back by recall."""
    with pytest.raises(StepNotAllowedError, match="recall"):
        scene_at(stage).vl.custody.recall(SUBJECT, by=route.CABINET)


def test_escalate_and_extend(scene_at: At) -> None:
    """It goes up with a reason, and a term can be moved; both are in the book."""
    custody = scene_at("opened").vl.custody
    due = custody.of(SUBJECT).record.due + timedelta(days=3)

    custody.escalate(SUBJECT, HEAD, by=COLLEAGUE, reason="geen antwoord")
    after = custody.extend(SUBJECT, due, by=HEAD, reason="uitstel gegeven")

    assert (HEAD, due) == (after.record.holder, after.record.due)
    assert ["take", "escalate", "extend"] == [
        entry.action for entry in custody.history(SUBJECT)
    ]
    with pytest.raises(MalformedError, match="before"):
        custody.extend(SUBJECT, due - timedelta(days=90), by=HEAD, reason="fout")


def test_standing_in(scene_at: At) -> None:
    """During an absence the work list of who stands in shows it; custody stays."""
    vl = scene_at("opened").vl
    now = vl.clock()
    given = vl.absences.delegate(
        route.CABINET,
        COLLEAGUE,
        start=now,
        until=now + timedelta(days=5),
        by=HEAD,
        reason="verlof",
    )

    mine = vl.custody.worklist(holder=COLLEAGUE.id)
    assert [SUBJECT.id] == [row.standing.dossier for row in mine]
    assert route.CABINET == vl.custody.of(SUBJECT).record.holder

    vl.absences.end(given.id, by=HEAD)
    assert [] == vl.custody.worklist(holder=COLLEAGUE.id)
    with pytest.raises(StepNotAllowedError):
        vl.absences.end(given.id, by=HEAD)


def test_absence_ends_by_itself(scene_at: At) -> None:
    """After its last moment nobody stands in any more; it cannot end first."""
    vl = scene_at("opened").vl
    now = vl.clock()
    until = now + timedelta(days=1)
    vl.absences.delegate(route.CABINET, COLLEAGUE, start=now, until=until, by=HEAD)

    assert {route.CABINET.id: COLLEAGUE} == vl.absences.in_force(now)
    assert {} == vl.absences.in_force(until)
    with pytest.raises(MalformedError, match="absence"):
        vl.absences.delegate(route.CABINET, HEAD, start=until, until=now, by=HEAD)


def test_overdue_says_who_should_act(scene_at: At) -> None:
    """How long, in working days too; who acts, and to whom it goes up."""
    moment = [LATE]
    vl = scene_at("opened", clock=lambda: moment[0]).vl
    vl.custody.hand_over(SUBJECT, COLLEAGUE, by=route.CABINET)
    until = LATE + timedelta(days=9)
    vl.absences.delegate(COLLEAGUE, HEAD, start=LATE, until=until, by=HEAD)
    moment[0] += timedelta(days=7)

    (late,) = vl.custody.overdue()

    assert (HEAD.id, "Afdelingshoofd", route.CABINET) == (
        late.act,
        late.act_label,
        late.escalate_to,
    )


def test_late_in_working_days(scene_at: At) -> None:
    """A week late is five working days, and the first holder has nobody above."""
    scene = scene_at("opened")
    due = scene.vl.custody.of(SUBJECT).record.due
    vl = scene_at("opened", clock=lambda: due + timedelta(days=7)).vl

    (late,) = vl.custody.overdue()

    assert timedelta(days=7) == late.late
    assert late.working_days <= 5
    assert (route.CABINET.id, None) == (late.act, late.escalate_to)


def test_reminded_once(scene_at: At) -> None:
    """Each due moment that passes is told once, to whoever listens."""
    heard: list[str] = []

    class Listener:
        """Hears of reminders."""

        @hookimpl
        def digivl_recorded(self, entry: AnyEntry) -> None:
            """Told after each act."""
            if entry.action == "remind":
                heard.append(entry.kind.name)

    vl = scene_at("opened", clock=lambda: LATE, plugins=(Listener(),)).vl

    vl.work()
    vl.work()

    assert [CUSTODY.name] == heard
    assert route.CABINET == vl.custody.of(SUBJECT).record.holder


def test_of_an_entity_or_a_minister(scene_at: At) -> None:
    """A work list can be of an organisation, or of all who work for a minister."""
    custody = scene_at("opened").vl.custody
    custody.hand_over(SUBJECT, COLLEAGUE, by=route.CABINET)

    assert 1 == len(custody.worklist(entity="OVO000001"))
    assert 1 == len(custody.worklist(minister="m-1"))
    assert [] == custody.worklist(entity="OVO000002")


def test_recall_after_a_reminder(scene_at: At) -> None:
    """A reminder is no act of the holder: what was handed over can still come back."""
    moment = [LATE]
    vl = scene_at("opened", clock=lambda: moment[0]).vl
    vl.custody.hand_over(SUBJECT, COLLEAGUE, by=route.CABINET)
    moment[0] += timedelta(days=1)
    vl.work()

    back = vl.custody.recall(SUBJECT, by=route.CABINET)

    assert route.CABINET == back.record.holder


def test_two_who_are_asked_at_once(scene_at: At) -> None:
    """Each has the question on the list until it is answered, and only that."""
    scene = scene_at("opened")
    vl, other = scene.vl, Party("wt", "Wetgevingstechniek", Role.GOVERNMENT_BODY)
    asked = {
        who.id: vl.advices.ask(
            scene.dossier,
            documents=[scene.document, scene.nota],
            adviser=who,
            body=body,
            by=route.CABINET,
        ).id
        for who, body in ((route.INSPECTOR, Body.IF), (other, Body.WT))
    }

    def waits(who: Party) -> list[str]:
        return [r.standing.next_step or "" for r in vl.custody.worklist(holder=who.id)]

    both = [waits(who) for who in (route.INSPECTOR, other, route.CABINET)]
    for who in (route.INSPECTOR, other):
        vl.advices.receive(asked[who.id], by=who)
    vl.advices.advise(
        asked[route.INSPECTOR.id], AdviceOutcome.FAVOURABLE, by=route.INSPECTOR
    )

    assert [["advies geven"], ["advies geven"], []] == both
    assert [[], ["advies geven"], ["begrotingsakkoord vragen"]] == [
        waits(who) for who in (route.INSPECTOR, other, route.CABINET)
    ]


def test_a_question_goes_with_its_dossier(scene_at: At) -> None:
    """Handed over, recalled or escalated: what the holder has of a dossier is one."""
    scene = scene_at("opened")
    vl, other = scene.vl, Party("if-2", "Tweede inspecteur", Role.FINANCE_INSPECTOR)
    question = ADVICE.ref(
        vl.advices.ask(
            scene.dossier,
            documents=[scene.document, scene.nota],
            adviser=route.INSPECTOR,
            by=route.CABINET,
        ).id
    )
    subjects = (DOSSIER.ref(scene.dossier), question)

    def holders() -> list[str]:
        return [vl.custody.of(subject).record.holder.id for subject in subjects]

    vl.custody.hand_over(question, other, by=route.INSPECTOR)
    handed = holders()
    vl.custody.recall(subjects[0], by=route.INSPECTOR)
    back = holders()
    vl.custody.escalate(subjects[0], other, by=route.CABINET, reason="te laat")

    assert [other.id] * 2 == handed == holders()
    assert [route.INSPECTOR.id] * 2 == back


def test_the_agenda_keeps_what_it_has(scene_at: At) -> None:
    """An answer that comes late takes the dossier from nobody who has it by then."""
    scene = scene_at("opened")
    late = scene.vl.advices.ask(
        scene.dossier,
        documents=[scene.document, scene.nota],
        adviser=route.INSPECTOR,
        by=route.CABINET,
    ).id
    vl, by = scene.vl, route.SECRETARIAT
    start = vl.clock() + timedelta(days=1)
    meeting = vl.meetings.plan(MeetingKind.COUNCIL, start, number="1", by=by).id
    step = vl.dossiers.submit(
        scene.dossier, StepKind.FINAL_APPROVAL, documents=(), by=route.CABINET
    ).id
    vl.agendas.put(step, meeting, kind=ItemKind.ANNOUNCEMENT, by=by)

    vl.advices.receive(late, by=route.INSPECTOR)
    vl.advices.advise(late, AdviceOutcome.FAVOURABLE, by=route.INSPECTOR)

    held = vl.custody.of(DOSSIER.ref(scene.dossier)).record
    assert "formeel controleren en agenderen" == held.next_step


def test_reminded_before_it_is_due(scene_at: At) -> None:
    """On the working day before, once for each due moment; not of a short term."""
    scene = scene_at("opened")
    custody = scene.vl.custody
    due = custody.of(SUBJECT).record.due

    def reminded(days: float) -> list[str]:
        later = attrs.evolve(custody, clock=lambda: due - timedelta(days=days))
        return [entry.action for entry in later.remind()]

    acts = [reminded(days) for days in (10, 0.4, 0.3, -0.1)]
    at = due - timedelta(days=0.2)
    custody.extend(SUBJECT, at, by=route.CABINET, reason="eerder nodig")

    assert [[], ["remind early"], [], ["remind"]] == acts
    assert ["remind early"] == reminded(0.5)


def test_a_question_and_its_dossier_remind_once(scene_at: At) -> None:
    """Who has a dossier for a question hears of it once, not of both."""
    scene = scene_at("opened")
    asked = scene.vl.advices.ask(
        scene.dossier,
        documents=[scene.document, scene.nota],
        adviser=route.INSPECTOR,
        by=route.CABINET,
    )
    later = attrs.evolve(scene.vl.custody, clock=lambda: LATE)

    assert [custody_id(asked.ref)] == [entry.id for entry in later.remind()]
