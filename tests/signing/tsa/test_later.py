"""A signature that no authority stamped is kept, and gets its timestamp later."""

from __future__ import annotations

import io
import ssl
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from digivl.documents.model import Origin
from digivl.errors import BackendUnavailableError, NotReadyError, StaleRecordError
from digivl.kernel.moments import utc_now
from digivl.records.tasks import Task, TaskState
from digivl.records.worker import WorkReport
from digivl.settings import Backend, SigningSettings, TimestampSettings
from digivl.signing.model import FLOW, FlowState, SigningFlow
from digivl.testing import papers, route
from digivl.testing.pki import PASSWORD, PKI
from digivl.testing.route import Scene
from digivl.testing.serving import serving
from digivl.testing.tsa import Fault, TSASimulator, tsa_app

At = Callable[..., Scene]
BY = route.SECRETARIAT


@attrs.define
class Office:
    """An office at the start of a flow, with one authority, on a clock that stands."""

    scene: Scene
    authority: TSASimulator
    now: list[datetime]

    @property
    def flow(self) -> SigningFlow:
        """The flow as it is."""
        return self.scene.vl.signing.read(self.id).record

    @property
    def id(self) -> str:
        """Of the flow."""
        return next(self.scene.all(FLOW)).id

    def sign(self, by: Any = route.MINISTER) -> None:
        """Sign as that party."""
        self.scene.vl.signing.sign(self.id, by=by)

    def work(self, *, hours: float = 1.0) -> WorkReport:
        """Do what is due some hours later."""
        self.now[0] += timedelta(hours=hours)
        return self.scene.vl.work()

    def levels(self) -> list[tuple[str, str]]:
        """Of the signatures in the file: what holds, and the level."""
        with self.scene.vl.documents.opened(self.flow.current) as file:
            found = self.scene.vl.validate(file, "document").signatures
        return [(one.indication.value, one.level) for one in found]

    def tasks(self) -> list[Task]:
        """The tasks for a timestamp, that are not done."""
        return [
            one
            for one in self.scene.vl.book.tasks()
            if one.kind == "timestamp" and one.state is not TaskState.DONE
        ]


@pytest.fixture(name="office")
def _office(stages: Path, scene_at: At) -> Iterator[Office]:
    """The authority is away."""
    keys = stages / "flow" / "keys"
    password = (keys / "timestamps.password").read_bytes().strip()
    now = [utc_now()]
    authority = TSASimulator.from_pkcs12(
        keys / "timestamps.p12", password, clock=lambda: now[0]
    )
    authority.fault = Fault.DOWN
    with serving(tsa_app(authority)) as url:
        scene = scene_at(
            "flow",
            clock=lambda: now[0],
            authorities={"tsa": Backend(offer="rfc3161", options={"url": url})},
            timestamps=TimestampSettings(later=True),
        )
        yield Office(scene, authority, now)


def test_with_an_authority_all_is_as_ever(office: Office) -> None:
    """Nothing waits, and the level is B-T at once."""
    office.authority.fault = None
    office.sign()

    assert [("TOTAL-PASSED", "B-T")] == office.levels()
    assert [] == office.tasks()
    assert office.flow.signatories[0].authority is not None


def test_a_signature_is_not_lost(office: Office) -> None:
    """It is kept without, and stamped by the first worker that gets an answer."""
    office.sign()
    kept = office.flow
    assert [("TOTAL-PASSED", "B-B")] == office.levels()
    assert (FlowState.PARTLY_SIGNED, None) == (
        kept.state,
        kept.signatories[0].authority,
    )
    assert WorkReport(postponed=1) == office.work()
    office.authority.fault = None
    assert WorkReport(done=1) == office.work()

    assert [("TOTAL-PASSED", "B-T")] == office.levels()
    stamped = office.flow.signatories[0]
    assert "digivl ontwikkeling TSU" == stamped.authority
    assert kept.signatories[0].signed_at != stamped.signed_at
    assert [] == office.tasks()
    document = office.scene.vl.documents.read(office.scene.document).record
    assert (Origin.SIGNED, office.flow.current) == (
        document.latest.origin,
        document.latest.sha256,
    )
    evidence = office.scene.vl.evidence.gather(office.id, by=BY)
    assert () == evidence.differences
    assert office.flow.current == evidence.participants[0].signed


def test_the_next_one_signs_on(office: Office) -> None:
    """Signed on before the timestamp came: one over the document serves for both."""
    office.sign()
    office.sign(route.PRESIDENT)
    assert 2 == len(office.tasks())
    office.authority.fault = None
    assert WorkReport(done=2) == office.work()

    assert [("TOTAL-PASSED", "B-T")] * 2 == office.levels()
    assert FlowState.SIGNED is office.flow.state
    assert 1 == len({one.signed_at for one in office.flow.signatories})
    assert () == office.scene.vl.evidence.gather(office.id, by=BY).differences
    registered = office.scene.vl.register.register(office.id, by=BY)
    assert office.flow.current == registered.record.final


def test_the_next_one_brings_it(office: Office) -> None:
    """The authority is back when the second signs: the first is stamped with it."""
    office.sign()
    office.authority.fault = None
    office.now[0] += timedelta(hours=1)
    office.sign(route.PRESIDENT)
    before = office.flow.current
    assert WorkReport(done=1) == office.work()

    assert (before, []) == (office.flow.current, office.tasks())
    assert all(one.authority for one in office.flow.signatories)
    assert () == office.scene.vl.evidence.gather(office.id, by=BY).differences


