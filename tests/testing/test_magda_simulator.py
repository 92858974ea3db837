"""The simulator itself: its rules in their order, its errors, its durable folder."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

import digivl
from digivl.testing.magda import CLIENT_ID, CLIENT_SECRET, MagdaSimulator, magda_app
from digivl.testing.magda_folder import AcceptedMessage, MessageFolder
from digivl.testing.magda_rules import Refusal, Upload, read_message

PDF = b"%PDF-1.7 a decision"
MESSAGES = "/api/v1/messages/messages"
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


def message(**changes: Any) -> dict[str, Any]:
    """A message that keeps all rules, or breaks those that the arguments say."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(PDF).digest()).decode()
    whole = {
        "recipient": {"eboxType": "citizen", "eboxIdValue": "85073003328"},
        "subject": {"nl": "Beslissing"},
        "messageTypeId": "besluit",
        "senderOrganizationId": "0316380841",
        "senderApplicationId": "urn:test",
        "bodyMainContent": False,
        "replyAuthorized": False,
        "attachments": [
            {
                "httpPartName": "upfile1",
                "mainContent": True,
                "digest": {"digestMethod": "sha_256", "digestValue": digest},
            }
        ],
        "deliveryChannel": "EBOX",
        "senderReference": "r1",
    }
    return whole | changes


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


def test_token_ends(post: Post, clock: Clock) -> None:
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
    tmp_path: Path, clock: Clock, headers: dict[str, str]
) -> None:
    """Tokens need no memory: a simulator that was started again accepts them."""
    other = Client(magda_app(MagdaSimulator(tmp_path / "other", clock)))

    assert 200 == other.get(MESSAGES, headers=headers).status_code


def test_accepted(post: Post, simulator: MagdaSimulator) -> None:
    """201, with the fields of a publication status; the correlation id comes back."""
    answer = post(key="k1")

    (accepted,) = simulator.accepted()
    assert 201 == answer.status_code
    assert {
        "messageId": accepted.message_id,
        "expirationDate": "2027-11-23T09:00:00+00:00",
        "senderReference": "r1",
        "deliveryChannel": "EBOX",
    } == answer.get_json()
    assert "c-1" == answer.headers["x-correlation-id"]


ATTACHMENT = message()["attachments"][0]
UPLOAD = ("upfile1", PDF, "a.pdf", "application/pdf")
ADDRESS = {"name": "An", "municipality": "Gent", "country": "BE", "postalCode": "9000"}


def paper(**changes: Any) -> dict[str, Any]:
    """A letter that keeps all rules."""
    letter = message(deliveryChannel="PAPER", recipientAddress=ADDRESS)
    del letter["recipient"]
    return letter | changes


