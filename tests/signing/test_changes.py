"""A flow that changes: drafts, recall, others, more time, a new version."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digivl.custody.late import EARLY, LATE
from digivl.errors import (
    MalformedError,
    NotAllowedError,
    NotFoundError,
    NotShownError,
    SigningError,
    StepNotAllowedError,
)
from digivl.kernel.parties import SYSTEM, Party, Role
from digivl.records.port import Query
from digivl.signing.model import FLOW, FlowState
from digivl.signing.participants import Handing, ParticipantState
from digivl.testing.council import CABINET, SECRETARIAT
from digivl.testing.desk import (
    CHIEF,
    DEPUTY,
    LAWYER,
    MINISTER,
    PRESIDENT,
    Desk,
    approves,
    signs,
    watches,
)
from digivl.verification.model import AUTHENTIC, RegisterState


def test_a_draft_asks_nobody(desk: Desk) -> None:
    """Marked, prepared, sent: it waits for who prepares it, then for who signs."""
    marked = desk.signing.draft(desk.document(), by=CABINET)
    seen = [(marked.record.state, desk.asked(marked.id))]
    with pytest.raises(StepNotAllowedError):
        desk.signing.send(marked.id, by=CABINET)

    edited = desk.signing.edit(marked.id, [signs(MINISTER)], by=CABINET)
    seen.append((edited.record.state, desk.asked(marked.id)))
    desk.signing.edit(
        marked.id, [signs(PRESIDENT)], approvers=[approves(CHIEF)], by=CABINET
    )
    sent = desk.signing.send(marked.id, by=CABINET)
    seen.append((sent.record.state, desk.asked(marked.id)))

    assert [
        (FlowState.MARKED, [("kabinet-1", "de ondertekening voorbereiden")]),
        (FlowState.PREPARED, [("kabinet-1", "ter ondertekening zenden")]),
        (FlowState.TO_BE_APPROVED, [("kabinetschef", "paraferen")]),
    ] == seen
    assert (desk.now, sent.record.base) == (
        sent.record.sent_at,
        desk.vl.documents.read(sent.record.document).record.latest.sha256,
    )
    with pytest.raises(StepNotAllowedError, match="recall"):
        desk.signing.edit(marked.id, [signs(MINISTER)], by=CABINET)


def test_what_is_sent_is_the_last_version(desk: Desk) -> None:
    """A document can change as long as its flow is a draft."""
    document = desk.document()
    draft = desk.signing.draft(document, [signs(MINISTER)], by=CABINET)
    latest = desk.renewed(document)

    sent = desk.signing.send(draft.id, by=CABINET)

    assert (latest, latest) == (sent.record.base, sent.record.current)


def test_a_draft_can_be_cancelled(desk: Desk) -> None:
    """Its code stays: nobody was asked to sign it."""
    document = desk.document()
    desk.vl.register.stamp(document, by=CABINET)
    draft = desk.signing.draft(document, [signs(MINISTER)], by=CABINET)
    before = desk.holder()

    desk.signing.cancel(draft.id, by=CABINET, reason="vergissing")

    assert (before, []) == (desk.holder(), desk.asked(draft.id))
    again = desk.signing.start(document, [signs(MINISTER)], by=CABINET)
    authentic = desk.vl.register.of_document(document)
    assert RegisterState.IN_SIGNING is authentic.record.state
    assert FlowState.TO_BE_SIGNED is again.record.state


def test_recall_before_anybody_acted(desk: Desk) -> None:
    """It is a draft again: others can be named; its code stays in signing."""
    document = desk.document()
    desk.vl.register.stamp(document, by=CABINET)
    flow = desk.signing.start(
        document, [signs(MINISTER)], approvers=[approves(CHIEF)], by=CABINET
    )
    desk.signing.shown(flow.id, by=CHIEF, face="web")

    recalled = desk.signing.recall(flow.id, by=CABINET, reason="andere ondertekenaar")

    assert FlowState.PREPARED is recalled.record.state
    assert [("kabinet-1", "ter ondertekening zenden")] == desk.asked(flow.id)
    assert ("kabinet-1", "ter ondertekening zenden") == desk.holder()
    desk.signing.edit(flow.id, [signs(PRESIDENT)], by=CABINET)
    desk.signing.send(flow.id, by=CABINET)
    assert [("minister-p", "ondertekenen")] == desk.asked(flow.id)
    desk.signing.sign(flow.id, by=PRESIDENT)
    registered = desk.vl.register.register(flow.id, by=CABINET)
    assert RegisterState.ACTIVE is registered.record.state


def test_no_recall_once_somebody_acted(desk: Desk) -> None:
    """It can be cancelled, or go on with a new version."""
    flow = desk.flow(approves(CHIEF), signs(MINISTER))
    desk.signing.approve(flow.id, by=CHIEF)

    with pytest.raises(StepNotAllowedError, match=r"geparafeerd.*cancel, renew"):
        desk.signing.recall(flow.id, by=CABINET)


def test_a_participant_hands_on(desk: Desk) -> None:
    """To somebody who may; who signs does so in the name of the first."""
    flow = desk.flow(signs(MINISTER), signs(PRESIDENT))

    given = desk.signing.delegate(
        flow.id, DEPUTY, means="secretary", by=MINISTER, reason="buitenland"
    )

    first, _, second = given.record.signatories
    assert first.succession is not None
    assert (ParticipantState.DELEGATED, Handing.DELEGATED) == (
        first.state,
        first.succession.how,
    )
    assert "Minister van Zorg, namens Minister van Jeugd" == second.function
    assert [("minister-3", "ondertekenen")] == desk.asked(flow.id)
    with pytest.raises(NotAllowedError):
        desk.signing.sign(flow.id, by=MINISTER)
    signed = desk.signing.sign(flow.id, by=DEPUTY)
    with desk.vl.documents.opened(signed.record.current) as file:
        assert b"namens Minister van Jeugd" in file.read()
    assert [("minister-p", "ondertekenen")] == desk.asked(flow.id)


def test_who_it_was_handed_to_hands_on(desk: Desk) -> None:
    """It stays in the name of the first; and it can go back."""
    flow = desk.flow(signs(MINISTER))
    desk.signing.delegate(flow.id, DEPUTY, by=MINISTER)

    given = desk.signing.delegate(flow.id, PRESIDENT, by=DEPUTY)
    assert given.record.next_signatory is not None
    assert given.record.next_signatory.function.endswith("namens Minister van Jeugd")
    desk.signing.delegate(flow.id, MINISTER, by=PRESIDENT)

    assert FlowState.SIGNED is desk.signing.sign(flow.id, by=MINISTER).record.state


def test_before_its_turn_and_not_after(desk: Desk) -> None:
    """Who waits can hand on already; who acted cannot, nor to who takes part."""
    flow = desk.flow(approves(CHIEF), signs(MINISTER), signs(PRESIDENT))

    desk.signing.delegate(flow.id, DEPUTY, by=PRESIDENT)
    desk.signing.delegate(flow.id, LAWYER, by=CHIEF)
    assert [("jurist", "paraferen")] == desk.asked(flow.id)
    desk.signing.approve(flow.id, by=LAWYER)

    with pytest.raises(StepNotAllowedError, match="geparafeerd"):
        desk.signing.delegate(flow.id, CHIEF, by=LAWYER)
    with pytest.raises(MalformedError, match="stands twice"):
        desk.signing.delegate(flow.id, DEPUTY, by=MINISTER)
    outsider = Party("vp", "Vlaams Parlement", Role.PARLIAMENT)
    with pytest.raises(SigningError, match="signs nothing in the role"):
        desk.signing.delegate(flow.id, outsider, by=MINISTER)


def test_who_started_it_replaces_somebody(desk: Desk) -> None:
    """Another one signs in that place, as itself."""
    flow = desk.flow(signs(MINISTER), signs(PRESIDENT))

    replaced = desk.signing.replace(
        flow.id, MINISTER, DEPUTY, by=CABINET, reason="nieuwe minister"
    )

    assert ParticipantState.REPLACED is replaced.record.signatories[0].state
    assert ["Minister van Zorg", "Minister-president"] == [
        one.function
        for one in sorted(replaced.record.signers, key=lambda one: one.stage or 0)
    ]
    assert [("minister-3", "ondertekenen")] == desk.asked(flow.id)
    assert ("minister-3", "ondertekenen") == desk.holder()
    with pytest.raises(NotFoundError, match="takes no part"):
        desk.signing.replace(flow.id, MINISTER, LAWYER, by=CABINET)
    with pytest.raises(NotAllowedError):
        desk.signing.replace(flow.id, DEPUTY, MINISTER, by=MINISTER)


def test_the_deadline_is_the_term_of_each(desk: Desk) -> None:
    """More time moves the due moment of who has it."""
    until = desk.now + timedelta(days=3)
    flow = desk.signing.start(
        desk.document(), [signs(MINISTER)], deadline=until, by=CABINET
    )
    (held,) = desk.signing.questions(flow.id).values()
    assert until == held.record.due
    with pytest.raises(MalformedError, match="in the past"):
        desk.signing.extend(flow.id, desk.now, by=CABINET)

    later = until + timedelta(days=4)
    desk.signing.extend(flow.id, later, by=CABINET, reason="verlof")

    (held,) = desk.signing.questions(flow.id).values()
    assert later == held.record.due


def test_a_deadline_lies_ahead(desk: Desk) -> None:
    """Also when a draft that has one is sent late."""
    until = desk.now + timedelta(hours=1)
    draft = desk.signing.draft(
        desk.document(), [signs(MINISTER)], deadline=until, by=CABINET
    )
    desk.wait(hours=1)

    with pytest.raises(MalformedError, match="before its start"):
        desk.signing.send(draft.id, by=CABINET)


def test_after_the_deadline_nobody_signs(desk: Desk) -> None:
    """Before it was written down, and after; who started it gives more time."""
    until = desk.now + timedelta(days=3)
    flow = desk.signing.start(
        desk.document(),
        [signs(MINISTER), signs(PRESIDENT)],
        deadline=until,
        by=CABINET,
    )
    desk.signing.sign(flow.id, by=MINISTER)
    assert () == tuple(desk.signing.expire())
    desk.wait(days=4)
    with pytest.raises(StepNotAllowedError, match=r"termijn verstreken.*extend"):
        desk.signing.sign(flow.id, by=PRESIDENT)

    desk.vl.work()
    assert () == tuple(desk.signing.expire())

    expired = desk.signing.read(flow.id)
    assert (FlowState.EXPIRED, SYSTEM) == (expired.record.state, expired.actor)
    assert "kabinet-1" == desk.holder()[0]
    assert ["kabinet-1"] == [who for who, _ in desk.asked(flow.id)]
    with pytest.raises(StepNotAllowedError):
        desk.signing.sign(flow.id, by=PRESIDENT)
    with pytest.raises(StepNotAllowedError):
        desk.signing.go_on(flow.id, by=CABINET)
    later = desk.now + timedelta(days=1)
    assert (
        FlowState.PARTLY_SIGNED
        is desk.signing.extend(flow.id, later, by=CABINET).record.state
    )
    assert FlowState.SIGNED is desk.signing.sign(flow.id, by=PRESIDENT).record.state


def test_reminded_once_for_each_due_moment(desk: Desk) -> None:
    """By hand or by itself; and once more when it passed."""
    both = [signs(MINISTER), signs(DEPUTY)]
    flow = desk.signing.start(desk.document(), [both], by=CABINET)

    told = desk.signing.remind(flow.id, by=CABINET)
    assert [EARLY] * 2 == [entry.action for entry in told]
    assert {"minister-1", "minister-3"} == {e.record.holder.id for e in told}
    assert [] == list(desk.signing.remind(flow.id, by=CABINET))

    desk.wait(days=30)
    subjects = {entry.record.subject for entry in desk.vl.custody.remind()}
    assert {*desk.signing.questions(flow.id)} <= subjects
    assert [] == list(desk.signing.remind(flow.id, by=CABINET))


def test_reminded_late_by_hand(desk: Desk) -> None:
    """Where nobody was before."""
    flow = desk.flow(signs(MINISTER))
    desk.wait(days=30)

    assert [LATE] == [e.action for e in desk.signing.remind(flow.id, by=CABINET)]


def test_new_version_of_the_document(desk: Desk) -> None:
    """Who approved or signed does so again; what was shown is no longer what counts."""
    document = desk.document()
    desk.vl.register.stamp(document, by=CABINET)
    flow = desk.signing.start(
        document,
        [signs(MINISTER), signs(PRESIDENT)],
        approvers=[approves(CHIEF)],
        watchers=[watches(LAWYER)],
        by=CABINET,
    )
    desk.signing.approve(flow.id, by=CHIEF)
    desk.signing.shown(flow.id, by=MINISTER, face="web")
    desk.signing.sign(flow.id, by=MINISTER)
    with pytest.raises(MalformedError, match="no newer version"):
        desk.signing.renew(flow.id, by=CABINET)
    desk.renewed(document)
    desk.vl.register.stamp(document, by=CABINET)

    renewed = desk.signing.renew(flow.id, by=CABINET, reason="tikfout")

    assert FlowState.TO_BE_APPROVED is renewed.record.state
    assert {ParticipantState.WAITING} == {p.state for p in renewed.record.participants}
    assert [("jurist", "kennis nemen"), ("kabinetschef", "paraferen")] == desk.asked(
        flow.id
    )
    states = [
        entry.record.state
        for row in desk.vl.book.rows(_of(desk, AUTHENTIC.name))
        for entry in [desk.vl.book.read(AUTHENTIC, row.ref.id)]
    ]
    assert {RegisterState.VOID, RegisterState.IN_SIGNING} == {*states}
    desk.signing.approve(flow.id, by=CHIEF)
    with pytest.raises(NotShownError, match="another version"):
        desk.signing.sign(flow.id, by=MINISTER)
    desk.signing.shown(flow.id, by=MINISTER, face="web")
    desk.signing.sign(flow.id, by=MINISTER)
    desk.signing.sign(flow.id, by=PRESIDENT)
    registered = desk.vl.register.register(flow.id, by=CABINET)
    assert 2 == len(registered.record.signatures)


def test_only_who_may_prepare(desk: Desk) -> None:
    """Also of the acts that come after it was sent."""
    flow = desk.flow(signs(MINISTER))
    soon = desk.now + timedelta(days=1)

    for act in (
        lambda: desk.signing.recall(flow.id, by=PRESIDENT),
        lambda: desk.signing.extend(flow.id, soon, by=PRESIDENT),
        lambda: desk.signing.renew(flow.id, by=PRESIDENT),
        lambda: desk.signing.remind(flow.id, by=PRESIDENT),
        lambda: desk.signing.proposed(flow.record.document, by=PRESIDENT),
    ):
        with pytest.raises(NotAllowedError):
            act()
    assert FLOW.name == desk.signing.recall(flow.id, by=SECRETARIAT).kind.name


def _of(desk: Desk, kind: str) -> Query:
    return Query(kind=kind, dossier=desk.dossier)
