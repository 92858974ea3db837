"""The lists in a folder: raw bytes by their SHA-256, and which of them belong together.

``raw/<sha256>.xml`` and ``snapshots/<id>.json`` are written once and never again, so
that an old verdict can be repeated; ``current.json`` says which snapshot holds now. A
file gets its name when all of it is on the disk, the record after what it points at: a
crash leaves a file that nothing points at, never a record of what is not there.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import attrs

from digivl.documents.disk import on_disk
from digivl.errors import CorruptDocumentError, MalformedError, NotFoundError
from digivl.kernel.moments import from_wire, to_wire
from digivl.validation.trustlists.hardened import LARGEST
from digivl.validation.trustlists.snapshot import Role, Source, Trouble, snapshot_id

_WHAT: Final = "the trusted lists"
_FORMAT: Final = 1
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
#: Of a record; that of the Union has 20 thousand bytes.
LARGEST_RECORD: Final = 2_000_000
_HINT: Final = "Run `digivl trust refresh`, or import a bundle, to make it anew."


@attrs.frozen(kw_only=True)
class Record:
    """Which lists belong together.

    Attributes:
        location: Of the list of lists.
        refreshed: When they were last looked for, with zone.
        sources: Their bytes.
        troubles: What could not be renewed then.
    """

    location: str
    refreshed: datetime
    sources: tuple[Source, ...]
    troubles: tuple[Trouble, ...] = ()

    @property
    def id(self) -> str:
        """Of the snapshot."""
        return snapshot_id(one.sha256 for one in self.sources)

    def to_json(self) -> bytes:
        """As it is written; the same record gives the same bytes."""
        value = {
            "format": _FORMAT,
            "snapshot": self.id,
            "location": self.location,
            "refreshed": to_wire(self.refreshed),
            "sources": [
                attrs.asdict(one) | {"fetched": to_wire(one.fetched)}
                for one in self.sources
            ],
            "troubles": [attrs.asdict(one) for one in self.troubles],
        }
        return json.dumps(value, indent=1, sort_keys=True).encode("ascii")

    @classmethod
    def from_json(cls, content: bytes) -> Record:
        """Read it.

        Raises:
            MalformedError: It is something else, or not what its id says.
        """
        try:
            value = json.loads(content)
            known = value["format"] == _FORMAT
            found = _record(value) if known else None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as bad:
            raise MalformedError(
                f"the record of the trusted lists cannot be read: {bad}"[:300],
                hint=_HINT,
            ) from bad
        if found is None:
            raise MalformedError(
                f"a record of trusted lists of format {value['format']!r}"[:300],
                hint="A newer version of digivl made it: use that one.",
            )
        if value.get("snapshot") != found.id:
            raise MalformedError(
                "the record of the trusted lists is not of the snapshot it names",
                hint=_HINT,
            )
        return found


def _record(value: dict[str, Any]) -> Record:
    return Record(
        location=str(value["location"]),
        refreshed=from_wire(value["refreshed"]),
        sources=tuple(_source(one) for one in value["sources"]),
        troubles=tuple(_trouble(one) for one in value["troubles"]),
    )


def _source(value: dict[str, Any]) -> Source:
    if not _DIGEST.fullmatch(value["sha256"]):
        raise ValueError("no SHA-256")
    return Source(
        location=str(value["location"]),
        role=Role(value["role"]),
        sha256=value["sha256"],
        fetched=from_wire(value["fetched"]),
        territory=str(value["territory"]),
    )


def _trouble(value: dict[str, Any]) -> Trouble:
    words = {name: str(value[name]) for name in ("location", "territory", "code")}
    return Trouble(
        **words,
        text=str(value["text"]),
        hint=str(value["hint"]),
        kept=value["kept"] is True,
    )


@attrs.frozen
class ListFolder:
    """A folder with trusted lists; made when something is first written."""

    root: Path

    def keep(self, content: bytes) -> str:
        """Keep the bytes of a list; their SHA-256."""
        digest = sha256(content).hexdigest()
        path = self._raw(digest)
        with on_disk(_WHAT):
            if not _holds(path, digest):
                _write(path, content)
        return digest

    def raw(self, digest: str) -> bytes:
        """The bytes of a list.

        Raises:
            NotFoundError: They are not here.
            CorruptDocumentError: They changed on the disk.
        """
        path = self._raw(digest)
        with on_disk(_WHAT):
            if not path.is_file():
                raise NotFoundError(f"the list {digest} is not kept here", hint=_HINT)
            content = _read(path, LARGEST)
        if sha256(content).hexdigest() != digest:
            raise CorruptDocumentError(
                f"the list {digest} no longer has the bytes it is named by", hint=_HINT
            )
        return content

    def publish(self, record: Record) -> None:
        """Make a record the one that holds; all its bytes are kept already."""
        content = record.to_json()
        with on_disk(_WHAT):
            once = self._snapshot(record.id)
            if not once.is_file():
                _write(once, content)
            _write(self.root / "current.json", content)

    def record(self, id: str = "") -> Record:
        """The record of a snapshot; without an id of the current one.

        Raises:
            NotFoundError: There is none.
            MalformedError: It cannot be read.
        """
        if id and not _DIGEST.fullmatch(id):
            raise NotFoundError(
                f"{id[:70]!r} is no id of a snapshot",
                hint="It has 64 hexadecimal digits; a verdict names its own.",
            )
        path = self._snapshot(id) if id else self.root / "current.json"
        with on_disk(_WHAT):
            if not path.is_file():
                what = f"snapshot {id} is not" if id else "no trusted lists are"
                raise NotFoundError(f"{what} kept in {self.root.name}", hint=_HINT)
            content = _read(path, LARGEST_RECORD)
        return Record.from_json(content)

    def _raw(self, digest: str) -> Path:
        return self.root / "raw" / f"{digest}.xml"

    def _snapshot(self, id: str) -> Path:
        return self.root / "snapshots" / f"{id}.json"


def _holds(path: Path, digest: str) -> bool:
    """True when it is there and whole; what was cut short is written again."""
    if not path.is_file():
        return False
    return sha256(_read(path, LARGEST)).hexdigest() == digest


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most + 1)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    aside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
