"""How SigningHub writes things: the one place with its paths, names and words.

The government's platform "Digitaal Ondertekenen" answers as a SigningHub v4. What
Kaleidos asks of it is public, and so is the guide of v3; where both are silent this
module assumes. Each assumption is marked ``[A]`` where it stands, and listed in
`ASSUMPTIONS`. Who has the description of v4 at hand mends this module, and no other.

Source:
    Kaleidos: signinghub-api-client, digital-signing-service. Ascertia: API guide v3,
    certified connector of Power Platform.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from digivl.errors import MalformedError
from digivl.kernel.redaction import on_one_line
from digivl.signing.platform.model import Progress
from digivl.signing.platform.people import Invited, PlatformRole, same_mail
from digivl.signing.platform.port import (
    DocumentTold,
    Listed,
    PackageTold,
    PersonTold,
    PlatformState,
)

#: What we had to assume, by name.
ASSUMPTIONS: Final = {
    "scope-answer": "a token for a user is answered as one for the machine",
    "profile-address": "the profile says whose session it is in `user_email`",
    "package-name": "a package has a name of at most 100 characters",
    "file-name": "a file name is plain ASCII, at most 100 characters, and ends in .pdf",
    "largest": "bytes of the largest document",
    "order-is-position": "people count from 1 in the order in which they were added",
    "order-told": "the workflow tells that place as `order`, for each person",
    "autoplace-answer": "a text that is not in the document gives an empty list",
    "rectangle": "a field at a place is given in points from the top left of a page",
    "find": "packages are listed as in v3: by status and page, with a text to search",
    "recall": "a shared package is taken back as in v3: by deleting its workflow",
    "delete": "a package is deleted by its own path, also one that was shared",
    "gone": "a package that is gone is answered by 404",
    "declined": "who declines, ends it: the package does not become COMPLETED",
    "expired": "a package whose term passed is EXPIRED",
    "done-words": "more words for what somebody did: PROCESSED, SUBMITTED",
    "delegated": "`processed_by` names who acted for somebody, and nobody else",
    "moments": "a moment without a zone is in UTC",
    "document-id": "a document is named by `documentid`, or by `document_id`",
    "bytes-kept": "the bytes that were uploaded stay; signatures come behind them",
    "link-answer": "the deep link is answered as a JSON text, or as bare text",
}

AUTHENTICATE: Final = "/authenticate"
SCOPE: Final = "/v4/authenticate/scope"  # [A] scope-answer
LOGOUT: Final = "/v4/logout"
PROFILE: Final = "/v4/settings/profile"
PACKAGES: Final = "/v4/packages"
LINKS: Final = "/v4/links/integration"

FILE_NAME: Final = "x-file-name"
#: Of a document that is not converted the bytes stay.
CONVERT: Final = "x-convert-document"  # [A] bytes-kept
SOURCE: Final = "x-source"
SEARCH: Final = "x-search-text"
OCTETS: Final = "application/octet-stream"

#: Nothing else is a success, also not what others call one.
SUCCESS: Final = frozenset({200, 201})
#: The status of what is gone; of what an organisation may not see, too.
GONE: Final = 404  # [A] gone
LARGEST: Final = 100_000_000  # [A] largest
#: Most packages in a list.
PAGE: Final = 100

_LONGEST: Final = 100  # [A] package-name
_ASCII: Final = "ascii"  # [A] file-name
_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_MOST: Final = 1_000

#: [A] done-words: PROCESSED and SUBMITTED are assumed, the others known.
_PROGRESS: Final = {
    "UN_PROCESSED": Progress.UN_PROCESSED,
    "IN_PROGRESS": Progress.IN_PROGRESS,
    "REVIEWED": Progress.REVIEWED,
    "SIGNED": Progress.SIGNED,
    "DECLINED": Progress.DECLINED,
    "PROCESSED": Progress.REVIEWED,
    "SUBMITTED": Progress.REVIEWED,
}
#: [A] expired. PENDING, INPROGRESS and SIGNED are how a list and the connector say
#: that it is with people.
_STATES: Final = {
    "DRAFT": PlatformState.DRAFT,
    "SHARED": PlatformState.SHARED,
    "PENDING": PlatformState.SHARED,
    "INPROGRESS": PlatformState.SHARED,
    "IN_PROGRESS": PlatformState.SHARED,
    "SIGNED": PlatformState.SHARED,
    "DECLINED": PlatformState.DECLINED,  # [A] declined
    "COMPLETED": PlatformState.COMPLETED,
    "EXPIRED": PlatformState.EXPIRED,
}


def package_path(package: str, *parts: str) -> str:
    """The path of a package, or of something in it.

    Raises:
        MalformedError: An id that is none.
    """
    if not _ID.fullmatch(package):
        raise MalformedError("an id of the platform is letters, digits and hyphens")
    return "/".join((PACKAGES, package, *parts))


def recall_path(package: str) -> str:
    """What is deleted to take a shared package back."""
    return package_path(package, "workflow")  # [A] recall


def delete_path(package: str) -> str:
    """What is deleted to take a package away."""
    return package_path(package)  # [A] delete


def document_path(package: str, document: str, *parts: str) -> str:
    """The path of a document, or of something of it."""
    package_path(document)
    return package_path(package, "documents", document, *parts)


def list_path(page: int) -> str:
    """The path of a page of the list of packages, from 1."""
    return f"{PACKAGES}/ALL/{page}/{PAGE}"  # [A] find


def search_header(text: str) -> Mapping[str, str]:
    """Says which packages a list has to hold."""
    return {SEARCH: base64.b64encode(text.encode()).decode()}


def package_name(title: str, mark: str) -> str:
    """The name of a package: what people read first, and our mark behind it."""
    room = _LONGEST - len(mark) - 3
    return f"{_named(title, room)} ({mark})"


def file_name(title: str, taken: Sequence[str]) -> str:
    """The name of a PDF: another one than those that are taken."""
    plain = unicodedata.normalize("NFKD", title).encode(_ASCII, "ignore").decode()
    stem = re.sub(r"(?i)(\.pdf)+$", "", _named(plain, _LONGEST - 9)).strip(" .")
    name, number = f"{stem or 'document'}.pdf", 1
    while name in taken:
        number += 1
        name = f"{stem or 'document'} ({number}).pdf"
    return name


def _named(text: str, longest: int) -> str:
    # A blank in front makes the platform fail; a slash starts a folder.
    kept = "".join(c if c.isprintable() else " " for c in text)
    words = re.sub(r"[/\\]", "-", kept).split()
    return " ".join(words)[:longest].strip() or "document"


def package_json(name: str) -> dict[str, Any]:
    """A new package: who makes it signs nothing."""
    return {"package_name": name, "workflow_mode": "ONLY_OTHERS"}


def workflow_json() -> dict[str, Any]:
    """People act in turns that we give."""
    return {"workflow_type": "CUSTOM"}


def people_json(invited: Sequence[Invited]) -> list[dict[str, Any]]:
    """The people, in their order."""
    return [  # [A] order-is-position
        {
            "user_email": one.mail.reveal(),
            "user_name": one.name.reveal(),
            "role": one.role.value,
            "email_notification": True,
            "signing_order": one.turn,
        }
        for one in invited
    ]


def field_json(order: int, signer: Invited) -> tuple[str, dict[str, Any]]:
    """Where a signature stands: the end of the path, and what is said there.

    Raises:
        MalformedError: It stands nowhere.
    """
    asked = {"order": order, "level_of_assurance": [signer.assurance.value]}
    if signer.text is not None:
        size = {"width": signer.text.width, "height": signer.text.height}
        return "autoplace", {
            **asked,
            "search_text": signer.text.text.reveal(),
            "field_type": "SIGNATURE",
            "placement": "TOP",
            "max_length": 9999,
            "multiline": True,
            "dimensions": size,
        }
    if signer.rectangle is None:
        raise MalformedError("nobody said where this signature stands")
    at = signer.rectangle
    box = {"x": at.x, "y": at.y, "width": at.width, "height": at.height}
    # [A] rectangle
    return "signature", {**asked, "page_no": at.page, "dimensions": box}


def link_json(package: str, mail: str) -> dict[str, Any]:
    """Ask an address where somebody can open a package."""
    return {
        "package_id": int(package) if package.isdigit() else package,
        "language": "nl-NL",
        "user_email": mail,
        "collapse_panels": "true",
    }


def read_id(said: Any, *names: str) -> str:
    """The id that the platform gave something, under one of these names.

    Raises:
        MalformedError: There is none.
    """
    values = [_fields(said).get(name) for name in names]
    found = next((value for value in values if value is not None), None)
    text = str(found) if isinstance(found, int | str) else ""
    if isinstance(found, bool) or not _ID.fullmatch(text):
        raise MalformedError(f"it holds no usable {names[0]}")
    return text


def read_document(said: Any) -> str:
    """The id of a document."""
    return read_id(said, "documentid", "document_id")  # [A] document-id


def read_is_of(said: Any, mail: str) -> bool:
    """Whether a profile is that of a person."""
    found = _fields(said).get("user_email")  # [A] profile-address
    return isinstance(found, str) and same_mail(found) == same_mail(mail)


def read_placed(said: Any) -> bool:
    """Whether a field was placed."""
    # [A] autoplace-answer
    return isinstance(said, dict) or (isinstance(said, list) and bool(said))


def read_link(body: bytes) -> str:
    """The deep link in an answer.

    Raises:
        MalformedError: It is no address.
    """
    # [A] link-answer
    text = body.decode("ascii", "replace").strip().strip('"')
    parts = urlsplit(text) if len(text) < 8_192 and text.isprintable() else None
    if parts is None or parts.scheme not in {"https", "http"} or not parts.hostname:
        raise MalformedError("it is no address")
    return text


def read_list(said: Any, mark: str) -> tuple[list[Listed], bool]:
    """The packages on a page that carry a mark, and whether another page may follow.

    Raises:
        MalformedError: It is no list of packages.
    """
    if not isinstance(said, list) or len(said) > _MOST:
        raise MalformedError("it is no list of packages")
    marked = [
        Listed(
            id=read_id(one, "package_id"),
            name=str(one.get("package_name")),
            is_draft=_state(one.get("package_status")) is PlatformState.DRAFT,
        )
        for one in said
        if mark in str(_fields(one).get("package_name"))
    ]
    return marked, len(said) >= PAGE


def read_package(said: Any, package: str) -> PackageTold:
    """What the platform says of a package and the people in it.

    Raises:
        MalformedError: It makes no sense, or is about another package.
    """
    fields = _fields(said)
    if read_id(fields, "package_id") != package:
        raise MalformedError("it is about another package")
    workflow = _fields(fields.get("workflow"))
    return PackageTold(
        id=package,
        state=_state(workflow.get("workflow_status")),
        documents=tuple(map(_document, _several(fields, "documents"))),
        people=tuple(map(_person, _several(fields, "users"))),
    )


def _state(word: Any) -> PlatformState:
    if not isinstance(word, str) or word not in _STATES:
        raise MalformedError(f"an unknown status: {on_one_line(str(word), 40)}")
    return _STATES[word]


def _document(said: Any) -> DocumentTold:
    name = _fields(said).get("document_name")
    if not isinstance(name, str):
        raise MalformedError("a document has no name")
    return DocumentTold(read_document(said), name)


def _person(said: Any) -> PersonTold:
    fields = _fields(said)
    word, order = fields.get("process_status"), fields.get("order")
    if word not in _PROGRESS:
        raise MalformedError(f"an unknown progress: {on_one_line(str(word), 40)}")
    if not isinstance(order, int) or order < 1:  # [A] order-told
        raise MalformedError("a person has no place in the order")
    mail = fields.get("user_email")
    # A group or a place-holder has no address: nobody we invited.
    address = mail if isinstance(mail, str) else ""
    return PersonTold(
        mail=address,
        role=_role(fields.get("role")),
        order=order,
        turn=_turn(fields.get("signing_order")),
        progress=_PROGRESS[word],
        processed_on=_moment(fields.get("processed_on")),
        delegated=_is_other(fields.get("processed_by"), address),
        reason=_reason(fields.get("reason")),
    )


def _is_other(by: Any, mail: str) -> bool:  # [A] delegated
    named = isinstance(by, str) and bool(by.strip())
    return named and same_mail(by) != same_mail(mail)


def _role(word: Any) -> PlatformRole | None:
    known = {role.value: role for role in PlatformRole}
    return known.get(word) if isinstance(word, str) else None


def _turn(number: Any) -> int:
    return number if isinstance(number, int) and number > 0 else 1


def _reason(text: Any) -> str:
    return on_one_line(text, 1_000) if isinstance(text, str) else ""


def _moment(text: Any) -> datetime | None:
    if text in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as cause:
        raise MalformedError("a moment in it cannot be read") from cause
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # [A] moments


def _several(fields: dict[str, Any], name: str) -> list[Any]:
    found = fields.get(name)
    if not isinstance(found, list) or len(found) > _MOST:
        raise MalformedError(f"it holds no list of {name}")
    return found


def _fields(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise MalformedError("it is no JSON object")
    return said
