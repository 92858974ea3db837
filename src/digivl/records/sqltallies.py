"""The tallies of a book in SQL, beside the book."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Final, TypeVar

import attrs
from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    String,
    Table,
    Text,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

#: Not of the tables of the book: it is made where it is not there.
TALLY: Final = Table(
    "tally",
    MetaData(),
    Column("name", String(200), primary_key=True),
    Column("text", Text, nullable=False),
)
_INSERT: Final[dict[str, Any]] = {
    "sqlite": sqlite.insert(TALLY).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(TALLY).on_conflict_do_nothing(),
}
#: Two that make it at once on PostgreSQL: the second one waits, and finds it there.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(0x64696769766d)")

Transaction = Callable[[], AbstractContextManager[Connection]]


@attrs.frozen
class SQLTallies:
    """The tallies of a book in SQL; see `digivl.records.tallies.Tallies`."""

    _dialect: str
    _reading: Transaction
    _writing: Transaction

    def change(self, name: str, step: Callable[[str | None], tuple[str, T]]) -> T:
        """Read a tally and write what follows from it; see the port."""
        with self._writing() as connection:
            self._prepare(connection)
            # The row is there before it is locked: two that come first do not miss it.
            connection.execute(_INSERT[self._dialect], {"name": name, "text": ""})
            mine = TALLY.c.name == name
            found = select(TALLY.c.text).where(mine).with_for_update()
            after, told = step(connection.execute(found).scalar_one() or None)
            connection.execute(update(TALLY).where(mine).values(text=after))
        return told

    def read(self, prefix: str) -> Mapping[str, str]:
        """The tallies whose names start so; see the port."""
        with self._reading() as connection:
            if not inspect(connection).has_table(TALLY.name):
                return {}
            starts = TALLY.c.name.startswith(prefix, autoescape=True)
            found = select(TALLY).where(starts).order_by(TALLY.c.name)
            return {row.name: row.text for row in connection.execute(found)}

    def _prepare(self, connection: Connection) -> None:
        if inspect(connection).has_table(TALLY.name):
            return
        if self._dialect == "postgresql":
            connection.execute(_LOCK)
        TALLY.create(connection, checkfirst=True)
