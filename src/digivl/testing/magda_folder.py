"""What the MAGDA simulator has accepted: one file a message, in a folder.

Acceptance is one atomic step that survives a kill at any moment and that only one of
many threads and processes can take: a finished file gets its name by a hard link, which
fails when the name is taken. The name comes from a hash of the client and its key.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

import attrs

_CHUNK: Final = 1 << 20


@attrs.frozen(kw_only=True)
class AcceptedMessage:
    """One accepted message.

    Attributes:
        client: Id of the client that sent it.
        key: Its idempotency key.
        message: The JSON part as it was received.
        documents: The documents, as they would be printed or published.
    """

    message_id: str
    at: datetime
    expires_at: datetime | None
    code: str
    client: str
    key: str
    message: dict[str, Any] = attrs.field(repr=False)
    documents: tuple[Path, ...]

    @property
    def channel(self) -> str:
        """EBOX or PAPER."""
        return str(self.message["deliveryChannel"])

    @property
    def reference(self) -> str:
        """The sender's own reference; empty when there is none."""
        return str(self.message.get("senderReference", ""))


@attrs.frozen
class MessageFolder:
    """The messages in `path`; several simulators can share one."""

    path: Path
    _read: dict[str, AcceptedMessage] = attrs.field(factory=dict[str, AcceptedMessage])

    def __attrs_post_init__(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)

    def accept(
        self, message: AcceptedMessage, contents: Sequence[IO[bytes]], *, unique: bool
    ) -> AcceptedMessage | None:
        """Keep a message and its documents; durable when this returns.

        Args:
            message: Without documents.
            contents: The documents, which are read from their start.
            unique: False accepts a second message under the same key.

        Returns:
            The message with its documents; None when the key was used before.
        """
        stem = _stem(message, unique=unique)
        # Documents first: a kill in between leaves documents without a message,
        # never a message without documents.
        names = [
            f"{stem}.{message.message_id}.{number}.pdf"
            for number in range(1, len(contents) + 1)
        ]
        for name, content in zip(names, contents, strict=True):
            self._write(name, _chunks(content))
        text = json.dumps(_to_json(message, names), ensure_ascii=False, indent=1)
        if not self._write(f"{stem}.json", iter([text.encode()])):
            for name in names:
                (self.path / name).unlink()
            return None
        return attrs.evolve(message, documents=tuple(self.path / n for n in names))

    def under(self, client: str, key: str) -> AcceptedMessage | None:
        """The message that a client sent under a key."""
        return next((m for m in self.all() if (m.client, m.key) == (client, key)), None)

    def all(self) -> tuple[AcceptedMessage, ...]:
        """Every message, the oldest first."""
        for file in self.path.glob("*.json"):
            if file.name not in self._read:
                self._read[file.name] = self._from_json(file)
        messages = list(self._read.values())
        return tuple(sorted(messages, key=lambda m: (m.at, m.message_id)))

    def report(self, message_id: str, **status: Any) -> None:
        """Keep what became of a message, in the place of what was kept before."""
        name = f"{message_id}.status"
        temporary = self.path / f".{name}.{os.getpid()}"
        temporary.write_text(json.dumps(status), encoding="utf-8")
        temporary.replace(self.path / name)

    def reported(self, message_id: str) -> dict[str, Any]:
        """What became of a message; empty when nothing yet."""
        try:
            text = (self.path / f"{message_id}.status").read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        status: dict[str, Any] = json.loads(text)
        return status

    def _write(self, name: str, chunks: Iterator[bytes]) -> bool:
        """Write a file under a name that is still free; False when it is taken."""
        temporary = self.path / f".{name}.{os.urandom(8).hex()}"
        with temporary.open("xb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        try:
            (self.path / name).hardlink_to(temporary)
        except FileExistsError:
            return False
        finally:
            temporary.unlink()
        self._sync()
        return True

    def _sync(self) -> None:
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _from_json(self, file: Path) -> AcceptedMessage:
        kept = json.loads(file.read_text(encoding="utf-8"))
        ends = kept["expires_at"]
        return AcceptedMessage(
            message_id=kept["message_id"],
            at=datetime.fromisoformat(kept["at"]),
            expires_at=datetime.fromisoformat(ends) if ends else None,
            code=kept["code"],
            client=kept["client"],
            key=kept["key"],
            message=kept["message"],
            documents=tuple(self.path / name for name in kept["documents"]),
        )


def _to_json(message: AcceptedMessage, documents: Sequence[str]) -> dict[str, Any]:
    ends = message.expires_at
    return {
        "message_id": message.message_id,
        "at": message.at.isoformat(),
        "expires_at": ends.isoformat() if ends else None,
        "code": message.code,
        "client": message.client,
        "key": message.key,
        "message": message.message,
        "documents": list(documents),
    }


def _stem(message: AcceptedMessage, *, unique: bool) -> str:
    parts = [message.client, message.key, *([] if unique else [message.message_id])]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    content.seek(0)
    while chunk := content.read(_CHUNK):
        yield chunk