def ebox(kind: str, value: object) -> dict[str, Any]:
    """A message to that eBox."""
    return message(recipient={"eboxType": kind, "eboxIdValue": value})


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ("{", 400, "INVALID_INPUT"),
        ("[" * 50_000, 400, "INVALID_INPUT"),
        (message(subject=None), 400, "INVALID_INPUT"),
        (
            message(attachments=[ATTACHMENT | {"attachmentTitle": None}]),
            400,
            "INVALID_INPUT",
        ),
        (message(bodyMainContent="no"), 400, "INVALID_INPUT"),
        (message(senderOrganizationId="0316380842"), 400, "INVALID_SENDER"),
        (message(messageTypeId=""), 400, "INVALID_SENDER"),
        (message(deliveryChannel="EMAIL"), 400, "INVALID_INPUT"),
        (message(recipient="x"), 400, "INVALID_INPUT"),
        (ebox("CITIZEN", "85073003328"), 400, "INVALID_INPUT"),
        (ebox("citizen", 85073003328), 400, "INVALID_INPUT"),
        (ebox("citizen", "12345678901"), 400, None),
        (ebox("citizen", "94022722580"), 400, "INVALID_INPUT"),
        (ebox("citizen", "17073003384"), 404, None),
        (ebox("citizen", "00000100195"), 400, "INVALID_INPUT"),
        (ebox("enterprise", "0123456789"), 400, None),
        (ebox("enterprise", "406798006"), 400, "INVALID_INPUT"),
        (ebox("enterprise", "0534530277"), 400, "INVALID_INPUT"),
        (message(subject={"nl": "a", "fr": "b"}), 400, "NOT_IMPLEMENTED"),
        (message(subject={"en": "a"}), 400, "INVALID_INPUT"),
        (message(subject={"nl": "x" * 401}), 400, "INVALID_INPUT"),
        (message(attachments=[]), 400, "INVALID_INPUT"),
        (message(attachments=["x"]), 400, "INVALID_INPUT"),
        (message(attachments=[ATTACHMENT, ATTACHMENT]), 400, "INVALID_INPUT"),
        (message(bodyMainContent=True), 400, "INVALID_INPUT"),
        (
            message(attachments=[ATTACHMENT | {"mainContent": False}]),
            400,
            "INVALID_INPUT",
        ),
        (
            message(attachments=[ATTACHMENT | {"httpPartName": "x"}]),
            400,
            "INVALID_INPUT",
        ),
        (message(attachments=[ATTACHMENT | {"digest": "x"}]), 400, "INVALID_INPUT"),
        (
            message(
                attachments=[
                    ATTACHMENT
                    | {
                        "digest": {
                            "digestMethod": "sha_256",
                            "digestValue": hashlib.sha256(PDF).hexdigest(),
                        }
                    }
                ]
            ),
            400,
            "DIGEST_DO_NOT_MATCH",
        ),
        (paper(recipientAddress=None), 400, "INVALID_INPUT"),
        (paper(recipientAddress="x"), 400, "INVALID_INPUT"),
        (paper(recipientAddress=ADDRESS | {"name": ""}), 400, "INVALID_INPUT"),
        (paper(recipientAddress=ADDRESS | {"street": "x" * 51}), 400, "INVALID_INPUT"),
        (paper(recipientAddress=ADDRESS | {"postalCode": "B-1"}), 400, "INVALID_INPUT"),
    ],
)
def test_message_that_breaks_a_rule(
    post: Post, simulator: MagdaSimulator, said: Any, status: int, code: str | None
) -> None:
    """Each rule has its answer, in one of the two shapes; nothing is accepted."""
    answer = post(said)

    assert (status, code) == (answer.status_code, answer.get_json().get("code"))
    assert () == simulator.accepted()


@pytest.mark.parametrize(
    "upload",
    [
        ("upfile1", PDF, "x" * 256, "application/pdf"),
        ("upfile1", PDF, "a.xml", "application/xml"),
        ("upfile1", PDF, "a.pdf", ""),
    ],
    ids=["name", "media type", "no media type"],
)
def test_file_that_breaks_a_rule(
    post: Post, upload: tuple[str, bytes, str, str]
) -> None:
    """A file part has a name and a media type that is allowed."""
    answer = post(files=(upload,))

    assert (400, "INVALID_INPUT") == (answer.status_code, answer.get_json()["code"])


def test_letters_are_pdf_only(post: Post) -> None:
    """What an eBox takes, a printer does not."""
    upload = ("upfile1", PDF, "a.txt", "text/plain")

    assert 201 == post(files=(upload,), key="k1").status_code
    assert 400 == post(paper(), files=(upload,)).status_code


def test_letter_abroad(post: Post) -> None:
    """Abroad a postcode has any form."""
    address = ADDRESS | {"country": "NL", "postalCode": "4380 AA"}

    assert 201 == post(paper(recipientAddress=address)).status_code


def test_seven_documents(post: Post) -> None:
    """A message holds at most six."""
    names = [f"upfile{number}" for number in range(7)]
    said = message(
        attachments=[
            ATTACHMENT | {"httpPartName": name, "mainContent": name == "upfile0"}
            for name in names
        ]
    )

    files = tuple((name, PDF, "a.pdf", "application/pdf") for name in names)

    assert 400 == post(said, files=files).status_code
    said["attachments"].pop()
    assert 201 == post(said, files=files[:6]).status_code


def test_too_much() -> None:
    """30 MB of documents, in the laxer reading."""
    content = io.BytesIO(bytes(31_457_281))
    sha256 = hashlib.sha256(content.getvalue()).digest()
    digest = {
        "digestMethod": "sha_256",
        "digestValue": base64.urlsafe_b64encode(sha256).decode(),
    }
    said = json.dumps(message(attachments=[ATTACHMENT | {"digest": digest}]))
    upload = Upload(
        name="upfile1",
        filename="a.pdf",
        media_type="application/pdf",
        content=content,
    )

    with pytest.raises(Refusal, match="30 MB") as refusal:
        read_message(said, [upload])

    assert 413 == refusal.value.status


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


@pytest.mark.parametrize("header", ["k1", '"', '""'])
def test_key_is_a_quoted_string(post: Post, header: str) -> None:
    """A key without double quotes is no string of RFC 8941."""
    assert 400 == post(**{"Idempotency-Key": header}).status_code


