"""Refuses what the policy does not allow, and records that it did."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NoReturn

import attrs

from digivl.access.model import DENIAL, Denial, Permission
from digivl.access.policy import Policy
from digivl.errors import MalformedError, NotAllowedError, NotFoundError
from digivl.kernel.identifiers import new_id
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party
from digivl.kernel.redaction import on_one_line
from digivl.records.entries import first
from digivl.records.port import RecordBook

_LONGEST = 200

#: Lets a party act on an open dossier, by its id, or refuses.
Admit = Callable[[str, Permission, Party], object]


@attrs.frozen
class Guard:
    """Stands before every act; asks the policy.

    Attributes:
        policy: What is allowed.
    """

    _book: RecordBook
    policy: Policy
    _clock: Callable[[], datetime]

    def check(
        self,
        actor: Party,
        permission: Permission,
        *,
        ministers: Collection[str] = (),
        subject: Ref | None = None,
    ) -> None:
        """Let an act pass.

        Args:
            actor: Who acts.
            permission: What the act needs.
            ministers: Ids of the ministers whose matter it is.
            subject: What it is about, for the record of a refusal.

        Raises:
            NotAllowedError: The policy does not allow it. The text is the same whether
                or not the subject exists.
        """
        if self.policy.allows(actor, permission, ministers):
            return
        self.refuse(actor, permission, subject)

    def refuse(
        self, actor: Party, permission: Permission, subject: Ref | None = None
    ) -> NoReturn:
        """Refuse what no policy allows: it is the act of somebody else.

        Raises:
            NotAllowedError: Always; that it was tried is recorded.
        """
        self.record(actor, permission, subject)
        raise NotAllowedError(actor.role.value, permission.value)

    def check_override(self, actor: Party, subject: Ref, reason: str) -> None:
        """Let an act pass that goes against the rules, with a reason.

        Raises:
            NotAllowedError: As `check`.
            MalformedError: There is no reason.
        """
        self.check(actor, Permission.OVERRIDE, subject=subject)
        if not reason.strip():
            raise MalformedError(
                "an act against the rules asks a reason",
                hint="Say why it cannot go by the rules; it stays in the book.",
            )

    def check_own(
        self,
        actor: Party,
        permission: Permission,
        owner: Party,
        *,
        ministers: Collection[str] = (),
        subject: Ref | None = None,
    ) -> None:
        """Let an act pass on what somebody started.

        Who may do it only for the own minister can do it for what `owner` started when
        it is the owner, or works for one of the ministers whose matter it is.

        Raises:
            NotAllowedError: As `check`.
        """
        if not self.allows_own(actor, permission, owner, ministers=ministers):
            self.refuse(actor, permission, subject)

    def allows_own(
        self,
        actor: Party,
        permission: Permission,
        owner: Party,
        *,
        ministers: Collection[str] = (),
    ) -> bool:
        """Whether `check_own` lets it pass; nothing is recorded."""
        whose = {*ministers, owner.minister or owner.id}
        if actor.id == owner.id:
            whose = set()
        return self.policy.allows(actor, permission, whose)

    @contextmanager
    def hiding(
        self, actor: Party, permission: Permission, subject: Ref
    ) -> Iterator[None]:
        """Reads what an act is about, before anybody knows whose it is.

        Who may act on some only is not told that it is absent: the refusal is the one
        for what is there and of somebody else.

        Raises:
            NotAllowedError: It is not there, and `actor` may not act on all.
            NotFoundError: It is not there.
        """
        try:
            yield
        except NotFoundError:
            self.check(actor, permission, ministers=[new_id()], subject=subject)
            raise

    def hide(self, actor: Party, permission: Permission, subject: Ref) -> NoReturn:
        """Tell who may not know of something what is told where nothing is.

        Raises:
            NotFoundError: Always; that it was asked is recorded.
        """
        self.record(actor, permission, subject)
        raise NotFoundError(f"there is no {subject.kind} {subject.id}")

    def record(
        self, actor: Party, permission: Permission, subject: Ref | None = None
    ) -> None:
        """Record that something was refused."""
        asked = on_one_line(str(subject or ""), _LONGEST)
        denial = Denial(permission=permission.value, subject=asked)
        draft = first(DENIAL, new_id(), denial, "deny", actor, self._clock())
        self._book.write(draft)
