"""How a dispatch is written for MAGDA, and how its answers are read."""

from __future__ import annotations

import base64
import hashlib
import inspect
import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.dispatch import magda_wire as wire
from digivl.dispatch.model import (
    Channel,
    Dispatch,
    DispatchState,
    PostalAddress,
    Recipient,
)
from digivl.errors import DigivlError, MalformedError
from digivl.kernel.identifiers import EnterpriseNumber

Draft = Callable[..., Dispatch]
SWAGGER = "e-Box-Enterprise-swagger-v2.1-AP-Public.yaml"
SUBJECTS = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["messageId", "expirationDate", "code", "items", "readStatus", "status"]
            ),
            inner,
        )
    ),
    max_leaves=8,
)


def test_assumptions_are_known_by_name() -> None:
    """Each assumption that stands in the module is listed, and the other way round."""
    marked = re.findall(
        r"# \[A\] ([a-z ,-]+)|#: \[A\] ([a-z-]+)", inspect.getsource(wire)
    )
    names = {name for pair in marked for name in re.split(r" and |, ", "".join(pair))}

    assert set(wire.ASSUMPTIONS) == names


@pytest.mark.parametrize(
    ("assumption", "actual", "expected"),
    [
        ("scope-post", wire.SCOPE_POST, "msg_msg_v1_P"),
        ("idempotency-key", wire.IDEMPOTENCY_KEY, "idempotency-key"),
        ("conflict", wire.CONFLICT, 409),
        (
            "part-names",
            (wire.MESSAGE_PART, wire.FILE_PART),
            ("messageToPublish", "upfile1"),
        ),
        ("delivery-channel", wire.CHANNEL, "deliveryChannel"),
        ("sender-reference", wire.REFERENCE, "senderReference"),
        (
            "find-by-reference",
            (wire.MESSAGES, wire.REFERENCE),
            ("/messages", "senderReference"),
        ),
        ("found-items", wire.ITEMS, "items"),
        ("recipient-address", wire.ADDRESS, "recipientAddress"),
        ("paper-recipient", wire.ADDRESS, "recipientAddress"),
        ("double-sided", wire.DOUBLE_SIDED, "doubleSided"),
        ("priority", (wire.PRIORITY, wire.NON_PRIOR), ("priority", "NON_PRIOR")),
        ("digest-padding", wire.digest_value(b"\xff" * 32)[-1], "="),
        (
            "paper-receipt",
            wire.receipt({"messageId": "m"}, datetime.now(UTC), "").expires_at,
            None,
        ),
        ("status-path", wire.STATUS_REQUEST, "/statusRequest"),
        ("status-answer", wire.STATUS, "status"),
        (
            "paper-status",
            sorted(wire.PAPER_STATUS),
            [
                *("DELIVERED", "FAILED_PRINT", "HANDED_TO_CARRIER"),
                *("PRINTED", "RECEIVED_BY_PRINTER", "RETURNED"),
            ],
        ),
    ],
)
def test_assumption(assumption: str, actual: object, expected: object) -> None:
    """What we assumed of MAGDA; who learns better changes the module and this line."""
    assert assumption in wire.ASSUMPTIONS
    assert expected == actual


def test_message_to_an_ebox(draft: Draft, profile: wire.SenderProfile) -> None:
    """The JSON part as a whole, name by name."""
    dispatch = draft(reference="VR-2026-1")
    digest = base64.urlsafe_b64encode(bytes.fromhex(dispatch.document)).decode()

    assert {
        "recipient": {"eboxType": "citizen", "eboxIdValue": "85073003328"},
        "subject": {"nl": "Beslissing over de subsidie 2026/42"},
        "messageTypeId": "besluit",
        "senderOrganizationId": "0316380841",
        "senderApplicationId": "urn:test:digivl",
        "bodyMainContent": False,
        "replyAuthorized": False,
        "attachments": [
            {
                "httpPartName": "upfile1",
                "mainContent": True,
                "digest": {"digestMethod": "sha_256", "digestValue": digest},
                "attachmentSigned": True,
            }
        ],
        "deliveryChannel": "EBOX",
        "senderReference": "VR-2026-1",
    } == wire.message_json(dispatch, profile)


