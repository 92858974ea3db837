"""E-mail keeps the contract of a channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from digivl.advice.channels.port import AdviceChannel
from digivl.advice.messages.message import Outgoing
from digivl.testing.contracts import AdviceChannelContract


class TestMail(AdviceChannelContract):
    """E-mail, over SMTP to a server and back through a Maildir."""

    @pytest.fixture
    def channel(self, mail: Any) -> AdviceChannel:
        """The channel, connected to a mail server."""
        channel: AdviceChannel = mail.channel
        return channel

    @pytest.fixture
    def question(self, make_outgoing: Callable[..., Outgoing]) -> Outgoing:
        """A question with the document of the contract."""
        return make_outgoing()

    @pytest.fixture
    def other_side(self, mail: Any) -> Any:
        """Who reads that mail and replies to it."""
        return mail
