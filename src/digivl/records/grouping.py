"""The records of many dossiers, read together and told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

import attrs

from digivl.kernel.kinds import Kind
from digivl.records.entries import Entry
from digivl.records.port import Query, RecordBook

R = TypeVar("R", bound=attrs.AttrsInstance)

#: Dossiers that one statement names.
_MANY: Final = 500


def chunks(ids: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Different ids in groups, each small enough for one statement."""
    different = tuple(dict.fromkeys(ids))
    for start in range(0, len(different), _MANY):
        yield different[start : start + _MANY]


def by_dossier(
    book: RecordBook, kind: Kind[R], dossiers: Iterable[str]
) -> Mapping[str, Sequence[Entry[R]]]:
    """The records of one kind, by the id of their dossier; who has none is not there.

    Those of one dossier stand in the order of `RecordBook.rows`.
    """
    rows = [
        row
        for some in chunks(dossiers)
        for row in book.rows(Query(kind=kind.name, dossiers=some))
    ]
    found = book.read_all(kind, [row.ref.id for row in rows])
    ordered: dict[str, list[Entry[R]]] = {}
    for row in rows:
        if row.standing.dossier is not None:
            ordered.setdefault(row.standing.dossier, []).append(found[row.ref.id])
    return ordered
