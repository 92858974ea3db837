"""The document store in a folder: ``ab/cdef…``, each file named by its SHA-256."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

import attrs

from digivl.documents.disk import copied, on_disk
from digivl.documents.port import Stored
from digivl.errors import CorruptDocumentError, NotFoundError

_INCOMING: Final = "incoming"
_NAME: Final = re.compile(r"[0-9a-f]{64}")
_ABANDONED_SECONDS: Final = 86_400
_READ_ONLY: Final = 0o440


@attrs.frozen
class FolderStore:
    """Documents in a folder; see `digivl.documents.port.DocumentStore`.

    A document appears under its name only when all of it is on the disk: it is
    written aside, forced to the disk, then renamed, and the folder is forced too.
    """

    _root: Path
    _largest: int

    @classmethod
    def open(cls, root: Path, *, largest: int) -> FolderStore:
        """The store in `root`, which is made when it is not there.

        Args:
            root: The folder.
            largest: Most bytes that one document may have.
        """
        with on_disk("the documents"):
            (root / _INCOMING).mkdir(parents=True, exist_ok=True)
            _sweep(root / _INCOMING)
        return cls(root, largest)

    def put(self, content: BinaryIO) -> Stored:
        """Keep what can be read; see the port.

        Raises:
            LimitExceededError: More bytes than the settings allow.
        """
        with on_disk("the documents"), self._aside() as (path, file):
            digest = hashlib.sha256()
            size = copied(content, file, largest=self._largest, digest=digest)
            file.flush()
            os.fsync(file.fileno())
            stored = Stored(digest.hexdigest(), size)
            self._keep(path, stored)
        return stored

    def fetch(self, sha256: str, into: BinaryIO) -> Stored:
        """Copy a document, hashing what is read; see the port."""
        digest = hashlib.sha256()
        with on_disk("the documents"), self._opened(sha256) as file:
            size = copied(file, into, largest=sys.maxsize, digest=digest)
        if digest.hexdigest() != sha256:
            raise CorruptDocumentError(
                f"document {sha256} no longer has the bytes it is named by",
                hint="Restore this file from a back-up; its name tells which it was.",
            )
        return Stored(sha256, size)

    def holds(self, sha256: str) -> bool:
        """True when a document of that name is kept."""
        with on_disk("the documents"):
            return _NAME.fullmatch(sha256) is not None and self._path(sha256).is_file()

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:]

    @contextmanager
    def _opened(self, sha256: str) -> Iterator[BinaryIO]:
        if not self.holds(sha256):
            raise NotFoundError(f"there is no document {sha256[:64]!r} in the store")
        with self._path(sha256).open("rb") as file:
            yield file

    @contextmanager
    def _aside(self) -> Iterator[tuple[Path, BinaryIO]]:
        handle, name = tempfile.mkstemp(dir=self._root / _INCOMING)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                yield path, file
        finally:
            path.unlink(missing_ok=True)

    def _keep(self, path: Path, stored: Stored) -> None:
        final = self._path(stored.sha256)
        # A file of the right size under this name is this document already; one of
        # another size was cut short by something else, and is mended.
        if final.is_file() and final.stat().st_size == stored.size:
            return
        final.parent.mkdir(exist_ok=True)
        path.chmod(_READ_ONLY)
        path.replace(final)
        _sync(final.parent)
        _sync(self._root)


def _sweep(folder: Path) -> None:
    # What a crash left behind; a day old, so nobody is writing it any more.
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
                path.unlink()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
