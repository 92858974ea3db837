"""A SigningHub v4 on loopback, for tests, demonstrations and trials.

`SigningHubSimulator` is the platform with the people in it: they approve, refuse, and
really sign, each with a key of an own authority. `signinghub_app` is its counter. It
keeps by the letter to the facts and assumptions in
`digivl.signing.platform.signinghub_wire`, and can be told to be wrong.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final

import attrs

from digivl.kernel.moments import utc_now
from digivl.pdf.signer import SignatureSpec, sign
from digivl.settings import Limits
from digivl.testing.magda_rules import Refusal
from digivl.testing.papers import paper
from digivl.testing.signinghub_folder import Package, SigningHubFolder
from digivl.testing.signinghub_people import People
from digivl.testing.signinghub_spoilt import changed_page

#: A machine account that every simulator lets in, and its organisation.
CLIENT_ID: Final = "digivl-simulator"
CLIENT_SECRET: Final = "no-secret-at-all"  # noqa: S105 - it guards nothing
ORGANIZATION: Final = "OVO000001"

_DONE: Final = frozenset({"REVIEWED", "SIGNED", "DECLINED"})


class Fault(Enum):
    """A way in which one call fails (storing)."""

    UNAVAILABLE = "503, nothing done"
    TOO_MANY = "429, nothing done"
    FORBIDDEN = "403, nothing done"
    REJECTED = "422, nothing done: it does not want what was sent"
    ERROR = "500, nothing done"
    ERROR_AFTER = "500, but it was done"
    GATEWAY_TIMEOUT = "504, but it was done"
    LOST_REPLY = "the connection is cut after it was done"
    GARBLED = "200 with something else than an answer; it was done"
    NO_SUCCESS = "202: done, but not one of the two statuses of success"


class Spoilt(Enum):
    """How a result is wrong (wat er mis is met een resultaat)."""

    ANOTHER_FILE = "another document comes back"
    FLATTENED = "a flattened copy comes back: it looks signed, and is not"
    UNSIGNED = "what was sent comes back"
    CHANGED_PAGE = "a page was changed before the first signature"
    MISSING_SIGNER = "the last one clicked, and did not sign"
    EXTRA_SIGNER = "somebody signed who was not asked"
    SIGNED_TWICE = "the last one signed twice"
    WRONG_PERSON = "somebody else signed in the place of the last one"
    NO_TIMESTAMP = "the signatures carry no timestamp"
    NOT_QUALIFIED = "the certificates are not qualified"
    CHANGED_BEHIND = "a page was changed after the last signature"


@attrs.frozen(eq=False)
class SigningHubSimulator:
    """The platform; any number of threads and processes can share its folder.

    Attributes:
        folder: Where what it has stands.
        clock: Gives the present moment, with a zone.
        clients: Secrets by client id.
        organizations: OVO code of the organisation of each client.
        members: Addresses of the people of each organisation; None lets in anybody.
        numbers: National number on the certificate of a person, by address.
    """

    folder: Path
    clock: Callable[[], datetime] = utc_now
    clients: Mapping[str, str] = attrs.field(
        factory=lambda: {CLIENT_ID: CLIENT_SECRET}, repr=False
    )
    organizations: Mapping[str, str] = attrs.field(
        factory=lambda: {CLIENT_ID: ORGANIZATION}
    )
    members: Mapping[str, Iterable[str]] | None = attrs.field(default=None, repr=False)
    numbers: Mapping[str, str] = attrs.field(factory=dict[str, str], repr=False)
    files: SigningHubFolder = attrs.field(
        init=False,
        repr=False,
        default=attrs.Factory(
            lambda self: SigningHubFolder(self.folder), takes_self=True
        ),
    )
    people: People = attrs.field(
        init=False,
        repr=False,
        default=attrs.Factory(
            lambda self: People(self.folder, self.clock), takes_self=True
        ),
    )
    _faults: deque[Fault | None] = attrs.field(
        factory=deque["Fault | None"], init=False, repr=False
    )

    def packages(self) -> list[Package]:
        """Every package that is there: made, and not deleted."""
        return [one for one in self.files.all() if not one["deleted"]]

    def fail_next(self, *faults: Fault | None) -> None:
        """Let the next calls fail, one fault each, in this order; None fails none."""
        self._faults.extend(faults)

    def next_fault(self) -> Fault | None:
        """How this call fails; None when it does not."""
        try:
            return self._faults.popleft()
        except IndexError:
            return None

    def spoil(self, package: int, how: Spoilt) -> None:
        """Let the result of a package be wrong."""
        with self.files.changing(package) as found:
            found["spoilt"] = how.name

    def share(self, package: int) -> None:
        """The owner shares it, in the web application."""
        with self.files.changing(package) as found:
            check(found["status"] == "DRAFT", 403, "it is shared already")
            found["status"] = "SHARED"

    def approve(self, package: int, mail: str) -> None:
        """An approver approves."""
        with self.files.changing(package) as found:
            self._act(found, mail, "REVIEWER", "REVIEWED")

    def sign(self, package: int, mail: str) -> None:
        """A signer signs every document, with a timestamp."""
        with self.files.changing(package) as found:
            user = self._turn(found, mail, "SIGNER")
            for document in found["documents"]:
                self._sign(found, user, document)
            self._act(found, mail, "SIGNER", "SIGNED")

    def decline(self, package: int, mail: str, reason: str = "") -> None:
        """Somebody refuses: the package ends."""
        with self.files.changing(package) as found:
            user = self._turn(found, mail, None)
            moment = self.clock().isoformat()
            user |= {"process_status": "DECLINED", "processed_on": moment}
            user["reason"] = reason
            found["status"] = "DECLINED"

    def recall(self, package: int) -> None:
        """The owner takes it back; a draft again. Only before anybody acted."""
        with self.files.changing(package) as found:
            check(found["status"] == "SHARED", 403, "it is not with anybody")
            acted = any(user["process_status"] in _DONE for user in found["users"])
            check(not acted, 403, "somebody acted already")
            found["status"] = "DRAFT"

    def delete(self, package: int) -> None:
        """The owner deletes it."""
        with self.files.changing(package) as found:
            found["deleted"] = True

    def expire(self, package: int) -> None:
        """Its term passes."""
        with self.files.changing(package) as found:
            found["status"] = "EXPIRED"

    def add(self, package: int, mail: str, name: str, role: str) -> None:
        """The owner adds somebody, in the web application."""
        with self.files.changing(package) as found:
            turn = max(user["signing_order"] for user in found["users"])
            found["users"].append(person(found, mail, name, role, turn))

    def everybody(self, package: int) -> None:
        """Everybody who is asked does it, in turn."""
        users = self.files.read(package)["users"]
        for user in sorted(users, key=lambda one: one["signing_order"]):
            acts = {"REVIEWER": self.approve, "SIGNER": self.sign}
            if user["role"] in acts and user["process_status"] not in _DONE:
                acts[user["role"]](package, user["user_email"])

    def result(self, package: Package, document: dict[str, Any]) -> bytes:
        """The document as it comes back."""
        how = package.get("spoilt")
        if package["status"] == "COMPLETED" and how == Spoilt.ANOTHER_FILE.name:
            return paper("Iets helemaal anders")
        if package["status"] == "COMPLETED" and how == Spoilt.FLATTENED.name:
            return paper("Besluit, getekend")
        if how == Spoilt.UNSIGNED.name:
            return self.files.content(document["original"])
        content = self.files.content(document["sha256"])
        changed = package["status"] == "COMPLETED" and how == Spoilt.CHANGED_BEHIND.name
        return changed_page(content) if changed else content

    def _act(self, found: Package, mail: str, role: str, progress: str) -> None:
        user = self._turn(found, mail, role)
        user["process_status"] = progress
        user["processed_on"] = self.clock().isoformat()
        user["processed_by"] = mail
        asked = [one for one in found["users"] if one["role"] != "CARBON_COPY"]
        if all(one["process_status"] in _DONE for one in asked):
            found["status"] = "COMPLETED"

    def _turn(self, found: Package, mail: str, role: str | None) -> dict[str, Any]:
        check(found["status"] == "SHARED", 403, "it is not with anybody")
        check(not found["deleted"], 404, "Document not found")
        users = found["users"]
        mine = [
            one
            for one in users
            if one["user_email"] == mail
            and one["process_status"] not in _DONE
            and (role is None or one["role"] == role)
        ]
        check(bool(mine), 403, "nothing is asked of this user")
        before = [
            one
            for one in users
            if one["role"] != "CARBON_COPY"
            and one["signing_order"] < mine[0]["signing_order"]
        ]
        done = all(one["process_status"] in _DONE for one in before)
        check(done, 403, "it is not the turn of this user")
        found_user: dict[str, Any] = mine[0]
        return found_user

    def _sign(
        self, found: Package, user: dict[str, Any], document: dict[str, Any]
    ) -> None:
        how = found.get("spoilt")
        signers = [one for one in found["users"] if one["role"] == "SIGNER"]
        last = user["order"] == signers[-1]["order"]
        content = self.files.content(document["sha256"])
        if how == Spoilt.CHANGED_PAGE.name and user is signers[0]:
            content = changed_page(content)
        names = [user["user_name"]]
        if last:
            names = {
                Spoilt.MISSING_SIGNER.name: [],
                Spoilt.WRONG_PERSON.name: ["Iemand Anders"],
                Spoilt.SIGNED_TWICE.name: names * 2,
                Spoilt.EXTRA_SIGNER.name: [*names, "Iemand Anders"],
            }.get(str(how), names)
        number = self.numbers.get(user["user_email"], "")
        for name in names:
            own = number if name == user["user_name"] else ""
            content = self._signed(content, name, own, str(how))
        document["sha256"] = self.files.keep(content)

    def _signed(self, content: bytes, name: str, number: str, how: str) -> bytes:
        qualified = how != Spoilt.NOT_QUALIFIED.name
        key = self.people.key(name, number, qualified=qualified)
        field = f"Handtekening{content.count(b'/ByteRange') + 1}"
        target = io.BytesIO()
        sign(
            io.BytesIO(content),
            target,
            SignatureSpec(field=field),
            key.identity(),
            key.sign,
            at=self.clock(),
            timestamp=None if how == Spoilt.NO_TIMESTAMP.name else self.people.stamp,
            limits=Limits(),
        )
        return target.getvalue()


def check(holds: bool, status: int, detail: str) -> None:  # noqa: FBT001 - it reads so
    """Refuse what a rule of the platform forbids.

    Raises:
        Refusal: It does not hold.
    """
    if not holds:
        raise Refusal(status, detail)


def person(
    package: Package, mail: str, name: str, role: str, turn: int
) -> dict[str, Any]:
    """Somebody in a package, at the end."""
    return {
        "order": len(package["users"]) + 1,
        "user_email": mail,
        "user_name": name,
        "role": role,
        "signing_order": turn,
        "process_status": "UN_PROCESSED",
        "processed_on": "",
        "processed_by": "",
        "reason": "",
    }
