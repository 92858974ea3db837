"""The tables of the book, and the steps from one version of them to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    inspect,
    select,
)

from digivl.errors import DamagedOfficeError, NewerOfficeError

METADATA: Final = MetaData()

# SQLite counts rows by itself only for the type INTEGER.
_COUNTER = BigInteger().with_variant(Integer, "sqlite")

#: What happened. Nothing is ever changed or deleted here.
ENTRY: Final = Table(
    "entry",
    METADATA,
    Column("number", _COUNTER, primary_key=True, autoincrement=True),
    Column("kind", String(40), nullable=False),
    Column("id", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", String(27), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(80), nullable=False),
    Column("canonical", Text, nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
    UniqueConstraint("kind", "id", "version"),
)

#: Where each record stands now; made from its last entry, for work lists.
CURRENT: Final = Table(
    "current",
    METADATA,
    Column("kind", String(40), nullable=False),
    Column("id", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("dossier", String(200)),
    Column("part_of", String(200)),
    Column("holder", String(200)),
    Column("holder_label", Text),
    Column("role", String(80)),
    Column("entity", String(200)),
    Column("minister", String(200)),
    Column("next_step", Text),
    Column("since", String(27)),
    Column("due", String(27)),
    Column("open", Boolean, nullable=False),
    PrimaryKeyConstraint("kind", "id"),
    Index("current_holder", "holder", "open"),
    Index("current_dossier", "dossier"),
    Index("current_part_of", "part_of", "kind"),
    Index("current_due", "open", "due"),
)

#: Personal values, apart from the entries that commit to them; can be erased.
PERSONAL: Final = Table(
    "personal",
    METADATA,
    Column("kind", String(40), nullable=False),
    Column("id", String(200), nullable=False),
    Column("commitment", String(64), nullable=False),
    Column("salt", LargeBinary(32), nullable=False),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("kind", "id", "commitment"),
)

#: The outbox.
TASK: Final = Table(
    "task",
    METADATA,
    Column("number", _COUNTER, primary_key=True, autoincrement=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("subject_kind", String(40), nullable=False),
    Column("subject_id", String(200), nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("due", String(27), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease", String(80)),
    Column("leased_by", String(200)),
    Column("leased_until", String(27)),
    Column("error", Text),
    Index("task_due", "state", "due"),
)

#: Facts about the book itself.
META: Final = Table(
    "meta",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)


def _parts_and_holders(connection: Connection) -> None:
    """Version 2: what a record is a part of, and for whom its holder works."""
    for name in ("part_of", "entity", "minister"):
        connection.exec_driver_sql(
            f"ALTER TABLE current ADD COLUMN {name} VARCHAR(200)"
        )
    for index in CURRENT.indexes:
        index.create(connection, checkfirst=True)


#: Step n leads from version n to n + 1; a step is never changed once released.
MIGRATIONS: Final[tuple[Callable[[Connection], None], ...]] = (_parts_and_holders,)
VERSION: Final = 1 + len(MIGRATIONS)


def create(connection: Connection) -> None:
    """Make the tables where there are none; a book that is there stays as it is."""
    if inspect(connection).has_table(META.name):
        return
    METADATA.create_all(connection)
    connection.execute(META.insert().values(name="schema", value=str(VERSION)))


def migrate(connection: Connection) -> None:
    """Bring the tables to this version.

    Raises:
        DamagedOfficeError: This database holds no book, or not all of one.
        NewerOfficeError: A newer digivl made it.
    """
    found = _version(connection)
    if found > VERSION:
        raise NewerOfficeError(
            f"this book has version {found}; this digivl knows {VERSION}",
            hint="Install the digivl that made it, or a newer one.",
        )
    for step in MIGRATIONS[found - 1 :]:
        step(connection)
    if found < VERSION:
        connection.execute(META.update().values(value=str(VERSION)))


def _version(connection: Connection) -> int:
    present = set(inspect(connection).get_table_names())
    missing = sorted(METADATA.tables.keys() - present)
    if META.name in missing:
        raise DamagedOfficeError(
            "this database holds no digivl book",
            hint="Name the right database; `SQLBook.create(url)` makes a book in an "
            "empty one.",
        )
    row = connection.scalar(select(META.c.value).where(META.c.name == "schema"))
    if row is None or not row.isdigit():
        raise DamagedOfficeError("this book does not say which version it has")
    if missing and int(row) <= VERSION:
        raise DamagedOfficeError(
            f"this book lacks {', '.join(missing)}",
            hint="Restore it from the last back-up.",
        )
    return int(row)
