"""A gateway without a network."""

from __future__ import annotations

import httpx
import pytest

from digivl.http.gateway import Gateway
from digivl.settings import Limits

LIMITS = Limits(
    http_answer_bytes=1_000, http_connect_seconds=1.0, http_read_seconds=1.0
)


@pytest.fixture(name="gateway")
def _gateway():
    """Makes a gateway whose requests are answered by a function."""
    made = []

    def make(answer, *, base_url="https://service.example/base", auth=None):
        transport = httpx.MockTransport(answer)
        made.append(Gateway("service", base_url, LIMITS, auth, transport))
        return made[-1]

    yield make
    for gateway in made:
        gateway.close()
