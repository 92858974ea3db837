"""Builds what signs and stamps elsewhere: authorities, remote means, platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from digivl.plugins.hookspecs import Build
from digivl.plugins.options import chosen, number, option, presented, secret

if TYPE_CHECKING:
    from digivl.signing.authorities import TimestampAuthority
    from digivl.signing.platform.port import SigningPlatform
    from digivl.signing.remote import RemoteMeans

RFC3161: Final = {
    "url": "address of the authority",
    "per_minute": "most requests in any 60 seconds; no limit if not named",
    "per_day": "most requests in any 24 hours; no limit if not named",
    "pause_seconds": "least time between an answer and the next request",
    "user": "who logs in there; nobody if not named",
    "password_file": "file with its password",
    "password_env": "or: name of the environment variable with it",
    "certificate_file": "PEM file with the certificate to present, and its chain",
    "key_file": "PEM file with its key; in the same file if not named",
    "key_password_file": "file with the password of that key, if it has one",
    "key_password_env": "or: name of the environment variable with it",
    "ca_file": "PEM file with what the certificate of the server rests on",
}

CSC: Final = {
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

SIGNINGHUB: Final = {
    "url": "base path of its API, without /v4",
    "accounts_file": "TOML file with client_id and client_secret by OVO code",
    "source": "what it shows as the sending application; `digivl` if not named",
    "certificate_file": "PEM file with the client certificate that the network asks",
    "key_file": "PEM file with its key; in the same file if not named",
    "key_password_file": "file with the password of that key, if it has one",
    "key_password_env": "or: name of the environment variable with it",
    "ca_file": "PEM file with what its certificate rests on",
    "match": "`number` or `name`: by what a certificate is known to be of a signer",
    "trust": "`required`, or `integrity` while the office trusts no roots yet",
}


def rfc3161_authority(build: Build) -> TimestampAuthority:
    """An authority over HTTP."""
    from digivl.http.auth import BasicLogin
    from digivl.http.gateway import Gateway
    from digivl.signing.authorities import HTTPAuthority

    user = build.options.get("user")
    login = user and BasicLogin(user, secret(build, "password").decode())
    gateway = Gateway(
        build.name,
        option(build, "url"),
        build.limits,
        login or None,
        # Many authorities have no https: a token proves itself, a digest says nothing.
        # A password does.
        plain=not login,
        tls=presented(build),
    )
    return HTTPAuthority(build.name, gateway)


def csc_means(build: Build) -> RemoteMeans:
    """A service that speaks the CSC API."""
    from digivl.http.gateway import Gateway
    from digivl.pdf.digests import Digest
    from digivl.signing.csc.means import ONLY, CSCMeans
    from digivl.signing.csc.oauth import Client

    url = option(build, "url")
    oauth_url = build.options.get("oauth_url", url)
    version = chosen(build, "version", "auto", {"auto": None, "1": 1, "2": 2})
    return CSCMeans(
        name=build.name,
        service=Gateway(build.name, url, build.limits),
        server=Gateway(f"{build.name} oauth", oauth_url, build.limits),
        client=Client(
            id=option(build, "client_id"),
            secret=secret(build, "client_secret").decode(),
            redirect_uri=option(build, "redirect_uri"),
            account=build.options.get("account_id", ""),
            application=build.options.get("application", "digivl"),
            language=build.options.get("language", "nl"),
            pkce=chosen(build, "pkce", "yes", {"yes": True, "no": False}),
        ),
        version=version,
        digest=chosen(build, "digest", "sha256", {one.value: one for one in Digest}),
        most_at_once=number(build, "most_at_once", 1, least=1),
        credential=build.options.get("credential", ONLY),
        binds=chosen(build, "scal", "2", {"2": True, "1": False}),
        seconds=number(build, "visit_seconds", 900, least=1, most=86_400),
    )


def signinghub_platform(build: Build) -> SigningPlatform:
    """A platform in the style of SigningHub."""
    from digivl.signing.platform.signinghub import SigningHub
    from digivl.signing.platform.signinghub_accounts import read_accounts

    return SigningHub.connect(
        option(build, "url"),
        read_accounts(build.folder / option(build, "accounts_file")),
        build.limits,
        name=build.name,
        source=build.options.get("source", "digivl"),
        tls=presented(build),
    )
