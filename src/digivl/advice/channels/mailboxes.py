"""Where replies come in: a Maildir, or a mailbox on an IMAP server.

A message that was taken in moves to another folder: so who reads along in a mail
program changes nothing, and who looks for it finds it.

Source:
    Maildir as its author and Maildir++ describe it; RFC 3501 (IMAP), RFC 6851 (MOVE).
"""

from __future__ import annotations

import hashlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Protocol

import attrs

from digivl.documents.disk import on_disk
from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    NotFoundError,
    UntrustworthyAnswerError,
)
from digivl.http.gateway import is_loopback

#: Where messages go: taken in, or to be looked at.
DONE: Final = "Verwerkt"
APART: Final = "Nakijken"

_PLAIN: Final = re.compile(r"[A-Za-z0-9._-]{1,90}")
_UID: Final = re.compile(rb"UID (\d+)")
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)")


def check_security(name: str, host: str, security: str, safe: tuple[str, ...]) -> None:
    """Refuse to let passwords and mail go over a network that anybody can read.

    Raises:
        ConfigurationError: `security` is unknown, or ``none`` for another machine.
    """
    if security not in {*safe, "none"}:
        raise ConfigurationError(
            f"{name}: {security!r} is no way to be safe",
            hint=f"Choose {', '.join(safe)}; or none, on this machine.",
        )
    if security == "none" and not is_loopback(host):
        raise ConfigurationError(
            f"{name}: {host} is another machine, and what goes there can be read",
            hint=f"Choose {' or '.join(safe)}.",
        )


@attrs.frozen
class Post:
    """One message in a mailbox: its name there, and its size in bytes."""

    id: str
    size: int


class Mailbox(Protocol):
    """A mailbox; thread-safe. It raises errors of the family of `BackendError`."""

    def posts(self) -> list[Post]:
        """What came in and was not moved, the oldest first."""
        ...

    def read(self, id: str, most: int) -> bytes:
        """The first `most` bytes of a message, also of one that was moved.

        Raises:
            NotFoundError: It is not there any more.
        """
        ...

    def move(self, id: str, folder: str) -> None:
        """Move a message to `DONE` or `APART`; one that is gone stays so."""
        ...


@attrs.frozen
class Maildir:
    """A Maildir, with its folders as Maildir++ has them."""

    path: Path

    def posts(self) -> list[Post]:
        """What stands in `new` and `cur`."""
        with on_disk(f"the mailbox {self.path.name}"):
            files = self._files(self.path)
            return [Post(_named(file), file.stat().st_size) for file in files]

    def read(self, id: str, most: int) -> bytes:
        """Its bytes; see `Mailbox.read`."""
        where = on_disk(f"the mailbox {self.path.name}")
        with where, self._found(id).open("rb") as file:
            return file.read(most)

    def move(self, id: str, folder: str) -> None:
        """By a rename; see `Mailbox.move`."""
        home = self.path / f".{folder}"
        with on_disk(f"the mailbox {self.path.name}"):
            for name in ("cur", "new", "tmp"):
                (home / name).mkdir(parents=True, exist_ok=True)
            for file in self._files(self.path):
                if _named(file) == id:
                    # S: seen.
                    file.rename(home / "cur" / f"{_unique(file)}:2,S")

    def _found(self, id: str) -> Path:
        homes = (self.path, self.path / f".{DONE}", self.path / f".{APART}")
        for home in homes:
            for file in self._files(home):
                if _named(file) == id:
                    return file
        raise _gone(id)

    def _files(self, home: Path) -> Iterator[Path]:
        # Their names start with the moment of delivery.
        found = [f for part in ("new", "cur") for f in (home / part).glob("[!.]*")]
        yield from sorted(found, key=lambda file: file.name)


def _unique(file: Path) -> str:
    return file.name.partition(":")[0]


def _named(file: Path) -> str:
    unique = _unique(file)
    if _PLAIN.fullmatch(unique):
        return unique
    return hashlib.sha256(unique.encode("utf-8", "surrogateescape")).hexdigest()


