"""An office is made whole, or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digivl import Digivl
from digivl.errors import (
    NotAnOfficeError,
    OfficeError,
    StorageError,
)
from digivl.office import SEALS, SIGNATORIES, make_office, open_office
from digivl.records.port import Query
from digivl.records.workers import this_worker

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def parts(folder: Path) -> set[str]:
    """What stands in a folder, hidden files too."""
    return {path.name for path in folder.iterdir()}


PARTS = {"digivl.toml", "book.sqlite", "documents", "keys"}


def test_parts(made: Path) -> None:
    """An office is a folder with these parts and nothing else, also beside it."""
    assert PARTS == parts(made)
    assert {"office"} == parts(made.parent)


def test_secrets_are_kept(made: Path) -> None:
    """Keys and passwords are for their owner; others get nothing of an office."""
    modes = {path.name: path.stat().st_mode & 0o777 for path in made.rglob("*")}

    assert {0o600} == {
        path.stat().st_mode & 0o777 for path in (made / "keys").iterdir()
    }
    assert 0o700 == modes["keys"]
    assert 0o750 == made.stat().st_mode & 0o777
    assert (0o640, 0o750) == (modes["book.sqlite"], modes["documents"])


def test_opens(office: Path) -> None:
    """What was made can be opened, and is a development office."""
    settings = open_office(office)

    assert settings.development
    assert {*SIGNATORIES, *SEALS} == set(settings.means)
    with Digivl.open(office) as vl:
        assert [] == list(vl.book.rows(Query()))


def test_passwords_differ(made: Path) -> None:
    """No two keys, and no two offices, share a password."""
    passwords = [path.read_text() for path in (made / "keys").glob("*.password")]

    assert 4 == len(set(passwords))


@pytest.mark.parametrize("name", ["new", "a/b/c", "met spaties", "a?b", "50%", "é"])
def test_makes_folders(tmp_path: Path, quick_keys: None, name: str) -> None:
    """Folders on the way are made; any name will do."""
    with Digivl.create(tmp_path / name) as vl:
        assert [] == list(vl.book.rows(Query()))

    assert PARTS == parts(tmp_path / name)


def test_empty_folder_stays_the_same(tmp_path: Path, quick_keys: None) -> None:
    """A folder that is there is filled, not replaced: one may stand in it."""
    folder = tmp_path / "there"
    folder.mkdir()
    before = folder.stat().st_ino

    make_office(folder, at=AT)

    assert before == folder.stat().st_ino
    assert PARTS == parts(folder)


def test_where_one_stands(
    tmp_path: Path, quick_keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder in which one stands can become an office."""
    monkeypatch.chdir(tmp_path)

    make_office(Path(), at=AT)

    assert PARTS == parts(tmp_path)
    assert open_office(Path()).development


def test_on_a_disk_of_its_own(small_disk: Path, quick_keys: None) -> None:
    """The top of a mounted disk can become an office."""
    make_office(small_disk, at=AT)

    assert PARTS == parts(small_disk)


def test_office_is_there_already(office: Path) -> None:
    """An office is not made over another."""
    before = (office / "digivl.toml").read_text()

    with pytest.raises(OfficeError, match="is an office already"):
        make_office(office, at=AT)

    assert before == (office / "digivl.toml").read_text()


@pytest.mark.parametrize("name", ["letter.txt", ".hidden"])
def test_folder_in_use(tmp_path: Path, name: str) -> None:
    """A folder that holds something stays as it is."""
    (tmp_path / name).write_text("mine")

    with pytest.raises(OfficeError, match="is not empty") as refused:
        make_office(tmp_path, at=AT)

    assert "nothing was changed" in refused.value.hint
    assert {name} == parts(tmp_path)


def test_file_in_the_way(tmp_path: Path) -> None:
    """A file is no place for an office, nor is a folder under it."""
    (tmp_path / "file").write_text("mine")

    with pytest.raises(OfficeError, match="is not empty"):
        make_office(tmp_path / "file", at=AT)
    with pytest.raises(StorageError, match="no office can be made"):
        make_office(tmp_path / "file" / "office", at=AT)

    assert {"file"} == parts(tmp_path)


@pytest.mark.parametrize("there", [True, False])
def test_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    """What fails halfway leaves nothing behind."""

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("digivl.signing.development.make_development_keys", fail)
    folder = tmp_path / "office"
    if there:
        folder.mkdir()

    with pytest.raises(StorageError, match="No space left"):
        make_office(folder, at=AT)

    assert ({"office"} if there else set()) == parts(tmp_path)
    assert not there or set() == parts(folder)


def test_no_room_for_the_book(small_disk: Path, quick_keys: None) -> None:
    """A full disk is told of as what it is, and the folder is free again."""
    ballast = small_disk.parent / "ballast"
    ballast.write_bytes(b"")
    (small_disk / "office").mkdir()
    with (small_disk / "ballast").open("wb") as file:
        free = os.statvfs(small_disk).f_bavail * 4096
        file.write(bytes(free - 60_000))

    with pytest.raises(StorageError):
        make_office(small_disk / "office", at=AT)

    assert set() == parts(small_disk / "office")


# Forks a child for each step that becomes lasting, and kills it there.
KILLED = """
import os, signal, sys, shutil
from datetime import UTC, datetime
from pathlib import Path
import digivl.office, digivl.records.sqlbook, digivl.signing.development as development
home, keys, there = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "True"
def copied(folder, *_, **__): shutil.copytree(keys, folder)
development.make_development_keys = copied
left = 0
def counted(name):
    real = getattr(Path, name)
    def call(*arguments, **options):
        global left
        left -= 1
        if left < 0: os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)
    setattr(Path, name, call)
def child(folder, step):
    global left
    left = step
    for name in ("mkdir", "write_text", "chmod", "rename"): counted(name)
    digivl.office.make_office(folder, at=datetime(2026, 11, 23, tzinfo=UTC))
for step in range(50):
    folder = home / f"at-{step:02}" / "office"
    (folder if there else folder.parent).mkdir(parents=True)
    pid = os.fork()
    if not pid:
        child(folder, step)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print(status, flush=True)
    if not status: break
"""


@pytest.mark.parametrize("there", [True, False])
def test_killed_while_making(made: Path, tmp_path: Path, *, there: bool) -> None:
    """Killed at any step, there is a whole office or none."""
    arguments = [str(tmp_path), str(made / "keys"), str(there)]
    command = [sys.executable, "-c", KILLED, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)

    statuses = [int(line) for line in done.stdout.split()]
    *killed, last = sorted(tmp_path.glob("at-*"))
    assert [-signal.SIGKILL] * len(killed) + [0] == statuses
    assert len(killed) > 5
    for folder in killed:
        with pytest.raises(NotAnOfficeError):
            Digivl.open(folder / "office")
    with Digivl.open(last / "office") as vl:
        assert [] == list(vl.book.rows(Query()))
        assert not vl.documents.store.holds("0" * 64)


def test_what_a_killed_maker_left_is_swept(tmp_path: Path) -> None:
    """Keys that a killed process left beside an office do not stay there."""
    left = tmp_path / ".digivl-left"
    (left / "keys").mkdir(parents=True)
    machine = this_worker().partition("|")[0]
    (left / "maker").write_text(f"{machine}|999999999|1")
    busy = tmp_path / ".digivl-busy"
    busy.mkdir()
    (busy / "maker").write_text(this_worker())

    make_office(tmp_path / "kantoor", at=AT)

    assert [busy, tmp_path / "kantoor"] == sorted(tmp_path.iterdir())
