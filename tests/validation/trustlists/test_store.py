"""The folder: what was written is whole, whatever happened in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import (
    CorruptDocumentError,
    DigivlError,
    MalformedError,
    NotFoundError,
    StorageError,
    StorageFullError,
)
from digivl.validation.trustlists import store
from digivl.validation.trustlists.snapshot import Role, Source, Trouble, snapshot_id
from digivl.validation.trustlists.store import ListFolder, Record
from tests.validation.trustlists.conftest import DAY, World

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SOURCE = Source(
    location="https://lists.example/eu-lotl.xml",
    role=Role.LOTL,
    sha256="0" * 64,
    fetched=NOW,
)
RECORD = Record(
    location=SOURCE.location,
    refreshed=NOW,
    sources=(SOURCE,),
    troubles=(
        Trouble(location="x", territory="BE", code="malformed", text="é", kept=True),
    ),
)


def test_a_record_is_read_as_written() -> None:
    """All of it, and the same bytes each time."""
    assert RECORD == Record.from_json(RECORD.to_json())
    assert RECORD.to_json() == Record.from_json(RECORD.to_json()).to_json()


@given(st.lists(st.sampled_from("abc").map(lambda one: one * 64), max_size=9))
def test_an_id_is_of_a_set(digests: list[str]) -> None:
    """Neither order nor repetition makes another snapshot."""
    assert snapshot_id(digests) == snapshot_id(sorted(set(digests), reverse=True))


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"snapshot": "1" * 64},
        {"sources": None},
        {"sources": [{}]},
        {"refreshed": "gisteren"},
        {"troubles": [1]},
        {"sources": [{"sha256": "../../x"}]},
    ],
)
def test_a_record_that_is_none(change: dict[str, Any]) -> None:
    """It is told, with what to do."""
    value = json.loads(RECORD.to_json()) | change

    with pytest.raises(MalformedError) as refused:
        Record.from_json(json.dumps(value).encode())
    assert refused.value.hint


@given(st.binary(max_size=80) | st.text('{}[]":,12aé', max_size=80).map(str.encode))
def test_any_record(content: bytes) -> None:
    """Whatever stands in the file, an error of ours comes out."""
    with pytest.raises(DigivlError):
        Record.from_json(content)


def test_bytes_that_changed(world: World) -> None:
    """A national list that changed on the disk is not used; the next round mends it."""
    found = world.office.refresh()
    (belgium,) = [one for one in found.sources if one.territory == "BE"]
    path = world.office.folder.root / "raw" / f"{belgium.sha256}.xml"
    path.write_bytes(path.read_bytes()[:-9])

    with pytest.raises(CorruptDocumentError):
        world.office.folder.raw(belgium.sha256)
    spoilt = world.office.load()
    assert ["NL"] == [one.territory for one in spoilt.lists]
    assert ["corrupt-document"] == [one.code for one in spoilt.troubles]
    assert found.id == world.office.refresh().id
    assert 2 == len(world.office.load().lists)


def test_bytes_that_are_gone(world: World) -> None:
    """They are told, and fetched again."""
    found = world.office.refresh()
    for one in found.sources:
        (world.office.folder.root / "raw" / f"{one.sha256}.xml").unlink()

    with pytest.raises(NotFoundError, match="is not kept here"):
        world.office.load()
    assert 2 == len(world.office.refresh().lists)
    assert 2 == len(world.office.load().lists)


@pytest.mark.parametrize("content", [b"", b"{", b"null", b'{"format": 9}'])
def test_a_record_that_was_spoilt(world: World, content: bytes) -> None:
    """Loading tells it; the next round writes it anew."""
    world.office.refresh()
    (world.office.folder.root / "current.json").write_bytes(content)

    with pytest.raises(MalformedError):
        world.office.load()
    assert world.office.refresh().id == world.office.load().id


def test_no_room_left(small_disk: Path, world: World) -> None:
    """Nothing is half-written: what was there stays."""
    office = attrs.evolve(world.office, folder=ListFolder(small_disk / "lists"))
    before = office.refresh()
    (small_disk / "other").write_bytes(bytes(os.statvfs(small_disk).f_bavail * 4_096))
    world.later(DAY)
    world.lists.publish()

    with pytest.raises(StorageFullError):
        office.refresh()
    (small_disk / "other").unlink()
    assert before.id == office.load().id
    assert before.id != office.refresh().id


def test_a_folder_that_cannot_be_written(tmp_path: Path, world: World) -> None:
    """It is told in our words."""
    (tmp_path / "file").write_bytes(b"")
    office = attrs.evolve(world.office, folder=ListFolder(tmp_path / "file" / "lists"))

    with pytest.raises(StorageError):
        office.refresh()


def test_stopped_at_each_write(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped at any write, the lists of before hold, whole; then the new ones do."""
    before = world.office.refresh().id
    world.later(DAY)
    world.lists.publish()
    real = store._write  # noqa: SLF001 - a stop is put before one of its writes
    # One more each time: three lists, the snapshot, and which one holds.
    for allowed in (0, 1, 1, 1, 1):
        done: list[str] = []

        def write(
            path: Path, content: bytes, allowed: int = allowed, done: list[str] = done
        ) -> None:
            if len(done) == allowed:
                raise KeyboardInterrupt
            done.append(path.name)
            real(path, content)

        monkeypatch.setattr(store, "_write", write)
        with pytest.raises(KeyboardInterrupt):
            world.office.refresh()
        assert before == world.office.load().id
    monkeypatch.setattr(store, "_write", real)
    assert before != world.office.refresh().id


KILLED = """
import os, sys
from pathlib import Path
from digivl.validation.trustlists.store import ListFolder, Record
folder, record, *files = map(Path, sys.argv[1:])
found = Record.from_json(record.read_bytes())
stop, real, done = int(os.environ["STOP"]), os.fsync, [0]
def fsync(handle):
    done[0] += 1
    if done[0] == stop:
        os.kill(os.getpid(), 9)
    real(handle)
os.fsync = fsync
lists = ListFolder(folder)
for file in files:
    lists.keep(file.read_bytes())
lists.publish(found)
"""


@pytest.mark.parametrize("stop", [1, 2, 3, 4, 5, 6, 7, 8])
def test_killed_at_each_force_to_the_disk(tmp_path: Path, stop: int) -> None:
    """The process is killed: there is a whole record of whole files, or none."""
    contents = (b"<a/>", b"<b/>")
    sources = tuple(
        attrs.evolve(SOURCE, sha256=sha256(one).hexdigest()) for one in contents
    )
    record = attrs.evolve(RECORD, sources=sources)
    files = [tmp_path / name for name in ("record", "a", "b")]
    for file, content in zip(files, (record.to_json(), *contents), strict=True):
        file.write_bytes(content)
    command = [sys.executable, "-c", KILLED, str(tmp_path / "lists"), *map(str, files)]
    killed = subprocess.run(command, env=os.environ | {"STOP": str(stop)}, check=False)
    assert -signal.SIGKILL == killed.returncode

    folder = ListFolder(tmp_path / "lists")
    try:
        found = folder.record()
    except NotFoundError:
        assert stop <= 7
    else:
        assert record == found
        assert contents == tuple(folder.raw(one.sha256) for one in sources)
    for one in (tmp_path / "lists" / "raw").glob("*.xml"):
        assert one.stem == sha256(one.read_bytes()).hexdigest()
    again = subprocess.run(command, env=os.environ | {"STOP": "0"}, check=True)
    assert 0 == again.returncode
    assert record == folder.record()
