"""A package on a signing platform (pakket op een tekenplatform), as the book has it.

Source:
    States of the Themis list ``handtekenstatus``; the others are ours, the list has no
    state for them.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any, Final

import attrs
from attrs.validators import optional

from digivl.kernel.checks import at_least_one, at_most, digest, free_text, public_line
from digivl.kernel.identifiers import OVOCode
from digivl.kernel.kinds import Kind, Ref, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party
from digivl.kernel.personal import Personal
from digivl.signing.platform.findings import OF_THE_BYTES, Finding, FindingKind
from digivl.signing.platform.people import Invited, PlatformRole, is_mail

_STATUS: Final = (
    "http://themis.vlaanderen.be/id/handtekenstatus/{}-11ee-bb35-ee395168dcf7"
)
#: Hexadecimal digits of our own mark in the name of a package.
_MARK: Final = 12


class PackageState(Enum):
    """How far a package is (staat van een pakket)."""

    WAITING = "te verzenden naar het platform"
    UNDER_WAY = "onderweg naar het platform"
    UNKNOWN = "onbekend of het op het platform staat"
    REJECTED = "door het platform geweigerd"
    PREPARED = _STATUS.format("1dd296c2-053a")
    TO_BE_APPROVED = _STATUS.format("2fd72150-0538")
    TO_BE_SIGNED = _STATUS.format("47508452-0538")
    PARTLY_SIGNED = "gedeeltelijk getekend"
    RETURNED = "teruggekomen, na te zien"
    WITHDRAWING = "wordt ingetrokken"
    EXPIRING = "verstreken, wordt ingetrokken"
    SIGNED = _STATUS.format("29d4e7d2-0539")
    REFUSED = _STATUS.format("3128aae6-0539")
    CANCELLED = _STATUS.format("2d043722-053a")
    EXPIRED = "verstreken"
    VALIDATION_FAILED = "teruggekomen, maar niet in orde"

    @property
    def label(self) -> str:
        """In Dutch, for people."""
        return _LABELS.get(self, self.value)


_S = PackageState
_LABELS: Final = {
    _S.PREPARED: "voorbereid op het platform",
    _S.TO_BE_APPROVED: "goed te keuren",
    _S.TO_BE_SIGNED: "te ondertekenen",
    _S.SIGNED: "ondertekend",
    _S.REFUSED: "geweigerd",
    _S.CANCELLED: "geannuleerd",
}

#: It is on its way, and nobody on the platform can act on it yet.
SENDING: Final = (_S.WAITING, _S.UNDER_WAY, _S.UNKNOWN)
#: People on the platform act on it: it has to be looked at.
RUNNING: Final = (_S.PREPARED, _S.TO_BE_APPROVED, _S.TO_BE_SIGNED, _S.PARTLY_SIGNED)
#: We take it back.
ENDING: Final = (_S.WITHDRAWING, _S.EXPIRING)
#: It ended without signatures that count; who asked has to do something.
UNSIGNED: Final = (
    *(_S.REJECTED, _S.REFUSED, _S.CANCELLED),
    *(_S.EXPIRED, _S.VALIDATION_FAILED),
)
_THERE: Final = (*RUNNING, *ENDING)

PACKAGE_LIFECYCLE: Final = Lifecycle(
    subject="platform package",
    initial=_S.WAITING,
    steps=(
        Step("begin", SENDING, _S.UNDER_WAY),
        Step("lose reply", (_S.UNDER_WAY,), _S.UNKNOWN),
        Step("reject", (_S.UNDER_WAY,), _S.REJECTED),
        Step("prepare", (_S.UNDER_WAY, *RUNNING), _S.PREPARED),
        Step("to approve", (_S.UNDER_WAY, *RUNNING), _S.TO_BE_APPROVED),
        Step("to sign", (_S.UNDER_WAY, *RUNNING), _S.TO_BE_SIGNED),
        Step("sign in part", (_S.UNDER_WAY, *RUNNING), _S.PARTLY_SIGNED),
        Step("refuse", (_S.UNDER_WAY, *_THERE), _S.REFUSED),
        Step("disappear", _THERE, _S.CANCELLED),
        Step("expire", RUNNING, _S.EXPIRING),
        Step("expired", (_S.UNDER_WAY, *_THERE), _S.EXPIRED),
        Step("withdraw", RUNNING, _S.WITHDRAWING),
        Step("drop", (_S.WAITING,), _S.CANCELLED),
        Step("return", (_S.UNDER_WAY, *_THERE), _S.RETURNED),
        Step("sign", (_S.RETURNED,), _S.SIGNED),
        Step("fail", (_S.RETURNED,), _S.VALIDATION_FAILED),
        Step("check again", (_S.VALIDATION_FAILED,), _S.RETURNED),
    ),
)


class Progress(Enum):
    """What somebody did with a package; values as SigningHub writes them."""

    UN_PROCESSED = "UN_PROCESSED"
    IN_PROGRESS = "IN_PROGRESS"
    REVIEWED = "REVIEWED"
    SIGNED = "SIGNED"
    DECLINED = "DECLINED"

    @property
    def is_done(self) -> bool:
        """Whether nothing is waited for."""
        return self not in {Progress.UN_PROCESSED, Progress.IN_PROGRESS}


@attrs.frozen(kw_only=True)
class Acted:
    """What the platform says that one of the invited did.

    Attributes:
        at: When, by the platform.
        seen_at: When we first read it.
        delegated: Somebody else did it in the person's name, says the platform.
        reason: Why it was refused, in the words of the person.
    """

    progress: Progress = Progress.UN_PROCESSED
    at: datetime | None = attrs.field(default=None, validator=optional(aware))
    seen_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    delegated: bool = False
    reason: Personal[str] | None = None


@attrs.frozen(kw_only=True)
class SignatureFact:
    """One signature that came back and holds.

    Attributes:
        signer: Id of the party that signed.
        function: That party as people know it.
        field: Name of the signature field.
        level: PAdES level.
        certificate: SHA-256 of the certificate, in hexadecimal.
        claimed_at: The time that stands in the signature; nobody proves it.
        stamped_at: The time of its timestamp: when it surely existed.
        authority: Who gave the timestamp.
        token: SHA-256 of it; None where it was not recorded.
        processed_at: When the platform says that it was signed.
        warnings: What could not be established, in Dutch.
    """

    signer: str
    function: str
    field: str
    level: str
    certificate: str = attrs.field(validator=digest)
    claimed_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    stamped_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    authority: str = ""
    token: str | None = attrs.field(default=None, validator=optional(digest))
    processed_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    warnings: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Enclosed:
    """A document in a package, with its hash at each moment that counts.

    Attributes:
        document: Id of the document.
        title: One line for people.
        sent: SHA-256 of the version that was sent.
        size: Of that version, in bytes.
        theirs: What the platform calls it.
        read_back_at: When the platform gave exactly these bytes back, before anybody
            could sign.
        returned: SHA-256 of what came back; the file is kept under it whatever it is.
        returned_size: In bytes.
        lost: Why nothing came back.
        signatures: What was found on it, once it was found in order.
    """

    document: str
    title: str = attrs.field(validator=public_line)
    sent: str = attrs.field(validator=digest)
    size: int
    theirs: str = ""
    read_back_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    returned: str | None = attrs.field(default=None, validator=optional(digest))
    returned_size: int = 0
    lost: FindingKind | None = None
    signatures: tuple[SignatureFact, ...] = ()


@attrs.frozen(kw_only=True)
class Account:
    """Where a package stands: always dealt with in this name (account).

    Attributes:
        platform: Name of the platform in the settings.
        organization: Under whose account; another one sees nothing of it.
        owner: E-mail address of who owns the package there.
    """

    platform: str
    organization: OVOCode
    owner: Personal[str] = attrs.field(validator=is_mail)

    @classmethod
    def of(cls, platform: str, organization: OVOCode, owner: str) -> Account:
        """Name an account by plain values."""
        return cls(platform=platform, organization=organization, owner=Personal(owner))


@attrs.frozen(kw_only=True)
class SigningPackage:
    """Documents on a platform, for people to approve and sign (pakket).

    Attributes:
        dossier: Id of the dossier of its documents.
        title: One line for people.
        account: Where it stands, and in whose name.
        started_by: Who asked for it; has the dossier again when it ended.
        documents: In the order in which they are shown.
        invited: In their order on the platform.
        acted: What each of them did, in the same order.
        shared_by_us: False where the owner places fields and shares it there.
        until: When it ends by itself.
        reference: What the platform calls it.
        changed_at: When we last read something new.
        strangers: How many signers are on it there whom we did not invite.
        missed_at: When the platform first said that it does not know it.
        completed_at: When the last one acted, by the platform.
        synced_at: When we fetched the result.
        findings: Why the result is not in order.
        problem: What went wrong last.
        flow: What it is a part of.
        follows: The package it takes the place of.
        settled: Nobody has to do anything with it any more.
    """

    dossier: str
    title: str = attrs.field(validator=public_line)
    account: Account
    started_by: Party
    documents: tuple[Enclosed, ...] = attrs.field(validator=(at_least_one, at_most(50)))
    invited: tuple[Invited, ...] = attrs.field(validator=(at_least_one, at_most(50)))
    acted: tuple[Acted, ...]
    shared_by_us: bool = True
    until: datetime | None = attrs.field(default=None, validator=optional(aware))
    reference: str = ""
    changed_at: datetime = attrs.field(validator=aware)
    strangers: int = 0
    missed_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    completed_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    synced_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    findings: tuple[Finding, ...] = ()
    problem: str = attrs.field(default="", validator=free_text)
    flow: Ref | None = None
    follows: str | None = None
    settled: bool = False
    state: PackageState = PACKAGE_LIFECYCLE.initial

    @property
    def signers(self) -> tuple[Invited, ...]:
        """Who has to sign each document."""
        return tuple(one for one in self.invited if one.signs)

    @property
    def waits_for(self) -> Invited | None:
        """Who has to act first of those who can act now; None when nobody has to."""
        pairs = zip(self.invited, self.acted, strict=True)
        waiting = [
            one
            for one, acted in pairs
            if one.role is not PlatformRole.COPY and not acted.progress.is_done
        ]
        return min(waiting, key=lambda one: one.turn, default=None)

    @property
    def needs_a_person(self) -> bool:
        """Whether who asked for it has to do something."""
        return self.state in UNSIGNED and not self.settled

    def step(self, name: str, **changes: Any) -> SigningPackage:
        """The package after a step of its lifecycle.

        Raises:
            StepNotAllowedError: It has no such step now.
        """
        state = PACKAGE_LIFECYCLE.after(self.state, name)
        return attrs.evolve(self, state=state, **changes)

    def checked_again(self, at: datetime) -> SigningPackage:
        """It is checked once more, and fetched where the bytes were not in order.

        Raises:
            StepNotAllowedError: It did not fail.
        """
        fetched = self.synced_at
        if OF_THE_BYTES & {one.kind for one in self.findings}:
            fetched = None
        return self.step("check again", changed_at=at, findings=(), synced_at=fetched)


def mark_of(id: str) -> str:
    """What stands in the name of a package, to find it by: letters of its own id."""
    return f"digivl-{id.replace('-', '')[:_MARK]}"


def _standing(package: SigningPackage) -> Standing:
    signers = package.signers
    pairs = zip(package.invited, package.acted, strict=True)
    done = sum(one.signs and acted.progress is Progress.SIGNED for one, acted in pairs)
    ended = package.state is _S.SIGNED or package.settled
    return Standing(
        state=package.state.name,
        title=f"{package.title} ({done} van {len(signers)} getekend)",
        dossier=package.dossier,
        part_of=package.flow.id if package.flow else None,
        open=not ended,
    )


PACKAGE: Final = Kind("platform package", SigningPackage, _standing)
