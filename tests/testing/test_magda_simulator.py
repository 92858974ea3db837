"""The simulator itself: its rules in their order, its errors, its durable folder."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

from digivl.testing.magda import MagdaSimulator
from digivl.testing.magda_folder import AcceptedMessage
from digivl.testing.magda_rules import Refusal, Upload, read_message
from digivl.testing.magda_sample import PDF, message

Post = Callable[..., TestResponse]


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


def test_another_simulator_reads_the_folder(
    post: Post, simulator: MagdaSimulator
) -> None:
    """What was accepted outlives the simulator, to the last field."""
    post(key="k1")
    post(paper(), key="k2")

    again = MagdaSimulator(simulator.folder)

    assert simulator.accepted() == again.accepted()
    assert 2 == len(again.accepted())


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
