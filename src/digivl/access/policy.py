"""The port of access policies, and the one by the tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

import attrs

from digivl.access.model import (
    CLEARANCE,
    PERMISSIONS,
    AccessLevel,
    Permission,
    Reach,
)
from digivl.kernel.parties import Party, Role


class Policy(Protocol):
    """Says what somebody may do and read; an application can bring its own.

    The answer has to follow from the arguments alone: a policy is asked often, and
    from several threads.
    """

    def allows(
        self, actor: Party, permission: Permission, ministers: Collection[str] = ()
    ) -> bool:
        """Whether `actor` may do this.

        Args:
            actor: Who wants to.
            permission: What for.
            ministers: Ids of the ministers whose matter it is; none when it is new.
        """
        ...

    def reads(
        self, actor: Party, level: AccessLevel, ministers: Collection[str] = ()
    ) -> bool:
        """Whether `actor` may read what has this effective level."""
        ...


@attrs.frozen
class TablePolicy:
    """The policy by tables of roles (rechten per profiel)."""

    permissions: Mapping[Role, Mapping[Permission, Reach]] = PERMISSIONS
    clearance: Mapping[Role, AccessLevel] = CLEARANCE

    def allows(
        self, actor: Party, permission: Permission, ministers: Collection[str] = ()
    ) -> bool:
        """Whether the role of `actor` has the permission; see the port."""
        reach = self.permissions.get(actor.role, {}).get(permission)
        if reach is Reach.OWN and ministers:
            return actor.minister in ministers
        return reach is not None

    def reads(
        self, actor: Party, level: AccessLevel, ministers: Collection[str] = ()
    ) -> bool:
        """Whether the role of `actor` reaches the level; see the port."""
        cleared = self.clearance.get(actor.role, AccessLevel.PUBLIC)
        if level.openness < cleared.openness:
            return False
        if level.openness > AccessLevel.CONFIDENTIAL.openness:
            return True
        reach = self.permissions.get(actor.role, {}).get(Permission.READ_CONFIDENTIAL)
        if reach is Reach.OWN:
            return actor.minister is not None and actor.minister in ministers
        return reach is not None
