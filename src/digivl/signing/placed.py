"""Files that appear under their name whole, or not at all, and never over another."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO, Final

from digivl.documents.disk import on_disk
from digivl.errors import StorageError
from digivl.records.workers import is_gone, this_worker

_MARK: Final = ".digivl-"
_ENDING: Final = ".part"
_NUMBERS: Final = count()


@contextmanager
def placed(path: Path) -> Iterator[BinaryIO]:
    """A file to be read and written that gets its name when the block ends well.

    It is written aside, forced to the disk, then given its name, and the folder is
    forced too. Nothing that is there is overwritten.

    Args:
        path: Its name; the folder is made when it is not there.

    Raises:
        StorageError: It cannot be written, or another file has that name.
        StorageFullError: No room left.
    """
    worker = urlsafe_b64encode(this_worker().encode()).decode()
    name = f"{_MARK}{worker}-{next(_NUMBERS)}{_ENDING}"
    aside = path.with_name(name)
    with on_disk(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with aside.open("xb+") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _name(aside, path)
        finally:
            aside.unlink(missing_ok=True)
        _sync(path.parent)


def _name(aside: Path, path: Path) -> None:
    try:
        # Unlike a rename, a link never takes the place of another file.
        path.hardlink_to(aside)
    except FileExistsError as cause:
        raise StorageError(
            f"{path} is there already, and is not overwritten",
            hint="Another batch may have made it; start again to see.",
        ) from cause
    except OSError:
        # No links on this file system.
        if path.exists():
            raise
        aside.replace(path)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Take away what processes left in a folder that were killed on this machine."""
    with on_disk(str(folder)):
        lefts = list(folder.glob(f"{_MARK}*{_ENDING}"))
    for left in lefts:
        worker = left.name.removeprefix(_MARK).rpartition("-")[0]
        with suppress(OSError, ValueError):
            if is_gone(urlsafe_b64decode(worker).decode()):
                left.unlink()


def check_names(source: Path, target: Path) -> None:
    """Look before opening: a pipe or a device may never end, and some names are none.

    Raises:
        StorageError: The document is no file, or what has its target's name is none.
    """
    if not source.is_file():
        raise StorageError(f"{source} cannot be read: it is no file")
    with on_disk(str(target)):
        odd = "\0" in str(target) or (target.exists() and not target.is_file())
    if odd:
        raise StorageError(f"{target} is no name of a file", hint="Name another one.")


def reading(path: Path) -> BinaryIO:
    """A document, opened.

    Raises:
        StorageError: It cannot be read.
    """
    try:
        return path.open("rb")
    except OSError as cause:
        raise StorageError(f"{path} cannot be read: {cause.strerror}") from cause
