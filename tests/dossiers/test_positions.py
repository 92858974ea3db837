"""Positions before the meeting: what passes, what is debated, who is silent."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.custody.model import of_dossier
from digivl.dossiers.agenda import AgendaItem
from digivl.dossiers.model import ItemKind, StepState
from digivl.dossiers.positions import Position, Stand, content_of, divide
from digivl.errors import (
    MalformedError,
    NotAllowedError,
    NotFoundError,
    StepNotAllowedError,
)
from digivl.kernel.parties import Party, Role
from digivl.testing.council import INSPECTOR, SECRETARIAT, Council

MINISTERS = ("minister-1", "minister-2", "minister-3")
ITEMS = {
    name: AgendaItem(
        meeting="m", step=name, dossier=name, title=f"Punt {name}", kind=ItemKind.NOTA
    )
    for name in ("a", "b", "c")
}
positions = st.lists(
    st.builds(
        lambda item, minister, stand, fresh: Position(
            meeting="m",
            item=item,
            minister=minister,
            stand=stand,
            content=content_of(ITEMS[item]) if fresh else "old",
            reason="daarom",
        ),
        st.sampled_from(sorted(ITEMS)),
        st.sampled_from(MINISTERS),
        st.sampled_from(Stand),
        st.booleans(),
    ),
    max_size=9,
    unique_by=lambda one: (one.item, one.minister),
)


def minister(number: int) -> Party:
    """A minister."""
    name = f"minister-{number}"
    return Party(name, "Minister", Role.MINISTER, minister=name)


@given(positions, st.booleans())
def test_every_item_stands_in_one_list(
    some: list[Position],
    silence: bool,  # noqa: FBT001
) -> None:
    """The two lists divide the agenda, whatever was answered."""
    divided = divide(ITEMS, some, MINISTERS, silence_agrees=silence)

    assert sorted(ITEMS) == sorted([*divided.consent, *divided.debate])


@given(positions, st.booleans())
def test_nothing_passes_against_anybody(
    some: list[Position],
    silence: bool,  # noqa: FBT001
) -> None:
    """No objection and no wish to speak is passed over, nor silence before time."""
    divided = divide(ITEMS, some, MINISTERS, silence_agrees=silence)
    fresh = [one for one in some if one.content != "old"]

    against = {one.item for one in fresh if one.stand is not Stand.NO_OBJECTION}
    assert not against & set(divided.consent)
    if not silence:
        assert not set(divided.silent) & set(divided.consent)


@given(positions)
def test_answers_on_other_documents_do_not_count(some: list[Position]) -> None:
    """Who answered on what the item had before has not answered."""
    divided = divide(ITEMS, some, MINISTERS)
    old = {(one.item, one.minister) for one in some if one.content == "old"}

    assert all(who in divided.silent[item] for item, who in old)


def test_before_a_meeting(council: Council) -> None:
    """Each minister marks; a changed item asks anew; silence counts when it is time."""
    meeting = council.meeting(days=3)
    easy, hard = council.item(meeting.id), council.item(meeting.id)
    council.vl.approving.approve(meeting.id, by=SECRETARIAT)
    mark = council.vl.positions.mark
    for number in (1, 2):
        mark(easy.id, f"minister-{number}", Stand.NO_OBJECTION, by=minister(number))
    mark(hard.id, "minister-1", Stand.OBJECTION, by=minister(1), reason="geen budget")

    divide_now = partial(council.vl.positions.division, by=SECRETARIAT)
    two = MINISTERS[:2]
    first = divide_now(meeting.id, two)
    assert ((easy.id,), {hard.id: ("minister-2",)}) == (first.consent, first.silent)
    assert ["geen budget"] == [one.reason for one in first.debate[hard.id]]

    council.vl.agendas.edit(easy.id, title="Iets anders", by=SECRETARIAT)
    again = divide_now(meeting.id, two)
    assert ((), two) == (again.consent, again.silent[easy.id])
    term = council.now + timedelta(days=1)
    assert () == divide_now(meeting.id, two, silence_after=term).consent
    council.now += timedelta(days=1)
    assert (easy.id,) == divide_now(meeting.id, two, silence_after=term).consent

    mark(hard.id, "minister-1", Stand.NO_OBJECTION, by=minister(1))
    mark(hard.id, "minister-2", Stand.WISH_TO_SPEAK, by=minister(2))
    last = divide_now(meeting.id, two)
    assert [Stand.WISH_TO_SPEAK] == [one.stand for one in last.debate[hard.id]]


def test_who_sees_how_an_agenda_is_divided(council: Council) -> None:
    """The secretariat, and ministers once it is approved; it is absent for others."""
    meeting = council.meeting().id
    council.item(meeting)
    division = council.vl.positions.division
    division(meeting, MINISTERS, by=SECRETARIAT)
    with pytest.raises(NotFoundError, match=meeting):
        division(meeting, MINISTERS, by=minister(2))
    council.vl.approving.approve(meeting, by=SECRETARIAT)
    seen = division(meeting, MINISTERS, by=minister(2))

    assert 1 == len(seen.silent)
    with pytest.raises(NotFoundError, match=meeting):
        division(meeting, MINISTERS, by=INSPECTOR)


def test_what_is_refused(council: Council) -> None:
    """For another minister, without a reason, or once the meeting has started."""
    item = council.item(council.meeting().id)
    mark = council.vl.positions.mark

    with pytest.raises(NotAllowedError):
        mark(item.id, "minister-2", Stand.NO_OBJECTION, by=minister(1))
    with pytest.raises(MalformedError, match="reason"):
        mark(item.id, "minister-1", Stand.OBJECTION, by=minister(1))
    council.now += timedelta(days=2)
    with pytest.raises(StepNotAllowedError, match="begonnen"):
        mark(item.id, "minister-1", Stand.NO_OBJECTION, by=minister(1))


def test_an_item_of_a_design_is_not_there(council: Council) -> None:
    """For other ministers than those whose item it is, until an agenda holds it."""
    meeting = council.meeting().id
    item, positions = council.item(meeting).id, council.vl.positions
    positions.mark(item, "minister-1", Stand.NO_OBJECTION, by=minister(1))
    for name in (item, "nergens"):
        told = f"there is no item {name}"
        with pytest.raises(NotFoundError, match=told):
            positions.mark(name, "minister-2", Stand.NO_OBJECTION, by=minister(2))
        with pytest.raises(NotFoundError, match=told):
            positions.evoke(name, "minister-2", by=minister(2), reason="belangrijk")

    council.vl.approving.approve(meeting, by=SECRETARIAT)

    marked = positions.mark(item, "minister-2", Stand.NO_OBJECTION, by=minister(2))
    assert "minister-2" == marked.record.minister


def test_evoked_is_decided(council: Council) -> None:
    """An announcement that a minister evokes waits for a decision of the government."""
    meeting = council.meeting().id
    told = council.item(meeting, kind=ItemKind.ANNOUNCEMENT)
    evoked = council.item(meeting, kind=ItemKind.ANNOUNCEMENT)
    council.vl.approving.approve(meeting, by=SECRETARIAT)
    with pytest.raises(NotAllowedError):
        council.vl.positions.evoke(
            evoked.id, "minister-1", by=minister(2), reason="te belangrijk"
        )
    for _ in range(2):
        council.vl.positions.evoke(
            evoked.id, "minister-2", by=minister(2), reason="te belangrijk"
        )
    everybody = council.vl.positions.division(meeting, [], by=SECRETARIAT)

    council.vl.approving.close(meeting, by=SECRETARIAT)

    assert ((told.id,), [evoked.id]) == (everybody.consent, [*everybody.debate])
    assert [StepState.NOTED, StepState.ON_AGENDA] == [
        council.step_of(item).state for item in (told, evoked)
    ]
    assert ("minister-2",) == council.vl.agendas.item(evoked.id).record.evoked
    held = council.vl.custody.of(of_dossier(evoked.record.dossier)).record
    assert "beslissen" == held.next_step


def test_a_deferral_comes_first(council: Council) -> None:
    """Who asks to defer says why; the chair sees those items apart."""
    meeting = council.meeting().id
    item = council.item(meeting).id
    council.vl.approving.approve(meeting, by=SECRETARIAT)
    mark = council.vl.positions.mark
    with pytest.raises(MalformedError, match="deferral"):
        mark(item, "minister-2", Stand.DEFERRAL, by=minister(2))
    mark(item, "minister-2", Stand.DEFERRAL, by=minister(2), reason="advies volgt")

    divided = council.vl.positions.division(meeting, MINISTERS, by=SECRETARIAT)

    assert ((item,), [item]) == (divided.deferrals, [*divided.debate])


def test_too_late_to_evoke(council: Council) -> None:
    """Not once the meeting has started."""
    item = council.item(council.meeting().id).id
    council.now += timedelta(days=2)

    with pytest.raises(StepNotAllowedError, match="begonnen"):
        council.vl.positions.evoke(item, "minister-1", by=minister(1), reason="laat")
