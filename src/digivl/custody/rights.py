"""Who may move what somebody holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NoReturn

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.custody.absence import Absences
from digivl.custody.model import CUSTODY, Custody, custody_id
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party
from digivl.records.entries import Entry
from digivl.records.port import RecordBook


@attrs.frozen
class Rights:
    """Lets those act on a custody who may; who has it can read what it is of."""

    _book: RecordBook
    _guard: Guard
    _absences: Absences
    _clock: Callable[[], datetime]

    def held(self, subject: Ref, by: Party, *, had: bool = False) -> Entry[Custody]:
        """What somebody holds, for who may move it.

        The holder may, who stands in for it, who works with it, and who the policy lets
        do so for the minister of the holder.

        Args:
            subject: What is held.
            by: Who acts.
            had: So may who had it, or asked it, before.

        Raises:
            NotAllowedError: `by` may not; also where nobody ever held it, for who may
                act on some only.
            NotFoundError: Nobody ever held it.
        """
        with self._guard.hiding(by, Permission.MOVE_CUSTODY, subject):
            found = self._book.read(CUSTODY, custody_id(subject))
        if not (had and self._had(found, by)):
            self._check(found.record, by)
        return found

    def may_act_for(self, one: Party, other: Party) -> bool:
        """Whether a party may move what another one has, or would have."""
        if self._absences.acts_for(one, other, self._clock()):
            return True
        allows, whose = self._guard.policy.allows, [other.minister or other.id]
        return allows(one, Permission.MOVE_CUSTODY, whose)

    def refuse(self, subject: Ref, by: Party) -> NoReturn:
        """Refuse who has it an act that is for somebody else.

        Raises:
            NotAllowedError: Always; that it was tried is recorded.
        """
        self._guard.refuse(by, Permission.MOVE_CUSTODY, subject)

    def _had(self, found: Entry[Custody], by: Party) -> bool:
        history = self._book.history(CUSTODY, found.id)
        parties = (p for e in history for p in (e.record.holder, e.record.handed_by))
        return by.id in {party.id for party in parties if party is not None}

    def _check(self, held: Custody, by: Party) -> None:
        if not self.may_act_for(by, held.holder):
            self._guard.refuse(by, Permission.MOVE_CUSTODY, held.subject)
