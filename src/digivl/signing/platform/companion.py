"""What a package asks of what it is a part of: records that move together with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import attrs

from digivl.records.entries import AnyDraft, Entry
from digivl.signing.platform.model import SigningPackage


class PackageCompanion(Protocol):
    """Moves its own records in the transaction that moves a package."""

    def moved(
        self, found: Entry[SigningPackage], record: SigningPackage, at: datetime
    ) -> Sequence[AnyDraft]:
        """Drafts to be written when a package changes; none where it is of no flow.

        Args:
            found: The package as it was.
            record: As it is written now; `record.flow` says what it is a part of.
            at: The moment of the act.
        """
        ...


@attrs.frozen
class Alone:
    """The companion of packages that are a part of nothing."""

    def moved(
        self, found: Entry[SigningPackage], record: SigningPackage, at: datetime
    ) -> Sequence[AnyDraft]:
        """Nothing moves along."""
        del found, record, at
        return ()