def test_letter_holds_an_address_and_no_number(
    draft: Draft, profile: wire.SenderProfile
) -> None:
    """What is printed needs no national number, so it is not told."""
    message = wire.message_json(draft(channel=Channel.PAPER), profile)

    assert "recipient" not in message
    assert "85073003328" not in json.dumps(message)
    assert {
        "name": "Test Persoon",
        "street": "Koning Albert II-laan",
        "houseNumber": "15",
        "boxNumber": "101",
        "postalCode": "1210",
        "municipality": "Sint-Joost-ten-Node",
        "country": "BE",
    } == message["recipientAddress"]
    assert (True, "NON_PRIOR") == (message["doubleSided"], message["priority"])


@given(
    subject=SUBJECTS,
    channel=st.sampled_from(Channel),
    signed=st.booleans(),
    content=st.binary(max_size=40),
)
def test_no_message_holds_a_null(
    draft: Draft,
    profile: wire.SenderProfile,
    subject: str,
    channel: Channel,
    signed: bool,  # noqa: FBT001 - drawn
    content: bytes,
) -> None:
    """The service refuses null; the digest is that of the document."""
    try:
        dispatch = draft(
            subject=subject,
            channel=channel,
            signed=signed,
            document=hashlib.sha256(content).hexdigest(),
        )
    except DigivlError:
        return
    message = wire.message_json(dispatch, profile)
    (attachment,) = message["attachments"]

    assert "null" not in json.dumps(message).replace(json.dumps(subject), "")
    assert hashlib.sha256(content).digest() == base64.urlsafe_b64decode(
        attachment["digest"]["digestValue"]
    )


@given(SUBJECTS)
def test_file_names_are_plain(subject: str) -> None:
    """Any subject gives a file name that no header and no disk stumbles over."""
    name = wire.file_name(subject)

    assert re.fullmatch(r"[A-Za-z0-9._-][A-Za-z0-9._ -]*\.pdf", name)
    assert len(name) <= 84


def test_file_name_reads_as_the_subject() -> None:
    """The eBox shows the file name as title."""
    assert "Beslissing over financien 2026.pdf" == wire.file_name(
        "Beslissing over “financiën” 2026"
    )
    assert "document.pdf" == wire.file_name("…")


@pytest.fixture(name="schema", scope="session")
def _schema() -> dict[str, Any]:
    """The definitions of the federated e-Box API, in their published form."""
    folder = os.environ.get("DIGIVL_CONTRACTS", "")
    if not (Path(folder) / SWAGGER).is_file():
        pytest.skip("DIGIVL_CONTRACTS names no folder with the e-Box descriptions")
    yaml = pytest.importorskip("yaml")
    text = (Path(folder) / SWAGGER).read_text(encoding="utf-8")
    return {"definitions": yaml.safe_load(text)["definitions"]}


@given(signed=st.booleans(), enterprise=st.booleans())
def test_message_keeps_the_published_contract(
    draft: Draft,
    profile: wire.SenderProfile,
    schema: dict[str, Any],
    signed: bool,  # noqa: FBT001 - drawn
    enterprise: bool,  # noqa: FBT001 - drawn
) -> None:
    """What goes to an eBox is a MessageToPublish by the letter of the description."""
    jsonschema = pytest.importorskip("jsonschema")
    kbo = Recipient.enterprise(EnterpriseNumber("0406798006"), name="nv")
    dispatch = draft(signed=signed, **({"recipient": kbo} if enterprise else {}))

    jsonschema.validate(
        wire.message_json(dispatch, profile),
        schema | {"$ref": "#/definitions/MessageToPublish"},
    )