@pytest.mark.parametrize("correlation_id", ["", "ab", "x" * 37])
def test_correlation_id_is_required(post: Post, correlation_id: str) -> None:
    """3 to 36 characters."""
    assert 400 == post(**{"x-correlation-id": correlation_id}).status_code


def test_order_of_the_rules(post: Post) -> None:
    """Who is not let in learns nothing of the message; a known key comes last."""
    broken = message(messageTypeId="")

    assert 401 == post(broken, Authorization="").status_code
    assert 400 == post(broken, **{"x-correlation-id": "x"}).status_code
    assert 201 == post(key="k1").status_code
    assert 400 == post(broken, key="k1").status_code
    assert 409 == post(key="k1").status_code


def test_unknown_paths(client: Client, headers: dict[str, str]) -> None:
    """Also errors of routing have a shape that clients can read."""
    missing = client.get("/nothing", headers=headers)
    wrong = client.delete(MESSAGES, headers=headers)
    unknown = client.get(f"{MESSAGES}/m1", headers=headers)

    assert [404, 405, 404] == [
        answer.get_json()["status"] for answer in (missing, wrong, unknown)
    ]


def test_show(
    client: Client, post: Post, clock: Clock, token: Callable[..., TestResponse]
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


def test_folder_tells_a_person_what_was_sent(
    post: Post, simulator: MagdaSimulator
) -> None:
    """Beside each message stands its document; no file name tells to whom."""
    post(key="85073003328")

    names = sorted(file.name for file in simulator.folder.iterdir())

    assert [".json", ".pdf"] == sorted(Path(name).suffix for name in names)
    assert not [name for name in names if "85073003328" in name]
    (accepted,) = simulator.accepted()
    assert [PDF] == [file.read_bytes() for file in accepted.documents]


def test_another_simulator_reads_the_folder(
    post: Post, simulator: MagdaSimulator
) -> None:
    """What was accepted outlives the simulator, to the last field."""
    post(key="k1")
    post(paper(), key="k2")

    again = MagdaSimulator(simulator.folder)

    assert simulator.accepted() == again.accepted()
    assert 2 == len(again.accepted())


WRITER = """
import io, sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, {source!r})
from digivl.testing.magda_folder import AcceptedMessage, MessageFolder
folder = MessageFolder(Path({folder!r}))
for number in range({count}):
    made = folder.accept(
        AcceptedMessage(
            message_id=f"{name}-{{number}}", at=datetime.now(UTC), expires_at=None,
            code="", client="c", key=str(number),
            message={{"deliveryChannel": "PAPER"}}, documents=(),
        ),
        [io.BytesIO(b"%PDF" + bytes(100_000))],
        unique=True,
    )
    print(number, "new" if made else "old", flush=True)
"""


def writer(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    """A process that accepts messages under the keys 0, 1, 2 and so on."""
    source = str(Path(digivl.__file__).parent.parent)
    script = WRITER.format(source=source, folder=str(folder), name=name, count=count)
    return subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    )


def test_two_processes_accept_each_key_once(tmp_path: Path) -> None:
    """A key is won by one process, and the loser leaves nothing behind."""
    first, second = writer(tmp_path, "a", 30), writer(tmp_path, "b", 30)
    said = [*first.communicate()[0].split("\n"), *second.communicate()[0].split("\n")]

    messages = MessageFolder(tmp_path).all()

    assert 30 == sum(line.endswith("new") for line in said)
    assert [str(n) for n in range(30)] == sorted((m.key for m in messages), key=int)
    assert 60 == len(list(tmp_path.iterdir()))


def test_acceptance_survives_a_kill(tmp_path: Path) -> None:
    """Whatever was told to be accepted is there, whole, after a kill at any moment."""
    process = writer(tmp_path, "a", 10_000)
    assert process.stdout is not None
    told = [process.stdout.readline().split()[0] for _ in range(5)]
    os.kill(process.pid, signal.SIGKILL)
    told += [line.split()[0] for line in process.stdout if line.endswith("new\n")]
    process.wait()
    process.stdout.close()

    messages = MessageFolder(tmp_path).all()

    assert set(told) <= {message.key for message in messages}
    assert all(d.stat().st_size == 100_004 for m in messages for d in m.documents)


def test_accepted_message_hides_its_content() -> None:
    """A repr in a test report tells nothing of the recipient."""
    accepted = AcceptedMessage(
        message_id="m1",
        at=datetime.now(UTC),
        expires_at=None,
        code="",
        client="c",
        key="k",
        message=message(),
        documents=(),
    )

    assert "85073003328" not in repr(accepted)
