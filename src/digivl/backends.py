"""Makes the backends that the settings name, each at its first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import attrs

from digivl.errors import ConfigurationError
from digivl.kernel.once import once, once_for_each
from digivl.kernel.parties import Party, Role
from digivl.office import KEYS, OUTSIDE, SETTINGS
from digivl.plugins.hookspecs import Build
from digivl.settings import SIMULATOR, Backend, Settings

if TYPE_CHECKING:
    from digivl.advice.channels.port import AdviceChannel
    from digivl.dispatch.provider import DeliveryProvider
    from digivl.documents.port import DocumentStore
    from digivl.pdf.levels import Level
    from digivl.plugins.catalog import Catalog
    from digivl.records.port import RecordBook
    from digivl.signing.authorities import TimestampAuthority
    from digivl.signing.means import SigningMeans
    from digivl.signing.platform.checking import Acceptance
    from digivl.signing.platform.port import SigningPlatform
    from digivl.signing.remote import RemoteMeans
    from digivl.signing.revocation import Revocation
    from digivl.testing.outside import Outside

B = TypeVar("B")


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Backends:
    """The backends of an office; thread-safe.

    Attributes:
        folder: Where relative paths in the settings start.
        settings: Which backends to use.
        catalog: What is installed.
        book: Gives the record book, where budgets are kept.
        clock: The present moment, with a zone.
        opened: What is closed with the office.
    """

    folder: Path
    settings: Settings
    catalog: Catalog
    book: Callable[[], RecordBook]
    clock: Callable[[], datetime]
    opened: ExitStack

    @once
    def store(self) -> DocumentStore:
        """Where the bytes of documents are."""
        chosen = self.settings.documents
        return self.catalog.document_store(
            chosen.offer, self._build("documents", chosen)
        )

    @once
    def means(self) -> Callable[[str], SigningMeans]:
        """Gives a signing means by its name in the settings; each is unlocked once."""
        return once_for_each(self._built_means)

    def _built_means(self, name: str) -> SigningMeans:
        chosen = _named(self.settings.means, name, "signing means", "means")
        return self._kept(self.catalog.means(chosen.offer, self._build(name, chosen)))

    @once
    def remote(self) -> Callable[[str], RemoteMeans]:
        """Gives a means on which people sign elsewhere, by its name; built once."""
        return once_for_each(self._built_remote)

    def _built_remote(self, name: str) -> RemoteMeans:
        chosen = _named(self.settings.remote, name, "remote means", "remote")
        build = self._build(name, chosen, "csc")
        return self._kept(self.catalog.remote(chosen.offer, build))

    @once
    def authorities(self) -> tuple[TimestampAuthority, ...]:
        """The timestamp authorities, as they are asked: in order, within budgets."""
        return self._each(self.settings.authorities, self._metered, "authority")

    def _metered(self, offer: str, build: Build) -> TimestampAuthority:
        from digivl.signing.tsa import MeteredAuthority
        from digivl.signing.tsa_account import Budget

        budget = Budget.from_options(build.name, build.options)
        made = self.catalog.authority(offer, build)
        tallies, limits = self.book().tallies, self.settings.limits
        return MeteredAuthority.over(made, budget, tallies, self.clock, limits)

    @once
    def revocation(self) -> Revocation:
        """Chains and revocation data, asked at the addresses in certificates."""
        from digivl.http.fetching import Fetcher
        from digivl.signing.revocation import Revocation
        from digivl.validation.trust import Trust

        signing = self.settings.signing
        named = signing.anchors or self.settings.trust
        return self._kept(
            Revocation(
                Fetcher(self.settings.limits, frozenset(signing.private_hosts)),
                Trust.from_pem(self.folder / file for file in named).roots,
                self.clock,
            )
        )

    @property
    def level(self) -> Level:
        """What signing reaches unless something else is asked."""
        from digivl.pdf.levels import Level

        try:
            return Level(self.settings.signing.level)
        except ValueError:
            raise ConfigurationError(
                f"[signing] level: {self.settings.signing.level!r} is no level",
                hint=f"Known: {', '.join(Level)}.",
            ) from None

    @once
    def providers(self) -> tuple[DeliveryProvider, ...]:
        """The delivery providers, in the order they are asked."""
        return self._each(self.settings.providers, self.catalog.provider, "magda")

    @once
    def channel(self) -> Callable[[str], AdviceChannel]:
        """Gives a channel by its name in the settings; each is built once."""
        return once_for_each(self._built_channel)

    def _built_channel(self, name: str) -> AdviceChannel:
        chosen = _named(self.settings.channels, name, "channel", "channels")
        self.desk(name)  # found out now, not when something comes in for it
        build = self._build(name, chosen, "krab")
        return self._kept(self.catalog.channel(chosen.offer, build))

    @once
    def platform(self) -> Callable[[str], SigningPlatform]:
        """Gives a signing platform by its name in the settings; each is built once."""
        return once_for_each(self._built_platform)

    def _built_platform(self, name: str) -> SigningPlatform:
        self.acceptance(name)  # found out now, not when something comes back
        chosen = _named(self.settings.platforms, name, "signing platform", "platforms")
        build = self._build(name, chosen, "signinghub")
        return self._kept(self.catalog.platform(chosen.offer, build))

    def acceptance(self, name: str) -> Acceptance:
        """What the office accepts from a signing platform.

        Raises:
            ConfigurationError: There is no such platform, or a wrong word.
        """
        from digivl.signing.platform.checking import Acceptance
        from digivl.signing.platform.people import Matching

        chosen = _named(self.settings.platforms, name, "signing platform", "platforms")
        options, where = chosen.options, f"platforms.{name}"
        match = _word(options, "match", ("name", "number"), where)
        trust = _word(options, "trust", ("required", "integrity"), where)
        return Acceptance(matching=Matching(match), trusted=trust == "required")

    def desk(self, name: str) -> Party:
        """Who looks at what comes in over a channel and cannot be placed.

        Raises:
            ConfigurationError: The settings name nobody.
        """
        options = self.settings.channels[name].options
        desk = options.get("desk", "")
        if not desk:
            raise ConfigurationError(
                f"channels.{name} names nobody who looks at what cannot be placed",
                hint=f'Add desk = "…" to [channels.{name}]: the id of a party.',
            )
        return Party(desk, options.get("desk_label", desk), Role.DOSSIER_MANAGER)

    def _each(
        self,
        table: Mapping[str, Backend],
        make: Callable[[str, Build], B],
        outside: str,
    ) -> tuple[B, ...]:
        return tuple(
            self._kept(make(chosen.offer, self._build(name, chosen, outside)))
            for name, chosen in table.items()
        )

    def _kept(self, backend: B) -> B:
        # A backend that holds something open is closed with the office.
        close = getattr(backend, "close", None)
        if callable(close):
            self.opened.callback(close)
        return backend

    def _build(self, name: str, chosen: Backend, outside: str = "") -> Build:
        options = dict(chosen.options)
        for option, value in options.items():
            if value == SIMULATOR and outside:
                options[option] = self._outside.address(outside, option)
        return Build(
            name=name,
            options=options,
            folder=self.folder,
            limits=self.settings.limits,
        )

    @once
    def _outside(self) -> Outside:
        if not self.settings.development:
            raise ConfigurationError(
                "simulators stand in only in a development office",
                hint="Name the real address in the settings.",
            )
        try:
            from digivl.testing.outside import Outside
        except ImportError as cause:
            raise ConfigurationError(
                "the simulators are not installed",
                hint="Run: pip install 'digivl[simulators]'",
            ) from cause
        outside = Outside(self.folder / OUTSIDE, self.folder / KEYS, self.clock)
        self.opened.callback(outside.close)
        return outside


def _word(
    options: Mapping[str, str], name: str, words: tuple[str, ...], where: str
) -> str:
    """One of some words; the first if none is named."""
    word = options.get(name, words[0])
    if word not in words:
        raise ConfigurationError(
            f"{where}: {name} is {word!r}", hint=f"Write one of {', '.join(words)}."
        )
    return word


def _named(table: Mapping[str, Backend], name: str, what: str, kind: str) -> Backend:
    try:
        return table[name]
    except KeyError:
        known = ", ".join(table) or "none"
        raise ConfigurationError(
            f"there is no {what} {name!r}; known: {known}",
            hint=f"Add [{kind}.{name}] to {SETTINGS}.",
        ) from None
