"""Files that appear whole or not at all, and never over another."""

from __future__ import annotations

import errno
import os
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from digivl.errors import StorageError, StorageFullError
from digivl.records.workers import this_worker
from digivl.signing.placed import placed, sweep


def put(path: Path, content: bytes = b"inhoud") -> None:
    """A file by that name."""
    with placed(path) as file:
        file.write(content)


def test_appears_when_it_is_whole(tmp_path: Path) -> None:
    """Until the block ends there is no such name; the folder is made."""
    path = tmp_path / "a" / "b.pdf"
    with placed(path) as file:
        file.write(b"inhoud")
        assert not path.exists()

    assert [path] == list(path.parent.iterdir())
    assert b"inhoud" == path.read_bytes()


def test_leaves_nothing_after_a_failure(tmp_path: Path) -> None:
    """What goes wrong on the way leaves no file, whole or half."""

    def fail() -> None:
        with placed(tmp_path / "b.pdf") as file:
            file.write(b"half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(StorageFullError):
        fail()
    assert [] == list(tmp_path.iterdir())


def test_never_over_another(tmp_path: Path) -> None:
    """Who comes second is told."""
    put(tmp_path / "b.pdf", b"eerst")
    with pytest.raises(StorageError, match="not overwritten"):
        put(tmp_path / "b.pdf", b"later")

    assert b"eerst" == (tmp_path / "b.pdf").read_bytes()
    assert 1 == len(list(tmp_path.iterdir()))


def test_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that knows no links gets a rename, and still no overwriting."""

    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    put(tmp_path / "b.pdf")
    with pytest.raises(StorageError):
        put(tmp_path / "b.pdf", b"later")

    assert [b"inhoud"] == [one.read_bytes() for one in tmp_path.iterdir()]


def left(folder: Path, worker: str) -> Path:
    """A file as a worker leaves it aside."""
    name = urlsafe_b64encode(worker.encode()).decode()
    path = folder / f".digivl-{name}-0.part"
    path.write_bytes(b"half")
    return path


def test_sweeps_what_the_dead_left(tmp_path: Path) -> None:
    """Those that live, on this machine or another, keep what they are at."""
    machine = this_worker().partition("|")[0]
    dead = left(tmp_path, f"{machine}|999999999|1")
    alive = left(tmp_path, this_worker())
    elsewhere = left(tmp_path, "other/boot/1|1|1")
    (garbage := tmp_path / ".digivl-x-0.part").write_bytes(b"")
    sweep(tmp_path)

    assert {alive, elsewhere, garbage} == set(tmp_path.iterdir())
    assert not dead.exists()
    sweep(tmp_path / "not there")
