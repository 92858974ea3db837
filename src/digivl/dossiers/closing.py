"""What ends with a dossier: the port of rooms that keep something open in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft


class DossierCompanion(Protocol):
    """Ends its own records in the transaction that closes a dossier."""

    def closed(self, dossier: str, by: Party, at: datetime) -> Sequence[AnyDraft]:
        """Drafts to be written when `by` closes `dossier`.

        Only what nobody waits for ends so; for what somebody has to do a dossier is
        not closed.
        """
        ...
