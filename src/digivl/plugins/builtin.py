"""The built-in offers; they come through the same door as anyone's."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from digivl.errors import ConfigurationError
from digivl.kernel.identifiers import EnterpriseNumber
from digivl.kernel.moments import utc_now
from digivl.plugins.hookspecs import Build, Offer, hookimpl

if TYPE_CHECKING:
    from digivl.advice.channels.mailboxes import Mailbox
    from digivl.advice.channels.port import AdviceChannel
    from digivl.dispatch.provider import DeliveryProvider
    from digivl.documents.port import DocumentStore
    from digivl.signing.authorities import TimestampAuthority
    from digivl.signing.means import SigningMeans
    from digivl.signing.platform.port import SigningPlatform
    from digivl.signing.remote import RemoteMeans


T = TypeVar("T")


@hookimpl
def digivl_document_stores() -> Iterable[Offer[DocumentStore]]:
    """Documents in a folder."""
    yield Offer("folder", _folder, {"path": "folder of the documents"})


@hookimpl
def digivl_timestamp_authorities() -> Iterable[Offer[TimestampAuthority]]:
    """Any authority that answers over HTTP."""
    yield Offer("rfc3161", _rfc3161, _RFC3161)


@hookimpl
def digivl_signing_means() -> Iterable[Offer[SigningMeans]]:
    """A key in a PKCS#12 file."""
    options = {
        "file": "the PKCS#12 file",
        "password_file": "file with its password",
        "password_env": "or: name of the environment variable with its password",
    }
    yield Offer("pkcs12", _pkcs12, options)


@hookimpl
def digivl_remote_means() -> Iterable[Offer[RemoteMeans]]:
    """Any service that speaks the CSC API, itsme among them."""
    yield Offer("csc", _csc, _CSC)


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


@hookimpl
def digivl_signing_platforms() -> Iterable[Offer[SigningPlatform]]:
    """A platform in the style of SigningHub v4, such as Digitaal Ondertekenen."""
    yield Offer("signinghub", _signinghub, _SIGNINGHUB)


