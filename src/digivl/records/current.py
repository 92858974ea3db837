"""Current rows: where each record stands now, and the lock on its next version."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import attrs
from sqlalchemy import (
    Connection,
    bindparam,
    false,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from digivl.errors import StaleRecordError, StorageError
from digivl.kernel.kinds import Ref, Standing
from digivl.kernel.moments import from_wire, to_wire
from digivl.records.engine import write_rows
from digivl.records.entries import AnyDraft
from digivl.records.grouping import chunks
from digivl.records.port import Query, Row
from digivl.records.schema import CURRENT

_STANDING: Final = tuple(field.name for field in attrs.fields(Standing))
_MOMENTS: Final = ("since", "due")
_SAID: Final = tuple(name for name in _STANDING if name not in _MOMENTS)
_said: Final = attrgetter(*_SAID)

# Made once, and what the values of `_values` are called in them.
_NEW: Final = insert(CURRENT)
_NEW_NAMES: Final = (*_SAID, *_MOMENTS, "version", "kind", "id")
_NEXT: Final = update(CURRENT).where(
    CURRENT.c.kind == bindparam("of_kind"),
    CURRENT.c.id == bindparam("of_id"),
    CURRENT.c.version == bindparam("read"),
)
_NEXT_NAMES: Final = (*_SAID, *_MOMENTS, "version", "of_kind", "of_id", "read")
# Databases differ on which end the absent stand; here always the last.
_DUE: Final = CURRENT.c.due
_SINCE: Final = CURRENT.c.since
_EARLIEST_DUE: Final = (
    *(_DUE.is_(None), _DUE),
    *(_SINCE.is_(None), _SINCE),
    *(CURRENT.c.id, CURRENT.c.kind),
)


def move(connection: Connection, drafts: Sequence[AnyDraft]) -> None:
    """Move the current rows of these drafts to their versions.

    The current row is the lock: it moves from the version that was read to the next
    one, or somebody else was first.

    Raises:
        StaleRecordError: Somebody was; it says of which record.
    """
    for is_first, run in groupby(drafts, key=lambda draft: draft.version == 1):
        (_make if is_first else _advance)(connection, list(run))


def _make(connection: Connection, drafts: Sequence[AnyDraft]) -> None:
    rows = [_values(draft) for draft in drafts]
    try:
        with connection.begin_nested():
            write_rows(connection, _NEW, _NEW_NAMES, rows)
    except IntegrityError as cause:
        taken = _versions(connection, drafts)
        was_there = [d for d in drafts if (d.kind.name, d.id) in taken] or drafts
        raise StaleRecordError(was_there[0].kind.name, was_there[0].id, 1) from cause


def _advance(connection: Connection, drafts: Sequence[AnyDraft]) -> None:
    rows = [(*_values(draft), draft.version - 1) for draft in drafts]
    with connection.begin_nested() as attempt:
        if write_rows(connection, _NEXT, _NEXT_NAMES, rows) == len(rows):
            return
        attempt.rollback()  # so that what was read can be told from what was taken
    found = _versions(connection, drafts)
    earliest = {(d.kind.name, d.id): d for d in reversed(drafts)}
    for key, draft in reversed(earliest.items()):
        if found.get(key) != draft.version - 1:
            raise StaleRecordError(draft.kind.name, draft.id, draft.version)
    raise StorageError("the record book did not move on, and does not say why")


def _versions(
    connection: Connection, drafts: Sequence[AnyDraft]
) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for draft in drafts:
        row = connection.execute(
            select(CURRENT.c.version).where(
                CURRENT.c.kind == draft.kind.name, CURRENT.c.id == draft.id
            )
        ).first()
        if row is not None:
            found[draft.kind.name, draft.id] = row.version
    return found


def _values(draft: AnyDraft) -> tuple[Any, ...]:
    standing = draft.kind.standing(draft.record)
    since, due = standing.since, standing.due
    return (
        *_said(standing),
        to_wire(since) if since else None,
        to_wire(due) if due else None,
        draft.version,
        draft.kind.name,
        draft.id,
    )


def rows(
    connection: Connection, query: Query, limit: int | None, after: Row | None
) -> Sequence[Row]:
    """Current rows, in their order; see the port."""
    found = select(CURRENT).where(*_conditions(query))
    if after is not None:
        found = found.where(_behind(after))
    wanted = found.order_by(*_EARLIEST_DUE).limit(limit)
    return [_row(row) for row in connection.execute(wanted).mappings()]


def acts(
    connection: Connection, dossiers: Iterable[str], kinds: Collection[str]
) -> Mapping[str, int]:
    """How many acts there were on records of dossiers; see the port."""
    counted: dict[str, int] = {}
    for some in chunks(dossiers):
        # Each act is one version.
        found = select(CURRENT.c.dossier, func.sum(CURRENT.c.version)).where(
            CURRENT.c.dossier.in_(some), CURRENT.c.kind.in_(kinds)
        )
        for dossier, number in connection.execute(found.group_by(CURRENT.c.dossier)):
            counted[dossier] = int(number)
    return counted


def _conditions(query: Query) -> list[Any]:
    wanted = attrs.asdict(query, filter=lambda _, value: value is not None)
    before, held = wanted.pop("due_before", None), wanted.pop("held", None)
    several = wanted.pop("dossiers", None)
    conditions = [CURRENT.c[name] == value for name, value in wanted.items()]
    if several is not None:
        conditions.append(CURRENT.c.dossier.in_(several))
    if held is not None:
        conditions.append(CURRENT.c.holder.is_not(None) == held)
    if before is not None:
        conditions.append(to_wire(before) > _DUE)
    return conditions


def _behind(row: Row) -> Any:
    """What stands behind a row in the order of `_EARLIEST_DUE`."""
    standing, ref = row.standing, row.ref
    due = _behind_moment(_DUE, standing.due)
    since = _behind_moment(_SINCE, standing.since)
    rest = or_(
        CURRENT.c.id > ref.id,
        (CURRENT.c.id == ref.id) & (CURRENT.c.kind > ref.kind),
    )
    same_since = _same_moment(_SINCE, standing.since)
    return or_(due, _same_moment(_DUE, standing.due) & or_(since, same_since & rest))


def _behind_moment(column: Any, moment: Any) -> Any:
    # The absent stand last: nothing is behind them, and they are behind the rest.
    if moment is None:
        return false()
    return or_(column > to_wire(moment), column.is_(None))


def _same_moment(column: Any, moment: Any) -> Any:
    return column.is_(None) if moment is None else column == to_wire(moment)


def _row(values: Mapping[Any, Any]) -> Row:
    standing = {name: values[name] for name in _STANDING}
    for name in _MOMENTS:
        standing[name] = from_wire(standing[name]) if standing[name] else None
    return Row(
        ref=Ref(values["kind"], values["id"]),
        version=values["version"],
        standing=Standing(**standing),
    )
