"""Reports of a bundle: partly signed, refused, handed on, and past its term."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import attrs
import pytest

from digivl.documents.model import NOTA
from digivl.kernel.moments import utc_now
from digivl.kernel.parties import Party, Role
from digivl.signing.evidence.model import Evidence, Standing
from digivl.signing.model import Approver, Signatory
from digivl.testing import papers, route
from digivl.testing.route import Scene
from tests.signing.evidence.reporting import told_by

At = Callable[..., Scene]
DEPUTY = Party("minister-zorg", "Vlaams minister van Zorg", Role.MINISTER)
CHIEF = Party("kabinetschef", "Kabinetschef", Role.CABINET_STAFF)


@attrs.frozen
class Bundle:
    """Three documents that were sent together."""

    scene: Scene
    now: list[datetime]
    flows: tuple[str, ...]

    def told(self, place: int) -> Evidence:
        """The report of one of them."""
        return self.scene.vl.evidence.gather(self.flows[place], by=route.SECRETARIAT)


@pytest.fixture(name="bundle")
def _bundle(scene_at: At) -> Bundle:
    now = [utc_now()]
    scene = scene_at("opened", clock=lambda: now[0])
    vl = scene.vl
    documents = [
        vl.documents.add(
            scene.dossier,
            io.BytesIO(papers.paper(f"Besluit {n}")),
            title=f"Besluit {n}",
            type=NOTA,
            by=route.CABINET,
        ).id
        for n in range(3)
    ]
    both = [
        Signatory(party=route.MINISTER, means="minister"),
        Signatory(party=route.PRESIDENT, means="minister-president"),
    ]
    flows = vl.signing.start_bundle(
        dict.fromkeys(documents, both),
        approvers=[Approver(party=CHIEF)],
        deadline=now[0] + timedelta(days=2),
        by=route.SECRETARIAT,
    )
    for one in flows:
        vl.signing.approve(one.id, by=CHIEF, remark="akkoord")
    now[0] += timedelta(minutes=3)
    for one in flows:
        vl.signing.sign(one.id, by=route.MINISTER, identified="ACM/IDM, eID")
    now[0] += timedelta(minutes=3)
    return Bundle(scene, now, tuple(one.id for one in flows))


def test_partly_signed(bundle: Bundle) -> None:
    """Who still has to sign is named; the place in the bundle too."""
    told = bundle.told(1)
    text = told_by(told)

    assert (Standing.INTERIM, ()) == (told.standing, told.differences)
    first = bundle.told(0).bundle
    assert first is not None
    assert attrs.evolve(first, place=2) == told.bundle
    assert "1 van 2 ondertekend, 1 van 1 geparafeerd" in text
    assert "tussenstand: de ondertekening loopt nog" in text
    assert "Minister-president ondertekenaar nog niet" in text


def test_refused(bundle: Bundle) -> None:
    """One refuses after another signed: an end, with its reason; the others go on."""
    bundle.scene.vl.signing.refuse(
        bundle.flows[0], by=route.PRESIDENT, reason="artikel 3 klopt niet"
    )
    told = bundle.told(0)
    text = told_by(told)

    assert (Standing.FINAL, ()) == (told.standing, told.differences)
    assert "Verslag definitief Stand van de ondertekening geweigerd" in text
    assert "Reden artikel 3 klopt niet" in text
    assert "nog niet" not in text
    assert Standing.INTERIM is bundle.told(1).standing


def test_handed_on(bundle: Bundle) -> None:
    """Who came, in whose name, since when, and why; and that it signed."""
    signing, flow = bundle.scene.vl.signing, bundle.flows[1]
    signing.delegate(flow, DEPUTY, by=route.PRESIDENT, reason="op zending")
    waits = told_by(bundle.told(1))
    bundle.now[0] += timedelta(minutes=9)
    signing.sign(flow, by=DEPUTY, identified="ACM/IDM, itsme")
    told = bundle.told(1)
    text = told_by(told)

    assert (Standing.FINAL, ()) == (told.standing, told.differences)
    for said in (waits, text):
        assert "Namens Minister-president" in said
        assert "In de plaats kwam Vlaams minister van Zorg" in said
        assert "Reden op zending" in said
    assert "2 van 2 ondertekend" in text
    assert "Hoe geïdentificeerd ACM/IDM, itsme" in text


def test_past_its_term(bundle: Bundle) -> None:
    """Who was too late; what was signed in time stays so."""
    bundle.now[0] += timedelta(days=3)
    bundle.scene.vl.signing.expire()
    told = bundle.told(2)
    text = told_by(told)

    assert () == told.differences
    assert "tussenstand: de ondertekening is niet ten einde" in text
    assert "ondertekenaar, niet tijdig getekend" in text
    assert "loopt nog" not in text


def test_stopped(bundle: Bundle) -> None:
    """Who did not sign is not said to do so yet."""
    bundle.scene.vl.signing.cancel(
        bundle.flows[2], by=route.SECRETARIAT, reason="ingetrokken"
    )
    text = told_by(bundle.told(2))

    assert "ondertekenaar, niet getekend" in text
    assert "nog niet" not in text
