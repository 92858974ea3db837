"""KRAB keeps the contract of a channel."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from digivl.advice.channels.krab import KrabChannel
from digivl.advice.channels.port import AdviceChannel
from digivl.advice.messages.message import Outgoing
from digivl.testing.contracts import AdviceChannelContract
from digivl.testing.krab import KrabSimulator


@attrs.define
class Inspectorate:
    """Whoever sits at the simulator."""

    simulator: KrabSimulator

    def arrived(self) -> int:
        """Messages that were accepted."""
        return len(self.simulator.accepted())

    def receive(self, question: Outgoing) -> None:
        """Received."""
        del question
        self.simulator.receive(self._reference())

    def advise(self, question: Outgoing, pdf: bytes) -> None:
        """Favourable advice."""
        del question
        self.simulator.advise(self._reference(), pdf=pdf)

    def mumble(self, question: Outgoing) -> None:
        """A word that is in no list."""
        del question
        self.simulator.say(self._reference(), "HM")

    def _reference(self) -> str:
        return self.simulator.accepted()[0].reference


class TestKrab(AdviceChannelContract):
    """KRAB, over HTTP to the simulator."""

    @pytest.fixture
    def channel(self, krab: KrabChannel) -> AdviceChannel:
        """The client, connected to the simulator."""
        return krab

    @pytest.fixture
    def question(self, make_outgoing: Callable[..., Outgoing]) -> Outgoing:
        """A question with the document of the contract."""
        return make_outgoing()

    @pytest.fixture
    def other_side(self, simulator: KrabSimulator) -> Inspectorate:
        """The inspector at the simulator."""
        return Inspectorate(simulator)
