"""What the MAGDA simulator accepts: the rules of a message, in their order.

Everything the federated e-Box API fixes is checked as it fixes it: names, digests,
media types, main content, one language, no nulls. The rules for paper are those of
letters through MAGDA.

Recipients: test numbers only, and each of them behaves in its own way.

==============  ===============================================================
citizen         85073003328 and 98472899765 (BIS) use the eBox; 79072300048 never
                opened it (``NO_DIGITAL_USER``); 94022722580 and 01490700185 (BIS)
                have none; 17073003384 is not known to the source
enterprise      0220916609 never opened the eBox; 0534530277 was stopped; every
                other number that exists uses it
==============  ===============================================================
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import IO, Any, Final, NoReturn

import attrs

from digivl.dispatch import magda_wire as wire
from digivl.errors import MalformedError
from digivl.kernel.identifiers import INSZ, EnterpriseNumber

_USES: Final = frozenset({"85073003328", "98472899765"})
_NEVER_OPENED: Final = frozenset({"79072300048", "0220916609"})
_NO_EBOX: Final = frozenset({"94022722580", "01490700185"})
_UNKNOWN: Final = frozenset({"17073003384"})
_STOPPED: Final = frozenset({"0534530277"})

#: The laxer reading of “30 MB”, so that a client is never the laxer side.
_MOST_BYTES: Final = 30 * 1024 * 1024
_MOST_SUBJECT: Final = 400
_LONGEST_NAME: Final = 255
_MEDIA_TYPES: Final = frozenset(
    {"application/pdf", "application/zip", "text/csv", "text/html"}
    | {"text/plain", "text/xml", "application/msword", "application/vnd.ms-excel"}
    | {"application/vnd.ms-powerpoint", "application/vnd.oasis.opendocument.text"}
)
_REQUIRED: Final = {"subject": dict, "bodyMainContent": bool, "replyAuthorized": bool}


class Refusal(Exception):  # noqa: N818 - it is an answer, not a failure
    """An answer that is no success.

    Attributes:
        code: Set for the errors of the federated API, empty for those of MAGDA.
    """

    def __init__(self, status: int, detail: str, code: str = "") -> None:
        self.status, self.detail, self.code = status, detail, code
        super().__init__(detail)


@attrs.frozen(kw_only=True)
class Upload:
    """One file part."""

    name: str
    filename: str
    media_type: str
    content: IO[bytes] = attrs.field(repr=False)


def read_message(text: str | None, uploads: Sequence[Upload]) -> dict[str, Any]:
    """Check one message from its form to its content; gives its JSON part.

    Raises:
        Refusal: The first rule that it breaks.
    """
    message = _schema(text)
    _sender(message)
    if message.get(wire.CHANNEL) == "PAPER":
        _address(message.get(wire.ADDRESS))
    elif message.get(wire.CHANNEL) == "EBOX":
        _ebox(message.get("recipient"))
    else:
        _invalid(f"{wire.CHANNEL} is EBOX or PAPER")
    _contents(message, uploads)
    return message


def business_code(message: Mapping[str, Any]) -> str:
    """The code of a publication that succeeded; empty when there is nothing to tell."""
    value = message.get("recipient", {}).get("eboxIdValue", "")
    return "NO_DIGITAL_USER" if value in _NEVER_OPENED else ""


def _invalid(detail: str, code: str = "INVALID_INPUT") -> NoReturn:
    raise Refusal(400, detail, code)


def _schema(text: str | None) -> dict[str, Any]:
    if text is None:
        _invalid(f"Invalid Schema: part {wire.MESSAGE_PART} is missing")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        _invalid("Invalid Schema: no JSON")
    if not isinstance(message, dict) or _holds_null(message):
        _invalid("Invalid Schema: an object without null values is expected")
    for name, kind in _REQUIRED.items():
        if not isinstance(message.get(name), kind):
            _invalid(f"Invalid Schema: {name} is missing or of another type")
    return message


def _holds_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_null(inner) for inner in value.values())
    if isinstance(value, list):
        return any(_holds_null(inner) for inner in value)
    return value is None


def _sender(message: Mapping[str, Any]) -> None:
    try:
        EnterpriseNumber(message.get("senderOrganizationId"))
    except MalformedError:
        _invalid("senderOrganizationId is not configured", "INVALID_SENDER")
    for name in ("senderApplicationId", "messageTypeId"):
        if not isinstance(message.get(name), str) or not message[name]:
            _invalid(f"{name} is not configured", "INVALID_SENDER")


def _ebox(recipient: Any) -> None:
    if not isinstance(recipient, dict):
        _invalid("Invalid Schema: recipient is missing")
    value = recipient.get("eboxIdValue")
    if not isinstance(value, str):
        _invalid("Invalid Schema: eboxIdValue is missing")
    match recipient.get("eboxType"):
        case "citizen":
            _citizen(value)
        case "enterprise":
            _enterprise(value)
        case _:
            _invalid("Invalid Schema: eboxType is enterprise or citizen")


def _citizen(value: str) -> None:
    try:
        INSZ(value)
    except MalformedError:
        # Real services echo the number; a client has to keep it out of its errors.
        raise Refusal(400, f"Checksum97: {value}") from None
    if value in _UNKNOWN:
        raise Refusal(404, f"Source: no citizen {value}")
    if value in _NO_EBOX:
        _invalid("the citizen has no active e-Box")
    if value not in _USES | _NEVER_OPENED:
        _invalid("the simulator knows test numbers only")


def _enterprise(value: str) -> None:
    try:
        EnterpriseNumber(value)
    except MalformedError:
        raise Refusal(400, f"Checksum97: {value}") from None
    if len(value) != len("0123456789"):
        _invalid("an enterprise number has ten digits")
    if value in _STOPPED:
        _invalid("the enterprise is not active")


def _address(address: Any) -> None:
    if not isinstance(address, dict):
        _invalid(f"Invalid Schema: {wire.ADDRESS} is missing")
    for name in ("name", "municipality", "country"):
        if not isinstance(address.get(name), str) or not address[name]:
            _invalid(f"{wire.ADDRESS}: {name} is missing")
    if any(len(str(text)) > 50 for text in address.values()):
        _invalid(f"{wire.ADDRESS}: a field is longer than 50 characters")
    postcode = str(address.get("postalCode", ""))
    if address["country"] == "BE" and not (len(postcode) == 4 and postcode.isdigit()):
        _invalid(f"{wire.ADDRESS}: postalCode")


def _contents(message: Mapping[str, Any], uploads: Sequence[Upload]) -> None:
    _one_language(message)
    attachments = message.get("attachments", [])
    if not isinstance(attachments, list) or not attachments:
        _invalid("Invalid Schema: attachments")
    if not all(isinstance(attachment, dict) for attachment in attachments):
        _invalid("Invalid Schema: attachments")
    if len(attachments) != len(uploads):
        _invalid("the number of attachments differs from the number of files")
    if len(uploads) > wire.MOST_DOCUMENTS:
        _invalid(f"more than {wire.MOST_DOCUMENTS} documents")
    mains = [a.get("mainContent") for a in attachments]
    if mains.count(True) + bool(message["bodyMainContent"]) != 1:
        _invalid("there is exactly one main content")
    by_name = {upload.name: upload for upload in uploads}
    for attachment in attachments:
        upload = by_name.get(str(attachment.get("httpPartName")))
        if upload is None:
            _invalid("httpPartName has no matching part")
        _file(upload, attachment.get("digest"), paper=message[wire.CHANNEL] == "PAPER")
    if sum(_size(upload.content) for upload in uploads) > _MOST_BYTES:
        raise Refusal(413, "more than 30 MB of documents")


def _one_language(message: Mapping[str, Any]) -> None:
    subject = message["subject"]
    if len(subject) != 1:
        _invalid("a publication has one language", "NOT_IMPLEMENTED")
    ((language, text),) = subject.items()
    if language not in {"nl", "fr", "de"} or not isinstance(text, str):
        _invalid("Invalid Schema: subject")
    if len(text) > _MOST_SUBJECT:
        _invalid(f"the subject is longer than {_MOST_SUBJECT} characters")


def _file(upload: Upload, digest: Any, *, paper: bool) -> None:
    if not upload.filename or not upload.media_type:
        _invalid("a part has no file name or media type")
    if len(upload.filename) > _LONGEST_NAME:
        _invalid("the file name is too long")
    if upload.media_type not in ({"application/pdf"} if paper else _MEDIA_TYPES):
        _invalid(f"media type {upload.media_type} is not allowed")
    if not isinstance(digest, dict) or digest.get("digestMethod") != "sha_256":
        _invalid("Invalid Schema: digest")
    expected = base64.urlsafe_b64encode(_sha256(upload.content)).decode()
    if str(digest.get("digestValue")).rstrip("=") != expected.rstrip("="):
        _invalid("digest", "DIGEST_DO_NOT_MATCH")


def _sha256(content: IO[bytes]) -> bytes:
    digest = hashlib.sha256()
    content.seek(0)
    while chunk := content.read(1 << 20):
        digest.update(chunk)
    return digest.digest()


def _size(content: IO[bytes]) -> int:
    return content.seek(0, 2)
