"""How MAGDA writes things: the one place with its paths, names and words.

MAGDA adopts the federated e-Box API, of which the whole description is public; its own
additions for paper are public as concepts only. So this module holds facts, and
assumptions: each assumption is marked ``[A]`` where it stands, and listed in
`ASSUMPTIONS`. Who has the description of MAGDA at hand mends this module and no other.

Source:
    e-Box REST API 2.1, definitions MessageToPublish, PublicationStatusMessage and
    MessageStatus; MAGDA wiki, pages on the Documentendienst.
"""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import attrs

from digivl.dispatch.model import (
    Channel,
    DeliveryStatus,
    Dispatch,
    DispatchState,
    PostalAddress,
    Receipt,
    Recipient,
)
from digivl.errors import MalformedError
from digivl.kernel.identifiers import EnterpriseNumber
from digivl.kernel.redaction import on_one_line

#: What we had to assume, by name.
ASSUMPTIONS: Final = {
    "scope-post": "the scope for sending is named after the one for reading",
    "idempotency-key": "POST /messages takes the key as the federated v3 does",
    "conflict": "a repeated key is answered by 409",
    "part-names": "the parts of the form are named as in the federated API",
    "delivery-channel": "the channel is named as in the status request",
    "sender-reference": "the own reference has a name, and is kept",
    "find-by-reference": "messages can be listed by the own reference",
    "found-items": "that list stands in `items`",
    "recipient-address": "names of the parts of a postal address",
    "paper-recipient": "a letter needs an address, and no national number",
    "double-sided": "name of the choice to print on both sides",
    "priority": "name and words of the delivery speed",
    "digest-padding": "a digest is written with its padding",
    "paper-receipt": "a letter is accepted by a message id, without expiry",
    "status-path": "path of the status request",
    "status-answer": "the answer is a list, for paper with `messageId` and `status`",
    "paper-status": "words for where a letter is",
}

OAUTH_ENDPOINT: Final = "/op/v1/token"
SCOPE_READ: Final = "msg_msg_v1_G"
SCOPE_POST: Final = "msg_msg_v1_P"  # [A] scope-post

#: Below the base path, which is /api/v1/messages as far as is known.
MESSAGES: Final = "/messages"
STATUS_REQUEST: Final = "/statusRequest"  # [A] status-path

IDEMPOTENCY_KEY: Final = "idempotency-key"  # [A] idempotency-key
CONFLICT: Final = 409  # [A] conflict

MESSAGE_PART: Final = "messageToPublish"  # [A] part-names
FILE_PART: Final = "upfile1"
PDF: Final = "application/pdf"

CHANNEL: Final = "deliveryChannel"  # [A] delivery-channel
REFERENCE: Final = "senderReference"  # [A] sender-reference and find-by-reference
ITEMS: Final = "items"  # [A] found-items
ADDRESS: Final = "recipientAddress"  # [A] recipient-address
DOUBLE_SIDED: Final = "doubleSided"  # [A] double-sided
PRIORITY: Final = "priority"  # [A] priority
NON_PRIOR: Final = "NON_PRIOR"
STATUS: Final = "status"  # [A] status-answer

#: Documents and bytes of one message; the stricter reading of “30 MB”.
MOST_DOCUMENTS: Final = 6
MOST_BYTES: Final = 30_000_000
#: Messages in one status request.
BATCH: Final = {Channel.EBOX: 500, Channel.PAPER: 1}

#: [A] paper-status
PAPER_STATUS: Final = {
    "RECEIVED_BY_PRINTER": DispatchState.ACCEPTED,
    "PRINTED": DispatchState.PRINTED,
    "HANDED_TO_CARRIER": DispatchState.POSTED,
    "DELIVERED": DispatchState.DELIVERED,
    "RETURNED": DispatchState.RETURNED,
    "FAILED_PRINT": DispatchState.FAILED,
}


@attrs.frozen(kw_only=True)
class SenderProfile:
    """Under which names an entity is known at MAGDA, as agreed at onboarding.

    Attributes:
        organization: Enterprise number of the sending organisation.
        application: URN-like name of the sending application.
        message_type: Type of message; it fixes how long the eBox keeps it.
    """

    organization: EnterpriseNumber
    application: str
    message_type: str


def message_json(dispatch: Dispatch, profile: SenderProfile) -> dict[str, Any]:
    """The JSON part of a message, without a single null.

    A letter carries no national number: the address is enough.
    """
    return {
        **_to_whom(dispatch),
        "subject": {"nl": dispatch.subject},
        "messageTypeId": profile.message_type,
        "senderOrganizationId": profile.organization.wire,
        "senderApplicationId": profile.application,
        "bodyMainContent": False,
        "replyAuthorized": False,
        "attachments": [
            {
                "httpPartName": FILE_PART,
                "mainContent": True,
                "digest": {
                    "digestMethod": "sha_256",
                    "digestValue": digest_value(bytes.fromhex(dispatch.document)),
                },
                "attachmentSigned": dispatch.signed,
            }
        ],
        CHANNEL: dispatch.channel.value,
        REFERENCE: dispatch.reference,
    }


