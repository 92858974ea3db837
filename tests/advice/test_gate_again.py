"""The gate is asked at each door an item of an agenda passes, not at the first only."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from digivl.advice.proposal import PROPOSAL, Proposal, proposal_id
from digivl.documents.model import DOCUMENT, Origin
from digivl.dossiers.agenda import ITEM, AgendaItem, FormalCheck
from digivl.dossiers.model import DecisionResult, ItemKind, StepState
from digivl.errors import NotReadyError
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.testing import route
from digivl.testing.council import ADMIN, CABINET, SECRETARIAT, Council
from digivl.testing.matter import Matter

_OK, _NOT_OK = FormalCheck.OK, FormalCheck.NOT_OK
_APPROVED = DecisionResult.APPROVED
_LOOSE = ("IF", "BA", "BZ", "WT", "Ontwerp")


@pytest.fixture(name="council")
def _council(matter: Matter) -> Council:
    """A council; its own matters need nobody's advice."""
    return matter.council


def costs_money(council: Council, item: Entry[AgendaItem]) -> None:
    """What the dossier of an item proposes is changed: somebody has to be heard."""
    dossier = item.record.dossier
    found = council.vl.book.read(PROPOSAL, proposal_id(dossier))
    record: Proposal = route.proposal(dossier)
    council.vl.book.write(found.next(record, "describe", CABINET, council.now))


def loosen(council: Council, item: Entry[AgendaItem]) -> None:
    """Let its step pass all the same, with a reason."""
    step = item.record.step
    for name in _LOOSE:
        council.vl.readiness.loosen(step, name, reason="afspraak", by=ADMIN)


def names(error: NotReadyError) -> set[str]:
    """Short names of what is missing."""
    return {name.partition(" ")[0] for name, _ in error.missing}


def test_a_formal_check_asks_it_again(council: Council) -> None:
    """What changed since an item was put on the agenda keeps it from being OK."""
    item = council.item(council.meeting().id, formal=_NOT_OK)
    costs_money(council, item)
    check = council.vl.agendas.check

    with pytest.raises(NotReadyError) as refused:
        check([item.id], _OK, by=SECRETARIAT)

    assert {"IF", "BA"} <= names(refused.value)
    assert refused.value.hint
    assert item == council.vl.agendas.item(item.id)
    check([item.id], FormalCheck.NOT_YET, by=SECRETARIAT)
    loosen(council, item)
    checked = check([item.id], _OK, by=SECRETARIAT, reason="nagekeken")[0]
    assert checked.reason.startswith("nagekeken; zonder Ontwerp: Beheerder: afspraak")
    assert "zonder IF: Beheerder: afspraak" in checked.reason


def test_a_check_in_bulk_names_each(council: Council) -> None:
    """All or nothing; it says of which item something is missing."""
    meeting = council.meeting().id
    items = [
        council.item(meeting, council.matter(title).id, formal=_NOT_OK)
        for title in ("Eerste", "Tweede", "Derde")
    ]
    costs_money(council, items[0])
    costs_money(council, items[2])

    with pytest.raises(NotReadyError) as refused:
        council.vl.agendas.check([i.id for i in items], _OK, by=SECRETARIAT)

    assert "Eerste, Tweede, Derde" in str(refused.value)
    said = dict(refused.value.missing)
    assert {"IF (Eerste)", "IF (Derde)"} <= set(said)
    assert not [name for name in said if "Tweede" in name]
    formal = {i.record.formal for i in council.vl.agendas.items(meeting)}
    assert {_NOT_OK} == formal


@pytest.mark.parametrize("act", ["approve", "close"])
def test_approval_asks_where_something_happened(council: Council, act: str) -> None:
    """Nothing is approved; without the item, or with it loosened, it is."""
    meeting = council.meeting().id
    calm, changed = council.item(meeting), council.item(meeting)
    costs_money(council, changed)
    approve = getattr(council.vl.approving, act)

    with pytest.raises(NotReadyError, match="Agenda A voor zitting") as refused:
        approve(meeting, by=SECRETARIAT)

    assert {"IF", "BA"} <= names(refused.value)
    assert 0 == council.vl.meetings.read(meeting).record.approved
    assert StepState.PROPOSED is council.step_of(calm).state
    loosen(council, changed)
    approval = approve(meeting, by=SECRETARIAT)
    assert {calm.record.step, changed.record.step} == set(approval.numbered)


