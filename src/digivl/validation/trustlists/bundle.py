"""A snapshot as one file, to repeat a verdict elsewhere: a zip with nothing but lists.

It carries no anchors: whoever takes it in has its own, so that a bundle can never make
somebody trusted.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import BinaryIO, Final

from digivl.documents.disk import on_disk
from digivl.errors import LimitExceededError, MalformedError
from digivl.validation.trustlists.hardened import LARGEST
from digivl.validation.trustlists.store import LARGEST_RECORD, Record

_RECORD: Final = "snapshot.json"
_MOST: Final = 200
_TOGETHER: Final = 400_000_000
#: The oldest moment that a zip can name: the same snapshot gives the same file.
_THEN: Final = (1980, 1, 1, 0, 0, 0)
_HINT: Final = "A bundle is what `digivl trust export` wrote; fetch it again."


def write(target: BinaryIO, record: Record, raw: Callable[[str], bytes]) -> None:
    """Write a record with the bytes of its lists.

    Raises:
        NotFoundError: Some are not kept any more.
        StorageError: The disk.
    """
    digests = sorted({one.sha256 for one in record.sources})
    with (
        on_disk("the bundle"),
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        archive.writestr(_named(_RECORD), record.to_json())
        for digest in digests:
            archive.writestr(_named(f"{digest}.xml"), raw(digest))


def _named(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name, _THEN)
    found.compress_type = zipfile.ZIP_DEFLATED
    found.external_attr = 0o644 << 16
    return found


def read(source: BinaryIO) -> tuple[Record, Mapping[str, bytes]]:
    """The record, and the bytes by their SHA-256; all of it is there.

    Raises:
        MalformedError: It is no bundle, or not whole.
        LimitExceededError: More than lists can be.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            return _read(archive)
    except MalformedError:
        raise
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError),
        *(RuntimeError, OverflowError, OSError, ValueError),
    ) as cause:
        raise MalformedError(
            f"this is no bundle of lists: {cause}", hint=_HINT
        ) from cause


def _read(archive: zipfile.ZipFile) -> tuple[Record, Mapping[str, bytes]]:
    if len(archive.infolist()) > _MOST:
        raise LimitExceededError(f"more than {_MOST} files in a bundle", hint=_HINT)
    record = Record.from_json(_member(archive, _RECORD, LARGEST_RECORD))
    found: dict[str, bytes] = {}
    for digest in sorted({one.sha256 for one in record.sources}):
        content = _member(archive, f"{digest}.xml", LARGEST)
        if sha256(content).hexdigest() != digest:
            raise MalformedError(
                f"the list {digest} in the bundle has other bytes", hint=_HINT
            )
        found[digest] = content
        if sum(map(len, found.values())) > _TOGETHER:
            raise LimitExceededError("the bundle is too large", hint=_HINT)
    return record, found


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as member:
        content = member.read(most + 1)
    if len(content) > most:
        raise LimitExceededError(f"{name} in the bundle is too large", hint=_HINT)
    return content
