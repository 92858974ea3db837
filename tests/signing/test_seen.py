"""What the signer saw: pinned when it was sent, shown and signed."""

from __future__ import annotations

import pytest

from digivl.errors import MalformedError, NotAllowedError, StepNotAllowedError
from digivl.signing.participants import ParticipantState
from digivl.testing.council import CABINET
from digivl.testing.desk import (
    CHIEF,
    DEPUTY,
    MINISTER,
    PRESIDENT,
    Desk,
    approves,
    signs,
)


def test_three_moments_have_their_bytes(desk: Desk) -> None:
    """Sent, shown and signed: the record says which, when, to whom and where."""
    flow = desk.flow(approves(CHIEF), signs(MINISTER))
    sent = desk.now
    desk.wait(minutes=5)
    desk.signing.approve(flow.id, by=CHIEF, identified="eID via ACM/IDM")
    shown = desk.signing.shown(flow.id, by=MINISTER, face="web")
    assert ParticipantState.SHOWN is shown.record.signatories[0].state
    desk.wait(minutes=5)

    record = desk.signing.sign(flow.id, by=MINISTER, identified="itsme").record

    approver, (signatory,) = record.approvers[0], record.signatories
    assert signatory.shown is not None
    assert (sent, record.base) == (record.sent_at, signatory.over)
    assert (record.base, MINISTER, "web") == (
        signatory.shown.sha256,
        signatory.shown.by,
        signatory.shown.face,
    )
    assert sent < signatory.shown.at < desk.now
    assert (record.current, "B-T", "Handtekening1", "itsme") == (
        signatory.version,
        signatory.level,
        signatory.field,
        signatory.identified,
    )
    assert signatory.token is not None
    assert signatory.claimed_at == desk.now
    assert (record.base, "eID via ACM/IDM") == (approver.version, approver.identified)


def test_a_signature_of_another_changes_nothing_of_what_was_shown(desk: Desk) -> None:
    """In a stage people look at the same time; bytes are added, and none changed."""
    both = [signs(MINISTER), signs(DEPUTY)]
    flow = desk.signing.start(desk.document(), [both], by=CABINET)
    desk.signing.shown(flow.id, by=DEPUTY, face="web", sha256=flow.record.base)
    desk.signing.sign(flow.id, by=MINISTER)

    signed = desk.signing.sign(flow.id, by=DEPUTY).record

    second = signed.signatories[1]
    assert second.shown is not None
    assert (flow.record.base, signed.signatories[0].version) == (
        second.shown.sha256,
        second.over,
    )


def test_other_bytes_are_refused(desk: Desk) -> None:
    """A face that shows something else is told so."""
    flow = desk.flow(signs(MINISTER))

    with pytest.raises(MalformedError, match="other bytes"):
        desk.signing.shown(flow.id, by=MINISTER, face="web", sha256="1" * 64)
    with pytest.raises(MalformedError):
        desk.signing.shown(flow.id, by=MINISTER, face="\x00")


def test_who_looks_takes_part(desk: Desk) -> None:
    """And has something to do; it may look before its turn."""
    flow = desk.flow(signs(MINISTER), signs(PRESIDENT))
    with pytest.raises(NotAllowedError):
        desk.signing.shown(flow.id, by=DEPUTY, face="web")
    desk.signing.shown(flow.id, by=PRESIDENT, face="web")
    desk.signing.sign(flow.id, by=MINISTER)

    with pytest.raises(StepNotAllowedError, match="getekend"):
        desk.signing.shown(flow.id, by=MINISTER, face="web")
    assert ["start", "show", "sign"] == desk.history(flow.id)
