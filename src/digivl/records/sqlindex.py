"""The full-text index of a book in SQL, beside the book."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

import attrs
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    case,
    func,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import TSVECTOR

from digivl.kernel.kinds import Ref
from digivl.kernel.moments import from_wire, to_wire
from digivl.records.fulltext import FTS5, FullText, TextSearch
from digivl.records.indexing import Asked, Match, Page, Term
from digivl.records.schema import CURRENT

_WORDS: Final = Text().with_variant(TSVECTOR(), "postgresql")

#: What is found. Not of the tables of the book: it is made again from them.
SEARCH: Final = Table(
    "search",
    MetaData(),
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("kind", String(40), nullable=False),
    Column("id", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", String(27), nullable=False),
    Column("title", Text, nullable=False),
    Column("dossier", String(200)),
    Column("own", _WORDS, nullable=False),
    Column("txt", _WORDS, nullable=False),
    Column("text_of", String(64)),
    Column("text_read", String(64)),
    Column("text", Text, nullable=False),
    UniqueConstraint("kind", "id"),
    Index("search_at", "at", "number"),
    Index("search_dossier", "dossier"),
)

_KINDS: Final[dict[str, FullText]] = {"sqlite": FTS5(), "postgresql": TextSearch()}
_INSERT: Final[dict[str, Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
_PENDING: Final = SEARCH.c.text_of.is_not(None) & (
    SEARCH.c.text_read.is_(None) | (SEARCH.c.text_read != SEARCH.c.text_of)
)
#: Two that prepare at once on PostgreSQL: the second one waits, and finds it there.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(0x64696769766c)")

Transaction = Callable[[], AbstractContextManager[Connection]]


@attrs.frozen
class SQLIndex:
    """The index of a book in SQL; see `digivl.records.indexing.SearchIndex`."""

    _dialect: str
    _reading: Transaction
    _writing: Transaction

    def prepare(self) -> None:
        """Make the index where there is none; see the port."""
        with self._reading() as connection:
            if inspect(connection).has_table(SEARCH.name):
                return
        with self._writing() as connection:
            if self._dialect == "postgresql":
                connection.execute(_LOCK)
            if not inspect(connection).has_table(SEARCH.name):
                SEARCH.create(connection)
                self._words.prepare(connection)

    def unseen(self, kinds: Collection[str], limit: int) -> Sequence[Ref]:
        """Records of which the last version is not known; see the port."""
        same = (SEARCH.c.kind == CURRENT.c.kind) & (SEARCH.c.id == CURRENT.c.id)
        found = (
            select(CURRENT.c.kind, CURRENT.c.id)
            .join(SEARCH, same, isouter=True)
            .where(
                CURRENT.c.kind.in_(kinds),
                SEARCH.c.version.is_(None) | (SEARCH.c.version < CURRENT.c.version),
            )
            .limit(limit)
        )
        with self._reading() as connection:
            return [Ref(row.kind, row.id) for row in connection.execute(found)]

    def put(self, pages: Sequence[Page]) -> None:
        """Take in pages; see the port."""
        if not pages:
            return
        empty = self._words.kept("")
        new = _INSERT[self._dialect](SEARCH)
        is_same = SEARCH.c.text_read == new.excluded.text_of
        again = new.on_conflict_do_update(
            index_elements=["kind", "id"],
            set_={
                **{
                    name: new.excluded[name]
                    for name in ("version", "at", "title", "dossier", "own", "text_of")
                },
                # The text of other bytes is not of this version: who reads this one
                # may not read that.
                "txt": case((is_same, SEARCH.c.txt), else_=new.excluded.txt),
                "text": case((is_same, SEARCH.c.text), else_=""),
                "text_read": case((is_same, SEARCH.c.text_read), else_=None),
            },
            where=SEARCH.c.version < new.excluded.version,
        )
        # In one order: two who put the same pages at once do not wait for each other.
        ordered = sorted(pages, key=lambda page: (page.ref.kind, page.ref.id))
        rows = [{**self._values(page), "txt": empty, "text": ""} for page in ordered]
        with self._writing() as connection:
            connection.execute(again, rows)

    def textless(self, limit: int) -> Sequence[tuple[Ref, str]]:
        """Pages whose text was not read; see the port."""
        found = select(SEARCH.c.kind, SEARCH.c.id, SEARCH.c.text_of)
        wanted = found.where(_PENDING).order_by(SEARCH.c.number).limit(limit)
        with self._reading() as connection:
            rows = connection.execute(wanted)
            return [(Ref(row.kind, row.id), row.text_of) for row in rows]

    def put_text(self, ref: Ref, text_of: str, text: str, words: str) -> None:
        """Take in the text of a page; see the port."""
        put = (
            update(SEARCH)
            .where(_is(ref), SEARCH.c.text_of == text_of)
            .values(text=text, text_read=text_of, txt=self._words.kept(words))
        )
        with self._writing() as connection:
            connection.execute(put)

    def behind(self) -> int:
        """How many texts were not read; see the port."""
        with self._reading() as connection:
            counted = select(func.count()).select_from(SEARCH).where(_PENDING)
            return connection.scalar(counted) or 0

    def matches(
        self, asked: Asked, *, limit: int, after: int | None = None
    ) -> Sequence[Match]:
        """Pages that were asked for; see the port."""
        found = select(
            *(SEARCH.c[name] for name in ("number", "kind", "id", "version")),
            *(SEARCH.c[name] for name in ("at", "title", "dossier")),
        ).where(*self._conditions(asked))
        if after is not None:
            found = found.where(_behind(after))
        wanted = found.order_by(SEARCH.c.at.desc(), SEARCH.c.number.desc()).limit(limit)
        with self._reading() as connection:
            return [_match(row) for row in connection.execute(wanted)]

    def text(self, ref: Ref) -> str:
        """The text of a page; see the port."""
        with self._reading() as connection:
            return connection.scalar(select(SEARCH.c.text).where(_is(ref))) or ""

    @property
    def _words(self) -> FullText:
        return _KINDS[self._dialect]

    def _values(self, page: Page) -> dict[str, Any]:
        return {
            "kind": page.ref.kind,
            "id": page.ref.id,
            "version": page.version,
            "at": to_wire(page.at),
            "title": page.title,
            "dossier": page.dossier,
            "own": self._words.kept(" ".join((page.words, *page.facets))),
            "text_of": page.text_of,
        }

    def _conditions(self, asked: Asked) -> list[Any]:
        terms = [*asked.terms, *(Term(words=(facet,)) for facet in asked.facets)]
        conditions: list[Any] = []
        if terms:
            conditions.append(self._words.holding(terms))
        if asked.kinds:
            conditions.append(SEARCH.c.kind.in_(asked.kinds))
        if asked.dossier is not None:
            conditions.append(SEARCH.c.dossier == asked.dossier)
        if asked.since is not None:
            conditions.append(SEARCH.c.at >= to_wire(asked.since))
        if asked.until is not None:
            conditions.append(SEARCH.c.at < to_wire(asked.until))
        return conditions


def _is(ref: Ref) -> Any:
    return (SEARCH.c.kind == ref.kind) & (SEARCH.c.id == ref.id)


def _behind(number: int) -> Any:
    # The moment of that page as it is now: nothing is left out where it did not move.
    last = SEARCH.alias("last")
    at = select(last.c.at).where(last.c.number == number).scalar_subquery()
    return (SEARCH.c.at < at) | ((SEARCH.c.at == at) & (SEARCH.c.number < number))


def _match(row: Any) -> Match:
    return Match(
        number=row.number,
        ref=Ref(row.kind, row.id),
        version=row.version,
        at=from_wire(row.at),
        title=row.title,
        dossier=row.dossier,
    )
