"""What a package asks of what it is a part of: records that move together with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Entry
from digivl.signing.platform.model import SigningPackage


class PackageCompanion(Protocol):
    """Moves its own records in the transaction that moves a package."""

    def started(
        self, ref: Ref, package: SigningPackage, by: Party, at: datetime
    ) -> Sequence[AnyDraft]:
        """Drafts to be written when a package starts; none where it is of no flow.

        Args:
            ref: Points at the package.
            package: As it is written; `package.flow` says what it is a part of.
            by: Who asks for it.
            at: The moment of the act.

        Raises:
            SigningError: Its documents are signed in another way already.
            MalformedError: It does not fit what it is a part of.
            StepNotAllowedError: What it is a part of has no such step now.
        """
        ...

    def moved(
        self,
        found: Entry[SigningPackage],
        record: SigningPackage,
        by: Party,
        at: datetime,
    ) -> Sequence[AnyDraft]:
        """Drafts to be written when a package changes; none where it is of no flow.

        Args:
            found: The package as it was.
            record: As it is written now.
            by: Who does it.
            at: The moment of the act.

        Raises:
            SigningError: It is signed, and what it is a part of moved on meanwhile.
            StepNotAllowedError: Likewise.
            NotFoundError: Likewise: somebody takes no part in it any more.
        """
        ...
