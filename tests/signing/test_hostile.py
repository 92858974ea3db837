"""Unlucky and hostile users of signing flows: none gets stuck, or gets away with it."""

from __future__ import annotations

import pytest

from digivl.signing.model import FlowState
from digivl.testing.council import CABINET
from digivl.testing.desk import MINISTER, PRESIDENT, Desk, signs


@pytest.mark.parametrize("before", ["refused", "signed"])
def test_signed_before_in_another_flow(before: str, desk: Desk) -> None:
    """Signatures that stand in a document already keep nobody from the next flow."""
    asked = [signs(MINISTER), signs(PRESIDENT)]
    flow = desk.flow(*asked)
    desk.signing.sign(flow.id, by=MINISTER)
    if before == "refused":
        desk.signing.refuse(flow.id, by=PRESIDENT, reason="Niet akkoord")
    else:
        desk.signing.sign(flow.id, by=PRESIDENT)

    again = desk.signing.start(flow.record.document, asked, by=CABINET)
    for one in (MINISTER, PRESIDENT):
        done = desk.signing.sign(again.id, by=one).record

    first = 2 if before == "refused" else 3
    names = [one.field for one in done.signatories]
    assert [f"Handtekening{first}", f"Handtekening{first + 1}"] == names
    assert FlowState.SIGNED is done.state
