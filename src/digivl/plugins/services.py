"""Builds the services outside that deliver, and those that advise elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from digivl.kernel.identifiers import EnterpriseNumber
from digivl.kernel.moments import utc_now
from digivl.plugins.hookspecs import Build
from digivl.plugins.options import number, option, secret, tls

if TYPE_CHECKING:
    from digivl.advice.channels.mailboxes import Mailbox
    from digivl.advice.channels.port import AdviceChannel
    from digivl.dispatch.provider import DeliveryProvider

MAGDA: Final = {
    "url": "base path of the service",
    "token_url": "authorisation server",
    "client_id": "of this application",
    "client_secret_file": "file with its secret",
    "client_secret_env": "or: name of the environment variable with its secret",
    "organization": "enterprise number (KBO) of the sender",
    "application": "URN of the sending application",
    "message_type": "type of message, as agreed at onboarding",
}
_DESK: Final = {
    "desk": "id of who looks at what comes in and cannot be placed",
    "desk_label": "that party as people know it",
}

KRAB: Final = {
    **_DESK,
    "url": "base path of the service",
    "token_url": "authorisation server",
    "client_id": "of this application",
    "client_secret_file": "file with its secret",
    "client_secret_env": "or: name of the environment variable with its secret",
}

MAIL: Final = {
    **_DESK,
    "to": "address of who has to answer",
    "sender": "address of the office",
    "reply_to": "address that replies come in to; `sender` if not named",
    "senders": "who may answer: addresses and @domains, with blanks; `to` if not named",
    "authenticated_by": "own mail server that says in each reply who is genuine",
    "marks_file": "file with the secret of the marks, 16 bytes or more",
    "marks_env": "or: name of the environment variable with it",
    "smtp_host": "mail server that takes what goes out",
    "smtp_port": "587 if not named",
    "smtp_security": "`starttls`, `tls`, or `none` on this machine",
    "smtp_user": "who logs in there; nobody if not named",
    "smtp_password_file": "file with its password",
    "smtp_password_env": "or: name of the environment variable with it",
    "ca_file": "PEM file with what both servers' certificates rest on",
    "maildir": "folder that replies come in to",
    "imap_host": "or: IMAP server with the mailbox they come in to",
    "imap_port": "993 if not named",
    "imap_security": "`tls`, or `none` on this machine",
    "imap_user": "who logs in there",
    "imap_password_file": "file with its password",
    "imap_password_env": "or: name of the environment variable with it",
    "imap_mailbox": "`INBOX` if not named",
}


def magda_provider(build: Build) -> DeliveryProvider:
    """The MAGDA Documentendienst."""
    from digivl.dispatch.magda import MagdaDocumentendienst
    from digivl.dispatch.magda_wire import SenderProfile
    from digivl.http.auth import ClientSecret

    password = secret(build, "client_secret").decode()
    return MagdaDocumentendienst.connect(
        option(build, "url"),
        option(build, "token_url"),
        ClientSecret(option(build, "client_id"), password),
        SenderProfile(
            organization=EnterpriseNumber(option(build, "organization")),
            application=option(build, "application"),
            message_type=option(build, "message_type"),
        ),
        build.limits,
        utc_now,
        name=build.name,
    )


def krab_channel(build: Build) -> AdviceChannel:
    """KRAB over HTTP."""
    from digivl.advice.channels.krab import KrabChannel
    from digivl.http.auth import ClientSecret

    password = secret(build, "client_secret").decode()
    return KrabChannel.connect(
        option(build, "url"),
        option(build, "token_url"),
        ClientSecret(option(build, "client_id"), password),
        build.limits,
        utc_now,
        name=build.name,
    )


def mail_channel(build: Build) -> AdviceChannel:
    """E-mail to who advises elsewhere."""
    from digivl.advice.channels.mail import MailChannel, Relay
    from digivl.advice.channels.mail_letter import Letterhead
    from digivl.advice.channels.mail_marks import Marks
    from digivl.advice.channels.mail_reply import Correspondents

    to, sender = option(build, "to"), option(build, "sender")
    marks = Marks(secret(build, "marks"))
    user = build.options.get("smtp_user", "")
    senders = build.options.get("senders", to).lower().split()
    return MailChannel(
        name=build.name,
        relay=Relay(
            host=option(build, "smtp_host"),
            port=number(build, "smtp_port", 587),
            security=build.options.get("smtp_security", "starttls"),
            tls=tls(build),
            user=user,
            password=secret(build, "smtp_password").decode() if user else "",
        ),
        head=Letterhead(
            sender=sender,
            to=to,
            reply_to=build.options.get("reply_to", sender),
            marks=marks,
            largest=build.limits.mail_bytes,
        ),
        mailbox=_mailbox(build),
        who=Correspondents(
            senders=tuple(senders),
            marks=marks,
            authenticated_by=build.options.get("authenticated_by", ""),
        ),
        limits=build.limits,
        clock=utc_now,
    )


def _mailbox(build: Build) -> Mailbox:
    from digivl.advice.channels.mailboxes import ImapMailbox, Maildir

    if "maildir" in build.options:
        return Maildir(build.folder / build.options["maildir"])
    return ImapMailbox(
        name=build.name,
        host=option(build, "imap_host"),
        port=number(build, "imap_port", 993),
        security=build.options.get("imap_security", "tls"),
        tls=tls(build),
        user=option(build, "imap_user"),
        password=secret(build, "imap_password").decode(),
        mailbox=build.options.get("imap_mailbox", "INBOX"),
        seconds=build.limits.mail_seconds,
    )
