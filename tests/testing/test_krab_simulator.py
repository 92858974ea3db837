"""The KRAB simulator itself: its rules, its errors, its durable folder."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from digivl.advice.channels import krab_wire as wire
from digivl.testing.krab import (
    BASE,
    CLIENT_ID,
    CLIENT_SECRET,
    KrabSimulator,
    krab_app,
)
from digivl.testing.krab_folder import KrabFolder

PDF = b"%PDF-1.7 a nota"
DIGEST = hashlib.sha256(PDF).hexdigest()
QUESTION = {"kind": "QUESTION", "senderReference": "advice/1", "title": "Subsidie"}


@pytest.fixture(name="simulator")
def _simulator(tmp_path: Path) -> KrabSimulator:
    return KrabSimulator(tmp_path / "krab")


@pytest.fixture(name="client")
def _client(simulator: KrabSimulator) -> Client:
    return Client(krab_app(simulator))


@pytest.fixture(name="headers")
def _headers(client: Client) -> dict[str, str]:
    """Headers of a call that is let in."""
    return {"Authorization": f"Bearer {token(client).get_json()['access_token']}"}


@pytest.fixture(name="say")
def _say(client: Client, headers: dict[str, str]) -> Callable[..., TestResponse]:
    """Says something under a key."""

    def say(said: Any = QUESTION, key: str = "k1") -> TestResponse:
        keyed = headers | {wire.IDEMPOTENCY_KEY: f'"{key}"'}
        return client.post(BASE + wire.MESSAGES, json=said, headers=keyed)

    return say


def token(client: Client, **changes: str) -> TestResponse:
    """Ask for a token."""
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scope": f"{wire.SCOPE_ASK} {wire.SCOPE_READ}",
    }
    return client.post(wire.OAUTH_ENDPOINT, data=form | changes)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "nobody"}, "invalid_client"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
def test_token_is_refused(client: Client, changes: dict[str, str], error: str) -> None:
    """As RFC 6749 says it."""
    answer = token(client, **changes)

    assert answer.status_code in {400, 401}
    assert error == answer.get_json()["error"]


def test_scopes_count(client: Client) -> None:
    """Who may only read cannot ask."""
    only = token(client, scope=wire.SCOPE_READ).get_json()["access_token"]
    headers = {"Authorization": f"Bearer {only}", wire.IDEMPOTENCY_KEY: '"k1"'}

    asked = client.post(BASE + wire.MESSAGES, json=QUESTION, headers=headers)

    assert 403 == asked.status_code
    assert 200 == client.get(BASE + wire.EVENTS, headers=headers).status_code


def test_no_token(client: Client) -> None:
    """Nobody is let in without."""
    assert 401 == client.get(BASE + wire.EVENTS).status_code
    assert 404 == client.get("/nowhere").status_code


def test_same_key(say: Callable[..., TestResponse], simulator: KrabSimulator) -> None:
    """The same message again gets the same answer, and stands there once."""
    first, again = say(), say()

    assert (201, 200) == (first.status_code, again.status_code)
    assert first.get_json() == again.get_json()
    assert 1 == len(simulator.accepted())
    assert 409 == say(QUESTION | {"title": "Iets anders"}).status_code


def test_same_key_at_once(simulator: KrabSimulator) -> None:
    """Of many who come at once under one key, one is first."""
    with ThreadPoolExecutor(8) as pool:
        news = list(
            pool.map(lambda _: simulator.accept("c", "k", {**QUESTION})[1], range(8))
        )

    assert [False] * 7 + [True] == sorted(news)


@pytest.mark.parametrize(
    "said",
    [
        [],
        {"kind": "QUESTION"},
        QUESTION | {"kind": "GOSSIP"},
        QUESTION | {"documents": [{"sha256": DIGEST}]},
    ],
)
def test_what_is_no_message(say: Callable[..., TestResponse], said: Any) -> None:
    """Without our reference, of no kind, or with documents that are not there."""
    assert 400 == say(said).status_code


def test_key_is_a_string(client: Client, headers: dict[str, str]) -> None:
    """Of RFC 8941, between double quotes; a message without is refused."""
    for key in ("", "k1", '"'):
        keyed = headers | {wire.IDEMPOTENCY_KEY: key}
        said = client.post(BASE + wire.MESSAGES, json=QUESTION, headers=keyed)
        assert 400 == said.status_code


def test_documents(client: Client, headers: dict[str, str]) -> None:
    """Kept by their hash, once or again; wrong bytes are refused."""

    def upload(content: bytes, sha256: str = DIGEST) -> int:
        form = {wire.SHA256: sha256, wire.FILE: (io.BytesIO(content), "x.pdf")}
        return client.post(
            BASE + wire.DOCUMENTS, data=form, headers=headers
        ).status_code

    assert [201, 201, 400] == [upload(PDF), upload(PDF), upload(b"other")]
    found = client.get(f"{BASE}{wire.DOCUMENTS}/{DIGEST}", headers=headers)
    assert PDF == found.data
    gone = client.get(f"{BASE}{wire.DOCUMENTS}/{'0' * 64}", headers=headers)
    assert 404 == gone.status_code
    assert 400 == client.post(BASE + wire.DOCUMENTS, headers=headers).status_code


def test_events_until_confirmed(
    client: Client,
    headers: dict[str, str],
    say: Callable[..., TestResponse],
    simulator: KrabSimulator,
) -> None:
    """They come again until they are confirmed by their ids; only one's own."""
    reference = say().get_json()["reference"]
    id = simulator.send_back(reference, "De nota.")  # noqa: A001 - the word of the field
    simulator.files.tell("somebody else", {"id": "x"})

    def events() -> list[Any]:
        answer = client.get(BASE + wire.EVENTS, headers=headers).get_json()
        events: list[Any] = answer["events"]
        return events

    (event,) = events()
    assert (id, "SENT_BACK", ["De nota."], "advice/1") == (
        event["id"],
        event["kind"],
        event["lacks"],
        event["senderReference"],
    )
    said = client.post(BASE + wire.CONFIRMATIONS, json={"ids": [id]}, headers=headers)
    assert (200, []) == (said.status_code, events())


def test_wrong_questions(client: Client, headers: dict[str, str]) -> None:
    """A page that there is not, a confirmation of nothing."""
    page = client.get(f"{BASE}{wire.EVENTS}?after=x", headers=headers)
    none = client.post(BASE + wire.CONFIRMATIONS, json=[], headers=headers)

    assert (400, 400) == (page.status_code, none.status_code)


def test_folder_is_shared(simulator: KrabSimulator) -> None:
    """What one process accepted, another answers."""
    heard, _ = simulator.accept(CLIENT_ID, "k", {**QUESTION})
    other = KrabSimulator(simulator.folder)

    other.agree(heard.reference, "Goed.")
    other.refuse(heard.reference, "Toch niet.")

    told = list(KrabFolder(simulator.folder).told(CLIENT_ID, 0))
    assert ["AGREEMENT", "REFUSAL"] == [one.event["kind"] for one in told]
    assert [2] == [o.number for o in KrabFolder(simulator.folder).told(CLIENT_ID, 1)]
