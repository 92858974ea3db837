"""What a plug-in can offer. Registration only: no hook does the work itself.

A plug-in is a module, or any object, with functions marked by `hookimpl`. Installed
ones are found by the entry point group ``digivl``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs
import pluggy

from digivl.settings import Limits, Options

if TYPE_CHECKING:  # a work list needs the listeners, not what signs and sends
    from digivl.advice.channels.port import AdviceChannel
    from digivl.dispatch.provider import DeliveryProvider
    from digivl.documents.port import DocumentStore
    from digivl.records.entries import AnyEntry
    from digivl.signing.authorities import TimestampAuthority
    from digivl.signing.means import SigningMeans
    from digivl.signing.platform.port import SigningPlatform
    from digivl.signing.remote import RemoteMeans

hookspec = pluggy.HookspecMarker("digivl")
hookimpl = pluggy.HookimplMarker("digivl")

T_co = TypeVar("T_co", covariant=True)


@attrs.frozen(kw_only=True)
class Build:
    """What a backend is built from.

    Attributes:
        name: Name in the settings, for errors and entries.
        options: Its own options, as they stand in the settings.
        folder: Folder that relative paths in the options start from.
        limits: How much of the outside is let in.
    """

    name: str
    options: Options
    folder: Path
    limits: Limits


@attrs.frozen
class Offer(Generic[T_co]):
    """One backend on offer.

    Attributes:
        name: The word that picks it in the settings.
        build: Makes it; called once, at first use.
        options: Its options with a short explanation, for `digivl plugins`.
    """

    name: str
    build: Callable[[Build], T_co]
    options: Mapping[str, str] = attrs.field(factory=dict[str, str])


class DigivlHooks:
    """The hooks of digivl."""

    @hookspec
    def digivl_document_stores(self) -> Iterable[Offer[DocumentStore]]:
        """Stores for documents; one is chosen."""
        raise NotImplementedError

    @hookspec
    def digivl_timestamp_authorities(self) -> Iterable[Offer[TimestampAuthority]]:
        """Authorities that timestamp; several can be in use, in order."""
        raise NotImplementedError

    @hookspec
    def digivl_signing_means(self) -> Iterable[Offer[SigningMeans]]:
        """Means with which people sign; each signatory has one."""
        raise NotImplementedError

    @hookspec
    def digivl_remote_means(self) -> Iterable[Offer[RemoteMeans]]:
        """Means on which people sign elsewhere, in rounds; a session names one."""
        raise NotImplementedError

    @hookspec
    def digivl_delivery_providers(self) -> Iterable[Offer[DeliveryProvider]]:
        """Providers that deliver over one or more channels; asked in order."""
        raise NotImplementedError

    @hookspec
    def digivl_advice_channels(self) -> Iterable[Offer[AdviceChannel]]:
        """Channels to those who advise and agree elsewhere; a question names one."""
        raise NotImplementedError

    @hookspec
    def digivl_signing_platforms(self) -> Iterable[Offer[SigningPlatform]]:
        """Platforms where people approve and sign; a package names one."""
        raise NotImplementedError

    @hookspec
    def digivl_recorded(self, entry: AnyEntry) -> None:
        """Told after each act that was written; what it does changes nothing."""
