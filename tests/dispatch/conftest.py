"""Dispatches, and the simulator on loopback to send them to."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digivl.dispatch.magda import MagdaDocumentendienst
from digivl.dispatch.magda_wire import SenderProfile
from digivl.dispatch.model import Channel, Dispatch, PostalAddress, Recipient
from digivl.http.auth import ClientSecret
from digivl.kernel.identifiers import INSZ, EnterpriseNumber, OVOCode
from digivl.settings import Limits
from digivl.testing.magda import CLIENT_ID, CLIENT_SECRET, MagdaSimulator, magda_app
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
    return Recipient.citizen(INSZ("85073003328"), name="An Peeters", address=address)


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
