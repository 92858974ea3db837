"""Dispatches, and the simulator on loopback to send them to."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import attrs
import httpx
import pytest

from digivl import Digivl
from digivl.dispatch.magda import MagdaDocumentendienst
from digivl.dispatch.magda_wire import SenderProfile
from digivl.dispatch.model import (
    DISPATCH,
    Channel,
    DeliveryStatus,
    Dispatch,
    DispatchState,
    PostalAddress,
    Receipt,
    Recipient,
)
from digivl.dispatch.provider import DeliveryProvider
from digivl.http.auth import ClientSecret
from digivl.http.gateway import Gateway
from digivl.kernel.identifiers import INSZ, EnterpriseNumber, OVOCode
from digivl.kernel.moments import utc_now
from digivl.plugins.hookspecs import Offer, hookimpl
from digivl.settings import Backend, Limits
from digivl.testing import route
from digivl.testing.magda import CLIENT_ID, CLIENT_SECRET, MagdaSimulator, magda_app
from digivl.testing.route import Scene
from digivl.testing.serving import serving

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PDF = b"%PDF-1.7 a decision"


@pytest.fixture(name="now", scope="session")
def _now() -> datetime:
    """The moment at which everything happens."""
    return NOW


@pytest.fixture(name="pdf")
def _pdf() -> io.BytesIO:
    """The document that is sent."""
    return io.BytesIO(PDF)


@pytest.fixture(name="address", scope="session")
def _address() -> PostalAddress:
    """An address in Brussels."""
    return PostalAddress(
        street="Koning Albert II-laan",
        house_number="15",
        box_number="101",
        postal_code="1210",
        municipality="Sint-Joost-ten-Node",
    )


@pytest.fixture(name="citizen", scope="session")
def _citizen(address: PostalAddress) -> Recipient:
    """A citizen who uses the eBox."""
    return Recipient.citizen(INSZ("85073003328"), name="Test Persoon", address=address)


@pytest.fixture(name="draft", scope="session")
def _draft(citizen: Recipient) -> Callable[..., Dispatch]:
    """Makes a dispatch to a citizen over the eBox, or as the arguments say."""

    def make(**changes: Any) -> Dispatch:
        fields: dict[str, Any] = {
            "dossier": "d1",
            "document": hashlib.sha256(PDF).hexdigest(),
            "signed": True,
            "subject": "Beslissing over de subsidie 2026/42",
            "sender": OVOCode("OVO002949"),
            "recipient": citizen,
            "channel": Channel.EBOX,
        }
        return Dispatch(**(fields | changes))

    return make


@pytest.fixture(name="profile", scope="session")
def _profile() -> SenderProfile:
    """The Flemish government as sender."""
    return SenderProfile(
        organization=EnterpriseNumber("0316380841"),
        application="urn:test:digivl",
        message_type="besluit",
    )


@pytest.fixture(name="simulator")
def _simulator(tmp_path: Path) -> MagdaSimulator:
    """A simulator with an empty folder."""
    return MagdaSimulator(tmp_path / "magda", slow_seconds=0.6)


@pytest.fixture(name="url")
def _url(simulator: MagdaSimulator) -> Iterator[str]:
    """Where the simulator is served."""
    with serving(magda_app(simulator)) as url:
        yield url


@pytest.fixture(name="magda")
def _magda(url: str, profile: SenderProfile) -> Iterator[MagdaDocumentendienst]:
    """The client, connected to the simulator."""
    client = MagdaDocumentendienst.connect(
        f"{url}/api/v1/messages",
        url,
        ClientSecret(CLIENT_ID, CLIENT_SECRET),
        profile,
        Limits(http_read_seconds=0.4),
        lambda: NOW,
    )
    yield client
    client.close()


@attrs.define
class Post:
    """A provider without idempotency: what it accepts twice is sent twice.

    Attributes:
        before: What happens to the next submissions before they are accepted.
        after: What happens once they are.
    """

    name: str = "post"
    channels: frozenset[Channel] = frozenset(Channel)
    accepted: list[Dispatch] = attrs.field(factory=list[Dispatch])
    before: list[Callable[[], object] | None] = attrs.field(factory=list[Any])
    after: list[Callable[[], object] | None] = attrs.field(factory=list[Any])
    clock: Callable[[], datetime] = utc_now

    def submit(self, dispatch: Dispatch, pdf: BinaryIO) -> Receipt:
        """Accept it."""
        assert pdf.read(5) == b"%PDF-"
        self._happens(self.before)
        self.accepted.append(dispatch)
        self._happens(self.after)
        return Receipt(message_id=f"message-{dispatch.key}", at=self.clock())

    def find(self, dispatch: Dispatch) -> Receipt | None:
        """Look it up."""
        if dispatch.key not in [known.key for known in self.accepted]:
            return None
        return Receipt(message_id=f"message-{dispatch.key}", at=self.clock())

    def status(self, dispatches: Iterable[Dispatch]) -> Iterator[DeliveryStatus]:
        """Nothing is known of any."""
        yield from ()

    def _happens(self, events: list[Callable[[], object] | None]) -> None:
        event = events.pop(0) if events else None
        if event is not None:
            event()


@attrs.define
class Plugin:
    """Offers the post through the same door as any plug-in."""

    post: Post

    @hookimpl
    def digivl_delivery_providers(self) -> list[Offer[DeliveryProvider]]:
        """One offer."""
        return [Offer("post", lambda _: self.post)]


@attrs.define
class Counter:
    """Where a document is handed in: an office, its post, and a clock to put ahead."""

    scene: Scene
    post: Post
    clock: list[datetime]
    citizen: Recipient

    @property
    def vl(self) -> Digivl:
        """The office."""
        return self.scene.vl

    def send(self, *people: Recipient, **options: Any) -> tuple[Any, ...]:
        """Put the document on its way."""
        return self.vl.dispatches.send(
            self.scene.document,
            people or (self.citizen,),
            sender=route.SENDER,
            by=route.SECRETARIAT,
            **options,
        )

    def pass_time(self, **delta: int) -> None:
        """Some time goes by."""
        self.clock[0] += timedelta(**delta)

    def states(self) -> list[DispatchState]:
        """Where each dispatch stands."""
        return [entry.record.state for entry in self.scene.all(DISPATCH)]


@pytest.fixture(name="counter_at")
def _counter_at(
    scene_at: Callable[..., Scene], citizen: Recipient
) -> Callable[[str], Counter]:
    """Opens an office at a stage, with the post as its provider."""

    def opened(stage: str) -> Counter:
        now, post = [utc_now()], Post()
        scene = scene_at(
            stage,
            clock=lambda: now[0],
            plugins=(Plugin(post),),
            providers={"post": Backend(offer="post")},
        )
        return Counter(scene, post, now, citizen)

    return opened


@pytest.fixture(name="counter")
def _counter(counter_at: Callable[[str], Counter]) -> Counter:
    """An office with a registered document."""
    return counter_at("registered")


@pytest.fixture(name="mocked")
def _mocked(profile: SenderProfile, now: Any) -> Callable[..., MagdaDocumentendienst]:
    """Makes a client whose requests are answered by a function."""

    def make(
        answer: Callable[[httpx.Request], httpx.Response],
    ) -> MagdaDocumentendienst:
        gateway = Gateway(
            "magda",
            "https://magda.example/api/v1/messages",
            Limits(),
            transport=httpx.MockTransport(answer),
        )
        return MagdaDocumentendienst(
            gateway=gateway, profile=profile, clock=lambda: now
        )

    return make
