"""The agenda of a meeting: its versions, the formal check, what stands on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from digivl.dossiers.agenda import (
    AgendaItem,
    FormalCheck,
    ItemState,
)
from digivl.dossiers.meeting import MeetingState
from digivl.dossiers.model import (
    DOSSIER,
    DecisionResult,
    ItemKind,
    StepKind,
    StepState,
)
from digivl.errors import (
    NotFoundError,
    NotReadyError,
    StaleRecordError,
    StepNotAllowedError,
)
from digivl.records.entries import Entry
from digivl.testing.council import CABINET, OTHER_CABINET, SECRETARIAT, Council

NEWS = ItemKind.ANNOUNCEMENT


def lines(council: Council, meeting: str) -> list[tuple[str, int]]:
    """Id and number of what stands on the last approved version."""
    agenda = council.vl.agendas.agenda(meeting)
    return [(line.item, line.number) for line in agenda.record.lines]


def test_secretariat_holds_it_until_approval(council: Council) -> None:
    """On the design the secretariat has the dossier, on the agenda the government."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    subject = DOSSIER.ref(item.record.dossier)

    before = council.vl.custody.of(subject).record
    council.vl.approving.approve(meeting.id, by=SECRETARIAT)
    after = council.vl.custody.of(subject).record

    assert ["Secretarie van de regering", "Vlaamse Regering"] == [
        before.holder.label,
        after.holder.label,
    ]
    assert meeting.record.planned_start == after.due


def test_only_what_is_ready_is_put_on(council: Council) -> None:
    """Without advice a nota does not go on the agenda; an announcement does."""
    meeting = council.meeting()
    dossier = council.vl.dossiers.open("Zonder advies", by=CABINET)
    step = council.vl.dossiers.submit(
        dossier.id, council.matter().record.kind, documents=[], by=CABINET
    )

    with pytest.raises(NotReadyError, match="IF"):
        council.vl.agendas.put(step.id, meeting.id, by=SECRETARIAT)
    put = council.vl.agendas.put(step.id, meeting.id, kind=NEWS, by=SECRETARIAT)

    assert ItemState.PROPOSED is put.record.state


def test_new_and_not_ok_stays_on_the_design(council: Council) -> None:
    """A new item that is not formally OK waits for the next version."""
    meeting = council.meeting()
    good = council.item(meeting.id)
    bad = council.item(meeting.id, formal=FormalCheck.NOT_OK)
    unseen = council.item(meeting.id, formal=FormalCheck.NOT_YET)

    first = council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    assert {bad.id, unseen.id} == set(first.held_back)
    assert [(good.id, 1)] == lines(council, meeting.id)
    states = {i.id: i.record.state for i in council.vl.agendas.items(meeting.id)}
    assert (ItemState.APPROVED, ItemState.PROPOSED) == (
        states[good.id],
        states[bad.id],
    )

    council.vl.agendas.check([bad.id], FormalCheck.OK, by=SECRETARIAT)
    second = council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    assert (unseen.id,) == second.held_back
    assert ("B", [(good.id, 1), (bad.id, 2)]) == (
        second.agenda.record.serial,
        lines(council, meeting.id),
    )