def _to_whom(dispatch: Dispatch) -> dict[str, Any]:
    recipient = dispatch.recipient
    if dispatch.channel is Channel.EBOX:
        return {"recipient": ebox_id(recipient)}
    if recipient.address is None:  # kept out by the record itself
        raise MalformedError("a letter needs an address")
    return {  # [A] paper-recipient
        ADDRESS: {
            "name": recipient.name.reveal(),
            **_address_json(recipient.address.reveal()),
        },
        DOUBLE_SIDED: True,
        PRIORITY: NON_PRIOR,
    }


def _address_json(address: PostalAddress) -> dict[str, str]:
    parts = {
        "attention": address.attention,
        "street": address.street,
        "houseNumber": address.house_number,
        "boxNumber": address.box_number,
        "poBox": address.po_box,
        "postalCode": address.postal_code,
        "municipality": address.municipality,
        "country": address.country,
    }
    return {name: text for name, text in parts.items() if text}


def ebox_id(recipient: Recipient) -> dict[str, str]:
    """Identifies an eBox: its kind in lower case, and the number of its owner."""
    if recipient.insz is not None:
        return {
            "eboxType": "citizen",
            "eboxIdValue": recipient.insz.reveal().wire,
        }
    if recipient.kbo is not None:
        return {"eboxType": "enterprise", "eboxIdValue": recipient.kbo.wire}
    raise MalformedError("an eBox is found by a national or enterprise number")


def digest_value(sha256: bytes) -> str:
    """Base64url (RFC 4648, section 5); hex and plain base64 are refused."""
    return base64.urlsafe_b64encode(sha256).decode()  # [A] digest-padding


def file_name(subject: str) -> str:
    """Name of the PDF: what the eBox shows as title; plain ASCII, 84 characters."""
    plain = unicodedata.normalize("NFKD", subject).encode("ascii", "ignore").decode()
    words = "".join(c if c.isalnum() or c in "-_." else " " for c in plain).split()
    return f"{' '.join(words)[:80].strip(' .') or 'document'}.pdf"


def receipt(said: Any, at: datetime, correlation_id: str) -> Receipt:
    """Read a publication status (PublicationStatusMessage).

    Raises:
        MalformedError: It has no message id, or a moment without zone.
    """
    fields = _fields(said)
    return Receipt(
        message_id=_text(fields, "messageId"),
        at=at,
        expires_at=_moment(fields.get("expirationDate")),  # [A] paper-receipt
        code=on_one_line(str(fields.get("code") or ""), 60),
        correlation_id=correlation_id,
    )


def found(said: Any, dispatch: Dispatch) -> list[Any]:
    """The messages of a look-up that carry the reference of the dispatch.

    Raises:
        MalformedError: It is no list of messages.
    """
    items = _fields(said).get(ITEMS)
    if not isinstance(items, list):
        raise MalformedError(f"it holds no list {ITEMS!r}")
    return [i for i in items if _fields(i).get(REFERENCE) == dispatch.reference]


def status_request(batch: Sequence[Dispatch]) -> dict[str, Any]:
    """Ask where messages are: all over one channel, and to one kind of eBox."""
    channel = batch[0].channel
    if channel is Channel.PAPER:
        messages: list[Any] = [dispatch.message_id for dispatch in batch]
    else:
        messages = [
            {"messageId": d.message_id, "eboxId": ebox_id(d.recipient)} for d in batch
        ]
    return {"deliveryChannel": channel.value, "messages": messages}


def statuses(
    said: Any, channel: Channel, at: datetime, correlation_id: str
) -> list[DeliveryStatus]:
    """Read the answer to a status request.

    Raises:
        MalformedError: It is no list, or an item lacks what it must have.
    """
    if not isinstance(said, list):
        raise MalformedError("it is no list of statuses")
    read = _on_paper if channel is Channel.PAPER else _in_ebox
    return [read(_fields(item), at, correlation_id) for item in said]


def _in_ebox(item: dict[str, Any], at: datetime, correlation_id: str) -> DeliveryStatus:
    read = item.get("readStatus")
    if not isinstance(read, bool):
        raise MalformedError("a status does not say whether the message was read")
    expires_at = _moment(item.get("expirationDate"))
    expired = expires_at is not None and expires_at <= at
    unread = DispatchState.EXPIRED if expired else DispatchState.ACCEPTED
    return DeliveryStatus(
        message_id=_text(item, "messageId"),
        state=DispatchState.READ if read else unread,
        reported=f"readStatus {str(read).lower()}",
        at=at,
        expires_at=expires_at,
        visible=item.get("visible") is not False,
        correlation_id=correlation_id,
    )


def _on_paper(
    item: dict[str, Any], at: datetime, correlation_id: str
) -> DeliveryStatus:
    word = _text(item, STATUS)
    return DeliveryStatus(
        message_id=_text(item, "messageId"),
        state=PAPER_STATUS.get(word),
        reported=on_one_line(word, 60),
        at=at,
        correlation_id=correlation_id,
    )


def _fields(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise MalformedError("it is no JSON object")
    return said


def _text(fields: dict[str, Any], name: str) -> str:
    text = fields.get(name)
    if not isinstance(text, str) or not 0 < len(text) <= 200 or not text.isprintable():
        raise MalformedError(f"it holds no usable {name!r}")
    return text


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as cause:
        raise MalformedError("a moment in it cannot be read") from cause
    if moment.tzinfo is None:
        raise MalformedError("a moment in it has no zone")
    return moment
