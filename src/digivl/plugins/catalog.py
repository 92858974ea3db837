"""Finds plug-ins and answers with typed offers: the only room that knows pluggy."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import attrs
import pluggy

from digivl.errors import ConfigurationError, DigivlError
from digivl.plugins import builtin
from digivl.plugins.hookspecs import Build, DigivlHooks, Offer

if TYPE_CHECKING:
    from digivl.advice.channels.port import AdviceChannel
    from digivl.dispatch.provider import DeliveryProvider
    from digivl.documents.port import DocumentStore
    from digivl.records.entries import AnyEntry
    from digivl.signing.authorities import TimestampAuthority
    from digivl.signing.means import SigningMeans
    from digivl.signing.platform.port import SigningPlatform
    from digivl.signing.remote import RemoteMeans

T = TypeVar("T")

_LOG = logging.getLogger("digivl.plugins")

#: The kinds of offers: table in the settings, and hook.
KINDS: Final[Mapping[str, str]] = {
    "documents": "digivl_document_stores",
    "authorities": "digivl_timestamp_authorities",
    "means": "digivl_signing_means",
    "remote": "digivl_remote_means",
    "providers": "digivl_delivery_providers",
    "channels": "digivl_advice_channels",
    "platforms": "digivl_signing_platforms",
}


@attrs.frozen
class Catalog:
    """All offers of the built-in and the installed plug-ins."""

    _manager: pluggy.PluginManager

    @classmethod
    def load(cls, *plugins: object, discover: bool = True) -> Self:
        """Register the built-in offers, `plugins`, and the installed ones.

        Args:
            plugins: Modules or objects with hook functions, in order.
            discover: Also those that installed packages announce.

        Raises:
            ConfigurationError: A plug-in cannot be loaded or has an unknown hook.
        """
        manager = pluggy.PluginManager("digivl")
        manager.add_hookspecs(DigivlHooks)
        try:
            for plugin in (builtin, *plugins):
                manager.register(plugin)
            if discover:
                manager.load_setuptools_entrypoints("digivl")
            manager.check_pending()
        except Exception as cause:
            raise ConfigurationError(
                f"a plug-in cannot be loaded: {cause}",
                hint="Mend or remove it; `digivl plugins` lists what is installed.",
            ) from cause
        return cls(manager)

    def document_store(self, offer: str, build: Build) -> DocumentStore:
        """Build the document store of that offer."""
        store: DocumentStore = self._built("documents", offer, build)
        return store

    def authority(self, offer: str, build: Build) -> TimestampAuthority:
        """Build a timestamp authority of that offer."""
        authority: TimestampAuthority = self._built("authorities", offer, build)
        return authority

    def means(self, offer: str, build: Build) -> SigningMeans:
        """Build a signing means of that offer."""
        means: SigningMeans = self._built("means", offer, build)
        return means

    def remote(self, offer: str, build: Build) -> RemoteMeans:
        """Build a means of that offer on which people sign elsewhere."""
        means: RemoteMeans = self._built("remote", offer, build)
        return means

    def provider(self, offer: str, build: Build) -> DeliveryProvider:
        """Build a delivery provider of that offer."""
        provider: DeliveryProvider = self._built("providers", offer, build)
        return provider

    def channel(self, offer: str, build: Build) -> AdviceChannel:
        """Build a channel of that offer."""
        channel: AdviceChannel = self._built("channels", offer, build)
        return channel

    def platform(self, offer: str, build: Build) -> SigningPlatform:
        """Build a signing platform of that offer."""
        platform: SigningPlatform = self._built("platforms", offer, build)
        return platform

    def offers(self, kind: str) -> Mapping[str, Offer[Any]]:
        """The offers of one of `KINDS`, by name.

        Raises:
            ConfigurationError: Two plug-ins offer one name.
        """
        answers: Iterable[Iterable[Offer[Any]]]
        answers = getattr(self._manager.hook, KINDS[kind])()
        found: dict[str, Offer[Any]] = {}
        for offer in (offer for answer in answers for offer in answer):
            if offer.name in found:
                raise ConfigurationError(
                    f"{kind}: {offer.name!r} is offered twice",
                    hint="Uninstall one of the two plug-ins.",
                )
            found[offer.name] = offer
        return dict(sorted(found.items()))

    def installed(self) -> list[str]:
        """Names of the plug-ins, the built-in one among them."""
        pairs = self._manager.list_name_plugin()
        return sorted(name for name, plugin in pairs if plugin is not None)

    def tell_recorded(self, entry: AnyEntry) -> None:
        """Tell the listeners; one that raises is logged and changes nothing."""
        for listener in self._manager.hook.digivl_recorded.get_hookimpls():
            try:
                listener.function(entry)
            # A listener must never undo or hide what was written.
            except Exception:  # noqa: BLE001
                _LOG.exception("listener %s failed", listener.plugin_name)

    def _built(self, kind: str, offer: str, build: Build) -> Any:
        offers = self.offers(kind)
        where = kind if build.name == kind else f"{kind}.{build.name}"
        if offer not in offers:
            raise ConfigurationError(
                f"{where}: nobody offers {offer!r}",
                hint=f"Installed: {', '.join(offers) or 'none'}.",
            )
        try:
            return offers[offer].build(build)
        except DigivlError:
            raise
        except Exception as cause:
            raise ConfigurationError(
                f"{where}: {offer!r} cannot be built: {cause}",
                hint="Check its options; `digivl plugins` lists those of each offer.",
            ) from cause