@attrs.frozen(kw_only=True)
class ImapMailbox:
    """A mailbox on an IMAP server; each act is a connection of its own.

    Attributes:
        name: Name of the channel in the settings.
        host: The server.
        port: Its port.
        user: Who logs in.
        password: With which password.
        mailbox: The mailbox that replies come in to.
        security: ``tls``, or ``none`` on this machine.
        tls: Which certificates count.
        seconds: How long the server may be silent.

    Raises:
        ConfigurationError: It would not be safe.
    """

    name: str
    host: str
    port: int
    user: str
    password: str = attrs.field(repr=False)
    mailbox: str = "INBOX"
    security: str = "tls"
    tls: ssl.SSLContext = attrs.field(factory=ssl.create_default_context, repr=False)
    seconds: float

    def __attrs_post_init__(self) -> None:
        check_security(self.name, self.host, self.security, ("tls",))

    def posts(self) -> list[Post]:
        """What stands in the mailbox."""
        with self._opened() as (server, validity):
            _, found = server.uid("fetch", "1:*", "(UID RFC822.SIZE)")
        lines = [line for line in found if isinstance(line, bytes)]
        sizes = {int(u[1]): int(s[1]) for u, s in map(_uid_and_size, lines) if u and s}
        return [Post(f"{validity}.{uid}", sizes[uid]) for uid in sorted(sizes)]

    def read(self, id: str, most: int) -> bytes:
        """Its bytes, without marking it as read; see `Mailbox.read`."""
        with self._opened() as (server, validity):
            _, found = server.uid(
                "fetch", _uid(id, validity), f"(BODY.PEEK[]<0.{most}>)"
            )
        for part in found:
            if isinstance(part, tuple):
                content: bytes = part[1]
                return content
        raise _gone(id)

    def move(self, id: str, folder: str) -> None:
        """By MOVE (RFC 6851); see `Mailbox.move`."""
        with self._opened() as (server, validity):
            _, known = server.capability()
            if b"MOVE" not in (known[0] or b"").split():
                raise ConfigurationError(
                    f"{self.name}: the IMAP server knows no MOVE",
                    hint="Use a server with RFC 6851, or a Maildir.",
                )
            server.create(folder)  # it says NO where it is there
            with suppress(NotFoundError):  # the mailbox was made anew
                status, said = server.uid("move", _uid(id, validity), folder)
                if status != "OK":
                    raise BackendRefusedError(
                        self.name,
                        f"no MOVE: {said!r}",
                        hint=f"May the user make and fill folder {folder}?",
                    )

    @contextmanager
    def _opened(self) -> Iterator[tuple[imaplib.IMAP4, str]]:
        with self._translated(), self._connected() as server:
            self._log_in(server)
            status, said = server.select(_quoted(self.mailbox))
            if status != "OK":
                raise ConfigurationError(
                    f"{self.name}: mailbox {self.mailbox!r} cannot be opened: {said!r}",
                    hint="Name one that is there: imap_mailbox in the settings.",
                )
            validity = server.response("UIDVALIDITY")[1][0]
            if not isinstance(validity, bytes) or not validity.isdigit():
                raise UntrustworthyAnswerError(
                    self.name,
                    "there is no UIDVALIDITY",
                    hint="Use a server that keeps to RFC 3501, or a Maildir.",
                )
            yield server, validity.decode()

    def _connected(self) -> imaplib.IMAP4:
        where = (self.host, self.port)
        if self.security == "none":
            return imaplib.IMAP4(*where, timeout=self.seconds)
        return imaplib.IMAP4_SSL(*where, ssl_context=self.tls, timeout=self.seconds)

    def _log_in(self, server: imaplib.IMAP4) -> None:
        try:
            server.login(self.user, self.password)
        except server.abort:
            raise
        except server.error as cause:
            raise ConfigurationError(
                f"{self.name}: the IMAP server does not let {self.user} in",
                hint="Check the user and its password.",
            ) from cause

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        # Its `abort` comes from `error`; certificate errors are OSErrors.
        except (OSError, EOFError, imaplib.IMAP4.error) as cause:
            raise BackendUnavailableError(
                self.name,
                f"the IMAP server failed: {type(cause).__name__}",
                hint="Check its address and the network; it is asked again later.",
            ) from cause


def _gone(id: str) -> NotFoundError:
    return NotFoundError(
        f"message {id} is not in the mailbox any more",
        hint=f"Look in {DONE}, {APART} and the bin of the mailbox.",
    )


def _uid_and_size(line: bytes) -> tuple[Any, Any]:
    return _UID.search(line), _SIZE.search(line)


def _uid(id: str, validity: str) -> str:
    known, _, uid = id.partition(".")
    if known != validity or not uid.isdigit():
        raise _gone(id)
    return uid


def _quoted(mailbox: str) -> str:
    return '"' + mailbox.replace("\\", "\\\\").replace('"', '\\"') + '"'
