"""Mailboxes: a Maildir, and IMAP as Dovecot speaks it."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl.advice.channels.mailboxes import APART, DONE, ImapMailbox, Mailbox, Maildir
from digivl.errors import (
    BackendUnavailableError,
    ConfigurationError,
    NotFoundError,
    StorageError,
)

if TYPE_CHECKING:
    Correspondent = Any  # the fixture; its class stands in conftest.py

PASSWORD = "geheim"
DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
mail_location = maildir:{folder}/mail
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/home
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
"""


def write(folder: Path, name: str, content: bytes) -> None:
    """Put a message into a Maildir, as a mail server does."""
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "tmp" / name).write_bytes(content)
    (folder / "tmp" / name).rename(folder / "new" / name)


@pytest.fixture(name="dovecot", scope="session")
def _dovecot(
    needs_program: Callable[[str], str], certificate: tuple[Path, Path]
) -> Iterator[tuple[Path, int]]:
    """An IMAP server of Debian: where its mail stands, and its port."""
    program = needs_program("dovecot")
    if os.geteuid() != 0:
        pytest.skip("only root can start dovecot")
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="digivl-imap-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        for name in ("mail", "home"):
            (folder / name).mkdir()
            shutil.chown(folder / name, "nobody", "nogroup")
        text = DOVECOT.format(
            folder=folder,
            certificate=certificate[0],
            key=certificate[1],
            password=PASSWORD,
            port=port,
        )
        (folder / "dovecot.conf").write_text(text)
        command = [program, "-F", "-c", str(folder / "dovecot.conf")]
        with subprocess.Popen(command, stderr=subprocess.PIPE) as server:
            _wait_for(port)
            yield folder / "mail", port
            server.terminate()


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("dovecot does not listen")


@attrs.define
class Box:
    """A mailbox that is tried, and how mail gets into it."""

    box: Mailbox
    folder: Path

    def put(self, name: str, content: bytes) -> None:
        """A message is delivered."""
        write(self.folder, name, content)
        subprocess.run(
            ["chown", "-R", f"--reference={self.folder}", str(self.folder)], check=True
        )


@pytest.fixture(name="make_imap")
def _make_imap(
    dovecot: tuple[Path, int], certificate: tuple[Path, Path]
) -> Callable[..., ImapMailbox]:
    """Makes a mailbox on the server, or as the arguments say."""

    def make(**changes: Any) -> ImapMailbox:
        fields: dict[str, Any] = {
            "name": "mail",
            "host": "localhost",
            "port": dovecot[1],
            "user": "advies",
            "password": PASSWORD,
            "tls": ssl.create_default_context(cafile=certificate[0]),
            "seconds": 10,
        }
        return ImapMailbox(**(fields | changes))

    return make


@pytest.fixture(name="box", params=["maildir", "imap"])
def _box(request: pytest.FixtureRequest, maildir: Path) -> Box:
    """An empty mailbox of each kind."""
    if request.param == "maildir":
        return Box(Maildir(maildir), maildir)
    folder, _ = request.getfixturevalue("dovecot")
    for part in folder.iterdir():
        shutil.rmtree(part) if part.is_dir() else part.unlink()
    return Box(request.getfixturevalue("make_imap")(), folder)


def test_nothing(box: Box) -> None:
    """An empty mailbox holds nothing."""
    assert [] == box.box.posts()


def test_the_oldest_first(box: Box) -> None:
    """Each with its size and a name of its own, and its bytes."""
    contents = [b"Subject: %d\r\n\r\nbody\r\n" % n for n in range(3)]
    for number, content in enumerate(contents):
        box.put(f"170000000{number}.M1P1.host", content)

    posts = box.box.posts()

    assert [len(content) for content in contents] == [post.size for post in posts]
    assert contents == [box.box.read(post.id, 1_000) for post in posts]
    assert 3 == len({post.id for post in posts})
    assert posts == box.box.posts()


def test_only_so_much_is_read(box: Box) -> None:
    """Of a large message its beginning."""
    box.put("1700000001.M1P1.host", b"Subject: x\r\n\r\n" + b"a" * 100_000)
    (post,) = box.box.posts()

    assert b"Subject: x" == box.box.read(post.id, 10)


