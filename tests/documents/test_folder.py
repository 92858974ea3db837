"""The store in a folder: its contract, and what a crash or a bad disk does to it."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl.documents.disk import on_disk, scratch
from digivl.documents.folder import FolderStore
from digivl.documents.port import DocumentStore
from digivl.errors import (
    CorruptDocumentError,
    LimitExceededError,
    NotFoundError,
    StorageError,
    StorageFullError,
)
from digivl.testing.contracts import DocumentStoreContract

LARGEST = 5_000_000
CONTENT = b"%PDF-1.7 a decision\n"


@pytest.fixture(name="store")
def _store(quick_folder: Path) -> FolderStore:
    """An empty store in `documents`."""
    return FolderStore.open(quick_folder / "documents", largest=LARGEST)


class TestFolder(DocumentStoreContract):
    """The folder store keeps the contract."""

    @pytest.fixture
    def store(self, quick_folder: Path) -> DocumentStore:
        """An empty store."""
        return FolderStore.open(quick_folder / "documents", largest=LARGEST)


@pytest.fixture(name="files")
def _files(quick_folder: Path) -> Callable[[], list[Path]]:
    """Finds all files of the store, whole or not."""

    def find() -> list[Path]:
        return [path for path in quick_folder.rglob("*") if path.is_file()]

    return find


Files = Callable[[], list[Path]]


def fetched(store: FolderStore, sha256: str) -> bytes:
    """What the store gives."""
    into = io.BytesIO()
    store.fetch(sha256, into)
    return into.getvalue()


def test_named_by_its_hash(store: FolderStore, files: Files) -> None:
    """One file a document; its path is its SHA-256, so that anyone can check it."""
    stored = store.put(io.BytesIO(CONTENT))

    (path,) = files()
    name = hashlib.sha256(CONTENT).hexdigest()
    assert name == stored.sha256 == path.parent.name + path.name
    assert CONTENT == path.read_bytes()


def test_nobody_can_change_it(store: FolderStore, files: Files) -> None:
    """A kept file is for reading, and only for owner and group."""
    store.put(io.BytesIO(CONTENT))

    (path,) = files()
    assert 0o440 == path.stat().st_mode & 0o777


def test_durable_when_put_returns(
    store: FolderStore, quick_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes are forced to the disk before the name appears, then the folders."""
    happened: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def forced(handle: int) -> None:
        happened.append(
            f"force {Path(f'/proc/self/fd/{handle}').readlink().parent.name}"
        )
        fsync(handle)

    def renamed(path: Path, target: Path) -> Path:
        happened.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", forced)
    monkeypatch.setattr(Path, "replace", renamed)

    store.put(io.BytesIO(CONTENT))

    folders = ["force documents", f"force {quick_folder.name}"]
    assert ["force incoming", "rename", *folders] == happened


@pytest.mark.parametrize("place", [0, 10, -1])
def test_changed_byte(store: FolderStore, files: Files, place: int) -> None:
    """A byte that turned on the disk is noticed; the error names the document."""
    stored = store.put(io.BytesIO(CONTENT))
    (path,) = files()
    content = bytearray(CONTENT)
    content[place] ^= 1
    path.chmod(0o640)
    path.write_bytes(content)

    with pytest.raises(CorruptDocumentError, match=stored.sha256) as refused:
        fetched(store, stored.sha256)
    assert "back-up" in refused.value.hint


@pytest.mark.parametrize("size", [0, 5])
def test_cut_file_is_mended(store: FolderStore, files: Files, size: int) -> None:
    """A file that was cut short is corrupt until the same bytes are put again."""
    stored = store.put(io.BytesIO(CONTENT))
    (path,) = files()
    path.chmod(0o640)
    os.truncate(path, size)
    with pytest.raises(CorruptDocumentError):
        fetched(store, stored.sha256)

    assert stored == store.put(io.BytesIO(CONTENT))

    assert CONTENT == fetched(store, stored.sha256)
    assert [path] == files()


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_too_large(quick_folder: Path, files: Files, size: int) -> None:
    """A document past the limit is refused, and nothing of it stays."""
    store = FolderStore.open(quick_folder / "documents", largest=size)

    assert size == store.put(io.BytesIO(bytes(size))).size
    before = files()
    with pytest.raises(LimitExceededError, match=str(size)):
        store.put(io.BytesIO(bytes(size + 1)))

    assert before == files()


def test_endless_stream(store: FolderStore, files: Files) -> None:
    """A stream without an end is given up at the limit."""
    with Path("/dev/zero").open("rb") as endless, pytest.raises(LimitExceededError):
        store.put(endless)

    assert [] == files()


def test_put_at_once_leaves_nothing_else(store: FolderStore, files: Files) -> None:
    """Of many who put the same bytes and others, each document is there once."""
    contents = [CONTENT * (1 + number % 4) for number in range(32)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: store.put(io.BytesIO(content)), contents))

    assert 4 == len(files())


