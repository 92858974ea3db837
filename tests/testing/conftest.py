"""The simulator of MAGDA, and somebody who posts to it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from digivl.testing.magda import CLIENT_ID, CLIENT_SECRET, MagdaSimulator, magda_app
from digivl.testing.magda_sample import MESSAGES, PDF, message

Post = Callable[..., TestResponse]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The moment at which it stands."""
        return self.now


@pytest.fixture(name="clock")
def _clock() -> Clock:
    """A clock of this test."""
    return Clock()


@pytest.fixture(name="simulator")
def _simulator(tmp_path: Path, clock: Clock) -> MagdaSimulator:
    return MagdaSimulator(tmp_path / "magda", clock)


@pytest.fixture(name="client")
def _client(simulator: MagdaSimulator) -> Client:
    return Client(magda_app(simulator))


@pytest.fixture(name="token")
def _token(client: Client) -> Callable[..., TestResponse]:
    """Asks for a token."""

    def ask(**changes: str) -> TestResponse:
        form = {
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "scope": "msg_msg_v1_P msg_msg_v1_G",
        }
        return client.post("/op/v1/token", data=form | changes)

    return ask


@pytest.fixture(name="headers")
def _headers(token: Callable[..., TestResponse]) -> dict[str, str]:
    """Headers of a call that is let in."""
    return {
        "Authorization": f"Bearer {token().get_json()['access_token']}",
        "x-correlation-id": "c-1",
    }


@pytest.fixture(name="post")
def _post(client: Client, headers: dict[str, str]) -> Post:
    """Publishes a message; the arguments replace parts of a good one."""

    def publish(
        said: Any = None,
        *,
        files: tuple[tuple[str, bytes, str, str], ...] = (
            ("upfile1", PDF, "a.pdf", "application/pdf"),
        ),
        key: str | None = None,
        **changes: str,
    ) -> TestResponse:
        text = said if isinstance(said, str) else json.dumps(said or message())
        data: dict[str, Any] = {"messageToPublish": text}
        for name, content, filename, media_type in files:
            data.setdefault(name, []).append(
                (io.BytesIO(content), filename, media_type)
            )
        extra = {"Idempotency-Key": f'"{key}"'} if key else {}
        return client.post(
            MESSAGES,
            data=data,
            content_type="multipart/form-data",
            headers=headers | extra | changes,
        )

    return publish
