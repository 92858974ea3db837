"""A gateway without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from digivl.http.gateway import Authorization, Gateway
from digivl.settings import Limits

LIMITS = Limits(
    http_answer_bytes=1_000, http_connect_seconds=1.0, http_read_seconds=1.0
)


@pytest.fixture(name="gateway")
def _gateway() -> Iterator[Callable[..., Gateway]]:
    """Makes a gateway whose requests are answered by a function."""
    made: list[Gateway] = []

    def make(
        answer: Callable[[httpx.Request], httpx.Response],
        *,
        base_url: str = "https://service.example/base",
        auth: Authorization | None = None,
    ) -> Gateway:
        transport = httpx.MockTransport(answer)
        made.append(Gateway("service", base_url, LIMITS, auth, transport))
        return made[-1]

    yield make
    for gateway in made:
        gateway.close()
