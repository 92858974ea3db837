"""The built-in channels, as the settings make them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from digivl.advice.channels.krab import KrabChannel
from digivl.advice.channels.mail import MailChannel
from digivl.advice.channels.mailboxes import ImapMailbox, Maildir
from digivl.errors import ConfigurationError
from digivl.plugins.catalog import Catalog
from digivl.plugins.hookspecs import Build
from digivl.settings import Limits

MAIL = {
    "to": "Inspecteur@fin.example.be",
    "sender": "advies@jeugd.example.be",
    "marks_file": "marks",
    "smtp_host": "mail.example.be",
    "maildir": "post",
}
IMAP = {
    "imap_host": "imap.example.be",
    "imap_user": "advies",
    "imap_password_file": "password",
}


@pytest.fixture(name="made")
def _made(tmp_path: Path) -> Any:
    """Makes a channel of an offer with these options."""
    (tmp_path / "marks").write_bytes(b"0123456789abcdef\n")
    (tmp_path / "password").write_bytes(b"geheim\n")

    def make(offer: str, options: dict[str, str]) -> Any:
        build = Build(name="if", options=options, folder=tmp_path, limits=Limits())
        return Catalog.load(discover=False).channel(offer, build)

    return make


def test_mail_with_what_it_needs(made: Any, tmp_path: Path) -> None:
    """The rest has defaults: STARTTLS, port 587, replies of the addressee only."""
    channel: MailChannel = made("mail", MAIL)

    assert (587, "starttls") == (channel.relay.port, channel.relay.security)
    assert ("inspecteur@fin.example.be",) == channel.who.senders
    assert channel.head.sender == channel.head.reply_to
    assert Maildir(tmp_path / "post") == channel.mailbox


def test_mail_by_imap(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets come from files or the environment; several may answer."""
    monkeypatch.setenv("SMTP", "wachtwoord")
    options = {name: MAIL[name] for name in MAIL if name != "maildir"} | IMAP
    options |= {
        "smtp_user": "advies",
        "smtp_password_env": "SMTP",
        "senders": "a@b.be @Fin.example.be",
        "reply_to": "antwoord@jeugd.example.be",
        "authenticated_by": "mx.jeugd.example.be",
    }

    channel: MailChannel = made("mail", options)

    assert "wachtwoord" == channel.relay.password
    assert ("a@b.be", "@fin.example.be") == channel.who.senders
    assert isinstance(channel.mailbox, ImapMailbox)
    assert (993, "geheim") == (channel.mailbox.port, channel.mailbox.password)
    assert "geheim" not in repr(channel)
    assert "wachtwoord" not in repr(channel)


@pytest.mark.parametrize("name", ["to", "sender", "marks_file", "smtp_host", "maildir"])
def test_mail_that_lacks_something(made: Any, name: str) -> None:
    """It says what."""
    options = {one: MAIL[one] for one in MAIL if one != name}
    lacks = {"maildir": "imap_host"}.get(name, name)

    with pytest.raises(ConfigurationError, match=f"if has no {lacks}"):
        made("mail", options)


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_port": "many"},
        {"smtp_security": "none"},
        {"ca_file": "nowhere.pem"},
        {"ca_file": "marks"},
        {"to": "nobody"},
    ],
)
def test_mail_that_is_wrong(made: Any, wrong: dict[str, str]) -> None:
    """It is found when the channel is made, not when something leaves."""
    with pytest.raises(ConfigurationError):
        made("mail", MAIL | wrong)


def test_krab(made: Any) -> None:
    """An address, an authorisation server, a client and its secret."""
    options = {
        "url": "https://krab.example.be/krab/v1",
        "token_url": "https://login.example.be",
        "client_id": "us",
        "client_secret_file": "password",
    }

    channel: KrabChannel = made("krab", options)

    assert ("if", True) == (channel.name, channel.repeats)
    channel.close()
    with pytest.raises(ConfigurationError, match="http"):
        made("krab", options | {"url": "http://krab.example.be"})
