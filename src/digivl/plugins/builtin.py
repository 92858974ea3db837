"""The built-in offers; they come through the same door as anyone's.

Each backend is imported when it is built: who sends nothing needs no HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from digivl.plugins import keys, remote, services
from digivl.plugins.hookspecs import Build, Offer, hookimpl

if TYPE_CHECKING:
    from digivl.advice.channels.port import AdviceChannel
    from digivl.dispatch.provider import DeliveryProvider
    from digivl.documents.port import DocumentStore
    from digivl.signing.authorities import TimestampAuthority
    from digivl.signing.means import SigningMeans
    from digivl.signing.platform.port import SigningPlatform
    from digivl.signing.remote import RemoteMeans


@hookimpl
def digivl_document_stores() -> Iterable[Offer[DocumentStore]]:
    """Documents in a folder."""
    yield Offer("folder", _folder, {"path": "folder of the documents"})


@hookimpl
def digivl_timestamp_authorities() -> Iterable[Offer[TimestampAuthority]]:
    """Any authority that answers over HTTP."""
    yield Offer("rfc3161", remote.rfc3161_authority, remote.RFC3161)


@hookimpl
def digivl_signing_means() -> Iterable[Offer[SigningMeans]]:
    """Keys in files, on cards and in HSMs."""
    yield Offer("pkcs12", keys.pkcs12_key, keys.PKCS12)
    yield Offer("pem", keys.pem_key, keys.PEM)
    yield Offer("pkcs11", keys.pkcs11_key, keys.PKCS11)
    yield Offer("eid", keys.eid_key, keys.EID)


@hookimpl
def digivl_remote_means() -> Iterable[Offer[RemoteMeans]]:
    """Any service that speaks the CSC API, itsme among them."""
    yield Offer("csc", remote.csc_means, remote.CSC)


@hookimpl
def digivl_signing_platforms() -> Iterable[Offer[SigningPlatform]]:
    """A platform in the style of SigningHub v4, such as Digitaal Ondertekenen."""
    yield Offer("signinghub", remote.signinghub_platform, remote.SIGNINGHUB)


@hookimpl
def digivl_delivery_providers() -> Iterable[Offer[DeliveryProvider]]:
    """The MAGDA Documentendienst: eBox and letters."""
    yield Offer("magda", services.magda_provider, services.MAGDA)


@hookimpl
def digivl_advice_channels() -> Iterable[Offer[AdviceChannel]]:
    """KRAB over HTTP, and e-mail to anybody."""
    yield Offer("krab", services.krab_channel, services.KRAB)
    yield Offer("mail", services.mail_channel, services.MAIL)


def _folder(build: Build) -> DocumentStore:
    from digivl.documents.folder import FolderStore

    path = build.folder / build.options.get("path", "documents")
    return FolderStore.open(path, largest=build.limits.pdf_bytes)
