"""The custody of a package: whom it waits for, and what that one has to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import attrs

from digivl.custody.moves import Moves
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft
from digivl.signing.platform.model import (
    ENDING,
    SENDING,
    UNSIGNED,
    PackageState,
    SigningPackage,
)
from digivl.signing.platform.people import PlatformRole

#: Terms in working days; no rule gives any.
_SIGN_DAYS: Final = 5
_DAYS: Final = 1

_WAIT: Final = "wachten tot het pakket op het tekenplatform staat"
_WITHDRAW: Final = "wachten tot het pakket ingetrokken is"
_PLACE: Final = "velden plaatsen en delen op het tekenplatform"
_LOOK: Final = "teruggekomen bestanden nazien"
_SIGN: Final = "ondertekenen op het tekenplatform"
_APPROVE: Final = "goedkeuren op het tekenplatform"
_REGISTER: Final = "registreren"
_AGAIN: Final = "niet ondertekend: opnieuw vragen of afhandelen"


@attrs.frozen
class Waiting:
    """Who has a package, what is next, and how many working days that may take."""

    party: Party
    step: str
    days: int


#: What who asked for it has to do, in each of these states.
_ASKER: Final = {
    **dict.fromkeys(SENDING, _WAIT),
    **dict.fromkeys(ENDING, _WITHDRAW),
    **dict.fromkeys(UNSIGNED, _AGAIN),
    PackageState.PREPARED: _PLACE,
    PackageState.RETURNED: _LOOK,
    PackageState.SIGNED: _REGISTER,
}


def waiting(package: SigningPackage) -> Waiting:
    """Whom a package waits for: always exactly one."""
    one = package.waits_for
    if package.state in _ASKER or one is None:
        step = _ASKER.get(package.state, _LOOK)
        return Waiting(package.started_by, step, _DAYS)
    approves = one.role is PlatformRole.APPROVER
    return Waiting(one.party, _APPROVE if approves else _SIGN, _SIGN_DAYS)


def moved(
    moves: Moves,
    ref: Ref,
    before: SigningPackage,
    after: SigningPackage,
    by: Party,
    at: datetime,
) -> Iterator[AnyDraft]:
    """The drafts of custody that a change of a package brings with it."""
    now = waiting(after)
    ends = after.state is PackageState.SIGNED
    if not ends and waiting(before) == now:
        return
    yield from moves.answered(
        ref, now.party, now.step, by=by, at=at, days=now.days, ends=ends
    )
