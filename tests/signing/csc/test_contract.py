"""The means keeps the contract, whatever the service speaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from digivl.signing.csc.means import CSCMeans
from digivl.signing.remote import Answer, Visit
from digivl.testing.csc import Style
from digivl.testing.csc_person import CANCEL, answers
from digivl.testing.remote_contract import Person, RemoteMeansContract

if TYPE_CHECKING:
    Service = Any  # its class stands in conftest.py


class _Contract(RemoteMeansContract):
    style: Style

    @pytest.fixture
    def service(self, serve: Callable[..., Service]) -> Service:
        """The service behind the means."""
        return serve(self.style)

    @pytest.fixture
    def means(self, service: Service) -> CSCMeans:
        """The means that is tried."""
        means: CSCMeans = service.means
        return means

    @pytest.fixture
    def now(self, service: Service) -> datetime:
        """The present moment."""
        moment: datetime = service.now
        return moment

    @pytest.fixture
    def confirms(self, service: Service) -> Person:
        """The minister agrees."""
        person: Person = service.confirm
        return person

    @pytest.fixture
    def cancels(self) -> Person:
        """Somebody who does not."""

        def cancel(visit: Visit) -> Answer:
            return answers(visit.url, CANCEL)

        return cancel


class TestItsme(_Contract):
    """Version 1 as itsme documents it."""

    style = Style.ITSME


class TestVersion1(_Contract):
    """Version 1.0.4."""

    style = Style.V1


class TestVersion2(_Contract):
    """Version 2.0, with pushed and rich requests."""

    style = Style.V2


class TestVersion22(_Contract):
    """Version 2.2."""

    style = Style.V22
