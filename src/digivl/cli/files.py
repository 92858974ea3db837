"""Files that the user names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from digivl.documents.disk import on_disk
from digivl.errors import MalformedError
from digivl.kernel.identifiers import new_id


def is_there(path: Path) -> bool:
    """True when something has that name; no name is too odd to ask."""
    try:
        return path.exists()
    except OSError:
        return False


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """A file opened for reading.

    Raises:
        MalformedError: It cannot be read.
    """
    try:
        # A pipe or a device may never end: look before opening.
        if not S_ISREG(path.stat().st_mode):
            raise MalformedError(f"{path} cannot be read: it is not a file")
        file = path.open("rb")
    except OSError as cause:
        raise MalformedError(f"{path} cannot be read: {cause.strerror}") from cause
    with file:
        yield file


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name only when the block ends well.

    Raises:
        StorageError: It cannot be written.
    """
    aside = path.with_name(f".{new_id()}.part")
    with on_disk(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with aside.open("xb+") as file:
                yield file
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
