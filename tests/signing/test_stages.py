"""Who acts when: approvers and signatories, one after the other and at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digivl.errors import (
    MalformedError,
    NotAllowedError,
    SigningError,
    StepNotAllowedError,
)
from digivl.kernel.parties import Party, Role
from digivl.signing.model import FlowState, Signatory, SigningFlow
from digivl.signing.order import InOrder, staged
from digivl.signing.participants import ParticipantState
from digivl.testing.council import CABINET
from digivl.testing.desk import (
    ARCHIVE,
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


def test_approvers_come_first(desk: Desk) -> None:
    """In the order given; the states are those of Themis, and one of ours."""
    flow = desk.flow(approves(CHIEF), signs(MINISTER), signs(PRESIDENT))
    states, seen = [flow.record.state], [desk.asked(flow.id)]

    for act, by in (
        (desk.signing.approve, CHIEF),
        (desk.signing.sign, MINISTER),
        (desk.signing.sign, PRESIDENT),
    ):
        flow = act(flow.id, by=by)
        states.append(flow.record.state)
        seen.append(desk.asked(flow.id))

    assert [
        FlowState.TO_BE_APPROVED,
        FlowState.TO_BE_SIGNED,
        FlowState.PARTLY_SIGNED,
        FlowState.SIGNED,
    ] == states
    assert [
        [("kabinetschef", "paraferen")],
        [("minister-1", "ondertekenen")],
        [("minister-p", "ondertekenen")],
        [],
    ] == seen
    assert ("kabinet-1", "registreren") == desk.holder()


def test_those_of_one_stage_act_at_once(desk: Desk) -> None:
    """Each has a question of its own; the next stage waits for the last of them."""
    flow = desk.signing.start(
        desk.document(),
        [[signs(MINISTER), signs(DEPUTY, means="secretary")], signs(PRESIDENT)],
        by=CABINET,
    )
    assert ["ondertekenen"] == desk.worklist(MINISTER) == desk.worklist(DEPUTY)
    assert [] == desk.worklist(PRESIDENT)
    with pytest.raises(SigningError, match="signs before Minister-president"):
        desk.signing.sign(flow.id, by=PRESIDENT)

    desk.signing.sign(flow.id, by=DEPUTY)
    assert [("minister-1", "ondertekenen")] == desk.asked(flow.id)
    desk.signing.sign(flow.id, by=MINISTER)
    assert [("minister-p", "ondertekenen")] == desk.asked(flow.id)
    signed = desk.signing.sign(flow.id, by=PRESIDENT).record

    assert FlowState.SIGNED is signed.state
    overs = {one.party.id: one.over for one in signed.signers}
    made = {one.party.id: one.version for one in signed.signers}
    assert (signed.base, made["minister-3"]) == (
        overs["minister-3"],
        overs["minister-1"],
    )
    assert made["minister-p"] == signed.current


def test_the_dossier_goes_with_who_is_left(desk: Desk) -> None:
    """In a stage the dossier is with one of them, and never with nobody."""
    both = [signs(MINISTER), signs(DEPUTY)]
    flow = desk.signing.start(desk.document(), [both], by=CABINET)
    assert ("minister-1", "ondertekenen") == desk.holder()

    desk.signing.sign(flow.id, by=MINISTER)
    assert ("minister-3", "ondertekenen") == desk.holder()

    desk.signing.sign(flow.id, by=DEPUTY)
    assert ("kabinet-1", "registreren") == desk.holder()


def test_mixed_order(desk: Desk) -> None:
    """An approver can stand between signatories, by its stage."""
    flow = desk.flow(
        signs(MINISTER, stage=1), approves(LAWYER, stage=2), signs(PRESIDENT, stage=3)
    )
    assert FlowState.TO_BE_SIGNED is flow.record.state
    with pytest.raises(SigningError, match="signs before Jurist"):
        desk.signing.approve(flow.id, by=LAWYER)

    desk.signing.sign(flow.id, by=MINISTER)
    with pytest.raises(SigningError, match="Jurist approves before"):
        desk.signing.sign(flow.id, by=PRESIDENT)
    approved = desk.signing.approve(flow.id, by=LAWYER, remark="In orde.")

    assert FlowState.PARTLY_SIGNED is approved.record.state
    assert "In orde." == approved.record.approvers[0].remark
    done = desk.signing.sign(flow.id, by=PRESIDENT).record
    assert FlowState.SIGNED is done.state


def test_an_approver_can_be_last(desk: Desk) -> None:
    """Then the flow is signed with that approval."""
    flow = desk.flow(signs(MINISTER, stage=1), approves(CHIEF, stage=2))
    desk.signing.sign(flow.id, by=MINISTER)

    approved = desk.signing.approve(flow.id, by=CHIEF)

    assert FlowState.SIGNED is approved.record.state
    assert [] == desk.asked(flow.id)


def test_who_is_told_keeps_nobody_waiting(desk: Desk) -> None:
    """It has it on its list until it looked, or until the flow ended."""
    other = Party("ander", "Ander archief", Role.GOVERNMENT_BODY)
    flow = desk.flow(signs(MINISTER), watches(ARCHIVE), watches(other))
    assert ["kennis nemen"] == desk.worklist(ARCHIVE) == desk.worklist(other)

    seen = desk.signing.shown(flow.id, by=ARCHIVE, face="web")
    assert [] == desk.worklist(ARCHIVE)
    assert ParticipantState.SHOWN is seen.record.watchers[0].state
    with pytest.raises(SigningError, match="only told"):
        desk.signing.refuse(flow.id, by=ARCHIVE, reason="neen")
    with pytest.raises(SigningError, match="only told"):
        desk.signing.sign(flow.id, by=other)

    desk.signing.sign(flow.id, by=MINISTER)
    assert [] == desk.worklist(other)


def test_nobody_approves_what_it_has_to_sign(desk: Desk) -> None:
    """Nor signs what it has to approve; a stranger is told nothing."""
    flow = desk.flow(approves(DEPUTY), signs(MINISTER))

    with pytest.raises(SigningError, match="Minister van Zorg approves"):
        desk.signing.sign(flow.id, by=DEPUTY)
    with pytest.raises(SigningError, match="Minister van Jeugd signs"):
        desk.signing.approve(flow.id, by=MINISTER)
    with pytest.raises(NotAllowedError):
        desk.signing.approve(flow.id, by=LAWYER)


def test_nobody_approves_twice(desk: Desk) -> None:
    """The error says what was done."""
    flow = desk.flow(approves(CHIEF), signs(MINISTER))
    desk.signing.approve(flow.id, by=CHIEF)

    with pytest.raises(SigningError, match="Kabinetschef has approved this document"):
        desk.signing.approve(flow.id, by=CHIEF)


def test_an_approver_refuses(desk: Desk) -> None:
    """With a reason: it ends the flow, and who started it goes on."""
    flow = desk.flow(approves(CHIEF), signs(MINISTER), watches(ARCHIVE))
    with pytest.raises(MalformedError, match="asks a reason"):
        desk.signing.refuse(flow.id, by=CHIEF, reason=" ")

    refused = desk.signing.refuse(flow.id, by=CHIEF, reason="artikel 2\nis fout")

    assert FlowState.REFUSED is refused.record.state
    assert ParticipantState.REFUSED is refused.record.approvers[0].state
    assert [] == desk.asked(flow.id)
    assert "artikel 2 is fout" in desk.holder()[1]
    with pytest.raises(StepNotAllowedError):
        desk.signing.sign(flow.id, by=MINISTER)


def test_who_cannot_approve_is_not_asked(desk: Desk) -> None:
    """The policy is asked before anybody waits for it."""
    outsider = Party("vp", "Vlaams Parlement", Role.PARLIAMENT)

    with pytest.raises(SigningError, match="approves nothing in the role"):
        desk.flow(approves(outsider), signs(MINISTER))


def test_stages_are_counted_on() -> None:
    """What stands together has one number; who names its stage keeps it."""
    together = [signs(DEPUTY), signs(PRESIDENT)]
    given: InOrder[Signatory] = [
        *(signs(MINISTER), together, signs(CHIEF, stage=7), signs(LAWYER))
    ]

    after = staged(given, after=2)

    assert [3, 4, 4, 7, 8] == [one.stage for one in after]


def test_each_takes_part_once() -> None:
    """As approver or as signatory."""
    with pytest.raises(MalformedError, match="stands twice"):
        SigningFlow(
            dossier="d",
            document="n",
            title="Nota",
            base="0" * 64,
            current="0" * 64,
            started_by=CABINET,
            signatories=(signs(MINISTER),),
            approvers=(approves(MINISTER),),
            sent_at=datetime.now(UTC),
        )


def test_who_looks_does_not_move_the_dossier(desk: Desk) -> None:
    """Also when it has the dossier for a turn that was handed over to it."""
    flow = desk.signing.start(
        desk.document(),
        [[signs(MINISTER), signs(DEPUTY)]],
        watchers=[watches(ARCHIVE)],
        by=CABINET,
    )
    (first, *_) = desk.signing.questions(flow.id)
    desk.vl.custody.hand_over(first, ARCHIVE, by=MINISTER)
    assert ("archief", "ondertekenen") == desk.holder()

    desk.signing.shown(flow.id, by=ARCHIVE, face="web")
    assert ("archief", "ondertekenen") == desk.holder()
    desk.signing.sign(flow.id, by=DEPUTY)
    assert ("archief", "ondertekenen") == desk.holder()
    desk.signing.sign(flow.id, by=MINISTER)

    assert ("kabinet-1", "registreren") == desk.holder()
