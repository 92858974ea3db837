"""What every record book must do; see `digivl.testing.contracts`."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs
import pytest

from digivl.errors import ErasedError, MalformedError, NotFoundError, StaleRecordError
from digivl.kernel.identifiers import INSZ, new_id
from digivl.kernel.kinds import Kind, Ref, Standing
from digivl.kernel.parties import SYSTEM, Party, Role
from digivl.kernel.personal import Personal, commitment
from digivl.records.entries import Draft, Entry, first
from digivl.records.port import Query, RecordBook, Row

AT: Final = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
#: A valid number of nobody.
NUMBER: Final = "85073003328"


@attrs.frozen(kw_only=True)
class Matter:
    """A record to try a book with: it has one of everything."""

    title: str = "A matter"
    state: str = "open"
    dossier: str | None = None
    holder: str | None = None
    role: str | None = None
    part_of: str | None = None
    entity: str | None = None
    minister: str | None = None
    since: datetime | None = None
    due: datetime | None = None
    owner: Personal[INSZ] | None = None
    names: tuple[Personal[str], ...] = ()


def _standing(matter: Matter) -> Standing:
    return Standing(
        state=matter.state,
        title=matter.title,
        dossier=matter.dossier,
        holder=matter.holder,
        holder_label=matter.holder,
        role=matter.role,
        part_of=matter.part_of,
        entity=matter.entity,
        minister=matter.minister,
        since=matter.since,
        due=matter.due,
        open=matter.state == "open",
    )


MATTER: Final = Kind("matter", Matter, _standing)
OTHER: Final = Kind("other", Matter, _standing)


def opened(id: str = "matter-1", kind: Kind[Matter] = MATTER, **of: Any) -> Draft[Any]:
    """The first draft of a matter with those fields."""
    return first(kind, id, Matter(**of), "open", SYSTEM, AT)


def changed(entry: Entry[Any], **fields: Any) -> Draft[Any]:
    """The draft of the act that changes those fields."""
    record = attrs.evolve(entry.record, **fields)
    return entry.next(record, "change", SYSTEM, AT + timedelta(hours=entry.version))


def ids(rows: Any) -> list[str]:
    """The ids of rows or references, in their order."""
    return [row.ref.id if isinstance(row, Row) else row.id for row in rows]


class RecordBookContract:
    """The rules of `digivl.records.port.RecordBook`, but for its outbox.

    Derive a class whose name starts with `Test`, and give it a fixture `book`: an
    empty book, a new one for each test.
    """

    @pytest.fixture
    def book(self) -> RecordBook:
        """The book that is tried; to be overridden."""
        raise NotImplementedError

    def test_reads_what_was_written(self, book: RecordBook) -> None:
        """What is read is equal to what `write` gave back, and to the draft."""
        actor = Party("OVO002949", "Kanselarij", Role.SECRETARIAT)
        draft = first(MATTER, "matter-1", Matter(due=AT), "open", actor, AT, "asked")

        (written,) = book.write(draft)

        assert written == book.read(MATTER, "matter-1")
        assert Ref("matter", "matter-1") == written.ref
        assert attrs.asdict(draft, recurse=False).items() <= (
            attrs.asdict(written, recurse=False).items()
        )

    def test_reading_nothing(self, book: RecordBook) -> None:
        """A record that is not there is not found; it has no history."""
        book.write(opened("matter-1", OTHER))

        with pytest.raises(NotFoundError):
            book.read(MATTER, "matter-1")
        assert [] == list(book.history(MATTER, "matter-1"))

    def test_reads_the_latest(self, book: RecordBook) -> None:
        """`read` gives the last version, `history` all of them, oldest first."""
        (one,) = book.write(opened())
        (two,) = book.write(changed(one, title="Another title"))

        assert two == book.read(MATTER, "matter-1")
        assert [one, two] == list(book.history(MATTER, "matter-1"))

    def test_numbers_tell_the_order(self, book: RecordBook) -> None:
        """Numbers grow, also over the drafts of one call."""
        written = [
            *book.write(opened("matter-1"), opened("matter-2"), opened("matter-3")),
            *book.write(opened("matter-0")),
        ]

        numbers = [entry.number for entry in written]
        assert sorted(set(numbers)) == numbers

    @pytest.mark.parametrize("version", [1, 3])
    def test_only_the_next_version(self, book: RecordBook, version: int) -> None:
        """A version that is taken, or leaves a gap, is stale: nothing is written."""
        (entry,) = book.write(opened())
        draft = attrs.evolve(changed(entry, title="Another title"), version=version)

        with pytest.raises(StaleRecordError) as refused:
            book.write(draft)

        error = refused.value
        assert ("matter", "matter-1", version) == (error.kind, error.id, error.version)
        assert [entry] == list(book.history(MATTER, "matter-1"))

    def test_a_new_record_starts_at_one(self, book: RecordBook) -> None:
        """No record begins with its second version."""
        with pytest.raises(StaleRecordError):
            book.write(attrs.evolve(opened(), version=2))

        assert [] == list(book.rows(Query()))

    def test_several_versions_at_once(self, book: RecordBook) -> None:
        """One call can take a record further than one version."""
        draft = opened()

        one, two = book.write(draft, attrs.evolve(draft, version=2, action="change"))

        assert [one, two] == list(book.history(MATTER, "matter-1"))

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_all_or_nothing(self, book: RecordBook, place: int) -> None:
        """One draft that fails takes all others with it, wherever it stands."""
        (taken,) = book.write(opened("taken", owner=Personal(INSZ(NUMBER))))
        drafts = [opened("fresh-1"), opened("fresh-2", owner=Personal(INSZ(NUMBER)))]
        drafts.insert(place, opened("taken", title="Too late"))

        with pytest.raises(StaleRecordError):
            book.write(*drafts)

        assert ["taken"] == ids(book.rows(Query()))
        assert [] == list(book.history(MATTER, "fresh-1"))
        assert [] == list(book.history(MATTER, "fresh-2"))
        assert [taken] == list(book.history(MATTER, "taken"))

    def test_nothing_to_write(self, book: RecordBook) -> None:
        """An act without drafts writes nothing."""
        assert () == book.write()

    def test_one_thread_wins(self, book: RecordBook) -> None:
        """Of many who act on one version at once, one succeeds; the others are told."""
        (entry,) = book.write(opened())

        def act(number: int) -> bool:
            try:
                book.write(changed(entry, title=f"Title {number}"))
            except StaleRecordError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(act, range(8)))

        assert [True] == [won for won in outcomes if won]
        won = f"Title {outcomes.index(True)}"
        assert won == book.read(MATTER, "matter-1").record.title

    def test_one_thread_opens(self, book: RecordBook) -> None:
        """Of many who make the same record at once, one succeeds."""

        def make(number: int) -> bool:
            try:
                book.write(opened(title=f"Title {number}"))
            except StaleRecordError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert 1 == sum(pool.map(make, range(8)))
        assert 1 == len(list(book.history(MATTER, "matter-1")))

    def test_row_tells_the_standing(self, book: RecordBook) -> None:
        """A current row says where the last version stands, to the microsecond."""
        moment = AT.replace(microsecond=123456)
        (entry,) = book.write(opened())
        last = changed(
            entry,
            title="Ünï ✓ 'quoted' %_",
            dossier="dossier-1",
            holder="OVO002949",
            role="minister",
            since=moment,
            due=moment + timedelta(days=1),
        )
        book.write(last)

        (row,) = book.rows(Query())

        standing = _standing(last.record)
        assert Row(ref=Ref("matter", "matter-1"), version=2, standing=standing) == row

    def test_rows_in_order(self, book: RecordBook) -> None:
        """The earliest due stands first, then the longest held; the rest is last."""
        hour = timedelta(hours=1)
        book.write(
            opened("a-neither"),
            opened("b-held", since=AT),
            opened("c-later", due=AT + 2 * hour, since=AT),
            opened("d-sooner-held-shorter", due=AT + hour, since=AT),
            opened("e-sooner-held-longer", due=AT + hour, since=AT - hour),
            opened("f-sooner-held-by-nobody", due=AT + hour),
        )

        assert list("edfcba") == [name[0] for name in ids(book.rows(Query()))]
        assert list("ed") == [name[0] for name in ids(book.rows(Query(), limit=2))]

    @pytest.mark.parametrize(
        "query",
        [
            Query(kind="matter"),
            Query(dossier="dossier-1"),
            Query(holder="OVO002949"),
            Query(role="minister"),
            Query(state="open"),
            Query(open=True),
            Query(due_before=AT + timedelta(microseconds=1)),
            Query(kind="matter", role="minister", open=True),
        ],
        ids=lambda query: ",".join(attrs.asdict(query, filter=lambda _, v: bool(v))),
    )
    def test_rows_are_chosen(self, book: RecordBook, query: Query) -> None:
        """Each field of a query narrows the rows; what is None does not matter."""
        book.write(
            opened(
                "wanted",
                dossier="dossier-1",
                holder="OVO002949",
                role="minister",
                due=AT,
            ),
            opened("unwanted", OTHER, state="closed", due=AT + timedelta(seconds=1)),
        )

        assert ["wanted"] == ids(book.rows(query))

    def test_rows_that_are_closed(self, book: RecordBook) -> None:
        """`open=False` asks for the closed ones, and is not the same as None."""
        book.write(opened("one"), opened("two", state="closed"))

        assert ["two"] == ids(book.rows(Query(open=False)))

    def test_finds_by_the_start(self, book: RecordBook) -> None:
        """Six characters are enough to find a record; fewer must be all of its id."""
        name = new_id()
        book.write(opened(name), opened(name, OTHER), opened("abc"), opened("abcdefgh"))

        assert {"matter", "other"} == {ref.kind for ref in book.find(name[:6])}
        assert ["abc"] == ids(book.find("abc"))
        assert [] == list(book.find(name[:5]))

    @pytest.mark.parametrize("id", ["100%-sure", "under_score", "back\\slash"])
    def test_finds_signs_as_they_are(self, book: RecordBook, id: str) -> None:
        """No sign in an id stands for others."""
        book.write(opened(id), opened("100x-sure"), opened("underxscore"))

        assert [id] == ids(book.find(id[:-1]))
        assert [] == list(book.find("%%%%%%"))

    def test_leaf_is_the_hash_of_the_entry(self, book: RecordBook) -> None:
        """The leaf is SHA-256 over 0x00 and the canonical entry, the same for ever."""
        book.write(opened(title="Ünï"))

        entry = book.read(MATTER, "matter-1")

        content = b"\x00" + entry.canonical.encode()
        assert hashlib.sha256(content).digest() == entry.leaf
        plain = json.loads(entry.canonical)
        assert ("matter", "matter-1", 1) == (
            plain["kind"],
            plain["id"],
            plain["version"],
        )

    def test_personal_values_stand_apart(self, book: RecordBook) -> None:
        """The entry commits to a value; value and salt together prove it."""
        owner, name = Personal(INSZ(NUMBER)), Personal("Test Persoon")
        book.write(opened(owner=owner, names=(name,)))

        entry = book.read(MATTER, "matter-1")

        assert entry.record.owner is not None
        assert NUMBER == entry.record.owner.reveal().wire
        assert (name,) == entry.record.names
        assert NUMBER not in entry.canonical
        assert "Persoon" not in entry.canonical
        salt = entry.record.owner.salt
        assert commitment(salt, f'"{NUMBER}"'.encode()) in entry.canonical

    def test_nothing_shows_a_personal_value(self, book: RecordBook) -> None:
        """Neither an entry nor a refused act shows it in its text."""
        draft = opened(owner=Personal(INSZ(NUMBER)))
        (entry,) = book.write(draft)

        with pytest.raises(StaleRecordError) as refused:
            book.write(draft)

        assert NUMBER not in f"{entry!r} {refused.value} {refused.value.__cause__}"

    def test_equal_values_do_not_look_equal(self, book: RecordBook) -> None:
        """Who reads the entries cannot tell that two people are the same."""
        one, two = book.write(
            opened("matter-1", owner=Personal(INSZ(NUMBER))),
            opened("matter-2", owner=Personal(INSZ(NUMBER))),
        )

        commitments = [json.loads(e.canonical)["body"]["owner"] for e in (one, two)]
        assert commitments[0] != commitments[1]

    def test_erasure(self, book: RecordBook) -> None:
        """Values go, from every version; entries, hashes and proofs stay."""
        (one,) = book.write(opened(owner=Personal(INSZ(NUMBER))))
        (two,) = book.write(changed(one, names=(Personal("Test Persoon"),)))
        (other,) = book.write(opened("matter-2", owner=Personal(INSZ(NUMBER))))

        erasure = book.erase(changed(two, title="Erased"))

        history = list(book.history(MATTER, "matter-1"))
        assert erasure == history[-1]
        assert [one.leaf, two.leaf, erasure.leaf] == [e.leaf for e in history]
        assert [one.canonical, two.canonical] == [e.canonical for e in history[:2]]
        for value in [e.record.owner for e in history] + [*history[1].record.names]:
            assert value is not None
            with pytest.raises(ErasedError):
                value.reveal()
        assert other == book.read(MATTER, "matter-2")

    def test_erasure_is_an_act_like_others(self, book: RecordBook) -> None:
        """An erasure on an old version is refused, and erases nothing."""
        (one,) = book.write(opened(owner=Personal(INSZ(NUMBER))))
        (two,) = book.write(changed(one, title="Another title"))

        with pytest.raises(StaleRecordError):
            book.erase(changed(one, title="Erased"))

        assert two == book.read(MATTER, "matter-1")

    def test_erased_stays_erased(self, book: RecordBook) -> None:
        """Who read before the erasure cannot write the values back."""
        (one,) = book.write(opened(owner=Personal(INSZ(NUMBER))))
        erasure = book.erase(changed(one))

        with pytest.raises(StaleRecordError):
            book.write(changed(one, title="Written back"))
        (after,) = book.write(changed(erasure, title="Written after"))

        assert after.record.owner is not None
        assert after.record.owner.is_erased
        assert book.read(MATTER, "matter-1").record.owner == after.record.owner

    def test_refuses_what_cannot_be_proven(self, book: RecordBook) -> None:
        """What canonical JSON cannot hold is refused; nothing is written."""
        with pytest.raises(MalformedError):
            book.write(opened("fine"), opened(title="half a character: \ud800"))

        assert [] == list(book.rows(Query()))
