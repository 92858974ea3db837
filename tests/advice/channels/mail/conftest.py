"""A mail server on loopback, a mailbox, and somebody who replies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from threading import Thread
from typing import Any

import attrs
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from digivl.advice.channels.mail import MailChannel, Relay
from digivl.advice.channels.mail_form import ANSWER_FILE
from digivl.advice.channels.mail_letter import Letterhead
from digivl.advice.channels.mail_marks import Marks
from digivl.advice.channels.mail_reply import Correspondents, Reply, read_reply
from digivl.advice.channels.mailboxes import Maildir
from digivl.advice.channels.port import Opened
from digivl.advice.messages.message import Outgoing
from digivl.settings import Limits

SECRET = b"0123456789abcdef0123456789abcdef"
INSPECTOR = "inspecteur@fin.example.be"
OFFICE = "advies@jeugd.example.be"
SERVER = "mx.jeugd.example.be"
MOMENT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@attrs.define
class Taken:
    """What the server took, and how it treats the next letters.

    Attributes:
        letters: From whom, to whom, and the bytes.
        refusals: What it says to the next recipients, or letters.
    """

    letters: list[tuple[str, list[str], bytes]] = attrs.field(factory=list[Any])
    at_recipient: list[str] = attrs.field(factory=list[str])
    at_letter: list[str] = attrs.field(factory=list[str])
    hangs_up: bool = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        """Take a recipient, or not."""
        if self.at_recipient:
            return self.at_recipient.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, _: Session, envelope: Envelope
    ) -> str:
        """Take a letter, or not; or take it and be gone."""
        if self.at_letter:
            return self.at_letter.pop(0)
        content = envelope.original_content or b""
        self.letters.append((str(envelope.mail_from), [*envelope.rcpt_tos], content))
        if self.hangs_up and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 taken"


@attrs.define
class Correspondent:
    """Somebody who reads what the server took, and replies into a mailbox."""

    channel: MailChannel
    taken: Taken
    maildir: Path
    count: int = 0

    def arrived(self) -> int:
        """Letters that arrived."""
        return len(self.taken.letters)

    def letter(self, number: int = -1) -> EmailMessage:
        """A letter, as a mail program reads it."""
        found = message_from_bytes(self.taken.letters[number][2], policy=default)
        assert isinstance(found, EmailMessage)
        return found

    def receive(self, question: Outgoing) -> None:
        """Reply that it was received."""
        del question
        self.reply("Ontvangen: ja\n")

    def advise(self, question: Outgoing, pdf: bytes) -> None:
        """Reply with favourable advice, and a PDF."""
        del question
        reply = self.written("Conclusie: gunstig\n")
        reply.add_attachment(
            pdf, maintype="application", subtype="pdf", filename="Advies IF.pdf"
        )
        self.deliver(reply.as_bytes())

    def mumble(self, question: Outgoing) -> None:
        """Reply with nothing that can be read."""
        del question
        self.reply("Dank u, wij bekijken het.\n")

    def written(self, text: str, *, form: bytes | None = None) -> EmailMessage:
        """A reply as a mail program writes it: same subject, the letter quoted.

        Args:
            text: What stands above the quotation.
            form: The form for systems, filled in.
        """
        letter = self.letter()
        body = letter.get_body(("plain",))
        assert body is not None
        quoted = "".join(f"> {line}\n" for line in body.get_content().splitlines())
        reply = EmailMessage(policy=default)
        reply["From"] = f"Inspecteur <{INSPECTOR}>"
        reply["To"] = OFFICE
        reply["Date"] = "Tue, 24 Nov 2026 10:00:00 +0100"
        reply["Subject"] = f"RE: {letter['subject']}"
        reply["In-Reply-To"] = letter["message-id"]
        reply["References"] = f"{letter['references']} {letter['message-id']}"
        reply["Message-ID"] = f"<{self.count}@fin.example.be>"
        above = f"{text}\nMet vriendelijke groet\n\nOp 23/11 schreef u:\n"
        reply.set_content(above + quoted)
        if form is not None:
            reply.add_attachment(
                form, maintype="application", subtype="json", filename=ANSWER_FILE
            )
        return reply

    def reply(self, text: str, **how: Any) -> None:
        """Reply in words."""
        self.deliver(self.written(text, **how).as_bytes())

    def deliver(self, raw: bytes) -> str:
        """Put an e-mail into the mailbox, as a mail server does; its name there."""
        self.count += 1
        name = f"{1_700_000_000 + self.count}.M{self.count}P1.{SERVER}"
        (self.maildir / "tmp" / name).write_bytes(raw)
        (self.maildir / "tmp" / name).rename(self.maildir / "new" / name)
        return name


@pytest.fixture(name="taken")
def _taken() -> Taken:
    """What the server takes."""
    return Taken()


@pytest.fixture(name="serve")
def _serve() -> Iterator[Callable[..., int]]:
    """Serves SMTP on loopback; gives the port."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def start(taken: Taken, **how: Any) -> int:
        making = loop.create_server(lambda: SMTP(taken, loop=loop, **how), "127.0.0.1")
        server = asyncio.run_coroutine_threadsafe(making, loop).result(10)
        servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    servers: list[asyncio.Server] = []
    yield start
    asyncio.run_coroutine_threadsafe(_ended(servers), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _ended(servers: list[asyncio.Server]) -> None:
    """Let every conversation end before the loop does."""
    for server in servers:
        server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture(name="maildir")
def _maildir(tmp_path: Path) -> Path:
    """An empty Maildir."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "post" / name).mkdir(parents=True)
    return tmp_path / "post"


@pytest.fixture(name="marks")
def _marks() -> Marks:
    """The marks of the office."""
    return Marks(SECRET)


@pytest.fixture(name="who")
def _who(marks: Marks) -> Correspondents:
    """Only the inspector may answer."""
    return Correspondents(senders=(INSPECTOR,), marks=marks)


@pytest.fixture(name="head")
def _head(marks: Marks) -> Letterhead:
    """From the office to the inspector."""
    return Letterhead(
        sender=OFFICE, to=INSPECTOR, reply_to=OFFICE, marks=marks, largest=25_000_000
    )


@pytest.fixture(name="make_channel")
def _make_channel(
    head: Letterhead, who: Correspondents, maildir: Path
) -> Callable[..., MailChannel]:
    """Makes a channel to a port, or as the arguments say."""

    def make(port: int, **changes: Any) -> MailChannel:
        fields: dict[str, Any] = {
            "name": "mail",
            "relay": Relay(host="127.0.0.1", port=port, security="none"),
            "head": head,
            "mailbox": Maildir(maildir),
            "who": who,
            "limits": Limits(mail_seconds=5),
            "clock": lambda: MOMENT,
        }
        return MailChannel(**(fields | changes))

    return make


@pytest.fixture(name="mail")
def _mail(
    serve: Callable[..., int],
    taken: Taken,
    make_channel: Callable[..., MailChannel],
    maildir: Path,
) -> Correspondent:
    """The channel, the server, and who replies."""
    return Correspondent(make_channel(serve(taken)), taken, maildir)


@pytest.fixture(name="certificate", scope="session")
def _certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of localhost that nobody else vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)  # noqa: FBT003
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    pem, secret = folder / "localhost.pem", folder / "localhost.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, secret


@pytest.fixture(name="asked")
def _asked(mail: Correspondent, question: Outgoing, pdf: Opened) -> Correspondent:
    """The question was sent."""
    mail.channel.send(question, pdf)
    return mail


@pytest.fixture(name="read")
def _read(who: Correspondents) -> Callable[..., Reply]:
    """Reads a reply."""

    def read(letter: EmailMessage | bytes, **changes: Any) -> Reply:
        raw = letter if isinstance(letter, bytes) else letter.as_bytes()
        return read_reply(raw, "m1", attrs.evolve(who, **changes), whole=True)

    return read