def test_recurring_and_not_ok_is_rolled_back(council: Council) -> None:
    """A change that is not OK does not show: the version before stands there."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    council.vl.approving.approve(meeting.id, by=SECRETARIAT)
    before = council.vl.agendas.item(item.id)
    council.vl.agendas.edit(item.id, title="Gewijzigde titel", by=SECRETARIAT)

    again = council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    assert (item.id,) == again.rolled_back
    (line,) = again.agenda.record.lines
    history = {e.version: e.record for e in council.vl.agendas.history(item.id)}
    assert (before.version, before.record.title) == (
        line.version,
        history[line.version].title,
    )
    assert "Gewijzigde titel" == council.vl.agendas.item(item.id).record.title


def test_line_names_the_version_that_stood_there(council: Council) -> None:
    """Each line of an agenda leads to the item as it was approved."""
    meeting = council.meeting()
    item = council.item(meeting.id)

    approved = council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    (line,) = approved.agenda.record.lines
    last = council.vl.agendas.item(item.id)
    assert (last.version, last.record.pieces) == (line.version, last.record.approved)


def test_every_edit_asks_a_new_check(council: Council) -> None:
    """Title, ministers or documents: what changes is not formally OK any more."""
    item = council.item(council.meeting().id)
    edit = council.vl.agendas.edit
    more = [*(p.document for p in item.record.pieces)]
    more.append(council.document(item.record.dossier, "Bijlage"))

    changes: list[Callable[[], object]] = [
        lambda: edit(item.id, title="Anders", by=SECRETARIAT),
        lambda: edit(item.id, ministers=["minister-2"], by=SECRETARIAT),
        lambda: edit(item.id, documents=more, by=SECRETARIAT),
    ]
    for change in changes:
        council.vl.agendas.check([item.id], FormalCheck.OK, by=SECRETARIAT)
        change()

        found = council.vl.agendas.item(item.id).record
        assert FormalCheck.NOT_YET is found.formal


def test_new_items_stand_behind_those_that_stood_there(council: Council) -> None:
    """Who stood on the last version keeps the place; each kind is counted apart."""
    meeting = council.meeting()
    first, news = council.item(meeting.id), council.item(meeting.id, kind=NEWS)
    council.vl.approving.approve(meeting.id, by=SECRETARIAT)
    late = council.item(meeting.id)

    council.vl.approving.approve(meeting.id, by=SECRETARIAT)

    assert [(first.id, 1), (late.id, 2), (news.id, 1)] == lines(council, meeting.id)


def test_close_takes_off_what_is_not_ok(council: Council) -> None:
    """At the end new items that are not OK go back to who submitted them."""
    meeting = council.meeting()
    good, bad = (
        council.item(meeting.id),
        council.item(meeting.id, formal=FormalCheck.NOT_OK),
    )

    council.vl.approving.close(meeting.id, by=SECRETARIAT)

    assert MeetingState.CLOSED is council.vl.agendas.read(meeting.id).record.state
    assert (StepState.ON_AGENDA, StepState.PREPARED) == (
        council.step_of(good).state,
        council.step_of(bad).state,
    )
    held = council.vl.custody.of(DOSSIER.ref(bad.record.dossier)).record
    assert (CABINET, "opnieuw voorbereiden") == (held.holder, held.next_step)


def test_announcements_are_noted_at_the_end(council: Council) -> None:
    """Nobody decides on an announcement: with the final agenda it was taken note of."""
    meeting = council.meeting()
    early = council.item(meeting.id, kind=NEWS)
    council.vl.approving.approve(meeting.id, by=SECRETARIAT)
    late = council.item(meeting.id, kind=NEWS)

    council.vl.approving.close(meeting.id, by=SECRETARIAT)

    for item in (early, late):
        step = council.step_of(item)
        (decision,) = step.decisions
        assert (StepState.NOTED, DecisionResult.NOTED) == (step.state, decision.result)
        assert step.number
        held = council.vl.custody.of(DOSSIER.ref(item.record.dossier)).record
        assert "het dossier afsluiten" == held.next_step


def test_item_comes_off(council: Council) -> None:
    """Taken off, the step can go on another agenda; the reason is in the book."""
    meeting, later = council.meeting(), council.meeting(days=8)
    item = council.item(meeting.id)

    off = council.vl.agendas.take_off(item.id, by=SECRETARIAT, reason="dubbel")
    again = council.item(later.id, item.record.step)

    assert ("dubbel", ItemState.TAKEN_OFF) == (off.reason, off.record.state)
    assert later.id == again.record.meeting
    with pytest.raises(StepNotAllowedError):
        council.vl.agendas.take_off(item.id, by=SECRETARIAT, reason="nog eens")


def test_dossier_on_an_agenda_is_not_closed(council: Council) -> None:
    """A dossier that the government has to decide on cannot go away."""
    item = council.item(council.meeting().id)

    with pytest.raises(StepNotAllowedError, match="geagendeerd"):
        council.vl.dossiers.close(item.record.dossier, by=CABINET)


def test_check_of_something_unknown_checks_nothing(council: Council) -> None:
    """Several items are checked in one act, or none of them."""
    item = council.item(council.meeting().id, formal=FormalCheck.NOT_YET)

    with pytest.raises(NotFoundError, match="nergens"):
        council.vl.agendas.check([item.id, "nergens"], FormalCheck.OK, by=SECRETARIAT)

    assert FormalCheck.NOT_YET is council.vl.agendas.item(item.id).record.formal


def test_somebody_changed_the_agenda_first(council: Council) -> None:
    """Who approves what another changed meanwhile is told, and nothing is done."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    rival = council.matter()
    read = council.vl.agendas.items

    def change_first(wanted: str) -> object:
        council.vl.agendas.put(rival.id, wanted, by=SECRETARIAT)
        return read(wanted)

    agendas = council.vl.approving._agendas  # noqa: SLF001 - to come in between
    slow = _Between(agendas, change_first)
    object.__setattr__(council.vl.approving, "_agendas", slow)
    with pytest.raises(StaleRecordError, match="meeting"):
        council.vl.approving.approve(meeting.id, by=SECRETARIAT)
    object.__setattr__(council.vl.approving, "_agendas", agendas)

    assert 0 == council.vl.agendas.read(meeting.id).record.approved
    assert None is council.step_of(item).number