def test_the_timestamp_changes_nothing_of_what_was_shown(office: Office) -> None:
    """It comes behind the bytes that the next one was shown, as a signature does."""
    office.sign()
    office.scene.vl.signing.shown(office.id, by=route.PRESIDENT, face="web")
    office.authority.fault = None
    office.work()
    office.sign(route.PRESIDENT)

    assert FlowState.SIGNED is office.flow.state
    assert [("TOTAL-PASSED", "B-T")] * 2 == office.levels()


def test_it_waits_while_others_sign_elsewhere(office: Office) -> None:
    """What people sign on a platform is not changed behind their backs."""
    office.sign()
    sent, signing = office.flow.current, office.scene.vl.signing
    signing.give_out(office.id, platform="hub", reference="1", by=BY)
    office.authority.fault = None
    for _ in range(12):
        office.work()
    assert sent == office.flow.current
    signing.take_back(office.id, by=BY)
    office.work()

    assert [("TOTAL-PASSED", "B-T")] == office.levels()
    assert [] == office.tasks()


def test_what_is_registered_has_its_timestamp(office: Office) -> None:
    """It does not change any more: so it waits for that."""
    office.sign()
    office.sign(route.PRESIDENT)

    with pytest.raises(NotReadyError, match="het tijdstempel komt nog"):
        office.scene.vl.register.register(office.id, by=BY)


def test_what_was_replaced_is_left_alone(office: Office) -> None:
    """Another version was delivered: there is nothing left to stamp."""
    office.sign()
    vl = office.scene.vl
    vl.signing.cancel(office.id, by=BY, reason="verkeerde versie")
    vl.documents.replace(
        office.scene.document, io.BytesIO(papers.paper("BIS")), by=route.CABINET
    )
    office.authority.fault = None

    assert WorkReport(done=1) == office.work()
    assert 1 == office.authority.answered  # when it was signed, in vain


def test_an_authority_that_stays_away(office: Office) -> None:
    """It is tried for a month; then a person has to look at it."""
    office.sign()
    for _ in range(40):
        assert 0 == office.work(hours=2).stuck
    assert 1 == len(office.tasks())
    report = WorkReport()
    for _ in range(40):
        report = office.work(hours=24)
        if report.stuck:
            break

    assert 1 == report.stuck
    (stuck,) = office.tasks()
    assert "no timestamp" in str(stuck.error)
    office.authority.fault = None
    office.scene.vl.book.retry(stuck.key, office.now[0])
    assert WorkReport(done=1) == office.work()


def test_later_it_has_the_level_of_the_settings(pki: PKI, scene_at: At) -> None:
    """What the flow says of a signature is what was made of it: B-LT, not only B-T."""
    (pki.folder / "root.pem").write_text(
        ssl.DER_cert_to_PEM_cert(pki.certificate("root"))
    )
    (pki.folder / "password").write_bytes(PASSWORD)
    names = {"minister": "signer", "minister-president": "card"}
    options = {"password_file": str(pki.folder / "password")}
    now = [utc_now()]
    pki.clock = lambda: now[0]
    scene = scene_at(
        "flow",
        clock=pki.clock,
        means={
            name: Backend(
                offer="pkcs12", options={**options, "file": str(pki.pkcs12(who))}
            )
            for name, who in names.items()
        },
        seal="",
        authorities={"tsa": Backend(offer="rfc3161", options={"url": pki.tsa()})},
        timestamps=TimestampSettings(later=True),
        signing=SigningSettings(
            level="B-LT",
            anchors=(str(pki.folder / "root.pem"),),
            private_hosts=("127.0.0.1",),
        ),
    )
    flow = next(scene.all(FLOW)).id
    pki.down.append("/tsa/")
    scene.vl.signing.sign(flow, by=route.MINISTER)
    assert "B-B" == scene.vl.signing.read(flow).record.signatories[0].level
    pki.down.clear()
    now[0] += timedelta(minutes=20)
    assert WorkReport(done=1) == scene.vl.work()

    assert "B-LT" == scene.vl.signing.read(flow).record.signatories[0].level


def test_signed_meanwhile(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who signs while the timestamp is fetched comes first; the task goes on later."""
    office.sign()
    office.authority.fault = None
    vl, answer = office.scene.vl, type(office.scene.vl.timestamps).answer

    def slow(self: Any, request: bytes) -> bytes:
        monkeypatch.undo()
        office.sign(route.PRESIDENT)
        told: bytes = answer(self, request)
        return told

    office.now[0] += timedelta(hours=1)
    (task,) = office.tasks()
    monkeypatch.setattr(type(vl.timestamps), "answer", slow)
    with pytest.raises(StaleRecordError):
        vl.later.carry_out(task)
    assert WorkReport(done=1) == office.work()
    assert all(one.authority for one in office.flow.signatories)


def test_only_where_it_is_allowed(office: Office, scene_at: At) -> None:
    """Unless the settings say so, nothing is signed without a timestamp."""
    down = {"tsa": Backend(offer="rfc3161", options={"url": "http://127.0.0.1:9"})}
    scene = scene_at("flow", authorities=down)

    with pytest.raises(BackendUnavailableError):
        scene.vl.signing.sign(next(scene.all(FLOW)).id, by=route.MINISTER)
    assert all(
        one.signed_at is None for one in next(scene.all(FLOW)).record.signatories
    )
