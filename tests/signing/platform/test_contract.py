"""SigningHub keeps the contract of a platform."""

from __future__ import annotations

import attrs
import pytest

from digivl.signing.platform.people import Invited
from digivl.signing.platform.port import Owner, SigningPlatform
from digivl.testing.contracts import SigningPlatformContract
from digivl.testing.signinghub import SigningHubSimulator
from digivl.testing.signinghub_desk import ACCOUNT, PEOPLE, Desk


@attrs.define
class Players:
    """The people of the simulator."""

    hub: SigningHubSimulator

    def approve(self, package: str) -> None:
        """The approver."""
        self.hub.approve(int(package), "els@example.be")

    def sign(self, package: str) -> None:
        """The signer."""
        self.hub.sign(int(package), "an.proef@example.be")

    def decline(self, package: str, reason: str) -> None:
        """The approver does not."""
        self.hub.decline(int(package), "els@example.be", reason)

    def remove(self, package: str) -> None:
        """The owner."""
        self.hub.delete(int(package))


class TestSigningHub(SigningPlatformContract):
    """SigningHub, over HTTP to the simulator."""

    @pytest.fixture
    def platform(self, desk: Desk) -> SigningPlatform:
        """The client, connected to the simulator."""
        return desk.vl.packages.platform("hub")

    @pytest.fixture
    def owner(self) -> Owner:
        """Of the one organisation."""
        return Owner(ACCOUNT.organization, "eigenaar@example.be")

    @pytest.fixture
    def stranger(self) -> Owner:
        """A colleague."""
        return Owner(ACCOUNT.organization, "collega@example.be")

    @pytest.fixture
    def invited(self) -> tuple[Invited, ...]:
        """An approver and a signer."""
        return (PEOPLE[2], PEOPLE[0])

    @pytest.fixture
    def people(self, desk: Desk) -> Players:
        """Who sits at the simulator."""
        return Players(desk.hub)
