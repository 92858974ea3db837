"""The built-in delivery providers keep the contract."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from digivl.dispatch.magda import MagdaDocumentendienst
from digivl.dispatch.model import Channel, Dispatch, PostalAddress, Recipient
from digivl.dispatch.provider import DeliveryProvider
from digivl.testing.contracts import DeliveryProviderContract

Draft = Callable[..., Dispatch]


class TestMagdaToEBox(DeliveryProviderContract):
    """The MAGDA Documentendienst, to an eBox."""

    @pytest.fixture
    def provider(self, magda: MagdaDocumentendienst) -> DeliveryProvider:
        """The client, connected to the simulator."""
        return magda

    @pytest.fixture
    def dispatch(self, draft: Draft, pdf: io.BytesIO) -> Dispatch:
        """A decision for a citizen."""
        self.content = pdf.getvalue()
        return draft()


class TestMagdaByLetter(TestMagdaToEBox):
    """The MAGDA Documentendienst, by letter."""

    @pytest.fixture
    def dispatch(
        self, draft: Draft, pdf: io.BytesIO, address: PostalAddress
    ) -> Dispatch:
        """A decision for somebody without eBox."""
        self.content = pdf.getvalue()
        recipient = Recipient.by_letter("Test Persoon", address)
        return draft(recipient=recipient, channel=Channel.PAPER)