@pytest.mark.parametrize("folder", [DONE, APART])
def test_moved(box: Box, folder: str) -> None:
    """What was moved stands there no more; moving it again changes nothing."""
    box.put("1700000001.M1P1.host", b"Subject: x\r\n\r\n")
    (post,) = box.box.posts()

    box.box.move(post.id, folder)
    box.box.move(post.id, folder)

    assert [] == box.box.posts()
    home = box.folder / f".{folder}"
    assert 1 == sum(len(list((home / part).iterdir())) for part in ("cur", "new"))


def test_gone(box: Box) -> None:
    """What is not there cannot be read."""
    for name in ("1700000009.M1P1.host", "1.99", "x"):
        with pytest.raises(NotFoundError):
            box.box.read(name, 10)


def test_read_by_somebody(box: Box) -> None:
    """Who reads along in a mail program keeps nothing from being taken in."""
    box.put("1700000001.M1P1.host", b"Subject: x\r\n\r\n")
    (file,) = (box.folder / "new").iterdir()
    file.rename(box.folder / "cur" / f"{file.name}:2,RS")

    (post,) = box.box.posts()

    assert b"Subject" == box.box.read(post.id, 7)
    box.box.move(post.id, DONE)
    assert [] == box.box.posts()


def test_strange_names(maildir: Path) -> None:
    """A file is known whatever its name; what others keep there is left alone."""
    for name in ("é € .host", "x" * 200, ".hidden"):
        write(maildir, name, b"Subject: x\r\n\r\n")
    box = Maildir(maildir)

    posts = box.posts()

    assert 2 == len(posts)
    for post in posts:
        assert b"Subject" == box.read(post.id, 7)
        box.move(post.id, DONE)
    assert [] == box.posts()


def test_maildir_that_cannot_be_written(maildir: Path, tmp_path: Path) -> None:
    """What the disk says is told as an error of the library."""
    write(maildir, "1700000001.M1P1.host", b"Subject: x\r\n\r\n")
    (maildir / f".{DONE}").write_text("in the way")
    box = Maildir(maildir)
    (post,) = box.posts()

    with pytest.raises(StorageError):
        box.move(post.id, DONE)
    assert [post] == box.posts()
    assert [] == Maildir(tmp_path / "nowhere").posts()


def test_wrong_password(make_imap: Callable[..., ImapMailbox]) -> None:
    """It is the settings that have to be mended."""
    with pytest.raises(ConfigurationError, match="does not let advies in"):
        make_imap(password="verkeerd").posts()


def test_unknown_certificate(make_imap: Callable[..., ImapMailbox]) -> None:
    """A server that nobody vouches for gets no password."""
    with pytest.raises(BackendUnavailableError):
        make_imap(tls=ssl.create_default_context()).posts()


def test_no_such_mailbox(make_imap: Callable[..., ImapMailbox]) -> None:
    """It is told, and nothing is taken for silence."""
    with pytest.raises(ConfigurationError, match="Ander"):
        make_imap(mailbox='Ander "vak"').posts()


def test_nobody_there(make_imap: Callable[..., ImapMailbox]) -> None:
    """It is asked again later."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]

    with pytest.raises(BackendUnavailableError):
        make_imap(port=port).posts()


def test_plain_text_to_another_machine(make_imap: Callable[..., ImapMailbox]) -> None:
    """Passwords and mail do not go there in the open."""
    with pytest.raises(ConfigurationError):
        make_imap(host="imap.example.be", security="none")


def test_another_mailbox_now(box: Box) -> None:
    """A name of a mailbox that was made anew leads to no other message."""
    if isinstance(box.box, Maildir):
        return
    box.put("1700000001.M1P1.host", b"Subject: x\r\n\r\n")
    (post,) = box.box.posts()
    _, _, uid = post.id.partition(".")

    with pytest.raises(NotFoundError):
        box.box.read(f"1.{uid}", 10)
    box.box.move(f"1.{uid}", DONE)
    assert [post] == box.box.posts()


def test_conversation_by_imap(
    box: Box,
    mail: Correspondent,
    make_channel: Callable[..., Any],
    question: Any,
    pdf: Any,
) -> None:
    """What a reply says is the same, whichever way it comes in."""
    mail.channel.send(question, pdf)
    box.put("1700000001.M1P1.host", mail.written("Conclusie: gunstig\n").as_bytes())
    channel = attrs.evolve(mail.channel, mailbox=box.box)

    (incoming,) = channel.collect()
    channel.confirm(incoming, apart=False)

    assert question.question == incoming.question
    assert [] == list(channel.collect())