WAYS_OUT: dict[str, Callable[[Council, str], object]] = {
    "take it off": lambda council, item: council.vl.agendas.take_off(
        item, by=SECRETARIAT, reason="niet klaar"
    ),
    "not OK": lambda council, item: council.vl.agendas.check(
        [item], _NOT_OK, by=SECRETARIAT
    ),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_the_secretariat_finds_a_way_out(council: Council, way: str) -> None:
    """An item that is not ready does not keep the others from their agenda."""
    meeting = council.meeting().id
    calm, changed = council.item(meeting), council.item(meeting)
    costs_money(council, changed)

    WAYS_OUT[way](council, changed.id)

    approval = council.vl.approving.approve(meeting, by=SECRETARIAT)
    assert {calm.record.step} == set(approval.numbered)


def test_a_later_version_of_the_agenda_asks_too(council: Council) -> None:
    """What stood on A does not stand on B by itself when its ground is gone."""
    meeting = council.meeting().id
    item = council.item(meeting)
    council.vl.approving.approve(meeting, by=SECRETARIAT)
    council.vl.approving.approve(meeting, by=SECRETARIAT)
    costs_money(council, item)

    with pytest.raises(NotReadyError, match="Agenda C"):
        council.vl.approving.close(meeting, by=SECRETARIAT)

    council.vl.agendas.check([item.id], _NOT_OK, by=SECRETARIAT)
    approval = council.vl.approving.close(meeting, by=SECRETARIAT)
    assert (item.id,) == approval.rolled_back


def test_another_text_has_to_be_checked_again(council: Council) -> None:
    """A BIS that comes onto the item makes it unchecked, and the check asks."""
    item = council.item(council.meeting().id)
    document = item.record.pieces[0].document
    entry = council.vl.documents.read(document)
    latest = attrs.evolve(
        entry.record.latest, sha256="f" * 64, origin=Origin.RECEIVED, source=None
    )
    bis = entry.record.with_version(latest)
    council.vl.book.write(entry.next(bis, "replace", CABINET, council.now))

    edited = council.vl.agendas.edit(item.id, documents=[document], by=SECRETARIAT)

    assert FormalCheck.NOT_YET is edited.record.formal
    assert 2 == council.vl.book.read(DOCUMENT, document).version
    assert (
        _OK is council.vl.agendas.check([item.id], _OK, by=SECRETARIAT)[0].record.formal
    )


def test_what_was_decided_is_not_asked_again(council: Council) -> None:
    """A meeting that is reopened and closed keeps its decisions."""
    meeting = council.meeting().id
    item = council.item(meeting)
    council.vl.approving.close(meeting, by=SECRETARIAT)
    council.vl.deciding.decide(item.record.step, _APPROVED, by=SECRETARIAT)
    costs_money(council, item)
    council.vl.approving.reopen(meeting, by=SECRETARIAT, reason="een punt vergeten")

    approval = council.vl.approving.close(meeting, by=SECRETARIAT)

    assert [item.id] == [line.item for line in approval.agenda.record.lines]


def announced(council: Council) -> tuple[str, Entry[AgendaItem]]:
    """A meeting with an announcement about what costs money, checked."""
    meeting = council.meeting().id
    item = council.item(meeting, kind=ItemKind.ANNOUNCEMENT)
    costs_money(council, item)
    return meeting, item


def evoke(council: Council, item: Entry[AgendaItem]) -> None:
    """Another minister wants a decision."""
    who = Party("minister-2", "Minister 2", Role.MINISTER, minister="minister-2")
    council.vl.approving.approve(item.record.meeting, by=SECRETARIAT)
    council.vl.positions.evoke(item.id, "minister-2", by=who, reason="belangrijk")


def test_an_announcement_passes(council: Council) -> None:
    """Nothing is decided on it: the government takes note."""
    meeting, item = announced(council)

    council.vl.approving.close(meeting, by=SECRETARIAT)

    assert StepState.NOTED is council.step_of(item).state


def test_an_evoked_one_needs_what_a_nota_needs(council: Council) -> None:
    """From the evocation on, at the next approval; loosened it can be decided."""
    meeting, item = announced(council)
    evoke(council, item)

    with pytest.raises(NotReadyError) as refused:
        council.vl.approving.close(meeting, by=SECRETARIAT)
    assert {"IF", "BA"} <= names(refused.value)

    loosen(council, item)
    council.vl.approving.close(meeting, by=SECRETARIAT)
    decided = council.vl.deciding.decide(item.record.step, _APPROVED, by=SECRETARIAT)
    assert StepState.APPROVED is decided.record.state


@pytest.mark.parametrize("evoked", [False, True])
def test_an_announcement_is_not_approved_without(
    council: Council, *, evoked: bool
) -> None:
    """Neither at once nor by a correction; every other decision can be told."""
    meeting, item = announced(council)
    if evoked:
        evoke(council, item)
        council.vl.approving.adjourn(meeting, by=SECRETARIAT)
    else:
        council.vl.approving.approve(meeting, by=SECRETARIAT)
    step, deciding = item.record.step, council.vl.deciding

    with pytest.raises(NotReadyError, match="IF"):
        deciding.decide(step, _APPROVED, by=SECRETARIAT)
    deciding.decide(step, DecisionResult.POSTPONED, by=SECRETARIAT)
    with pytest.raises(NotReadyError, match="IF"):
        deciding.correct(step, _APPROVED, by=SECRETARIAT, reason="verkeerd genoteerd")

    deciding.correct(step, DecisionResult.NOTED, by=SECRETARIAT, reason="genoteerd")
    assert StepState.NOTED is council.step_of(item).state


def test_books_of_before_are_asked(council: Council) -> None:
    """An item that was checked before the gate was asked then is asked at approval."""
    meeting = council.meeting().id
    item = council.item(meeting)
    costs_money(council, item)
    forgotten = attrs.evolve(item.record, ready=0)
    council.vl.book.write(item.next(forgotten, "check", SECRETARIAT, council.now))

    with pytest.raises(NotReadyError):
        council.vl.approving.approve(meeting, by=SECRETARIAT)
    assert _OK is council.vl.book.read(ITEM, item.id).record.formal
