"""What the KRAB simulator has: files in a folder, that survive a kill at any moment.

``messages/`` holds what was said, by a hash of the client and its key; ``documents/``
what was uploaded, by its SHA-256; ``events/`` what came back, by number, beside it a
mark once it was confirmed. A finished file gets its name by a hard link, which fails
when the name is taken: so only one of many threads and processes takes it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs

from digivl.advice.channels import krab_wire as wire


@attrs.frozen(kw_only=True)
class Heard:
    """A message that the service accepted.

    Attributes:
        client: Id of the client that sent it.
        key: Its idempotency key.
        reference: What the service calls the question.
        message: As it was received.
    """

    at: datetime
    client: str
    key: str
    reference: str
    message: dict[str, Any] = attrs.field(repr=False)

    @property
    def kind(self) -> str:
        """What it says, e.g. ``QUESTION``: the words of `krab_wire.MESSAGE_WORDS`."""
        return str(self.message.get("kind", ""))

    @property
    def question(self) -> str:
        """What the client calls the question."""
        return str(self.message.get(wire.OWN_REFERENCE, ""))


@attrs.frozen(kw_only=True)
class Told:
    """Something that the service says back: its number, to whom, and what."""

    number: int
    client: str
    event: dict[str, Any]


@attrs.frozen
class KrabFolder:
    """The files of the service; several simulators can share them."""

    path: Path

    def __attrs_post_init__(self) -> None:
        for name in ("messages", "documents", "events"):
            (self.path / name).mkdir(parents=True, exist_ok=True)

    def accept(self, message: Heard) -> Heard | None:
        """Keep a message; None when its key was used before. Durable on return."""
        fields = attrs.asdict(message) | {"at": message.at.isoformat()}
        stem = hashlib.sha256(f"{message.client}\0{message.key}".encode()).hexdigest()
        kept = self._write(f"messages/{stem}.json", _json(fields))
        return message if kept else None

    def messages(self) -> list[Heard]:
        """Everything that was ever accepted, the oldest first."""
        files = sorted(
            (self.path / "messages").glob("*.json"),
            key=lambda file: (file.stat().st_mtime_ns, file.name),
        )
        found = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        return [
            Heard(**(fields | {"at": datetime.fromisoformat(fields["at"])}))
            for fields in found
        ]

    def keep(self, content: bytes) -> str:
        """Keep a document, once or again; its SHA-256."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._write(f"documents/{sha256}.pdf", content)
        return sha256

    def document(self, sha256: str) -> bytes | None:
        """The bytes of a document; None when there is none."""
        file = self.path / "documents" / f"{sha256}.pdf"
        return file.read_bytes() if file.is_file() else None

    def tell(self, client: str, event: dict[str, Any]) -> int:
        """Say something back; its number. Durable on return."""
        number = max(self._numbers(), default=0) + 1
        while not self._write(f"events/{number:08}.json", _json([client, event])):
            number += 1
        return number

    def told(self, client: str, after: int) -> Iterator[Told]:
        """What was said back to a client behind a number, and not confirmed."""
        for number in sorted(self._numbers()):
            file = self.path / "events" / f"{number:08}.json"
            if number > after and not file.with_suffix(".confirmed").exists():
                to, event = json.loads(file.read_text(encoding="utf-8"))
                if to == client:
                    yield Told(number=number, client=to, event=event)

    def confirm(self, told: Told) -> None:
        """It need not be said again."""
        (self.path / "events" / f"{told.number:08}.confirmed").touch()

    def _numbers(self) -> list[int]:
        return [int(file.stem) for file in (self.path / "events").glob("*.json")]

    def _write(self, name: str, content: bytes) -> bool:
        """Write a file under a name that is still free; False when it is taken."""
        target = self.path / name
        temporary = target.parent / f".{target.name}.{os.urandom(8).hex()}"
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            target.hardlink_to(temporary)
        except FileExistsError:
            return False
        finally:
            temporary.unlink()
        return True


def _json(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=1).encode()