def test_contract_is_a_judge(schema: dict[str, Any]) -> None:
    """A message that breaks the contract is told so."""
    jsonschema = pytest.importorskip("jsonschema")

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            {"recipient": {"eboxType": "CITIZEN", "eboxIdValue": "1"}},
            schema | {"$ref": "#/definitions/MessageToPublish"},
        )


def test_receipt(now: datetime) -> None:
    """All that a publication status tells is kept."""
    receipt = wire.receipt(
        {
            "messageId": "m1",
            "expirationDate": "2027-11-23T10:00:00+01:00",
            "code": "NO_DIGITAL_USER",
            "message": "never opened",
        },
        now,
        "c1",
    )

    assert ("m1", now, "NO_DIGITAL_USER", "c1") == (
        receipt.message_id,
        receipt.at,
        receipt.code,
        receipt.correlation_id,
    )
    assert datetime(2027, 11, 23, 9, tzinfo=UTC) == receipt.expires_at


@pytest.mark.parametrize(
    "said",
    [
        [],
        {},
        {"messageId": 3},
        {"messageId": ""},
        {"messageId": "x" * 201},
        {"messageId": "a\nb"},
        {"messageId": "m", "expirationDate": "soon"},
        {"messageId": "m", "expirationDate": 3},
        {"messageId": "m", "expirationDate": "2027-11-23T10:00:00"},
    ],
    ids=repr,
)
def test_answer_that_is_no_receipt(said: object, now: datetime) -> None:
    """A receipt without an id, or with a moment nobody can read, is none."""
    with pytest.raises(MalformedError):
        wire.receipt(said, now, "")


@given(JSON)
def test_no_answer_breaks_a_reader(draft: Draft, now: datetime, said: Any) -> None:
    """Whatever JSON comes, it is read or refused with a typed error."""
    readers: list[Callable[[], object]] = [
        lambda: wire.receipt(said, now, ""),
        lambda: wire.found(said, draft()),
        lambda: wire.statuses(said, Channel.EBOX, now, ""),
        lambda: wire.statuses(said, Channel.PAPER, now, ""),
    ]
    for read in readers:
        try:
            read()
        except MalformedError:
            continue


@pytest.mark.parametrize(
    ("read", "expires", "state"),
    [
        (True, "2027-01-01T00:00:00Z", DispatchState.READ),
        (True, "2026-01-01T00:00:00Z", DispatchState.READ),
        (False, "2027-01-01T00:00:00Z", DispatchState.ACCEPTED),
        (False, "2026-01-01T00:00:00Z", DispatchState.EXPIRED),
    ],
)
def test_ebox_status(
    now: datetime,
    read: bool,  # noqa: FBT001 - a column of the table
    expires: str,
    state: DispatchState,
) -> None:
    """What was read stays read; what was not, can expire."""
    said = [{"messageId": "m", "readStatus": read, "expirationDate": expires}]

    (status,) = wire.statuses(said, Channel.EBOX, now, "c")

    assert (state, "m", True) == (status.state, status.message_id, status.visible)


def test_unknown_word_of_the_print_room(now: datetime) -> None:
    """A word that we do not know is kept for people, and changes nothing."""
    said = [{"messageId": "m", "status": "FOLDED"}]

    (status,) = wire.statuses(said, Channel.PAPER, now, "c")

    assert (None, "FOLDED") == (status.state, status.reported)


def test_without_number_or_address_there_is_nothing_to_write(
    draft: Draft, profile: wire.SenderProfile, address: PostalAddress
) -> None:
    """The record keeps these out; the wire would refuse them all the same."""
    by_letter = Recipient.by_letter("Jan", address)
    nowhere = attrs.evolve(draft(channel=Channel.PAPER))
    object.__setattr__(
        nowhere,
        "recipient",
        Recipient.enterprise(EnterpriseNumber("0406798006"), name="nv"),
    )

    with pytest.raises(MalformedError, match="number"):
        wire.ebox_id(by_letter)
    with pytest.raises(MalformedError, match="address"):
        wire.message_json(nowhere, profile)
