"""What the tallies of every record book must do; see `digivl.testing.contracts`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from digivl.records.port import RecordBook


def _one_more(kept: str | None) -> tuple[str, int]:
    count = int(kept or 0)
    return str(count + 1), count


class TalliesContract:
    """The rules of `digivl.records.tallies.Tallies`.

    Derive a class whose name starts with `Test`, and give it a fixture `book`: an
    empty book, a new one for each test.
    """

    @pytest.fixture
    def book(self) -> RecordBook:
        """The book that is tried; to be overridden."""
        raise NotImplementedError

    def test_kept_by_name(self, book: RecordBook) -> None:
        """A step gets what the last one left, and tells what it wants."""
        before = book.tallies.read("")
        told = [book.tallies.change("a/x", _one_more) for _ in range(3)]
        book.tallies.change("a/%", _one_more)
        book.tallies.change("b", _one_more)

        assert ({}, [0, 1, 2]) == (before, told)
        assert {"a/%": "1", "a/x": "3"} == book.tallies.read("a/")
        assert {"a/%": "1"} == book.tallies.read("a/%")

    def test_one_at_a_time(self, book: RecordBook) -> None:
        """Of many that count at once, each sees what the one before it left."""
        with ThreadPoolExecutor(8) as pool:
            work = [
                pool.submit(book.tallies.change, "shared", _one_more) for _ in range(40)
            ]

        assert list(range(40)) == sorted(one.result() for one in work)

    def test_all_or_nothing(self, book: RecordBook) -> None:
        """A step that fails changes nothing."""

        def fails(kept: str | None) -> tuple[str, None]:
            raise ZeroDivisionError(kept)

        book.tallies.change("a", _one_more)
        with pytest.raises(ZeroDivisionError, match="1"):
            book.tallies.change("a", fails)

        assert {"a": "1"} == book.tallies.read("")

    def test_beside_the_entries(self, book: RecordBook) -> None:
        """It is no record: nothing stands in the book, or in a work list."""
        book.tallies.change("a", _one_more)

        assert [] == list(book.find("tally-"))
        assert [] == list(book.tasks())