CRASH = """
import os, signal, sys
from pathlib import Path
from digivl.documents.folder import FolderStore
class Slow:
    def __init__(self): self.left = 3
    def read(self, size):
        self.left -= 1
        if not self.left: os.kill(os.getpid(), signal.SIGKILL)
        return b"x" * 1000
FolderStore.open(Path(sys.argv[1]), largest=10**6).put(Slow())
"""


def test_killed_while_writing(
    store: FolderStore, files: Files, quick_folder: Path
) -> None:
    """What a crash leaves is no document; a day later it is swept away."""
    root = quick_folder / "documents"

    done = subprocess.run([sys.executable, "-c", CRASH, str(root)], check=False)

    assert -signal.SIGKILL == done.returncode
    (left,) = files()
    assert "incoming" == left.parent.name
    FolderStore.open(root, largest=LARGEST)
    assert [left] == files(), "somebody may still be writing it"
    yesterday = time.time() - 90_000
    os.utime(left, (yesterday, yesterday))
    FolderStore.open(root, largest=LARGEST)
    assert [] == files()


def test_sweeping_keeps_documents(store: FolderStore, quick_folder: Path) -> None:
    """However old a document is, it stays."""
    stored = store.put(io.BytesIO(CONTENT))
    root = quick_folder / "documents"
    for path in root.rglob("*"):
        os.utime(path, (0, 0))

    again = FolderStore.open(root, largest=LARGEST)

    assert CONTENT == fetched(again, stored.sha256)


def test_other_sweeper(
    store: FolderStore, quick_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two who open the store at once do not trip over each other's broom."""
    root = quick_folder / "documents"
    ghost = root / "incoming" / "ghost"
    ghost.write_bytes(b"")
    monkeypatch.setattr(Path, "iterdir", lambda path: iter([ghost]))
    ghost.unlink()

    FolderStore.open(root, largest=LARGEST)


def test_file_in_place_of_the_folder(tmp_path: Path) -> None:
    """Where a file stands, there can be no store; the error says what to check."""
    (tmp_path / "documents").write_text("a file")

    with pytest.raises(StorageError, match="cannot be used") as refused:
        FolderStore.open(tmp_path / "documents", largest=LARGEST)

    assert "folder exists" in refused.value.hint


def test_folder_that_went_away(store: FolderStore, quick_folder: Path) -> None:
    """A disk that was taken away is told of."""
    (quick_folder / "documents" / "incoming").rmdir()

    with pytest.raises(StorageError):
        store.put(io.BytesIO(CONTENT))


def test_full_disk(small_disk: Path) -> None:
    """On a full disk nothing is half-kept; with room again the store goes on."""
    store = FolderStore.open(small_disk / "documents", largest=LARGEST)
    kept = [store.put(io.BytesIO(bytes([n]) * 400_000)) for n in range(4)]

    with pytest.raises(StorageFullError, match="no room left") as refused:
        store.put(io.BytesIO(b"x" * 3_000_000))

    assert refused.value.retryable
    files = [path for path in small_disk.rglob("*") if path.is_file()]
    assert {one.sha256 for one in kept} == {f.parent.name + f.name for f in files}
    assert bytes(400_000) == fetched(store, kept[0].sha256)
    stored = store.put(io.BytesIO(b"y" * 100_000))
    assert b"y" * 100_000 == fetched(store, stored.sha256)


def test_not_a_byte_left(small_disk: Path) -> None:
    """Where not even a small document fits, none is half-kept."""
    store = FolderStore.open(small_disk / "documents", largest=LARGEST)
    with suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as file:
        while file.write(bytes(4_096)):
            pass

    with pytest.raises(StorageFullError):
        store.put(io.BytesIO(CONTENT))
    (small_disk / "ballast").unlink()
    assert store.holds(store.put(io.BytesIO(CONTENT)).sha256)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80) | st.from_regex(r"[0-9a-fA-F./]{60,68}", fullmatch=True))
def test_no_name_leads_out(store: FolderStore, name: str) -> None:
    """Whatever is asked for, nothing but documents is read."""
    assert not store.holds(name)
    with pytest.raises(NotFoundError) as refused:
        fetched(store, name)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, StorageFullError),
        (errno.EDQUOT, StorageFullError),
        (errno.EIO, StorageError),
        (errno.EACCES, StorageError),
        (errno.EROFS, StorageError),
    ],
)
def test_words_of_the_system(number: int, error: type[StorageError]) -> None:
    """What the operating system says becomes an error of digivl."""
    with (
        pytest.raises(error, match="the documents") as refused,
        on_disk("the documents"),
    ):
        raise OSError(number, os.strerror(number))

    assert error is type(refused.value)
    assert refused.value.hint


def test_scratch_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A temporary file has no name that others could open."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    with scratch() as file:
        file.write(CONTENT)
        assert [] == list(tmp_path.iterdir())

    assert file.closed


def test_no_room_for_scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no temporary file can be made, it says which disk it is."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))

    with pytest.raises(StorageError, match="temporary files"), scratch():
        pass
