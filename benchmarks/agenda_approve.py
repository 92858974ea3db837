"""Approving an agenda, against the same rows written as plain SQL in one transaction.

Each item has ten documents. Approval checks what is formally OK, counts the items,
gives each step its number and each document its name, and moves every dossier to the
government. The peer sends the statements that write to plain `sqlite3`, with the same
parameters, to a copy of the same book; it reads, checks and counts nothing.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
from sqlalchemy import Connection, Engine, event

from benchmarks.harness import Contest
from benchmarks.harness import run as measure
from digivl import Digivl
from digivl.custody.model import CUSTODY, Custody, of_dossier
from digivl.documents.model import DOCUMENT, NOTA, Document, DocumentVersion, Origin
from digivl.dossiers.agenda import ITEM, AgendaItem, FormalCheck, Piece
from digivl.dossiers.agendas import SECRETARIAT
from digivl.dossiers.meeting import MeetingKind
from digivl.dossiers.model import (
    DOSSIER,
    STEP,
    Dossier,
    ItemKind,
    Placement,
    ProcedureStep,
    StepKind,
)
from digivl.records.entries import AnyDraft, first
from digivl.records.sqlbook import SQLBook
from digivl.settings import Settings
from digivl.testing.council import CABINET

SIZES = (50, 200, 800)
DOCUMENTS = 10
ROUNDS = {50: 9, 200: 7, 800: 5}
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MEETING_START = NOW + timedelta(days=1)
MEETING = "meeting"
TITLE = "Ontwerp van besluit over de subsidiëring van werkingen in de sector"


def run() -> Iterator[dict[str, Any]]:
    """The measurements: one for each size of agenda."""
    for size in SIZES:
        with TemporaryDirectory() as folder:
            arena = Arena(Path(folder), size)
            arena.prepare()
            yield measure(
                Contest(
                    name=f"agenda-approve-{size}",
                    unit="s",
                    ours=arena.ours,
                    peer=arena.peer,
                    peer_name="sqlite3, same rows in one transaction",
                    more_is_better=False,
                    rounds=ROUNDS[size],
                )
            )


@attrs.frozen
class Arena:
    """A book with an agenda of so many items, ready to be approved.

    Attributes:
        folder: Where the book is.
        size: Number of items.
    """

    folder: Path
    size: int

    @property
    def ready(self) -> Path:
        """The book before approval."""
        return self.folder / "ready.db"

    def prepare(self) -> None:
        """Make the book."""
        with closing(SQLBook.create(f"sqlite:///{self.ready}")) as book:
            with self.office(book) as vl:
                vl.meetings.plan(
                    MeetingKind.COUNCIL, MEETING_START, by=SECRETARIAT, id=MEETING
                )
            for number in range(self.size):
                book.write(*matter(number))

    def office(self, book: SQLBook) -> Digivl:
        """An office on a book."""
        return Digivl.from_settings(
            Settings(), folder=self.folder, book=book, clock=lambda: NOW
        )

    def copy(self) -> Path:
        """A copy of the book, to be approved once."""
        target = self.folder / "copy.db"
        for path in self.folder.glob("copy.db*"):
            path.unlink()
        shutil.copyfile(self.ready, target)
        return target

    def ours(self) -> float:
        """Seconds to approve."""
        with (
            closing(SQLBook.open(f"sqlite:///{self.copy()}")) as book,
            self.office(book) as vl,
        ):
            vl.meetings.read(MEETING)
            approving = vl.approving
            begin = time.perf_counter()
            approval = approving.approve(MEETING, by=SECRETARIAT)
            took = time.perf_counter() - begin
        if len(approval.numbered) != self.size:
            raise AssertionError("not every step got a number")
        return took

    def peer(self) -> float:
        """Seconds to write the same rows with plain `sqlite3`."""
        writes = self.writes()
        with closing(sqlite3.connect(self.copy(), isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            begin = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            for sql, parameters, many in writes:
                if many:
                    connection.executemany(sql, parameters)
                else:
                    connection.execute(sql, parameters).fetchall()
            connection.execute("COMMIT")
            return time.perf_counter() - begin

    @cache  # noqa: B019 - an arena lives as long as its measurement
    def writes(self) -> list[tuple[str, Any, bool]]:
        """What approval writes: statements and parameters."""
        noted: list[tuple[str, Any, bool]] = []

        def note(_: Connection, __: Any, sql: str, parameters: Any, *rest: Any) -> None:
            # Rows that come in one statement are its parameters in one line.
            many = bool(rest[-1]) and isinstance(parameters[0], list | tuple)
            if sql.startswith(("INSERT", "UPDATE")):
                noted.append((sql, parameters, many))

        event.listen(Engine, "before_cursor_execute", note)
        try:
            self.ours()
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        return noted


def matter(number: int) -> Iterator[AnyDraft]:
    """A dossier with ten documents that stands on the design agenda, formally OK."""
    dossier, step, item = f"dossier-{number}", f"step-{number}", f"item-{number}"
    opened = Dossier(title=TITLE, opened_by=CABINET, opened_at=NOW)
    yield first(DOSSIER, dossier, opened, "open", CABINET, NOW)
    pieces = []
    for place in range(DOCUMENTS):
        document = document_of(number, place)
        name = f"document-{number}-{place}"
        pieces.append(Piece(document=name, sha256=document.latest.sha256))
        yield first(DOCUMENT, name, document, "receive", CABINET, NOW)
    held = Custody(
        subject=of_dossier(dossier),
        dossier=dossier,
        title=TITLE,
        holder=SECRETARIAT,
        next_step="formeel controleren en agenderen",
        since=NOW,
        due=MEETING_START,
    )
    yield first(CUSTODY, f"dossier:{dossier}", held, "take", CABINET, NOW)
    submitted = ProcedureStep(
        dossier=dossier,
        title=TITLE,
        kind=StepKind.FINAL_APPROVAL,
        ordinal=1,
        documents=tuple(piece.document for piece in pieces),
    )
    kind = ItemKind.NOTA
    placed = submitted.put_on_agenda(Placement(meeting=MEETING, item=item, kind=kind))
    yield first(STEP, step, placed, "submit", CABINET, NOW)
    put = AgendaItem(
        meeting=MEETING,
        step=step,
        dossier=dossier,
        title=TITLE,
        kind=kind,
        order=number,
        pieces=tuple(pieces),
        formal=FormalCheck.OK,
        ready=DOCUMENTS + 1,  # the acts above: that of the step, and of each document
    )
    yield first(ITEM, item, put, "put on agenda", SECRETARIAT, NOW)


def document_of(number: int, place: int) -> Document:
    """A document of usual length."""
    name = f"{number} {place}".encode()
    version = DocumentVersion(
        sha256=hashlib.sha256(name).hexdigest(),
        size=123_456,
        origin=Origin.RECEIVED,
        at=NOW,
    )
    dossier = f"dossier-{number}"
    return Document(dossier=dossier, title=TITLE, type=NOTA, versions=(version,))
