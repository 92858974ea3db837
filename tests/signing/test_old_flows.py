"""Flows that an earlier digivl wrote: they are read, and go on."""

from __future__ import annotations

from typing import Final

from digivl.custody.moves import Moves
from digivl.kernel.identifiers import new_id
from digivl.records.codec import unseal
from digivl.records.entries import first
from digivl.signing.model import FLOW, FlowState, SigningFlow
from digivl.signing.participants import ParticipantState
from digivl.testing.council import CABINET
from digivl.testing.desk import DEPUTY, MINISTER, PRESIDENT, Desk, signs

#: An entry as the first version wrote it, when one of two had signed.
_PARTY: Final = (
    '{"entity":null,"id":"%s","label":"%s","minister":null,"person":null,"role":"%s"}'
)
_OLD: Final = (
    '{"action":"sign","actor":'
    + _PARTY % ("minister-1", "Minister van Jeugd", "ondertekenaar")
    + ',"at":"2026-11-23T09:00:00.000000Z","body":{"base":"'
    + "0" * 64
    + '","current":"'
    + "1" * 64
    + '","document":"document-1","dossier":"dossier-1","signatories":['
    + '{"acting":null,"authority":"TSU","certificate":"'
    + "c" * 64
    + '","means":"minister","party":'
    + _PARTY % ("minister-1", "Minister van Jeugd", "minister")
    + ',"signed_at":"2026-11-23T09:00:00.000000Z"},'
    + '{"acting":null,"authority":null,"certificate":null,"means":"president",'
    + '"party":'
    + _PARTY % ("minister-p", "Minister-president", "minister")
    + ',"signed_at":null}],"started_by":'
    + _PARTY % ("secretarie", "Secretarie", "secretarie")
    + ',"state":"gedeeltelijk getekend","title":"Besluit"},"format":1,'
    + '"id":"flow-1","kind":"signing","reason":"","version":2}'
)


def test_an_old_entry_is_read() -> None:
    """In the order of then: each alone, in its place."""
    flow = unseal(FLOW, 1, _OLD, {}).record

    assert FlowState.PARTLY_SIGNED is flow.state
    assert [ParticipantState.SIGNED, ParticipantState.WAITING] == [
        one.state for one in flow.participants
    ]
    assert ["minister-p"] == [one.party.id for one in flow.turns]
    assert flow.next_signatory is flow.signatories[1]
    standing = FLOW.standing(flow)
    assert ("Besluit (1 van 2 getekend)", True, None) == (
        standing.title,
        standing.open,
        standing.due,
    )


def started_before(desk: Desk) -> str:
    """A flow in the book, with custody, as the first version wrote both."""
    document, name = desk.document(), new_id()
    latest = desk.vl.documents.read(document).record.latest.sha256
    flow = SigningFlow(
        dossier=desk.dossier,
        document=document,
        title="Besluit",
        base=latest,
        current=latest,
        started_by=CABINET,
        signatories=(signs(MINISTER), signs(PRESIDENT)),
    )
    held = Moves(desk.vl.book).asked(
        *(FLOW.ref(name), MINISTER, "ondertekenen"),
        dossier=desk.dossier,
        title="Besluit",
        by=CABINET,
        at=desk.now,
        days=5,
    )
    desk.vl.book.write(first(FLOW, name, flow, "start", CABINET, desk.now), *held)
    return name


def test_an_old_flow_goes_on(desk: Desk) -> None:
    """What was held as the flow becomes the turn of who is next."""
    name = started_before(desk)
    assert ("minister-1", "ondertekenen") == desk.holder()
    assert [("minister-1", "ondertekenen")] == desk.asked(name)

    desk.signing.sign(name, by=MINISTER)
    assert [("minister-p", "ondertekenen")] == desk.asked(name)
    assert ("minister-p", "ondertekenen") == desk.holder()
    assert desk.closed(FLOW.ref(name))
    signed = desk.signing.sign(name, by=PRESIDENT)

    assert FlowState.SIGNED is signed.record.state
    assert ([], "registreren") == (desk.asked(name), desk.holder()[1])


def test_an_old_flow_ends(desk: Desk) -> None:
    """Whoever had it has it no more; others can come in its places."""
    one, two = started_before(desk), started_before(desk)
    desk.signing.replace(two, PRESIDENT, DEPUTY, by=CABINET)

    desk.signing.refuse(one, by=MINISTER, reason="fout")
    desk.signing.cancel(two, by=CABINET, reason="fout")

    assert [] == [*desk.asked(one), *desk.asked(two)]
    assert "kabinet-1" == desk.holder()[0]
