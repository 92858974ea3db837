"""A flow on a platform outside: what comes back is checked, and only then counts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from digivl.documents.disk import scratch
from digivl.errors import (
    ChangedFileError,
    MalformedError,
    NotFoundError,
    SigningError,
    StepNotAllowedError,
)
from digivl.records.entries import Entry
from digivl.signing.model import FlowState, SigningFlow
from digivl.signing.outside import Did, DoneOutside
from digivl.testing.council import CABINET, SECRETARIAT
from digivl.testing.desk import (
    CHIEF,
    LAWYER,
    MINISTER,
    PRESIDENT,
    Desk,
    approves,
    signs,
)

PLATFORM = "handtekenmap"


def given_out(desk: Desk) -> Entry[SigningFlow]:
    """A flow with everybody on a platform."""
    flow = desk.flow(approves(CHIEF), signs(MINISTER), signs(PRESIDENT))
    return desk.signing.give_out(
        flow.id, platform=PLATFORM, reference="4711", by=CABINET
    )


def signed_there(desk: Desk, flow: SigningFlow, *fields: str) -> bytes:
    """The document with signatures of the platform in these fields."""
    with desk.vl.documents.opened(flow.current) as source:
        content = source.read()
    for field in fields:
        with scratch() as target:
            desk.signing.sign_file(
                io.BytesIO(content), target, means="secretary", field=field
            )
            target.seek(0)
            content = target.read()
    return content


def did(party: str, what: Did, at: datetime, reason: str = "") -> DoneOutside:
    """What somebody did there."""
    certificate = "c" * 64 if what is Did.SIGNED else None
    return DoneOutside(
        party=party,
        did=what,
        at=at,
        reason=reason,
        identified="eID",
        certificate=certificate,
        level="B-T",
    )


def everybody(at: datetime) -> Sequence[DoneOutside]:
    """All that has to be done."""
    return (
        did(CHIEF.id, Did.APPROVED, at, "In orde."),
        did(MINISTER.id, Did.SIGNED, at),
        did(PRESIDENT.id, Did.SIGNED, at),
    )


def test_nobody_signs_here_meanwhile(desk: Desk) -> None:
    """Each has its turn still, which says for whom it waits."""
    flow = given_out(desk)

    with pytest.raises(SigningError, match=f"is signed on {PLATFORM}"):
        desk.signing.approve(flow.id, by=CHIEF)
    with pytest.raises(SigningError, match=f"is signed on {PLATFORM}"):
        desk.signing.delegate(flow.id, LAWYER, by=CHIEF)
    with pytest.raises(StepNotAllowedError, match=f"op {PLATFORM}"):
        desk.signing.give_out(flow.id, platform="x", reference="x", by=CABINET)
    assert [("kabinetschef", "paraferen")] == desk.asked(flow.id)

    desk.signing.take_back(flow.id, by=CABINET, reason="te traag")
    with pytest.raises(SigningError, match="is on no platform"):
        desk.signing.take_in(flow.id, (), by=CABINET)
    assert desk.signing.approve(flow.id, by=CHIEF).record.elsewhere is None


def test_what_came_back_counts(desk: Desk) -> None:
    """Both moments stay: when it was done, and when it was known here."""
    flow = given_out(desk)
    there, here = desk.now + timedelta(hours=1), desk.now + timedelta(hours=3)
    desk.now = here
    content = signed_there(desk, flow.record, "Sig1", "Sig2")

    done = desk.signing.take_in(
        flow.id, everybody(there), io.BytesIO(content), by=SECRETARIAT
    )

    assert FlowState.SIGNED is done.record.state
    assert done.record.elsewhere is not None
    chief, minister = done.record.approvers[0], done.record.signatories[0]
    assert ("In orde.", there, here) == (
        chief.remark,
        chief.approved_at,
        chief.recorded_at,
    )
    assert (there, here, "eID", "B-T") == (
        minister.signed_at,
        minister.recorded_at,
        minister.identified,
        minister.level,
    )
    assert (done.record.base, done.record.current) == (minister.over, minister.version)
    latest = desk.vl.documents.read(done.record.document).record.latest
    assert latest.sha256 == done.record.current
    assert ([], "registreren") == (desk.asked(flow.id), desk.holder()[1])


def test_step_by_step_and_told_twice(desk: Desk) -> None:
    """What is known already is passed over; approvals need no file."""
    flow, at = given_out(desk), desk.now
    first = everybody(at)[:1]
    desk.signing.take_in(flow.id, first, by=CABINET)
    again = desk.signing.take_in(flow.id, first, by=CABINET)
    assert "take in" == again.action
    with pytest.raises(MalformedError, match="without a file"):
        desk.signing.take_in(flow.id, everybody(at)[:2], by=CABINET)
    content = signed_there(desk, flow.record, "Sig1")

    one = desk.signing.take_in(
        flow.id, everybody(at)[:2], io.BytesIO(content), by=CABINET
    )
    assert FlowState.PARTLY_SIGNED is one.record.state
    content = signed_there(desk, one.record, "Sig2")
    two = desk.signing.take_in(flow.id, everybody(at), io.BytesIO(content), by=CABINET)

    assert FlowState.SIGNED is two.record.state
    assert ["start", "give out", "take in", "take in", "take in"] == desk.history(
        flow.id
    )


def test_refused_there(desk: Desk) -> None:
    """It ends as a refusal here does, with the reason; told twice, once."""
    flow = given_out(desk)
    refusal = [did(CHIEF.id, Did.REFUSED, desk.now, "bedrag klopt niet")]

    refused = desk.signing.take_in(flow.id, refusal, by=CABINET)

    assert FlowState.REFUSED is refused.record.state
    assert "bedrag klopt niet" in desk.holder()[1]
    again = desk.signing.take_in(flow.id, refusal, by=CABINET)
    assert refused.version == again.version


def test_another_file_came_back(desk: Desk) -> None:
    """Not accepted: it waits for who started it, and goes on from what was sent."""
    flow = given_out(desk)
    other = desk.flow(signs(MINISTER))
    content = signed_there(desk, other.record, "Sig1")

    with pytest.raises(ChangedFileError):
        desk.signing.take_in(
            flow.id, everybody(desk.now), io.BytesIO(content), by=CABINET
        )

    failed = desk.signing.read(flow.id).record
    assert FlowState.VALIDATION_FAILED is failed.state
    assert "begint niet met" in failed.problem
    assert [("kabinet-1", "nakijken wat getekend terugkwam")] == desk.asked(flow.id)
    desk.signing.go_on(flow.id, by=CABINET)
    right = signed_there(desk, failed, "Sig1", "Sig2")
    done = desk.signing.take_in(
        flow.id, everybody(desk.now), io.BytesIO(right), by=CABINET
    )
    assert FlowState.SIGNED is done.record.state


def test_the_same_file_is_not_signed(desk: Desk) -> None:
    """What comes back as it was sent holds no signature."""
    flow = given_out(desk)
    content = signed_there(desk, flow.record)

    with pytest.raises(ChangedFileError):
        desk.signing.take_in(
            flow.id, everybody(desk.now), io.BytesIO(content), by=CABINET
        )


def test_who_looks_after_it_finds_it_wrong(desk: Desk) -> None:
    """E.g. a signature that does not hold: it says why."""
    flow = given_out(desk)

    desk.signing.fail(flow.id, "de handtekening klopt niet", by=CABINET)

    failed = desk.signing.read(flow.id)
    assert ("fail", "de handtekening klopt niet") == (failed.action, failed.reason)
    assert FlowState.VALIDATION_FAILED is failed.record.state


def test_people_and_order_are_those_of_the_flow(desk: Desk) -> None:
    """A stranger, a signature before its turn or in another part changes nothing."""
    flow, at = given_out(desk), desk.now
    content = io.BytesIO(signed_there(desk, flow.record, "Sig1"))

    with pytest.raises(NotFoundError, match="takes no part"):
        desk.signing.take_in(flow.id, [did("x", Did.APPROVED, at)], by=CABINET)
    with pytest.raises(SigningError, match="Kabinetschef approves before"):
        desk.signing.take_in(
            flow.id, [did(MINISTER.id, Did.SIGNED, at)], content, by=CABINET
        )
    content.seek(0)
    with pytest.raises(SigningError, match="takes part in another way"):
        desk.signing.take_in(
            flow.id, [did(CHIEF.id, Did.SIGNED, at)], content, by=CABINET
        )
    assert ["start", "give out"] == desk.history(flow.id)