_RFC3161: Final = {
    "url": "address of the authority",
    "per_minute": "most requests in any 60 seconds; no limit if not named",
    "per_day": "most requests in any 24 hours; no limit if not named",
    "pause_seconds": "least time between an answer and the next request",
    "user": "who logs in there; nobody if not named",
    "password_file": "file with its password",
    "password_env": "or: name of the environment variable with it",
    "certificate_file": "PEM file with the certificate to present, its chain and key",
    "key_password_file": "file with the password of that key, if it has one",
    "key_password_env": "or: name of the environment variable with it",
    "ca_file": "PEM file with what the certificate of the server rests on",
}
_SIGNINGHUB: Final = {
    "url": "base path of its API, without /v4",
    "accounts_file": "TOML file with client_id and client_secret by OVO code",
    "source": "what it shows as the sending application; `digivl` if not named",
    "certificate_file": "PEM file with the client certificate that the network asks",
    "key_file": "PEM file with its key; in the same file if not named",
    "ca_file": "PEM file with what its certificate rests on",
    "match": "`number` or `name`: by what a certificate is known to be of a signer",
    "trust": "`required`, or `integrity` while the office trusts no roots yet",
}
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
_CSC: Final = {
    "url": "base path of the service, such as https://…/csc/v1",
    "oauth_url": "what /oauth2/authorize stands below; `url` if not named",
    "version": "`1`, `2`, or `auto`, which asks the service and is usual",
    "client_id": "of this application",
    "client_secret_file": "file with its secret",
    "client_secret_env": "or: name of the environment variable with its secret",
    "redirect_uri": "where people come back, exactly as the service knows it",
    "account_id": "account that lets people in, where the service asks for one",
    "application": "name of this application in what goes with it; `digivl`",
    "language": "of the pages that people see; `nl`",
    "pkce": "`no` for a service that refuses what it does not know; `yes`",
    "digest": "`sha256`, `sha384` or `sha512`; `sha256`",
    "most_at_once": "documents under one consent, by contract; `1`, at itsme to `70`",
    "credential": "which key of who has several: `only`, `first` or an id; `only`",
    "scal": "`1` also takes keys of which a consent covers any document; `2`",
    "visit_seconds": "how long a person may be away; `900`",
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
    from digivl.http.auth import BasicLogin
    from digivl.http.gateway import Gateway
    from digivl.signing.authorities import HTTPAuthority

    user = build.options.get("user")
    login = user and BasicLogin(user, _secret(build, "password").decode())
    certified = {"certificate_file", "ca_file"} & build.options.keys()
    gateway = Gateway(
        build.name,
        _option(build, "url"),
        build.limits,
        login or None,
        # Many authorities have no https: a token proves itself, a digest says nothing.
        # A password does.
        plain=not login,
        tls=_presenting(build) if certified else None,
    )
    return HTTPAuthority(build.name, gateway)


def _pkcs12(build: Build) -> SigningMeans:
    from digivl.signing.softkey import SoftKey

    path = build.folder / _option(build, "file")
    return SoftKey.from_pkcs12(build.name, path, _secret(build, "password"))


def _csc(build: Build) -> RemoteMeans:
    from digivl.http.gateway import Gateway
    from digivl.pdf.digests import Digest
    from digivl.signing.csc.means import ONLY, CSCMeans
    from digivl.signing.csc.oauth import Client

    url = _option(build, "url")
    oauth_url = build.options.get("oauth_url", url)
    version = _chosen(build, "version", "auto", {"auto": None, "1": 1, "2": 2})
    return CSCMeans(
        name=build.name,
        service=Gateway(build.name, url, build.limits),
        server=Gateway(f"{build.name} oauth", oauth_url, build.limits),
        client=Client(
            id=_option(build, "client_id"),
            secret=_secret(build, "client_secret").decode(),
            redirect_uri=_option(build, "redirect_uri"),
            account=build.options.get("account_id", ""),
            application=build.options.get("application", "digivl"),
            language=build.options.get("language", "nl"),
            pkce=_chosen(build, "pkce", "yes", {"yes": True, "no": False}),
        ),
        version=version,
        digest=_chosen(build, "digest", "sha256", {one.value: one for one in Digest}),
        most_at_once=_number(build, "most_at_once", 1),
        credential=build.options.get("credential", ONLY),
        binds=_chosen(build, "scal", "2", {"2": True, "1": False}),
        seconds=_number(build, "visit_seconds", 900),
    )


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


def _signinghub(build: Build) -> SigningPlatform:
    from digivl.signing.platform.signinghub import SigningHub
    from digivl.signing.platform.signinghub_accounts import read_accounts

    return SigningHub.connect(
        _option(build, "url"),
        read_accounts(build.folder / _option(build, "accounts_file")),
        build.limits,
        name=build.name,
        source=build.options.get("source", "digivl"),
        tls=_client_tls(build),
    )


def _client_tls(build: Build) -> ssl.SSLContext | None:
    """The usual one, unless a certificate is shown, or another authority trusted."""
    certificate = build.options.get("certificate_file")
    if certificate is None and "ca_file" not in build.options:
        return None
    context = _tls(build)
    if certificate is not None:
        key = build.folder / build.options.get("key_file", certificate)
        try:
            context.load_cert_chain(build.folder / certificate, key)
        except OSError as cause:  # an SSLError, too, is one
            raise ConfigurationError(
                f"{build.name}: {certificate} and its key cannot be used: {cause}"
            ) from cause
    return context


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


def _presenting(build: Build) -> ssl.SSLContext:
    """Whom a service is trusted by, and the certificate that is shown to it."""
    context, file = _tls(build), build.options.get("certificate_file")
    if file is None:
        return context
    named = {"key_password_file", "key_password_env"} & build.options.keys()
    # Without one, OpenSSL would ask whoever sits at the terminal.
    password = _secret(build, "key_password") if named else b""
    try:
        context.load_cert_chain(build.folder / file, password=password)
    except (OSError, ValueError) as cause:
        raise ConfigurationError(
            f"{build.name}: {file} holds no certificate with its key, or its password "
            "is wrong",
            hint="It is a PEM file: the certificate, its chain, and the private key.",
        ) from cause
    return context


def _number(build: Build, name: str, usual: int) -> int:
    said = build.options.get(name, str(usual))
    if not said.isdigit():
        raise ConfigurationError(f"{build.name}: {name} is a number, not {said!r}")
    return int(said)


def _chosen(build: Build, name: str, usual: str, choices: Mapping[str, T]) -> T:
    said = build.options.get(name, usual)
    if said not in choices:
        raise ConfigurationError(
            f"{build.name}: {name} is one of {', '.join(choices)}, not {said[:40]!r}"
        )
    return choices[said]


def _option(build: Build, name: str) -> str:
    try:
        return build.options[name]
    except KeyError:
        raise ConfigurationError(
            f"{build.name} has no {name}",
            hint=f'Add {name} = "…" to its table in digivl.toml.',
        ) from None


def _secret(build: Build, name: str) -> bytes:
    """A secret from a file or the environment; never from the settings themselves."""
    variable = build.options.get(f"{name}_env")
    if variable is not None:
        if variable not in os.environ:
            raise ConfigurationError(f"{build.name}: {variable} is not set")
        return os.environ[variable].encode()
    path = build.folder / _option(build, f"{name}_file")
    try:
        return path.read_bytes().strip()
    except OSError as cause:
        raise ConfigurationError(
            f"{build.name}: {path.name} cannot be read: {cause.strerror}"
        ) from cause
