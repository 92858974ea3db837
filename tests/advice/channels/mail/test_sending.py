"""Sending over SMTP, to a real server on loopback: what left, and what did not."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from aiosmtpd.smtp import AuthResult

from digivl.advice.channels.mail import MailChannel, Relay
from digivl.advice.channels.port import Opened
from digivl.advice.messages.correspondence import SENT, SentState
from digivl.advice.messages.message import Incoming, Outgoing, Received
from digivl.advice.request import AdviceState
from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    NotFoundError,
    OutcomeUnknownError,
)
from digivl.records.port import Query
from digivl.settings import Backend, Limits
from digivl.testing.council import CABINET

if TYPE_CHECKING:
    Correspondent = Any  # the fixtures; their classes stand in conftest.py
    Taken = Any
    Talk = Any

Make = Callable[..., MailChannel]


def test_envelope(mail: Correspondent, question: Outgoing, pdf: Opened) -> None:
    """One recipient; lines end as the standard has it."""
    mail.channel.send(question, pdf)

    ((sender, recipients, raw),) = mail.taken.letters
    head = mail.channel.head
    assert (head.sender, [head.to]) == (sender, recipients)
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "answer", ["450 greylisted", "421 closing", "552 too much mail", "550 no such user"]
)
@pytest.mark.parametrize("at", ["at_recipient", "at_letter"])
def test_said_no(
    mail: Correspondent, question: Outgoing, pdf: Opened, answer: str, at: str
) -> None:
    """4xx may succeed later, 5xx is a refusal; of both we know that it did not go."""
    setattr(mail.taken, at, [answer])
    later = answer.startswith("4")
    expected = BackendUnavailableError if later else BackendRefusedError

    with pytest.raises(expected, match=answer[:3]):
        mail.channel.send(question, pdf)
    assert [] == mail.taken.letters


def test_gone_with_the_letter(
    mail: Correspondent, question: Outgoing, pdf: Opened
) -> None:
    """A server that dies once it has the letter may have it, or not."""
    mail.taken.hangs_up = True

    with pytest.raises(OutcomeUnknownError):
        mail.channel.send(question, pdf)
    assert 1 == mail.arrived()


def test_nobody_there(make_channel: Make, question: Outgoing, pdf: Opened) -> None:
    """Nothing left, and a later try can succeed."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]

    with pytest.raises(BackendUnavailableError):
        make_channel(port).send(question, pdf)


@pytest.mark.parametrize(
    "says", [b"", b"220 hello\r\n", b"HTTP/1.1 400\r\n\r\n", b"\0" * 99]
)
def test_no_mail_server(
    make_channel: Make, question: Outgoing, pdf: Opened, says: bytes
) -> None:
    """Silence, a hang-up, another protocol: nothing left, within the set time."""

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(says)
            connection.recv(100)

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        thread = Thread(target=serve)
        thread.start()
        channel = make_channel(server.getsockname()[1], limits=Limits(mail_seconds=0.5))
        with pytest.raises(BackendUnavailableError):
            channel.send(question, pdf)
        thread.join()


@pytest.fixture(name="safe")
def _safe(
    serve: Callable[..., int], taken: Taken, certificate: tuple[Path, Path]
) -> int:
    """A server that takes letters of one user, over STARTTLS only; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def check(*said: Any) -> AuthResult:
        data = said[-1]
        good = (data.login, data.password) == (b"kantoor", b"geheim")
        return AuthResult(success=good, handled=False)

    return serve(
        taken,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=check,
    )


def relay(port: int, trust: Path | None, **changes: Any) -> Relay:
    """A relay over STARTTLS, for one user."""
    tls = ssl.create_default_context(cafile=trust)
    usual = Relay(
        host="localhost", port=port, tls=tls, user="kantoor", password="geheim"
    )
    return attrs.evolve(usual, **changes)


def test_starttls_and_password(
    make_channel: Make,
    safe: int,
    taken: Taken,
    certificate: tuple[Path, Path],
    question: Outgoing,
    pdf: Opened,
) -> None:
    """A server that asks for both gets both."""
    channel = make_channel(0, relay=relay(safe, certificate[0]))

    channel.send(question, pdf)

    assert 1 == len(taken.letters)
    assert "geheim" not in repr(channel)


def test_tls_from_the_start(
    make_channel: Make,
    certificate: tuple[Path, Path],
    question: Outgoing,
    pdf: Opened,
) -> None:
    """Whoever listens in plain text there is not spoken to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        wrong = relay(port, certificate[0], security="tls")
        channel = make_channel(0, relay=wrong, limits=Limits(mail_seconds=0.3))
        with pytest.raises(BackendUnavailableError):
            channel.send(question, pdf)


def test_document_of_a_reply_that_is_gone(mail: Correspondent) -> None:
    """It is told; nothing else is given in its place."""
    name = mail.deliver(b"Subject: x\n\n")
    message = Incoming(id=name, said=Received(), file="0" * 64)

    with pytest.raises(NotFoundError), mail.channel.opened(message):
        pass


