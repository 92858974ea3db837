"""When a service says to come back, and how a password is tried."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from digivl.errors import BackendRefusedError, BackendUnavailableError
from digivl.http.auth import BasicLogin
from digivl.http.gateway import Gateway

Make = Callable[..., Gateway]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120.0),
        ({"Retry-After": " 7 "}, 7.0),
        ({"Retry-After": "9" * 400}, 999_999_999.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "Mon, 23 Nov 2026 12:00:00 GMT"}, None),
        (
            {
                "Retry-After": "Mon, 23 Nov 2026 12:02:00 GMT",
                "Date": "Mon, 23 Nov 2026 12:00:00 GMT",
            },
            120.0,
        ),
        (
            {
                "Retry-After": "Mon, 23 Nov 2026 11:00:00 GMT",
                "Date": "Mon, 23 Nov 2026 12:00:00 GMT",
            },
            0.0,
        ),
    ],
)
def test_when_to_come_back(
    gateway: Make, headers: dict[str, str], seconds: float | None
) -> None:
    """Retry-After counts in seconds, or as a moment by the clock of the service."""
    busy = gateway(lambda _: httpx.Response(429, headers=headers))

    with pytest.raises(BackendUnavailableError) as told:
        busy.get("/x")
    assert seconds == told.value.retry_after_seconds


def test_a_password_is_tried_once(gateway: Make) -> None:
    """There is no other one: a refusal is not answered by asking again."""
    seen: list[str] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(401)

    closed = gateway(refuse, auth=BasicLogin("kabinet", "gehéim"))
    with pytest.raises(BackendRefusedError):
        closed.get("/x")

    assert ["Basic a2FiaW5ldDpnZWjDqWlt"] == seen
    assert "gehéim" not in repr(closed.auth)
