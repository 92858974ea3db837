"""Reports of flows that were signed on a platform, and came back from there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from digivl.records.entries import Entry
from digivl.signing.evidence.model import Evidence, Standing
from digivl.signing.evidence.people import Pinned
from digivl.signing.model import Approver, Signatory, SigningFlow
from digivl.testing.signinghub import Spoilt
from digivl.testing.signinghub_desk import ADVISER, DESK, MINISTER, PRESIDENT, Desk
from tests.signing.evidence.reporting import told_by


@attrs.frozen
class Sent:
    """A flow whose document is on the platform."""

    desk: Desk
    flow: Entry[SigningFlow]
    reference: int

    def told(self) -> Evidence:
        """What the report of the flow tells."""
        return self.desk.vl.evidence.gather(self.flow.id, by=DESK)


@pytest.fixture(name="sent")
def _sent(quick_folder: Path) -> Iterator[Sent]:
    """One approves and two sign on the platform; nobody did anything."""
    with Desk.opened(quick_folder) as desk:
        flow = desk.vl.signing.start(
            desk.document(),
            [[Signatory(party=one, means="hub") for one in (PRESIDENT, MINISTER)]],
            approvers=[Approver(party=ADVISER)],
            by=DESK,
        )
        package = desk.sent(flow.record.document, flow=flow.ref)
        yield Sent(desk, flow, int(package.record.reference))


def test_signed_there(sent: Sent) -> None:
    """Who, how identified, when there and when known here, which certificate."""
    sent.desk.hub.everybody(sent.reference)
    sent.desk.work()
    told = sent.told()
    text = told_by(told)

    assert (Standing.FINAL, ()) == (told.standing, told.differences)
    adviser, *ministers = told.participants
    assert [Pinned.UNSHOWN] * 3 == [one.pinned for one in told.participants]
    for one in ministers:
        assert (one.sent, told.current, "B-T") == (one.over, one.signed, one.level)
        (mine,) = (s for s in told.signatures if s.field == one.field)
        (stamp,) = mine.timestamps
        assert (stamp.time, stamp.token) == (one.done_at, one.token)
        assert mine.claimed == one.claimed_at
        # What was done there became known here an hour later.
        assert one.recorded_at is not None
        assert one.done_at is not None
        assert one.recorded_at > one.done_at
    assert adviser.recorded_at == ministers[0].recorded_at
    for part in (
        "Hoe geïdentificeerd op hub: gekwalificeerde handtekening",
        "Middel hub: extern tekenplatform",
        "Hier bekend op",
        "Volgens wie tekende",
        "overgenomen van het tekenplatform",
    ):
        assert part in text


def test_on_its_way(sent: Sent) -> None:
    """Nobody acted: which platform, since when, and no empty columns."""
    told = sent.told()
    text = told_by(told)

    assert (Standing.INTERIM, ()) == (told.standing, told.differences)
    assert "Tekenplatform hub, " in text
    assert "Daar sinds 24 november 2026" in text
    assert "Oordeel" not in text


def test_declined_there(sent: Sent) -> None:
    """It came back, and why; people sign here now."""
    sent.desk.hub.decline(sent.reference, "els@example.be", "neen")
    sent.desk.work()
    told = sent.told()
    text = told_by(told)

    assert (None, ()) == (told.elsewhere, told.differences)
    assert "van het tekenplatform teruggenomen" in text
    assert "Reden: pakket op hub: geweigerd" in text


def test_spoilt_there(sent: Sent) -> None:
    """What came back is not accepted: why, and that nobody signed."""
    sent.desk.hub.spoil(sent.reference, Spoilt.CHANGED_PAGE)
    sent.desk.hub.everybody(sent.reference)
    sent.desk.work()
    told = sent.told()
    text = told_by(told)

    assert ((), ()) == (told.signatures, told.differences)
    assert "0 van 2 ondertekend" in text
    assert "Niet aanvaard omdat er is meer toegevoegd dan handtekeningen" in text
    assert "tussenstand: de ondertekening is niet ten einde" in text
