"""The own disk: its errors in the words of digivl, and files for a moment."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from typing import BinaryIO, Final, Protocol

from digivl.errors import LimitExceededError, StorageError, StorageFullError

CHUNK: Final = 1 << 20


@contextmanager
def on_disk(what: str) -> Iterator[None]:
    """Turn what the operating system says into an error of digivl."""
    try:
        yield
    except OSError as cause:
        if cause.errno in (ENOSPC, EDQUOT):
            raise StorageFullError(
                f"no room left on the disk of {what}",
                hint="Nothing was kept. Make room and repeat the act.",
            ) from cause
        raise StorageError(
            f"{what} cannot be used: {cause.strerror or cause}",
            hint="Check that the folder exists and that this user may write in it.",
        ) from cause


@contextmanager
def scratch() -> Iterator[BinaryIO]:
    """A nameless temporary file that is gone afterwards."""
    with on_disk("temporary files"), tempfile.TemporaryFile(prefix="digivl-") as file:
        yield file


class Digest(Protocol):
    """What `hashlib.sha256()` gives."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""
        ...


def copied(
    source: BinaryIO, target: BinaryIO, *, largest: int, digest: Digest | None = None
) -> int:
    """Copy a stream, at most `largest` bytes, hashing it on the way; its size.

    Raises:
        LimitExceededError: There are more.
    """
    size = 0
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > largest:
            raise LimitExceededError(
                f"the document is larger than {largest} bytes",
                hint="Make it smaller, or raise limits.pdf_bytes in the settings.",
            )
        if digest is not None:
            digest.update(chunk)
        target.write(chunk)
    return size
