"""What a look at the platform changes of a package."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs

from digivl.kernel.personal import Personal
from digivl.signing.platform.model import Acted, Progress, SigningPackage
from digivl.signing.platform.people import Invited, PlatformRole, same_mail
from digivl.signing.platform.port import PackageTold, PersonTold, PlatformState

_SOONEST: Final = timedelta(minutes=2)
_LATEST: Final = timedelta(hours=1)
#: The longer nothing changed, the longer it can wait: a part of that time.
_PART: Final = 10

_STEPS: Final = {
    PlatformState.DRAFT: "prepare",
    PlatformState.DECLINED: "refuse",
    PlatformState.COMPLETED: "return",
    PlatformState.EXPIRED: "expired",
}


def pause(package: SigningPackage, now: datetime) -> timedelta:
    """How long to wait before the next look: two minutes at first, an hour at most."""
    return min(max((now - package.changed_at) / _PART, _SOONEST), _LATEST)


def looked(package: SigningPackage, told: PackageTold, now: datetime) -> SigningPackage:
    """The package as it is by what the platform tells; itself when nothing changed.

    Args:
        package: As the book has it.
        told: What the platform says.
        now: When it was read.

    Raises:
        StepNotAllowedError: From where it stands, it cannot have come there.
    """
    acted = tuple(
        _acted(one, was, told, now)
        for one, was in zip(package.invited, package.acted, strict=True)
    )
    told_of = attrs.evolve(package, acted=acted, strangers=_strangers(package, told))
    step = _STEPS.get(told.state) or _step(told_of)
    if told.state is not PlatformState.COMPLETED and _refuser(told_of):
        step = "refuse"
    moments = [one.at for one in acted if one.at is not None]
    after = told_of.step(step, missed_at=None)
    if step == "return":
        after = attrs.evolve(after, completed_at=max(moments, default=None))
    return package if after == package else attrs.evolve(after, changed_at=now)


def _step(package: SigningPackage) -> str:
    """Which step of its lifecycle a shared package took, by who acted."""
    pairs = zip(package.invited, package.acted, strict=True)
    if any(one.signs and acted.progress is Progress.SIGNED for one, acted in pairs):
        return "sign in part"
    waiting = package.waits_for
    approves = waiting is not None and waiting.role is PlatformRole.APPROVER
    return "to approve" if approves else "to sign"


def _refuser(package: SigningPackage) -> bool:
    return any(one.progress is Progress.DECLINED for one in package.acted)


def _acted(one: Invited, was: Acted, told: PackageTold, now: datetime) -> Acted:
    found = [person for person in told.people if _is(person, one)]
    if not found:
        return was
    person = found[-1]
    same = was.progress is person.progress and was.at == person.processed_on
    if same and was.delegated is person.delegated:
        return was
    return Acted(
        progress=person.progress,
        at=person.processed_on,
        seen_at=now,
        delegated=person.delegated,
        reason=Personal(person.reason) if person.reason else None,
    )


def _strangers(package: SigningPackage, told: PackageTold) -> int:
    """How many sign there, or sign once more, that were not invited so."""
    signers = [one for one in told.people if one.role is PlatformRole.SIGNER]
    known = {same_mail(one.mail.reveal()) for one in package.signers}
    ours = {same_mail(one.mail) for one in signers} & known
    return len(signers) - len(ours)


def _is(person: PersonTold, one: Invited) -> bool:
    mail = one.mail.reveal()
    return person.role is one.role and same_mail(person.mail) == same_mail(mail)
