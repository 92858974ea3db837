"""The channel over e-mail: letters with a form go out, replies come back.

What an address proves, and what a mark proves, stands with `mail_reply` and
`mail_marks`. SMTP knows no message by its key: after a lost reply a person looks.

Source:
    RFC 5321 (SMTP), RFC 5322 (messages), RFC 3834 (automatic answers).
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from io import BytesIO
from typing import BinaryIO, Final

import attrs

from digivl.advice.channels.mail_letter import Letterhead, compose
from digivl.advice.channels.mail_reply import Correspondents, Reply, read_reply
from digivl.advice.channels.mailboxes import APART, DONE, Mailbox, check_security
from digivl.advice.channels.port import Opened
from digivl.advice.messages.message import Incoming, Outgoing, Receipt
from digivl.errors import (
    BackendError,
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    LimitExceededError,
    NotFoundError,
    OutcomeUnknownError,
)
from digivl.kernel.redaction import on_one_line
from digivl.settings import Limits

#: Of a message that is too large, so much is read: its headers.
_HEAD: Final = 100_000
_PERMANENT: Final = 500


@attrs.frozen(kw_only=True)
class Relay:
    """The server that takes e-mail of the office.

    Attributes:
        host: The server.
        port: Its port.
        security: ``starttls``, ``tls`` from the start, or ``none`` on this machine.
        tls: Which certificates count.
        user: Who logs in; empty where nobody has to.
        password: With which password.
    """

    host: str
    port: int
    security: str = "starttls"
    tls: ssl.SSLContext = attrs.field(factory=ssl.create_default_context, repr=False)
    user: str = ""
    password: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class MailChannel:
    """A channel over e-mail; see `digivl.advice.channels.port.AdviceChannel`.

    Attributes:
        name: Name in the settings.
        relay: Takes what goes out.
        head: From whom to whom.
        mailbox: Where replies come in.
        who: Who may answer.
        limits: The largest e-mail, and how long a server may be silent.
        clock: The present moment, with a zone.

    Raises:
        ConfigurationError: It would not be safe, or an address is none.
    """

    name: str
    relay: Relay
    head: Letterhead
    mailbox: Mailbox
    who: Correspondents
    limits: Limits
    clock: Callable[[], datetime]

    def __attrs_post_init__(self) -> None:
        relay = self.relay
        check_security(self.name, relay.host, relay.security, ("starttls", "tls"))
        for address in (self.head.sender, self.head.to, self.head.reply_to):
            _check_address(self.name, address)

    @property
    def repeats(self) -> bool:
        """A letter that is sent twice arrives twice."""
        return False

    def send(self, message: Outgoing, opened: Opened) -> Receipt:
        """Hand a letter to the relay; see `AdviceChannel.send`."""
        letter = compose(message, self.head, opened).as_bytes()
        if len(letter) > self.limits.mail_bytes:
            raise LimitExceededError(
                f"the e-mail is larger than {self.limits.mail_bytes} bytes",
                hint="Raise limits.mail_bytes, or send fewer documents.",
            )
        with self._connected() as server:
            with self._not_sent():
                _envelope(server, self.head)
            self._data(server, letter)
        return Receipt(at=self.clock())

    def collect(self) -> Iterator[Incoming]:
        """What stands in the mailbox, the oldest first."""
        for post in self.mailbox.posts():
            with suppress(NotFoundError):  # somebody moved it meanwhile
                yield self._reply(post.id, post.size).incoming

    @contextmanager
    def opened(self, message: Incoming) -> Generator[BinaryIO, None, None]:
        """The PDF of a reply, out of the reply itself."""
        if not message.file:
            raise NotFoundError(
                f"no document came with message {message.id}",
                hint="Only a message that names a `file` has one.",
            )
        reply = self._reply(message.id, 0)
        if reply.incoming.file != message.file:
            raise NotFoundError(
                f"the document of message {message.id} is gone",
                hint="Look for the e-mail in the mailbox, and add its PDF by hand.",
            )
        yield BytesIO(reply.pdf)

    def confirm(self, message: Incoming, *, apart: bool) -> None:
        """The reply moves to another folder; see `AdviceChannel.confirm`."""
        self.mailbox.move(message.id, APART if apart else DONE)

    def _reply(self, id: str, size: int) -> Reply:
        whole = size <= self.limits.mail_bytes
        raw = self.mailbox.read(id, self.limits.mail_bytes if whole else _HEAD)
        return read_reply(raw, id, self.who, whole=whole)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        with self._not_sent():
            server = self._dialled()
        try:
            with self._not_sent():
                self._log_in(server)
            yield server
        finally:
            # The letter is there or not by now: how they part changes nothing.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _dialled(self) -> smtplib.SMTP:
        relay, seconds = self.relay, self.limits.mail_seconds
        where, name = (relay.host, relay.port), self.head.domain
        if relay.security == "tls":
            return smtplib.SMTP_SSL(
                *where, local_hostname=name, timeout=seconds, context=relay.tls
            )
        return smtplib.SMTP(*where, local_hostname=name, timeout=seconds)

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self.relay.security == "starttls":
            server.starttls(context=self.relay.tls)
        if self.relay.user:
            server.login(self.relay.user, self.relay.password)

    @contextmanager
    def _not_sent(self) -> Iterator[None]:
        """Says of a failure that nothing left."""
        try:
            yield
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as no:
            raise ConfigurationError(
                f"{self.name}: the mail server does not let us in ({_code(no)})",
                hint="Check user, password and security in the settings.",
            ) from no
        except (ssl.SSLError, smtplib.SMTPException, OSError) as cause:
            raise self._failure(cause) from cause

    def _data(self, server: smtplib.SMTP, letter: bytes) -> None:
        try:
            code, said = server.data(letter)
        except smtplib.SMTPDataError as cause:
            raise self._answered(cause.smtp_code, cause.smtp_error) from cause
        except (smtplib.SMTPException, OSError) as cause:
            raise OutcomeUnknownError(
                self.name,
                f"the mail server was lost while it had the letter "
                f"({type(cause).__name__})",
                hint="Look in its log, or ask who has to answer, before sending again.",
            ) from cause
        if code // 100 != 2:
            raise self._answered(code, said)

    def _failure(self, cause: Exception) -> BackendError:
        if isinstance(cause, smtplib.SMTPResponseException):
            return self._answered(cause.smtp_code, cause.smtp_error)
        return BackendUnavailableError(
            self.name,
            f"the mail server failed: {type(cause).__name__}",
            hint="Check its address and the network; it is tried again later.",
        )

    def _answered(self, code: int, said: bytes | str) -> BackendError:
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        text = f"the mail server answered {code} {on_one_line(words, 200)}"
        if code >= _PERMANENT:
            return BackendRefusedError(
                self.name,
                text,
                hint="Check the addresses of the channel, and the size of the letter.",
                status=code,
            )
        return BackendUnavailableError(self.name, text, hint="Try again later.")


def _check_address(name: str, address: str) -> None:
    try:
        Address(addr_spec=address)
        address.encode("ascii")
    except (ValueError, HeaderParseError, IndexError) as cause:
        raise ConfigurationError(
            f"{name}: {address!r} is no address",
            hint="Write it as name@example.be, in plain ASCII.",
        ) from cause


def _envelope(server: smtplib.SMTP, head: Letterhead) -> None:
    server.ehlo_or_helo_if_needed()
    code, said = server.mail(head.sender)
    if code // 100 == 2:
        code, said = server.rcpt(head.to)
    if code // 100 != 2:
        raise smtplib.SMTPResponseException(code, said)


def _code(no: smtplib.SMTPException) -> str:
    return str(no.smtp_code) if isinstance(no, smtplib.SMTPResponseException) else "no"
