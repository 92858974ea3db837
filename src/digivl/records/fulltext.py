"""Full text in the words of each database: SQLite's FTS5, PostgreSQL's text search.

Both get the words as they are, made from the text elsewhere: so both find the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from sqlalchemy import Connection, TextClause, text

from digivl.records.indexing import Term

#: PostgreSQL takes no vector of 1 MiB or more; each word costs more than its letters.
_MOST_BYTES: Final = 900_000
_COST: Final = 8
#: It counts positions to here, and 256 of each word.
_LAST_POSITION: Final = 16_383
_MOST_POSITIONS: Final = 255


class FullText(Protocol):
    """How one database keeps words, and is asked for them."""

    def prepare(self, connection: Connection) -> None:
        """Make what the table of pages needs beside it."""
        ...

    def kept(self, words: str) -> str:
        """Words as a column of the table keeps them."""
        ...

    def holding(self, terms: Sequence[Term]) -> TextClause:
        """The condition that a page holds all these terms."""
        ...


class FTS5:
    """Full text on SQLite: an index beside the table, kept by triggers."""

    def prepare(self, connection: Connection) -> None:
        """Make the index and its triggers; see the protocol."""
        for statement in _FTS5:
            connection.exec_driver_sql(statement)

    def kept(self, words: str) -> str:
        """Words as they are; see the protocol."""
        return words

    def holding(self, terms: Sequence[Term]) -> TextClause:
        """Phrases, all of them; see the protocol."""
        asked = " AND ".join(
            f'"{" ".join(term.words)}"' + "*" * term.starts for term in terms
        )
        return text(
            "number IN (SELECT rowid FROM search_words WHERE search_words MATCH :asked)"
        ).bindparams(asked=asked)


_FTS5: Final = (
    # What is left of an index whose table was dropped.
    "DROP TABLE IF EXISTS search_words",
    """
    CREATE VIRTUAL TABLE search_words USING fts5(
        own, txt, content='search', content_rowid='number', tokenize='unicode61')
    """,
    """
    CREATE TRIGGER search_put AFTER INSERT ON search BEGIN
        INSERT INTO search_words(rowid, own, txt)
        VALUES (new.number, new.own, new.txt);
    END
    """,
    """
    CREATE TRIGGER search_put_again AFTER UPDATE OF own, txt ON search BEGIN
        INSERT INTO search_words(search_words, rowid, own, txt)
        VALUES ('delete', old.number, old.own, old.txt);
        INSERT INTO search_words(rowid, own, txt)
        VALUES (new.number, new.own, new.txt);
    END
    """,
)


class TextSearch:
    """Full text on PostgreSQL: vectors of our own words, and an index over both."""

    def prepare(self, connection: Connection) -> None:
        """Make the index; see the protocol."""
        connection.exec_driver_sql(
            "CREATE INDEX search_words ON search USING gin ((own || txt))"
        )

    def kept(self, words: str) -> str:
        """Words as a vector, with their positions; see the protocol."""
        places: dict[str, list[int]] = {}
        size = 0
        for position, word in enumerate(words.split(), start=1):
            if word not in places:
                size += len(word.encode()) + _COST
                if size > _MOST_BYTES:
                    break
            at = places.setdefault(word, [])
            if len(at) < _MOST_POSITIONS and (not at or at[-1] < _LAST_POSITION):
                at.append(min(position, _LAST_POSITION))
                size += 2
        return " ".join(f"'{w}':{','.join(map(str, at))}" for w, at in places.items())

    def holding(self, terms: Sequence[Term]) -> TextClause:
        """Phrases, all of them; see the protocol."""
        asked = " & ".join(_phrase(term) for term in terms)
        found = text("(own || txt) @@ CAST(:asked AS tsquery)")
        return found.bindparams(asked=asked)


def _phrase(term: Term) -> str:
    words = [f"'{word}'" for word in term.words]
    return f"({' <-> '.join(words)}{':*' * term.starts})"
