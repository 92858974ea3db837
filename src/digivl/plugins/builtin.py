"""The built-in offers; they come through the same door as anyone's."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from digivl.errors import ConfigurationError
from digivl.kernel.identifiers import EnterpriseNumber
from digivl.kernel.moments import utc_now
from digivl.plugins import keys
from digivl.plugins.hookspecs import Build, Offer, hookimpl
from digivl.plugins.options import number as _number
from digivl.plugins.options import option as _option
from digivl.plugins.options import secret as _secret

if TYPE_CHECKING:
    from digivl.advice.channels.mailboxes import Mailbox
    from digivl.advice.channels.port import AdviceChannel
    from digivl.dispatch.provider import DeliveryProvider
    from digivl.documents.port import DocumentStore
    from digivl.signing.authorities import TimestampAuthority
    from digivl.signing.means import SigningMeans


@hookimpl
def digivl_document_stores() -> Iterable[Offer[DocumentStore]]:
    """Documents in a folder."""
    yield Offer("folder", _folder, {"path": "folder of the documents"})


@hookimpl
def digivl_timestamp_authorities() -> Iterable[Offer[TimestampAuthority]]:
    """Any authority that answers over HTTP."""
    yield Offer("rfc3161", _rfc3161, {"url": "address of the authority"})


@hookimpl
def digivl_signing_means() -> Iterable[Offer[SigningMeans]]:
    """Keys in files, on cards and in HSMs."""
    yield Offer("pkcs12", keys.pkcs12_key, keys.PKCS12)
    yield Offer("pem", keys.pem_key, keys.PEM)
    yield Offer("pkcs11", keys.pkcs11_key, keys.PKCS11)
    yield Offer("eid", keys.eid_key, keys.EID)


@hookimpl
def digivl_delivery_providers() -> Iterable[Offer[DeliveryProvider]]:
    """The MAGDA Documentendienst: eBox and letters."""
    options = {
        "url": "base path of the service",
        "token_url": "authorisation server",
        "client_id": "of this application",
        "client_secret_file": "file with its secret",
        "client_secret_env": "or: name of the environment variable with its secret",
        "organization": "enterprise number (KBO) of the sender",
        "application": "URN of the sending application",
        "message_type": "type of message, as agreed at onboarding",
    }
    yield Offer("magda", _magda, options)


@hookimpl
def digivl_advice_channels() -> Iterable[Offer[AdviceChannel]]:
    """KRAB over HTTP, and e-mail to anybody."""
    yield Offer("krab", _krab, {**_DESK, **_KRAB})
    yield Offer("mail", _mail, {**_DESK, **_MAIL})


_DESK: Final = {
    "desk": "id of who looks at what comes in and cannot be placed",
    "desk_label": "that party as people know it",
}
_KRAB: Final = {
    "url": "base path of the service",
    "token_url": "authorisation server",
    "client_id": "of this application",
    "client_secret_file": "file with its secret",
    "client_secret_env": "or: name of the environment variable with its secret",
}
_MAIL: Final = {
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


# Each backend is imported when it is built: who sends nothing needs no HTTP.


def _folder(build: Build) -> DocumentStore:
    from digivl.documents.folder import FolderStore

    path = build.folder / build.options.get("path", "documents")
    return FolderStore.open(path, largest=build.limits.pdf_bytes)


def _rfc3161(build: Build) -> TimestampAuthority:
    from digivl.http.gateway import Gateway
    from digivl.signing.authorities import HTTPAuthority

    # Many authorities have no https: a token proves itself, a digest says nothing.
    gateway = Gateway(build.name, _option(build, "url"), build.limits, plain=True)
    return HTTPAuthority(build.name, gateway)


def _magda(build: Build) -> DeliveryProvider:
    from digivl.dispatch.magda import MagdaDocumentendienst
    from digivl.dispatch.magda_wire import SenderProfile
    from digivl.http.auth import ClientSecret

    secret = _secret(build, "client_secret").decode()
    return MagdaDocumentendienst.connect(
        _option(build, "url"),
        _option(build, "token_url"),
        ClientSecret(_option(build, "client_id"), secret),
        SenderProfile(
            organization=EnterpriseNumber(_option(build, "organization")),
            application=_option(build, "application"),
            message_type=_option(build, "message_type"),
        ),
        build.limits,
        utc_now,
        name=build.name,
    )


def _krab(build: Build) -> AdviceChannel:
    from digivl.advice.channels.krab import KrabChannel
    from digivl.http.auth import ClientSecret

    secret = _secret(build, "client_secret").decode()
    return KrabChannel.connect(
        _option(build, "url"),
        _option(build, "token_url"),
        ClientSecret(_option(build, "client_id"), secret),
        build.limits,
        utc_now,
        name=build.name,
    )


def _mail(build: Build) -> AdviceChannel:
    from digivl.advice.channels.mail import MailChannel, Relay
    from digivl.advice.channels.mail_letter import Letterhead
    from digivl.advice.channels.mail_marks import Marks
    from digivl.advice.channels.mail_reply import Correspondents

    to, sender = _option(build, "to"), _option(build, "sender")
    marks = Marks(_secret(build, "marks"))
    user = build.options.get("smtp_user", "")
    senders = build.options.get("senders", to).lower().split()
    return MailChannel(
        name=build.name,
        relay=Relay(
            host=_option(build, "smtp_host"),
            port=_number(build, "smtp_port", 587),
            security=build.options.get("smtp_security", "starttls"),
            tls=_tls(build),
            user=user,
            password=_secret(build, "smtp_password").decode() if user else "",
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
        host=_option(build, "imap_host"),
        port=_number(build, "imap_port", 993),
        security=build.options.get("imap_security", "tls"),
        tls=_tls(build),
        user=_option(build, "imap_user"),
        password=_secret(build, "imap_password").decode(),
        mailbox=build.options.get("imap_mailbox", "INBOX"),
        seconds=build.limits.mail_seconds,
    )


def _tls(build: Build) -> ssl.SSLContext:
    file = build.options.get("ca_file")
    if file is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=build.folder / file)
    except OSError as cause:
        raise ConfigurationError(
            f"{build.name}: {file} holds no certificates: {cause}"
        ) from cause