def test_wrong_password(
    make_channel: Make,
    safe: int,
    certificate: tuple[Path, Path],
    question: Outgoing,
    pdf: Opened,
) -> None:
    """It is the settings that have to be mended, not the letter."""
    wrong = relay(safe, certificate[0], password="verkeerd")

    with pytest.raises(ConfigurationError, match="535"):
        make_channel(0, relay=wrong).send(question, pdf)


def test_unknown_certificate(
    make_channel: Make, safe: int, taken: Taken, question: Outgoing, pdf: Opened
) -> None:
    """A server that nobody vouches for gets neither password nor letter."""
    with pytest.raises(BackendUnavailableError):
        make_channel(0, relay=relay(safe, None)).send(question, pdf)
    assert [] == taken.letters


def test_no_starttls(
    make_channel: Make,
    serve: Callable[..., int],
    taken: Taken,
    question: Outgoing,
    pdf: Opened,
) -> None:
    """A server without it, or somebody between who hides it, gets nothing."""
    with pytest.raises(ConfigurationError):
        make_channel(0, relay=relay(serve(taken), None)).send(question, pdf)
    assert [] == taken.letters


@pytest.mark.parametrize(
    "changes",
    [
        {"relay": Relay(host="mail.example.be", port=25, security="none")},
        {"relay": Relay(host="localhost", port=25, security="ssl3")},
    ],
)
def test_what_is_not_safe(make_channel: Make, changes: dict[str, Any]) -> None:
    """Passwords and mail do not go to another machine in the open."""
    with pytest.raises(ConfigurationError):
        make_channel(0, **changes)


@pytest.mark.parametrize(
    "address", ["", "inspecteur", "a b@c.be", "é@c.be", "a@b\r\nTo: c"]
)
def test_what_is_no_address(make_channel: Make, head: Any, address: str) -> None:
    """A wrong address is found when the channel is made."""
    with pytest.raises(ConfigurationError, match="is no address"):
        make_channel(0, head=attrs.evolve(head, to=address))


@pytest.fixture(name="office")
def _office(
    talks: Callable[..., Talk],
    quick_folder: Path,
    mail: Correspondent,
    maildir: Path,
) -> Talk:
    """An office that talks by e-mail, through its settings."""
    (quick_folder / "marks").write_text("0123456789abcdef0123456789abcdef")
    options = {
        "desk": "desk",
        "to": mail.channel.head.to,
        "sender": mail.channel.head.sender,
        "marks_file": "marks",
        "smtp_host": "127.0.0.1",
        "smtp_port": str(mail.channel.relay.port),
        "smtp_security": "none",
        "maildir": str(maildir),
    }
    talk = talks({"mail": Backend(offer="mail", options=options)})
    talk.channel = "mail"
    return talk


def test_from_question_to_advice(office: Talk, mail: Correspondent) -> None:
    """Asked, received, inquired, answered, advised: all of it by e-mail."""
    asked = office.asked()
    mail.reply("Ontvangen: ja\n")
    office.work()
    mail.reply("Vraag: Hoeveel kinderen?\n")
    office.work()
    office.vl.advices.answer(asked, "156 kinderen.", by=CABINET)
    office.work()
    answered = mail.letter()
    mail.reply("Conclusie: gunstig\nBegrotingsakkoord nodig: nee\n")

    office.work()

    record = office.vl.advices.read(asked).record
    assert AdviceState.ADVISED is record.state
    assert not record.advice.agreement_needed
    assert "156 kinderen." in answered.get_body(("plain",)).get_content()
    assert answered["references"] == mail.letter(0)["references"]
    assert 3 == len(list((mail.maildir / ".Verwerkt" / "cur").iterdir()))


def test_what_is_set_apart_stands_apart(office: Talk, mail: Correspondent) -> None:
    """In the mailbox too: who looks finds it in a folder of its own."""
    office.asked()
    mail.reply("Wij bekijken het.\n")

    office.work()

    (file,) = (mail.maildir / ".Nakijken" / "cur").iterdir()
    assert file.name.endswith(":2,S")
    assert ["na te kijken"] == [one.state.value for one in office.heard()]


def test_reply_settles_what_was_not_known(office: Talk, mail: Correspondent) -> None:
    """A letter of which nobody knew arrived, when it is answered."""
    mail.taken.hangs_up = True
    office.ask()
    office.work()
    (row,) = office.vl.book.rows(Query(kind=SENT.name))
    between = office.sent()[0].state, office.held(SENT.ref(row.ref.id))[0]
    mail.reply("Ontvangen: ja\n")

    office.work()

    assert (SentState.UNKNOWN, CABINET.id) == between
    assert SentState.SENT is office.sent()[0].state
    assert ("", "") == office.held(SENT.ref(row.ref.id))


def test_sent_again_is_the_same_letter(office: Talk, mail: Correspondent) -> None:
    """With the same Message-ID, by which a mail program knows it."""
    mail.taken.hangs_up = True
    office.asked()
    (row,) = office.vl.book.rows(Query(kind=SENT.name))
    mail.taken.hangs_up = False

    office.vl.exchange.send_again(row.ref.id, by=CABINET)
    office.work()

    assert mail.letter(0)["message-id"] == mail.letter(1)["message-id"]
