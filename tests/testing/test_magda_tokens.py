"""Who is let in by the simulator of MAGDA, and what it answers to no message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from digivl.testing.magda import MagdaSimulator, magda_app
from digivl.testing.magda_sample import MESSAGES

Post = Callable[..., TestResponse]


def test_token_that_is_refused(token: Callable[..., TestResponse]) -> None:
    """Errors of the token endpoint are those of RFC 6749."""
    answers = [
        token(client_secret="wrong"),
        token(client_id="nobody"),
        token(grant_type="password"),
        token(scope="everything"),
    ]

    assert [
        (401, "invalid_client"),
        (401, "invalid_client"),
        (400, "unsupported_grant_type"),
        (400, "invalid_scope"),
    ] == [(answer.status_code, answer.get_json()["error"]) for answer in answers]


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer x", "Bearer W10=.x", "Bearer WzEsMiwzXQ==.x", "Bearer é"],
)
def test_token_that_is_not_ours(post: Post, authorization: str) -> None:
    """Whatever stands in the header, the answer is 401 in the shape of MAGDA."""
    answer = post(Authorization=authorization)

    assert 401 == answer.status_code
    assert {"title", "status", "detail", "instance"} == set(answer.get_json())


def test_token_ends(post: Post, clock: Any) -> None:
    """A token lasts ten minutes."""
    clock.now += timedelta(seconds=600)

    assert 401 == post().status_code


def test_scope_that_was_not_asked_for(
    token: Callable[..., TestResponse], post: Post
) -> None:
    """A scope has to be granted and asked for."""
    reader = token(scope="msg_msg_v1_G").get_json()["access_token"]

    assert 403 == post(Authorization=f"Bearer {reader}").status_code


def test_other_simulator_knows_the_token(
    tmp_path: Path, clock: Any, headers: dict[str, str]
) -> None:
    """Tokens need no memory: a simulator that was started again accepts them."""
    other = Client(magda_app(MagdaSimulator(tmp_path / "other", clock)))

    assert 200 == other.get(MESSAGES, headers=headers).status_code


def test_form_that_is_not_even_read(client: Client, headers: dict[str, str]) -> None:
    """Beyond 40 MB no byte of a form is read."""
    answer = client.post(
        MESSAGES,
        content_type="multipart/form-data; boundary=x",
        headers=headers,
        environ_overrides={"CONTENT_LENGTH": "42000000"},
    )

    assert 413 == answer.status_code


def test_form_without_message(client: Client, headers: dict[str, str]) -> None:
    """The JSON part is required, and a multipart form."""
    empty = client.post(
        MESSAGES, data={"a": "b"}, content_type="multipart/form-data", headers=headers
    )
    other = client.post(MESSAGES, json={}, headers=headers)

    assert (400, 400) == (empty.status_code, other.status_code)


def test_unknown_paths(client: Client, headers: dict[str, str]) -> None:
    """Also errors of routing have a shape that clients can read."""
    missing = client.get("/nothing", headers=headers)
    wrong = client.delete(MESSAGES, headers=headers)
    unknown = client.get(f"{MESSAGES}/m1", headers=headers)

    assert [404, 405, 404] == [
        answer.get_json()["status"] for answer in (missing, wrong, unknown)
    ]


def test_show(
    client: Client, post: Post, clock: Any, token: Callable[..., TestResponse]
) -> None:
    """A message can be looked at by its id until it expires."""
    path = f"/v1/messages/{post().get_json()['messageId']}"

    def look() -> int:
        bearer = f"Bearer {token().get_json()['access_token']}"
        headers = {"Authorization": bearer, "x-correlation-id": "c-2"}
        return client.get(path, headers=headers).status_code

    clock.now += timedelta(days=364)
    before = look()
    clock.now += timedelta(days=1)

    assert (200, 404) == (before, look())


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        {},
        {"deliveryChannel": "FAX", "messages": []},
        {"deliveryChannel": "EBOX", "messages": []},
        {"deliveryChannel": "EBOX", "messages": ["m"]},
        {"deliveryChannel": "PAPER", "messages": ["a", "b"]},
        {"deliveryChannel": "PAPER", "messages": 3},
        {
            "deliveryChannel": "EBOX",
            "messages": [
                {"messageId": "a", "eboxId": {"eboxType": "citizen"}},
                {"messageId": "b", "eboxId": {"eboxType": "enterprise"}},
            ],
        },
        {
            "deliveryChannel": "EBOX",
            "messages": [{"messageId": "a", "eboxId": {"eboxType": "citizen"}}] * 501,
        },
    ],
)
def test_status_request_that_breaks_a_rule(
    client: Client, headers: dict[str, str], said: object
) -> None:
    """One channel, at most 500 messages to one kind of eBox, or one letter."""
    answer = client.post("/v1/statusRequest", json=said, headers=headers)

    assert 400 == answer.status_code
