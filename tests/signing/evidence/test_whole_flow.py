"""A report of a flow in which everything happened that can happen to people."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from digivl.kernel.moments import utc_now
from digivl.kernel.parties import Party, Role
from digivl.kernel.personal import Personal
from digivl.settings import Backend, TimestampSettings
from digivl.signing.evidence.model import Evidence, Standing
from digivl.signing.evidence.people import Part, Participant, Pinned
from digivl.signing.model import Approver, Signatory, Watcher
from digivl.signing.participants import Handing
from digivl.testing import papers, route
from digivl.testing.route import Scene
from digivl.testing.serving import serving
from digivl.testing.tsa import Fault, TSASimulator, tsa_app
from tests.signing.evidence.reporting import told_by

At = Callable[..., Scene]
BY = route.SECRETARIAT
CHIEF = Party("kabinetschef", "Kabinetschef", Role.CABINET_STAFF, Personal("An Test"))
LAWYER = Party("jurist", "Jurist van het kabinet", Role.CABINET_STAFF)
OTHER_LAWYER = Party("jurist-2", "Jurist (vervanger)", Role.CABINET_STAFF)
DEPUTY = Party("minister-zorg", "Vlaams minister van Zorg", Role.MINISTER)
ARCHIVE = Party("archief", "Archief van de Vlaamse Regering", Role.GOVERNMENT_BODY)


@attrs.define
class Office:
    """An office with a flow, and an authority that can be away."""

    scene: Scene
    authority: TSASimulator
    now: list[datetime]
    flow: str = ""

    @property
    def current(self) -> str:
        """SHA-256 of what is signed next."""
        return self.scene.vl.signing.read(self.flow).record.current

    def wait(self) -> None:
        """Some minutes pass."""
        self.now[0] += timedelta(minutes=7)

    def do(self, act: str, *given: Any, **more: Any) -> None:
        """An act on the flow, some minutes later."""
        self.wait()
        getattr(self.scene.vl.signing, act)(self.flow, *given, **more)

    def told(self) -> Evidence:
        """What the report tells."""
        return self.scene.vl.evidence.gather(self.flow, by=BY)

    def of(self, party: Party) -> Participant:
        """What it tells of one party."""
        return next(p for p in self.told().participants if p.who.id == party.id)

    def text(self) -> str:
        """What stands on its paper."""
        return told_by(self.told())


@pytest.fixture(name="office")
def _office(stages: Path, scene_at: At) -> Iterator[Office]:
    """Two approve, two sign, one is told; sent, and nobody did anything."""
    keys = stages / "opened" / "keys"
    password = (keys / "timestamps.password").read_bytes().strip()
    now = [utc_now()]
    authority = TSASimulator.from_pkcs12(
        keys / "timestamps.p12", password, clock=lambda: now[0]
    )
    with serving(tsa_app(authority)) as url:
        scene = scene_at(
            "opened",
            clock=lambda: now[0],
            authorities={"tsa": Backend(offer="rfc3161", options={"url": url})},
            timestamps=TimestampSettings(later=True),
        )
        office = Office(scene, authority, now)
        office.flow = scene.vl.signing.start(
            scene.document,
            [
                Signatory(party=route.MINISTER, means="minister"),
                Signatory(party=route.PRESIDENT, means="minister-president"),
            ],
            approvers=[Approver(party=CHIEF), Approver(party=LAWYER)],
            watchers=[Watcher(party=ARCHIVE)],
            deadline=now[0] + timedelta(days=4),
            by=BY,
        ).id
        yield office


def carried_out(office: Office) -> None:
    """Everybody acts; one lawyer is replaced, one minister delegates."""
    office.do("shown", by=CHIEF, face="web")
    office.do("approve", by=CHIEF, remark="akkoord met artikel 3", identified="ACM/IDM")
    office.do("replace", LAWYER, OTHER_LAWYER, by=BY, reason="verlof")
    office.do("approve", by=OTHER_LAWYER, identified="ACM/IDM")
    office.do("shown", by=route.MINISTER, face="web")
    office.do("sign", by=route.MINISTER, identified="ACM/IDM, eID", consent="c-1")
    office.do("delegate", DEPUTY, by=route.PRESIDENT, reason="in het buitenland")
    office.do("shown", by=DEPUTY, face="tablet", sha256=_base(office))
    office.authority.fault = Fault.DOWN
    office.do("sign", by=DEPUTY, identified="ACM/IDM, itsme")


def _base(office: Office) -> str:
    return office.scene.vl.signing.read(office.flow).record.base


def test_who_did_what(office: Office) -> None:
    """Approvers, watchers, who was replaced, who delegated; each with its moments."""
    carried_out(office)
    told = office.told()

    assert () == told.differences
    assert Standing.FINAL is told.standing
    assert (BY.id, True) == (told.started_by.id, told.deadline is not None)
    assert [
        (CHIEF.id, Part.APPROVES, "geparafeerd"),
        (LAWYER.id, Part.APPROVES, "vervangen"),
        (OTHER_LAWYER.id, Part.APPROVES, "geparafeerd"),
        (route.MINISTER.id, Part.SIGNS, "getekend"),
        (route.PRESIDENT.id, Part.SIGNS, "doorgegeven"),
        (DEPUTY.id, Part.SIGNS, "getekend"),
        (ARCHIVE.id, Part.WATCHES, "wacht"),
    ] == [(p.who.id, p.part, p.state) for p in told.participants]
    assert "akkoord met artikel 3" == office.of(CHIEF).remark
    replaced, left = office.of(LAWYER).succeeded, office.of(route.PRESIDENT).succeeded
    assert replaced is not None
    assert left is not None
    assert (OTHER_LAWYER.id, Handing.REPLACED.value, "verlof") == (
        replaced.to.id,
        replaced.how,
        replaced.reason,
    )
    assert (DEPUTY.id, "in het buitenland") == (left.to.id, left.reason)
    assert route.PRESIDENT.id == getattr(office.of(DEPUTY).behalf, "id", "")
    # Who came later had it before it from then on.
    assert told.sent_at == office.of(route.MINISTER).sent_at
    assert left.at == office.of(DEPUTY).sent_at


def test_the_three_hashes(office: Office) -> None:
    """Sent, shown and signed: the same, grown by signatures, or not told."""
    carried_out(office)
    base = _base(office)

    assert [Pinned.SAME, Pinned.UNSHOWN, Pinned.SAME, Pinned.GROWN, None] == [
        office.of(p).pinned
        for p in (CHIEF, OTHER_LAWYER, route.MINISTER, DEPUTY, ARCHIVE)
    ]
    minister, deputy = office.of(route.MINISTER), office.of(DEPUTY)
    assert (base, base, minister.signed) == (minister.sent, minister.over, deputy.over)
    assert ("web", "c-1", "ACM/IDM, eID") == (
        getattr(minister.shown, "face", ""),
        minister.consent,
        minister.identified,
    )
    text = office.text()
    for line in (
        "voorgelegd, getoond en geparafeerd: dezelfde bytes",
        "voorgelegd en geparafeerd: dezelfde bytes; niet vastgelegd is wat werd",
        "voorgelegd, getoond en getekend: dezelfde bytes",
        "met de handtekeningen die er intussen achter kwamen",
    ):
        assert line in text


def test_a_timestamp_that_is_missing_and_then_comes(office: Office) -> None:
    """Without one the report says so; later it names it, and its digest."""
    carried_out(office)
    bare = office.of(DEPUTY)
    assert ("B-B", None, None) == (bare.level, bare.authority, bare.token)
    assert "niemand: het tijdstip is dat van wie tekende" in office.text()
    assert "zonder tijdstempel" in office.text()

    office.authority.fault = None
    office.now[0] += timedelta(hours=1)
    office.scene.vl.work()
    told, stamped = office.told(), office.of(DEPUTY)

    assert () == told.differences
    assert "B-T" == stamped.level
    stamps = [t.token for s in told.signatures for t in s.timestamps]
    assert stamped.token in [*stamps, *(t.token for t in told.timestamps)]
    assert "zonder tijdstempel" not in office.text()
    assert Pinned.GROWN is stamped.pinned


def test_a_new_version_and_a_refusal(office: Office) -> None:
    """What was shown before is told as such; the reason of the refusal too."""
    office.do("shown", by=CHIEF, face="web")
    office.scene.vl.documents.replace(
        office.scene.document, io.BytesIO(papers.paper("Nieuw")), by=route.CABINET
    )
    office.do("renew", by=BY, reason="artikel 3 gewijzigd")
    renewed = office.of(CHIEF)
    office.do("refuse", by=CHIEF, reason="artikel 3 klopt niet")
    refused = office.of(CHIEF)

    assert (None, _base(office)) == (renewed.shown, renewed.sent)
    assert renewed.outdated is not None
    assert renewed.outdated.sha256 != renewed.sent
    assert ("geweigerd", "artikel 3 klopt niet") == (refused.state, refused.reason)
    assert refused.refused_at is not None
    text = office.text()
    assert "Eerder getoond" in text
    assert "Geweigerd op" in text
    assert "Reden artikel 3 klopt niet" in text


def test_recalled_late_and_failed(office: Office) -> None:
    """A draft was not sent; what expired or came back wrong says so."""
    office.do("recall", by=BY, reason="te vroeg")
    drafted = office.told()
    assert (None, None) == (drafted.sent_at, drafted.participants[0].done_at)
    assert "voorbereid, nog niet verzonden" in office.text()
    office.do("send", by=BY)
    assert office.now[0] == office.told().sent_at

    office.do("fail", "twee handtekeningen te veel", by=BY)
    assert "twee handtekeningen te veel" == office.told().problem
    assert "Niet aanvaard omdat twee handtekeningen te veel" in office.text()
    office.do("go_on", by=BY)
    office.now[0] += timedelta(days=5)
    office.scene.vl.signing.expire()
    assert "termijn verstreken" == office.told().state


def test_on_a_platform(office: Office) -> None:
    """Which one, and how it calls the flow."""
    office.do("give_out", platform="signhub", reference="p-17", by=BY)
    there = office.told().elsewhere

    assert there is not None
    assert ("signhub", "p-17", office.now[0]) == (
        there.platform,
        there.reference,
        there.since,
    )
    assert "Tekenplatform signhub, p-17" in office.text()


def test_in_a_bundle(office: Office) -> None:
    """Its place is told; what else is in it is for who may read that."""
    vl = office.scene.vl
    added = vl.documents.add(
        office.scene.dossier,
        io.BytesIO(papers.paper("Bijlage")),
        title="Bijlage",
        type=vl.documents.read(office.scene.document).record.type,
        by=route.CABINET,
    )
    one = Signatory(party=route.MINISTER, means="minister")
    (flow,) = vl.signing.start_bundle({added.id: [one]}, by=BY)
    office.flow = flow.id
    bundle = office.told().bundle

    assert bundle is not None
    assert (flow.record.bundle, 1) == (bundle.id, bundle.place)
    assert f"{bundle.id}, stuk 1" in office.text().replace("\n", " ")
