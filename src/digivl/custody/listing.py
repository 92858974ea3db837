"""What stands on a work list, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from digivl.custody.model import CUSTODY, custody_id, of_dossier
from digivl.records.port import Query, RecordBook, Row

#: From so many on it is quicker, and for a database simpler, to look at all.
_MANY: Final = 500
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def shown(book: RecordBook, rows: Sequence[Row]) -> Sequence[Row]:
    """What has to be done, each once.

    A dossier is with somebody for what was asked of it: then the question shows,
    and not the dossier.
    """
    dossiers = tuple({row.standing.dossier or "" for row in rows})
    some = dossiers if len(dossiers) <= _MANY else None
    query = Query(kind=CUSTODY.name, dossiers=some, open=True)
    asked = {
        (row.standing.dossier, row.standing.holder)
        for row in book.rows(query)
        if not _is_of_dossier(row)
    }
    return [
        row
        for row in rows
        if not _is_of_dossier(row)
        or (row.standing.dossier, row.standing.holder) not in asked
    ]


def earliest_due(row: Row) -> tuple[bool, datetime, str]:
    """The key that sorts by due moment; what has none stands last."""
    due = row.standing.due
    return due is None, due or _NEVER, row.ref.id


def _is_of_dossier(row: Row) -> bool:
    """Whether it says who has a dossier, and not something that was asked of it."""
    own = custody_id(of_dossier(row.standing.dossier or ""))
    return row.ref.kind == CUSTODY.name and row.ref.id == own
