"""What was drafted and never asked: it ends with its dossier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import attrs

from digivl.advice.request import ADVICE
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft
from digivl.records.port import Query, RecordBook

_CLOSED: Final = "het dossier is afgesloten"


@attrs.frozen
class Unsent:
    """The drafts of requests for advice; a `DossierCompanion`.

    Whom it would be asked never heard of it, and who drafted it closes the dossier: so
    that it needs nobody's answer to end. An agreement has no draft.
    """

    _book: RecordBook

    def closed(self, dossier: str, by: Party, at: datetime) -> Sequence[AnyDraft]:
        """Takes each draft of the dossier back; see the port."""
        rows = self._book.rows(Query(kind=ADVICE.name, dossier=dossier, open=True))
        found = self._book.read_all(ADVICE, [row.ref.id for row in rows]).values()
        return [
            entry.next(entry.record.withdraw(), "withdraw", by, at, _CLOSED)
            for entry in found
            if entry.record.submitted_at is None
        ]
