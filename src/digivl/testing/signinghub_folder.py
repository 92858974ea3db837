"""What the SigningHub simulator has: packages and files in a folder.

Each package is a JSON file, replaced as a whole under a lock, so that people can act
from another process than the one that serves; a kill leaves the old or the new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

import attrs

#: A package as it stands in its file; who plays the platform may change anything.
Package = dict[str, Any]


@attrs.define(eq=False)
class SigningHubFolder:
    """The files of the service; several simulators can share them."""

    path: Path
    _lock: RLock = attrs.field(factory=RLock, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for name in ("packages", "files"):
            (self.path / name).mkdir(parents=True, exist_ok=True)

    def make(self, package: Package) -> Package:
        """Keep a new package, under an id of its own."""
        with self.locked():
            number = max(self._numbers(), default=1_000) + 1
            made = {**package, "package_id": number}
            self._write(made)
            return made

    def all(self) -> list[Package]:
        """Every package that was ever made, those that were deleted too."""
        return [self.read(number) for number in sorted(self._numbers())]

    def read(self, number: int) -> Package:
        """A package as it is now.

        Raises:
            KeyError: There is none.
        """
        try:
            text = self._file(number).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise KeyError(number) from None
        package: Package = json.loads(text)
        return package

    @contextmanager
    def changing(self, number: int) -> Generator[Package, None, None]:
        """A package that is kept as it is at the end of the block."""
        with self.locked():
            package = self.read(number)
            yield package
            self._write(package)

    @contextmanager
    def locked(self) -> Generator[None, None, None]:
        """Nobody else changes anything."""
        with self._lock, (self.path / ".lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def keep(self, content: bytes) -> str:
        """Keep a file; its SHA-256."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._replace(self.path / "files" / f"{sha256}.pdf", content)
        return sha256

    def content(self, sha256: str) -> bytes:
        """The bytes of a file."""
        return (self.path / "files" / f"{sha256}.pdf").read_bytes()

    def _numbers(self) -> list[int]:
        return [int(file.stem) for file in (self.path / "packages").glob("*.json")]

    def _file(self, number: int) -> Path:
        return self.path / "packages" / f"{number}.json"

    def _write(self, package: Package) -> None:
        text = json.dumps(package, ensure_ascii=False, indent=1)
        self._replace(self._file(package["package_id"]), text.encode())

    def _replace(self, target: Path, content: bytes) -> None:
        temporary = target.parent / f".{target.name}.{os.urandom(8).hex()}"
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