class _Between:
    """Agendas of which somebody else changes one when its items are read."""

    def __init__(self, agendas: object, items: Callable[[str], object]) -> None:
        self._agendas = agendas
        self.items = items

    def __getattr__(self, name: str) -> object:
        return getattr(self._agendas, name)


def second_step(council: Council, item: Entry[AgendaItem]) -> str:
    """Another step of the dossier of an item."""
    document = council.document(item.record.dossier)
    return council.vl.dossiers.submit(
        item.record.dossier,
        StepKind.PRINCIPLE_APPROVAL,
        documents=[document],
        by=CABINET,
    ).id


@pytest.mark.parametrize("act", ["approve", "close"])
@pytest.mark.parametrize("formal", FormalCheck)
@pytest.mark.parametrize("kind", ItemKind)
def test_two_steps_of_one_dossier(
    council: Council, act: str, formal: FormalCheck, kind: ItemKind
) -> None:
    """Two steps of a dossier on one agenda: it is moved once, by one holder."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    council.item(meeting.id, second_step(council, item), kind=kind, formal=formal)

    getattr(council.vl.approving, act)(meeting.id, by=SECRETARIAT)

    held = council.vl.custody.of(DOSSIER.ref(item.record.dossier)).record
    assert "Vlaamse Regering" == held.holder.label


def test_two_steps_of_one_dossier_cancelled(council: Council) -> None:
    """They come off together, and the dossier goes back once."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    council.item(meeting.id, second_step(council, item))

    council.vl.meetings.cancel(meeting.id, by=SECRETARIAT, reason="quorum")

    held = council.vl.custody.of(DOSSIER.ref(item.record.dossier)).record
    assert CABINET == held.holder


def test_closed_agenda_is_not_edited(council: Council) -> None:
    """After the meeting an item is what it was; a reopening comes first."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    council.vl.approving.close(meeting.id, by=SECRETARIAT)

    with pytest.raises(StepNotAllowedError, match="change agenda"):
        council.vl.agendas.edit(item.id, title="Anders", by=SECRETARIAT)
    with pytest.raises(StepNotAllowedError, match="change agenda"):
        council.vl.agendas.check([item.id], FormalCheck.NOT_OK, by=SECRETARIAT)


def test_what_was_delivered_before_is_linked(council: Council) -> None:
    """As the version it had; read where it belongs, and by nobody more for the link."""
    item, other = council.item(council.meeting().id), council.matter(by=OTHER_CABINET)
    (document,) = other.record.documents
    edit = council.vl.agendas.edit

    linked = edit(item.id, linked=[document], by=SECRETARIAT).record

    assert [document] == [piece.document for piece in linked.linked]
    assert FormalCheck.NOT_YET is linked.formal
    assert document not in council.step_of(item).documents
    with pytest.raises(NotFoundError):
        council.vl.reading.read(document, by=CABINET)
    with pytest.raises(NotFoundError, match="nergens is not known"):
        edit(item.id, linked=["nergens"], by=SECRETARIAT)


def test_a_note_asks_no_new_check(council: Council) -> None:
    """A comment of the secretariat, or that it is for the press, changes no matter."""
    item = council.item(council.meeting().id)

    noted = council.vl.agendas.edit(
        item.id, comment="na de pauze", for_press=True, by=SECRETARIAT
    ).record

    assert (FormalCheck.OK, True) == (noted.formal, noted.for_press)
