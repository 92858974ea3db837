"""The built-in offers; they come through the same door as anyone's."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from digivl.errors import ConfigurationError
from digivl.kernel.identifiers import EnterpriseNumber
from digivl.kernel.moments import utc_now
from digivl.plugins.hookspecs import Build, Offer, hookimpl

if TYPE_CHECKING:
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
    """A key in a PKCS#12 file."""
    options = {
        "file": "the PKCS#12 file",
        "password_file": "file with its password",
        "password_env": "or: name of the environment variable with its password",
    }
    yield Offer("pkcs12", _pkcs12, options)


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


def _pkcs12(build: Build) -> SigningMeans:
    from digivl.signing.softkey import SoftKey

    path = build.folder / _option(build, "file")
    return SoftKey.from_pkcs12(build.name, path, _secret(build, "password"))


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
