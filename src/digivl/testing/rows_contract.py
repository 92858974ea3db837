"""What every record book must do with many records; see `digivl.testing.contracts`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digivl.errors import StaleRecordError
from digivl.kernel.kinds import Standing
from digivl.kernel.personal import Personal
from digivl.records.entries import Draft
from digivl.records.port import Query, RecordBook, Row
from digivl.testing.book_contract import AT, MATTER, OTHER, Matter, changed, opened

#: More than are read in one statement.
MANY = 1_100


class ManyRecordsContract:
    """The rules of `digivl.records.port.RecordBook` for many records at once.

    Derive a class whose name starts with `Test`, and give it a fixture `book`: an
    empty book, a new one for each test.
    """

    @pytest.fixture
    def book(self) -> RecordBook:
        """The book that is tried; to be overridden."""
        raise NotImplementedError

    def test_read_all(self, book: RecordBook) -> None:
        """The latest entries by id, personal values included; what is absent lacks."""
        names = [f"matter-{n}" for n in range(MANY)]
        person = Personal("Test Persoon")
        book.write(*(opened(name, names=(person,)) for name in names))
        book.write(changed(book.read(MATTER, names[7]), title="changed"))
        book.write(opened("matter-1", OTHER))

        found = book.read_all(MATTER, [*names, "absent", names[0]])

        assert set(names) == set(found)
        assert book.read(MATTER, names[7]) == found[names[7]]
        assert book.read(MATTER, names[8]) == found[names[8]]
        assert {} == book.read_all(MATTER, [])

    def test_acts_are_counted(self, book: RecordBook) -> None:
        """By dossier, over records of these kinds; each act counts, also of many."""
        of = "dossier-1"
        made = [opened(f"matter-{n}", dossier=f"dossier-{n}") for n in range(MANY)]
        _, one, *_ = book.write(*made)
        book.write(opened("other-1", OTHER, dossier=of))
        wanted = [f"dossier-{n}" for n in range(MANY)]

        assert dict.fromkeys(wanted, 1) == book.acts([*wanted, "absent"], ["matter"])
        book.write(changed(one, title="changed"))

        assert {of: 2} == book.acts([of, of], ["matter"])
        assert {of: 3} == book.acts(iter([of]), ["matter", "other"])
        assert {} == book.acts([], ["matter"]) == book.acts([of], [])

    def test_many_in_one_act(self, book: RecordBook) -> None:
        """What is written together is numbered in its order."""
        written = book.write(*(opened(f"matter-{n}") for n in range(MANY)))

        numbers = [entry.number for entry in written]
        assert sorted(set(numbers)) == numbers
        for entry in (written[0], written[-1]):
            assert entry == book.read(MATTER, entry.id)

    def test_one_stale_among_many(self, book: RecordBook) -> None:
        """One that somebody else changed: nothing is written, and it is named."""
        written = book.write(*(opened(f"matter-{n}") for n in range(5)))
        (other,) = book.write(changed(written[3], title="theirs"))

        with pytest.raises(StaleRecordError) as stale:
            book.write(*(changed(entry, title="mine") for entry in written))

        assert ("matter", "matter-3", 2) == (
            stale.value.kind,
            stale.value.id,
            stale.value.version,
        )
        assert ["A matter", "A matter", "A matter", "theirs", "A matter"] == [
            book.read(MATTER, entry.id).record.title for entry in written
        ]
        assert other == book.read(MATTER, "matter-3")

    def test_one_taken_among_many(self, book: RecordBook) -> None:
        """One id that is taken: none of the others is made, and it is named."""
        book.write(opened("matter-2"))

        with pytest.raises(StaleRecordError) as stale:
            book.write(*(opened(f"matter-{n}") for n in range(5)))

        assert "matter-2" == stale.value.id
        assert {"matter-2"} == set(
            book.read_all(MATTER, [f"matter-{n}" for n in range(5)])
        )

    def test_made_and_changed_in_one_act(self, book: RecordBook) -> None:
        """A record can be made and changed in the same act, in that order."""
        draft = opened()
        second = Draft(
            kind=MATTER,
            id=draft.id,
            version=2,
            at=AT,
            actor=draft.actor,
            action="change",
            record=Matter(title="changed"),
        )

        book.write(draft, second)

        assert "changed" == book.read(MATTER, draft.id).record.title

    def test_pages(self, book: RecordBook) -> None:
        """Page by page gives every row once, in the order of the whole."""
        moments = (None, AT, AT + timedelta(days=1))
        book.write(
            *(
                opened(f"matter-{n:02}", due=moments[n % 3], since=moments[n % 2])
                for n in range(20)
            ),
            opened("matter-03", OTHER, due=AT),
        )
        everything = book.rows(Query())

        paged: list[Row] = []
        while page := book.rows(Query(), limit=4, after=paged[-1] if paged else None):
            paged += page

        assert list(everything) == paged

    def test_part_entity_and_minister(self, book: RecordBook) -> None:
        """Rows are found by what they are a part of, and by whom they wait for."""
        book.write(
            opened("matter-1", part_of="meeting-1"),
            opened("matter-2", part_of="meeting-2", holder="h", entity="OVO000001"),
            opened("matter-3", part_of="meeting-2", holder="h", minister="minister-1"),
        )

        def ids(query: Query) -> list[str]:
            return [row.ref.id for row in book.rows(query)]

        assert ["matter-2", "matter-3"] == ids(Query(part_of="meeting-2"))
        assert ["matter-2"] == ids(Query(entity="OVO000001"))
        assert ["matter-3"] == ids(Query(holder="h", minister="minister-1"))
        (row,) = book.rows(Query(minister="minister-1"))
        assert isinstance(row.standing, Standing)
        assert "minister-1" == row.standing.minister
